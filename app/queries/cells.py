"""Cells as readers see them, as of a day: one seek per cell, then texts and citations of what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, String, and_, func, select, values
from sqlalchemy import column as sql_column

from app.db import ReadSession
from app.domain.cells import cell_from_json
from app.domain.dates import parse_edtf
from app.domain.position import Cell, Item
from app.domain.vocabulary import Basis, Empty, RecordType, Track
from app.models import Issue, PositionCell
from app.queries.citations import CitationLine, Clock, Evidence, Subject, citations_on, evidence
from app.queries.negotiations import Cast
from app.queries.records import RecordLine, records_of


@dataclass(frozen=True, slots=True)
class AsOf:
    """A holder on a day: what a column of the table asks for."""

    holder: str
    day: date


@dataclass(frozen=True, slots=True)
class Claim:
    """A line of a cell as the reader sees it: the record, its dates, and what it rests on.

    ``text`` is what the terms of an accepted package rest on.
    """

    record: RecordLine
    since: str
    last_heard: str
    evidence: Evidence
    overtaken: bool
    order_unknown: bool
    proposal: RecordLine | None = None
    terms: tuple[RecordLine, ...] = ()
    text: Evidence | None = None

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


@dataclass(frozen=True, slots=True)
class CellPage:
    """A cell with everything that the table shows of it."""

    holder: str
    issue: str
    on: date
    asks: tuple[Claim, ...]
    refuses: tuple[Claim, ...]
    accepted: tuple[Claim, ...]
    others_say: tuple[Claim, ...]
    says: tuple[Claim, ...]
    possible: tuple[Claim, ...]
    standing_count: int
    contested: bool
    empty: Empty | None
    dropped: tuple[Claim, ...] = ()
    searched_through: str | None = None

    @property
    def older_refusals(self) -> tuple[Claim, ...]:
        """Refusals older than what stands under *asks or offers*: single lines (domain.md §4)."""
        return tuple(claim for claim in self.refuses if claim not in self.main_refusals)

    @property
    def main_refusals(self) -> tuple[Claim, ...]:
        newest = max((_last(claim) for claim in self.asks), default=date.min)
        return tuple(claim for claim in self.refuses if _last(claim) >= newest)

    @property
    def reports(self) -> int:
        """How many records the cell rests on, shown and standing."""
        shown = (self.asks, self.refuses, self.accepted, self.others_say, self.says)
        return sum(map(len, shown)) + self.standing_count


def _last(claim: Claim) -> date:
    """The latest day of a line: that on which it was last heard, capped as its record is."""
    heard = parse_edtf(claim.last_heard).last
    if claim.last_heard == claim.record.dated:
        return min(heard, date.fromisoformat(claim.record.last_day))
    return heard


@dataclass(frozen=True, slots=True)
class PartyColumn:
    """A participant's column; the counts say how far it is from its own side (look.md)."""

    key: str
    actor: str
    name: str
    on: date
    has_own_day: bool
    cells: Mapping[str, CellPage]

    def count(self, *kinds: Empty | None) -> int:
        return sum(cell.empty in kinds for cell in self.cells.values())

    @property
    def own(self) -> int:
        return self.count(None)

    @property
    def only_others(self) -> int:
        return self.count(Empty.OTHERS_ONLY)

    @property
    def nothing(self) -> int:
        return self.count(Empty.NONE, Empty.SEARCHED, Empty.DROPPED)


def stored_cells(
    session: ReadSession, negotiation: str, asked: Sequence[AsOf], basis: Basis
) -> dict[tuple[str, str, date], Cell]:
    """The cells of these holders on these days, for every issue: one index seek each (architecture.md)."""
    if not asked:
        return {}
    wanted = (
        values(sql_column("holder", String), sql_column("day", String), sql_column("place", Integer))
        .data([(one.holder, one.day.isoformat(), place) for place, one in enumerate(asked)])
        .cte("wanted")
    )
    newest = (
        select(func.max(PositionCell.from_day))
        .where(
            PositionCell.negotiation == negotiation,
            PositionCell.basis == basis.clock,
            PositionCell.holder == wanted.c.holder,
            PositionCell.issue == Issue.id,
            PositionCell.from_day <= wanted.c.day,
        )
        .correlate(wanted, Issue)
        .scalar_subquery()
    )
    found = session.execute(
        select(
            wanted.c.place,
            PositionCell.issue,
            PositionCell.shown,
            PositionCell.possible,
            PositionCell.contested,
            PositionCell.empty,
            PositionCell.standing_count,
        )
        .select_from(wanted)
        .join(Issue, Issue.negotiation == negotiation)
        .join(
            PositionCell,
            and_(
                PositionCell.negotiation == negotiation,
                PositionCell.basis == basis.clock,
                PositionCell.holder == wanted.c.holder,
                PositionCell.issue == Issue.id,
                PositionCell.from_day == newest,
            ),
        )
    )
    cells = {}
    for place, issue, shown, possible, contested, empty, standing in found:
        one = asked[place]
        cells[one.holder, issue, one.day] = cell_from_json(
            shown, possible, contested=contested, empty=empty, standing_count=standing
        )
    return cells


def cell_pages(
    session: ReadSession, negotiation: str, asked: Sequence[AsOf], basis: Basis, cast: Cast
) -> dict[tuple[str, str, date], CellPage]:
    """The same cells with their texts, and with who says so by the day of each."""
    return cell_pages_on(session, negotiation, {basis: asked}, cast)[basis]


def cell_pages_on(
    session: ReadSession, negotiation: str, asked: Mapping[Basis, Sequence[AsOf]], cast: Cast
) -> dict[Basis, dict[tuple[str, str, date], CellPage]]:
    """Cells of several days and bases; the records and the citations of all of them are read once."""
    cells: dict[Basis, dict[tuple[str, str, date], Cell]] = {
        basis: {
            (one.holder, issue, one.day): stored.get((one.holder, issue, one.day), Cell())
            for one in dict.fromkeys(columns)
            for issue in cast.issues
        }
        for basis, columns in asked.items()
        for stored in [stored_cells(session, negotiation, columns, basis)]
    }
    days = [(day, basis) for basis, columns in asked.items() for day in sorted({one.day for one in columns})]
    every = [cell for of_basis in cells.values() for cell in of_basis.values()]
    shown = _shown_on(session, negotiation, every, days)
    return {
        basis: {
            (holder, issue, day): shown[day, basis].page(cell, holder, issue)
            for (holder, issue, day), cell in of_basis.items()
        }
        for basis, of_basis in cells.items()
    }


def _shown_on(
    session: ReadSession, negotiation: str, cells: Sequence[Cell], days: Sequence[Clock]
) -> dict[Clock, "_Shown"]:
    """The records and citations that these cells show, read together for all of the days."""
    items = [item for cell in cells for item in (*cell.shown(), *cell.possible, *cell.standing)]
    subjects: set[Subject] = {(item.type, item.id) for item in items}
    subjects |= {(RecordType.TERM, term) for item in items for term in item.terms}
    subjects |= {(RecordType.PROPOSAL, item.proposal) for item in items if item.proposal}
    subjects |= {(RecordType.DEMAND, demand) for cell in cells for demand in cell.dropped_by}
    records = records_of(session, negotiation, subjects)
    packages = {record.proposal for record in records.values() if record.proposal}
    missing = {(RecordType.PROPOSAL, package) for package in packages} - set(records)
    records |= records_of(session, negotiation, missing)
    cited = set(records) | {
        (RecordType.PROPOSAL, record.proposal)
        for (kind, _), record in records.items()
        if kind is RecordType.TERM and record.proposal
    }
    citations = citations_on(session, negotiation, cited, days)
    return {clock: _Shown(records, citations[clock], clock[0]) for clock in days}


class _Shown:
    """What the cells of one day show, on one basis."""

    def __init__(
        self,
        records: Mapping[Subject, RecordLine],
        citations: Mapping[Subject, Sequence[CitationLine]],
        on: date,
    ) -> None:
        self.records, self.citations, self.on = records, citations, on

    def evidence(self, record: RecordLine, holder: str) -> Evidence:
        """A term stands on the citations of its proposal (domain.md §4); its own may deny it."""
        lines = list(self.citations.get(record.subject, ()))
        if record.type is RecordType.TERM and record.proposal:
            denials = [line for line in lines if not line.supports]
            lines = [*self.citations.get((RecordType.PROPOSAL, record.proposal), ()), *denials]
        return evidence(lines, holder)

    def claim(self, item: Item, holder: str) -> Claim | None:
        record = self.records.get((item.type, item.id))
        if record is None:
            return None
        return Claim(
            record,
            item.since,
            item.last_heard,
            self.evidence(record, holder),
            item.overtaken,
            item.order_unknown,
            self.records.get((RecordType.PROPOSAL, record.proposal)) if record.proposal else None,
            tuple(
                self.records[RecordType.TERM, term]
                for term in item.terms
                if (RecordType.TERM, term) in self.records
            ),
            # Who accepted a package is one thing, who told of its terms another.
            evidence(self.citations.get((RecordType.PROPOSAL, item.proposal), ()), None)
            if item.proposal and item.terms
            else None,
        )

    def claims(self, items: Iterable[Item], holder: str) -> tuple[Claim, ...]:
        return tuple(claim for item in items if (claim := self.claim(item, holder)))

    def page(self, cell: Cell, holder: str, issue: str) -> CellPage:
        dropped = (
            Item(RecordType.DEMAND, demand, record.dated, record.dated)
            for demand in cell.dropped_by
            if (record := self.records.get((RecordType.DEMAND, demand)))
        )
        return CellPage(
            holder=holder,
            issue=issue,
            on=self.on,
            asks=self.claims(cell.asks, holder),
            refuses=self.claims(cell.refuses, holder),
            accepted=self.claims(cell.accepted, holder),
            others_say=self.claims(cell.others_say, holder),
            says=self.claims(cell.says, holder),
            possible=self.claims(cell.possible, holder),
            standing_count=cell.standing_count,
            contested=cell.contested,
            empty=cell.empty,
            dropped=self.claims(dropped, holder),
            searched_through=cell.searched_through,
        )


def claims_of(
    session: ReadSession, negotiation: str, items: Sequence[tuple[str, Item]], on: date, basis: Basis
) -> list[Claim | None]:
    """These lines of holders' cells as readers see them on a day; None where a record is not to be seen."""
    cell = Cell(asks=tuple(item for _, item in items))
    shown = _shown_on(session, negotiation, [cell], [(on, basis)])[on, basis]
    return [shown.claim(item, holder) for holder, item in items]
