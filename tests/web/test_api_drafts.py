"""Entries handed in by programs: they wait for an editor, are taken once, and are refused in words."""

import threading
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from starlette.testclient import TestClient

from app.db import read_session, write_session
from app.domain.tokens import ENTRIES_FROM_ONE
from app.models import Citation, LoginAttempt, Record, Source
from tests.services.databases import engine_of, signed_in
from tests.web.test_api_tokens import bearer, make, token_in

GAZA = "/api/v1/negotiations/gaza"
REPORT = {"outlet": "Reuters", "published": "2024-04-03", "language": "en", "title": "Of the corridor"}
DEMAND: dict[str, Any] = {
    "holders": ["hamas"],
    "issues": ["governance-of-gaza"],
    "kind": "demand",
    "summary": "Holds out for a corridor nobody has drawn yet",
    "stated": "2024-04-02",
    "quantity": "at least 30",
    "unit": "metres",
    "citation": {
        "report": REPORT,
        "attributed_to": "a senior Hamas official",
        "speakers": ["hamas"],
        "anonymous": True,
        "setting": "interview",
        "quote": "a corridor",
    },
}
CITATION = {"source": "scmp-2023-12-25", "attributed_to": "an official", "speakers": ["hamas"]}
CITED = f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power/citations"


def program(client: TestClient, name: str = "carl", role: str = "contributor") -> TestClient:
    return bearer(client, token_in(make(signed_in(client, name), role=role)))


def send(client: TestClient, address: str, body: Any, key: str | None = "one") -> Any:
    return client.post(address, json=body, headers={"idempotency-key": key} if key else {})


def changed(**what: Any) -> dict[str, Any]:
    """The demand with something else in it; ``citation__source`` is a field of its citation."""
    body = deepcopy(DEMAND)
    for name, value in what.items():
        inside, _, field = name.partition("__")
        if field:
            body[inside][field] = value
        else:
            body[inside] = value
    return body


COUNTED = (Record, Citation, Source)


def counts(client: TestClient) -> list[int]:
    with read_session(engine_of(client)) as session:
        return [
            session.scalar(select(func.count()).select_from(of)) or 0 for of in (Record, Citation, Source)
        ]


def test_what_is_handed_in_waits_for_an_editor_and_reads_as_if_entered_by_the_form(desk: TestClient) -> None:
    carl, tool = signed_in(desk, "carl"), program(desk)
    answer = send(tool, f"{GAZA}/demands", DEMAND)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["review"] == "submitted"
    assert answer.headers["location"] == made["location"]
    here = made["location"].removeprefix("https://parley.example")
    assert desk.get(here).status_code == 404, "readers see nothing of it"
    assert DEMAND["summary"] in carl.get("/negotiations/gaza/entries").text
    form = carl.get(f"/negotiations/gaza/demands/{made['id']}/edit").text
    assert "at least 30" in form
    anna = signed_in(desk, "anna")
    review = anna.get(f"/negotiations/gaza/reviews/{made['citation']}").text
    for words in (DEMAND["summary"], "Reuters", "a senior Hamas official", "a corridor"):
        assert words in review
    # A further report of what waits, by an editor's tool; by anybody else's there is no such record.
    further = f"{here}/citations"
    assert send(program(desk, "dora"), further, CITATION).status_code == 404
    again = send(program(desk, "anna", "editor"), further, CITATION | {"relation": "denies"})
    assert (again.status_code, again.json()["review"]) == (201, "submitted"), again.text


def test_nothing_is_published_by_a_token_whosever_it_is(desk: TestClient) -> None:
    before = desk.get(f"{GAZA}/timeline").json()
    tool = program(desk, "anna", "editor")
    for address, body in (
        (f"{GAZA}/demands", DEMAND),
        (CITED, CITATION),
        (f"{GAZA}/sources", REPORT),
        (f"{GAZA}/demands", DEMAND | {"draft": True}),
    ):
        answer = send(tool, address, body, key=f"key-{address}-{len(body)}")
        assert answer.status_code == 201, answer.text
        assert answer.json()["review"] in ("draft", "submitted")
    assert desk.get(f"{GAZA}/timeline").json() == before
    with read_session(engine_of(desk)) as session:
        published = select(func.count()).where(
            Record.review_status == "published", Record.summary == DEMAND["summary"]
        )
        assert session.scalar(published) == 0


def test_the_same_key_makes_it_once_and_answers_the_same(desk: TestClient) -> None:
    tool = program(desk)
    first = send(tool, f"{GAZA}/demands", DEMAND)
    after = counts(desk)
    again = send(tool, f"{GAZA}/demands", DEMAND, key='"one"')
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    other = send(tool, f"{GAZA}/demands", changed(summary="Something else"))
    assert other.status_code == 422
    assert "used for something else" in other.json()["errors"]["Idempotency-Key"]
    elsewhere = send(tool, f"{GAZA}/sources", REPORT)
    assert elsewhere.status_code == 422
    assert counts(desk) == after
    theirs = send(program(desk, "dora"), f"{GAZA}/demands", DEMAND)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first.json()["id"], "a key is each person's own"
    for key in (None, "", " ", "two words", "x" * 300):
        assert send(tool, f"{GAZA}/demands", DEMAND, key).status_code == 400


def test_what_was_refused_uses_up_no_key(desk: TestClient) -> None:
    tool = program(desk)
    assert send(tool, f"{GAZA}/demands", changed(holders=["nobody"])).status_code == 422
    assert send(tool, f"{GAZA}/demands", DEMAND).status_code == 201


def test_an_entry_that_is_being_taken_is_not_taken_twice(desk: TestClient) -> None:
    """Somebody else is writing, so that one of the two waits; the other is told so at once."""
    tool = program(desk)
    answers: list[Any] = []
    one_is_back = threading.Event()

    def hand_in() -> None:
        answers.append(send(tool, f"{GAZA}/demands", DEMAND))
        one_is_back.set()

    both = [threading.Thread(target=hand_in) for _ in range(2)]
    with write_session(engine_of(desk)) as session:
        session.execute(update(LoginAttempt).values(at=LoginAttempt.at))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("LOCK TABLE login_attempts IN ACCESS EXCLUSIVE MODE"))
        for thread in both:
            thread.start()
        assert one_is_back.wait(20)
        session.rollback()
    for thread in both:
        thread.join()
    assert [answer.status_code for answer in answers] == [409, 201]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (changed(holders=[]), {"holders": "Fill this in."}),
        (changed(holders=["nobody"]), {"holders": "Choose participants of this negotiation."}),
        (changed(issues=["x"]), {"issues": "Choose issues of this negotiation."}),
        (changed(kind="x"), {"kind": "Choose one of these"}),
        (changed(stated="April"), {"stated": "April"}),
        (changed(stated="2999"), {"stated": "after today"}),
        (changed(stated="2024-05-01"), {"stated": "before it was printed"}),
        (changed(summary="two\nlines"), {"summary": "one line"}),
        (changed(surprise=1), {"surprise": "There is no such field"}),
        (changed(citation__attributed_to=" "), {"citation.attributed_to": "Fill this in."}),
        (changed(citation__speakers=["x"]), {"citation.speakers": "Choose actors"}),
        (changed(citation__attribution="self"), {"citation.attribution": "nobody speaks for the holder"}),
        (changed(citation__report=REPORT | {"outlet": ""}), {"citation.report.outlet": "Name the outlet"}),
        (changed(citation__report=REPORT | {"language": "?"}), {"citation.report.language": "en, ar, he"}),
        (changed(citation__report=REPORT | {"kind": "x"}), {"citation.report.kind": "Choose one of these"}),
        (changed(citation__report=None), {"citation.source": "Name the outlet"}),
        (changed(citation__report=3), {"citation.report": "an object with its fields"}),
        (changed(holders="hamas"), {"holders": "Write this as a list."}),
        (changed(citation__source="scmp-2023-12-25"), {"citation.report": "not both"}),
        (changed(links=[{"relation": "replaces", "to": "x y"}]), {"links.0": "Choose what your claim does"}),
        (
            changed(links=[{"relation": "restates", "to": "a"}, {"relation": "replaces", "to": "a"}]),
            {"links": "only once"},
        ),
        ([], {"body": "no such JSON"}),
        ({}, {"holders": "Fill this in.", "citation": "Fill this in."}),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field_in_the_words_of_the_form(
    desk_client: TestClient, tool: TestClient, body: Any, errors: dict[str, str]
) -> None:
    before = counts(desk_client)
    answer = send(tool, f"{GAZA}/demands", body, key="wrong")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    for field, words in errors.items():
        assert words in answer.json()["errors"].get(field, ""), answer.json()
    assert counts(desk_client) == before


@pytest.fixture(scope="module")
def tool(desk_client: TestClient) -> TestClient:
    return program(desk_client)


def test_a_further_report_and_a_new_source_are_refused_in_words_too(tool: TestClient) -> None:
    for address, body, field in (
        (CITED, CITATION | {"relation": "x"}, "relation"),
        (CITED, CITATION | {"attributed_to": ""}, "attributed_to"),
        (CITED, CITATION | {"stated": "2025"}, "stated"),
        (CITED, CITATION | {"source": "nothing-here"}, "form"),
        (CITED, {**CITATION, "source": None, "report": REPORT | {"published": "2023-01-01"}}, "form"),
        (f"{GAZA}/sources", REPORT | {"published": "2999"}, "published"),
        (f"{GAZA}/sources", REPORT | {"url": "javascript:alert(1)"}, "url"),
    ):
        answer = send(tool, address, body)
        assert answer.status_code == 422, (address, body, answer.text)
        assert field in answer.json()["errors"], answer.json()
    nowhere = f"{GAZA}/demands/none/citations"
    assert send(tool, nowhere, CITATION).status_code == 404
    assert send(tool, "/api/v1/negotiations/none/demands", DEMAND).status_code == 404
    assert tool.post(f"{GAZA}/demands", content=b"{", headers={"idempotency-key": "a"}).status_code == 422


def test_too_much_of_late_is_told_to_wait(desk_client: TestClient) -> None:
    tool = program(desk_client, "dora")
    assert send(tool, f"{GAZA}/sources", {**REPORT, "outlet": ""}, key="first").status_code == 422
    with write_session(engine_of(desk_client)) as session:
        who, at = session.execute(
            select(LoginAttempt.who, LoginAttempt.at)
            .where(LoginAttempt.who.startswith("api:"))
            .order_by(LoginAttempt.number.desc())
            .limit(1)
        ).one()
        session.add_all(LoginAttempt(who=who, at=at) for _ in range(ENTRIES_FROM_ONE))
        session.commit()
    answer = send(tool, f"{GAZA}/sources", REPORT, key="another")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
