"""Positions are derived: the change points of cells, computed anew by whatever touches them."""

from collections.abc import Callable, Collection, Iterator, Sequence

from sqlalchemy import delete, func, select

from app.commands.batches import Batch, Row, delete_rows, insert_rows, read_rows, uncollected, update_rows
from app.db import WriteSession
from app.domain.cells import cell_to_json
from app.domain.position import cell_history
from app.domain.records import Records
from app.domain.vocabulary import Basis
from app.models import ChangeDay, PositionCell
from app.models.loading import load_records

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


def rebuild_cells(
    session: WriteSession,
    negotiation: str,
    *,
    cells: Collection[tuple[str, str]] | None = None,
    progress: Progress | None = None,
) -> int:
    """Compute the history of every cell, or of these (holder, issue), anew, and store what differs.

    Cells that a link contradicts with one of these are computed too: what stands there may now be
    contested or no longer be. Answers how many change points were added, changed or removed.
    """
    with uncollected():
        records = load_records(session, negotiation)
        wanted = records.cells()
        if cells is not None:
            touched = set(cells) | _contradicting(records, cells)
            wanted = [cell for cell in wanted if cell in touched]
        batch = Batch(PositionCell, _COLUMNS, list(_rows(records, negotiation, wanted, progress)))
        length = batch.key_length
        stored = {row[:length]: row for row in read_rows(session, batch, negotiation)}
        if cells is not None:
            stored = {key: row for key, row in stored.items() if row[2:4] in touched}
        new = [row for row in batch.rows if row[:length] not in stored]
        changed = [row for row in batch.rows if stored.get(row[:length], row) != row]
        kept = {row[:length] for row in batch.rows}
        gone = [key for key in stored if key not in kept]
        delete_rows(session, batch, gone)
        update_rows(session, batch, changed)
        insert_rows(session, batch, new)
        if new or gone:
            _count_change_days(session, negotiation)
    return len(new) + len(changed) + len(gone)


def _rows(
    records: Records, negotiation: str, cells: Sequence[tuple[str, str]], progress: Progress | None
) -> Iterator[Row]:
    """The change points of these cells on both bases."""
    for done, (holder, issue) in enumerate(cells):
        for basis in Basis:
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


def _contradicting(records: Records, cells: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """The cells of demands that contradict one of these cells, or are contradicted by it."""
    partners = {
        partner
        for cell in cells
        for demand in records.demands_by_cell.get(cell, ())
        for partner in records.contradicted.get(demand.id, ())
    }
    demands = [records.demand[partner] for partner in partners if partner in records.demand]
    return {(holder, issue) for demand in demands for holder in demand.holders for issue in demand.issues}


def _count_change_days(session: WriteSession, negotiation: str) -> None:
    """Count anew on which days cells of the negotiation change, and how many."""
    session.execute(delete(ChangeDay).where(ChangeDay.negotiation == negotiation))
    counted = session.execute(
        select(PositionCell.negotiation, PositionCell.basis, PositionCell.from_day, func.count())
        .where(PositionCell.negotiation == negotiation)
        .group_by(PositionCell.negotiation, PositionCell.basis, PositionCell.from_day)
    ).all()
    insert_rows(
        session, Batch(ChangeDay, ("negotiation", "basis", "day", "cells"), [tuple(row) for row in counted])
    )
