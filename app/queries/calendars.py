"""The days of a negotiation that belong on a calendar: rounds of talks, and deadlines that somebody set.

Of the kinds of events only *talks round* is taken: a round is something that people prepare for and travel
to, and it may be announced. Military, diplomatic, humanitarian and political events are context, told when
they are over; a calendar of strikes and votes would be a chronicle, and that is the time line. A deadline is
taken from demands, where a record has one: a claim of whoever set it, told with its track (domain.md §2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from sqlalchemy import and_, func, or_, select

from app.db import ReadSession
from app.domain.vocabulary import Basis, EventKind, RecordType
from app.models import Demand, Record, Revision
from app.queries.citations import Subject
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import known_by
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import published

# A calendar is fetched whole, again and again: of more days than these it has the latest.
MOST = 500


@dataclass(frozen=True, slots=True)
class Dated:
    """A record with a day for the calendar. ``revised`` is the day of its newest published change,
    ``revisions`` how many it had since it was published.
    """

    row: TimelineRow
    revised: date
    revisions: int


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
    """The rounds and the deadlines known by a day. Raises NoSuchRecord.

    Revisions are read from the ``live`` database, up to the one ``through`` which the records are read.
    """
    head, cast = negotiation_head(session, negotiation), cast_of(session, negotiation)
    keys = [
        (type_, id_)
        for type_, id_ in session.execute(
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
            .order_by(Record.last_day.desc(), Record.id)
            .limit(MOST)
        )
    ]
    rows = rows_of(session, negotiation, cast, keys, on, basis)
    revised = _revised(live, negotiation, keys, through)
    found = [Dated(row, *revised[row.record.subject]) for row in rows if row.record.subject in revised]
    return CalendarPage(
        head,
        cast,
        [one for one in found if one.row.record.type is RecordType.EVENT],
        [one for one in found if one.row.record.type is RecordType.DEMAND],
    )


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
