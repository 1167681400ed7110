"""What is stored, as the records that the rule of positions knows (domain.md §4)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, String, false, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from app.domain import records as domain
from app.domain.attribution import Roster
from app.domain.dates import parse_day, parse_edtf
from app.domain.vocabulary import (
    Answer,
    Attribution,
    CitationRelation,
    DemandKind,
    LinkRelation,
    RecordType,
    Role,
)
from app.models.actors import Actor, Participant
from app.models.citations import Citation, CitationSpeaker
from app.models.demands import Demand, Link
from app.models.issues import Coverage
from app.models.proposals import Response, Term
from app.models.records import Record, RecordActor, RecordIssue
from app.models.sources import Source
from app.models.visibility import published

_ANSWERS = {answer.value: answer for answer in Answer}
_ATTRIBUTIONS = {attribution.value: attribution for attribution in Attribution}
_KINDS = {kind.value: kind for kind in DemandKind}
_RELATIONS = {relation.value: relation for relation in LinkRelation}
_ROLES = {role.value: role for role in Role}

_Cited = dict[tuple[str, str], tuple[domain.Citation, ...]]


# The ids of the records to load, by type; None loads all.
_Only = Mapping[str, Collection[str]] | None


def load_records(session: Session, negotiation: str) -> domain.Records:
    """All published records of a negotiation, in a number of statements that does not grow with them."""
    return _load(session, negotiation, None)


def load_cells(session: Session, negotiation: str, cells: Iterable[tuple[str, str]]) -> domain.Records:
    """The published records that bear on these cells of (holder, issue), and on what contradicts them.

    What these cells do not show costs nothing; the number of statements is the same for all.
    """
    own = set(cells)
    demands = _demand_ids(session, negotiation, own)
    partners = _contradicted(session, negotiation, demands)
    beyond = _cells_of(session, negotiation, partners - demands) - own
    demands |= _demand_ids(session, negotiation, beyond) | partners
    holders = {holder for holder, _ in own | beyond}
    issues = {issue for _, issue in own | beyond}
    terms = session.execute(
        select(Term.id, Term.proposal).where(Term.negotiation == negotiation, Term.issue.in_(issues))
    ).all()
    proposals = {proposal for _, proposal in terms}
    responses = session.scalars(
        select(Response.id)
        .join(
            RecordActor,
            (RecordActor.negotiation == Response.negotiation) & (RecordActor.record == Response.id),
        )
        .where(
            Response.negotiation == negotiation,
            Response.proposal.in_(proposals),
            RecordActor.type == "response",
            RecordActor.part == "responds",
            RecordActor.actor.in_(holders),
        )
    ).all()
    events = session.scalars(
        select(Demand.overtaken_by).where(
            Demand.negotiation == negotiation, Demand.id.in_(demands), Demand.overtaken_by.is_not(None)
        )
    ).all()
    only = {
        "demand": demands,
        "proposal": proposals,
        "term": {term for term, _ in terms},
        "response": set(responses),
        "event": {event for event in events if event},
    }
    return _load(session, negotiation, only)


def _demand_ids(session: Session, negotiation: str, cells: Collection[tuple[str, str]]) -> set[str]:
    """The demands of these cells."""
    rows = session.execute(
        select(RecordActor.actor, RecordIssue.issue, RecordActor.record)
        .join(
            RecordIssue,
            (RecordIssue.negotiation == RecordActor.negotiation)
            & (RecordIssue.type == RecordActor.type)
            & (RecordIssue.record == RecordActor.record),
        )
        .where(
            RecordActor.negotiation == negotiation,
            RecordActor.type == "demand",
            RecordActor.part == "holder",
            RecordActor.actor.in_({holder for holder, _ in cells}),
            RecordIssue.issue.in_({issue for _, issue in cells}),
        )
    )
    return {demand for holder, issue, demand in rows if (holder, issue) in cells}


def _contradicted(session: Session, negotiation: str, demands: Collection[str]) -> set[str]:
    rows = session.execute(
        select(Link.from_demand, Link.to_demand).where(
            Link.negotiation == negotiation,
            Link.relation == LinkRelation.CONTRADICTS,
            or_(Link.from_demand.in_(demands), Link.to_demand.in_(demands)),
        )
    )
    return {demand for row in rows for demand in row}


def _cells_of(session: Session, negotiation: str, demands: Collection[str]) -> set[tuple[str, str]]:
    """The cells in which these demands stand."""
    rows = session.execute(
        select(RecordActor.actor, RecordIssue.issue)
        .join(
            RecordIssue,
            (RecordIssue.negotiation == RecordActor.negotiation)
            & (RecordIssue.type == RecordActor.type)
            & (RecordIssue.record == RecordActor.record),
        )
        .where(
            RecordActor.negotiation == negotiation,
            RecordActor.type == "demand",
            RecordActor.part == "holder",
            RecordActor.record.in_(demands),
        )
    )
    return {(holder, issue) for holder, issue in rows}


def _within(only: _Only, type_: str, column: Any) -> ColumnElement[bool]:
    return true() if only is None else column.in_(only.get(type_, ()))


def _any_of(only: _Only, type_column: Any, column: Any) -> ColumnElement[bool]:
    if only is None:
        return true()
    return or_(false(), *((type_column == type_) & column.in_(ids) for type_, ids in only.items() if ids))


def _load(session: Session, negotiation: str, only: _Only) -> domain.Records:
    cited = _citations(session, negotiation, only)
    actors: dict[tuple[str, str], list[str]] = {}
    wanted = RecordActor.part.in_(("holder", "proposed_by", "responds"))
    for type_, record, _, actor in session.execute(
        select(_word(RecordActor.type), RecordActor.record, RecordActor.ordinal, RecordActor.actor)
        .where(
            RecordActor.negotiation == negotiation,
            RecordActor.type != "term",
            wanted,
            _any_of(only, RecordActor.type, RecordActor.record),
        )
        .order_by(RecordActor.type, RecordActor.record, RecordActor.ordinal)
    ):
        actors.setdefault((type_, record), []).append(actor)
    return domain.Records(
        roster=load_roster(session, negotiation),
        demands=_demands(session, negotiation, cited, actors, only),
        proposals=[
            domain.Proposal(
                id_,
                tuple(actors.get(("proposal", id_), ())),
                parse_edtf(dated),
                cited.get(("proposal", id_), ()),
            )
            for id_, dated in session.execute(
                _published_records(negotiation, only, RecordType.PROPOSAL, Record.id, Record.dated)
            )
        ],
        terms=[
            domain.Term(id_, proposal, issue, cited.get(("term", id_), ()), ordinal)
            for id_, proposal, issue, ordinal in session.execute(
                _published_records(
                    negotiation, only, RecordType.TERM, Record.id, Term.proposal, Term.issue, Record.ordinal
                ).join(Term, (Term.negotiation == Record.negotiation) & (Term.id == Record.id))
            )
        ],
        responses=[
            domain.Response(
                id_,
                proposal,
                actors["response", id_][0],
                _ANSWERS[answer],
                parse_edtf(dated),
                cited.get(("response", id_), ()),
                term,
                ordinal,
            )
            for id_, proposal, answer, dated, term, ordinal in session.execute(
                _published_records(
                    negotiation,
                    only,
                    RecordType.RESPONSE,
                    Record.id,
                    Response.proposal,
                    Record.kind,
                    Record.dated,
                    Response.term,
                    Record.ordinal,
                ).join(Response, (Response.negotiation == Record.negotiation) & (Response.id == Record.id))
            )
        ],
        events=[
            domain.Event(id_, parse_edtf(dated), cited.get(("event", id_), ()))
            for id_, dated in session.execute(
                _published_records(negotiation, only, RecordType.EVENT, Record.id, Record.dated)
            )
        ],
        links=[
            domain.Link(from_demand, _RELATIONS[relation], to_demand)
            for from_demand, relation, to_demand in session.execute(
                select(Link.from_demand, _word(Link.relation), Link.to_demand)
                .where(Link.negotiation == negotiation, _within(only, "demand", Link.from_demand))
                .order_by(Link.ordinal)
            )
        ],
        coverage=[
            domain.Coverage(actor, issue, parse_edtf(searched_through))
            for actor, issue, searched_through in session.execute(
                select(Coverage.actor, Coverage.issue, Coverage.searched_through)
                .where(Coverage.negotiation == negotiation)
                .order_by(Coverage.ordinal)
            )
        ],
    )


def load_roster(session: Session, negotiation: str) -> Roster:
    """The actors of a negotiation: what each is part of, and the roles that it has held."""
    part_of = session.execute(
        select(Actor.id, Actor.part_of).where(Actor.negotiation == negotiation, Actor.part_of.is_not(None))
    )
    roles: dict[str, set[Role]] = {}
    for actor, role in session.execute(
        select(Participant.actor, _word(Participant.role)).where(Participant.negotiation == negotiation)
    ):
        roles.setdefault(actor, set()).add(_ROLES[role])
    return Roster(
        {actor: above for actor, above in part_of if above},
        {actor: frozenset(held) for actor, held in roles.items()},
    )


def _demands(
    session: Session,
    negotiation: str,
    cited: _Cited,
    actors: dict[tuple[str, str], list[str]],
    only: _Only,
) -> list[domain.Demand]:
    issues: dict[str, list[str]] = {}
    for record, issue in session.execute(
        select(RecordIssue.record, RecordIssue.issue)
        .where(
            RecordIssue.negotiation == negotiation,
            RecordIssue.type == "demand",
            _within(only, "demand", RecordIssue.record),
        )
        .order_by(RecordIssue.record, RecordIssue.ordinal)
    ):
        issues.setdefault(record, []).append(issue)
    rows = session.execute(
        _published_records(
            negotiation,
            only,
            RecordType.DEMAND,
            Record.id,
            Record.kind,
            Record.dated,
            Record.ordinal,
            Demand.overtaken_by,
        ).join(Demand, (Demand.negotiation == Record.negotiation) & (Demand.id == Record.id))
    )
    return [
        domain.Demand(
            id_,
            tuple(actors["demand", id_]),
            tuple(issues[id_]),
            _KINDS[kind],
            parse_edtf(dated),
            cited.get(("demand", id_), ()),
            overtaken_by,
            ordinal,
        )
        for id_, kind, dated, ordinal, overtaken_by in rows
    ]


def _citations(session: Session, negotiation: str, only: _Only) -> _Cited:
    speakers: dict[int, list[str]] = {}
    for citation, actor in session.execute(
        select(CitationSpeaker.citation, CitationSpeaker.actor)
        .join(
            Citation,
            (Citation.negotiation == CitationSpeaker.negotiation)
            & (Citation.number == CitationSpeaker.citation),
        )
        .where(
            CitationSpeaker.negotiation == negotiation,
            _any_of(only, Citation.subject_type, Citation.subject),
        )
        .order_by(CitationSpeaker.citation, CitationSpeaker.ordinal)
    ):
        speakers.setdefault(citation, []).append(actor)
    cited: dict[tuple[str, str], list[domain.Citation]] = {}
    for number, type_, subject, relation, coded, stated, last, retracted in session.execute(
        select(
            Citation.number,
            _word(Citation.subject_type),
            Citation.subject,
            _word(Citation.relation),
            _word(Citation.attribution),
            Citation.stated,
            Source.published_last,
            Source.retracted_from,
        )
        .join(Source, (Source.negotiation == Citation.negotiation) & (Source.id == Citation.source))
        .where(
            Citation.negotiation == negotiation,
            published(Citation),
            _any_of(only, Citation.subject_type, Citation.subject),
        )
        .order_by(Citation.ordinal)
    ):
        day = parse_day(last)
        cited.setdefault((type_, subject), []).append(
            domain.Citation(
                day,
                relation != CitationRelation.DENIES.value,
                tuple(speakers.get(number, ())),
                _ATTRIBUTIONS[coded] if coded else None,
                parse_edtf(stated).capped(day) if stated else None,
                parse_day(retracted) if retracted else None,
            )
        )
    return {key: tuple(citations) for key, citations in cited.items()}


def _published_records(negotiation: str, only: _Only, type_: RecordType, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Record)
        .where(
            Record.negotiation == negotiation,
            Record.type == type_,
            published(Record),
            _within(only, type_, Record.id),
        )
        .order_by(Record.ordinal)
    )


def _word(column: Any) -> ColumnElement[Any]:
    """The column as plain text: making an enum of every value of many rows takes its time."""
    return type_coerce(column, String)
