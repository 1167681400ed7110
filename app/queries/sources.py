"""One source with everything that is known of it: the publication, its origin, and what it is cited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.db import ReadSession
from app.domain.vocabulary import Basis, RecordType, Rests
from app.models import Citation, Record, Source
from app.models.joins import cites, in_source
from app.queries.citations import CitationLine, Subject, citations_of, counts_by
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.reports import FULL, Bears, SourceFull, as_of, bearings
from app.queries.timeline import TimelineRow, is_resting, rows_of
from app.queries.visibility import NoSuchRecord, published

# One source rarely stands behind more; the next ones are a link away.
PAGE = 100
# Of the reports that are one voice with it so many are named.
MOST_OF_ONE = 50


@dataclass(frozen=True, slots=True)
class Cited:
    """A record that the source is cited for, and its own word on it."""

    row: TimelineRow
    lines: Sequence[CitationLine]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """``same_voice`` are the other reports that count as one with it, ``reports`` how many there are with it;
    ``after`` is where the rest of what it is cited for begins.
    """

    negotiation: NegotiationHead
    cast: Cast
    source: SourceFull
    origin: SourceFull | None
    same_voice: Sequence[SourceFull]
    reports: int
    bears: Bears
    is_later: bool
    on: date
    cited: Sequence[Cited]
    after: int | None


def source_page(
    session: ReadSession,
    negotiation: str,
    source: str,
    on: date,
    basis: Basis,
    *,
    after: int = 0,
    rests: Rests | None = None,
) -> SourcePage:
    """A source as of a day, or as of its own where it was printed later. Raises NoSuchRecord.

    ``after`` is the place of entry behind which the records begin that it is cited for; with ``rests``
    only those that rest on these speakers alone.
    """
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    found = _sources(session, negotiation, source)
    if source not in found:
        raise NoSuchRecord(f"source/{source}")
    here = found.pop(source)
    is_later = basis is not Basis.STATED and here.published_last > on.isoformat()
    day = date.fromisoformat(here.published_last) if is_later else on
    resting = [is_resting(session, negotiation, cast, rests, day, basis)] if rests else []
    places = _cited(session, negotiation, source, day, basis, after, resting)
    subjects = [subject for subject, _ in places[:PAGE]]
    rows = rows_of(session, negotiation, cast, subjects, day, basis)
    citations = citations_of(session, negotiation, subjects, day, basis)
    known = [one for one in found.values() if one.published_last <= day.isoformat()]
    if basis is Basis.STATED:
        known = list(found.values())
    return SourcePage(
        negotiation=head,
        cast=cast,
        source=as_of(here, day),
        origin=found.get(here.origin or ""),
        same_voice=[as_of(one, day) for one in known if one.voice == here.voice][:MOST_OF_ONE],
        reports=1 + sum(one.voice == here.voice for one in known),
        bears=bearings(session, negotiation, [source], day, basis).get(source, Bears()),
        is_later=is_later,
        on=day,
        cited=[
            Cited(row, [line for line in citations.get(row.record.subject, ()) if line.source.id == source])
            for row in rows
        ],
        after=places[PAGE - 1][1] if len(places) > PAGE else None,
    )


def _sources(session: ReadSession, negotiation: str, source: str) -> dict[str, SourceFull]:
    """The source, the one that it relays, and those of one voice with it."""
    own = (
        select(Source.voice, Source.origin)
        .where(Source.negotiation == negotiation, Source.id == source, published(Source))
        .subquery()
    )
    rows: Any = session.execute(
        select(*FULL)
        .where(
            Source.negotiation == negotiation,
            published(Source),
            (Source.voice == select(own.c.voice).scalar_subquery())
            | (Source.id == select(own.c.origin).scalar_subquery()),
        )
        .order_by(Source.published_last, Source.ordinal)
    )
    return {row.id: SourceFull(*row) for row in rows}


def _cited(
    session: ReadSession,
    negotiation: str,
    source: str,
    on: date,
    basis: Basis,
    after: int,
    only: Sequence[ColumnElement[bool]],
) -> list[tuple[Subject, int]]:
    """The records for which it is cited by the day, each with the place of its first entry."""
    place = func.min(Citation.ordinal)
    rows = session.execute(
        select(Citation.subject_type, Citation.subject, place)
        .join(Source, in_source())
        .join(Record, cites())
        .where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            published(Citation),
            counts_by(on, basis),
            *only,
        )
        .group_by(Citation.subject_type, Citation.subject)
        .having(place > after)
        .order_by(place)
        .limit(PAGE + 1)
    )
    return [((RecordType(kind), record), first) for kind, record, first in rows]
