"""The days of a negotiation that belong on a calendar: rounds of talks, and deadlines that somebody set.

Of the kinds of events only *talks round* is taken: a round is something that people prepare for and travel
to, and it may be announced. Military, diplomatic, humanitarian and political events are context, told when
they are over; a calendar of strikes and votes would be a chronicle, and that is the time line. A deadline is
taken from demands, where a record has one: a claim of whoever set it, told with its track (domain.md §2), and
only while the demand stands: nobody waits for a deadline that was dropped or replaced (domain.md §4).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from app.db import ReadSession
from app.domain.position import Fate, fates, still_stands
from app.domain.vocabulary import Basis, EventKind, RecordType
from app.models import Demand, Record, Revision
from app.models.loading import load_deciding
from app.queries.citations import Subject
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import known_by, known_of
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import published

# A calendar is fetched whole, again and again: of more days than these it has those to come, the nearest
# first, and then the latest. So many are looked at for those, as some deadlines stand no more.
MOST, LOOKED_AT = 500, 1000


@dataclass(frozen=True, slots=True)
class Dated:
    """A record with a day for the calendar. ``revised`` is the day of its newest published change,
    ``revisions`` how many it had since it was published; ``overtaken`` says that an event overtook it.
    """

    row: TimelineRow
    revised: date
    revisions: int
    overtaken: bool


@dataclass(frozen=True, slots=True)
class CalendarPage:
    negotiation: NegotiationHead
    cast: Cast
    rounds: Sequence[Dated]
    deadlines: Sequence[Dated]


def calendar_page(
    session: ReadSession,
    live: ReadSession,
    negotiation: str,
    on: date,
    basis: Basis,
    through: int | None = None,
) -> CalendarPage:
    """The rounds known by a day, and the deadlines that stand on it. Raises NoSuchRecord.

    Revisions are read from the ``live`` database, up to the one ``through`` which the records are read.
    """
    head, cast = negotiation_head(session, negotiation), cast_of(session, negotiation)
    keys = _standing(session, negotiation, cast, _nearest(session, negotiation, on, basis), on, basis)[:MOST]
    rows = rows_of(session, negotiation, cast, keys, on, basis)
    moot = _overtaking(session, negotiation, cast, rows, on, basis)
    revised = _revised(live, negotiation, keys, through)
    found = [
        Dated(row, *revised[row.record.subject], row.record.overtaken_by in moot)
        for row in rows
        if row.record.subject in revised
    ]
    return CalendarPage(
        head,
        cast,
        [one for one in found if one.row.record.type is RecordType.EVENT],
        [one for one in found if one.row.record.type is RecordType.DEMAND],
    )


def _nearest(session: ReadSession, negotiation: str, on: date, basis: Basis) -> list[Subject]:
    """The rounds and the deadlines known by a day: those to come, the nearest first, then the latest."""
    ends = _last_day(func.coalesce(Demand.deadline, Record.dated))
    to_come = ends >= on.isoformat()
    wanted = (
        select(Record.type, Record.id)
        .outerjoin(
            Demand,
            and_(
                Record.type == RecordType.DEMAND,
                Demand.negotiation == Record.negotiation,
                Demand.id == Record.id,
            ),
        )
        .where(
            Record.negotiation == negotiation,
            or_(
                and_(Record.type == RecordType.EVENT, Record.kind == EventKind.TALKS_ROUND),
                and_(Record.type == RecordType.DEMAND, Demand.deadline.is_not(None)),
            ),
            published(Record),
            known_by(on, basis),
        )
        .order_by(case((to_come, 0), else_=1), case((to_come, ends)), ends.desc(), Record.id)
        .limit(LOOKED_AT)
    )
    return [(kind, record) for kind, record in session.execute(wanted)]


def _last_day(dated: Any) -> ColumnElement[str]:
    """The last day that a date may mean, as far as its order goes: no day of a month is behind its 99th."""
    words = func.replace(dated, "~", "")
    # A span is told by where it is parted: behind a year, a month, or a day (domain.md §3).
    parted = [(func.substr(words, at, 1) == "/", func.substr(words, at + 1)) for at in (5, 8, 11)]
    last = case(*parted, else_=words)
    return last.concat(func.substr("9999-99-99", func.length(last) + 1))


def _standing(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    keys: Sequence[Subject],
    on: date,
    basis: Basis,
) -> list[Subject]:
    """The rounds, and of the deadlines those whose demand stands on the day in any of its cells."""
    demands = {id_ for kind, id_ in keys if kind is RecordType.DEMAND}
    records = load_deciding(session, negotiation, demands, (), cast.roster())
    known = [demand for id_ in demands if (demand := records.demand.get(id_))]
    found: dict[Subject, list[Fate]] = defaultdict(list)
    for holder, issue in sorted({(h, i) for demand in known for h in demand.holders for i in demand.issues}):
        for key, fate in fates(records, holder, issue, on, basis).items():
            found[key].append(fate)
    return [key for key in keys if key[0] is RecordType.EVENT or still_stands(found[key])]


def _overtaking(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    rows: Sequence[TimelineRow],
    on: date,
    basis: Basis,
) -> set[str | None]:
    """The events that overtook any of these demands, as far as they are known by the day and supported."""
    events = {(RecordType.EVENT, row.record.overtaken_by) for row in rows if row.record.overtaken_by}
    known = known_of(session, negotiation, events, on, basis)
    return {
        row.record.id
        for row in rows_of(session, negotiation, cast, sorted(known), on, basis)
        if row.evidence.reports
    }


def _revised(
    live: ReadSession, negotiation: str, keys: Sequence[Subject], through: int | None
) -> Mapping[Subject, tuple[date, int]]:
    """For each record the day of its newest published change, and how many came after the first."""
    if not keys:
        return {}
    of_these = [
        and_(Revision.noun == type_.value, Revision.record.in_([id_ for kind, id_ in keys if kind is type_]))
        for type_ in dict.fromkeys(type_ for type_, _ in keys)
    ]
    wanted = (
        select(Revision.noun, Revision.record, func.max(Revision.recorded_at), func.count())
        .where(
            Revision.negotiation == negotiation,
            or_(*of_these),
            or_(Revision.after.is_(None), ~Revision.after.contains('"review":', autoescape=True)),
        )
        .group_by(Revision.noun, Revision.record)
    )
    if through is not None:
        wanted = wanted.where(Revision.number <= through)
    return {
        (RecordType(noun), record): (at.astimezone(UTC).date(), count - 1)
        for noun, record, at, count in live.execute(wanted)
    }
