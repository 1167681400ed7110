"""Positions are derived: the change points of cells, computed anew by whatever touches them."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import delete, func, select

from app.commands.batches import Batch, Row, delete_rows, insert_rows, read_rows, uncollected, update_rows
from app.db import WriteSession
from app.domain.cells import cell_from_json, cell_to_json
from app.domain.position import Cell, cell_history, contested_days
from app.domain.records import Records
from app.domain.vocabulary import Basis, RecordType
from app.models import ChangeDay, PositionCell
from app.models.loading import contradicting_cells, load_cells, load_records
from app.models.positions import KEPT

Progress = Callable[[str, int, int], None]

_COLUMNS = (
    "negotiation",
    "basis",
    "holder",
    "issue",
    "from_day",
    "shown",
    "possible",
    "contested",
    "empty",
    "standing_count",
)
_DAY_COLUMNS = ("negotiation", "basis", "day", "cells")


def rebuild_cells(
    session: WriteSession,
    negotiation: str,
    *,
    cells: Collection[tuple[str, str]] | None = None,
    bases: Sequence[Basis] = KEPT,
    progress: Progress | None = None,
) -> int:
    """Compute the history of every cell, or of these (holder, issue), anew, and store what differs.

    Cells in which something contradicts one of these are mended too: what stands there may now be contested
    or no longer be. ``bases`` are all that are kept, except where only some will ever be read. Answers how
    many change points were added, changed or removed.
    """
    if cells is not None:
        return _rebuild_some(session, negotiation, set(cells), bases)
    with uncollected():
        records = load_records(session, negotiation)
        rows = list(_rows(records, negotiation, records.cells(), bases, progress))
        stored = read_rows(session, Batch(PositionCell, _COLUMNS, ()), negotiation)
        new, changed, gone = _store(session, rows, stored)
        count_change_days(session, negotiation)
    return len(new) + len(changed) + len(gone)


def _rebuild_some(
    session: WriteSession, negotiation: str, cells: set[tuple[str, str]], bases: Sequence[Basis]
) -> int:
    """Nothing is read of the other cells but what contradicts these."""
    contradicting = contradicting_cells(session, negotiation, cells)
    stretches = [
        stretch
        for rows in _by_cell(session, negotiation, contradicting, bases)
        for stretch in _stretches(rows)
        if stretch.shows(contradicting[rows[0][2], rows[0][3]])
    ]
    shown = {demand for stretch in stretches for demand in stretch.demands()}
    records = load_cells(session, negotiation, cells, beside=shown)
    rows = list(_rows(records, negotiation, [cell for cell in records.cells() if cell in cells], bases, None))
    stored = [row for of_cell in _by_cell(session, negotiation, cells, bases) for row in of_cell]
    for stretch in stretches:
        rows += stretch.again(records)
        stored += stretch.rows
    new, changed, gone = _store(session, rows, stored)
    _note_change_days(session, negotiation, new, gone)
    return len(new) + len(changed) + len(gone)


def _store(
    session: WriteSession, rows: Sequence[Row], stored: Sequence[Row]
) -> tuple[list[Row], list[Row], list[Row]]:
    """Let the stored rows be these. Answers what is new, what was changed, and the keys of what is gone."""
    batch = Batch(PositionCell, _COLUMNS, rows)
    length = batch.key_length
    known = {row[:length]: row for row in stored}
    new = [row for row in rows if row[:length] not in known]
    changed = [row for row in rows if known.get(row[:length], row) != row]
    kept = {row[:length] for row in rows}
    gone = [key for key in known if key not in kept]
    delete_rows(session, batch, gone)
    update_rows(session, batch, changed)
    insert_rows(session, batch, new)
    return new, changed, gone


def _by_cell(
    session: WriteSession, negotiation: str, cells: Collection[tuple[str, str]], bases: Sequence[Basis]
) -> Iterator[list[Row]]:
    """The stored rows of these cells, those of one cell on one basis together, in the order of their days."""
    issues: dict[str, list[str]] = {}
    for holder, issue in cells:
        issues.setdefault(holder, []).append(issue)
    table = Batch(PositionCell, _COLUMNS, ()).table
    for holder, of_holder in issues.items():
        statement = (
            select(*(table.columns[name] for name in _COLUMNS))
            .where(
                table.columns["negotiation"] == negotiation,
                table.columns["basis"].in_(bases),
                table.columns["holder"] == holder,
                table.columns["issue"].in_(of_holder),
            )
            .order_by(table.columns["basis"], table.columns["issue"], table.columns["from_day"])
        )
        for _, rows in groupby((tuple(row) for row in session.execute(statement)), lambda row: row[:4]):
            yield list(rows)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Stored rows of a cell, one after the other, that differ in nothing but whether it is contested.

    ``end`` is the day from which the cell reads otherwise.
    """

    rows: Sequence[Row]
    end: date

    def shows(self, demands: Collection[str]) -> bool:
        """Whether one of these demands is shown."""
        shown = self.rows[0][_COLUMNS.index("shown")]
        return any(f'"id":"{demand}"' in shown for demand in demands)

    def cell(self) -> Cell:
        row = dict(zip(_COLUMNS, self.rows[0], strict=True))
        kept = {name: row[name] for name in ("empty", "standing_count")}
        return cell_from_json(row["shown"], row["possible"], contested=False, **kept)

    def demands(self) -> list[str]:
        return [item.id for item in self.cell().shown() if item.type is RecordType.DEMAND]

    def again(self, records: Records) -> Iterator[Row]:
        """The rows as they are with what now contradicts the cell."""
        basis, start = Basis(self.rows[0][1]), date.fromisoformat(self.rows[0][4])
        for day, contested in contested_days(records, self.cell(), start, self.end, basis):
            row = dict(zip(_COLUMNS, self.rows[0], strict=True))
            yield tuple((row | {"from_day": day.isoformat(), "contested": contested}).values())


def _stretches(rows: Sequence[Row]) -> list[_Stretch]:
    """The rows of one cell on one basis, by what they say beside whether it is contested."""
    apart = [name for name in _COLUMNS if name not in ("from_day", "contested")]
    places = [_COLUMNS.index(name) for name in apart]
    parts = [list(part) for _, part in groupby(rows, lambda row: [row[place] for place in places])]
    ends = [*(date.fromisoformat(part[0][4]) for part in parts[1:]), date.max]
    return [_Stretch(part, end) for part, end in zip(parts, ends, strict=True)]


def _rows(
    records: Records,
    negotiation: str,
    cells: Sequence[tuple[str, str]],
    bases: Sequence[Basis],
    progress: Progress | None,
) -> Iterator[Row]:
    """The change points of these cells on these bases."""
    for done, (holder, issue) in enumerate(cells):
        for basis in bases:
            for day, cell in cell_history(records, holder, issue, basis):
                shown, possible = cell_to_json(cell)
                yield (
                    negotiation,
                    basis.value,
                    holder,
                    issue,
                    day.isoformat(),
                    shown,
                    possible,
                    cell.contested,
                    cell.empty.value if cell.empty else None,
                    cell.standing_count,
                )
        if progress:
            progress("positions", done + 1, len(cells))


def count_change_days(session: WriteSession, negotiation: str) -> None:
    """Count anew on which days cells of the negotiation change, and how many."""
    session.execute(delete(ChangeDay).where(ChangeDay.negotiation == negotiation))
    counted = session.execute(
        select(PositionCell.negotiation, PositionCell.basis, PositionCell.from_day, func.count())
        .where(PositionCell.negotiation == negotiation)
        .group_by(PositionCell.negotiation, PositionCell.basis, PositionCell.from_day)
    ).all()
    insert_rows(session, Batch(ChangeDay, _DAY_COLUMNS, [tuple(row) for row in counted]))


def _note_change_days(
    session: WriteSession, negotiation: str, new: Sequence[Row], gone: Sequence[Row]
) -> None:
    """Count the change points that were added and that are gone, on their days alone."""
    counts = Counter((Basis(row[1]), row[4]) for row in new)
    counts.subtract((Basis(row[1]), row[4]) for row in gone)
    moved = {key: by for key, by in counts.items() if by}
    if not moved:
        return
    known = session.execute(
        select(ChangeDay.basis, ChangeDay.day, ChangeDay.cells).where(
            ChangeDay.negotiation == negotiation, ChangeDay.day.in_({day for _, day in moved})
        )
    )
    stored = {(basis, day): cells for basis, day, cells in known}
    rows = [
        (negotiation, basis.value, day, stored.get((basis, day), 0) + by)
        for (basis, day), by in moved.items()
    ]
    batch = Batch(ChangeDay, _DAY_COLUMNS, rows)
    delete_rows(session, batch, [row[:3] for row in rows if row[3] <= 0])
    update_rows(session, batch, [row for row in rows if row[3] > 0 and row[1:3] in stored])
    insert_rows(session, batch, [row for row in rows if row[3] > 0 and row[1:3] not in stored])
