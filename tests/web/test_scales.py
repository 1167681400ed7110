"""The scales of an issue through their forms: written whole, corrected while unused, never changed after."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import read_session
from app.models import PositionCell, ScaleRung
from tests.services.databases import signed_in
from tests.web.desk import SOME_HOSTILE, fault, handed_over, hostile, newest_revision, send
from tests.web.forms import GAZA, engine_of, form, in_parallel, words
from tests.web.test_entries import report

SCALES = f"{GAZA}/issues/guarantees/scales"
PLACED = f"{GAZA}/issues/disarmament/scales"
LADDER = ["No guarantee", "A guarantee by the mediators", "A guarantee by the Security Council"]


def typed(html: str) -> list[str]:
    """The rungs as the form has them."""
    return re.findall(r'<input name="label" value="([^"]*)"', html)


def rungs(desk: TestClient, issue: str, version: int) -> list[str]:
    with read_session(engine_of(desk)) as session:
        return list(
            session.scalars(
                select(ScaleRung.label)
                .where(
                    ScaleRung.negotiation == "gaza", ScaleRung.issue == issue, ScaleRung.version == version
                )
                .order_by(ScaleRung.rung)
            )
        )


def test_a_scale_is_written_corrected_and_taken_away_while_nothing_is_placed_on_it(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    assert "no scale yet" in words(anna.get(SCALES).text)
    tag = desk.get(f"{GAZA}/issues/guarantees").headers["etag"]
    with read_session(engine_of(desk)) as session:
        cells = session.scalar(select(func.count()).select_from(PositionCell))
    assert send(anna, SCALES, label=[*LADDER, "", " "]).status_code == 303
    assert rungs(desk, "guarantees", 1) == LADDER
    page = desk.get(f"{GAZA}/issues/guarantees")
    assert page.headers["etag"] != tag
    assert "1 A guarantee by the mediators" in words(page.text)
    created = newest_revision(desk)
    assert (created["noun"], created["record"], created["action"]) == ("scale", "guarantees", "create")
    assert json.loads(created["after"]) == {
        "issue": "guarantees", "version": "1", "rung": "2", "label": LADDER[2]
    }  # fmt: skip
    edit = f"{SCALES}/1/edit"
    assert typed(anna.get(edit).text) == LADDER
    assert fault(send(anna, edit, label=LADDER).text, "reason") == "Fill this in."
    assert send(anna, edit, label=[LADDER[0], "Any guarantee"], reason="One was too many.").status_code == 303
    assert rungs(desk, "guarantees", 1) == [LADDER[0], "Any guarantee"]
    assert (newest_revision(desk)["action"], newest_revision(desk)["after"]) == ("remove", None)
    package = handed_over(desk, tmp_path)
    assert "guarantees,1,1,Any guarantee" in (package / "scales.csv").read_text()
    assert send(anna, edit, f"{SCALES}/1/remove").status_code == 422, "a reason is needed"
    assert send(anna, edit, f"{SCALES}/1/remove", reason="Too early.").status_code == 303
    assert rungs(desk, "guarantees", 1) == []
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(func.count()).select_from(PositionCell)) == cells


@pytest.mark.one_database
def test_a_new_version_begins_as_the_newest_and_changes_nothing_of_it(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first = rungs(desk, "disarmament", 1)
    page = anna.get(PLACED)
    assert typed(page.text) == first
    assert "19 records are placed on it; it stays as it is." in words(page.text)
    assert anna.get(f"{PLACED}/1/edit").status_code == 404
    # Lines are added, moved and taken out by buttons that save nothing.
    moved = send(anna, PLACED, action="down-0", label=first)
    assert (moved.status_code, typed(moved.text)) == (200, [first[1], first[0], *first[2:]])
    assert typed(send(anna, PLACED, action="up-1", label=first).text) == [first[1], first[0], *first[2:]]
    assert typed(send(anna, PLACED, action="out-1", label=first).text) == [first[0], *first[2:]]
    assert typed(send(anna, PLACED, action="add", label=first).text) == [*first, ""]
    for nonsense in ("up-99", "out-x", "down--1", "up-0", "²"):
        assert typed(send(anna, PLACED, action=nonsense, label=first).text) == first
    assert send(anna, PLACED, action="save", label=[*first, "A further rung"]).status_code == 303
    assert rungs(desk, "disarmament", 1) == first
    assert rungs(desk, "disarmament", 2) == [*first, "A further rung"]
    assert anna.get(f"{PLACED}/2/edit").status_code == 200


@pytest.mark.one_database
def test_a_version_on_which_something_was_placed_stays_as_it_is(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert send(anna, SCALES, label=LADDER).status_code == 303
    opened = {**form(anna, f"{SCALES}/1/edit"), "label": ["One", "Other"], "reason": "Better."}
    placement = f"{report(anna, issues='guarantees')}/placement"
    assert send(anna, placement, rung_min="1", placement_reason="As worded.").status_code == 303
    late = anna.post(f"{SCALES}/1/edit", data=opened)
    assert late.status_code == 404
    assert send(anna, placement, f"{placement}/remove", reason="It does not say so.").status_code == 303
    assert "Nothing is placed on it now; it stays as it is." in words(anna.get(SCALES).text)
    assert anna.get(f"{SCALES}/1/edit").status_code == 404
    assert rungs(desk, "guarantees", 1) == LADDER


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([], "Write the rungs, one a line."),
        (["", " "], "two rungs at least"),
        (["Only one"], "two rungs at least"),
        (["The same", "the SAME"], "Two rungs say the same"),
        (["One", "Two\nlines"], "Write this on one line."),
        (["One", "x" * 1001], "at most 1000 characters"),
        ([f"Rung {n}" for n in range(31)], "write at most 30"),
    ],
)
def test_rungs_that_make_no_scale_are_refused_in_words(
    desk_client: TestClient, labels: list[str], said: str
) -> None:
    answer = send(desk_client, SCALES, label=labels)
    assert (answer.status_code, said in fault(answer.text, "label")) == (422, True), answer.text
    assert [label for label in typed(answer.text) if label] == [label for label in labels if label]


@pytest.mark.parametrize("value", SOME_HOSTILE, ids=[ascii(value)[:24] for value in SOME_HOSTILE])
def test_hostile_values_are_taken_or_refused_in_words(desk_client: TestClient, value: str) -> None:
    for action in ("action", "save"):
        hostile(desk_client, value, ("label", "label", "seen", "token", action), SCALES, PLACED)
    assert desk_client.get(f"{SCALES}/99999999999/edit").status_code == 422


def test_of_parallel_new_versions_one_wins_and_the_others_keep_their_text(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    forms = [{**form(anna, SCALES), "label": [f"Pole of {n}", f"Other pole of {n}"]} for n in range(6)]
    answers = in_parallel([lambda data=data: anna.post(SCALES, data=data) for data in forms])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    for place, answer in enumerate(answers):
        if place != winner:
            assert typed(answer.text) == forms[place]["label"]
            assert f"Other pole of {winner}" in answer.text
    assert len(rungs(desk, "guarantees", 1)) == 2
    assert rungs(desk, "guarantees", 2) == []


@pytest.mark.one_database
def test_only_editors_are_led_to_the_scales(desk: TestClient) -> None:
    page = f"{GAZA}/issues/disarmament"
    for client in (desk, signed_in(desk, "carl")):
        assert PLACED not in client.get(page).text
    assert PLACED in signed_in(desk, "anna").get(page).text
    assert PLACED not in signed_in(desk, "anna").get(f"{page}?basis=recorded").text
