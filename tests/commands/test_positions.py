"""Positions that are stored are those of the rule, whatever was imported, and in whatever order."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, func, select, update

from app.commands.accounts import add_account
from app.commands.coverage import CheckedAlready, record_check
from app.commands.entries import By, StillNamed, edit_record, restore_record, retract_record
from app.commands.links import LinkRefused, add_link, remove_link
from app.commands.positions import rebuild_cells
from app.commands.records import NoSuchRecord, revision_of
from app.db import ReadSession, WriteSession, make_engine, migrate, read_session, write_session
from app.domain.cells import cell_from_json
from app.domain.position import NOTHING, Cell, cell_history, position
from app.domain.vocabulary import AccountRole, Basis, DemandKind, LinkRelation, RecordType
from app.exchange.package import PackageFaults, import_package
from app.models import Account, ChangeDay, Link, PositionCell
from app.models.loading import load_cells, load_records
from app.models.positions import KEPT
from tests.domain.negotiations import DAYS, HOLDERS, ISSUES, Tables, negotiations
from tests.make import make_package, talks, write_package
from tests.packages import NOW, contents, export, load
from tests.services.databases import engine_for
from tests.tables import records_from

ON = [DAYS[0].replace(day=1), *DAYS, DAYS[-1].replace(month=12, day=31)]
_numbers = count(1)


def stored_cells(engine: Engine, negotiation: str) -> dict[tuple[Basis, str, str, str], Cell]:
    """The change points as they are stored."""
    with read_session(engine) as session:
        rows = session.scalars(select(PositionCell).where(PositionCell.negotiation == negotiation)).all()
    return {
        (row.basis, row.holder, row.issue, row.from_day): cell_from_json(
            row.shown,
            row.possible,
            contested=row.contested,
            empty=row.empty,
            standing_count=row.standing_count,
        )
        for row in rows
    }


def on_day(
    cells: dict[tuple[Basis, str, str, str], Cell], basis: Basis, holder: str, issue: str, day: str
) -> Cell:
    days = [key[3] for key in cells if key[:3] == (basis, holder, issue) and key[3] <= day]
    return cells[basis, holder, issue, max(days)] if days else NOTHING


def change_days(engine: Engine) -> tuple[set[Any], set[Any]]:
    """The change days as they are stored, and as the change points have them."""
    columns = (PositionCell.negotiation, PositionCell.basis, PositionCell.from_day)
    with read_session(engine) as session:
        kept = select(ChangeDay.negotiation, ChangeDay.basis, ChangeDay.day, ChangeDay.cells)
        counted = select(*columns, func.count()).group_by(*columns)
        return {tuple(row) for row in session.execute(kept)}, {tuple(row) for row in session.execute(counted)}


def filled(tables: Tables, negotiation: str) -> Tables:
    """Random tables with what a package must have besides."""
    texts = {"name": "Name", "title": "Title", "question": "?", "summary": "Summary", "outlet": "Outlet"}
    whole = {
        file: [{**texts, "language": "en", **row, "id": row.get("id", "")} for row in rows]
        for file, rows in tables.items()
    }
    whole["negotiation"] = [{"id": negotiation, "title": "Talks"}]
    # An actor who is named by hand is not coded by hand too.
    for row in whole.get("citations", ()):
        if row.get("speakers"):
            row.pop("attribution", None)
    return whole


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for many negotiations: a random example has one of its own."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('random') / 'parley.db'}")
    migrate(engine)
    with write_session(engine) as session:
        add_account(session, "anna", AccountRole.EDITOR, now=NOW, password=None)
        session.commit()
    yield engine
    engine.dispose()


@settings(max_examples=20)
@given(imports=st.lists(negotiations(), min_size=1, max_size=3))
def test_after_any_imports_the_stored_cells_are_those_of_the_rule(
    sqlite: Engine, imports: list[Tables]
) -> None:
    negotiation = f"talks-{next(_numbers)}"
    with TemporaryDirectory() as folder:
        for tables in imports:
            package = write_package(Path(folder) / "in", filled(tables, negotiation))
            with write_session(sqlite) as session:
                try:
                    import_package(session, package, now=NOW)
                except PackageFaults:  # what is stored and what comes in may contradict each other
                    continue
                session.commit()
        with read_session(sqlite) as session:
            if not session.scalar(select(func.count()).where(PositionCell.negotiation == negotiation)):
                return
        out = export(sqlite, negotiation, Path(folder) / "out")
        records = records_from(
            {name[:-4]: read_rows(out / name) for name in contents(out) if name.endswith(".csv")}
        )
    cells = stored_cells(sqlite, negotiation)
    for basis in KEPT:
        for holder in HOLDERS:
            for issue in ISSUES:
                for day in ON:
                    expected = position(records, holder, issue, day, basis)
                    found = on_day(cells, basis, holder, issue, day.isoformat())
                    assert found == Cell(**{**fields(expected), "standing": ()})
    kept, counted = change_days(sqlite)
    assert kept == counted


@st.composite
def tangles(draw: st.DrawFn) -> Tables:
    """One demand in a cell, contradicted by one of another cell, in which more is said that may end that."""
    further = draw(st.lists(st.sampled_from(["here", "there"]), min_size=1, max_size=4))
    tables: Tables = {
        "actors": [{"id": id_} for id_ in HOLDERS],
        "participants": [{"actor": id_, "role": "mediator" if id_ == "m" else "party"} for id_ in HOLDERS],
        "issues": [{"id": id_} for id_ in ISSUES],
        "sources": [{"id": f"s{day}", "published": DAYS[day].isoformat()} for day in range(4)],
        "events": [{"id": "e0", "starts": DAYS[0].isoformat()}],
        "demands": [],
        "citations": [{"subject_type": "event", "subject": "e0", "source": "s0"}],
        "links": [{"from": "d1", "relation": "contradicts", "to": "d0"}],
    }
    for number, place in enumerate(["here", "there", *further]):
        holder, issue = ("p", "i") if place == "here" else ("q", "j")
        kind = "demand" if number < 2 else draw(st.sampled_from(["demand", "withdrawal"]))
        day = draw(st.integers(0, 3))
        row = {"id": f"d{number}", "holders": holder, "issues": issue, "kind": kind}
        tables["demands"].append(row | {"stated": DAYS[day].isoformat()})
        cited = {"subject_type": "demand", "subject": f"d{number}", "source": f"s{day}"}
        tables["citations"].append(cited | {"speakers": holder})
        if number > 1 and (relation := draw(st.sampled_from(["replaces", "restates", "contradicts", ""]))):
            to = draw(st.integers(0, number - 1))
            tables["links"].append({"from": f"d{number}", "relation": relation, "to": f"d{to}"})
    return tables


@settings(max_examples=15)
@given(tables=st.one_of(tangles(), tangles(), negotiations()), data=st.data())
def test_after_any_change_of_a_few_records_the_stored_cells_are_those_of_the_rule(
    sqlite: Engine, tables: Tables, data: st.DataObject
) -> None:
    negotiation = f"talks-{next(_numbers)}"
    with TemporaryDirectory() as folder:
        package = write_package(Path(folder) / "in", filled(tables, negotiation))
        with write_session(sqlite) as session:
            try:
                import_package(session, package, now=NOW)
            except PackageFaults:
                return
            session.commit()
    demands = [row["id"] for row in tables["demands"]]
    for _ in range(data.draw(st.integers(1, 4))):
        with write_session(sqlite) as session:
            by = By(session.scalars(select(Account.id)).one(), True, NOW)
            with suppress(NoSuchRecord, LinkRefused, CheckedAlready, StillNamed):
                change(session, negotiation, by, demands, data)
            session.commit()
        with read_session(sqlite) as session:
            expected = cells_of_the_rule(session, negotiation)
            for cell in {(key[1], key[2]) for key in expected}:
                records = load_cells(session, negotiation, [cell])
                for basis in KEPT:
                    found = {day.isoformat(): then for day, then in cell_history(records, *cell, basis)}
                    assert found == {k[3]: c for k, c in expected.items() if k[:3] == (basis, *cell)}
        assert stored_cells(sqlite, negotiation) == expected
        kept, counted = change_days(sqlite)
        assert kept == counted


def change(session: WriteSession, negotiation: str, by: By, demands: list[str], data: st.DataObject) -> None:
    """One change such as a person makes, on whatever there is."""
    what = data.draw(st.sampled_from(["link", "unlink", "retract", "restore", "kind", "overtaken", "check"]))
    demand = data.draw(st.sampled_from(demands or ["none"]))
    seen = revision_of(session, negotiation, RecordType.DEMAND, demand)
    why: Any = {"reason": "?", "seen": seen}
    if what == "link":
        other, relation = (
            data.draw(st.sampled_from(demands or ["none"])),
            data.draw(st.sampled_from(LinkRelation)),
        )
        add_link(session, negotiation, demand, relation, other, by)
    elif what == "unlink":
        numbers = session.scalars(select(Link.number).where(Link.negotiation == negotiation)).all()
        number = data.draw(st.sampled_from(sorted(numbers) or [1]))
        at = revision_of(session, negotiation, "link", str(number))
        remove_link(session, negotiation, number, by, reason="?", seen=at)
    elif what == "retract":
        retract_record(session, negotiation, RecordType.DEMAND, demand, by, **why)
    elif what == "restore":
        restore_record(session, negotiation, RecordType.DEMAND, demand, by, **why)
    elif what == "kind":
        columns = {
            "kind": data.draw(st.sampled_from(DemandKind)),
            "holders": data.draw(st.sampled_from(HOLDERS)),
        }
        edit_record(session, negotiation, RecordType.DEMAND, demand, columns, by, **why)
    elif what == "overtaken":
        event = data.draw(st.sampled_from(["e0", None]))
        edit_record(session, negotiation, RecordType.DEMAND, demand, {"overtaken_by": event}, by, **why)
    else:
        row = {
            "actor": data.draw(st.sampled_from(HOLDERS)),
            "issue": data.draw(st.sampled_from(ISSUES)),
            "searched_through": data.draw(st.sampled_from(DAYS)).isoformat(),
        }
        record_check(session, negotiation, row, by)


def cells_of_the_rule(session: ReadSession, negotiation: str) -> dict[tuple[Basis, str, str, str], Cell]:
    """Every change point as the rule has it, of all records at once."""
    records = load_records(session, negotiation)
    return {
        (basis, holder, issue, day.isoformat()): cell
        for holder, issue in records.cells()
        for basis in KEPT
        for day, cell in cell_history(records, holder, issue, basis)
    }


def test_cells_are_read_however_many_records_there_are(engine: Engine, tmp_path: Path) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    with read_session(engine) as session:
        # More than a statement takes parameters.
        many = [f"demand-{number}" for number in range(70_000)]
        records = load_cells(session, "talks", [("p", "i")], beside=[*many, "d3"])
        assert [demand.id for demand in records.demands] == ["d1", "d2", "d3"]
        assert position(records, "p", "i", DAYS[-1], Basis.REPORTED) == position(
            load_records(session, "talks"), "p", "i", DAYS[-1], Basis.REPORTED
        )


def fields(cell: Cell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in Cell.__dataclass_fields__}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stored_cells_of_the_gaza_package_are_those_of_the_rule(demo_url: str) -> None:
    with engine_for(demo_url) as engine:
        with read_session(engine) as session:
            expected = cells_of_the_rule(session, "gaza")
        assert stored_cells(engine, "gaza") == expected
        kept, counted = change_days(engine)
        assert kept == counted


def test_a_rebuild_of_right_cells_changes_nothing_and_mends_wrong_ones(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, make_package(tmp_path / "in", demands=80))
    right = stored_cells(engine, "made")
    with write_session(engine) as session:
        assert rebuild_cells(session, "made") == 0
        session.execute(
            delete(PositionCell).where(PositionCell.holder == "party-1", PositionCell.issue == "issue-1")
        )
        session.execute(
            update(PositionCell).where(PositionCell.holder == "party-2").values(standing_count=99, shown="{}")
        )
        session.commit()
    assert stored_cells(engine, "made") != right
    with write_session(engine) as session:
        assert rebuild_cells(session, "made", cells={("party-1", "issue-1")}) > 0
        session.commit()
    mended = stored_cells(engine, "made")
    assert {key: cell for key, cell in mended.items() if key[1:3] == ("party-1", "issue-1")} == {
        key: cell for key, cell in right.items() if key[1:3] == ("party-1", "issue-1")
    }
    assert mended != right
    with write_session(engine) as session:
        rebuild_cells(session, "made")
        session.commit()
    assert stored_cells(engine, "made") == right
    kept, counted = change_days(engine)
    assert kept == counted


def test_a_rebuilt_cell_takes_along_those_that_contradict_it(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    tables["links"] = [{"from": "d3", "relation": "contradicts", "to": "d1"}]
    load(engine, write_package(tmp_path / "in", tables))
    contested = {key[1:3] for key, cell in stored_cells(engine, "talks").items() if cell.contested}
    assert contested == {("p", "i"), ("q", "j")}
    with write_session(engine) as session:
        session.execute(update(PositionCell).values(contested=False))
        rebuild_cells(session, "talks", cells={("p", "i")})
        session.commit()
    again = {key[1:3] for key, cell in stored_cells(engine, "talks").items() if cell.contested}
    assert again == contested
    with write_session(engine) as session:
        session.execute(delete(Link))
        rebuild_cells(session, "talks")
        session.commit()
    assert not any(cell.contested for cell in stored_cells(engine, "talks").values())


def test_a_cell_that_nothing_speaks_of_any_more_is_gone(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    tables["demands"][2] = {**tables["demands"][2], "holders": "m"}
    load(engine, write_package(tmp_path / "in", tables))
    holders = {key[1] for key in stored_cells(engine, "talks") if key[2] == "j"}
    assert holders == {"p", "q", "m"}
    tables["demands"][1] = {**tables["demands"][1], "holders": "p"}
    load(engine, write_package(tmp_path / "in", tables))
    holders = {key[1] for key in stored_cells(engine, "talks")}
    assert holders == {"p", "m"}


def test_records_are_read_in_the_same_few_statements_however_many_there_are(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, write_package(tmp_path / "few", talks()))
    load(engine, make_package(tmp_path / "many", demands=200))
    counted = []
    for negotiation in ("talks", "made"):
        statements: list[str] = []
        with read_session(engine) as session:
            session.connection()
            event.listen(engine, "before_cursor_execute", lambda *seen, to=statements: to.append(seen[2]))
            load_records(session, negotiation)
        counted.append(len(statements))
    assert counted[0] <= 15
    assert counted[0] == counted[1]
