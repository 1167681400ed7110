"""One actor with everything that is known of it: its names, its roles, and what it stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.db import ReadSession
from app.domain.vocabulary import Basis, Role
from app.forms.filters import TimelineFilters
from app.models import Citation, CitationSpeaker, Participant, Record, Source
from app.queries.citations import counts_by
from app.queries.negotiations import (
    ActorHead,
    Cast,
    IssueHead,
    NegotiationHead,
    aliases,
    cast_of,
    negotiation_head,
)
from app.queries.positions import AsOf, PartyColumn, cell_pages
from app.queries.records import known_by
from app.queries.timeline import LATEST, TimelineRow, latest_rows, rows_of
from app.queries.visibility import NoSuchRecord, published


@dataclass(frozen=True, slots=True)
class Held:
    """A role, and from when to when it was held, as far as that is known."""

    role: Role
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class ActorPage:
    """``column`` has the actor's cells; None for an actor who takes no part in the negotiation, of whom
    ``spoken`` has the records for which a source names it as a speaker.
    """

    negotiation: NegotiationHead
    cast: Cast
    actor: ActorHead
    aliases: Sequence[str]
    above: ActorHead | None
    parts: Sequence[ActorHead]
    roles: Sequence[Held]
    column: PartyColumn | None
    latest: Sequence[TimelineRow]
    spoken: Sequence[TimelineRow]

    @property
    def columns(self) -> list[PartyColumn]:
        """The table of positions, with this actor alone in it."""
        return [self.column] if self.column else []

    @property
    def issues(self) -> list[IssueHead]:
        return list(self.cast.issues.values())

    @property
    def proposals(self) -> tuple[()]:
        return ()


def actor_page(session: ReadSession, negotiation: str, actor: str, on: date, basis: Basis) -> ActorPage:
    """An actor as of a day, with the newest of its records. Raises NoSuchRecord."""
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
    return ActorPage(
        negotiation=head,
        cast=cast,
        actor=here,
        aliases=aliases(session, negotiation, actor),
        above=cast.actors.get(here.part_of or ""),
        parts=[one for one in cast.actors.values() if one.part_of == actor],
        roles=[
            Held(role, start, end)
            for role, start, end in session.execute(
                select(Participant.role, Participant.from_date, Participant.to_date)
                .where(Participant.negotiation == negotiation, Participant.actor == actor)
                .order_by(Participant.ordinal)
            )
        ],
        column=column,
        latest=latest_rows(session, negotiation, cast, TimelineFilters(actor=actor), on, basis, limit=LATEST),
        spoken=[] if here.roles else _spoken(session, negotiation, cast, actor, on, basis),
    )


def _spoken(
    session: ReadSession, negotiation: str, cast: Cast, actor: str, on: date, basis: Basis
) -> list[TimelineRow]:
    """The newest records for which a source that is known by the day names the actor as a speaker."""
    rows = session.execute(
        select(Record.type, Record.id)
        .join(
            Citation,
            (Citation.negotiation == Record.negotiation)
            & (Citation.subject_type == Record.type)
            & (Citation.subject == Record.id),
        )
        .join(Source, (Source.negotiation == Citation.negotiation) & (Source.id == Citation.source))
        .join(
            CitationSpeaker,
            (CitationSpeaker.negotiation == Citation.negotiation)
            & (CitationSpeaker.citation == Citation.number),
        )
        .where(
            CitationSpeaker.negotiation == negotiation,
            CitationSpeaker.actor == actor,
            published(Citation),
            counts_by(on, basis),
            known_by(on, basis),
        )
        .group_by(Record.type, Record.id, Record.last_day, Record.first_day)
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.type, Record.id)
        .limit(LATEST)
    )
    return rows_of(session, negotiation, cast, [(kind, record) for kind, record in rows], on, basis)
