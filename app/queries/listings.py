"""Actors, issues, reports, links and checks a page at a time, for programs that read them all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import ActorKind, Basis, LinkRelation, RecordType
from app.forms.filters import SourceFilters
from app.models import Actor, ActorAlias, Coverage, Issue, Link, Participant, Record, Source
from app.queries.actors import Held
from app.queries.origins import selected_sources
from app.queries.records import known_by
from app.queries.reports import FULL, Bears, SourceFull, as_of, bearings
from app.queries.scales import Scale, scales_of
from app.queries.visibility import NoSuchRecord, published


@dataclass(frozen=True, slots=True)
class ActorFull:
    """An actor with its other names and its roles. ``ordinal`` is its place in the negotiation."""

    ordinal: int
    id: str
    name: str
    kind: ActorKind | None
    part_of: str | None
    aliases: Sequence[str] = ()
    roles: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class IssueFull:
    """An issue with its scales, the newest version first."""

    ordinal: int
    id: str
    part_of: str | None
    title: str
    question: str
    description: str | None
    scales: Sequence[Scale] = ()


@dataclass(frozen=True, slots=True)
class LinkFull:
    """A link between two demands, both known by the day."""

    ordinal: int
    number: int
    start: str
    relation: LinkRelation
    end: str
    note: str | None


@dataclass(frozen=True, slots=True)
class CheckFull:
    """A coverage check: somebody searched through a day and found nothing."""

    number: int
    searched_through_last: str
    actor: str
    issue: str
    searched_through: str
    note: str | None


def actors_after(session: ReadSession, negotiation: str, after: int, limit: int) -> list[ActorFull]:
    """The actors behind a place, in the order of the negotiation."""
    rows = session.execute(
        select(Actor.ordinal, Actor.id, Actor.name, Actor.kind, Actor.part_of)
        .where(Actor.negotiation == negotiation, Actor.ordinal > after)
        .order_by(Actor.ordinal, Actor.id)
        .limit(limit)
    ).all()
    return _whole_actors(session, negotiation, rows)


def actor_full(session: ReadSession, negotiation: str, actor: str) -> ActorFull:
    """One actor. Raises NoSuchRecord."""
    rows = session.execute(
        select(Actor.ordinal, Actor.id, Actor.name, Actor.kind, Actor.part_of).where(
            Actor.negotiation == negotiation, Actor.id == actor
        )
    ).all()
    if not rows:
        raise NoSuchRecord(f"actor/{actor}")
    return _whole_actors(session, negotiation, rows)[0]


def _whole_actors(session: ReadSession, negotiation: str, rows: Sequence[Any]) -> list[ActorFull]:
    ids = [row.id for row in rows]
    names: dict[str, list[str]] = defaultdict(list)
    for actor, alias in session.execute(
        select(ActorAlias.actor, ActorAlias.alias)
        .where(ActorAlias.negotiation == negotiation, ActorAlias.actor.in_(ids))
        .order_by(ActorAlias.actor, ActorAlias.ordinal)
    ):
        names[actor].append(alias)
    roles: dict[str, list[Held]] = defaultdict(list)
    for actor, role, start, end in session.execute(
        select(Participant.actor, Participant.role, Participant.from_date, Participant.to_date)
        .where(Participant.negotiation == negotiation, Participant.actor.in_(ids))
        .order_by(Participant.ordinal)
    ):
        roles[actor].append(Held(role, start, end))
    return [
        ActorFull(row.ordinal, row.id, row.name, row.kind, row.part_of, names[row.id], roles[row.id])
        for row in rows
    ]


_ISSUE = (Issue.ordinal, Issue.id, Issue.part_of, Issue.title, Issue.question, Issue.description)


def issues_after(session: ReadSession, negotiation: str, after: int, limit: int) -> list[IssueFull]:
    """The issues behind a place, in the order of the negotiation."""
    rows = session.execute(
        select(*_ISSUE)
        .where(Issue.negotiation == negotiation, Issue.ordinal > after)
        .order_by(Issue.ordinal, Issue.id)
        .limit(limit)
    ).all()
    return _whole_issues(session, negotiation, rows)


def issue_full(session: ReadSession, negotiation: str, issue: str) -> IssueFull:
    """One issue. Raises NoSuchRecord."""
    rows = session.execute(select(*_ISSUE).where(Issue.negotiation == negotiation, Issue.id == issue)).all()
    if not rows:
        raise NoSuchRecord(f"issue/{issue}")
    return _whole_issues(session, negotiation, rows)[0]


def _whole_issues(session: ReadSession, negotiation: str, rows: Sequence[Any]) -> list[IssueFull]:
    scales = scales_of(session, negotiation, [row.id for row in rows])
    return [
        IssueFull(
            row.ordinal,
            row.id,
            row.part_of,
            row.title,
            row.question,
            row.description,
            scales.get(row.id, ()),
        )
        for row in rows
    ]


def sources_after(
    session: ReadSession,
    negotiation: str,
    filters: SourceFilters,
    on: date,
    basis: Basis,
    after: tuple[str, str] | None,
    limit: int,
) -> list[SourceFull]:
    """The reports behind a place that are known by the day and that the filters select, newest first."""
    wanted = selected_sources(session, negotiation, filters, on, basis)
    if after:
        day, source = after
        of_day = and_(Source.published_last == day, Source.id > source)
        wanted.append(or_(Source.published_last < day, of_day))
    rows: Any = session.execute(
        select(*FULL).where(*wanted).order_by(Source.published_last.desc(), Source.id).limit(limit)
    )
    return [as_of(SourceFull(*row), on) for row in rows]


def source_full(
    session: ReadSession, negotiation: str, source: str, on: date, basis: Basis
) -> tuple[SourceFull, date, Bears]:
    """A report as of a day, or as of its own where it was printed later, that day, and what it bears on.

    Raises NoSuchRecord.
    """
    row: Any = session.execute(
        select(*FULL).where(Source.negotiation == negotiation, Source.id == source, published(Source))
    ).first()
    if row is None:
        raise NoSuchRecord(f"source/{source}")
    found = SourceFull(*row)
    is_later = basis is not Basis.STATED and found.published_last > on.isoformat()
    day = date.fromisoformat(found.published_last) if is_later else on
    bears = bearings(session, negotiation, [source], day, basis).get(source, Bears())
    return as_of(found, day), day, bears


def bears_of(
    session: ReadSession, negotiation: str, sources: Sequence[SourceFull], on: date, basis: Basis
) -> Mapping[str, Bears]:
    """How many records each of these reports is cited for and against."""
    return bearings(session, negotiation, [source.id for source in sources], on, basis)


def links_after(
    session: ReadSession,
    negotiation: str,
    demand: str,
    on: date,
    basis: Basis,
    after: tuple[int, int] | None,
    limit: int,
) -> list[LinkFull]:
    """The links behind a place between demands known by the day; of one demand, where it is named."""
    start, end = aliased(Record), aliased(Record)

    def known(record: Any, id_: Any) -> Any:
        return and_(
            record.negotiation == Link.negotiation,
            record.type == RecordType.DEMAND,
            record.id == id_,
            published(record),
            known_by(on, basis, record=record),
        )

    wanted = (
        select(Link.ordinal, Link.number, Link.from_demand, Link.relation, Link.to_demand, Link.note)
        .join(start, known(start, Link.from_demand))
        .join(end, known(end, Link.to_demand))
        .where(Link.negotiation == negotiation)
    )
    if demand:
        wanted = wanted.where(or_(Link.from_demand == demand, Link.to_demand == demand))
    if after:
        place, number = after
        wanted = wanted.where(or_(Link.ordinal > place, and_(Link.ordinal == place, Link.number > number)))
    rows: Any = session.execute(wanted.order_by(Link.ordinal, Link.number).limit(limit))
    return [LinkFull(*row) for row in rows]


def checks_after(
    session: ReadSession,
    negotiation: str,
    on: date,
    after: tuple[str, int] | None,
    limit: int,
) -> list[CheckFull]:
    """The checks behind a place that searched no further than the day, those furthest first."""
    wanted = select(
        Coverage.number,
        Coverage.searched_through_last,
        Coverage.actor,
        Coverage.issue,
        Coverage.searched_through,
        Coverage.note,
    ).where(Coverage.negotiation == negotiation, Coverage.searched_through_last <= on.isoformat())
    if after:
        day, number = after
        wanted = wanted.where(
            or_(
                Coverage.searched_through_last < day,
                and_(Coverage.searched_through_last == day, Coverage.number < number),
            )
        )
    rows: Any = session.execute(
        wanted.order_by(Coverage.searched_through_last.desc(), Coverage.number.desc()).limit(limit)
    )
    return [CheckFull(*row) for row in rows]
