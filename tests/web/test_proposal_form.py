"""Reporting a proposal term by term, and correcting, retracting and restoring it with its terms."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import read_session
from app.domain.vocabulary import RecordType
from app.forms.proposals import MOST_TERMS, ProposalForm, TermForm
from app.models import Revision
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
    chosen,
    engine_of,
    enter,
    faults_of,
    form,
    in_parallel,
    kept,
    refused,
    rows,
    spaced,
    words,
)

PACKAGE = {
    "heading": "Offer of February",
    "proposed_by": "israel",
    "mediated_by": ["qatar", "egypt"],
    "presented_day": "2026-02-27",
    "about": "yes",
    "summary": "A ceasefire of 42 days.",
}
FIRST = {
    "term-1-issue": "ceasefire-duration",
    "term-1-summary": "Ceasefire of 42 days",
    "term-1-quantity": "42",
    "term-1-unit": "days",
}
SECOND = {
    "term-2-issue": "hostage-release",
    "term-2-phase": "1",
    "term-2-summary": "Dozens of hostages",
    "term-2-obliged": ["hamas", "pij"],
    "term-2-condition": "if the lists are exchanged",
    "term-2-tabled_by": "israel",
}
OFFER: dict[str, Any] = {**REPORT, **PACKAGE, **FIRST, **SECOND}


def terms_shown(page: str) -> list[str]:
    """The texts of the terms on the page of a proposal, in their order."""
    found = re.findall(r'<div class="claim" id="term-[^"]+">\s*<p class="s"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [words(text) for text in found]


def test_a_reported_proposal_stands_with_its_terms_on_its_page_in_the_table_and_in_the_file(
    desk: TestClient, tmp_path: Path
) -> None:
    address = enter(signed_in(desk, "anna"), "proposals", OFFER)
    page = desk.get(address).text
    assert terms_shown(page) == [
        "42 days: Ceasefire of 42 days",
        "Dozens of hostages if the lists are exchanged",
    ]
    said = spaced(page)
    sentence = "Israel, from its own side: Israeli officials (unnamed); Example Times, 28 Feb 2026"
    assert sentence in words(page)
    assert "Put forward by Israel Mediated by Qatar and Egypt Presented about 27 Feb 2026" in said
    assert "Wording tabled only by Israel" in said
    assert "Hamas and Palestinian Islamic Jihad" in said
    assert "At the desk" not in said, "a reader has none"
    assert "42 days" in words(desk.get(f"{GAZA}?columns=israel,hamas").text)
    assert_cells_equal_the_rule(desk)
    id_ = address.rpartition("/")[2]
    package = handed_over(desk, tmp_path)
    row = next(row for row in rows(package, "proposals") if row["id"] == id_)
    assert (row["proposed_by"], row["mediated_by"], row["presented"]) == (
        "israel",
        "qatar|egypt",
        "2026-02-27~",
    )
    of_terms = [row for row in rows(package, "terms") if row["proposal"] == id_]
    assert [(row["id"], row["obliged"]) for row in of_terms] == [
        (f"{id_}-t01", ""),
        (f"{id_}-t02", "hamas|pij"),
    ]


def test_terms_are_added_moved_and_taken_out_without_javascript_and_nothing_is_lost(
    desk_client: TestClient,
) -> None:
    address = f"{GAZA}/proposals"

    def act(data: dict[str, Any], action: str) -> str:
        answer = desk_client.post(address, data={**data, "action": action})
        assert answer.status_code == 200
        assert kept(answer.text, "heading") == "Offer of February"
        assert faults_of(answer.text) == {}
        return answer.text

    added = act(OFFER, "add-term")
    assert [kept(added, f"term-{n}-summary") for n in (1, 2, 3)] == [
        "Ceasefire of 42 days",
        "Dozens of hostages",
        "",
    ]
    assert f'formaction="{address}#term-4-issue"' in added, "it leads on to the next term"
    assert 'value="hamas" checked' in re.findall(r'id="term-2-obliged".*?</fieldset>', added, re.DOTALL)[0]
    moved = act(OFFER, "term-2-up")
    assert [kept(moved, f"term-{n}-summary") for n in (1, 2)] == [
        "Dozens of hostages",
        "Ceasefire of 42 days",
    ]
    assert [chosen(moved, f"term-{n}-issue") for n in (1, 2)] == ["hostage-release", "ceasefire-duration"]
    assert kept(moved, "term-1-condition") == "if the lists are exchanged"
    assert kept(moved, "term-2-quantity") == "42"
    assert kept(act(OFFER, "term-1-down"), "term-2-summary") == "Ceasefire of 42 days"
    for nowhere in ("term-1-up", "term-2-down", "term-9-up", "term-x-up", "term-1-sideways"):
        assert kept(act(OFFER, nowhere), "term-1-summary") == "Ceasefire of 42 days", nowhere
    fewer = act(OFFER, "term-1-remove")
    assert kept(fewer, "term-1-summary") == "Dozens of hostages"
    assert 'name="term-2-issue"' not in fewer
    none = act({**REPORT, **PACKAGE, **FIRST}, "term-1-remove")
    assert 'name="term-1-issue"' in none, "an empty one to be filled in"
    assert kept(none, "presented_day") == "2026-02-27"
    assert kept(none, "presented") == "", "the calendar has said it"
    full = {f"term-{n}-summary": f"Number {n}" for n in range(1, MOST_TERMS + 1)}
    assert f'name="term-{MOST_TERMS + 1}-issue"' not in act({**PACKAGE, **full}, "add-term")
    first_button = re.findall(r'<button [^>]*name="action" value="([^"]+)"', none)[0]
    assert first_button in ("find", "preview"), "the key Enter takes nothing out"


@pytest.mark.one_database
def test_an_empty_term_is_left_out_and_a_half_filled_one_is_refused_beside_its_field(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    half = {"term-3-summary": "More aid", "term-4-issue": "guarantees", "term-4-quantity": "several"}
    beside = refused(anna, f"{GAZA}/proposals", OFFER, **half)
    assert beside == {"term-3-issue": "Fill this in.", "term-4-summary": "Fill this in."}
    assert (
        words(anna.post(f"{GAZA}/proposals", data={**OFFER, **half}).text).count("Term 3, Issue: Fill") == 1
    )
    empty = {"term-3-issue": "", "term-3-summary": "  ", "term-3-phase": ""}
    page = desk.get(enter(anna, "proposals", OFFER, **empty)).text
    assert len(terms_shown(page)) == 2
    bare = desk.get(enter(anna, "proposals", {**REPORT, **PACKAGE}, heading="Without terms")).text
    assert "No term of it is recorded." in bare


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("heading", "", "Fill this in."),
        ("heading", "two\nlines", "Write this on one line."),
        ("proposed_by", "", "Fill this in."),
        ("proposed_by", "nobody", "Choose actors of this negotiation."),
        ("mediated_by", ["qatar", "qatar"], "Choose each only once."),
        ("amends", "no-such-proposal", "Choose another proposal of this negotiation."),
        ("ended", "2026-01", "This is before it was presented"),
        ("outcome", "victory", "Choose one of these"),
        ("term-1-issue", "weather", "Choose an issue of this negotiation."),
        ("term-1-obliged", "nobody", "Choose actors of this negotiation."),
        ("term-1-tabled_by", ["israel", "israel"], "Choose each only once."),
        ("term-1-unit", "a\u202eb", "turns the direction of writing"),
        ("term-1-summary", "x" * 20_001, "This is too long"),
        ("term-1-id", "november-2023-truce-t01", "This is no term of this proposal"),
        ("relation-november-2023-truce", "replaces", "Choose whether it is the same"),
        ("relation-november-2023-truce", "same", ""),
    ],
)
def test_each_fault_is_named_in_words_beside_its_field(
    desk_client: TestClient, field: str, value: Any, fault: str
) -> None:
    beside = refused(desk_client, f"{GAZA}/proposals", {**OFFER, "stated": "", field: value})
    if not fault:
        field, fault = "standing", "The same claim adds this report alone. Take the terms out"
    elif field == "relation-november-2023-truce":
        return
    assert fault in beside[field], beside


def test_a_date_after_the_report_or_after_today_is_refused(desk_client: TestClient) -> None:
    late = refused(desk_client, f"{GAZA}/proposals", OFFER, presented_day="2026-03-02")
    assert late["presented"] == "It was so before it was printed, by 2026-02-28."
    assert "presented_day" in refused(desk_client, f"{GAZA}/proposals", OFFER, presented_day="")


def test_a_corrected_proposal_has_its_terms_in_their_new_order_without_those_taken_out(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "proposals", OFFER)
    id_ = address.rpartition("/")[2]
    page = anna.get(f"{address}/edit").text
    assert [kept(page, f"term-{n}-id") for n in (1, 2)] == [f"{id_}-t01", f"{id_}-t02"]
    assert f'<option value="{id_}"' not in page, "it cannot amend itself"
    hidden = form(anna, f"{address}/edit")
    changed = {
        **PACKAGE,
        "seen": hidden["seen"],
        "reason": "The text has another order.",
        "ended": "2026-03",
        "outcome": "lapsed",
        "term-1-id": f"{id_}-t02",
        "term-1-issue": "hostage-release",
        "term-1-summary": "Forty hostages",
        "term-2-issue": "guarantees",
        "term-2-summary": "Qatar leads the oversight",
        "term-3-id": f"{id_}-t01",
        "term-3-issue": "ceasefire-duration",
        "term-3-summary": "Ceasefire of 42 days",
    }
    answer = anna.post(f"{address}/edit", data={**changed, "token": hidden["token"]})
    assert answer.status_code == 303, faults_of(answer.text)
    page = desk.get(address).text
    assert terms_shown(page) == [
        "Forty hostages",
        "Qatar leads the oversight",
        "Ceasefire of 42 days",
    ]
    assert "Outcome Lapsed Mar 2026" in spaced(page)
    assert_cells_equal_the_rule(desk)
    assert newest_actions(desk, 5) == ["create", "edit", "edit", "edit", "reorder"]
    hidden = form(anna, f"{address}/edit")
    fewer = {name: text for name, text in changed.items() if not name.startswith("term-1")}
    fewer["term-2-id"] = f"{id_}-t03"
    assert anna.post(f"{address}/edit", data={**fewer, **_sent(hidden)}).status_code == 303
    assert terms_shown(desk.get(address).text) == [
        "Qatar leads the oversight",
        "Ceasefire of 42 days",
    ]
    gone = words(desk.get(f"{GAZA}/terms/{id_}-t02").text)
    assert "This record was retracted" in gone
    assert "The text has another order." in gone
    kept_one = desk.get(f"{GAZA}/terms/{id_}-t01")
    assert (kept_one.status_code, kept_one.headers["location"]) == (303, f"{address}#term-{id_}-t01")
    hidden = form(anna, f"{address}/edit")
    turned = {**PACKAGE, **_sent(hidden), "reason": "As in the text."}
    turned |= {"term-1-id": f"{id_}-t01", "term-1-issue": "ceasefire-duration", "term-1-summary": "Six weeks"}
    turned |= {"term-2-id": f"{id_}-t03", "term-2-issue": "guarantees", "term-2-summary": "Oversight"}
    answer = anna.post(f"{address}/edit", data=turned)
    assert answer.status_code == 303, faults_of(answer.text)
    assert terms_shown(desk.get(address).text) == ["Six weeks", "Oversight"]
    assert "reorder" in newest_actions(desk, 1)
    assert_cells_equal_the_rule(desk)


def newest_actions(client: TestClient, count: int) -> list[str]:
    """What the newest revisions did, in the order of the alphabet."""
    with read_session(engine_of(client)) as session:
        newest = select(Revision.action).order_by(Revision.number.desc()).limit(count)
        return sorted(session.scalars(newest))


def _sent(hidden: dict[str, str]) -> dict[str, str]:
    return {"seen": hidden["seen"], "token": hidden["token"]}


@pytest.mark.one_database
def test_a_term_of_another_proposal_or_named_twice_and_a_circle_of_amendments_are_refused(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "proposals", OFFER, amends="november-2023-truce")
    id_ = address.rpartition("/")[2]
    base = {**PACKAGE, **FIRST, **SECOND, **_sent(form(anna, f"{address}/edit")), "reason": "a try"}
    strange = {"term-1-id": "november-2023-truce-t01"}
    assert "no term of this" in refused(anna, f"{address}/edit", base, **strange)["term-1-id"]
    twice = {"term-1-id": f"{id_}-t01", "term-2-id": f"{id_}-t01"}
    assert "no term of this" in refused(anna, f"{address}/edit", base, **twice)["term-2-id"]
    assert "another proposal" in refused(anna, f"{address}/edit", base, amends=id_)["amends"]
    first = f"{GAZA}/proposals/november-2023-truce"
    hidden = form(anna, f"{first}/edit")
    circle = {**PACKAGE, **_sent(hidden), "presented_day": "2023-11-22", "amends": id_, "reason": "a try"}
    assert "amends this one already" in refused(anna, f"{first}/edit", circle)["amends"]
    assert desk.get(first).status_code == 200


def test_of_two_who_make_two_proposals_amend_one_another_one_wins(desk: TestClient) -> None:
    people = [signed_in(desk, "anna"), signed_in(desk, "ben")]
    one, other = (enter(people[0], "proposals", {**REPORT, **PACKAGE}, heading=h) for h in ("One", "Other"))
    jobs = []
    for client, address, amends in ((people[0], one, other), (people[1], other, one)):
        data = {**PACKAGE, **_sent(form(client, f"{address}/edit")), "amends": amends.rpartition("/")[2]}
        data |= {"reason": "It changes it."}
        jobs.append(lambda c=client, to=f"{address}/edit", d=data: c.post(to, data=d))
    answers = in_parallel(jobs)
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    late = next(answer for answer in answers if answer.status_code == 422)
    assert "amends this one already" in faults_of(late.text)["amends"]


@pytest.mark.one_database
def test_a_proposal_that_others_name_stays_and_alone_it_goes_and_comes_back_with_its_terms(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "proposals", OFFER)
    id_ = address.rpartition("/")[2]
    answer = {"proposal": id_, "actor": "hamas", "response": "rejected", "stated": "2026-02-28"}
    response = enter(anna, "responses", {**REPORT, **answer}, term=f"{id_}-t02").rpartition("/")[2]
    later = enter(anna, "proposals", {**REPORT, **PACKAGE}, heading="A later one", amends=id_).rpartition(
        "/"
    )[2]
    hidden = form(anna, f"{address}/edit")
    still = refused(anna, f"{address}/retract", hidden, reason="Misread.", token="u" * 40)["form"]
    assert f"Other records still name it: proposal “{later}”, response “{response}”" in still
    without = {**PACKAGE, **FIRST, **_sent(hidden), "term-1-id": f"{id_}-t01", "reason": "Not in the text."}
    assert f"response “{response}”" in refused(anna, f"{address}/edit", without)["form"]
    for plural, one in (("responses", response), ("proposals", later)):
        hidden = form(anna, f"{GAZA}/{plural}/{one}/edit")
        gone = {**_sent(hidden), "reason": "Misread."}
        assert anna.post(f"{GAZA}/{plural}/{one}/retract", data=gone).status_code == 303
    assert_restored_as_it_was(desk, RecordType.PROPOSAL, id_)
    assert len(terms_shown(desk.get(address).text)) == 2


@pytest.mark.one_database
def test_the_same_proposal_told_again_is_found_by_title_and_date_and_only_cited(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "proposals", OFFER)
    id_ = address.rpartition("/")[2]
    again = {
        **REPORT,
        "outlet": "Other Post",
        "heading": "The offer of February, again",
        "proposed_by": "israel",
    }
    again |= {"presented_day": "2026-02-26", "published": "2026-03-01"}
    preview = anna.post(f"{GAZA}/proposals/preview", data=again).text
    offered = re.findall(r'<li id="relation-([^"]+)">', preview)
    assert offered[0] == id_
    assert 'value="replaces"' not in preview, "a proposal is only ever the same"
    assert enter(anna, "proposals", again, **{f"relation-{id_}": "same"}) == address
    page = spaced(desk.get(address).text)
    assert "2 reports, 2 origins" in page
    assert "said again" not in page, "it was put forward once"
    assert "Presented about 27 Feb 2026" in page
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_a_contributors_proposal_waits_and_only_its_author_may_answer_it(desk: TestClient) -> None:
    carl, dora, anna = (signed_in(desk, name) for name in ("carl", "dora", "anna"))
    planted = "xyzzyplugh"
    assert enter(carl, "proposals", OFFER, heading=planted).startswith(f"{GAZA}/entries")
    mine = re.search(rf'<option value="([^"]+)"[^>]*>{planted}', carl.get(f"{GAZA}/responses/new").text)
    assert mine
    for other in (
        f"{GAZA}/responses/new",
        f"{GAZA}/proposals/new?heading={planted[:-1]}",
        f"{GAZA}/timeline",
    ):
        assert planted not in dora.get(other).text, other
    for address in (f"{GAZA}/proposals/{mine[1]}", f"{GAZA}/terms/{mine[1]}-t01"):
        assert desk.get(address).status_code == dora.get(address).status_code == 404
    answer = {"proposal": mine[1], "actor": "hamas", "response": "rejected", "stated": "2026-02-28"}
    assert enter(carl, "responses", {**REPORT, **answer}).startswith(f"{GAZA}/entries")
    assert "proposal" in refused(dora, f"{GAZA}/responses", {**REPORT, **answer})
    early = refused(anna, f"{GAZA}/responses", {**REPORT, **answer})["form"]
    assert "which is not published yet. Publish that first." in early
    assert_cells_equal_the_rule(desk)


def test_one_form_is_one_proposal_and_of_eight_corrections_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert_sent_often_it_is_one(anna, "proposals", OFFER, "heading")
    address = enter(anna, "proposals", OFFER)
    id_ = address.rpartition("/")[2]
    known = {"term-1-id": f"{id_}-t01", "term-2-id": f"{id_}-t02"}
    assert_of_eight_corrections_one_wins(anna, address, {**PACKAGE, **FIRST, **SECOND, **known}, "heading")
    assert len(terms_shown(desk.get(address).text)) == 2


FIELDS = [
    *(name for name in ProposalForm.model_fields if name not in ("seen", "reason")),
    *(f"term-1-{name}" for name in TermForm.model_fields),
    "term-0-issue",
    "term-1000-issue",
    "term-2-nothing",
    "presented_day",
    "about",
    "relation-x",
    "token",
    "find",
]


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_a_hostile_value_in_any_field_is_taken_or_refused_in_words_and_does_nothing(
    desk_client: TestClient, value: str
) -> None:
    single = {name: text for name, text in OFFER.items() if isinstance(text, str)}
    for field in FIELDS:
        assert_kept_and_inert(ProposalForm, single, field, value, texts=(*TEXTS, "summary"))
    assert_answered_with_the_form(desk_client, "proposals", FIELDS, value)
