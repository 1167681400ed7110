"""The outlets, and one of them with its reports: an outlet is known by its name alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import Basis, OutletGrade, RecordType
from app.forms.filters import SourceCursor
from app.models import Citation, Record, Source
from app.models.joins import cites, in_source
from app.queries.citations import Subject, counts_by
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.reports import FULL, Bears, SourceFull, as_of, bearings, is_printed
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import NoSuchRecord, published

# Outlets on a page; reports on the page of one, records that are named of each, and outlets beside it.
OUTLETS, REPORTS, RECORDS, NEIGHBOURS = 200, 30, 3, 20


@dataclass(frozen=True, slots=True)
class OutletLine:
    """An outlet with how many of its reports are known by the day, and how many of them relay another."""

    name: str
    reports: int = 0
    relays: int = 0
    grades: tuple[OutletGrade, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutletsPage:
    """``after`` is the name behind which the next page begins."""

    negotiation: NegotiationHead
    outlets: Sequence[OutletLine]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class OutletReport:
    """A report with the first of the records that it is cited for."""

    source: SourceFull
    bears: Bears
    records: Sequence[TimelineRow]


@dataclass(frozen=True, slots=True)
class OutletPage:
    """``relays`` are the outlets whose reports it relays, or the names of reports that are not recorded
    here; ``relayed_by`` those that relay it; each with how often.
    """

    negotiation: NegotiationHead
    cast: Cast
    outlet: OutletLine
    reports: Sequence[OutletReport]
    relays: Sequence[tuple[str, int]]
    unrecorded: Sequence[tuple[str, int]]
    relayed_by: Sequence[tuple[str, int]]
    older: SourceCursor | None = field(default=None)


def outlets_page(
    session: ReadSession, negotiation: str, on: date, basis: Basis, *, after: str = ""
) -> OutletsPage:
    """The outlets of what is known by a day, by name. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    known = _known(negotiation, on, basis)
    names = session.scalars(
        select(Source.outlet)
        .where(*known, Source.outlet > after)
        .distinct()
        .order_by(Source.outlet)
        .limit(OUTLETS + 1)
    ).all()
    lines = _lines(session, known, names[:OUTLETS])
    return OutletsPage(
        head, [lines[name] for name in names[:OUTLETS]], names[OUTLETS - 1] if len(names) > OUTLETS else None
    )


def outlet_page(
    session: ReadSession,
    negotiation: str,
    outlet: str,
    on: date,
    basis: Basis,
    *,
    after: SourceCursor | None = None,
) -> OutletPage:
    """An outlet as of a day, with its reports, the newest first. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    of_outlet = (Source.negotiation == negotiation, Source.outlet == outlet, published(Source))
    if session.scalar(select(Source.id).where(*of_outlet).limit(1)) is None:
        raise NoSuchRecord(f"outlet/{outlet}")
    known = _known(negotiation, on, basis)
    wanted = select(*FULL).where(*known, Source.outlet == outlet)
    if after:
        wanted = wanted.where(
            or_(
                Source.published_last < after.day,
                and_(Source.published_last == after.day, Source.id > after.voice),
            )
        )
    rows: Any = session.execute(
        wanted.order_by(Source.published_last.desc(), Source.id).limit(REPORTS + 1)
    ).all()
    sources = [as_of(SourceFull(*row), on) for row in rows[:REPORTS]]
    ids = [source.id for source in sources]
    cited = _cited(session, negotiation, ids, on, basis)
    subjects = list(dict.fromkeys(subject for found in cited.values() for subject in found))
    cast = cast_of(session, negotiation)
    rows_by = {row.record.subject: row for row in rows_of(session, negotiation, cast, subjects, on, basis)}
    bears = bearings(session, negotiation, ids, on, basis)
    last = sources[-1] if len(rows) > REPORTS else None
    relayed, relaying = aliased(Source), aliased(Source)
    return OutletPage(
        negotiation=head,
        cast=cast,
        outlet=_lines(session, known, [outlet])[outlet],
        reports=[
            OutletReport(
                source,
                bears.get(source.id, Bears()),
                [rows_by[subject] for subject in cited.get(source.id, ()) if subject in rows_by],
            )
            for source in sources
        ],
        relays=_neighbours(
            session,
            select(relayed.outlet, func.count())
            .select_from(Source)
            .join(relayed, and_(relayed.negotiation == Source.negotiation, relayed.id == Source.origin))
            .where(*known, Source.outlet == outlet, published(relayed))
            .group_by(relayed.outlet)
            .order_by(func.count().desc(), relayed.outlet),
        ),
        unrecorded=_neighbours(
            session,
            select(Source.origin, func.count())
            .select_from(Source)
            .outerjoin(
                relayed,
                and_(
                    relayed.negotiation == Source.negotiation,
                    relayed.id == Source.origin,
                    published(relayed),
                ),
            )
            .where(*known, Source.outlet == outlet, Source.origin.is_not(None), relayed.id.is_(None))
            .group_by(Source.origin)
            .order_by(func.count().desc(), Source.origin),
        ),
        relayed_by=_neighbours(
            session,
            select(Source.outlet, func.count())
            .select_from(Source)
            .join(relaying, and_(relaying.negotiation == Source.negotiation, relaying.id == Source.origin))
            .where(*known, relaying.outlet == outlet, published(relaying))
            .group_by(Source.outlet)
            .order_by(func.count().desc(), Source.outlet),
        ),
        older=SourceCursor(last.published_last, last.id) if last else None,
    )


def _known(negotiation: str, on: date, basis: Basis) -> tuple[ColumnElement[bool], ...]:
    return (Source.negotiation == negotiation, published(Source), is_printed(on, basis))


def _neighbours(session: ReadSession, wanted: Any) -> list[tuple[str, int]]:
    return [(name, count) for name, count in session.execute(wanted.limit(NEIGHBOURS))]


def _lines(
    session: ReadSession, known: Sequence[ColumnElement[bool]], names: Sequence[str]
) -> dict[str, OutletLine]:
    """These outlets with what is counted of them."""
    counted: dict[str, list[Any]] = defaultdict(list)
    relays = func.sum(case((Source.origin.is_not(None), 1), else_=0))
    for row in session.execute(
        select(Source.outlet, Source.grade, Source.language, func.count(), relays)
        .where(*known, Source.outlet.in_(names))
        .group_by(Source.outlet, Source.grade, Source.language)
    ):
        counted[row[0]].append(row)
    return {
        name: OutletLine(
            name,
            sum(row[3] for row in counted[name]),
            sum(row[4] for row in counted[name]),
            tuple(sorted({row[1] for row in counted[name] if row[1]})),
            tuple(sorted({row[2] for row in counted[name]})),
        )
        for name in names
    }


def _cited(
    session: ReadSession, negotiation: str, sources: Sequence[str], on: date, basis: Basis
) -> dict[str, list[Subject]]:
    """The first records that each of these reports is cited for."""
    if not sources:
        return {}
    first = func.min(Citation.ordinal)
    counted = (
        select(
            Citation.source,
            Citation.subject_type,
            Citation.subject,
            func.row_number().over(partition_by=Citation.source, order_by=first).label("place"),
        )
        .join(Source, in_source())
        .join(Record, cites())
        .where(
            Citation.negotiation == negotiation,
            Citation.source.in_(sources),
            published(Citation),
            counts_by(on, basis),
        )
        .group_by(Citation.source, Citation.subject_type, Citation.subject)
        .subquery()
    )
    found: dict[str, list[Subject]] = defaultdict(list)
    for source, kind, record in session.execute(
        select(counted.c.source, counted.c.subject_type, counted.c.subject)
        .where(counted.c.place <= RECORDS)
        .order_by(counted.c.source, counted.c.place)
    ):
        found[source].append((RecordType(kind), record))
    return found
