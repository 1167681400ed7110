"""Positions side by side, as of a day, and everything behind one cell of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select

from app.db import ReadSession
from app.domain.agreement import Agreement, between
from app.domain.position import Cell, Fate, Standing, fates, position
from app.domain.vocabulary import Basis, RecordType, Slot, Track
from app.forms.filters import Latest
from app.models import ChangeDay, PositionCell
from app.models.loading import load_cells
from app.queries.cells import AsOf, CellPage, Claim, PartyColumn, cell_pages, stored_cells
from app.queries.citations import CitationLine, citations_of, evidence
from app.queries.columns import MissingColumn, agreed, agreed_text, mediators_latest
from app.queries.comparison import Comparison, PartyOn, also_needed, compare, ladders
from app.queries.demands import Relation, links_of
from app.queries.negotiations import ActorHead, Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.proposal_columns import ProposalColumn, latest_proposal, proposal_columns
from app.queries.records import RecordLine, is_known, records_of
from app.queries.visibility import NoSuchRecord

__all__ = ["AsOf", "CellPage", "Claim", "PartyColumn", "cell_pages", "stored_cells"]


@dataclass(frozen=True, slots=True)
class PositionsPage:
    negotiation: NegotiationHead
    cast: Cast
    on: date
    basis: Basis
    columns: Sequence[PartyColumn | ProposalColumn | MissingColumn]
    issues: Sequence[IssueHead]
    change_days: Sequence[tuple[str, int]]
    is_default: bool
    comparison: Comparison
    unknown_columns: Sequence[str] = field(default=())

    @property
    def proposals(self) -> list[ProposalColumn]:
        return [column for column in self.columns if isinstance(column, ProposalColumn)]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What was asked for as a column: a participant, on a day of its own or not, or a proposal, by its name
    or by what it is on the day.
    """

    actor: str | None
    day: date | None
    proposal: str | None
    key: str
    latest: Latest | None = None


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
        newest = latest_proposal(session, negotiation, on, basis)
        if newest:
            choices = [*choices, ColumnChoice(None, None, newest, f"proposal:{newest}")]
    parties = between(
        [choice.actor for choice in choices if choice.actor], [party.id for party in cast.parties()]
    )
    agreement: Agreement | None = None
    if any(choice.latest is Latest.AGREED for choice in choices):
        agreement = agreed_text(session, negotiation, on, basis, parties)
    by_mediators: str | None = None
    if any(choice.latest is Latest.MEDIATORS for choice in choices):
        by_mediators = mediators_latest(session, negotiation, on, basis, cast)
    latest = {Latest.AGREED: agreement.proposal if agreement else None, Latest.MEDIATORS: by_mediators}
    choices = [
        replace(choice, proposal=latest[choice.latest]) if choice.latest else choice for choice in choices
    ]
    wanted = [choice.proposal for choice in choices if choice.proposal]
    packages = proposal_columns(session, negotiation, wanted, on, basis, cast)
    if (
        not any(c.proposal in packages or c.actor in cast.actors or c.latest for c in choices)
        and not is_default
    ):
        usual = positions_page(session, negotiation, on, basis, [])
        return replace(usual, unknown_columns=[choice.key for choice in choices])
    asked = [
        PartyOn(choice.actor, cast.name(choice.actor), choice.day or on)
        for choice in choices
        if choice.actor in cast.actors
    ]
    seen = list(dict.fromkeys([*asked, *also_needed(asked, cast.parties())]))
    wanted_cells = [AsOf(party.holder, party.on) for party in seen]
    cells = cell_pages(session, negotiation, wanted_cells, basis, cast)
    columns: list[PartyColumn | ProposalColumn | MissingColumn] = []
    unknown = []
    for choice in choices:
        if choice.proposal in packages:
            why = agreed(agreement, cast) if agreement and choice.latest is Latest.AGREED else None
            columns.append(replace(packages[choice.proposal], key=choice.key, agreed=why))
        elif choice.latest:
            columns.append(MissingColumn(choice.key, choice.latest, on, list(map(cast.name, parties))))
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
        compare(asked, list(cast.issues), cells, ladders(session, negotiation), cast.parties()),
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
