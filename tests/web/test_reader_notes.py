"""“Something wrong here?”: a reader's note on a published record, and what editors do with it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from app.commands.passwords import begin_try
from app.db import read_session, write_session
from app.models import LoginAttempt, ReaderNote, Record
from tests.services.databases import signed_in
from tests.web.forms import GAZA, HOSTILE, engine_of, in_parallel, words
from tests.web.test_reviews import QUEUE, entered, on_page, press

NOUNS = ("demand", "proposal", "term", "response", "remark", "event")


def some(client: TestClient, type_: str) -> str:
    """The address of a published record of a type."""
    with read_session(engine_of(client)) as session:
        record = session.scalars(
            select(Record.id).where(Record.negotiation == "gaza", Record.type == type_).order_by(Record.id)
        ).first()
    return f"{GAZA}/{type_}s/{record}"


def send(client: TestClient, address: str, text: str, sender: str = "testclient") -> Any:
    """Send a note as a browser at some address would."""
    other = TestClient(client.app, follow_redirects=False, client=(sender, 50000))
    return other.post(f"{address}/note", data={"words": text})


def notes(client: TestClient) -> list[str]:
    with read_session(engine_of(client)) as session:
        return list(session.scalars(select(ReaderNote.words).order_by(ReaderNote.number)))


def test_a_reader_says_what_is_wrong_and_editors_alone_read_and_settle_it(desk: TestClient) -> None:
    anna, ben, carl = (signed_in(desk, name) for name in ("anna", "ben", "carl"))
    address = some(desk, "demand")
    link = re.search(r'<a rel="nofollow" href="([^"]+)">Something wrong here\?</a>', desk.get(address).text)
    assert link
    assert link[1] == f"{address}/note"
    form = desk.get(link[1])
    assert (form.status_code, form.headers["x-robots-tag"]) == (200, "noindex, nofollow")
    assert form.headers["cache-control"] == "no-store"
    assert "etag" not in form.headers
    tag = desk.get(address).headers["etag"]
    answer = desk.post(link[1], data={"words": " The <b>date</b> is\r\na day too early. "})
    assert answer.status_code == 303
    assert "Thank you" in on_page(desk, answer.headers["location"])
    assert notes(desk) == ["The <b>date</b> is\na day too early."]
    assert desk.get(address).headers["etag"] == tag
    for client in (desk, carl):
        assert client.get(QUEUE).status_code in (303, 403)
        for page in (address, link[1], f"{GAZA}/timeline.csv", f"{GAZA}/entries"):
            assert "a day too early" not in client.get(page).text
    queue = anna.get(QUEUE).text
    assert "The <b>date</b>" not in queue
    assert "The <b>date</b> is a day too early." in words(queue.replace("&lt;b&gt;", "‹b›")).replace(
        "‹", "<"
    ).replace("›", ">")
    assert f'href="{address}/edit"' in queue
    assert "Review 1 waiting" in words(queue)
    with read_session(engine_of(desk)) as session:
        note = session.execute(select(ReaderNote.__table__)).one()
        assert not [value for value in note if "testclient" in str(value)]
        assert not session.scalars(
            select(LoginAttempt.who).where(LoginAttempt.who.contains("testclient"))
        ).all()
    settle = f"{GAZA}/notes/1/settle"
    tokens = [
        re.search(
            rf'action="{settle}"><input type="hidden" name="token" value="([^"]+)"', client.get(QUEUE).text
        )
        for client in (anna, ben)
    ]
    sent = [
        lambda client=client, token=token, name=name: client.post(
            settle, data={"token": token[1], "answer": f"{name} looked it up."}
        )
        for client, token, name in zip((anna, ben), tokens, ("anna", "ben"), strict=True)
    ]
    answers = in_parallel(sent)
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    won, lost = sorted(("anna", "ben"), key=lambda name: answers[("anna", "ben").index(name)].status_code)
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert f"{won} has settled this note already." in refused.text
    assert f"{lost} looked it up." in refused.text
    after = on_page(anna, QUEUE)
    assert "No reader says so." in after
    assert f"Settled by {won}" in after
    assert f"{won} looked it up." in after


@pytest.mark.one_database
@pytest.mark.parametrize("type_", NOUNS)
def test_every_published_record_can_be_noted_on_and_nothing_else(desk: TestClient, type_: str) -> None:
    address = some(desk, type_)
    assert send(desk, address, f"Something is wrong with this {type_}.").status_code == 303
    assert f"Something is wrong with this {type_}." in on_page(signed_in(desk, "anna"), QUEUE)
    if type_ == "demand":
        _, waiting = entered(desk)
        missing = f"{GAZA}/demands/{'x' * len(waiting)}"
        for client in (desk, signed_in(desk, "anna")):
            for gone in (f"{GAZA}/demands/{waiting}", missing):
                assert client.get(f"{gone}/note").status_code == 404
                assert client.post(f"{gone}/note", data={"words": "x"}).status_code == 404
        assert desk.get(f"{GAZA}/sources/x/note").status_code == 404


@pytest.mark.one_database
def test_one_sender_is_slowed_down_and_keeps_what_was_typed(desk: TestClient) -> None:
    address = some(desk, "event")
    for number in range(5):
        assert send(desk, address, f"Note {number}.").status_code == 303
    refused = send(desk, address, "One note too many.")
    assert (refused.status_code, "One note too many." in refused.text) == (429, True)
    assert "More notes have come in of late than we can read" in refused.text
    assert refused.headers["retry-after"] == "3600"
    assert send(desk, address, "Note 0.").status_code == 303, "the same one again is no further note"
    assert send(desk, address, "From elsewhere.", "2001:db8::1").status_code == 303
    assert send(desk, address, "Note 0.", "203.0.113.9").status_code == 303
    assert len(notes(desk)) == 7
    with write_session(engine_of(desk)) as session:
        # Somebody who signs in clears away old tries, not what notes are counted by.
        session.execute(update(LoginAttempt).values(at=datetime.now(UTC) - timedelta(minutes=50)))
        begin_try(session, "anna", address="203.0.113.9", now=datetime.now(UTC))
        session.commit()
    assert send(desk, address, "Still too many.").status_code == 429
    with write_session(engine_of(desk)) as session:
        session.execute(update(LoginAttempt).values(at=datetime.now(UTC) - timedelta(minutes=61)))
        session.commit()
    assert send(desk, address, "An hour later.").status_code == 303


@pytest.mark.one_database
def test_one_household_is_one_sender_and_all_of_them_together_are_slowed_down_too(desk: TestClient) -> None:
    address = some(desk, "remark")
    for number in range(5):
        assert send(desk, address, f"Note {number}.", f"2001:db8:0:1::{number}").status_code == 303
    assert send(desk, address, "Note 6.", "2001:db8:0:1:ffff::1").status_code == 429
    for number in range(5, 50):
        assert send(desk, address, f"Note {number}.", f"203.0.113.{number}").status_code == 303
    assert send(desk, address, "Note 50.", "198.51.100.1").status_code == 429
    assert len(notes(desk)) == 50


def test_a_double_click_is_one_note_and_no_note_is_lost(desk: TestClient) -> None:
    address = some(desk, "proposal")
    jobs = [lambda n=n: send(desk, address, f"Note {n // 2}.") for n in range(8)]
    assert {answer.status_code for answer in in_parallel(jobs)} == {303}
    assert sorted(notes(desk)) == [f"Note {n}." for n in range(4)]


def test_a_hostile_note_is_taken_or_refused_in_words_and_always_kept(desk_client: TestClient) -> None:
    address = some(desk_client, "demand")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for number, value in enumerate([*HOSTILE, "x" * 1001, "x" * 30_000]):
        body = b"".join(b"%%%02X" % byte for byte in value.encode("utf-8", "surrogatepass")[:300_000])
        # A sender of its own for each value.
        other = TestClient(desk_client.app, follow_redirects=False, client=(f"sender {number}", 1))
        answer = other.post(f"{address}/note", content=b"words=" + body, headers=headers)
        assert answer.status_code in (303, 422), ascii(value)[:50]
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        if answer.status_code == 422:
            assert re.search(r'id="words-fault">[^<]+', answer.text), ascii(value)[:50]
            if value.strip().isprintable() and len(value) < 2000:
                assert value.strip() in unescape(answer.text)
        elif "\ud800" not in value:
            assert value.strip() in notes(desk_client)
        queue = desk_client.get(QUEUE)
        assert queue.status_code == 200
        assert "<script>alert" not in queue.text
    too_long = send(desk_client, address, "y" * 1001, "another sender")
    assert "This is too long: write at most 1000 characters." in too_long.text


@pytest.mark.parametrize("query", ["notes=x", "notes=99999999999999999999", "notes=1", "by=x", "published=x"])
def test_no_address_of_the_queue_fails(desk_client: TestClient, query: str) -> None:
    assert desk_client.get(f"{QUEUE}?{query}").status_code == 200


@pytest.mark.one_database
def test_an_answer_that_cannot_be_kept_comes_back(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    send(desk, some(desk, "demand"), "Something.")
    answer = press(anna, QUEUE, f"{GAZA}/notes/1/settle", answer="y" * 1001)
    assert (answer.status_code, "y" * 1001 in answer.text) == (422, True)
    assert 'id="answer-1-fault">This is too long' in answer.text
    missing = anna.post(f"{GAZA}/notes/7/settle", data={"token": "t" * 40, "answer": "z"})
    assert (missing.status_code, "There is no such note." in missing.text) == (422, True)
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(func.count()).where(ReaderNote.settled_at.is_not(None))) == 0
