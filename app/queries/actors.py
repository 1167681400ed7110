"""The actors of a negotiation, and each: its names, its roles, what it stands for, what is said of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import false, func, select

from app.db import ReadSession
from app.domain.attribution import speaker_words
from app.domain.vocabulary import Attribution, Basis, RecordType, Rests, Role, Track
from app.forms.filters import TimelineFilters
from app.models import (
    ActorAlias,
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Participant,
    Record,
    RecordActor,
    Source,
)
from app.models.joins import cites, in_source, is_upheld, of_citation, of_record, supports
from app.queries.citations import Subject, counts_by
from app.queries.negotiations import (
    ActorHead,
    Cast,
    NegotiationHead,
    aliases,
    cast_of,
    negotiation_head,
)
from app.queries.positions import AsOf, PartyColumn, cell_pages
from app.queries.records import known_by
from app.queries.timeline import LATEST, TimelineRow, counts_by_track, latest_lists
from app.queries.visibility import NoSuchRecord, published

# Of each thing that is said by or about an actor its page shows so many, and leads on to the others.
FEW, VOICES = 6, 20


@dataclass(frozen=True, slots=True)
class Held:
    """A role, and from when to when it was held, as far as that is known."""

    role: Role
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class ActorLine:
    """An actor among all others; ``depth`` says how far below what it is part of it stands.

    ``own`` and ``others`` are records by the track on which they stand for it (domain.md §2), ``heard`` the
    reports in which it is named as a speaker.
    """

    actor: ActorHead
    depth: int
    aliases: Sequence[str]
    roles: Sequence[Held]
    own: int
    others: int
    heard: int


@dataclass(frozen=True, slots=True)
class ActorsPage:
    """The actors by the first of their roles, parties first; None for those who take no part."""

    negotiation: NegotiationHead
    cast: Cast
    groups: Mapping[Role | None, Sequence[ActorLine]]


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks for an actor, in the words of the reports, and in how many of them."""

    words: str
    reports: int


@dataclass(frozen=True, slots=True)
class ActorPage:
    """``column`` has the actor's cells; None for an actor who takes no part in the negotiation.

    ``lists`` are its records, newest first: its ``latest``; the ``answers`` that a party gave, the
    ``proposals`` that it put forward, the ``remarks`` about it; what a mediator ``mediates``, the remarks
    that it ``makes``; of who takes no part, those for which it is ``heard`` as a speaker. ``wants`` has what
    a mediator says that each party wants, ``voices`` who speaks for a party, ``heard`` in how many reports
    the actor and its parts are named.
    """

    negotiation: NegotiationHead
    cast: Cast
    actor: ActorHead
    aliases: Sequence[str]
    above: ActorHead | None
    parts: Sequence[ActorHead]
    roles: Sequence[Held]
    column: PartyColumn | None
    lists: Mapping[str, Sequence[TimelineRow]]
    wants: Mapping[str, Sequence[TimelineRow]]
    voices: Sequence[Voice]
    heard: Mapping[str, int]

    @property
    def is_mediator(self) -> bool:
        return Role.MEDIATOR in self.actor.roles

    @property
    def holds_anything(self) -> bool:
        """Whether any position of it is known, its own or by hearsay."""
        return self.column is not None and self.column.nothing < len(self.column.cells)


def actors_page(session: ReadSession, negotiation: str, on: date, basis: Basis) -> ActorsPage:
    """Everybody, each body and person under what it is part of. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    names: dict[str, list[str]] = defaultdict(list)
    for named, alias in session.execute(
        select(ActorAlias.actor, ActorAlias.alias)
        .where(ActorAlias.negotiation == negotiation)
        .order_by(ActorAlias.actor, ActorAlias.ordinal)
    ):
        names[named].append(alias)
    roles = _roles(session, negotiation)
    counts = counts_by_track(session, negotiation, cast, on, basis)
    heard = _heard(session, negotiation, on, basis)
    groups: dict[Role | None, list[ActorLine]] = {role: [] for role in (*Role, None)}
    for actor, depth, role in _in_order(cast):
        of_actor = counts.get(actor.id, {})
        groups[role].append(
            ActorLine(
                actor,
                depth,
                names[actor.id],
                roles.get(actor.id, ()),
                of_actor.get(Track.OWN_SIDE, 0),
                of_actor.get(Track.OTHERS, 0),
                heard.get(actor.id, 0),
            )
        )
    return ActorsPage(head, cast, {role: lines for role, lines in groups.items() if lines})


def _in_order(cast: Cast) -> list[tuple[ActorHead, int, Role | None]]:
    """Every actor once, its parts behind it, under the first role of what all of them are part of."""
    under: dict[str | None, list[ActorHead]] = defaultdict(list)
    for actor in cast.actors.values():
        under[actor.part_of if actor.part_of in cast.actors else None].append(actor)
    found = []
    waiting = [
        (actor, 0, next((role for role in Role if role in actor.roles), None)) for actor in under[None][::-1]
    ]
    while waiting:
        actor, depth, role = waiting.pop()
        found.append((actor, depth, role))
        waiting += [(part, depth + 1, role) for part in under[actor.id][::-1]]
    return found


def actor_page(
    session: ReadSession, negotiation: str, actor: str, rests: Rests | None, on: date, basis: Basis
) -> ActorPage:
    """An actor as of a day, with the newest of its records. Raises NoSuchRecord.

    With ``rests`` its lists have only what rests on these speakers alone.
    """
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    if actor not in cast.actors:
        raise NoSuchRecord(f"actor/{actor}")
    here = cast.actors[actor]
    column = None
    if here.roles:
        cells = cell_pages(session, negotiation, [AsOf(actor, on)], basis, cast)
        of_actor = {issue: cells[actor, issue, on] for issue in cast.issues}
        column = PartyColumn(actor, actor, here.name, on, False, of_actor)
    asked = _lists(here, [party.id for party in cast.parties()])
    if rests:
        asked = {name: (replace(filters, rests=rests), most) for name, (filters, most) in asked.items()}
    mediates = _mediates(session, negotiation, actor, on, basis) if Role.MEDIATOR in here.roles else []
    lists = latest_lists(session, negotiation, cast, asked, on, basis, {"mediates": mediates})
    return ActorPage(
        negotiation=head,
        cast=cast,
        actor=here,
        aliases=aliases(session, negotiation, actor),
        above=cast.actors.get(here.part_of or ""),
        parts=[one for one in cast.actors.values() if one.part_of == actor],
        roles=_roles(session, negotiation).get(actor, ()),
        column=column,
        lists=lists,
        wants={
            party.id: lists[f"wants {party.id}"] for party in cast.parties() if f"wants {party.id}" in lists
        },
        voices=_voices(session, negotiation, actor, on, basis) if here.is_party else (),
        heard=_heard(session, negotiation, on, basis, cast.roster().parts(actor)),
    )


def _lists(actor: ActorHead, parties: Sequence[str]) -> dict[str, tuple[TimelineFilters, int]]:
    """What is asked of the time line for an actor, and how much of it."""
    of_it = TimelineFilters(actor=actor.id)
    lists = {"latest": (of_it, LATEST)}
    if not actor.roles:
        return lists | {"heard": (TimelineFilters(speaker=actor.id), LATEST)}
    lists["proposals"] = (replace(of_it, type=RecordType.PROPOSAL), FEW)
    if actor.is_party:
        lists["answers"] = (replace(of_it, type=RecordType.RESPONSE), FEW)
        lists["remarks"] = (replace(of_it, type=RecordType.REMARK), FEW)
    if Role.MEDIATOR in actor.roles:
        lists["makes"] = (TimelineFilters(speaker=actor.id, type=RecordType.REMARK), FEW)
        for party in parties:
            wanted = TimelineFilters(actor=party, speaker=actor.id, type=RecordType.DEMAND)
            lists[f"wants {party}"] = (wanted, FEW // 2)
    return lists


def _roles(session: ReadSession, negotiation: str) -> dict[str, list[Held]]:
    roles: dict[str, list[Held]] = defaultdict(list)
    for actor, role, start, end in session.execute(
        select(Participant.actor, Participant.role, Participant.from_date, Participant.to_date)
        .where(Participant.negotiation == negotiation)
        .order_by(Participant.ordinal)
    ):
        roles[actor].append(Held(role, start, end))
    return roles


def _mediates(session: ReadSession, negotiation: str, actor: str, on: date, basis: Basis) -> list[Subject]:
    """The newest proposals that it mediates."""
    rows = session.execute(
        select(Record.type, Record.id)
        .join(RecordActor, of_record(RecordActor))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            RecordActor.part == "mediated_by",
            RecordActor.actor == actor,
            published(Record),
            known_by(on, basis),
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.id)
        .limit(FEW)
    )
    return [(kind, record) for kind, record in rows]


def _heard(
    session: ReadSession, negotiation: str, on: date, basis: Basis, actors: Sequence[str] | None = None
) -> dict[str, int]:
    """In how many reports that are known by the day each actor is named as a speaker."""
    wanted = (
        select(CitationSpeaker.actor, func.count(Citation.source.distinct()))
        .join(Citation, of_citation(CitationSpeaker))
        .join(Source, in_source())
        .join(Record, cites())
        .where(CitationSpeaker.negotiation == negotiation, published(Citation), counts_by(on, basis))
        .group_by(CitationSpeaker.actor)
    )
    if actors is not None:
        wanted = wanted.where(CitationSpeaker.actor.in_(actors))
    rows: Any = session.execute(wanted)
    return dict(rows.all())


def _voices(session: ReadSession, negotiation: str, actor: str, on: date, basis: Basis) -> list[Voice]:
    """Who is heard for its own side, in the words of the reports, those first who are heard most."""
    words = func.coalesce(Citation.public_wording, Citation.attributed_to)
    unnamed = func.coalesce(Citation.anonymous, false())
    reports = func.count(Citation.source.distinct())
    rows = session.execute(
        select(words, unnamed, reports)
        .join(CitationAttribution, of_citation(CitationAttribution))
        .join(Source, in_source())
        .join(Record, cites())
        .where(
            Citation.negotiation == negotiation,
            CitationAttribution.holder == actor,
            CitationAttribution.attribution == Attribution.SELF,
            supports(),
            is_upheld(on),
            words.is_not(None),
            published(Citation),
            counts_by(on, basis),
        )
        .group_by(words, unnamed)
        .order_by(reports.desc(), words, unnamed)
        .limit(VOICES)
    )
    return [Voice(speaker_words(said, None, anonymous=bool(hidden)), count) for said, hidden, count in rows]
