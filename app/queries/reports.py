"""Reports as they are listed: what was printed where, by the day, and how many records each bears on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from app.db import ReadSession
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, CitationRelation, OutletGrade, SourceKind, SourceStatus
from app.models import Citation, Record, Source
from app.models.joins import cites, in_source
from app.queries.citations import counts_by
from app.queries.visibility import NoSuchRecord, published

_AT_ONCE = 200


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

    @property
    def is_relay(self) -> bool:
        return self.origin is not None


FULL = (
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


@dataclass(frozen=True, slots=True)
class Bears:
    """How many records a report is cited for and against by the day."""

    supports: int = 0
    denies: int = 0


def source_full(session: ReadSession, negotiation: str, source: str, on: date) -> SourceFull:
    """One report as of a day. Raises NoSuchRecord."""
    row: Any = session.execute(
        select(*FULL).where(Source.negotiation == negotiation, Source.id == source, published(Source))
    ).first()
    if row is None:
        raise NoSuchRecord(f"source/{source}")
    return as_of(SourceFull(*row), on)


def known_sources(session: ReadSession, negotiation: str, on: date, basis: Basis) -> Iterator[SourceFull]:
    """Every report that is known by the day, in the order of entry, a few at a time: those of the page."""
    rows: Any = session.execute(
        select(*FULL)
        .where(Source.negotiation == negotiation, published(Source), is_printed(on, basis))
        .order_by(Source.ordinal),
        execution_options={"yield_per": _AT_ONCE},
    )
    for row in rows:
        yield as_of(SourceFull(*row), on)


def as_of(source: SourceFull, day: date) -> SourceFull:
    """The source without what its outlet did with it only later."""
    since = source.retracted_from
    if since is None and source.status_date:
        since = parse_edtf(source.status_date).last.isoformat()
    if since is None or since <= day.isoformat():
        return source
    return replace(source, status=None, status_date=None)


def is_printed(on: date, basis: Basis) -> ColumnElement[bool]:
    """Whether a report is known on the day: printed by then or, with hindsight, of use for what was said."""
    printed: ColumnElement[bool] = Source.published_last <= on.isoformat()
    if basis is not Basis.STATED:
        return printed
    used = (
        select(1)
        .select_from(Citation)
        .join(Record, cites())
        .where(
            Citation.negotiation == Source.negotiation,
            Citation.source == Source.id,
            published(Citation),
            counts_by(on, basis),
        )
        .correlate(Source)
    )
    return or_(printed, exists(used))


def bearings(
    session: ReadSession, negotiation: str, sources: Sequence[str], on: date, basis: Basis
) -> Mapping[str, Bears]:
    """How many records each of these reports is cited for and against."""
    if not sources:
        return {}
    denies = case((Citation.relation == CitationRelation.DENIES, 1), else_=0)
    cited = (
        select(Citation.source, Citation.subject_type, Citation.subject, denies.label("denies"))
        .join(Source, in_source())
        .join(Record, cites())
        .where(
            Citation.negotiation == negotiation,
            Citation.source.in_(sources),
            published(Citation),
            counts_by(on, basis),
        )
        .distinct()
        .subquery()
    )
    found: dict[str, Bears] = {}
    rows: Any = session.execute(
        select(cited.c.source, cited.c.denies, func.count()).group_by(cited.c.source, cited.c.denies)
    )
    for source, is_denial, count in rows:
        bears = found.get(source, Bears())
        found[source] = replace(bears, denies=count) if is_denial else replace(bears, supports=count)
    return found
