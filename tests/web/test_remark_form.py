"""Reporting what somebody says about a party or the talks, and correcting and retracting it."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.vocabulary import RecordType
from app.forms.remarks import RemarkForm
from tests.services.databases import signed_in
from tests.web.desk import handed_over
from tests.web.forms import (
    GAZA,
    HOSTILE,
    REPORT,
    assert_answered_with_the_form,
    assert_cells_equal_the_rule,
    assert_kept_and_inert,
    assert_of_eight_corrections_one_wins,
    assert_restored_as_it_was,
    assert_sent_often_it_is_one,
    chosen,
    enter,
    faults_of,
    form,
    kept,
    refused,
    rows,
    spaced,
    words,
)

SAID = {
    "whom": "hamas",
    "issue": "hostage-release",
    "remark": "hardened",
    "summary": "Its position has hardened since January.",
    "stated_day": "2026-02-27",
    "about": "yes",
}
REMARK: dict[str, Any] = {**REPORT, **SAID}


def test_a_reported_remark_stands_on_its_page_and_the_time_line_and_in_no_cell(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "remarks", REMARK)
    page = desk.get(address).text
    sentence = (
        "Hamas, as described by Israeli officials (unnamed) (another party); Example Times, 28 Feb 2026"
    )
    assert sentence in words(page)
    assert "About Hamas Issue Release of hostages Kind Said to have hardened Stated about 27 Feb" in spaced(
        page
    )
    assert address in desk.get(f"{GAZA}/timeline?q=hardened+since").text
    assert "since January" not in desk.get(f"{GAZA}?columns=hamas").text
    talks = enter(
        anna, "remarks", REMARK, whom="", issue="", remark="impasse", summary="The talks stand still."
    )
    assert "About the talks" in spaced(desk.get(talks).text)
    found = {row["summary"]: row for row in rows(handed_over(desk, tmp_path), "remarks")}
    assert found["The talks stand still."]["about"] == ""
    assert found["Its position has hardened since January."]["stated"] == "2026-02-27~"
    assert_cells_equal_the_rule(desk)


def test_the_form_says_who_will_be_seen_to_say_it(desk_client: TestClient) -> None:
    def live(**more: str) -> str:
        page = desk_client.post(f"{GAZA}/remarks/preview", data={**REMARK, **more}).text
        return words(page.partition('id="lv"')[2].partition("</section>")[0])

    assert "Hamas, as described by Israeli officials (unnamed) (another party)" in live()
    talks = live(whom="", speakers="qatar", attributed_to="Qatar's prime minister", anonymous="")
    assert "Qatar's prime minister (a mediator); Example Times, 28 Feb 2026" in talks
    assert "It is about the talks, so it is on no side" in talks


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("whom", "nobody", "Choose an actor of this negotiation, or the talks."),
        ("issue", "weather", "Choose an issue of this negotiation, or none."),
        ("remark", "", "Choose one of these"),
        ("remark", "improved", "Choose one of these"),
        ("summary", "", "Fill this in."),
        ("summary", "two\nlines", "Write this on one line."),
        ("stated", "soon", "is not a date"),
        ("stated_day", "", "Fill this in."),
    ],
)
def test_each_fault_is_named_in_words_beside_its_field(
    desk_client: TestClient, field: str, value: str, fault: str
) -> None:
    beside = refused(desk_client, f"{GAZA}/remarks", REMARK, **{field: value})
    assert fault in beside[field], beside


@pytest.mark.one_database
def test_a_corrected_remark_is_about_the_talks_and_keeps_what_was_not_touched(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "remarks", REMARK)
    page = anna.get(f"{address}/edit").text
    assert (chosen(page, "whom"), chosen(page, "issue")) == ("hamas", "hostage-release")
    assert kept(page, "stated_day") == "2026-02-27"
    corrected = {**SAID, **form(anna, f"{address}/edit"), "whom": "", "reason": "Nobody was named."}
    answer = anna.post(f"{address}/edit", data=corrected)
    assert answer.status_code == 303, faults_of(answer.text)
    assert "About the talks Issue Release of hostages" in spaced(desk.get(address).text)
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_the_same_remark_told_again_is_found_by_its_words_and_only_cited(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    enter(anna, "remarks", REMARK, summary="The gaps between them are narrow.", remark="progress")
    address = enter(anna, "remarks", REMARK)
    again = {**REMARK, "outlet": "Other Post", "summary": "Has hardened its position since January"}
    preview = anna.post(f"{GAZA}/remarks/preview", data=again).text
    offered = re.findall(r'<li id="relation-([^"]+)">', preview)
    assert offered[0] == address.rpartition("/")[2], "the likest first"
    assert len(offered) <= 12
    other_issue = anna.post(f"{GAZA}/remarks/preview", data={**again, "issue": "disarmament"}).text
    assert f'relation-{offered[0]}"' not in other_issue
    assert enter(anna, "remarks", again, **{f"relation-{offered[0]}": "same"}) == address
    assert "2 reports, 2 origins" in words(desk.get(address).text)
    strange = refused(anna, f"{GAZA}/remarks", REMARK, **{f"relation-{offered[0]}": "contradicts"})
    assert "Choose whether it is the same" in strange[f"relation-{offered[0]}"]


def test_a_retracted_remark_keeps_its_address_and_comes_back_as_it_was(desk: TestClient) -> None:
    address = enter(signed_in(desk, "anna"), "remarks", REMARK)
    assert_restored_as_it_was(desk, RecordType.REMARK, address.rpartition("/")[2])


def test_one_form_is_one_remark_and_of_eight_corrections_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert_sent_often_it_is_one(anna, "remarks", REMARK, "summary")
    address = enter(anna, "remarks", REMARK)
    assert_of_eight_corrections_one_wins(anna, address, SAID, "summary")


FIELDS = [*RemarkForm.model_fields, "stated_day", "about", "relation-x", "token", "find"]


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_a_hostile_value_in_any_field_is_taken_or_refused_in_words_and_does_nothing(
    desk_client: TestClient, value: str
) -> None:
    for field in FIELDS:
        assert_kept_and_inert(RemarkForm, REMARK, field, value)
    assert_answered_with_the_form(desk_client, "remarks", FIELDS, value)
