"""The proposals of a negotiation as lineages: who put what to whom, what amends it, how it was answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from app.db import ReadSession
from app.domain.answers import AnswerDay
from app.domain.lineage import Branch, Presented, ancestors, as_tree, in_reading_order
from app.domain.vocabulary import Basis, Outcome, RecordType
from app.forms.filters import ProposalFilters
from app.models import Proposal, Record, RecordActor, Response, Term
from app.queries.answers import AnswerLine, answer_lines, latest_of_tracks
from app.queries.citations import citations_of
from app.queries.negotiations import Cast, NegotiationHead, negotiation_head
from app.queries.proposal_columns import ended_by, parts_of
from app.queries.records import actors_of, known_by
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import published

PAGE = 50
# So many of the texts above one that is not on the page with them are named there.
ABOVE = 5
# Of those that may be known by the day or not, more are rarely of use.
MOST_POSSIBLE = 20


@dataclass(frozen=True, slots=True)
class ProposalHead:
    """A proposal as it is named in a list."""

    id: str
    title: str
    dated: str
    last_day: str
    first_day: str
    ordinal: int
    amends: str | None
    ended: str | None
    outcome: Outcome | None
    type: RecordType = RecordType.PROPOSAL


@dataclass(frozen=True, slots=True)
class Listed:
    """A proposal as the list shows it. ``answers`` are each party's latest, by track; ``amended_by`` those
    that amend it, known by the day.
    """

    row: TimelineRow
    terms: int
    has_ended: bool
    answers: Mapping[str, Sequence[AnswerDay[AnswerLine]]]
    amended_by: Sequence[ProposalHead]


@dataclass(frozen=True, slots=True)
class LineagesPage:
    """``tree`` has the proposals of this page and, by name alone, those above them that are not on it.

    ``older`` is the proposal behind which the next page begins; ``all`` how many are known by the day,
    ``count`` how many of them the filters select.
    """

    negotiation: NegotiationHead
    cast: Cast
    tree: Sequence[Branch] = ()
    listed: Mapping[str, Listed] = field(default_factory=dict)
    heads: Mapping[str, ProposalHead] = field(default_factory=dict)
    possible: Sequence[ProposalHead] = ()
    authors: Sequence[str] = ()
    all: int = 0
    count: int = 0
    older: str | None = None
    is_continued: bool = False
    is_lost: bool = False


def lineages_page(
    session: ReadSession, negotiation: str, cast: Cast, filters: ProposalFilters, on: date, basis: Basis
) -> LineagesPage:
    """The proposals known by the day that the filters select, as lineages, the newest lineage first.

    A page has so many of them in the order in which the tree is read; ``is_lost`` where ``after`` names none
    of them. Raises NoSuchRecord.
    """
    head = negotiation_head(session, negotiation)
    heads = proposal_heads(session, negotiation, on, basis)
    authors = _authors(session, negotiation, heads)
    amends = {id_: one.amends for id_, one in heads.items()}
    order = in_reading_order(
        [Presented(one.id, one.amends, (one.last_day, one.first_day, one.ordinal)) for one in heads.values()]
    )
    selected = [id_ for id_ in order if _is_selected(heads[id_], authors[id_], filters, on)]
    start = selected.index(filters.after) + 1 if filters.after in selected else 0
    shown = selected[start : start + PAGE]
    above = {other for id_ in shown for other in ancestors(id_, amends)[:ABOVE]}
    on_page = set(shown) | above
    return LineagesPage(
        head,
        cast,
        as_tree([id_ for id_ in order if id_ in on_page], amends),
        _listed(session, negotiation, cast, shown, heads, on, basis),
        heads,
        _possible(session, negotiation, on) if basis is Basis.STATED and not filters.after else (),
        [actor for actor in cast.actors if any(actor in by for by in authors.values())],
        len(heads),
        len(selected),
        shown[-1] if start + PAGE < len(selected) else None,
        start > 0,
        bool(filters.after) and filters.after not in selected,
    )


_COLUMNS = (
    Record.id,
    func.coalesce(Record.title, Record.id),
    Record.dated,
    Record.last_day,
    Record.first_day,
    Record.ordinal,
    Proposal.amends,
    Proposal.ended,
    Proposal.outcome,
)


def proposal_heads(session: ReadSession, negotiation: str, on: date, basis: Basis) -> dict[str, ProposalHead]:
    """The proposals known by the day, by their ids, the earliest first."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Proposal, (Proposal.negotiation == Record.negotiation) & (Proposal.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            known_by(on, basis),
        )
        .order_by(Record.last_day, Record.first_day, Record.ordinal)
    )
    return {head.id: head for head in (ProposalHead(*row) for row in rows)}


def _possible(session: ReadSession, negotiation: str, on: date) -> list[ProposalHead]:
    """Those of which their dates do not say whether they are by the day (domain.md §3)."""
    day = on.isoformat()
    rows = session.execute(
        select(*_COLUMNS)
        .join(Proposal, (Proposal.negotiation == Record.negotiation) & (Proposal.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            Record.first_day <= day,
            Record.first_day < Record.last_day,
            Record.stated_by > day,
        )
        .order_by(Record.last_day.desc(), Record.id)
        .limit(MOST_POSSIBLE)
    )
    return [ProposalHead(*row) for row in rows]


def _authors(session: ReadSession, negotiation: str, heads: Iterable[str]) -> dict[str, set[str]]:
    """Who put forward each of these proposals."""
    found: dict[str, set[str]] = {id_: set() for id_ in heads}
    rows = session.execute(
        select(RecordActor.record, RecordActor.actor).where(
            RecordActor.negotiation == negotiation,
            RecordActor.type == RecordType.PROPOSAL,
            RecordActor.part == "proposed_by",
        )
    )
    for id_, actor in rows:
        if id_ in found:
            found[id_].add(actor)
    return found


def _is_selected(head: ProposalHead, authors: set[str], filters: ProposalFilters, on: date) -> bool:
    if filters.actor and filters.actor not in authors:
        return False
    return filters.ended is None or filters.ended is ended_by(head.outcome, head.ended, on)


def _listed(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    ids: Sequence[str],
    heads: Mapping[str, ProposalHead],
    on: date,
    basis: Basis,
) -> dict[str, Listed]:
    if not ids:
        return {}
    rows = rows_of(session, negotiation, cast, [(RecordType.PROPOSAL, id_) for id_ in ids], on, basis)
    terms = _count_terms(session, negotiation, ids, on, basis)
    responses = parts_of(session, negotiation, Response, RecordType.RESPONSE, ids, on, basis)
    whole = [response for response in responses if response.term is None]
    subjects = [response.subject for response in whole]
    answers = answer_lines(
        whole,
        actors_of(session, negotiation, subjects),
        citations_of(session, negotiation, subjects, on, basis),
    )
    return {
        row.record.id: Listed(
            row,
            terms.get(row.record.id, 0),
            ended_by(row.record.outcome, row.record.ended, on),
            _latest(cast, answers.get(row.record.id, {})),
            [head for head in heads.values() if head.amends == row.record.id],
        )
        for row in rows
    }


def _latest(
    cast: Cast, answers: Mapping[str, Sequence[AnswerLine]]
) -> dict[str, Sequence[AnswerDay[AnswerLine]]]:
    """The parties' latest answers, in their order; nobody else's answer brings a text about."""
    latest = {party.id: latest_of_tracks(answers.get(party.id, ())) for party in cast.parties()}
    return {actor: days for actor, days in latest.items() if days}


def _count_terms(
    session: ReadSession, negotiation: str, ids: Sequence[str], on: date, basis: Basis
) -> dict[str, int]:
    rows = session.execute(
        select(Term.proposal, func.count())
        .join(
            Record,
            (Record.negotiation == Term.negotiation)
            & (Record.type == RecordType.TERM)
            & (Record.id == Term.id),
        )
        .where(
            Term.negotiation == negotiation, Term.proposal.in_(ids), published(Record), known_by(on, basis)
        )
        .group_by(Term.proposal)
    )
    return {row[0]: row[1] for row in rows}
