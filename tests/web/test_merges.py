"""Merging two sources, two actors or two demands: all that named the one names the other, for good."""

from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from app.db import read_session, write_session
from app.domain.vocabulary import RecordType
from app.exchange.faults import PackageFaults
from app.exchange.package import check_package
from app.models import (
    ActorAlias,
    Citation,
    CitationSpeaker,
    Demand,
    Link,
    Participant,
    ReaderNote,
    Record,
    RecordActor,
    Redirect,
    Revision,
    Source,
    SourceText,
)
from app.queries.revisions import verify
from tests.make import talks, write_package
from tests.packages import load
from tests.services.databases import signed_in
from tests.web.derived import assert_as_if_imported
from tests.web.forms import engine_of, form, spaced

TALKS = "/negotiations/talks"


def of(client: TestClient, statement: Any) -> list[Any]:
    with read_session(engine_of(client)) as session:
        return [tuple(row) if len(row) > 1 else row[0] for row in session.execute(statement)]


@pytest.fixture
def twice(desk: TestClient, tmp_path: Path) -> TestClient:
    """The talks, with a source, an actor and a demand in them that are each there twice."""
    tables = {name: [dict(row) for row in rows] for name, rows in talks().items()}
    tables["actors"] += [
        {"id": "p-two", "name": "P once more", "kind": "state", "aliases": "Pe|People of P"},
        {"id": "p-two-office", "name": "Its office", "part_of": "p-two"},
    ]
    tables["participants"] += [
        {"actor": "p-two", "role": "party", "from": "2023", "to": "2024"},
        {"actor": "p-two", "role": "host"},
    ]
    tables["sources"] += [
        {"id": "s3", "outlet": "Outlet of s1", "published": "2024-01-02", "language": "en", "origin": "s1"},
        {"id": "s4", "outlet": "Relaying", "published": "2024-01-04", "language": "en", "origin": "s3"},
    ]
    tables["demands"] += [
        {"id": "d4", "holders": "p|p-two", "issues": "j", "kind": "demand", "summary": "Joint"}
        | {"stated": "2024-01-02"},
        {"id": "d5", "holders": "p", "issues": "i", "kind": "demand", "summary": "D1 again"}
        | {"stated": "2024-01-03"},
        {"id": "d6", "holders": "p", "issues": "j", "kind": "demand", "summary": "D6"} | {"stated": "2024"},
        {"id": "d7", "holders": "p", "issues": "i", "kind": "demand", "summary": "D7"} | {"stated": "2024"},
    ]
    tables["links"] += [
        {"from": "d5", "relation": "restates", "to": "d1"},
        {"from": "d2", "relation": "replaces", "to": "d5"},
        {"from": "d3", "relation": "contradicts", "to": "d5"},
        {"from": "d7", "relation": "replaces", "to": "d2"},
    ]
    tables["remarks"] += [{"id": "w2", "about": "p-two", "summary": "W2", "stated": "2024-01-02"}]
    tables["citations"] += [
        {
            "subject_type": "demand",
            "subject": "d4",
            "source": "s3",
            "speakers": "p-two|p",
            "quote": "we want",
        },
        {"subject_type": "demand", "subject": "d5", "source": "s3", "quote": "this too"},
        {"subject_type": "demand", "subject": "d5", "source": "s1", "speakers": "p|q", "stated": "2024-01-01"}
        | {"note": "the same as that of d1, but for this"},
        {
            "subject_type": "demand",
            "subject": "d1",
            "source": "s1",
            "speakers": "p|q",
            "stated": "2024-01-01",
        },
        {"subject_type": "demand", "subject": "d6", "source": "s1"},
        {"subject_type": "demand", "subject": "d7", "source": "s1"},
        {"subject_type": "remark", "subject": "w2", "source": "s3"},
    ]
    load(engine_of(desk), write_package(tmp_path / "twice", tables))
    return desk


def merge(client: TestClient, plural: str, gone: str, into: str) -> Any:
    address = f"{TALKS}/{plural}/{gone}/merge"
    seen = client.get(address, params={"into": into})
    if seen.status_code != 200:
        return seen
    hidden = form(client, f"{address}?into={into}")
    return client.post(address, data={**hidden, "token": token_urlsafe(32), "reason": "They are one."})


def actors_in(client: TestClient, type_: str, record: str, part: str) -> list[str]:
    of_record = (RecordActor.negotiation == "talks", RecordActor.type == type_, RecordActor.record == record)
    return of(
        client,
        select(RecordActor.actor).where(*of_record, RecordActor.part == part).order_by(RecordActor.ordinal),
    )


def assert_whole(client: TestClient, folder: Path) -> None:
    assert_as_if_imported(client, "talks", folder)
    with read_session(engine_of(client)) as session:
        assert verify(session) is None


def test_what_cited_or_relayed_a_merged_source_names_the_other(twice: TestClient, tmp_path: Path) -> None:
    anna = signed_in(twice, "anna")
    with write_session(engine_of(twice)) as session:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        texts = [("s3", 1, "old"), ("s3", 2, "newer"), ("s1", 1, "its own")]
        rows = [{"source": s, "number": n, "words": w, "hash": w} for s, n, w in texts]
        session.execute(insert(SourceText), [row | {"negotiation": "talks", "added_at": at} for row in rows])
        session.commit()
    before = spaced(twice.get(f"{TALKS}/demands/d4").text)
    assert "Outlet of s1" in before
    answer = merge(anna, "sources", "s3", "s1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TALKS}/sources/s1")
    talks_of = (Source.negotiation == "talks",)
    assert of(twice, select(Source.id).where(*talks_of).order_by(Source.id)) == ["s1", "s2", "s4"]
    assert of(twice, select(Source.origin, Source.voice).where(*talks_of, Source.id == "s4")) == [
        ("s1", "s1")
    ]
    assert of(twice, select(Citation.number).where(Citation.source == "s3")) == []
    kept = select(SourceText.number, SourceText.words).where(SourceText.source == "s1")
    assert of(twice, kept.order_by(SourceText.number)) == [(1, "old"), (2, "newer"), (3, "its own")]
    reasons = select(Revision.action, Revision.noun).where(Revision.reason == "They are one.")
    found = of(twice, reasons.order_by(Revision.number))
    assert found.count(("edit", "citation")) == 3
    assert found.count(("edit", "source")) == 1
    assert ("merge", "source") in found
    assert "s3" in spaced(anna.get(f"{TALKS}/sources/s1/history").text)
    assert_whole(twice, tmp_path)


def test_a_merged_actor_leaves_its_names_roles_and_words_to_the_other(
    twice: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(twice, "anna")
    shown = spaced(anna.get(f"{TALKS}/actors/p-two/merge?into=p").text)
    assert "Demands 1" in shown
    assert "Remarks 1" in shown
    answer = merge(anna, "actors", "p-two", "p")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TALKS}/actors/p")
    aliases = select(ActorAlias.alias).where(ActorAlias.actor == "p", ActorAlias.negotiation == "talks")
    assert of(twice, aliases.order_by(ActorAlias.ordinal)) == ["People of P", "ف", "P once more", "Pe"]
    roles = select(Participant.role).where(Participant.actor == "p", Participant.negotiation == "talks")
    assert [role.value for role in of(twice, roles.order_by(Participant.ordinal))] == ["party", "host"]
    assert actors_in(twice, "demand", "d4", "holder") == ["p"], "a holder is there once"
    assert actors_in(twice, "remark", "w2", "about") == ["p"]
    speakers = select(CitationSpeaker.actor).where(
        CitationSpeaker.negotiation == "talks", CitationSpeaker.actor.like("p%")
    )
    assert set(of(twice, speakers)) == {"p"}
    assert "Its office" in spaced(twice.get(f"{TALKS}/actors/p").text)
    assert_whole(twice, tmp_path)


def test_a_merged_demand_leaves_its_reports_and_links_to_the_other_and_none_twice(
    twice: TestClient, tmp_path: Path
) -> None:
    anna = signed_in(twice, "anna")
    with write_session(engine_of(twice)) as session:
        note = {"negotiation": "talks", "number": 1, "type": RecordType.DEMAND, "record": "d5"}
        session.execute(insert(ReaderNote).values(**note, words="No.", sent_at=datetime.now(UTC)))
        session.commit()
    carl = signed_in(twice, "carl")
    hidden = form(carl, f"{TALKS}/demands/d5/cite")
    waiting = {"outlet": "Waiting", "published": "2024-01-03", "language": "en", "attributed_to": "x"}
    sent = carl.post(f"{TALKS}/demands/d5/cite", data={**hidden, **waiting, "relation": "supports"})
    assert sent.status_code == 303, sent.text
    cites = select(Citation.number).where(Citation.negotiation == "talks", Citation.subject == "d1")
    assert len(of(twice, cites)) == 2
    answer = merge(anna, "demands", "d5", "d1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TALKS}/demands/d1")
    rows = of(
        twice,
        select(Citation.source, Citation.quote, Citation.stated).where(
            Citation.negotiation == "talks", Citation.subject == "d1"
        ),
    )
    published_ones = sorted(
        (row for row in rows if not row[0].endswith("waiting-2024-01-03")), key=lambda row: str(row[2])
    )
    assert published_ones == [
        ("s1", None, "2024-01-01"),
        ("s3", "this too", "2024-01-03"),
        ("s1", None, None),
    ], "one of the two that say the same is kept, and each is of the day on which it was said"
    assert len(rows) == 4, "what waits comes along"
    assert "Waiting" not in twice.get(f"{TALKS}/demands/d1").text
    links = select(Link.from_demand, Link.relation, Link.to_demand).where(Link.negotiation == "talks")
    found = [(start, relation.value, end) for start, relation, end in of(twice, links.order_by(Link.number))]
    assert found == [
        ("d2", "replaces", "d1"),
        ("d3", "replaces", "d2"),
        ("d3", "contradicts", "d1"),
        ("d7", "replaces", "d2"),
    ]
    assert of(twice, select(ReaderNote.record)) == ["d1"]
    assert of(twice, select(Demand.id).where(Demand.id == "d5")) == []
    assert of(twice, select(Record.id).where(Record.id == "d5")) == []
    assert_whole(twice, tmp_path)


@pytest.mark.one_database
def test_every_address_of_what_was_merged_leads_to_the_other_with_its_day(twice: TestClient) -> None:
    anna = signed_in(twice, "anna")
    for plural, gone, into in (("demands", "d5", "d1"), ("sources", "s3", "s1"), ("actors", "p-two", "p")):
        assert merge(anna, plural, gone, into).status_code == 303
    leads = {
        f"{TALKS}/demands/d5?on=2024-02-01&basis=stated": f"{TALKS}/demands/d1?on=2024-02-01&basis=stated",
        f"{TALKS}/sources/s3": f"{TALKS}/sources/s1",
        f"{TALKS}/actors/p-two?on=2024-02-01": f"{TALKS}/actors/p?on=2024-02-01",
        f"{TALKS}/positions/p-two/i": f"{TALKS}/positions/p/i",
        f"{TALKS}?columns=q,p-two@2024-01-02": f"{TALKS}?columns=q,p@2024-01-02",
        f"{TALKS}/timeline?actor=p-two&on=2024-02-01": f"{TALKS}/timeline?actor=p&on=2024-02-01",
        f"{TALKS}/timeline.csv?actor=p-two": f"{TALKS}/timeline.csv?actor=p",
    }
    for old, new in leads.items():
        answer = twice.get(old)
        assert (answer.status_code, answer.headers.get("location")) == (308, new), old
        assert twice.get(new).status_code == 200, new
    for old in ("demands/d5/edit", "demands/d5/history", "demands/d5/cite", "sources/s3/edit"):
        answer = anna.get(f"{TALKS}/{old}")
        assert (answer.status_code, "d5" in answer.headers["location"]) == (308, False), old
    citation = of(twice, select(Redirect.record, Redirect.into).where(Redirect.noun == "citation"))
    assert anna.get(f"{TALKS}/citations/{citation[0][0]}/edit").headers["location"] == (
        f"{TALKS}/citations/{citation[0][1]}/edit"
    )
    # And on from there, where that was merged in its turn.
    assert merge(anna, "actors", "p", "p-office").status_code == 422, "what it is part of cannot be in it"
    assert merge(anna, "actors", "p-office", "p").status_code == 303
    assert merge(anna, "actors", "m", "p").status_code == 303
    assert twice.get(f"{TALKS}/actors/m").headers["location"] == f"{TALKS}/actors/p"
    missing = twice.get(f"{TALKS}/demands/none")
    assert (missing.status_code, missing.headers.get("location")) == (404, None)


@pytest.mark.one_database
def test_a_form_opened_on_what_was_merged_meanwhile_is_not_lost(twice: TestClient) -> None:
    anna, ben = signed_in(twice, "anna"), signed_in(twice, "ben")
    hidden = form(ben, f"{TALKS}/demands/d5/edit")
    assert merge(anna, "demands", "d5", "d1").status_code == 303
    ben.follow_redirects = True
    said = {"holders": "p", "issues": "i", "kind": "demand", "stated": "2024-01-01", "reason": "x"}
    answer = ben.post(f"{TALKS}/demands/d5/edit", data={**hidden, **said, "summary": "Words of Ben"})
    assert (answer.status_code, "Words of Ben" in answer.text) == (409, True)
    assert "Words of Ben" not in twice.get(f"{TALKS}/demands/d1").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("plural", "gone", "into", "why"),
    [
        ("actors", "p", "p-office", "part of this one"),
        ("actors", "p", "p", "Choose one from the list"),
        ("demands", "d1", "d3", "Choose one from the list"),
        ("demands", "d1", "nothing", "Choose one from the list"),
        ("sources", "s1", "s1", "Choose one from the list"),
    ],
)
def test_what_is_not_one_is_not_merged_and_it_is_said_why(
    twice: TestClient, plural: str, gone: str, into: str, why: str
) -> None:
    anna = signed_in(twice, "anna")
    answer = merge(anna, plural, gone, into)
    assert (answer.status_code, why in answer.text) == (422, True)
    sent = {"token": "x" * 40, "into": into, "reason": "They are one."}
    refused = anna.post(f"{TALKS}/{plural}/{gone}/merge", data=sent)
    assert refused.status_code == 422
    assert of(twice, select(Redirect.record)) == []


@pytest.mark.one_database
def test_other_holders_issues_or_a_circle_are_refused_in_words(twice: TestClient) -> None:
    anna = signed_in(twice, "anna")
    for gone, into, why in (
        ("d1", "d3", "of other holders"),
        ("d1", "d6", "on other issues"),
        ("d7", "d1", "is a circle"),  # it replaces what replaces the other
    ):
        sent = {"token": f"{gone}{into}" * 10, "into": into, "reason": "They are one."}
        answer = anna.post(f"{TALKS}/demands/{gone}/merge", data=sent)
        assert (answer.status_code, why in answer.text) == (422, True), why
    assert of(twice, select(Redirect.record)) == []


@pytest.mark.one_database
def test_an_id_that_was_merged_is_never_given_again(twice: TestClient, tmp_path: Path) -> None:
    anna = signed_in(twice, "anna")
    assert merge(anna, "demands", "d5", "d1").status_code == 303
    assert merge(anna, "sources", "s3", "s1").status_code == 303
    assert merge(anna, "actors", "p-two", "p").status_code == 303
    tables = {name: list(rows) for name, rows in talks().items()}
    tables["actors"] = [*tables["actors"], {"id": "p-two", "name": "P two"}]
    tables["demands"] = [
        *tables["demands"],
        {"id": "d9", "holders": "p-two", "issues": "i", "kind": "demand", "summary": "D9"}
        | {"stated": "2024-01-01"},
    ]
    tables["citations"] = [
        *tables["citations"],
        {"subject_type": "demand", "subject": "d9", "source": "s3"},
        {"subject_type": "demand", "subject": "d5", "source": "s1"},
    ]
    with read_session(engine_of(twice)) as session, pytest.raises(PackageFaults) as refusal:
        check_package(session, write_package(tmp_path / "again", tables))
    faults = [str(fault) for fault in refusal.value.faults]
    assert any("actors.csv:6: id: “p-two” was merged into “p” here" in fault for fault in faults), faults
    assert any("source: “s3” was merged into “s1” here; name “s1” instead" in fault for fault in faults)
    assert any("subject: “d5” was merged into “d1” here" in fault for fault in faults)
    numbers = of(twice, select(Redirect.record).where(Redirect.noun == "citation"))
    hidden = form(anna, f"{TALKS}/demands/d1/cite")
    more = {"outlet": "New", "published": "2024-01-03", "language": "en", "attributed_to": "P"}
    sent = anna.post(f"{TALKS}/demands/d1/cite", data={**hidden, **more, "relation": "supports"})
    assert sent.status_code == 303
    newest = max(of(twice, select(Citation.number).where(Citation.negotiation == "talks")))
    assert newest > max(map(int, numbers))
    new = form(anna, f"{TALKS}/setup/actors/new")
    made = anna.post(f"{TALKS}/setup/actors/new", data={**new, "name": "Two", "actor_id": "p-two"})
    assert (made.status_code, "was merged into" in made.text) == (422, True)
