"""What was recorded by a day: rebuilt from the revisions, it is what stood then, and nothing changes it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, select, update
from starlette.testclient import TestClient

from app.cli import DEMO
from app.commands.entries import (
    By,
    Entry,
    cite_record,
    edit_record,
    record_entry,
    restore_record,
    retract_record,
)
from app.commands.records import revision_of
from app.commands.reviews import publish_entry
from app.commands.revisions import Change, append
from app.db import ReadSession, WriteSession, make_engine, read_session, write_session
from app.domain.vocabulary import LinkRelation, RecordType, ReviewStatus
from app.exchange.faults import PackageFaults
from app.exchange.merges import CannotMerge, merge_records
from app.exchange.package import import_package
from app.exchange.setup import move_row
from app.exchange.snapshots import MOST, Snapshots
from app.models import Citation, Issue, Negotiation, PositionCell, Record, Revision, Source
from app.queries.revisions import NothingRecorded, recorded_by
from app.queries.visibility import NoSuchRecord
from tests.commands.test_revisions import erase
from tests.make import make_package, talks, write_package
from tests.packages import NOW, contents, export, load
from tests.services.databases import engine_for, serving
from tests.services.databases import load as fill

FIRST = NOW.date()


@pytest.fixture
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Snapshots]:
    """Snapshots whose files are below ``tmp_path``."""
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "kept"))
    made = Snapshots()
    yield made
    made.close()
    assert list((tmp_path / "kept").iterdir()) == []


@contextmanager
def reading(snapshots: Snapshots, engine: Engine, negotiation: str, on: date) -> Iterator[ReadSession]:
    """A session on a negotiation as it was recorded by the end of a day that is not the newest state."""
    with read_session(engine) as live:
        recorded = recorded_by(live, negotiation, on)
        assert not recorded.is_newest
        with snapshots.session(live, recorded) as session:
            yield session


def note_something(engine: Engine, negotiation: str, on: date) -> int:
    """A revision of a later day that changes nothing that readers see."""
    with write_session(engine) as session:
        change = Change("edit", "setting", negotiation, {"two_people": "no"}, {"two_people": "yes"})
        number = append(session, negotiation, [change], now=datetime.combine(on, time(9), UTC))
        session.commit()
    return number


def cells(session: ReadSession, negotiation: str) -> set[tuple[Any, ...]]:
    of_readers = select(PositionCell.__table__).where(
        PositionCell.negotiation == negotiation, PositionCell.basis == "reported"
    )
    return {tuple(row) for row in session.execute(of_readers)}


# --- What is rebuilt -------------------------------------------------------------------------------------


def test_the_gaza_package_is_rebuilt_cell_by_cell_and_byte_by_byte(
    desk_url: str, snapshots: Snapshots, tmp_path: Path
) -> None:
    with engine_for(desk_url) as engine:
        note_something(engine, "gaza", FIRST + timedelta(days=1))
        with read_session(engine) as live:
            expected = cells(live, "gaza")
        with reading(snapshots, engine, "gaza", FIRST) as session:
            assert cells(session, "gaza") == expected
            engine_of_snapshot = session.get_bind().engine
        assert contents(export(engine_of_snapshot, "gaza", tmp_path / "out")) == contents(DEMO / "gaza")


def test_rungs_links_and_the_order_of_rows_are_those_of_the_day(
    engine: Engine, snapshots: Snapshots, tmp_path: Path
) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    for file in ("actors", "participants", "demands", "citations", "scales"):
        tables[file].reverse()
    package = write_package(tmp_path / "then", tables)
    load(engine, package)
    tables["scales"].append({"issue": "j", "version": "1", "rung": "0", "label": "None"})
    tables["links"].append({"from": "d3", "relation": "contradicts", "to": "d1"})
    tables["issues"].reverse()
    with write_session(engine) as session:
        import_package(session, write_package(tmp_path / "now", tables), now=NOW + timedelta(days=1))
        session.commit()
    with reading(snapshots, engine, "talks", FIRST) as session:
        then = session.get_bind().engine
        assert contents(export(then, "talks", tmp_path / "out")) == contents(package)


def test_before_the_first_revision_there_is_nothing(engine: Engine, tmp_path: Path) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    with read_session(engine) as session:
        with pytest.raises(NothingRecorded):
            recorded_by(session, "talks", FIRST - timedelta(days=1))
        with pytest.raises(NoSuchRecord):
            recorded_by(session, "others", FIRST)
        last = recorded_by(session, "talks", date.max)
        assert (last.is_newest, last.since) == (True, FIRST)


def test_the_end_of_a_day_is_its_end_in_utc(engine: Engine, tmp_path: Path) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    moments = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((4, 0), (4, 23), (5, 0), (9, 12))]
    with write_session(engine) as session:
        change = Change("edit", "setting", "talks", {"a": "1"}, {"a": "2"})
        numbers = [append(session, "talks", [change, change], now=moment) for moment in moments]
        session.commit()
    with read_session(engine) as session:
        found = [recorded_by(session, "talks", date(2026, 3, day)).number for day in range(1, 11)]
    first = numbers[0] - 2
    assert found == [first] * 3 + [numbers[1]] + [numbers[2]] * 4 + [numbers[3]] * 2


# --- What is kept ----------------------------------------------------------------------------------------


def test_a_snapshot_is_made_once_however_many_ask_and_only_a_few_are_kept(
    database_url: str, snapshots: Snapshots, tmp_path: Path
) -> None:
    engine = make_engine(database_url)
    load(engine, write_package(tmp_path / "in", talks()))
    for later in range(1, MOST + 3):
        note_something(engine, "talks", FIRST + timedelta(days=later))
    replays = []

    def note(connection: Connection, cursor: object, statement: str, *others: object) -> None:
        if "ORDER BY revisions.number" in statement:
            replays.append(statement)

    def read(on: date) -> int:
        with reading(snapshots, engine, "talks", on) as session:
            return len(session.scalars(select(Issue.id)).all())

    event.listen(engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, [FIRST] * 24)) == [2] * 24
    assert len(replays) == 1
    for later in range(MOST + 2):
        read(FIRST + timedelta(days=later))
    (folder,) = (tmp_path / "kept").iterdir()
    files = [file for file in folder.iterdir() if file.name != "empty.db"]
    assert (len(files), len(replays)) == (MOST, MOST + 2)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    # The system has tidied up: what is missing is made again.
    shutil.rmtree(folder)
    assert read(FIRST + timedelta(days=MOST)) == 2
    engine.dispose()


def test_what_was_blanked_since_is_blanked_in_the_past(
    engine: Engine, snapshots: Snapshots, tmp_path: Path
) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    number = note_something(engine, "talks", FIRST + timedelta(days=1))
    words = "“x”, he said"
    with reading(snapshots, engine, "talks", FIRST) as session:
        assert words in session.scalars(select(Citation.quote)).all()
    with write_session(engine) as session:
        cited = select(Revision.number).where(Revision.after.contains(words))
        erase(session, session.scalars(cited).one(), "after.quote")
        session.execute(update(Negotiation).values(last_redaction=number + 1))
        session.commit()
    with reading(snapshots, engine, "talks", FIRST) as session:
        assert words not in session.scalars(select(Citation.quote)).all()
        assert session.scalars(select(Citation.number)).all() == list(range(1, 9))
    assert [file for file in (tmp_path / "kept").rglob("*.db") if words.encode() in file.read_bytes()] == []


# --- Entering anything later changes nothing -------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a small made negotiation of 24 demands, an editor and a contributor."""
    folder = tmp_path_factory.mktemp("made")
    url = f"sqlite:///{folder / 'made.db'}"
    fill(url, make_package(folder / "made", demands=24, issues=3, days=700))
    with engine_for(url) as engine, write_session(engine) as session:
        session.execute(update(Negotiation).values(two_people=False))
        session.commit()
    return folder / "made.db"


def ids(session: WriteSession, type_: RecordType) -> list[str]:
    of_type = select(Record.id).where(Record.type == type_, Record.review_status == ReviewStatus.PUBLISHED)
    return list(session.scalars(of_type.order_by(Record.ordinal)))


def edit(session: WriteSession, at: int, by: By) -> None:
    demands = ids(session, RecordType.DEMAND)
    demand = demands[at % len(demands)]
    kind = ("demand", "rejection", "offer", "withdrawal")[at % 4]
    columns = {"summary": f"Corrected at {at}", "kind": kind, "stated": f"2024-0{at % 9 + 1}"}
    seen = revision_of(session, "made", "demand", demand)
    edit_record(
        session, "made", RecordType.DEMAND, demand, columns, by, reason="a slip of the pen", seen=seen
    )


def retract(session: WriteSession, at: int, by: By) -> None:
    demands = ids(session, RecordType.DEMAND)
    demand = demands[at % len(demands)]
    seen = revision_of(session, "made", "demand", demand)
    retract_record(session, "made", RecordType.DEMAND, demand, by, reason="never said", seen=seen)


def source(at: int) -> dict[str, str]:
    return {"outlet": f"Late Post {at}", "published": f"202{at % 3 + 3}-11-0{at % 9 + 1}", "language": "en"}


def cite(session: WriteSession, at: int, by: By) -> None:
    demands = ids(session, RecordType.DEMAND)
    relation = {"relation": "denies"} if at % 3 == 0 else {}
    entry = Entry(source(at), {"speakers": "party-1", "quote": f"once more {at}", **relation})
    cite_record(session, "made", demands[at % len(demands)], entry, by)


def report(session: WriteSession, at: int, by: By) -> None:
    demands = ids(session, RecordType.DEMAND)
    record = {"holders": "party-1", "issues": f"issue-{at % 3 + 1}", "kind": "offer", "stated": "2023-12-01"}
    relation = (list(LinkRelation)[at % 4], demands[at % len(demands)], None)
    summary = f"Told late, {at}"
    entry = Entry(source(at), {"speakers": "party-1"}, {**record, "summary": summary}, relations=[relation])
    record_entry(session, "made", entry, by)


def contribute(session: WriteSession, at: int, by: By) -> None:
    report(session, at, By(3, False, by.now))


def publish(session: WriteSession, at: int, by: By) -> None:
    waiting = session.scalars(
        select(Citation.number).where(Citation.review_status == ReviewStatus.SUBMITTED)
    ).all()
    if waiting:
        publish_entry(session, "made", waiting[at % len(waiting)], by)


def reorder(session: WriteSession, at: int, by: By) -> None:
    move_row(
        session, "made", "issues", f"issue-{at % 3 + 1}", earlier=bool(at % 2), now=by.now, account=by.account
    )


def restore(session: WriteSession, at: int, by: By) -> None:
    gone = session.scalars(select(Record.id).where(Record.review_status == ReviewStatus.RETRACTED)).all()
    if gone:
        demand = gone[at % len(gone)]
        seen = revision_of(session, "made", "demand", demand)
        restore_record(session, "made", RecordType.DEMAND, demand, by, reason="said after all", seen=seen)


def merge(session: WriteSession, at: int, by: By) -> None:
    sources = session.scalars(select(Source.id).order_by(Source.ordinal)).all()
    pair = (sources[at % len(sources)], sources[-1 - at % 7])
    stamp: Any = {"reason": "one report", "edits": True, "now": by.now, "account": by.account}
    with suppress(CannotMerge, PackageFaults, NoSuchRecord):
        merge_records(session, "made", "sources", *pair, **stamp)


DEEDS: list[Callable[[WriteSession, int, By], None]] = [
    edit, retract, restore, cite, report, contribute, publish, reorder, merge
]  # fmt: skip


def shown(client: TestClient, on: date, basis: str) -> tuple[Any, list[str]]:
    """Every cell, and every row of the time line, as programs read them."""
    query = f"on={on}&basis={basis}"
    cells = client.get(f"/api/v1/negotiations/made/positions?{query}&standing=1")
    assert cells.status_code == 200, cells.text
    file = client.get(f"/negotiations/made/timeline.csv?{query}")
    assert file.status_code == 200, file.text
    # The last column is the permalink, which carries the day and the basis.
    return cells.json()["issues"], [row.rpartition(",")[0] for row in file.text.splitlines()]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 60)), min_size=1, max_size=4),
        min_size=1,
        max_size=2,
    )
)
def test_entering_anything_later_never_changes_what_was_recorded_by_a_day(
    made: Path, days: list[list[tuple[Callable[[WriteSession, int, By], None], int]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copyfile(made, Path(folder) / "parley.db")
        with serving(f"sqlite:///{file}") as client, engine_for(f"sqlite:///{file}") as engine:
            stood = {FIRST: shown(client, FIRST, "reported")}
            for later, deeds in enumerate(days, 1):
                on = FIRST + timedelta(days=7 * later)
                for deed, at in deeds:
                    with write_session(engine) as session:
                        deed(session, at, By(1, True, datetime.combine(on, time(10), UTC)))
                        session.commit()
                for day, then in stood.items():
                    assert shown(client, day, "recorded") == then
                stood[on] = shown(client, on, "reported")
                assert shown(client, on, "recorded") == stood[on]
