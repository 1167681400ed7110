"""Reporting a party's answer to a proposal or to one of its terms, and correcting and retracting it."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.vocabulary import RecordType
from app.forms.responses import ResponseForm
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
    enter,
    faults_of,
    form,
    kept,
    refused,
    rows,
    spaced,
    words,
)

PLAN = "hamas-135-day-plan-feb-2024"
ANSWER = {
    "proposal": PLAN,
    "actor": "israel",
    "response": "accepted_with_reservations",
    "summary": "Yes, if the lists are exchanged.",
    "stated_day": "2026-02-27",
}
REPLY: dict[str, Any] = {**REPORT, **ANSWER}


def test_a_reported_answer_stands_on_its_own_page_beside_the_others_and_in_the_table(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "responses", REPLY, term=f"{PLAN}-t01")
    page = desk.get(address).text
    assert "Israel, from its own side: Israeli officials (unnamed); Example Times, 28 Feb 2026" in words(page)
    facts = spaced(page)
    assert "Answer Accepted with reservations To the proposal Hamas three-stage counterproposal" in facts
    assert "To its term 135 days: Three stages of 45 days" in facts
    assert "At the desk" not in facts, "a reader has none"
    assert "Correct the record itself, or retract it" in anna.get(address).text
    record = address.rpartition("/")[2]
    assert f'id="response-{record}"' in desk.get(f"{GAZA}/proposals/{PLAN}").text
    assert f'href="{address}/edit"' in anna.get(f"{GAZA}/proposals/{PLAN}").text
    assert f'href="{address}/cite"' in signed_in(desk, "carl").get(f"{GAZA}/proposals/{PLAN}").text
    whole = enter(anna, "responses", REPLY, response="accepted").rpartition("/")[2]
    table = desk.get(f"{GAZA}/positions/israel/hostage-release").text
    assert "Hamas three-stage counterproposal" in table, "what it has accepted"
    assert_cells_equal_the_rule(desk)
    found = {row["id"]: row for row in rows(handed_over(desk, tmp_path), "responses")}
    assert (found[record]["term"], found[record]["stated"]) == (f"{PLAN}-t01", "2026-02-27")
    assert (found[whole]["term"], found[whole]["response"]) == ("", "accepted")


def offered(page: str) -> dict[str, list[str]]:
    """The terms to choose from, by the title of their proposal."""
    terms = re.findall(r'<select id="term".*?</select>', page, re.DOTALL)[0]
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', terms, re.DOTALL)
    return {unescape(title): re.findall(r'value="([^"]+)"', options) for title, options in groups}


def test_only_terms_of_the_chosen_proposal_are_offered_with_their_figures(desk_client: TestClient) -> None:
    page = desk_client.get(f"{GAZA}/responses/new?proposal={PLAN}&source=bloomberg-2024-04-03").text
    assert chosen(page, "proposal") == PLAN
    terms = offered(page)
    assert list(terms) == ["Hamas three-stage counterproposal"]
    assert terms["Hamas three-stage counterproposal"][0] == f"{PLAN}-t01"
    assert "Three stages of 45 days (135 days)" in page
    assert offered(desk_client.get(f"{GAZA}/responses/new").text) == {}, "no proposal, no term"
    others = re.findall(r'<a href="([^"]+)">an? (?:demand|proposal|remark|event)</a>', page)
    assert len(others) == 4
    assert all("source=bloomberg-2024-04-03" in address for address in others)


@pytest.mark.one_database
def test_the_key_enter_saves_a_correction_and_does_not_ask_for_terms(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    page = anna.get(f"{enter(anna, 'responses', REPLY)}/edit").text
    correction = re.findall(r'<form[^>]* id="correct".*?</form>', page, re.DOTALL)[0]
    buttons = re.findall(r'<button[^>]* name="action" value="(\w+)"', correction)
    assert (buttons[0], "terms" in buttons) == ("save", True), "it presses the first button"


@pytest.mark.one_database
def test_another_proposal_is_a_step_that_loses_nothing(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    step = {**REPLY, "term": f"{PLAN}-t01", "proposal": "november-2023-truce", "action": "terms"}
    for at in (f"{GAZA}/responses", f"{enter(anna, 'responses', REPLY)}/edit"):
        answer = anna.post(at, data=step)
        assert (answer.status_code, kept(answer.text, "summary")) == (200, REPLY["summary"])
        assert chosen(answer.text, "proposal") == "november-2023-truce"
        terms = offered(answer.text)
        assert list(terms)[1:] == ["Hamas three-stage counterproposal"], "that of the other one, still chosen"
        assert all(term.startswith("november-2023-truce-") for term in next(iter(terms.values())))
        assert chosen(answer.text, "term") == f"{PLAN}-t01"


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("proposal", "", "Fill this in."),
        ("proposal", "no-such-proposal", "Choose a proposal of this negotiation."),
        ("term", "november-2023-truce-t01", "This is a term of another proposal."),
        ("term", "no-such-term", "Choose a term of this proposal, or the whole of it."),
        ("actor", "", "Fill this in."),
        ("actor", "nobody", "Choose a participant of this negotiation."),
        ("response", "perhaps", "Choose one of these"),
        ("response", "", "Choose one of these"),
        ("summary", "a\x00b", "holds a control character"),
        ("stated_day", "2026-03-02", ""),
        ("stated", "2026-02-30", "is not a day of the calendar"),
    ],
)
def test_each_fault_is_named_in_words_beside_its_field(
    desk_client: TestClient, field: str, value: str, fault: str
) -> None:
    beside = refused(desk_client, f"{GAZA}/responses", REPLY, **{field: value})
    if field == "stated_day":
        field, fault = "stated", "It was said before it was printed, by 2026-02-28."
    assert fault in beside[field], beside
    again = desk_client.post(f"{GAZA}/responses", data={**REPLY, "token": "t" * 40, field: value}).text
    if field != "summary":
        assert kept(again, "summary") == "Yes, if the lists are exchanged."
    assert kept(again, "outlet") == "Example Times"


@pytest.mark.one_database
def test_a_corrected_answer_moves_to_another_proposal_and_both_tables_follow(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = enter(anna, "responses", REPLY, term=f"{PLAN}-t01", response="accepted")
    page = anna.get(f"{address}/edit").text
    assert (chosen(page, "proposal"), chosen(page, "term")) == (PLAN, f"{PLAN}-t01")
    assert kept(page, "stated_day") == "2026-02-27"
    hidden = form(anna, f"{address}/edit")
    moved = {**ANSWER, **hidden, "proposal": "november-2023-truce", "reason": "It was of the other one."}
    still = refused(anna, f"{address}/edit", moved, term=f"{PLAN}-t01")
    assert "another proposal" in still["term"]
    answer = anna.post(f"{address}/edit", data=moved)
    assert answer.status_code == 303, faults_of(answer.text)
    assert "To the proposal Four-day truce of November 2023" in spaced(desk.get(address).text)
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_the_same_answer_told_again_is_found_and_only_cited(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    earlier = enter(anna, "responses", REPLY, stated_day="2026-02-20", response="rejected", summary="No.")
    address = enter(anna, "responses", REPLY)
    again = {**REPLY, "outlet": "Other Post", "published": "2026-03-01", "stated_day": "2026-02-28"}
    preview = anna.post(f"{GAZA}/responses/preview", data=again).text
    offered = re.findall(r'<li id="relation-([^"]+)">', preview)
    assert offered[:2] == [address.rpartition("/")[2], earlier.rpartition("/")[2]], "nearest in date first"
    assert len(offered) == 4, "with the two that are in the package, and no other party's"
    same = {f"relation-{offered[0]}": "same"}
    both = refused(anna, f"{GAZA}/responses", again, **same, **{f"relation-{offered[1]}": "same"})
    assert "choose nothing else" in both["standing"]
    strange = refused(anna, f"{GAZA}/responses", again, **{f"relation-{offered[0]}": "restates"})
    assert "Choose whether it is the same" in strange[f"relation-{offered[0]}"]
    assert enter(anna, "responses", again, **same) == address
    page = words(desk.get(address).text)
    assert "2 reports, 2 origins" in page
    assert "said again 28 Feb 2026" in page
    gone = {**again, "outlet": "Third Wire", "relation-no-such-answer": "same"}
    assert "choose again" in refused(anna, f"{GAZA}/responses", gone)["form"]
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_a_retracted_answer_keeps_its_address_and_comes_back_as_it_was(desk: TestClient) -> None:
    address = enter(signed_in(desk, "anna"), "responses", REPLY, response="accepted")
    assert_restored_as_it_was(desk, RecordType.RESPONSE, address.rpartition("/")[2])


def test_one_form_is_one_answer_and_of_eight_corrections_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert_sent_often_it_is_one(anna, "responses", REPLY, "summary")
    address = enter(anna, "responses", REPLY)
    assert_of_eight_corrections_one_wins(anna, address, ANSWER, "summary")


FIELDS = [*ResponseForm.model_fields, "stated_day", "about", "relation-x", "token", "find"]


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_a_hostile_value_in_any_field_is_taken_or_refused_in_words_and_does_nothing(
    desk_client: TestClient, value: str
) -> None:
    for field in FIELDS:
        assert_kept_and_inert(ResponseForm, REPLY, field, value, texts=(*TEXTS, "summary"))
    assert_answered_with_the_form(desk_client, "responses", FIELDS, value)
