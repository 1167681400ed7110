"""Proposals as columns of the positions table, and what every page of proposals reads of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select

from app.db import ReadSession
from app.domain.answers import latest_shown
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, Outcome, RecordType, ReviewStatus
from app.models import Citation, Record, Response, Source, Term
from app.models.joins import cites, in_source, is_upheld, supports
from app.queries.answers import AnswerLine, answer_lines, given
from app.queries.citations import Evidence, citations_of, counts_by, evidence
from app.queries.negotiations import Cast
from app.queries.records import RecordLine, actors_of, is_known, issues_of, known_by, record_lines
from app.queries.visibility import published


@dataclass(frozen=True, slots=True)
class Agreed:
    """Why a text is the agreed one: its outcome is on record, or these have accepted it.

    Of those in ``only_told`` only others say so; the two tracks are not counted together.
    """

    on_record: bool
    accepted_by: Sequence[str]
    only_told: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProposalColumn:
    """A proposal as a column: its terms by issue, and the party's answers, the latest first.

    ``agreed`` says why it is the agreed one, where it was asked for as that.
    """

    key: str
    record: RecordLine
    proposed_by: Sequence[str]
    mediated_by: Sequence[str]
    evidence: Evidence
    has_ended: bool
    terms: Mapping[str, Sequence[RecordLine]]
    tabled_by: Mapping[str, Sequence[str]]
    answers: Mapping[str, Sequence[AnswerLine]]
    agreed: Agreed | None = None

    @property
    def name(self) -> str:
        return self.record.title or self.record.id

    def is_known(self, on: date, basis: Basis) -> bool:
        """Whether the proposal is known by the day of another column."""
        return is_known(self.record, on, basis)

    def latest_answers(self, actor: str, on: date, basis: Basis) -> list[AnswerLine]:
        """The latest of its own side known by the day, and what others say where later or alone."""
        known = [line for line in self.answers.get(actor, ()) if is_known(line.record, on, basis)]
        return [one.record for one in latest_shown(given(known))]


def has_ended(record: RecordLine, on: date) -> bool:
    """Whether a proposal's outcome may be told on a day."""
    return ended_by(record.outcome, record.ended, on)


def ended_by(outcome: Outcome | None, ended: str | None, on: date) -> bool:
    """Whether an outcome may be told on a day: not before the last possible day on which it came."""
    if outcome is None:
        return False
    return ended is None or parse_edtf(ended).last <= on


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
            is_supported(on, basis),
            *which,
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.ordinal.desc())
        .limit(1)
    )


def is_supported(on: date, basis: Basis) -> ColumnElement[bool]:
    """Whether a report of a record that is known by the day has not been retracted by its outlet by then."""
    return exists(
        select(1)
        .select_from(Citation)
        .join(Source, in_source())
        .where(
            cites(),
            Citation.review_status == ReviewStatus.PUBLISHED,
            supports(),
            is_upheld(on),
            counts_by(on, basis),
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
    terms = parts_of(session, negotiation, Term, RecordType.TERM, wanted, on, basis)
    responses = parts_of(session, negotiation, Response, RecordType.RESPONSE, wanted, on, basis)
    everything = [line.subject for line in (*proposals.values(), *terms, *responses)]
    actors = actors_of(session, negotiation, everything)
    issues = issues_of(session, negotiation, [term.subject for term in terms])
    cited = [line.subject for line in (*proposals.values(), *responses)]
    citations = citations_of(session, negotiation, cited, on, basis)
    answers = answer_lines(responses, actors, citations)
    columns = {}
    for proposal in proposals.values():
        by_issue: dict[str, list[RecordLine]] = defaultdict(list)
        for term in terms:
            for issue in issues.get(term.subject, ()) if term.proposal == proposal.id else ():
                by_issue[issue].append(term)
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
            answers={
                actor: sorted(lines, key=lambda line: (line.record.last_day, line.record.id), reverse=True)
                for actor, lines in answers.get(proposal.id, {}).items()
            },
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


def parts_of(
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
