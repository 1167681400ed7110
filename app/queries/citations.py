"""Who says so: the citations of records, as known on a day, with what their speakers are to each holder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from app.db import ReadSession
from app.domain.attribution import speaker_words
from app.domain.dates import parse_edtf
from app.domain.redaction import WITHHELD
from app.domain.vocabulary import (
    Attribution,
    Basis,
    CitationRelation,
    RecordType,
    Setting,
    SourceKind,
    SourceStatus,
    Track,
)
from app.models import Citation, CitationAttribution, CitationSpeaker, Record, Redaction, Source
from app.models.joins import cites, in_source
from app.queries.visibility import published

Subject = tuple[RecordType, str]
# A day, and on which basis.
Clock = tuple[date, Basis]


@dataclass(frozen=True, slots=True)
class SourceHead:
    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str
    published_last: str
    language: str
    voice: str
    status: SourceStatus | None
    status_date: str | None
    author: str | None
    archive_url: str | None
    kind: SourceKind | None


@dataclass(frozen=True, slots=True)
class CitationLine:
    """One source's word for or against a record, as readers see it on the day of the view.

    ``retracted`` says that by then its outlet had retracted it: it supports nothing any more;
    ``is_withheld`` that its quote was blanked for somebody's safety (domain.md §7).
    """

    number: int
    subject: Subject
    source: SourceHead
    supports: bool
    retracted: bool
    quote: str | None
    translation: str | None
    speaker: str
    anonymous: bool
    setting: Setting | None
    stated: str | None
    stated_last: str | None
    sensitive: bool
    locator: str | None
    note: str | None
    speakers: tuple[str, ...] = ()
    attributions: Mapping[str, Attribution] = field(default_factory=dict)
    coded: Attribution | None = None
    is_withheld: bool = False

    def attribution(self, holder: str | None) -> Attribution:
        """Who speaks, seen from this holder; from none, as it was coded."""
        if holder is not None and holder in self.attributions:
            return self.attributions[holder]
        return self.coded or Attribution.THIRD_PARTY

    @property
    def counts(self) -> bool:
        return self.supports and not self.retracted


def counts_by(
    on: date,
    basis: Basis,
    *,
    citation: Any = Citation,
    source: Any = Source,
    record: Any = Record,
    possible: bool = False,
) -> ColumnElement[bool]:
    """Whether a citation, joined with its source and its record, is known on the day (domain.md §3).

    With ``possible``, also whether it may be with hindsight: where it is as old as its record, and that
    may be by then.
    """
    day = on.isoformat()
    if basis is not Basis.STATED:
        known: ColumnElement[bool] = source.published_last <= day
        return known
    if possible:
        return func.coalesce(citation.stated_last, record.first_day) <= day
    return func.coalesce(citation.stated_last, record.stated_by) <= day


def citations_of(
    session: ReadSession,
    negotiation: str,
    subjects: Iterable[Subject],
    on: date,
    basis: Basis,
    *,
    possible: bool = False,
) -> dict[Subject, list[CitationLine]]:
    """The citations of these records that are known on the day, in the order of entry."""
    wanted = set(subjects)
    if not wanted:
        return {}
    of_these = among(wanted, Citation.subject_type, Citation.subject)
    return _read(session, negotiation, of_these, on, basis, possible=possible)


def citations_on(
    session: ReadSession, negotiation: str, subjects: Iterable[Subject], days: Sequence[Clock]
) -> dict[Clock, dict[Subject, list[CitationLine]]]:
    """The same as of several days, or on several bases, read once."""
    wanted = set(subjects)
    if not wanted:
        return {clock: {} for clock in days}
    return _read_on(session, negotiation, among(wanted, Citation.subject_type, Citation.subject), days)


def among(subjects: Iterable[Subject], record_type: Any, record: Any) -> ColumnElement[bool]:
    """Whether the record named by these two columns is one of the subjects: one index seek for each."""
    pairs = sorted(set(subjects))
    # SQLite would scan for pairs alone, so its index is asked for the types and ids first.
    return and_(
        record_type.in_(sorted({kind for kind, _ in pairs})),
        record.in_([id_ for _, id_ in pairs]),
        tuple_(record_type, record).in_(pairs),
    )


def _read(
    session: ReadSession,
    negotiation: str,
    which: ColumnElement[bool],
    on: date,
    basis: Basis,
    *,
    possible: bool = False,
) -> dict[Subject, list[CitationLine]]:
    return _read_on(session, negotiation, which, [(on, basis)], possible=possible)[on, basis]


def _read_on(
    session: ReadSession,
    negotiation: str,
    which: ColumnElement[bool],
    days: Sequence[Clock],
    *,
    possible: bool = False,
) -> dict[Clock, dict[Subject, list[CitationLine]]]:
    counted = [counts_by(on, basis, possible=possible) for on, basis in days]
    rows = session.execute(
        select(
            Citation.number,
            Citation.subject_type,
            Citation.subject,
            Citation.relation,
            Citation.quote,
            Citation.translation,
            Citation.attributed_to,
            Citation.public_wording,
            Citation.anonymous,
            Citation.setting,
            Citation.stated,
            Citation.stated_last,
            Citation.sensitive,
            Citation.locator,
            Citation.note,
            Citation.attribution,
            Source.retracted_from,
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.published_last,
            Source.language,
            Source.voice,
            Source.status,
            Source.status_date,
            Source.author,
            Source.archive_url,
            Source.kind,
            *(known.label(f"known_{place}") for place, known in enumerate(counted)),
        )
        .join(Source, in_source())
        .join(Record, cites())
        .where(
            Citation.negotiation == negotiation,
            which,
            published(Citation),
            or_(*counted),
        )
        .order_by(Citation.ordinal, Citation.number)
    ).all()
    numbers = [row.number for row in rows]
    speakers = _speakers(session, negotiation, numbers)
    attributions = _attributions(session, negotiation, numbers)
    withheld = _withheld(session, negotiation, numbers)
    found: dict[Clock, dict[Subject, list[CitationLine]]] = {clock: defaultdict(list) for clock in days}
    for row in rows:
        number, kind, subject = row[0], row[1], row[2]
        source: Any = row[17 : -len(days)]
        head = SourceHead(*source)
        line = CitationLine(
            number=number,
            subject=(kind, subject),
            source=head,
            supports=row.relation is not CitationRelation.DENIES,
            retracted=False,
            quote=row.quote,
            translation=row.translation,
            speaker=speaker_words(row.attributed_to, row.public_wording, anonymous=bool(row.anonymous))
            or (WITHHELD if (number, "attributed_to") in withheld else ""),
            anonymous=bool(row.anonymous),
            setting=row.setting,
            stated=row.stated,
            stated_last=row.stated_last,
            sensitive=bool(row.sensitive),
            locator=row.locator,
            note=row.note,
            speakers=tuple(speakers.get(number, ())),
            attributions=attributions.get(number, {}),
            coded=row.attribution,
            is_withheld=row.quote is None and (number, "quote") in withheld,
        )
        for clock, known in zip(days, row[-len(days) :], strict=True):
            if known:
                found[clock][kind, subject].append(_line_on(line, row.retracted_from, clock[0]))
    return {clock: dict(lines) for clock, lines in found.items()}


def _line_on(line: CitationLine, retracted_from: str | None, on: date) -> CitationLine:
    """The citation without what its outlet did with the source only later."""
    source = _as_of(line.source, on)
    retracted = retracted_from is not None and retracted_from <= on.isoformat()
    if source is line.source and not retracted:
        return line
    return replace(line, source=source, retracted=retracted)


def _as_of(source: SourceHead, on: date) -> SourceHead:
    """The source without what its outlet did with it only later."""
    if source.status_date and parse_edtf(source.status_date).last > on:
        return replace(source, status=None, status_date=None)
    return source


def _speakers(session: ReadSession, negotiation: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    speakers: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(CitationSpeaker.citation, CitationSpeaker.actor)
        .where(CitationSpeaker.negotiation == negotiation, CitationSpeaker.citation.in_(numbers))
        .order_by(CitationSpeaker.citation, CitationSpeaker.ordinal)
    )
    for number, actor in rows:
        speakers[number].append(actor)
    return speakers


def _attributions(
    session: ReadSession, negotiation: str, numbers: Sequence[int]
) -> dict[int, dict[str, Attribution]]:
    attributions: dict[int, dict[str, Attribution]] = defaultdict(dict)
    rows = session.execute(
        select(
            CitationAttribution.citation, CitationAttribution.holder, CitationAttribution.attribution
        ).where(CitationAttribution.negotiation == negotiation, CitationAttribution.citation.in_(numbers))
    )
    for number, holder, attribution in rows:
        attributions[number][holder] = attribution
    return attributions


def _withheld(session: ReadSession, negotiation: str, numbers: Sequence[int]) -> set[tuple[int, str]]:
    """What of these citations was blanked for somebody's safety."""
    rows = session.execute(
        select(Redaction.record, Redaction.field).where(
            Redaction.negotiation == negotiation,
            Redaction.noun == "citation",
            Redaction.record.in_([str(number) for number in numbers]),
        )
    )
    return {(int(record), name) for record, name in rows}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a claim rests on, on the track on which it stands: who says so, and how many say it."""

    track: Track
    attribution: Attribution
    voice: CitationLine | None
    reports: int
    origins: int
    denials: tuple[CitationLine, ...]


def evidence(lines: Sequence[CitationLine], holder: str | None) -> Evidence:
    """The evidence for a claim of ``holder``: its own side's word if there is any, else all others'.

    The citation that speaks for it is the one said last, of these the first printed. Origins count
    once, however many reports repeat them (domain.md §2).
    """
    supporting = [line for line in lines if line.counts]
    own = [line for line in supporting if holder and line.attribution(holder) is Attribution.SELF]
    heard = own or supporting
    latest = max((line.stated_last or "" for line in heard), default="")
    said = [line for line in heard if (line.stated_last or "") == latest]
    first = min(said, key=lambda line: line.source.published_last, default=None)
    return Evidence(
        track=Track.OWN_SIDE if own else Track.OTHERS,
        attribution=first.attribution(holder) if first else Attribution.THIRD_PARTY,
        voice=first,
        reports=len({line.source.id for line in heard}),
        origins=len({line.source.voice for line in heard}),
        denials=tuple(line for line in lines if not line.supports and not line.retracted),
    )
