"""Positions that are stored are those of the rule, whatever was imported, and in whatever order."""

import csv
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, func, select, update

from app.commands.positions import rebuild_cells
from app.db import make_engine, migrate, read_session, write_session
from app.domain.cells import cell_from_json
from app.domain.position import NOTHING, Cell, cell_history, position
from app.domain.vocabulary import Basis
from app.exchange.package import PackageFaults, import_package
from app.models import ChangeDay, Link, PositionCell
from app.models.loading import load_records
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
    for basis in Basis:
        for holder in HOLDERS:
            for issue in ISSUES:
                for day in ON:
                    expected = position(records, holder, issue, day, basis)
                    found = on_day(cells, basis, holder, issue, day.isoformat())
                    assert found == Cell(**{**fields(expected), "standing": ()})
    kept, counted = change_days(sqlite)
    assert kept == counted


def fields(cell: Cell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in Cell.__dataclass_fields__}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stored_cells_of_the_gaza_package_are_those_of_the_rule(demo_url: str) -> None:
    with engine_for(demo_url) as engine:
        with read_session(engine) as session:
            records = load_records(session, "gaza")
        expected = {
            (basis, holder, issue, day.isoformat()): cell
            for holder, issue in records.cells()
            for basis in Basis
            for day, cell in cell_history(records, holder, issue, basis)
        }
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
