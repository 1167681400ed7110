"""A negotiation as the rows of its data package: what an export writes and an import compares with."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, literal, select
from sqlalchemy.orm import Session, aliased

from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import (
    Actor,
    ActorAlias,
    Citation,
    CitationSpeaker,
    Coverage,
    Demand,
    Event,
    Issue,
    Link,
    Negotiation,
    Participant,
    Proposal,
    Record,
    RecordActor,
    RecordIssue,
    Response,
    ScaleRung,
    Source,
    Term,
)
from app.models.joins import of_citation, of_record
from app.queries.visibility import published

_AT_ONCE = 500


class PackageRow(NamedTuple):
    """A row as a package has it, empty columns left out; ``number`` identifies a row without an id."""

    cells: dict[str, str]
    number: int


def package_rows(
    session: Session, negotiation: str, file: str, *, unpublished: bool = False
) -> Iterator[PackageRow]:
    """The rows of one file of a negotiation's package, in their order, a few at a time.

    Published ones only, unless an import has to know the others too. ``negotiation`` has two further
    columns, ``package_name`` and ``package_title``.
    """
    rows, lists = _FILES[file](negotiation)
    if not unpublished:
        rows = rows.where(*_only_published(file))
    result = session.execute(rows, execution_options={"yield_per": _AT_ONCE})
    names = tuple(result.keys())[2:]
    values = {column: _Values(session, statement) for column, statement in lists.items()}
    for ordinal, number, *cells in result:
        row = {name: _text(cell) for name, cell in zip(names, cells, strict=True) if cell is not None}
        for column, several in values.items():
            if joined := several.of(ordinal):
                row[column] = joined
        yield PackageRow(row, number)


def has_negotiation(session: Session, negotiation: str) -> bool:
    return session.scalar(select(Negotiation.id).where(Negotiation.id == negotiation)) is not None


def revision_of(session: Session, negotiation: str) -> int | None:
    """The revision of a negotiation; None where there is none of this id."""
    return session.scalar(select(Negotiation.revision).where(Negotiation.id == negotiation))


def unpublished_rows(session: Session, negotiation: str) -> dict[tuple[str, str], ReviewStatus]:
    """The rows that readers do not see, as an import meets them: the file, and the id or number.

    Each with how far it has come itself: a published citation is hidden with its record.
    """
    found: dict[tuple[str, str], ReviewStatus] = {}
    for model, noun, id_ in (
        (Record, Record.type, Record.id),
        (Citation, literal("citation"), Citation.number),
        (Source, literal("source"), Source.id),
    ):
        status: Any = model.review_status
        for of, row, its in session.execute(
            select(noun, id_, status).where(model.negotiation == negotiation, ~published(model))
        ):
            found[f"{of}s", str(row)] = its
    return found


class _Values:
    """The values of a cell that may hold several, read in step with the rows that they belong to."""

    def __init__(self, session: Session, statement: Select[*tuple[Any, ...]]) -> None:
        self.rows = iter(session.execute(statement, execution_options={"yield_per": _AT_ONCE}))
        self.next = next(self.rows, None)

    def of(self, ordinal: int) -> str:
        """The values of the row with this ordinal, separated by ``|``."""
        values = []
        while self.next is not None and self.next[0] <= ordinal:
            if self.next[0] == ordinal:
                values.append(self.next[1])
            self.next = next(self.rows, None)
        return "|".join(values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _only_published(file: str) -> list[Any]:
    if file in _RECORDS:
        return [published(Record)]
    if file == "citations":
        return [published(Citation)]
    if file == "sources":
        return [published(Source)]
    if file == "links":
        return published_links()
    return []


def published_links() -> list[Any]:
    """Links both of whose demands readers see."""
    return [_published_demand(Link.from_demand), _published_demand(Link.to_demand)]


def _published_demand(id_: Any) -> Any:
    demand = aliased(Record)
    return exists(
        select(1).where(
            demand.negotiation == Link.negotiation,
            demand.type == RecordType.DEMAND,
            demand.id == id_,
            published(demand),
        )
    )


# --- One select for each file: ordinal, number, then the columns that are one value each; beside it one
# --- select for each column that may hold several, of (ordinal, value).

_Rows = Select[*tuple[Any, ...]]
_Selects = tuple[_Rows, dict[str, _Rows]]


def _negotiation(negotiation: str) -> _Selects:
    rows = select(
        literal(1),
        literal(0),
        Negotiation.id,
        Negotiation.title,
        Negotiation.summary,
        Negotiation.started,
        Negotiation.ended,
        Negotiation.package_name,
        Negotiation.package_title,
    ).where(Negotiation.id == negotiation)
    return rows, {}


def _actors(negotiation: str) -> _Selects:
    rows = (
        select(Actor.ordinal, literal(0), Actor.id, Actor.name, Actor.kind, Actor.part_of)
        .where(Actor.negotiation == negotiation)
        .order_by(Actor.ordinal)
    )
    aliases = (
        select(Actor.ordinal, ActorAlias.alias)
        .join(Actor, and_(Actor.negotiation == ActorAlias.negotiation, Actor.id == ActorAlias.actor))
        .where(ActorAlias.negotiation == negotiation)
        .order_by(Actor.ordinal, ActorAlias.ordinal)
    )
    return rows, {"aliases": aliases}


def _participants(negotiation: str) -> _Selects:
    rows = (
        select(
            Participant.ordinal,
            Participant.number,
            Participant.actor,
            Participant.role,
            Participant.from_date.label("from"),
            Participant.to_date.label("to"),
        )
        .where(Participant.negotiation == negotiation)
        .order_by(Participant.ordinal)
    )
    return rows, {}


def _issues(negotiation: str) -> _Selects:
    rows = (
        select(
            Issue.ordinal,
            literal(0),
            Issue.id,
            Issue.part_of,
            Issue.title,
            Issue.question,
            Issue.description,
        )
        .where(Issue.negotiation == negotiation)
        .order_by(Issue.ordinal)
    )
    return rows, {}


def _scales(negotiation: str) -> _Selects:
    rows = (
        select(
            ScaleRung.ordinal,
            literal(0),
            ScaleRung.issue,
            ScaleRung.version,
            ScaleRung.rung,
            ScaleRung.label,
        )
        .where(ScaleRung.negotiation == negotiation)
        .order_by(ScaleRung.ordinal)
    )
    return rows, {}


def _sources(negotiation: str) -> _Selects:
    rows = (
        select(
            Source.ordinal,
            literal(0),
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.language,
            Source.kind,
            Source.author,
            Source.origin,
            Source.archive_url,
            Source.status,
            Source.status_date,
            Source.grade,
            Source.note,
        )
        .where(Source.negotiation == negotiation)
        .order_by(Source.ordinal)
    )
    return rows, {}


def _records(negotiation: str, type_: RecordType, *columns: Any) -> _Rows:
    return (
        select(Record.ordinal, literal(0), Record.id, *columns)
        .select_from(Record)
        .where(Record.negotiation == negotiation, Record.type == type_)
        .order_by(Record.ordinal)
    )


def _of_record(noun: Any) -> Any:
    return and_(noun.negotiation == Record.negotiation, noun.id == Record.id)


def _actors_of(negotiation: str, type_: RecordType, part: str) -> _Rows:
    return (
        select(Record.ordinal, RecordActor.actor)
        .join(Record, of_record(RecordActor))
        .where(RecordActor.negotiation == negotiation, RecordActor.type == type_, RecordActor.part == part)
        .order_by(Record.ordinal, RecordActor.ordinal)
    )


def _issues_of(negotiation: str, type_: RecordType) -> _Rows:
    return (
        select(Record.ordinal, RecordIssue.issue)
        .join(Record, of_record(RecordIssue))
        .where(RecordIssue.negotiation == negotiation, RecordIssue.type == type_)
        .order_by(Record.ordinal, RecordIssue.ordinal)
    )


def _demands(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.DEMAND,
        Record.kind,
        Record.summary,
        Demand.quantity,
        Demand.unit,
        Demand.condition,
        Demand.deadline,
        Record.dated.label("stated"),
        Demand.grade,
        Demand.proposal,
        Demand.overtaken_by,
        Demand.scale_version,
        Demand.rung_min,
        Demand.rung_max,
        Demand.placement_reason,
    ).join(Demand, _of_record(Demand))
    return rows, {
        "holders": _actors_of(negotiation, RecordType.DEMAND, "holder"),
        "issues": _issues_of(negotiation, RecordType.DEMAND),
    }


def _links(negotiation: str) -> _Selects:
    rows = (
        select(
            Link.ordinal,
            Link.number,
            Link.from_demand.label("from"),
            Link.relation,
            Link.to_demand.label("to"),
            Link.note,
        )
        .where(Link.negotiation == negotiation)
        .order_by(Link.ordinal)
    )
    return rows, {}


def _proposals(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.PROPOSAL,
        Record.title,
        Record.dated.label("presented"),
        Proposal.amends,
        Proposal.ended,
        Proposal.outcome,
        Record.summary,
    ).join(Proposal, _of_record(Proposal))
    return rows, {
        part: _actors_of(negotiation, RecordType.PROPOSAL, part) for part in ("proposed_by", "mediated_by")
    }


def _terms(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.TERM,
        Term.proposal,
        Term.phase,
        Term.issue,
        Record.summary,
        Term.quantity,
        Term.unit,
        Term.condition,
        Term.scale_version,
        Term.rung_min,
        Term.rung_max,
        Term.placement_reason,
    ).join(Term, _of_record(Term))
    return rows, {part: _actors_of(negotiation, RecordType.TERM, part) for part in ("obliged", "tabled_by")}


def _responses(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.RESPONSE,
        Response.proposal,
        Response.term,
        Record.kind.label("response"),
        Record.summary,
        Record.dated.label("stated"),
    ).join(Response, _of_record(Response))
    return rows, {"actor": _actors_of(negotiation, RecordType.RESPONSE, "responds")}


def _remarks(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.REMARK,
        Record.kind.label("remark"),
        Record.summary,
        Record.dated.label("stated"),
    )
    return rows, {
        "about": _actors_of(negotiation, RecordType.REMARK, "about"),
        "issue": _issues_of(negotiation, RecordType.REMARK),
    }


def _events(negotiation: str) -> _Selects:
    rows = _records(
        negotiation,
        RecordType.EVENT,
        Record.kind,
        Record.title,
        Record.dated.label("starts"),
        Event.ends,
        Event.place,
        Record.summary,
    ).join(Event, _of_record(Event))
    return rows, {}


def _citations(negotiation: str) -> _Selects:
    rows = (
        select(
            Citation.ordinal,
            Citation.number,
            Citation.subject_type,
            Citation.subject,
            Citation.source,
            Citation.relation,
            Citation.quote,
            Citation.translation,
            Citation.attributed_to,
            Citation.public_wording,
            Citation.anonymous,
            Citation.setting,
            Citation.stated,
            Citation.attribution,
            Citation.sensitive,
            Citation.locator,
            Citation.note,
        )
        .where(Citation.negotiation == negotiation)
        .order_by(Citation.ordinal)
    )
    speakers = (
        select(Citation.ordinal, CitationSpeaker.actor)
        .join(Citation, of_citation(CitationSpeaker))
        .where(CitationSpeaker.negotiation == negotiation)
        .order_by(Citation.ordinal, CitationSpeaker.ordinal)
    )
    return rows, {"speakers": speakers}


def _coverage(negotiation: str) -> _Selects:
    rows = (
        select(
            Coverage.ordinal,
            Coverage.number,
            Coverage.actor,
            Coverage.issue,
            Coverage.searched_through,
            Coverage.note,
        )
        .where(Coverage.negotiation == negotiation)
        .order_by(Coverage.ordinal)
    )
    return rows, {}


_RECORDS = ("demands", "proposals", "terms", "responses", "remarks", "events")
_FILES: dict[str, Callable[[str], _Selects]] = {
    "negotiation": _negotiation,
    "actors": _actors,
    "participants": _participants,
    "issues": _issues,
    "scales": _scales,
    "sources": _sources,
    "demands": _demands,
    "links": _links,
    "proposals": _proposals,
    "terms": _terms,
    "responses": _responses,
    "remarks": _remarks,
    "events": _events,
    "citations": _citations,
    "coverage": _coverage,
}
