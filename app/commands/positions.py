"""Positions are derived: the change points of cells, computed anew by whatever touches them."""

from collections.abc import Callable, Collection

from sqlalchemy import delete, func, select

from app.commands.batches import Batch, Row, delete_rows, insert_rows, read_rows, update_rows
from app.db import WriteSession
from app.domain.cells import cell_to_json
from app.domain.position import cell_history
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
    """Compute the history of every cell, or of these (holder, issue), anew, and keep what differs.

    Answers how many rows changed.
    """
    records = load_records(session, negotiation)
    wanted = records.cells()
    if cells is not None:
        known = set(wanted)
        wanted = [cell for cell in sorted(cells) if cell in known]
    rows: list[Row] = []
    for done, (holder, issue) in enumerate(wanted):
        for basis in Basis:
            for day, cell in cell_history(records, holder, issue, basis):
                shown, possible = cell_to_json(cell)
                rows.append(
                    (
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
                )
        if progress:
            progress("positions", done + 1, len(wanted))
    batch = Batch(PositionCell, _COLUMNS, rows)
    length = batch.key_length
    stored = {
        row[:length]: row
        for row in read_rows(session, batch, negotiation)
        if cells is None or row[2:4] in cells
    }
    new = [row for row in rows if row[:length] not in stored]
    changed = [row for row in rows if stored.get(row[:length], row) != row]
    kept = {row[:length] for row in rows}
    gone = [key for key in stored if key not in kept]
    delete_rows(session, batch, gone)
    update_rows(session, batch, changed)
    insert_rows(session, batch, new)
    if new or gone:
        _rebuild_change_days(session, negotiation)
    return len(new) + len(changed) + len(gone)


def _rebuild_change_days(session: WriteSession, negotiation: str) -> None:
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
