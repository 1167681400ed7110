"""The reports of a negotiation by date, each origin with all that relay it (domain.md §2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.db import ReadSession
from app.domain.search import fold
from app.domain.vocabulary import Basis, SourceStatus
from app.forms.filters import SourceCursor, SourceFilters
from app.models import Source
from app.models.loading import is_one_of
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.reports import FULL, Bears, SourceFull, as_of, bearings, is_printed
from app.queries.visibility import published

# Origins on a page, and the reports that are listed of one; the others are a link away.
PAGE, MEMBERS = 40, 8
# So many outlets are offered to choose from; every other one can be typed.
MOST_OUTLETS = 200


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """The reports of one voice that the filters select, the origin first, then the earliest.

    ``count`` is how many are selected, ``all`` how many are known by the day; ``origin`` names the report
    where the relays end when that is no report here.
    """

    voice: str
    reports: Sequence[SourceFull]
    count: int
    all: int
    origin: str | None

    @property
    def first(self) -> SourceFull:
        """The earliest of the reports that are listed."""
        return min(self.reports, key=lambda report: report.published_last)


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """``reports`` and ``origins`` are all that the filters select; behind ``older`` the next page begins."""

    negotiation: NegotiationHead
    groups: Sequence[OriginGroup]
    reports: int
    origins: int
    bears: Mapping[str, Bears]
    outlets: Sequence[str]
    languages: Sequence[str]
    older: SourceCursor | None = None


def sources_page(
    session: ReadSession, negotiation: str, filters: SourceFilters, on: date, basis: Basis
) -> SourcesPage:
    """The reports that are known by a day and that the filters select. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    outlets, languages = _choices(session, negotiation, on, basis)
    if filters.faults:
        return SourcesPage(head, (), 0, 0, {}, outlets, languages)
    wanted = selected_sources(session, negotiation, filters, on, basis)
    first = func.min(Source.published_last)
    groups = select(Source.voice, func.count(), first).where(*wanted).group_by(Source.voice)
    if place := filters.after:
        groups = groups.having(
            or_(first < place.day, and_(first == place.day, Source.voice > place.voice)),
        )
    found = session.execute(groups.order_by(first.desc(), Source.voice).limit(PAGE + 1)).all()
    shown: Any = found[:PAGE]
    voices = [voice for voice, _, _ in shown]
    reports = _reports(session, wanted, voices, on)
    totals: Any = session.execute(
        select(Source.voice, func.count())
        .where(
            Source.negotiation == negotiation,
            Source.voice.in_(voices),
            published(Source),
            is_printed(on, basis),
        )
        .group_by(Source.voice)
    )
    of_voice = dict(totals.all())
    recorded = set(
        session.scalars(
            select(Source.id).where(
                Source.negotiation == negotiation, Source.id.in_(voices), published(Source)
            )
        )
    )
    every = session.execute(select(func.count(), func.count(Source.voice.distinct())).where(*wanted)).one()
    lines = [
        OriginGroup(
            voice, reports[voice], count, of_voice[voice], _unrecorded(voice, reports[voice], recorded)
        )
        for voice, count, _ in shown
    ]
    older = SourceCursor(shown[-1][2], shown[-1][0]) if len(found) > PAGE else None
    ids = [report.id for line in lines for report in line.reports]
    bears = bearings(session, negotiation, ids, on, basis)
    return SourcesPage(head, lines, every[0], every[1], bears, outlets, languages, older)


def _unrecorded(voice: str, reports: Sequence[SourceFull], recorded: Collection[str]) -> str | None:
    """The name of the report where the relays end; None where it is a report here."""
    return voice if voice not in recorded and any(report.origin == voice for report in reports) else None


def _reports(
    session: ReadSession, wanted: Sequence[ColumnElement[bool]], voices: Sequence[str], on: date
) -> dict[str, list[SourceFull]]:
    """The first few reports of each voice that are selected: the origin, then the earliest."""
    place = (
        func.row_number()
        .over(
            partition_by=Source.voice,
            order_by=(case((Source.id == Source.voice, 0), else_=1), Source.published_last, Source.ordinal),
        )
        .label("place")
    )
    ranked = select(*FULL, place).where(*wanted, Source.voice.in_(voices)).subquery()
    rows: Any = session.execute(
        select(*[column for column in ranked.c if column.name != "place"])
        .where(ranked.c.place <= MEMBERS)
        .order_by(ranked.c.voice, ranked.c.place)
    )
    found: dict[str, list[SourceFull]] = {voice: [] for voice in voices}
    for row in rows:
        report = as_of(SourceFull(*row), on)
        found[report.voice].append(report)
    return found


def selected_sources(
    session: ReadSession, negotiation: str, filters: SourceFilters, on: date, basis: Basis
) -> list[ColumnElement[bool]]:
    """What a report must be to be known by the day and selected by the filters."""
    wanted = [Source.negotiation == negotiation, published(Source), is_printed(on, basis)]
    if filters.outlet:
        wanted.append(Source.outlet == filters.outlet)
    if filters.language:
        wanted.append(Source.language == filters.language)
    if filters.relays is not None:
        wanted.append(Source.origin.is_not(None) if filters.relays else Source.origin.is_(None))
    if filters.status:
        wanted.append(is_one_of(session, Source.id, _with_status(session, wanted, filters.status, on)))
    if filters.q:
        wanted.append(is_one_of(session, Source.id, _with_words(session, wanted, filters.q)))
    return wanted


def _with_status(
    session: ReadSession, wanted: Sequence[ColumnElement[bool]], status: SourceStatus, on: date
) -> Collection[str]:
    """The reports with which their outlet had done this by the day; *live* is what it has left as it was."""
    rows: Any = session.execute(select(*FULL).where(*wanted, Source.status.is_not(None)))
    by_then = {report.id: report.status for row in rows if (report := as_of(SourceFull(*row), on))}
    if status is not SourceStatus.LIVE:
        return {source for source, found in by_then.items() if found is status}
    changed = {source for source, found in by_then.items() if found not in (None, SourceStatus.LIVE)}
    return set(session.scalars(select(Source.id).where(*wanted))) - changed


def _with_words(session: ReadSession, wanted: Sequence[ColumnElement[bool]], words: str) -> Collection[str]:
    """The reports in whose title these words stand, in any case and with or without accents."""
    rows = session.execute(select(Source.id, Source.title).where(*wanted, Source.title.is_not(None)))
    return {source for source, title in rows if words in fold(title or "")}


def _choices(session: ReadSession, negotiation: str, on: date, basis: Basis) -> tuple[list[str], list[str]]:
    """Of what is known by the day, the outlets with most reports and all languages; to choose from."""
    of_it = (Source.negotiation == negotiation, published(Source), is_printed(on, basis))
    often = (
        select(Source.outlet)
        .where(*of_it)
        .group_by(Source.outlet)
        .order_by(func.count().desc(), Source.outlet)
        .limit(MOST_OUTLETS)
    )
    languages = select(Source.language).where(*of_it).distinct().order_by(Source.language)
    return sorted(session.scalars(often)), list(session.scalars(languages))
