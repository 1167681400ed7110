"""What is stored, as the records that the rule of positions knows (domain.md §4)."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    Text,
    any_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
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
    ReviewStatus,
    Role,
)
from app.models.actors import Actor, Participant
from app.models.citations import Citation, CitationSpeaker
from app.models.demands import Demand, Link
from app.models.issues import Coverage
from app.models.joins import in_source, of_citation, of_record
from app.models.proposals import Response, Term
from app.models.records import Record, RecordActor, RecordIssue
from app.models.revision import Redirect
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


def load_cells(
    session: Session, negotiation: str, cells: Iterable[tuple[str, str]], beside: Iterable[str] = ()
) -> domain.Records:
    """The published records that bear on these cells of (holder, issue).

    Of what contradicts them, or one of the demands ``beside`` them, only as much as decides whether it
    stands (domain.md §4): what it is linked with, and the withdrawals of its cells. What these cells do not
    show costs nothing; the number of statements is the same for all.
    """
    own, watched = set(cells), set(beside)
    demands = _demand_ids(session, negotiation, own)
    demands |= watched | _deciding(
        session, negotiation, _contradicted(session, negotiation, demands | watched), own
    )
    return _load_with(session, negotiation, own, demands)


def load_fates(
    session: Session, negotiation: str, cells: Iterable[tuple[str, str]], demands: Iterable[str]
) -> domain.Records:
    """The published records that decide what has become of these demands, and of the terms, in these cells.

    Of each cell that is little: what they are linked with, the withdrawals, and the answers to packages.
    """
    own = set(cells)
    deciding = _grouped_with(session, negotiation, set(demands)) | _withdrawals_in(session, negotiation, own)
    return _load_with(session, negotiation, own, deciding)


def _load_with(
    session: Session, negotiation: str, own: Collection[tuple[str, str]], demands: Collection[str]
) -> domain.Records:
    """These demands, with the terms on the issues of these cells and what their holders answered."""
    holders, issues = {holder for holder, _ in own}, {issue for _, issue in own}
    terms = session.execute(
        select(Term.id, Term.proposal).where(
            Term.negotiation == negotiation, is_one_of(session, Term.issue, issues)
        )
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
            is_one_of(session, Response.proposal, proposals),
            RecordActor.type == "response",
            RecordActor.part == "responds",
            is_one_of(session, RecordActor.actor, holders),
        )
    ).all()
    events = session.scalars(
        select(Demand.overtaken_by).where(
            Demand.negotiation == negotiation,
            is_one_of(session, Demand.id, demands),
            Demand.overtaken_by.is_not(None),
        )
    ).all()
    only = {
        "demand": set(demands),
        "proposal": proposals,
        "term": {term for term, _ in terms},
        "response": set(responses),
        "event": {event for event in events if event},
    }
    return _load(session, negotiation, only)


def load_deciding(
    session: Session,
    negotiation: str,
    demands: Collection[str],
    proposals: Collection[str],
    roster: Roster | None = None,
) -> domain.Records:
    """These demands and proposals with only as much as decides whether they stand (domain.md §4): what they
    are linked with, the withdrawals of their cells, and the answers to the proposals.

    ``roster`` is that of the negotiation, where it is at hand already.
    """
    if not demands and not proposals:
        return domain.Records(roster=roster or load_roster(session, negotiation))
    deciding = set(demands) | _deciding(session, negotiation, demands, ())
    only: dict[str, set[str]] = {"demand": deciding, "proposal": set(proposals)}
    if proposals:
        terms, responses = (
            select(literal(type_), noun.id).where(
                noun.negotiation == negotiation, is_one_of(session, noun.proposal, proposals)
            )
            for type_, noun in (("term", Term), ("response", Response))
        )
        for type_, record in session.execute(union_all(terms, responses)):
            only.setdefault(type_, set()).add(record)
    return _load(session, negotiation, only, roster)


def contradicting_cells(
    session: Session, negotiation: str, cells: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], set[str]]:
    """The other cells in which something contradicts, or is contradicted by, what is in these, and what."""
    own = set(cells)
    partners = _contradicted(session, negotiation, _demand_ids(session, negotiation, own))
    found: dict[tuple[str, str], set[str]] = {}
    for holder, issue, demand in _cells_of(session, negotiation, partners):
        if (holder, issue) not in own:
            found.setdefault((holder, issue), set()).add(demand)
    return found


def is_one_of(session: Session, column: Any, ids: Collection[str]) -> ColumnElement[bool]:
    """Whether a column has one of these values, however many: they are one parameter of the statement."""
    listed = sorted(ids)
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(listed, ARRAY(Text)))  # type: ignore[no-any-return]
    values = func.json_each(json.dumps(listed)).table_valued("value")
    return column.in_(select(values.c.value))  # type: ignore[no-any-return]


def _demands_in(
    session: Session, negotiation: str, cells: Collection[tuple[str, str]]
) -> Select[str, str, str]:
    """Holder, issue and demand, of the holders and the issues of these cells."""
    return (
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
            is_one_of(session, RecordActor.actor, {holder for holder, _ in cells}),
            is_one_of(session, RecordIssue.issue, {issue for _, issue in cells}),
        )
    )


def _demand_ids(session: Session, negotiation: str, cells: Collection[tuple[str, str]]) -> set[str]:
    """The demands of these cells."""
    rows = session.execute(_demands_in(session, negotiation, cells))
    return {demand for holder, issue, demand in rows if (holder, issue) in cells}


def _contradicted(session: Session, negotiation: str, demands: Collection[str]) -> set[str]:
    """What is linked with these as contradicting, from either end, and these."""
    rows = session.execute(
        select(Link.from_demand, Link.to_demand).where(
            Link.negotiation == negotiation,
            Link.relation == LinkRelation.CONTRADICTS,
            or_(is_one_of(session, Link.from_demand, demands), is_one_of(session, Link.to_demand, demands)),
        )
    )
    return {demand for row in rows for demand in row}


def _deciding(
    session: Session, negotiation: str, demands: Collection[str], known: Collection[tuple[str, str]]
) -> set[str]:
    """Of these demands those with a cell that is not ``known``, and what decides whether they stand there.

    Of a whole cell only few do: what they are linked with, and the withdrawals.
    """
    far = [row for row in _cells_of(session, negotiation, demands) if row[:2] not in known]
    cells = {(holder, issue) for holder, issue, _ in far}
    found = _withdrawals_in(session, negotiation, cells)
    return found | _grouped_with(session, negotiation, {demand for _, _, demand in far})


def _withdrawals_in(session: Session, negotiation: str, cells: Collection[tuple[str, str]]) -> set[str]:
    """The withdrawals of these cells."""
    withdrawn = session.execute(
        _demands_in(session, negotiation, cells)
        .join(Record, of_record(RecordActor))
        .where(Record.kind == DemandKind.WITHDRAWAL)
    )
    return {demand for holder, issue, demand in withdrawn if (holder, issue) in cells}


def _grouped_with(session: Session, negotiation: str, demands: Collection[str]) -> set[str]:
    """What is linked with these as restating or replacing, over however many steps."""
    start = select(Demand.id.label("id")).where(
        Demand.negotiation == negotiation, is_one_of(session, Demand.id, demands)
    )
    group = start.cte("joined", recursive=True)
    other = case((Link.from_demand == group.c.id, Link.to_demand), else_=Link.from_demand)
    group = group.union(
        select(other).where(
            Link.negotiation == negotiation,
            Link.relation.in_((LinkRelation.RESTATES, LinkRelation.REPLACES)),
            or_(Link.from_demand == group.c.id, Link.to_demand == group.c.id),
        )
    )
    return set(session.scalars(select(group.c.id)))


def _cells_of(session: Session, negotiation: str, demands: Collection[str]) -> list[tuple[str, str, str]]:
    """The cells in which these demands stand: holder, issue and demand."""
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
            is_one_of(session, RecordActor.record, demands),
        )
    )
    return [(holder, issue, demand) for holder, issue, demand in rows]


def _within(session: Session, only: _Only, type_: str, column: Any) -> ColumnElement[bool]:
    return true() if only is None else is_one_of(session, column, only.get(type_, ()))


def _any_of(session: Session, only: _Only, type_column: Any, column: Any) -> ColumnElement[bool]:
    if only is None:
        return true()
    return or_(
        false(),
        *((type_column == type_) & is_one_of(session, column, ids) for type_, ids in only.items() if ids),
    )


def _load(session: Session, negotiation: str, only: _Only, roster: Roster | None = None) -> domain.Records:
    cited = _citations(session, negotiation, only)
    actors: dict[tuple[str, str], list[str]] = {}
    wanted = RecordActor.part.in_(("holder", "proposed_by", "responds"))
    for type_, record, _, actor in session.execute(
        select(_word(RecordActor.type), RecordActor.record, RecordActor.ordinal, RecordActor.actor)
        .where(
            RecordActor.negotiation == negotiation,
            RecordActor.type != "term",
            wanted,
            _any_of(session, only, RecordActor.type, RecordActor.record),
        )
        .order_by(RecordActor.type, RecordActor.record, RecordActor.ordinal)
    ):
        actors.setdefault((type_, record), []).append(actor)
    return domain.Records(
        roster=roster or load_roster(session, negotiation),
        demands=_demands(session, negotiation, cited, actors, only),
        proposals=[
            domain.Proposal(
                id_,
                tuple(actors.get(("proposal", id_), ())),
                parse_edtf(dated),
                cited.get(("proposal", id_), ()),
            )
            for id_, dated in _found(
                session,
                only,
                RecordType.PROPOSAL,
                _published_records(session, negotiation, only, RecordType.PROPOSAL, Record.id, Record.dated),
            )
        ],
        terms=[
            domain.Term(id_, proposal, issue, cited.get(("term", id_), ()), ordinal)
            for id_, proposal, issue, ordinal in _found(
                session,
                only,
                RecordType.TERM,
                _published_records(
                    session,
                    negotiation,
                    only,
                    RecordType.TERM,
                    Record.id,
                    Term.proposal,
                    Term.issue,
                    Record.ordinal,
                ).join(Term, (Term.negotiation == Record.negotiation) & (Term.id == Record.id)),
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
            for id_, proposal, answer, dated, term, ordinal in _found(
                session,
                only,
                RecordType.RESPONSE,
                _published_records(
                    session,
                    negotiation,
                    only,
                    RecordType.RESPONSE,
                    Record.id,
                    Response.proposal,
                    Record.kind,
                    Record.dated,
                    Response.term,
                    Record.ordinal,
                ).join(Response, (Response.negotiation == Record.negotiation) & (Response.id == Record.id)),
            )
        ],
        events=[
            domain.Event(id_, parse_edtf(dated), cited.get(("event", id_), ()))
            for id_, dated in _found(
                session,
                only,
                RecordType.EVENT,
                _published_records(session, negotiation, only, RecordType.EVENT, Record.id, Record.dated),
            )
        ],
        links=[
            domain.Link(from_demand, _RELATIONS[relation], to_demand)
            for from_demand, relation, to_demand in session.execute(
                select(Link.from_demand, _word(Link.relation), Link.to_demand)
                .where(Link.negotiation == negotiation, _within(session, only, "demand", Link.from_demand))
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


def load_redirects(session: Session, negotiation: str) -> dict[tuple[str, str], str]:
    """What every merged record of a negotiation was merged into, by noun and id."""
    rows = session.execute(
        select(Redirect.noun, Redirect.record, Redirect.into).where(Redirect.negotiation == negotiation)
    )
    return {(noun, record): into for noun, record, into in rows}


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
            _within(session, only, "demand", RecordIssue.record),
        )
        .order_by(RecordIssue.record, RecordIssue.ordinal)
    ):
        issues.setdefault(record, []).append(issue)
    rows = session.execute(
        _published_records(
            session,
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
        .join(Citation, of_citation(CitationSpeaker))
        .where(
            CitationSpeaker.negotiation == negotiation,
            _any_of(session, only, Citation.subject_type, Citation.subject),
        )
        .order_by(CitationSpeaker.citation, CitationSpeaker.ordinal)
    ):
        speakers.setdefault(citation, []).append(actor)
    cited: dict[tuple[str, str], list[domain.Citation]] = {}
    for number, type_, subject, relation, coded, unnamed, stated, last, retracted in session.execute(
        select(
            Citation.number,
            _word(Citation.subject_type),
            Citation.subject,
            _word(Citation.relation),
            _word(Citation.attribution),
            Citation.anonymous,
            Citation.stated,
            Source.published_last,
            Source.retracted_from,
        )
        .join(Source, in_source())
        .where(
            Citation.negotiation == negotiation,
            published(Citation),
            _any_of(session, only, Citation.subject_type, Citation.subject),
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
                bool(unnamed),
            )
        )
    return {key: tuple(citations) for key, citations in cited.items()}


def _published_records(
    session: Session, negotiation: str, only: _Only, type_: RecordType, *columns: Any
) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Record)
        .where(
            Record.negotiation == negotiation,
            Record.type == type_,
            published(Record),
            _within(session, only, type_, Record.id),
        )
        .order_by(Record.ordinal)
    )


def _found(session: Session, only: _Only, type_: RecordType, wanted: Select[Any]) -> Iterable[Any]:
    """What is selected, which nobody need ask where nothing of the type is wanted."""
    return () if only is not None and not only.get(type_) else session.execute(wanted)


def _word(column: Any) -> ColumnElement[Any]:
    """The column as plain text: making an enum of every value of many rows takes its time."""
    return type_coerce(column, String)


def terms_of(session: Session, negotiation: str, proposal: str, *, retracted: bool = False) -> Sequence[str]:
    """The ids of a proposal's terms in their order, whatever they have come to.

    Those that were ``retracted`` are no part of it any more; they are answered only where asked for.
    """
    of_term = (
        (Record.negotiation == Term.negotiation) & (Record.type == RecordType.TERM) & (Record.id == Term.id)
    )
    in_it = [] if retracted else [Record.review_status != ReviewStatus.RETRACTED]
    return session.scalars(
        select(Term.id)
        .join(Record, of_term)
        .where(Term.negotiation == negotiation, Term.proposal == proposal, *in_it)
        .order_by(Record.ordinal)
    ).all()
