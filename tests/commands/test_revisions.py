"""Revisions: every change of an import is in the chain, and the chain shows what was tampered with."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.commands.revisions import Change, append, chain_hash
from app.db import read_session, write_session
from app.models import Negotiation, Revision
from tests.make import talks, write_package
from tests.packages import NOW, load


@pytest.fixture
def talks_engine(engine: Engine, tmp_path: Path) -> Engine:
    """A database with one small negotiation, imported and then changed."""
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    tables["demands"][0] = {**tables["demands"][0], "summary": "Another “word” – كلمة"}
    load(engine, write_package(tmp_path / "in", tables))
    return engine


def is_whole(session: Session) -> bool:
    """Whether each revision has the hash of itself and the one before, and the last is the last."""
    columns = [column for column in Revision.__table__.columns if column.name != "hash"]
    rows = session.execute(select(*columns, Revision.hash).order_by(Revision.number)).all()
    last = session.execute(select(Negotiation.last_revision, Negotiation.last_hash)).one()
    previous = ""
    for number, (*fields, found) in enumerate(rows, 1):
        if fields[1] != number or found != chain_hash(previous, fields):
            return False
        previous = found
    return tuple(last) == (len(rows), previous)


def test_every_row_of_an_import_is_a_revision(talks_engine: Engine) -> None:
    rows = talks()
    with read_session(talks_engine) as session:
        found = session.scalars(select(Revision).order_by(Revision.number)).all()
    *created, edited = found
    assert len(created) == sum(map(len, rows.values()))
    assert {(row.action, row.before, row.recorded_at) for row in created} == {("create", None, NOW)}
    demand = next(row for row in created if (row.noun, row.record) == ("demand", "d2"))
    assert json.loads(demand.after or "") == rows["demands"][1]
    assert (edited.action, edited.noun, edited.record) == ("edit", "demand", "d1")
    assert json.loads(edited.before or "") == rows["demands"][0]
    assert edited.after == json.dumps(
        {**rows["demands"][0], "summary": "Another “word” – كلمة"},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def test_a_row_without_an_id_is_known_by_its_number(talks_engine: Engine) -> None:
    with read_session(talks_engine) as session:
        rows = session.execute(select(Revision.noun, Revision.record).where(Revision.noun != "demand"))
        found = {(noun, record) for noun, record in rows}
    assert {("citation", "8"), ("link", "2"), ("participant", "3"), ("coverage", "1")} <= found
    assert ("scale", "i") in found


def test_the_chain_holds(talks_engine: Engine) -> None:
    with write_session(talks_engine) as session:
        assert is_whole(session)
        later = NOW.astimezone(UTC) + timedelta(microseconds=1)
        changes = [Change("edit", "actor", "p", {"id": "p"}, {"id": "p", "name": "Ⓟ"}, "a slip")]
        number = append(session, "talks", changes, now=later)
        session.commit()
    with read_session(talks_engine) as session:
        last = session.scalars(select(Revision).where(Revision.number == number)).one()
        assert (last.recorded_at, last.reason) == (later, "a slip")
        assert is_whole(session)


def test_a_chain_that_was_tampered_with_shows(talks_engine: Engine) -> None:
    changes: list[dict[str, object]] = [
        {"after": "{}"},
        {"reason": "none"},
        {"recorded_at": datetime(2026, 3, 2, tzinfo=UTC)},
        {"record": "d9"},
        {"hash": "0" * 64},
    ]
    with write_session(talks_engine) as session:
        for change in changes:
            session.execute(update(Revision).where(Revision.number == 7).values(**change))
            assert not is_whole(session), change
            session.rollback()
        assert is_whole(session)
        last = select(Negotiation.last_revision).scalar_subquery()
        session.execute(delete(Revision).where(Revision.number == last))
        assert not is_whole(session)
