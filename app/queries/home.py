"""The first page: the negotiations, a few at a time, with what changed lately; a cell to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import func, select, union_all

from app.db import ReadSession
from app.domain.position import Cell
from app.domain.vocabulary import Basis
from app.forms.filters import TimelineFilters
from app.models import ChangeDay, Negotiation
from app.queries.cells import AsOf, CellPage, cell_pages, stored_cells
from app.queries.negotiations import Cast, NegotiationHead, all_negotiations, cast_of
from app.queries.timeline import TimelineRow, latest_rows

# So many negotiations on a page; of each so many days, and so many of its newest records.
PAGE, DAYS, NEWEST = 5, 4, 3


@dataclass(frozen=True, slots=True)
class Shelf:
    """A negotiation with its last days of change and how many cells changed, and its newest records.

    ``before`` is the day before the first of these days: what changed on all of them is read from its end.
    """

    negotiation: NegotiationHead
    cast: Cast
    days: Sequence[tuple[str, int]]
    newest: Sequence[TimelineRow]

    @property
    def before(self) -> date:
        first = date.fromisoformat(self.days[-1][0])
        return first - timedelta(days=1) if first > date.min else first


@dataclass(frozen=True, slots=True)
class Example:
    """A real cell that has as much to learn from as any: where its own side and others are heard."""

    negotiation: NegotiationHead
    cast: Cast
    cell: CellPage


@dataclass(frozen=True, slots=True)
class HomePage:
    """``place`` is behind how many negotiations the page begins; ``more`` where the next one does."""

    shelves: Sequence[Shelf] = field(default=())
    example: Example | None = None
    place: int = 0
    more: int | None = None
    revision: int = 0

    @property
    def earlier(self) -> int:
        return max(0, self.place - PAGE)


def home_page(session: ReadSession, place: int, on: date) -> HomePage:
    """A page of negotiations, that which changed last first, as of a day."""
    changed = _last_changes(session, on)
    # Those of one day, and those in which nothing changed yet, stay in their own order.
    heads = sorted(all_negotiations(session), key=lambda head: changed.get(head.id) or "", reverse=True)
    shown = heads[place : place + PAGE]
    days = _change_days(session, [head.id for head in shown], on)
    shelves = []
    for head in shown:
        cast = cast_of(session, head.id)
        newest = latest_rows(session, head.id, cast, TimelineFilters(), on, Basis.REPORTED, limit=NEWEST)
        shelves.append(Shelf(head, cast, days.get(head.id, ()), newest))
    more = place + PAGE if len(heads) > place + PAGE else None
    example = None if place else _example(session, shelves, on)
    return HomePage(shelves, example, place, more, sum(head.revision for head in heads))


def _last_changes(session: ReadSession, on: date) -> dict[str, str | None]:
    """The last day of change of every negotiation: one seek each, in one statement."""
    last = (
        select(func.max(ChangeDay.day))
        .where(
            ChangeDay.negotiation == Negotiation.id,
            ChangeDay.basis == Basis.REPORTED,
            ChangeDay.day <= on.isoformat(),
        )
        .correlate(Negotiation)
        .scalar_subquery()
    )
    return dict(session.execute(select(Negotiation.id, last)).all())


def _change_days(
    session: ReadSession, negotiations: Sequence[str], on: date
) -> dict[str, list[tuple[str, int]]]:
    """The last days of change of each, the newest first: one seek each, in one statement."""
    if not negotiations:
        return {}
    latest = [
        select(
            select(ChangeDay.negotiation, ChangeDay.day, ChangeDay.cells)
            .where(
                ChangeDay.negotiation == negotiation,
                ChangeDay.basis == Basis.REPORTED,
                ChangeDay.day <= on.isoformat(),
            )
            .order_by(ChangeDay.day.desc())
            .limit(DAYS)
            .subquery()
        )
        for negotiation in negotiations
    ]
    found: dict[str, list[tuple[str, int]]] = {}
    for negotiation, day, cells in session.execute(union_all(*latest)):
        found.setdefault(negotiation, []).append((day, cells))
    return {negotiation: sorted(days, reverse=True) for negotiation, days in found.items()}


def _example(session: ReadSession, shelves: Sequence[Shelf], on: date) -> Example | None:
    """The plainest cell of those in which both tracks are heard; where there is none, another."""
    fit = [
        (*_how_much_to_explain(cell), at, holder, issue)
        for at, shelf in enumerate(shelves)
        for (holder, issue, _), cell in stored_cells(
            session,
            shelf.negotiation.id,
            [AsOf(party.id, on) for party in shelf.cast.parties()],
            Basis.REPORTED,
        ).items()
        if cell.asks and not cell.accepted and not cell.possible and issue in shelf.cast.issues
    ]
    if not fit:
        return None
    *_, at, holder, issue = min(fit)
    shelf = shelves[at]
    one = replace(shelf.cast, issues={issue: shelf.cast.issues[issue]})
    pages = cell_pages(session, shelf.negotiation.id, [AsOf(holder, on)], Basis.REPORTED, one)
    return Example(shelf.negotiation, shelf.cast, pages[holder, issue, on])


def _how_much_to_explain(cell: Cell) -> tuple[bool, bool, int]:
    """What orders examples: both tracks heard, nothing overtaken, few lines."""
    return not cell.others_say, any(item.overtaken for item in cell.shown()), len(cell.shown())
