"""Reporting an event, and correcting and retracting it."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.vocabulary import RecordType
from app.forms.events import EventForm
from tests.services.databases import signed_in
from tests.web.desk import handed_over
from tests.web.forms import (
    GAZA,
    HOSTILE,
    REPORT,
    TEXTS,
    assert_answered_with_the_form,
    assert_cells_equal_the_rule,
    assert_kept_and_inert,
    assert_of_eight_corrections_one_wins,
    assert_restored_as_it_was,
    assert_sent_often_it_is_one,
    enter,
    faults_of,
    form,
    kept,
    refused,
    rows,
    spaced,
    words,
)

HAPPENING = {
    "heading": "Delegations meet in Cairo",
    "kind": "talks_round",
    "starts": "2026-02",
    "ends": "2026-02-27",
    "place": "Cairo",
    "summary": "Two days of talks.",
}
EVENT: dict[str, Any] = {**REPORT, **HAPPENING}


def test_a_reported_event_stands_on_its_page_and_the_time_line_on_no_side(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    preview = anna.post(f"{GAZA}/events/preview", data=EVENT).text
    live = words(preview.partition('id="lv"')[2].partition("</section>")[0])
    assert "Israeli officials (unnamed); Example Times, 28 Feb 2026 An event is on no side" in live
    address = enter(anna, "events", EVENT)
    page = desk.get(address).text
    assert "Israeli officials (unnamed); Example Times, 28 Feb 2026" in words(page)
    assert "Kind Talks round Begins Feb 2026" in spaced(page)
    assert "Ends 27 Feb 2026 Place Cairo" in spaced(page)
    assert address in desk.get(f"{GAZA}/timeline?q=delegations+meet").text
    (row,) = [row for row in rows(handed_over(desk, tmp_path), "events") if row["starts"] == "2026-02"]
    assert (row["title"], row["ends"], row["summary"]) == (
        "Delegations meet in Cairo",
        "2026-02-27",
        "Two days of talks.",
    )
    assert_cells_equal_the_rule(desk)


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("heading", "", "Fill this in."),
        ("heading", "a\u2066b", "turns the direction of writing"),
        ("kind", "", "Choose one of these"),
        ("kind", "rumour", "Choose one of these"),
        ("starts", "", ""),
        ("starts", "2026-03", "It was so before it was printed, by 2026-02-28."),
        ("starts", "2099", "after today"),
        ("ends", "2026-01", "This is before it begins"),
        ("ends", "later", "is not a date"),
        ("place", "a\tb", "Write this on one line."),
        ("summary", "x" * 20_001, "This is too long"),
    ],
)
def test_each_fault_is_named_in_words_beside_its_field(
    desk_client: TestClient, field: str, value: str, fault: str
) -> None:
    beside = refused(desk_client, f"{GAZA}/events", EVENT, **{field: value})
    if not fault:
        field, fault = "starts_day", "Fill this in."
    assert fault in beside[field], beside


@pytest.mark.one_database
def test_a_corrected_event_has_its_new_days(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "events", EVENT)
    page = anna.get(f"{address}/edit").text
    assert (kept(page, "starts"), kept(page, "starts_day"), kept(page, "ends")) == (
        "2026-02",
        "",
        "2026-02-27",
    )
    hidden = form(anna, f"{address}/edit")
    corrected = {**HAPPENING, **hidden, "starts": "", "starts_day": "2026-02-26", "reason": "Now known."}
    answer = anna.post(f"{address}/edit", data=corrected)
    assert answer.status_code == 303, faults_of(answer.text)
    assert "Begins 26 Feb 2026" in spaced(desk.get(address).text)
    assert "Now known." in words(anna.get(address).text)
    assert "Now known." not in desk.get(address).text


@pytest.mark.one_database
def test_the_same_event_told_again_is_found_by_title_and_date_and_only_cited(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "events", EVENT)
    record = address.rpartition("/")[2]
    again = {**EVENT, "outlet": "Other Post", "heading": "Cairo: delegations meet", "starts": "2026-02-26"}
    preview = anna.post(f"{GAZA}/events/preview", data=again).text
    assert re.findall(r'<li id="relation-([^"]+)">', preview)[0] == record
    far = anna.post(f"{GAZA}/events/preview", data={**again, "starts": "2024-02-26", "ends": ""}).text
    assert f'relation-{record}"' not in far, "two years away it is another one"
    assert "Nothing here is like it" in anna.post(f"{GAZA}/events/preview", data=REPORT).text
    assert enter(anna, "events", again, **{f"relation-{record}": "same"}) == address
    page = words(desk.get(address).text)
    assert "2 reports, 2 origins" in page
    assert "said again" not in page, "an event is not said, it happens"


@pytest.mark.one_database
def test_an_event_that_overtook_a_demand_stays_and_alone_it_goes_and_comes_back(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = f"{GAZA}/events/rafah-crossing-2024-05-07"
    hidden = form(anna, f"{address}/edit")
    still = refused(anna, f"{address}/retract", hidden, reason="Misread.", token="v" * 40)["form"]
    assert "Other records still name it: demand “isr-2024-" in still
    alone = enter(anna, "events", EVENT).rpartition("/")[2]
    assert_restored_as_it_was(desk, RecordType.EVENT, alone)


def test_one_form_is_one_event_and_of_eight_corrections_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert_sent_often_it_is_one(anna, "events", EVENT, "heading")
    address = enter(anna, "events", EVENT)
    assert_of_eight_corrections_one_wins(anna, address, HAPPENING, "heading")


FIELDS = [*EventForm.model_fields, "starts_day", "about", "relation-x", "token", "find"]


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_a_hostile_value_in_any_field_is_taken_or_refused_in_words_and_does_nothing(
    desk_client: TestClient, value: str
) -> None:
    for field in FIELDS:
        assert_kept_and_inert(EventForm, EVENT, field, value, texts=(*TEXTS, "summary"))
    assert_answered_with_the_form(desk_client, "events", FIELDS, value)
