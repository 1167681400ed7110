"""Positions side by side, as of a day: one seek per cell, then the texts and citations of what is shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Integer, String, and_, func, select, values
from sqlalchemy import column as sql_column

from app.db import ReadSession
from app.domain.cells import cell_from_json
from app.domain.dates import parse_edtf
from app.domain.position import Cell, Fate, Item, Standing, fates, position
from app.domain.vocabulary import Basis, Empty, RecordType, Slot, Track
from app.models import ChangeDay, Issue, PositionCell
from app.models.loading import load_cells
from app.queries.citations import CitationLine, Evidence, Subject, citations_of, evidence
from app.queries.demands import Relation, links_of
from app.queries.negotiations import ActorHead, Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.proposals import ProposalColumn, latest_proposal, proposal_columns
from app.queries.records import RecordLine, is_known, records_of
from app.queries.visibility import NoSuchRecord


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


@dataclass(frozen=True, slots=True)
class PositionsPage:
    negotiation: NegotiationHead
    cast: Cast
    on: date
    basis: Basis
    columns: Sequence[PartyColumn | ProposalColumn]
    issues: Sequence[IssueHead]
    change_days: Sequence[tuple[str, int]]
    is_default: bool
    unknown_columns: Sequence[str] = field(default=())

    @property
    def proposals(self) -> list[ProposalColumn]:
        return [column for column in self.columns if isinstance(column, ProposalColumn)]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What was asked for as a column: a participant, on a day of its own or not, or a proposal."""

    actor: str | None
    day: date | None
    proposal: str | None
    key: str


def positions_page(
    session: ReadSession, negotiation: str, on: date, basis: Basis, choices: Sequence[ColumnChoice]
) -> PositionsPage:
    """The positions of a negotiation as of ``on``. Raises NoSuchRecord.

    Without choices: every party, and the latest proposal reported. A choice that names nobody and
    nothing known by then is left out and named in ``unknown_columns``.
    """
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    is_default = not choices
    if is_default:
        choices = [ColumnChoice(party.id, None, None, party.id) for party in cast.parties()]
        latest = latest_proposal(session, negotiation, on, basis)
        if latest:
            choices = [*choices, ColumnChoice(None, None, latest, f"proposal:{latest}")]
    wanted = [choice.proposal for choice in choices if choice.proposal]
    packages = proposal_columns(session, negotiation, wanted, on, basis, cast)
    if (
        not any(choice.proposal in packages or choice.actor in cast.actors for choice in choices)
        and not is_default
    ):
        usual = positions_page(session, negotiation, on, basis, [])
        return replace(usual, unknown_columns=[choice.key for choice in choices])
    asked = [AsOf(choice.actor, choice.day or on) for choice in choices if choice.actor in cast.actors]
    cells = cell_pages(session, negotiation, asked, basis, cast)
    columns: list[PartyColumn | ProposalColumn] = []
    unknown = []
    for choice in choices:
        if choice.proposal in packages:
            columns.append(packages[choice.proposal])
        elif choice.actor in cast.actors:
            day = choice.day or on
            of_actor = {issue: cells[choice.actor, issue, day] for issue in cast.issues}
            name = cast.name(choice.actor)
            columns.append(PartyColumn(choice.key, choice.actor, name, day, choice.day is not None, of_actor))
        else:
            unknown.append(choice.key)
    return PositionsPage(
        head,
        cast,
        on,
        basis,
        columns,
        list(cast.issues.values()),
        change_days(session, negotiation, basis),
        is_default,
        unknown,
    )


def change_days(session: ReadSession, negotiation: str, basis: Basis) -> list[tuple[str, int]]:
    """The days on which cells change, each with how many of them."""
    rows = session.execute(
        select(ChangeDay.day, ChangeDay.cells)
        .where(ChangeDay.negotiation == negotiation, ChangeDay.basis == basis.clock)
        .order_by(ChangeDay.day)
    )
    return [(day, cells) for day, cells in rows]


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
    stored = stored_cells(session, negotiation, asked, basis)
    pages = {}
    for day in sorted({one.day for one in asked}):
        of_day = {key: cell for key, cell in stored.items() if key[2] == day and key[1] in cast.issues}
        shown = _Shown(session, negotiation, list(of_day.values()), day, basis)
        for one in asked:
            for issue in cast.issues if one.day == day else ():
                cell = of_day.get((one.holder, issue, day), Cell())
                pages[one.holder, issue, day] = shown.page(cell, one.holder, issue)
    return pages


class _Shown:
    """The records and citations that the cells of one day show, read together."""

    def __init__(
        self, session: ReadSession, negotiation: str, cells: Sequence[Cell], on: date, basis: Basis
    ) -> None:
        self.on = on
        items = [item for cell in cells for item in (*cell.shown(), *cell.possible, *cell.standing)]
        subjects: set[Subject] = {(item.type, item.id) for item in items}
        subjects |= {(RecordType.TERM, term) for item in items for term in item.terms}
        subjects |= {(RecordType.PROPOSAL, item.proposal) for item in items if item.proposal}
        subjects |= {(RecordType.DEMAND, demand) for cell in cells for demand in cell.dropped_by}
        self.records = records_of(session, negotiation, subjects)
        packages = {record.proposal for record in self.records.values() if record.proposal}
        missing = {(RecordType.PROPOSAL, package) for package in packages} - set(self.records)
        self.records |= records_of(session, negotiation, missing)
        cited = set(self.records) | {
            (RecordType.PROPOSAL, record.proposal)
            for (kind, _), record in self.records.items()
            if kind is RecordType.TERM and record.proposal
        }
        self.citations = citations_of(session, negotiation, cited, on, basis)

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


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A record of the cell with all its citations; ``place`` is where the cell shows it, if anywhere."""

    record: RecordLine
    place: str
    fate: Fate
    by: RecordLine | None
    is_own: bool
    order_unknown: bool
    overtaken: bool
    proposal: RecordLine | None
    citations: Sequence[CitationLine]
    relations: Sequence[Relation]
    terms: Sequence[RecordLine] = ()


@dataclass(frozen=True, slots=True)
class CellHistoryPage:
    negotiation: NegotiationHead
    cast: Cast
    holder: ActorHead
    issue: IssueHead
    on: date
    basis: Basis
    cell: Cell
    entries: Sequence[HistoryEntry]
    change_days: Sequence[str]

    @property
    def own(self) -> int:
        return sum(entry.is_own for entry in self.entries)

    @property
    def others(self) -> int:
        return len(self.entries) - self.own

    @property
    def withdrawals(self) -> int:
        return sum(entry.fate.standing is Standing.WITHDRAWAL for entry in self.entries)


def cell_history_page(
    session: ReadSession, negotiation: str, holder: str, issue: str, on: date, basis: Basis
) -> CellHistoryPage:
    """Everything that speaks for the holder on the issue, known by the day, newest first.

    Raises NoSuchRecord.
    """
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    if holder not in cast.actors or issue not in cast.issues:
        raise NoSuchRecord(f"{holder}/{issue}")
    records = load_cells(session, negotiation, [(holder, issue)])
    cell = position(records, holder, issue, on, basis)
    found = fates(records, holder, issue, on, basis)
    slots = {(item.type, item.id): slot.value for slot in Slot for item in getattr(cell, slot.value)}
    standing = {(item.type, item.id): item for item in cell.standing}
    shown = {(item.type, item.id): item for item in cell.shown()}
    possible = {(item.type, item.id) for item in cell.possible}
    answers = {(item.type, item.id): item.terms for item in cell.accepted}
    subjects = set(found) | possible | set(answers)
    lines = records_of(session, negotiation, subjects | {fate.by for fate in found.values() if fate.by})
    accepted = {(RecordType.TERM, term) for terms in answers.values() for term in terms}
    lines |= records_of(session, negotiation, accepted - set(lines))
    packages = {(RecordType.PROPOSAL, line.proposal) for line in lines.values() if line.proposal}
    lines |= records_of(session, negotiation, packages - set(lines))
    relations = links_of(
        session, negotiation, {record for kind, record in subjects if kind is RecordType.DEMAND}
    )
    others = {other for links in relations.values() for _, _, other, _ in links}
    lines |= records_of(session, negotiation, {(RecordType.DEMAND, other) for other in others} - set(lines))
    citations = citations_of(session, negotiation, subjects | packages, on, basis)
    entries = []
    for subject in subjects & set(lines):
        record = lines[subject]
        package = lines.get((RecordType.PROPOSAL, record.proposal)) if record.proposal else None
        cited = list(citations.get(subject, ()))
        if record.type is RecordType.TERM and package:
            cited += citations.get(package.subject, ())
        fate = found.get(subject, Fate(Standing.STANDS, None))
        item = shown.get(subject) or standing.get(subject)
        place = slots.get(subject) or ("possible" if subject in possible else "")
        entries.append(
            HistoryEntry(
                record,
                place,
                fate,
                lines.get(fate.by) if fate.by else None,
                evidence(cited, holder).track is Track.OWN_SIDE,
                item.order_unknown if item else False,
                item.overtaken if item else False,
                package,
                cited,
                [
                    Relation(relation, is_from_here, lines[RecordType.DEMAND, other], note)
                    for relation, is_from_here, other, note in relations.get(record.id, ())
                    if record.type is RecordType.DEMAND
                    and (RecordType.DEMAND, other) in lines
                    and is_known(lines[RecordType.DEMAND, other], on, basis)
                ],
                [
                    lines[RecordType.TERM, term]
                    for term in answers.get(subject, ())
                    if (RecordType.TERM, term) in lines
                ],
            )
        )
    entries.sort(
        key=lambda entry: (entry.record.last_day, entry.record.first_day, entry.record.id), reverse=True
    )
    days = session.scalars(
        select(PositionCell.from_day)
        .where(
            PositionCell.negotiation == negotiation,
            PositionCell.basis == basis.clock,
            PositionCell.holder == holder,
            PositionCell.issue == issue,
        )
        .order_by(PositionCell.from_day)
    )
    return CellHistoryPage(
        head, cast, cast.actors[holder], cast.issues[issue], on, basis, cell, entries, list(days)
    )


def all_cells(
    session: ReadSession, negotiation: str, on: date, basis: Basis, *, standing: bool = False
) -> dict[str, dict[str, Cell]]:
    """The cells of every issue, by holder: every party, and every participant who holds anything by the day.

    ``standing`` is filled only where asked for: it is not kept, and the records must answer it. Raises
    NoSuchRecord.
    """
    negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    participants = cast.participants()
    stored = stored_cells(session, negotiation, [AsOf(actor.id, on) for actor in participants], basis)
    holding = {holder for (holder, _, _), cell in stored.items() if cell != Cell()}
    holders = [actor.id for actor in participants if actor.is_party or actor.id in holding]
    cells = {
        issue: {holder: stored.get((holder, issue, on), Cell()) for holder in holders}
        for issue in cast.issues
    }
    if standing:
        open_ones = [
            (holder, issue)
            for issue, by_holder in cells.items()
            for holder, cell in by_holder.items()
            if cell.standing_count
        ]
        records = load_cells(session, negotiation, open_ones)
        for holder, issue in open_ones:
            found = position(records, holder, issue, on, basis)
            cells[issue][holder] = replace(cells[issue][holder], standing=found.standing)
    return cells
