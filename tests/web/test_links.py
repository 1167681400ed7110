"""Links between demands, and the events that overtake them, through their forms."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.commands.coverage import record_check, remove_check
from app.commands.entries import By
from app.commands.links import add_link, remove_link
from app.commands.records import revision_of
from app.commands.scales import add_version, replace_version
from app.db import write_session
from app.domain.vocabulary import LinkRelation
from app.models import Account
from tests.services.databases import signed_in
from tests.web.desk import SOME_HOSTILE, fault, handed_over, hostile, newest_revision, send
from tests.web.forms import GAZA, assert_cells_equal_the_rule, engine_of, form, in_parallel, words
from tests.web.test_entries import report

LATER = {
    "summary": "Would give its arms to a joint committee.",
    "stated": "2026-03-01",
    "published": "2026-03-01",
}
PAGES = ("links", "overtaken", "links/1/edit", "links/1/remove")


def id_of(address: str) -> str:
    return address.rpartition("/")[2]


def links_of(client: TestClient, address: str) -> list[str]:
    """The numbers of the links that the page of a demand's links has."""
    return re.findall(r'<li id="link-(\d+)">', client.get(f"{address}/links").text)


def table(desk: TestClient) -> str:
    return desk.get(f"{GAZA}?columns=hamas").text


def test_a_link_takes_down_what_it_replaces_and_taken_away_lets_it_stand_again(
    desk: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(desk, "anna")
    first, later = report(anna), report(anna, **LATER)
    tag = desk.get(GAZA).headers["etag"]
    page = words(anna.get(f"{later}/links").text)
    assert "Would store its arms under supervision." in page, "what stands in the same cell is offered"
    sent = send(anna, f"{later}/links", other=id_of(first), relation="replaces", part="where it is stored")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{later}/links")
    assert desk.get(GAZA).headers["etag"] != tag
    history = words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert "replaced since" in history
    assert "(where it is stored)" in words(desk.get(later).text)
    assert "Replaced by" in words(anna.get(f"{first}/links").text), "a link is listed at both its ends"
    assert_cells_equal_the_rule(desk)
    # The note is corrected, the link taken away; each with a reason.
    (number,) = links_of(anna, first)
    edit = f"{later}/links/{number}/edit"
    assert fault(send(anna, edit, part="all").text, "reason") == "Fill this in."
    assert send(anna, edit, part="all of it", reason="It says so.").status_code == 303
    assert "(all of it)" in words(desk.get(later).text)
    changed = newest_revision(desk)
    assert (changed["noun"], changed["record"], changed["action"]) == ("link", number, "edit")
    assert json.loads(changed["after"])["note"] == "all of it"
    package = handed_over(desk, tmp_path)
    assert "replaces" in (package / "links.csv").read_text().splitlines()[-1]
    remove = f"{later}/links/{number}/remove"
    refused = send(anna, edit, remove)
    assert (refused.status_code, fault(refused.text, "removal")) == (422, "Fill this in.")
    assert send(anna, edit, remove, reason="They can both be.").status_code == 303
    gone = newest_revision(desk)
    assert (gone["action"], gone["after"], gone["reason"]) == ("remove", None, "They can both be.")
    assert links_of(anna, later) == []
    assert "replaced since" not in words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert_cells_equal_the_rule(desk)
    assert anna.get(edit).status_code == 404
    # Its number is not given again: the revisions of one link are never those of another.
    send(anna, f"{later}/links", other=id_of(first), relation="clarifies", part="")
    assert int(newest_revision(desk)["record"]) > int(number)


def test_a_contradiction_marks_both_cells_at_once(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    one = report(anna)
    other = report(anna, **LATER, holders="israel", speakers="israel", issues="disarmament")
    assert "Contested" not in words(desk.get(f"{GAZA}/positions/israel/disarmament").text)
    assert send(anna, f"{one}/links", other=id_of(other), relation="contradicts").status_code == 303
    for holder in ("hamas", "israel"):
        assert "Contested" in words(desk.get(f"{GAZA}/positions/{holder}/disarmament").text)
    assert_cells_equal_the_rule(desk)
    again = send(anna, f"{other}/links", other=id_of(one), relation="contradicts")
    assert (again.status_code, "in this way already" in again.text) == (422, True)
    (number,) = links_of(anna, other)
    edit = f"{other}/links/{number}/edit"
    assert send(anna, edit, edit.replace("edit", "remove"), reason="No.").status_code == 303
    for holder in ("hamas", "israel"):
        assert "Contested" not in words(desk.get(f"{GAZA}/positions/{holder}/disarmament").text)
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_links_that_say_nothing_are_refused_in_words_and_nothing_typed_is_lost(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    one, two = report(anna), report(anna, **LATER)
    three = report(anna, **{**LATER, "summary": "A third."})
    hearsay = report(anna, **{**LATER, "speakers": "egypt", "summary": "Said by others."})
    waiting = report(carl, summary="Not published yet.")
    assert waiting == f"{GAZA}/entries"
    assert send(anna, f"{two}/links", other=id_of(one), relation="replaces").status_code == 303
    assert send(anna, f"{three}/links", other=id_of(two), relation="replaces").status_code == 303
    for start, other, relation, said in (
        (one, id_of(one), "restates", "cannot be linked to itself"),
        (two, id_of(one), "replaces", "in this way already"),
        (one, id_of(two), "replaces", "a circle says nothing"),
        (one, id_of(three), "replaces", "a circle says nothing"),
        (hearsay, id_of(one), "replaces", "cannot replace what is from its own side"),
        (one, "", "replaces", "Choose the other demand."),
        (one, id_of(two), "", "Choose what it does."),
        (one, id_of(two), "likes", "Choose one of these"),
        (one, "nothing-there", "restates", "is not there any more"),
    ):
        answer = send(anna, f"{start}/links", other=other, relation=relation, part="the storing")
        assert (answer.status_code, said in words(answer.text)) == (422, True), (said, words(answer.text))
        assert "the storing" in answer.text
    assert send(anna, f"{hearsay}/links", other=id_of(one), relation="contradicts").status_code == 303
    assert send(anna, f"{one}/links", other=id_of(hearsay), relation="replaces").status_code == 303
    assert_cells_equal_the_rule(desk)


def test_the_other_demand_is_found_by_its_words_or_its_address(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    own = f"{GAZA}/demands/il-2024-06-29-scope-demilitarization/links"
    by_words = anna.post(
        own, data={"action": "find", "find": "MUST demilitarized", "part": "kept", "relation": "replaces"}
    )
    assert by_words.status_code == 200
    assert 'value="il-2024-09-10-demilitarization"' in by_words.text
    assert "kept</textarea>" in by_words.text
    assert 'value="replaces" checked' in by_words.text
    address = f"https://parley.example{GAZA}/demands/il-2024-09-10-demilitarization?on=2025-01-01"
    assert 'value="il-2024-09-10-demilitarization"' in anna.get(own, params={"find": address}).text
    assert "No published demand has these words." in anna.get(own, params={"find": "xyzzy\x00"}).text
    chosen = {"find": "xyzzy", "other": "il-2024-09-10-demilitarization"}
    assert 'value="il-2024-09-10-demilitarization" checked' in anna.get(own, params=chosen).text


@pytest.mark.parametrize("value", SOME_HOSTILE, ids=[ascii(value)[:24] for value in SOME_HOSTILE])
def test_hostile_values_are_taken_or_refused_in_words(desk_client: TestClient, value: str) -> None:
    fields = ("other", "relation", "part", "find", "event", "reason", "seen", "token", "action")
    demand = f"{GAZA}/demands/hamas-2023-12-25-denies-egyptian-account"
    hostile(desk_client, value, fields, *(f"{demand}/{page}" for page in PAGES))
    assert desk_client.get(f"{demand}/links/99999999999/edit").status_code == 422


def test_of_parallel_removals_and_corrections_one_wins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first, later = report(anna), report(anna, **LATER)
    assert send(anna, f"{later}/links", other=id_of(first), relation="restates").status_code == 303
    (number,) = links_of(anna, later)
    edit = f"{later}/links/{number}/edit"
    forms = [{**form(anna, edit), "part": f"Part {n}.", "reason": "a try"} for n in range(6)]
    answers = in_parallel([lambda data=data: anna.post(edit, data=data) for data in forms])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    for place, answer in enumerate(answers):
        if place != winner:
            assert f"Part {place}." in answer.text
            assert f"Part {winner}." in answer.text
    token = {**form(anna, f"{first}/links"), "other": id_of(later), "relation": "clarifies"}
    answers = in_parallel([lambda: anna.post(f"{first}/links", data=token)] * 6)
    assert {answer.status_code for answer in answers} == {303}
    assert len(links_of(anna, first)) == 2


@pytest.mark.one_database
def test_a_demand_is_marked_as_overtaken_and_the_mark_is_taken_away(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    page = f"{address}/overtaken"
    assert "Israel resumes strikes" in anna.post(page, data={"action": "find", "find": "resumes"}).text
    event = re.search(
        r'name="event" value="([^"]+)"><p class="s" dir="auto"><label[^>]*>Israel resumes',
        anna.get(page).text,
    )
    assert event
    assert fault(send(anna, page, event=event[1]).text, "reason") == "Fill this in."
    assert send(anna, page, event=event[1], reason="The truce is over.").status_code == 303
    assert "by Israel resumes strikes, 18 Mar 2025" in words(desk.get(address).text)
    assert "overtaken by an event" in words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert_cells_equal_the_rule(desk)
    opened = {**form(anna, page), "event": "", "reason": "Not this one."}
    assert send(anna, page, event="", reason="It was about another truce.").status_code == 303
    assert "Overtaken" not in words(desk.get(address).text)
    assert_cells_equal_the_rule(desk)
    late = anna.post(page, data=opened)
    assert (late.status_code, "As it was saved meanwhile" in late.text) == (409, True)
    unknown = send(anna, page, event="nothing-there", reason="?")
    assert (unknown.status_code, "is not there any more" in unknown.text) == (422, True)


@pytest.mark.one_database
def test_what_was_taken_away_is_gone_from_that_day_on_and_there_before(desk: TestClient) -> None:
    other, here = "il-2024-09-10-demilitarization", "il-2024-06-29-scope-demilitarization"
    check = {"actor": "qatar", "issue": "disarmament", "searched_through": "2026-02"}
    with write_session(engine_of(desk)) as session:
        anna = session.scalars(select(Account.id).where(Account.name == "anna")).one()

        def by(day: int) -> By:
            return By(anna, True, datetime(2026, 3, day, 12, tzinfo=UTC))

        def seen(noun: str, record: str) -> int:
            return revision_of(session, "gaza", noun, record)

        link = add_link(session, "gaza", here, LinkRelation.CONTRADICTS, other, by(2))
        record_check(session, "gaza", check, by(2))
        add_version(session, "gaza", "guarantees", ["None", "Some", "All"], by(2), seen=0)
        why = "A mistake."
        remove_link(session, "gaza", link, by(4), reason=why, seen=seen("link", str(link)))
        remove_check(session, "gaza", 1, by(4), reason=why, seen=seen("coverage", "1"))
        labels, at = ["None", "All"], seen("scale", "guarantees")
        replace_version(session, "gaza", "guarantees", 1, labels, by(4), reason=why, seen=at)
        session.commit()

    def shown(path: str, day: int) -> str:
        return words(desk.get(f"{GAZA}/{path}?basis=recorded&on=2026-03-0{day}").text)

    for day in (3, 5):
        there = day == 3
        assert ("How it stands to other records" in shown(f"demands/{here}", day)) is there
        assert ("Searched through Feb 2026" in shown("positions/qatar/disarmament", day)) is there
        assert ("2 All" in shown("issues/guarantees", day)) is there
    assert "1 All" in shown("issues/guarantees", 5)


@pytest.mark.one_database
def test_readers_and_contributors_see_no_desk_for_it(desk: TestClient) -> None:
    address = f"{GAZA}/demands/il-2024-06-29-scope-demilitarization"
    for client in (desk, signed_in(desk, "carl")):
        assert f"{address}/links" not in client.get(address).text
    assert f"{address}/links" in signed_in(desk, "anna").get(address).text
