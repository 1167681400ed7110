"""Proposals: what is on the table, its terms, and how each party has answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.db import ReadSession
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, CitationRelation, RecordType, ReviewStatus, Track
from app.models import Citation, Demand, Proposal, Record, Response, Source, Term
from app.queries.citations import CitationLine, Evidence, Subject, citations_of, evidence
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import (
    RecordLine,
    Sight,
    actors_of,
    is_known,
    issues_of,
    known_by,
    record_line,
    record_lines,
    sight,
)
from app.queries.scales import Placement, placements
from app.queries.timeline import TimelineRow, record_page, rows_of
from app.queries.visibility import published


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One party's answer, as a report gives it."""

    record: RecordLine
    actor: str
    evidence: Evidence

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


@dataclass(frozen=True, slots=True)
class ProposalColumn:
    """A proposal as a column: its terms by issue, and the party's answers, the latest first."""

    key: str
    record: RecordLine
    proposed_by: Sequence[str]
    mediated_by: Sequence[str]
    evidence: Evidence
    has_ended: bool
    terms: Mapping[str, Sequence[RecordLine]]
    tabled_by: Mapping[str, Sequence[str]]
    answers: Mapping[str, Sequence[AnswerLine]]

    @property
    def name(self) -> str:
        return self.record.title or self.record.id

    def is_known(self, on: date, basis: Basis) -> bool:
        """Whether the proposal is known by the day of another column."""
        return is_known(self.record, on, basis)

    def latest_answers(self, actor: str, on: date, basis: Basis) -> list[AnswerLine]:
        """The latest of its own side known by the day, and what others say where later or alone."""
        known = [
            line
            for line in self.answers.get(actor, ())
            if line.evidence.reports and is_known(line.record, on, basis)
        ]
        own = [line for line in known if line.is_own]
        others = [line for line in known if not line.is_own]
        newest_own = max((line.record.last_day for line in own), default="")
        newest = max((line.record.last_day for line in others), default="")
        shown = [line for line in own if line.record.last_day == newest_own]
        if newest > newest_own:
            shown += [line for line in others if line.record.last_day == newest]
        return shown


def has_ended(record: RecordLine, on: date) -> bool:
    """Whether a proposal's outcome may be told on a day: not before its last possible day."""
    if record.outcome is None:
        return False
    return record.ended is None or parse_edtf(record.ended).last <= on


def latest_proposal(
    session: ReadSession, negotiation: str, on: date, basis: Basis, *which: ColumnElement[bool]
) -> str | None:
    """The proposal presented last of those known by the day that a report still supports.

    ``which`` narrows down which ones are meant.
    """
    return session.scalar(
        select(Record.id)
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            known_by(on, basis),
            is_supported(on),
            *which,
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.ordinal.desc())
        .limit(1)
    )


def is_supported(on: date) -> ColumnElement[bool]:
    """Whether a report of a record has not been retracted by its outlet by the day."""
    return exists(
        select(1)
        .select_from(Citation)
        .join(Source, and_(Source.negotiation == Citation.negotiation, Source.id == Citation.source))
        .where(
            Citation.negotiation == Record.negotiation,
            Citation.subject_type == Record.type,
            Citation.subject == Record.id,
            Citation.review_status == ReviewStatus.PUBLISHED,
            Citation.relation.is_distinct_from(CitationRelation.DENIES),
            or_(Source.retracted_from.is_(None), Source.retracted_from > on.isoformat()),
        )
    )


def proposal_choices(
    session: ReadSession, negotiation: str, on: date, basis: Basis
) -> list[tuple[str, str, str]]:
    """The proposals known by the day, the latest first: id, title, and when presented."""
    rows = session.execute(
        select(Record.id, Record.title, Record.dated)
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            known_by(on, basis),
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.ordinal.desc())
    )
    return [(row.id, row.title or row.id, row.dated) for row in rows]


def proposal_columns(
    session: ReadSession, negotiation: str, wanted: Iterable[str], on: date, basis: Basis, cast: Cast
) -> dict[str, ProposalColumn]:
    """These proposals as columns, as far as they are known by the day."""
    wanted = sorted(set(wanted))
    if not wanted:
        return {}
    proposals = _known(session, negotiation, RecordType.PROPOSAL, wanted, on, basis)
    terms = _parts(session, negotiation, Term, RecordType.TERM, wanted, on, basis)
    responses = _parts(session, negotiation, Response, RecordType.RESPONSE, wanted, on, basis)
    everything = [line.subject for line in (*proposals.values(), *terms, *responses)]
    actors = actors_of(session, negotiation, everything)
    issues = issues_of(session, negotiation, [term.subject for term in terms])
    cited = [line.subject for line in (*proposals.values(), *responses)]
    citations = citations_of(session, negotiation, cited, on, basis)
    columns = {}
    for proposal in proposals.values():
        by_issue: dict[str, list[RecordLine]] = defaultdict(list)
        for term in terms:
            for issue in issues.get(term.subject, ()) if term.proposal == proposal.id else ():
                by_issue[issue].append(term)
        answers: dict[str, list[AnswerLine]] = defaultdict(list)
        for response in responses:
            if response.proposal == proposal.id and response.term is None:
                for actor in actors.get(response.subject, {}).get("responds", ()):
                    cited_by = citations.get(response.subject, ())
                    answers[actor].append(AnswerLine(response, actor, evidence(cited_by, actor)))
        for lines in answers.values():
            lines.sort(key=lambda line: (line.record.last_day, line.record.id), reverse=True)
        parts = actors.get(proposal.subject, {})
        authors = parts.get("proposed_by", [])
        columns[proposal.id] = ProposalColumn(
            key=f"proposal:{proposal.id}",
            record=proposal,
            proposed_by=[cast.name(actor) for actor in authors],
            mediated_by=[cast.name(actor) for actor in parts.get("mediated_by", ())],
            evidence=evidence(citations.get(proposal.subject, ()), authors[0] if authors else None),
            has_ended=has_ended(proposal, on),
            terms=by_issue,
            tabled_by={
                term.id: [cast.name(a) for a in actors.get(term.subject, {}).get("tabled_by", ())]
                for term in terms
            },
            answers=answers,
        )
    return columns


def _known(
    session: ReadSession, negotiation: str, kind: RecordType, ids: Sequence[str], on: date, basis: Basis
) -> dict[str, RecordLine]:
    rows = session.execute(
        record_lines().where(
            Record.negotiation == negotiation, Record.type == kind, Record.id.in_(ids), known_by(on, basis)
        )
    )
    return {line.id: line for line in (RecordLine(*row) for row in rows)}


def _parts(
    session: ReadSession,
    negotiation: str,
    noun: type[Term] | type[Response],
    kind: RecordType,
    proposals: Sequence[str],
    on: date,
    basis: Basis,
) -> list[RecordLine]:
    """The terms of these proposals, or the responses to them, known by the day, in their order."""
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == negotiation,
            Record.type == kind,
            noun.proposal.in_(proposals),
            known_by(on, basis),
        )
        .order_by(Record.ordinal, Record.id)
    )
    return [RecordLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term with what is reported of it alone: its own citations, and how parties answered it."""

    row: TimelineRow
    citations: Sequence[CitationLine]
    placement: Placement | None
    answers: Sequence[TimelineRow]


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """``phases`` are the terms by their phase, in order; ``answers`` each party's, the latest first."""

    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow
    has_ended: bool
    amends: RecordLine | None
    amended_by: Sequence[RecordLine]
    phases: Mapping[str | None, Sequence[TermLine]]
    answers: Mapping[str, Sequence[TimelineRow]]
    spoken_of: Sequence[TimelineRow]

    @property
    def says_who_must(self) -> bool:
        """Whether any term says who must do it."""
        return any(term.row.parts["obliged"] for terms in self.phases.values() for term in terms)


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
    terms = _parts(session, negotiation, Term, RecordType.TERM, [proposal], seen.on, basis)
    responses = _parts(session, negotiation, Response, RecordType.RESPONSE, [proposal], seen.on, basis)
    demands = _demands_on(session, negotiation, proposal, seen.on, basis)
    subjects = [line.subject for line in (record, *terms, *responses, *demands)]
    rows = {row.record.subject: row for row in rows_of(session, negotiation, cast, subjects, seen.on, basis)}
    answers = sorted(
        (rows[response.subject] for response in responses),
        key=lambda row: (row.record.last_day, row.record.first_day, row.record.id),
        reverse=True,
    )
    by_party: dict[str, list[TimelineRow]] = {actor.id: [] for actor in cast.parties()}
    for row in answers:
        for actor in row.actors:
            by_party.setdefault(actor, []).append(row)
    lineage = _lineage(session, negotiation, record, seen.on, basis)
    return ProposalPage(
        negotiation=head,
        cast=cast,
        sight=seen,
        row=rows[record.subject],
        has_ended=has_ended(record, seen.on),
        amends=lineage.get(record.amends or ""),
        amended_by=[line for line in lineage.values() if line.amends == proposal],
        phases=_phases(session, negotiation, terms, rows, answers, seen.on, basis),
        answers={actor: given for actor, given in by_party.items() if given},
        spoken_of=[rows[demand.subject] for demand in demands],
    )


def _phases(
    session: ReadSession,
    negotiation: str,
    terms: Sequence[RecordLine],
    rows: Mapping[Subject, TimelineRow],
    answers: Sequence[TimelineRow],
    on: date,
    basis: Basis,
) -> dict[str | None, list[TermLine]]:
    placed = placements(session, negotiation, Term, [term.id for term in terms], Term.issue)
    cited = citations_of(session, negotiation, [term.subject for term in terms], on, basis)
    phases: dict[str | None, list[TermLine]] = defaultdict(list)
    for term in terms:
        phases[term.phase].append(
            TermLine(
                rows[term.subject],
                cited.get(term.subject, ()),
                placed.get(term.id),
                [row for row in answers if row.record.term == term.id],
            )
        )
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
    terms = _parts(
        session, negotiation, Term, RecordType.TERM, [found.row.record.proposal or ""], found.sight.on, basis
    )
    term = next((line for line in terms if line.id == named), None)
    return ResponsePage(found.negotiation, found.cast, found.sight, found.row, term)
