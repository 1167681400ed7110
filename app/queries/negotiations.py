"""The negotiations, and who and what one of them is about."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from app.db import ReadSession
from app.domain.attribution import Roster
from app.domain.dates import parse_edtf
from app.domain.vocabulary import ActorKind, Role
from app.models import Actor, ActorAlias, Issue, Negotiation, Participant
from app.queries.visibility import NoSuchRecord


@dataclass(frozen=True, slots=True)
class NegotiationHead:
    """What every page of a negotiation says of it. ``revision`` is raised by every published change;
    ``two_people`` asks that nobody publishes an entry of their own.
    """

    id: str
    title: str
    summary: str | None
    started: str | None
    ended: str | None
    revision: int
    two_people: bool


@dataclass(frozen=True, slots=True)
class ActorHead:
    """An actor with its roles in the negotiation, in the order of the participants."""

    id: str
    name: str
    kind: ActorKind | None
    part_of: str | None
    roles: tuple[Role, ...] = ()

    @property
    def is_party(self) -> bool:
        return Role.PARTY in self.roles


@dataclass(frozen=True, slots=True)
class IssueHead:
    id: str
    title: str
    question: str
    part_of: str | None


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors and issues of a negotiation, in its own order; participants come first."""

    actors: dict[str, ActorHead]
    issues: dict[str, IssueHead]

    def participants(self) -> list[ActorHead]:
        return [actor for actor in self.actors.values() if actor.roles]

    def parties(self) -> list[ActorHead]:
        return [actor for actor in self.actors.values() if actor.is_party]

    def mediators(self) -> list[ActorHead]:
        return [actor for actor in self.actors.values() if Role.MEDIATOR in actor.roles]

    def names(self, *roles: Role) -> list[str]:
        return [actor.name for actor in self.actors.values() if set(roles) & set(actor.roles)]

    def name(self, actor: str) -> str:
        return self.actors[actor].name if actor in self.actors else actor

    def roster(self) -> Roster:
        """What each actor is part of, and its roles at any time: what attribution is judged by."""
        return Roster(
            {actor.id: actor.part_of for actor in self.actors.values() if actor.part_of},
            {actor.id: frozenset(actor.roles) for actor in self.actors.values() if actor.roles},
        )


def all_negotiations(session: ReadSession) -> list[NegotiationHead]:
    """Every negotiation, the latest begun first."""
    rows = session.execute(_heads())
    heads = [NegotiationHead(*row) for row in rows]
    return sorted(
        heads,
        key=lambda head: (parse_edtf(head.started).first.toordinal() if head.started else 0, head.id),
        reverse=True,
    )


def negotiation_head(session: ReadSession, negotiation: str) -> NegotiationHead:
    """One negotiation. Raises NoSuchRecord."""
    row = session.execute(_heads().where(Negotiation.id == negotiation)).first()
    if row is None:
        raise NoSuchRecord(negotiation)
    return NegotiationHead(*row)


def _heads() -> Select[*tuple[Any, ...]]:
    return select(
        Negotiation.id,
        Negotiation.title,
        Negotiation.summary,
        Negotiation.started,
        Negotiation.ended,
        Negotiation.revision,
        Negotiation.two_people,
    )


def cast_of(session: ReadSession, negotiation: str) -> Cast:
    """Who takes part, in which roles, and what is on the table."""
    roles: dict[str, list[Role]] = {}
    for actor, role in session.execute(
        select(Participant.actor, Participant.role)
        .where(Participant.negotiation == negotiation)
        .order_by(Participant.ordinal)
    ):
        if role not in roles.setdefault(actor, []):
            roles[actor].append(role)
    actors = {
        row.id: ActorHead(row.id, row.name, row.kind, row.part_of, tuple(roles.get(row.id, ())))
        for row in session.execute(
            select(Actor.id, Actor.name, Actor.kind, Actor.part_of)
            .where(Actor.negotiation == negotiation)
            .order_by(Actor.ordinal, Actor.id)
        )
    }
    ordered = {actor: actors.pop(actor) for actor in list(roles) if actor in actors}
    issues = {
        row.id: IssueHead(*row)
        for row in session.execute(
            select(Issue.id, Issue.title, Issue.question, Issue.part_of)
            .where(Issue.negotiation == negotiation)
            .order_by(Issue.ordinal, Issue.id)
        )
    }
    return Cast({**ordered, **actors}, _subquestions_under_their_own(issues))


def _subquestions_under_their_own(issues: dict[str, IssueHead]) -> dict[str, IssueHead]:
    """The issues in their order, each sub-question after the wider one that it is part of."""
    under: dict[str | None, list[IssueHead]] = {}
    for issue in issues.values():
        under.setdefault(issue.part_of if issue.part_of in issues else None, []).append(issue)
    ordered: dict[str, IssueHead] = {}
    waiting = list(reversed(under.get(None, [])))
    while waiting:
        issue = waiting.pop()
        ordered[issue.id] = issue
        waiting += reversed(under.get(issue.id, []))
    return ordered


def aliases(session: ReadSession, negotiation: str, actor: str) -> list[str]:
    return list(
        session.scalars(
            select(ActorAlias.alias)
            .where(ActorAlias.negotiation == negotiation, ActorAlias.actor == actor)
            .order_by(ActorAlias.ordinal)
        )
    )
