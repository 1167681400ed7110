"""A proposal: its text against where each party stands, its lineage, and how each party answered it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_

from app.db import ReadSession
from app.domain.answers import AnswerDay, by_day
from app.domain.position import Cell, on_both
from app.domain.vocabulary import Basis, Empty, RecordType, Slot
from app.models import Demand, Proposal, Record, Response, Term
from app.queries.answers import given
from app.queries.cells import AsOf, CellPage, Claim, cell_pages, stored_cells
from app.queries.citations import Subject
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.proposal_columns import has_ended, parts_of
from app.queries.records import RecordLine, Sight, known_by, record_line, record_lines, sight
from app.queries.scales import Placement, placements
from app.queries.timeline import TimelineRow, record_page, rows_of


@dataclass(frozen=True, slots=True)
class Answers:
    """A party's answers to one text: its history, and what no report supports any more."""

    days: Sequence[AnswerDay[TimelineRow]]
    unsupported: Sequence[TimelineRow]

    @property
    def latest(self) -> list[AnswerDay[TimelineRow]]:
        """The latest on each track."""
        return [day for day in self.days if day.is_latest]

    @property
    def count(self) -> int:
        return sum(len(day.given) for day in self.days) + len(self.unsupported)


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term with what is reported of it alone: its own citations, and how each party answered it."""

    row: TimelineRow
    placement: Placement | None
    answers: Mapping[str, Answers]


@dataclass(frozen=True, slots=True)
class StandLine:
    """A line of a cell, and how it is drawn: by its slot, an older refusal as ``old`` (domain.md §4)."""

    place: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a party stands on an issue of the text: when it was presented, and on the day of the view.

    ``then`` is None where the two days are one. What stands on both days is in ``both`` alone.
    """

    actor: str
    then: CellPage | None
    now: CellPage
    both: Sequence[StandLine]
    only_then: Sequence[StandLine]
    only_now: Sequence[StandLine]

    @property
    def cells(self) -> list[CellPage]:
        return [cell for cell in (self.then, self.now) if cell]

    @property
    def is_silent(self) -> bool:
        """Whether nothing at all is recorded on either day."""
        return not any(
            cell.reports or cell.possible or cell.dropped or cell.searched_through for cell in self.cells
        )

    @property
    def is_same(self) -> bool:
        """Whether the cell reads the same on both days, or both are one."""
        if self.then is None:
            return True
        marks = [(cell.contested, cell.empty, cell.dropped, cell.possible) for cell in self.cells]
        return not self.only_then and not self.only_now and marks[0] == marks[1]


@dataclass(frozen=True, slots=True)
class IssueTerms:
    """The terms of one phase on one issue. ``stands`` are left out where an earlier phase has the issue too:
    they stand there.
    """

    issue: str
    terms: Sequence[TermLine]
    stands: Sequence[Stand] | None


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """``phases`` are its terms by phase and issue, in order; ``then`` is the day of which the parties'
    earlier positions are shown; ``parties`` have a column, of ``silent`` ones nothing is recorded on any of
    its issues.
    """

    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow
    has_ended: bool
    amends: RecordLine | None
    amended_by: Sequence[RecordLine]
    then: date
    phases: Mapping[str | None, Sequence[IssueTerms]]
    parties: Sequence[str]
    silent: Sequence[str]
    answers: Mapping[str, Answers]
    spoken_of: Sequence[TimelineRow]

    @property
    def issues(self) -> list[str]:
        """The issues of the text, in its order."""
        return list(dict.fromkeys(row.issue for rows in self.phases.values() for row in rows))

    @property
    def has_reservations(self) -> bool:
        """Whether any answer is one with reservations, which accepts no single term (domain.md §4)."""
        return any(
            one.record.record.kind == "accepted_with_reservations"
            for answers in self.answers.values()
            for day in answers.days
            for one in day.given
        )


# More demands than these are rarely tied to one proposal.
MOST_DEMANDS = 100


def proposal_page(
    session: ReadSession, negotiation: str, proposal: str, on: date, basis: Basis
) -> ProposalPage:
    """A proposal as of a day, or as of the day on which it became known. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    record = record_line(session, negotiation, RecordType.PROPOSAL, proposal)
    seen = sight(record, on, basis)
    cast = cast_of(session, negotiation)
    terms = parts_of(session, negotiation, Term, RecordType.TERM, [proposal], seen.on, basis)
    responses = parts_of(session, negotiation, Response, RecordType.RESPONSE, [proposal], seen.on, basis)
    demands = _demands_on(session, negotiation, proposal, seen.on, basis)
    subjects = [line.subject for line in (record, *terms, *responses, *demands)]
    rows = {row.record.subject: row for row in rows_of(session, negotiation, cast, subjects, seen.on, basis)}
    answering = [rows[response.subject] for response in responses]
    lines = _term_lines(session, negotiation, cast, [rows[term.subject] for term in terms], answering)
    then = min(date.fromisoformat(record.last_day), seen.on)
    issues = list(dict.fromkeys(line.row.issues[0] for line in lines))
    stands = _stands(session, negotiation, cast, issues, (then, seen.on), basis)
    silent = [
        party.id for party in cast.parties() if all(stands[party.id, issue].is_silent for issue in issues)
    ]
    lineage = _lineage(session, negotiation, record, seen.on, basis)
    parties = [party.id for party in cast.parties() if party.id not in silent]
    return ProposalPage(
        negotiation=head,
        cast=cast,
        sight=seen,
        row=rows[record.subject],
        has_ended=has_ended(record, seen.on),
        amends=lineage.get(record.amends or ""),
        amended_by=[line for line in lineage.values() if line.amends == proposal],
        then=then,
        phases=_phases(lines, stands, parties),
        parties=parties,
        silent=silent if lines else [],
        answers=_answers(cast, [row for row in answering if row.record.term is None]),
        spoken_of=[rows[demand.subject] for demand in demands],
    )


def _answers(cast: Cast, rows: Sequence[TimelineRow]) -> dict[str, Answers]:
    """The answers of each party, the parties in their order, then whoever else answered."""
    by_party: dict[str, list[TimelineRow]] = {actor.id: [] for actor in cast.participants()}
    for row in rows:
        for actor in row.actors:
            by_party.setdefault(actor, []).append(row)
    order = {actor.id: not actor.is_party for actor in cast.participants()}
    return {
        actor: Answers(by_day(given(told)), [row for row in told if not row.evidence.reports])
        for actor, told in sorted(by_party.items(), key=lambda pair: order.get(pair[0], True))
        if told
    }


def _term_lines(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    terms: Sequence[TimelineRow],
    answering: Sequence[TimelineRow],
) -> list[TermLine]:
    placed = placements(session, negotiation, Term, [term.record.id for term in terms], Term.issue)
    return [
        TermLine(
            term,
            placed.get(term.record.id),
            _answers(cast, [row for row in answering if row.record.term == term.record.id]),
        )
        for term in terms
    ]


def _stands(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    issues: Sequence[str],
    days: tuple[date, date],
    basis: Basis,
) -> dict[tuple[str, str], Stand]:
    """Where each party stands on these issues on the two days."""
    then, now = days
    cast = replace(cast, issues={issue: cast.issues[issue] for issue in issues})
    asked = [AsOf(party.id, day) for party in cast.parties() for day in dict.fromkeys(days) if issues]
    cells = cell_pages(session, negotiation, asked, basis, cast)
    stored = stored_cells(session, negotiation, asked, basis) if then != now else {}
    found = {}
    for party in cast.parties():
        for issue in issues:
            was, shown = cells[party.id, issue, then], cells[party.id, issue, now]
            lines = _stand_lines(shown)
            if then == now:
                found[party.id, issue] = Stand(party.id, None, shown, list(lines.values()), (), ())
                continue
            both = on_both(
                stored.get((party.id, issue, then), Cell()), stored.get((party.id, issue, now), Cell())
            )
            found[party.id, issue] = Stand(
                party.id,
                was,
                shown,
                [line for key, line in lines.items() if key in both],
                [line for key, line in _stand_lines(was).items() if key not in both],
                [line for key, line in lines.items() if key not in both],
            )
    return found


def _stand_lines(cell: CellPage) -> dict[tuple[Slot, Subject], StandLine]:
    """The lines of a cell as the positions table has them, in its order."""
    others = "only_others" if cell.empty is Empty.OTHERS_ONLY else "others"
    shown: list[tuple[Slot, str, Sequence[Claim]]] = [
        (Slot.ASKS, "own", cell.asks),
        (Slot.REFUSES, "own", cell.main_refusals),
        (Slot.REFUSES, "old", cell.older_refusals),
        (Slot.ACCEPTED, "accepted", cell.accepted),
        (Slot.OTHERS_SAY, others, cell.others_say),
        (Slot.SAYS, "own", cell.says),
    ]
    return {
        (slot, claim.record.subject): StandLine(place, claim)
        for slot, place, claims in shown
        for claim in claims
    }


def _phases(
    lines: Sequence[TermLine], stands: Mapping[tuple[str, str], Stand], parties: Sequence[str]
) -> dict[str | None, list[IssueTerms]]:
    """The terms by phase and issue; where each party stands on an issue is said once."""
    by_phase: dict[str | None, dict[str, list[TermLine]]] = {}
    for line in lines:
        by_phase.setdefault(line.row.record.phase, {}).setdefault(line.row.issues[0], []).append(line)
    phases: dict[str | None, list[IssueTerms]] = defaultdict(list)
    said: set[str] = set()
    for phase, by_issue in by_phase.items():
        for issue, terms in by_issue.items():
            here = None if issue in said else [stands[party, issue] for party in parties]
            phases[phase].append(IssueTerms(issue, terms, here))
            said.add(issue)
    return dict(phases)


def _lineage(
    session: ReadSession, negotiation: str, record: RecordLine, on: date, basis: Basis
) -> dict[str, RecordLine]:
    """The proposal that this one amends, and those that amend it, as far as they are known by the day."""
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            or_(Proposal.amends == record.id, Record.id == (record.amends or "")),
            known_by(on, basis),
        )
        .order_by(Record.last_day, Record.ordinal)
    )
    lines = [RecordLine(*row) for row in rows]
    return {line.id: line for line in lines}


def _demands_on(
    session: ReadSession, negotiation: str, proposal: str, on: date, basis: Basis
) -> list[RecordLine]:
    """The demands that speak of a proposal, the newest first."""
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            Demand.proposal == proposal,
            known_by(on, basis),
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.id)
        .limit(MOST_DEMANDS)
    )
    return [RecordLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """``term`` is the one that is answered, where it is not the whole of the proposal."""

    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow
    term: RecordLine | None


def response_page(
    session: ReadSession, negotiation: str, response: str, on: date, basis: Basis
) -> ResponsePage:
    """A response as of a day, or as of the day on which it became known. Raises NoSuchRecord."""
    found = record_page(session, negotiation, RecordType.RESPONSE, response, on, basis)
    named = found.row.record.term
    terms = parts_of(
        session, negotiation, Term, RecordType.TERM, [found.row.record.proposal or ""], found.sight.on, basis
    )
    term = next((line for line in terms if line.id == named), None)
    return ResponsePage(found.negotiation, found.cast, found.sight, found.row, term)
