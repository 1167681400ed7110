"""An entry given up before it was published: asked about first, gone for everybody, and taken back whole."""

import re
import shutil
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import read_session
from app.models import Citation, Record, RecordActor, Source
from app.queries.revisions import verify
from tests.services.databases import signed_in
from tests.web.desk import handed_over
from tests.web.forms import GAZA, REPORT, assert_cells_equal_the_rule, engine_of, form, words

OWN = f"{GAZA}/entries"
DEMAND: dict[str, Any] = {
    **REPORT,
    "holders": "israel",
    "issues": "hostage-release",
    "kind": "demand",
    "summary": "Wants the lists first.",
    "stated_day": "2026-02-27",
}
PROPOSAL: dict[str, Any] = {
    **REPORT,
    "heading": "An offer of two terms",
    "proposed_by": "israel",
    "presented_day": "2026-02-27",
    "term-1-issue": "hostage-release",
    "term-1-summary": "Dozens of hostages",
    "term-2-issue": "ceasefire-duration",
    "term-2-summary": "Forty-two days",
    "term-2-quantity": "42",
    "term-2-unit": "days",
}


def draft(client: TestClient, noun: str, data: dict[str, Any], **more: Any) -> tuple[int, str]:
    """Keep a draft; answers the number of its citation, and the id of the record."""
    token = form(client, f"{GAZA}/{noun}/new")["token"]
    saved = client.post(f"{GAZA}/{noun}", data={**data, "token": token, "action": "draft", **more})
    assert saved.status_code == 303, saved.text
    with read_session(engine_of(client)) as session:
        number, record = session.execute(
            select(Citation.number, Citation.subject).order_by(Citation.number.desc()).limit(1)
        ).one()
        return number, record


def discard(client: TestClient, number: int, **more: Any) -> Any:
    page = f"{OWN}/{number}/discard"
    return client.post(page, data={**form(client, page), **more})


def take_back(client: TestClient, number: int) -> Any:
    return client.post(f"{OWN}/{number}/take-back", data={"token": token_urlsafe(32)})


def filled_in(client: TestClient, edit: str) -> str:
    """The form of a record with all that is in it, but for what marks the form itself."""
    response = client.get(edit)
    assert response.status_code == 200
    return re.sub(r'name="(token|seen)" value="[^"]*"', "", response.text)


def held(client: TestClient) -> list[int]:
    """How many rows of each kind there are."""
    with read_session(engine_of(client)) as session:
        tables = (Citation, Record, RecordActor, Source)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def assert_whole(client: TestClient) -> None:
    with read_session(engine_of(client)) as session:
        assert verify(session) is None
    assert_cells_equal_the_rule(client)


@pytest.mark.parametrize(("noun", "data"), [("demands", DEMAND), ("proposals", PROPOSAL)])
def test_a_draft_is_discarded_when_asked_twice_and_comes_back_as_it_was(
    desk: TestClient, noun: str, data: dict[str, Any]
) -> None:
    carl, anna = signed_in(desk, "carl"), signed_in(desk, "anna")
    before = held(desk)
    number, record = draft(carl, noun, data)
    said = data.get("summary") or data["heading"]
    edit = f"{GAZA}/{noun}/{record}/edit"
    as_it_was = filled_in(carl, edit)
    assert f'href="{OWN}/{number}/discard"' in carl.get(OWN).text
    asked = words(carl.get(f"{OWN}/{number}/discard").text)
    assert "Discard this entry?" in asked
    assert said in asked
    assert held(desk) != before, "to be asked takes nothing away"
    for stranger in (anna, signed_in(desk, "ben")):
        assert stranger.get(f"{OWN}/{number}/discard").status_code == 404
        assert stranger.post(f"{OWN}/{number}/discard", data={"token": "t" * 40}).status_code == 404
    gone = discard(carl, number)
    assert (gone.status_code, gone.headers["location"]) == (303, f"{OWN}#discarded")
    assert held(desk) == before
    assert carl.get(edit).status_code == 404
    page = words(carl.get(OWN).text)
    assert "Discarded of late" in page
    assert said in page
    assert said not in words(anna.get(OWN).text)
    assert take_back(anna, number).status_code == 422, "it is nobody else's to take back"
    assert_whole(desk)
    back = take_back(carl, number)
    assert (back.status_code, back.headers["location"]) == (303, f"{OWN}#entry-{number}")
    assert "Discarded of late" not in carl.get(OWN).text
    assert filled_in(carl, edit) == as_it_was
    again = carl.post(f"{OWN}/{number}/submit", data={"token": "s" * 40})
    assert again.status_code == 303, again.text
    review = f"{GAZA}/reviews/{number}"
    published = anna.post(f"{review}/publish", data=form(anna, review) | {"token": "p" * 40})
    assert published.status_code == 303, published.text
    assert said in desk.get(f"{GAZA}/{noun}/{record}").text
    history = words(anna.get(f"{GAZA}/{noun}/{record}/history").text)
    assert "Entry discarded by carl" in history
    assert_whole(desk)


@pytest.mark.one_database
def test_the_same_words_may_be_entered_anew_after_they_were_discarded(desk: TestClient) -> None:
    carl = signed_in(desk, "carl")
    first, _ = draft(carl, "demands", DEMAND)
    assert discard(carl, first).status_code == 303
    second, _ = draft(carl, "demands", DEMAND)
    assert second > first, "no number is given again"
    assert take_back(carl, first).status_code == 303
    assert carl.get(OWN).text.count(DEMAND["summary"]) >= 2


@pytest.mark.one_database
def test_what_another_entry_names_stays_until_that_one_is_gone(desk: TestClient) -> None:
    carl = signed_in(desk, "carl")
    package, proposal = draft(carl, "proposals", PROPOSAL)
    answer = {
        **REPORT,
        "proposal": proposal,
        "actor": "hamas",
        "response": "rejected",
        "stated_day": "2026-02-28",
    }
    response, _ = draft(carl, "responses", answer)
    refused = discard(carl, package)
    assert (refused.status_code, "Another entry names this one" in refused.text) == (422, True)
    assert discard(carl, response).status_code == 303
    assert discard(carl, package).status_code == 303
    late = take_back(carl, response)
    assert (late.status_code, "is not there any more" in late.text) == (422, True)
    assert take_back(carl, package).status_code == 303
    assert take_back(carl, response).status_code == 303
    assert_whole(desk)


@pytest.mark.one_database
def test_a_report_of_a_published_record_is_discarded_alone_and_what_waits_or_is_public_is_not(
    desk: TestClient,
) -> None:
    carl, anna = signed_in(desk, "carl"), signed_in(desk, "anna")
    record = f"{GAZA}/demands/isr-2023-11-09-no-fuel"
    shown = desk.get(record).text
    report = {**REPORT, "relation": "supports", "token": "c" * 40, "action": "draft"}
    assert carl.post(f"{record}/cite", data=report).status_code == 303
    with read_session(engine_of(desk)) as session:
        number = session.scalars(select(func.max(Citation.number))).one()
    assert discard(carl, number).status_code == 303
    assert desk.get(record).text == shown
    assert take_back(carl, number).status_code == 303
    assert carl.post(f"{OWN}/{number}/submit", data={"token": "s" * 40}).status_code == 303
    assert carl.get(f"{OWN}/{number}/discard").status_code == 404, "an editor may be reading it"
    sent_back = {"token": "r" * 40, "comment": "Which officials?"}
    assert anna.post(f"{GAZA}/reviews/{number}/return", data=sent_back).status_code == 303
    assert discard(carl, number).status_code == 303
    assert take_back(carl, number).status_code == 303, "as a draft"
    assert carl.get(f"{OWN}/1/discard").status_code == 404, "what is public is retracted instead"
    assert_whole(desk)


def test_what_was_discarded_is_in_no_package_and_a_second_click_changes_nothing(
    desk: TestClient, tmp_path: Path
) -> None:
    carl = signed_in(desk, "carl")
    number, _ = draft(carl, "demands", DEMAND, outlet="Nowhere Else Post")
    page = f"{OWN}/{number}/discard"
    data = form(carl, page)
    assert [carl.post(page, data=data).status_code for _ in range(3)] == [303, 303, 303]
    package = handed_over(desk, tmp_path)
    assert "Nowhere Else Post" not in "".join(file.read_text() for file in package.glob("*.csv"))
    shutil.rmtree(package)
