"""One source with everything that is known of it: the publication, its origin, and what it is cited for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.db import ReadSession
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, OutletGrade, RecordType, SourceKind, SourceStatus
from app.models import Citation, Record, Source
from app.queries.citations import CitationLine, Subject, citations_of, counts_by
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import NoSuchRecord, published

# One source rarely stands behind more; the next ones are a link away.
PAGE = 100


@dataclass(frozen=True, slots=True)
class SourceFull:
    """A publication. ``status`` is what its outlet has done with it by the day of the view."""

    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str
    published_last: str
    language: str
    kind: SourceKind | None
    author: str | None
    origin: str | None
    voice: str
    archive_url: str | None
    status: SourceStatus | None
    status_date: str | None
    retracted_from: str | None
    grade: OutletGrade | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Cited:
    """A record that the source is cited for, and its own word on it."""

    row: TimelineRow
    lines: Sequence[CitationLine]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """``same_voice`` are the other reports that count as one with it; ``after`` is where the rest begins."""

    negotiation: NegotiationHead
    cast: Cast
    source: SourceFull
    origin: SourceFull | None
    same_voice: Sequence[SourceFull]
    is_later: bool
    on: date
    cited: Sequence[Cited]
    after: int | None


def source_page(
    session: ReadSession, negotiation: str, source: str, on: date, basis: Basis, *, after: int = 0
) -> SourcePage:
    """A source as of a day, or as of its own where it was printed later. Raises NoSuchRecord.

    ``after`` is the place of entry behind which the records begin that it is cited for.
    """
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    found = _sources(session, negotiation, source)
    if source not in found:
        raise NoSuchRecord(f"source/{source}")
    here = found.pop(source)
    is_later = basis is not Basis.STATED and here.published_last > on.isoformat()
    day = date.fromisoformat(here.published_last) if is_later else on
    places = _cited(session, negotiation, source, day, basis, after)
    subjects = [subject for subject, _ in places[:PAGE]]
    rows = rows_of(session, negotiation, cast, subjects, day, basis)
    citations = citations_of(session, negotiation, subjects, day, basis)
    known = [one for one in found.values() if one.published_last <= day.isoformat()]
    if basis is Basis.STATED:
        known = list(found.values())
    return SourcePage(
        negotiation=head,
        cast=cast,
        source=_as_of(here, day),
        origin=found.get(here.origin or ""),
        same_voice=[one for one in known if one.voice == here.voice],
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
        select(
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.published_last,
            Source.language,
            Source.kind,
            Source.author,
            Source.origin,
            Source.voice,
            Source.archive_url,
            Source.status,
            Source.status_date,
            Source.retracted_from,
            Source.grade,
            Source.note,
        )
        .where(
            Source.negotiation == negotiation,
            published(Source),
            (Source.voice == select(own.c.voice).scalar_subquery())
            | (Source.id == select(own.c.origin).scalar_subquery()),
        )
        .order_by(Source.published_last, Source.ordinal)
    )
    return {row.id: SourceFull(*row) for row in rows}


def _as_of(source: SourceFull, day: date) -> SourceFull:
    """The source without what its outlet did with it only later."""
    since = source.retracted_from
    if since is None and source.status_date:
        since = parse_edtf(source.status_date).last.isoformat()
    if since is None or since <= day.isoformat():
        return source
    return replace(source, status=None, status_date=None)


def _cited(
    session: ReadSession, negotiation: str, source: str, on: date, basis: Basis, after: int
) -> list[tuple[Subject, int]]:
    """The records for which it is cited by the day, each with the place of its first entry."""
    place = func.min(Citation.ordinal)
    rows = session.execute(
        select(Citation.subject_type, Citation.subject, place)
        .join(Source, (Source.negotiation == Citation.negotiation) & (Source.id == Citation.source))
        .join(
            Record,
            (Record.negotiation == Citation.negotiation)
            & (Record.type == Citation.subject_type)
            & (Record.id == Citation.subject),
        )
        .where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            published(Citation),
            counts_by(on, basis),
        )
        .group_by(Citation.subject_type, Citation.subject)
        .having(place > after)
        .order_by(place)
        .limit(PAGE + 1)
    )
    return [((RecordType(kind), record), first) for kind, record, first in rows]
