"""The published changes of a negotiation, the newest first: what a feed tells of (domain.md §7, §8).

A change is told with the record as it stands now, never with what it was changed from: so no word comes back
that was corrected, taken down or blanked since. Who made it is nobody's business but the desk's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import Basis, RecordType, ReviewStatus, SourceStatus
from app.forms.filters import TimelineFilters
from app.models import (
    Citation,
    Link,
    Negotiation,
    Record,
    RecordActor,
    RecordIssue,
    Redirect,
    Revision,
    Source,
)
from app.queries.negotiations import Cast, NegotiationHead, negotiation_head
from app.queries.records import known_by
from app.queries.timeline import TimelineRow, is_selected, rows_of
from app.queries.visibility import NoSuchRecord

PAGE = 50
# One page looks through so many revisions at a time, and so often at most, whatever lies between those that
# it shows: after an import of many records all of their citations come first, each told with its record.
WINDOW, WINDOWS = 20_000, 10

# Revisions that take something from readers: what counts is whether it was public before.
_TAKING = ("retract", "remove", "merge")
# Revisions that readers see nothing of: steps at the desk, and what only goes with another one.
_UNSEEN = ("submit", "return", "discard", "withhold", "reorder")


class Stands(StrEnum):
    """What has become of the record, or of the report of it, that was changed."""

    HERE = "here"
    MERGED = "merged"
    TAKEN_DOWN = "taken_down"
    REPORT_TAKEN_DOWN = "report_taken_down"


@dataclass(frozen=True, slots=True)
class ReportNow:
    """A report as it stands now, where it was itself changed: our mistake mended, or its outlet's doing."""

    id: str
    outlet: str
    published: str
    status: SourceStatus | None
    status_date: str | None


@dataclass(frozen=True, slots=True)
class PublishedChange:
    """One change. ``day`` is when it was made: readers are told the day, not the hour (domain.md §8).

    ``noun`` is what was changed; ``type`` and ``id`` are of the record, also where a citation or a link of it
    was; ``row`` is the record as it stands now, for a merged one that which it was merged into, or None where
    it was taken down. A change of a report has ``report`` instead. ``seal`` tells the change from every other
    one anywhere.
    """

    number: int
    day: date
    seal: str
    action: str
    noun: str
    type: RecordType | None
    id: str
    stands: Stands
    row: TimelineRow | None
    report: ReportNow | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """``older`` is the number behind which the next page begins; ``seal`` is that of the whole chain."""

    negotiation: NegotiationHead
    changes: Sequence[PublishedChange]
    older: int | None
    day: date | None
    seal: str


def feed_page(
    session: ReadSession,
    negotiation: str,
    cast_: Cast,
    filters: TimelineFilters,
    on: date,
    basis: Basis,
    before: int | None = None,
    *,
    window: int = WINDOW,
) -> FeedPage:
    """The changes of the records that the filters select, as known by a day. Raises NoSuchRecord.

    Where so many windows hold too few of them, the page is short, and the next one goes on from there.
    """
    head = negotiation_head(session, negotiation)
    newest, first_day, seal = _chain(session, negotiation)
    below = min(before or newest + 1, newest + 1)
    rows: list[Any] = []
    low = below
    wanted = _changes(session, negotiation, cast_, filters, on, basis)
    for _ in range(WINDOWS):
        high, low = low, max(low - window, 1)
        within = wanted.where(Revision.number < high, Revision.number >= low)
        rows += session.execute(within.limit(PAGE + 1 - len(rows))).all()
        if len(rows) > PAGE or low == 1:
            break
    shown = rows[:PAGE]
    keys = [(RecordType(row[5]), row[7]) for row in shown if row[8] is ReviewStatus.PUBLISHED]
    lines = {
        line.record.subject: line
        for line in rows_of(session, negotiation, cast_, list(dict.fromkeys(keys)), on, basis)
    }
    changes = []
    for number, at, hash_, action, noun, type_, original, id_, status, of_citation, *source in shown:
        row = lines.get((RecordType(type_), id_)) if status is ReviewStatus.PUBLISHED else None
        report = ReportNow(*source) if noun == "source" else None
        stands = Stands.HERE
        if row is None and report is None:
            stands = Stands.TAKEN_DOWN
        elif noun == "citation" and of_citation is not ReviewStatus.PUBLISHED:
            stands = Stands.REPORT_TAKEN_DOWN
        elif original != id_:
            stands = Stands.MERGED
        day = at.astimezone(UTC).date()
        changes.append(
            PublishedChange(
                number,
                day,
                hash_[:16],
                action,
                noun,
                RecordType(type_) if type_ else None,
                original,
                stands,
                row,
                report,
            )
        )
    older = None
    if len(rows) > PAGE:
        older = changes[-1].number
    elif low > 1:
        older = low
    return FeedPage(head, changes, older, changes[0].day if changes else first_day, seal)


def _changes(
    session: ReadSession, negotiation: str, cast_: Cast, filters: TimelineFilters, on: date, basis: Basis
) -> Select[*tuple[Any, ...]]:
    """The revisions that are told, the newest first, with the record that each is about as it stands now."""
    record = _RecordOf()
    return (
        select(
            Revision.number,
            Revision.recorded_at,
            Revision.hash,
            Revision.action,
            Revision.noun,
            record.type,
            record.original,
            record.id,
            Record.review_status,
            Citation.review_status,
            Source.id,
            Source.outlet,
            Source.published,
            Source.status,
            Source.status_date,
        )
        .select_from(Revision)
        .outerjoin(Citation, record.is_citation)
        .outerjoin(Link, record.is_link)
        .outerjoin(Redirect, record.is_redirected)
        .outerjoin(Record, record.is_record)
        .outerjoin(Source, record.is_source)
        .where(
            Revision.negotiation == negotiation,
            _was_published(record),
            or_(
                and_(
                    record.type.is_not(None),
                    ~_came_along(record),
                    or_(
                        is_selected(session, negotiation, cast_, filters, on, basis),
                        _was_taken_down(filters, on, basis),
                    ),
                ),
                _is_of_report(filters),
            ),
        )
        .order_by(Revision.number.desc())
    )


def _chain(session: ReadSession, negotiation: str) -> tuple[int, date | None, str]:
    """The number of its newest revision; the day and the hash of the first, which tells this chain apart."""
    found = session.execute(
        select(Negotiation.last_revision, Revision.recorded_at, Revision.hash)
        .outerjoin(Revision, and_(Revision.negotiation == Negotiation.id, Revision.number == 1))
        .where(Negotiation.id == negotiation)
    ).first()
    if found is None:
        raise NoSuchRecord(negotiation)
    number, at, hash_ = found
    return number, at.astimezone(UTC).date() if at else None, (hash_ or "")[:16]


class _RecordOf:
    """The record that a revision is about: its own, that of a citation or from which a link leads, or the one
    it was merged into.
    """

    def __init__(self) -> None:
        of_citation, of_link = Revision.noun == "citation", Revision.noun == "link"
        number = cast(case((or_(of_citation, of_link), Revision.record)), Integer)
        self.is_citation: ColumnElement[bool] = and_(
            of_citation, Citation.negotiation == Revision.negotiation, Citation.number == number
        )
        self.is_link: ColumnElement[bool] = and_(
            of_link, Link.negotiation == Revision.negotiation, Link.number == number
        )
        # An expression, so that the window of numbers is what the index is asked for.
        self.type: ColumnElement[Any] = case(
            (of_citation, type_coerce(Citation.subject_type, String)),
            (and_(of_link, Link.number.is_not(None)), RecordType.DEMAND.value),
            (Revision.noun.in_([type_.value for type_ in RecordType]), Revision.noun),
        )
        self.original: ColumnElement[Any] = case(
            (of_citation, Citation.subject), (of_link, Link.from_demand), else_=Revision.record
        )
        self.is_redirected: ColumnElement[bool] = and_(
            Redirect.negotiation == Revision.negotiation,
            Redirect.noun == func.coalesce(self.type, Revision.noun),
            Redirect.record == self.original,
        )
        self.id: ColumnElement[Any] = func.coalesce(Redirect.into, self.original)
        self.is_record: ColumnElement[bool] = and_(
            Record.negotiation == Revision.negotiation,
            type_coerce(Record.type, String) == self.type,
            Record.id == self.id,
        )
        self.is_source: ColumnElement[bool] = and_(
            Revision.noun == "source", Source.negotiation == Revision.negotiation, Source.id == self.id
        )


def _was_published(record: _RecordOf) -> ColumnElement[bool]:
    """Whether readers saw something of a change: what a revision has of an entry says how far it had come."""
    taking = Revision.action.in_(_TAKING)
    return or_(
        and_(Revision.action == "redact", _could_be_read(record)),
        and_(taking, _is_public(Revision.before)),
        and_(~taking, Revision.action.not_in((*_UNSEEN, "redact")), _is_public(Revision.after)),
    )


def _is_public(side: Any) -> ColumnElement[bool]:
    """Whether what a revision has before or after it was public; of a link it never says otherwise."""
    return and_(side.is_not(None), ~side.contains('"review":', autoescape=True))


def _could_be_read(record: _RecordOf) -> ColumnElement[bool]:
    """Whether what was blanked had been public: the revision itself says nothing, those before it do.

    A report or a link had been only where its record had been, too.
    """
    of_report = Revision.noun == "source"
    return and_(
        _had_been_public(Revision.noun, Revision.record),
        or_(of_report, _had_been_public(record.type, record.original)),
    )


def _had_been_public(noun: Any, record: Any) -> ColumnElement[bool]:
    earlier = aliased(Revision)
    return exists(
        select(1).where(
            earlier.negotiation == Revision.negotiation,
            earlier.noun == noun,
            earlier.record == record,
            earlier.number < Revision.number,
            earlier.action.not_in((*_UNSEEN, "redact")),
            _is_public(earlier.after),
        )
    )


def _came_along(record: _RecordOf) -> ColumnElement[bool]:
    """Whether a report or a link was changed together with its record, so that one of the two says it all."""
    sibling = aliased(Revision)
    together = exists(
        select(1).where(
            sibling.negotiation == Revision.negotiation,
            sibling.noun == record.type,
            sibling.record == record.original,
            sibling.recorded_at == Revision.recorded_at,
            sibling.action == Revision.action,
        )
    )
    return and_(Revision.noun.in_(("citation", "link")), together)


def _is_of_report(filters: TimelineFilters) -> ColumnElement[bool]:
    """A public report that was itself changed, of the whole negotiation: that it came in, its records say."""
    if filters.chosen:
        return false()
    came_in = Revision.action.in_(("create", "publish"))
    return and_(Revision.noun == "source", ~came_in, Source.review_status == ReviewStatus.PUBLISHED)


def _was_taken_down(filters: TimelineFilters, on: date, basis: Basis) -> ColumnElement[bool]:
    """A record that was public and is no more. Filters that would tell something of its text find none."""
    if set(filters.chosen) - {"type", "issue", "actor"}:
        return false()
    gone: ColumnElement[bool] = and_(Record.review_status == ReviewStatus.RETRACTED, known_by(on, basis))
    if filters.type:
        gone = and_(gone, Record.type == filters.type)
    for model, name, wanted in (
        (RecordIssue, "issue", filters.issue),
        (RecordActor, "actor", filters.actor),
    ):
        if wanted:
            gone = and_(
                gone,
                exists(
                    select(1).where(
                        model.negotiation == Record.negotiation,
                        model.type == Record.type,
                        model.record == Record.id,
                        getattr(model, name) == wanted,
                    )
                ),
            )
    return gone
