"""Placing demands and terms on the scale of their issue, and taking them off again."""

import re
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.commands.entries import By
from app.commands.records import revision_of
from app.commands.scales import remove_version
from app.db import read_session, write_session
from app.models import Account, Demand, Term
from tests.services.databases import signed_in
from tests.web.desk import SOME_HOSTILE, fault, handed_over, hostile, newest_revision, send
from tests.web.forms import GAZA, assert_cells_equal_the_rule, engine_of, form, in_parallel, words
from tests.web.test_entries import report

SEVERAL = "hamas-2024-04-24-disarm-for-state"  # speaks of two issues


def a_term(desk: TestClient) -> tuple[str, str]:
    """A term that is not placed, on an issue with a scale; and its proposal."""
    with read_session(engine_of(desk)) as session:
        term, proposal = session.execute(
            select(Term.id, Term.proposal)
            .where(Term.negotiation == "gaza", Term.issue == "troop-withdrawal", Term.scale_version.is_(None))
            .order_by(Term.id)
        ).first() or ("", "")
    return term, proposal


def stored(desk: TestClient, model: type[Demand] | type[Term], id_: str) -> tuple[object, ...]:
    columns = (model.scale_version, model.rung_min, model.rung_max, model.placement_reason)
    with read_session(engine_of(desk)) as session:
        return tuple(
            session.execute(select(*columns).where(model.negotiation == "gaza", model.id == id_)).one()
        )


def test_a_demand_is_placed_moved_to_a_range_and_taken_off_the_scale(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    demand, page = address.rpartition("/")[2], f"{address}/placement"
    assert "Not placed, so not compared" in words(desk.get(address).text)
    sent = send(anna, page, rung_min="2", rung_max="", placement_reason="It says stored.")
    assert (sent.status_code, sent.headers["location"]) == (303, address)
    assert stored(desk, Demand, demand) == (1, 2, 2, "It says stored.")
    placed = newest_revision(desk)
    assert (placed["noun"], placed["record"], placed["reason"]) == ("demand", demand, "It says stored.")
    shown = words(desk.get(address).text)
    assert "2 Weapons are frozen or stored, unused, during a truce" in shown
    assert "Placed there because: It says stored." in shown
    assert 'name="rung_min" value="2" checked' in anna.get(page).text
    opened = {**form(anna, page), "rung_min": "4", "placement_reason": "Otherwise."}
    assert send(anna, page, rung_min="1", rung_max="2", placement_reason="Or kept.").status_code == 303
    assert stored(desk, Demand, demand) == (1, 1, 2, "Or kept.")
    assert "anywhere within these" in words(desk.get(address).text)
    late = anna.post(page, data=opened)
    assert (late.status_code, "As it was saved meanwhile" in late.text, "Otherwise." in late.text) == (
        409,
        True,
        True,
    )
    assert_cells_equal_the_rule(desk)
    handed_over(desk, tmp_path)
    assert send(anna, page, f"{page}/remove").status_code == 422, "a reason is needed"
    assert send(anna, page, f"{page}/remove", reason="It does not say.").status_code == 303
    assert stored(desk, Demand, demand) == (None, None, None, None)
    assert newest_revision(desk)["reason"] == "It does not say."
    assert "Not placed, so not compared" in words(desk.get(address).text)


@pytest.mark.one_database
def test_a_term_is_placed_and_taken_off_while_its_proposal_stays_as_it_is(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    term, proposal = a_term(desk)
    page = f"{GAZA}/terms/{term}/placement"
    assert page in anna.get(f"{GAZA}/proposals/{proposal}").text
    before = words(desk.get(f"{GAZA}/proposals/{proposal}").text)
    sent = send(anna, page, rung_min="4", rung_max="5", placement_reason="In stages, or at once.")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{GAZA}/proposals/{proposal}#term-{term}")
    assert stored(desk, Term, term) == (1, 4, 5, "In stages, or at once.")
    placed = newest_revision(desk)
    assert (placed["noun"], placed["record"]) == ("term", term)
    assert "In stages, or at once." in words(desk.get(f"{GAZA}/proposals/{proposal}").text)
    assert_cells_equal_the_rule(desk)
    handed_over(desk, tmp_path, load_it=True)
    opened = {**form(anna, page), "rung_min": "0", "placement_reason": "Never."}
    assert send(anna, page, f"{page}/remove", reason="The text leaves it open.").status_code == 303
    late = anna.post(page, data=opened)
    assert (late.status_code, "As it was saved meanwhile" in late.text) == (409, True)
    assert stored(desk, Term, term) == (None, None, None, None)
    assert words(desk.get(f"{GAZA}/proposals/{proposal}").text) == before


@pytest.mark.one_database
def test_a_placement_stays_on_its_version_until_somebody_places_it_on_a_newer_one(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    demand, page = address.rpartition("/")[2], f"{address}/placement"
    assert send(anna, page, rung_min="2", placement_reason="As worded.").status_code == 303
    ladder = ["Kept", "Given up"]
    assert send(anna, f"{GAZA}/issues/disarmament/scales", label=ladder).status_code == 303
    assert stored(desk, Demand, demand)[:2] == (1, 2)
    found = anna.get(page).text
    assert '<option value="1" selected>' in found
    # Another version is looked at without losing what was typed.
    other = send(anna, page, scale_version="2", rung_min="1", placement_reason="Typed.", action="rungs")
    assert (other.status_code, "Given up" in other.text, "Typed.</textarea>" in other.text) == (
        200,
        True,
        True,
    )
    assert "are frozen or stored" not in other.text
    wrong = send(anna, page, scale_version="2", rung_min="4", placement_reason="Typed.")
    assert fault(wrong.text, "rung_min") == "Choose a rung of this version."
    assert send(anna, page, scale_version="2", rung_min="1", placement_reason="Given up.").status_code == 303
    assert stored(desk, Demand, demand)[:2] == (2, 1)
    # What was not placed yet is offered the newest.
    assert '<option value="2" selected>' in anna.get(f"{report(anna, summary='Other.')}/placement").text


@pytest.mark.parametrize(
    ("chosen", "field", "said"),
    [
        ({"rung_min": ""}, "rung_min", "Choose a rung."),
        ({"rung_min": "9"}, "rung_min", "Choose a rung of this version."),
        ({"rung_min": "²"}, "rung_min", "Choose a rung of this version."),
        ({"rung_min": "3", "rung_max": "2"}, "rung_max", "A range ends on a higher rung than it begins on."),
        ({"rung_min": "3", "rung_max": "99"}, "rung_max", "Choose a rung of this version."),
        ({"rung_min": "3", "placement_reason": " "}, "placement_reason", "Fill this in."),
    ],
)
def test_what_is_no_place_on_the_scale_is_refused_in_words(
    desk_client: TestClient, chosen: dict[str, str], field: str, said: str
) -> None:
    page = f"{GAZA}/demands/il-2024-06-29-scope-demilitarization/placement"
    answer = send(desk_client, page, **{"placement_reason": "As worded.", **chosen})
    assert (answer.status_code, fault(answer.text, field)) == (422, said)
    no_version = send(desk_client, page, scale_version="7", rung_min="1", placement_reason="As worded.")
    assert (no_version.status_code, "Choose a version of the scale" in no_version.text) == (422, True)


def test_what_is_on_several_issues_or_on_one_without_a_scale_cannot_be_placed(
    desk_client: TestClient,
) -> None:
    several = f"{GAZA}/demands/{SEVERAL}/placement"
    assert "on no scale" in words(desk_client.get(several).text)
    unscaled = report(desk_client, issues="guarantees")
    assert "no scale yet" in words(desk_client.get(f"{unscaled}/placement").text)
    for page in (several, f"{unscaled}/placement"):
        data = {
            "token": "t" * 40,
            "seen": "1",
            "scale_version": "1",
            "rung_min": "1",
            "placement_reason": "x",
        }
        assert desk_client.post(page, data=data).status_code == 422


@pytest.mark.parametrize("value", SOME_HOSTILE, ids=[ascii(value)[:24] for value in SOME_HOSTILE])
def test_hostile_values_are_taken_or_refused_in_words(desk_client: TestClient, value: str) -> None:
    fields = ("scale_version", "rung_min", "rung_max", "placement_reason", "reason", "seen", "token")
    page = f"{GAZA}/demands/il-2024-06-29-scope-demilitarization/placement"
    hostile(desk_client, value, fields, page, f"{page}/remove")


def test_the_same_form_sent_at_once_places_it_once_and_of_different_ones_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    page = f"{report(anna)}/placement"
    same = {**form(anna, page), "rung_min": "1", "placement_reason": "As worded."}
    assert {a.status_code for a in in_parallel([lambda: anna.post(page, data=same)] * 6)} == {303}
    forms = [{**form(anna, page), "rung_min": str(n), "placement_reason": f"Reason {n}."} for n in range(5)]
    answers = in_parallel([lambda data=data: anna.post(page, data=data) for data in forms])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 4
    for place, answer in enumerate(answers):
        if answer.status_code == 409:
            assert re.search(rf'value="{place}" checked', answer.text)
            assert f"Reason {place}." in answer.text


@pytest.mark.one_database
def test_a_rung_that_is_removed_meanwhile_is_refused_in_words(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    page = f"{report(anna)}/placement"
    assert send(anna, f"{GAZA}/issues/disarmament/scales", label=["Kept", "Given up"]).status_code == 303
    data = {**form(anna, page), "scale_version": "2", "rung_min": "1", "placement_reason": "As worded."}
    with write_session(engine_of(desk)) as session:
        account = session.scalars(select(Account.id).where(Account.name == "anna")).one()
        seen = revision_of(session, "gaza", "scale", "disarmament")
        by = By(account, True, datetime.now(UTC))
        remove_version(session, "gaza", "disarmament", 2, by, reason="Too early.", seen=seen)
        answers: list[Any] = []
        # It reads the scale as it was, and waits for what is being removed.
        sending = Thread(target=lambda: answers.append(anna.post(page, data=data)))
        sending.start()
        sleep(0.5)
        session.commit()
    sending.join()
    assert answers[0].status_code == 422
    assert "version of the scale" in fault(answers[0].text, "scale_version")
    assert "As worded." in answers[0].text
