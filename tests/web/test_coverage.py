"""Coverage checks through their forms: an empty cell says how far somebody has looked."""

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.services.databases import signed_in
from tests.web.desk import SOME_HOSTILE, fault, handed_over, hostile, newest_revision, send
from tests.web.forms import GAZA, assert_cells_equal_the_rule, form, in_parallel, words

COVERAGE = f"{GAZA}/coverage"
EMPTY = f"{GAZA}/positions/qatar/disarmament"
CHECK = {"whose": "qatar", "issue": "disarmament", "searched_through": "2026-02", "note": "Wires, in Arabic"}


def cell(desk: TestClient) -> str:
    return words(desk.get(EMPTY).text)


def test_a_search_is_recorded_from_an_empty_cell_corrected_and_taken_away(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    assert "Nothing recorded here" in cell(desk)
    link = re.search(r'href="([^"]+)">Record a search', anna.get(EMPTY).text)
    assert link
    assert "Record a search" not in desk.get(EMPTY).text
    assert "Record a search" not in anna.get(f"{EMPTY}?basis=recorded").text
    page = link[1].replace("&amp;", "&")
    assert re.findall(r'<option value="(\w+)" selected', anna.get(page).text) == ["qatar", "disarmament"]
    tag = desk.get(GAZA).headers["etag"]
    sent = send(anna, page, COVERAGE, **CHECK)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{COVERAGE}#check-1")
    assert desk.get(GAZA).headers["etag"] != tag
    assert "Searched through Feb 2026, none found" in cell(desk)
    assert "Searched through Feb 2026, none found" in words(desk.get(f"{GAZA}?columns=qatar").text)
    assert "Wires, in Arabic" in words(anna.get(COVERAGE).text)
    assert_cells_equal_the_rule(desk)
    created = newest_revision(desk)
    assert (created["noun"], created["record"], created["action"]) == ("coverage", "1", "create")
    package = handed_over(desk, tmp_path)
    assert 'qatar,disarmament,2026-02,"Wires, in Arabic"' in (package / "coverage.csv").read_text()
    # Another cell is meant: the one says nothing any more, the other does.
    edit = f"{COVERAGE}/1/edit"
    moved = {**CHECK, "issue": "guarantees", "searched_through": "2026-01-05", "note": ""}
    assert fault(send(anna, edit, **moved).text, "reason") == "Fill this in."
    assert send(anna, edit, **moved, reason="The wrong issue.").status_code == 303
    assert "Nothing recorded here" in cell(desk)
    there = f"{GAZA}/positions/qatar/guarantees"
    assert "Searched through 5 Jan 2026, none found" in words(desk.get(there).text)
    assert json.loads(newest_revision(desk)["after"]) == {
        "actor": "qatar", "issue": "guarantees", "searched_through": "2026-01-05"
    }  # fmt: skip
    assert_cells_equal_the_rule(desk)
    refused = send(anna, edit, f"{COVERAGE}/1/remove")
    assert (refused.status_code, fault(refused.text, "removal")) == (422, "Fill this in.")
    assert send(anna, edit, f"{COVERAGE}/1/remove", reason="Nobody searched.").status_code == 303
    gone = newest_revision(desk)
    assert (gone["action"], gone["after"], gone["reason"]) == ("remove", None, "Nobody searched.")
    assert "Nothing recorded here" in words(desk.get(there).text)
    assert "No search is recorded yet." in words(anna.get(COVERAGE).text)
    assert anna.get(edit).status_code == 404
    assert_cells_equal_the_rule(desk)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("whose", "", "Fill this in."),
        ("whose", "nobody", "Choose an actor"),
        ("issue", "nothing", "Choose an issue"),
        ("searched_through", "", "Fill this in."),
        ("searched_through", "soon", "is not a date"),
        ("searched_through", "2099-01-01", "not here yet"),
        ("searched_through", "2026/2099", "not here yet"),
        ("note", "a\x00b", "control character"),
    ],
)
def test_what_cannot_have_been_searched_is_refused_in_words(
    desk_client: TestClient, field: str, value: str, said: str
) -> None:
    answer = send(desk_client, COVERAGE, **{**CHECK, field: value})
    assert (answer.status_code, said in fault(answer.text, field)) == (422, True), fault(answer.text, field)
    if field != "note":
        assert "Wires, in Arabic</textarea>" in answer.text


@pytest.mark.one_database
def test_the_same_search_is_recorded_once(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    once = {**form(anna, COVERAGE), **CHECK}
    assert {answer.status_code for answer in in_parallel([lambda: anna.post(COVERAGE, data=once)] * 6)} == {
        303
    }
    again = send(anna, COVERAGE, **CHECK)
    assert (again.status_code, "recorded already" in fault(again.text, "searched_through")) == (422, True)
    assert send(anna, COVERAGE, **{**CHECK, "searched_through": "2026-01"}).status_code == 303
    edit = f"{COVERAGE}/2/edit"
    opened = {**form(anna, edit), **CHECK, "searched_through": "2025", "reason": "Less far."}
    same = send(anna, edit, **CHECK, reason="It is that one.")
    assert (same.status_code, "recorded already" in fault(same.text, "searched_through")) == (422, True)
    corrected = {**CHECK, "searched_through": "2026-01", "note": "All of it"}
    assert send(anna, edit, **corrected, reason="Said in full.").status_code == 303
    late = anna.post(edit, data=opened)
    assert (late.status_code, "As it was saved meanwhile" in late.text) == (409, True)
    assert_cells_equal_the_rule(desk)


@pytest.mark.parametrize("value", SOME_HOSTILE, ids=[ascii(value)[:24] for value in SOME_HOSTILE])
def test_hostile_values_are_taken_or_refused_in_words(desk_client: TestClient, value: str) -> None:
    fields = ("whose", "issue", "searched_through", "note", "reason", "seen", "token")
    hostile(desk_client, value, fields, COVERAGE)
    assert desk_client.get(f"{COVERAGE}/99999999999/edit").status_code == 422
    assert desk_client.get(f"{COVERAGE}/7/edit").status_code == 404
