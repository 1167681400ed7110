"""Setting up a negotiation: its own row, its actors, participants and issues, added, corrected, put in order.

A change of the cast can change what every record of the negotiation says of whom, so it goes through the
same door as an import: the rows are merged with what is stored, all of it is checked by the same rules,
and everything derived is derived anew. Nothing is ever taken out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from app.commands import revisions
from app.commands.negotiations import Imported
from app.commands.records import NoSuchRecord, Outdated
from app.db import WriteSession
from app.exchange.faults import Fault, PackageFaults
from app.exchange.package import store_package
from app.exchange.package_reading import Line, Package
from app.exchange.package_schema import FILE, FILES
from app.queries.packages import PackageRow, has_negotiation
from app.queries.setup import NOUNS, last_change, setup_rows

Row = Mapping[str, str]


def change_negotiation(
    session: WriteSession,
    negotiation: str | None,
    rows: Mapping[str, Sequence[Row]],
    *,
    now: datetime,
    account: int,
    reason: str = "setting up",
    action: str = "edit",
) -> Imported:
    """Merge rows into a negotiation, or begin a new one with them; the caller commits.

    Rows are those of a data package, by the name of their file, empty columns left out. A row is known by
    its id or natural key, as in an import. Raises PackageFaults, whose lines count the rows of each file
    from 1, and NoSuchRecord where there is no such negotiation.
    """
    tables = {
        file.name: [Line(line, dict(row)) for line, row in enumerate(rows.get(file.name, ()), 1)]
        for file in FILES
    }
    if negotiation is None:
        _refuse_known(session, rows)
    elif not tables["negotiation"]:
        stored = _locked(session, negotiation, "negotiation")
        tables["negotiation"] = [Line(0, stored[0].cells)]
    package = Package(tables=tables)
    return store_package(session, package, now=now, account=account, reason=reason, action=action)


def add_rows(
    session: WriteSession,
    negotiation: str,
    rows: Mapping[str, Sequence[Row]],
    *,
    now: datetime,
    account: int,
) -> Imported:
    """Add actors, participants or issues, each after those that are there.

    Raises PackageFaults, also for an id that is there already: it would change another's row.
    """
    whole = {}
    for file, new in rows.items():
        stored = [row.cells for row in _locked(session, negotiation, file)]
        if FILE[file].has_id:
            _refuse_taken(file, new, {row["id"] for row in stored})
            whole[file] = list(new)
        else:
            # The same role for a second time is told from the first by coming after it.
            whole[file] = [*stored, *new]
    return change_negotiation(session, negotiation, whole, now=now, account=account)


def correct_row(
    session: WriteSession,
    negotiation: str,
    file: str,
    key: str,
    row: Row,
    *,
    seen: int,
    now: datetime,
    account: int,
    reason: str = "setting up",
    action: str = "edit",
) -> Imported:
    """Give a row, found by its id or number, the columns of ``row``; those that it does not have are emptied.

    What identifies the row, and what only an import can say, stay as they are. ``seen`` is the revision
    that the form was opened on. Raises PackageFaults, NoSuchRecord, and Outdated where somebody else has
    changed the row since.
    """
    stored = _locked(session, negotiation, file)
    at = _place(stored, key)
    before = stored[at].cells
    if (now_at := last_change(session, negotiation, NOUNS[file], key)) != seen:
        raise Outdated(before, now_at)
    kept = {"id"} if FILE[file].has_id else set(FILE[file].natural_key)
    columns = set(FILE[file].header) - kept
    after = {name: value for name, value in before.items() if name not in columns}
    after |= {name: value for name, value in row.items() if name in columns}
    rows = [after] if FILE[file].has_id else [*_cells(stored[:at]), after, *_cells(stored[at + 1 :])]
    return change_negotiation(
        session, negotiation, {file: rows}, now=now, account=account, reason=reason, action=action
    )


def move_row(
    session: WriteSession,
    negotiation: str,
    file: str,
    key: str,
    *,
    earlier: bool,
    now: datetime,
    account: int,
) -> Imported:
    """Let a participant or an issue change places with its neighbour: columns and lines follow that order.

    The neighbour of an issue is one that is part of the same; at the end of the list nothing happens.
    Raises NoSuchRecord.
    """
    stored = _locked(session, negotiation, file)
    moved = stored[_place(stored, key)]
    siblings = [row for row in stored if row.cells.get("part_of") == moved.cells.get("part_of")]
    to = siblings.index(moved) + (-1 if earlier else 1)
    order = [row for row in stored if row is not moved]
    if 0 <= to < len(siblings):
        order.insert(order.index(siblings[to]) + (0 if earlier else 1), moved)
    else:
        order = stored
    return change_negotiation(session, negotiation, {file: _cells(order)}, now=now, account=account)


def _locked(session: WriteSession, negotiation: str, file: str) -> list[PackageRow]:
    """The rows of a file, which nobody else changes before this transaction ends. Raises NoSuchRecord."""
    revisions.lock(session, negotiation)
    if not has_negotiation(session, negotiation):
        raise NoSuchRecord(negotiation)
    return setup_rows(session, negotiation, file)


def _place(rows: Sequence[PackageRow], key: str) -> int:
    for place, row in enumerate(rows):
        if key == (str(row.number) if row.number else row.cells["id"]):
            return place
    raise NoSuchRecord(key)


def _cells(rows: Sequence[PackageRow]) -> list[Row]:
    return [row.cells for row in rows]


def _refuse_known(session: WriteSession, rows: Mapping[str, Sequence[Row]]) -> None:
    """A negotiation that begins here is not one that is here. Raises PackageFaults."""
    ids = [row["id"] for row in rows["negotiation"] if "id" in row]
    if session.get_bind().dialect.name == "postgresql":
        # There is no row yet by which two who choose one id could wait for each other.
        for id_ in ids:
            key = f"negotiation {id_}"
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    _refuse_taken("negotiation", rows["negotiation"], {id_ for id_ in ids if has_negotiation(session, id_)})


def _refuse_taken(file: str, rows: Sequence[Row], taken: set[str]) -> None:
    faults = [
        Fault(FILE[file].path, line, "id", f"“{row['id']}” is there already", "choose another id")
        for line, row in enumerate(rows, 1)
        if row.get("id") in taken
    ]
    if faults:
        raise PackageFaults(faults)
