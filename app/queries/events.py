"""One event with everything that is known of it, and the demands that it overtook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.db import ReadSession
from app.domain.vocabulary import Basis, RecordType
from app.models import Demand, Record
from app.queries.negotiations import Cast, NegotiationHead
from app.queries.records import Sight, known_by
from app.queries.timeline import TimelineRow, record_page, rows_of
from app.queries.visibility import published

# More demands than these are never overtaken by one event.
MOST_OVERTAKEN = 100


@dataclass(frozen=True, slots=True)
class EventPage:
    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow
    overtaken: Sequence[TimelineRow]


def event_page(session: ReadSession, negotiation: str, event: str, on: date, basis: Basis) -> EventPage:
    """An event as of a day, or as of the day on which it became known. Raises NoSuchRecord."""
    found = record_page(session, negotiation, RecordType.EVENT, event, on, basis)
    overtaken = session.scalars(
        select(Record.id)
        .join(Demand, (Demand.negotiation == Record.negotiation) & (Demand.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            Demand.overtaken_by == event,
            published(Record),
            known_by(found.sight.on, basis),
        )
        .order_by(Record.last_day.desc(), Record.id)
        .limit(MOST_OVERTAKEN)
    ).all()
    subjects = [(RecordType.DEMAND, demand) for demand in overtaken]
    rows = rows_of(session, negotiation, found.cast, subjects, found.sight.on, basis)
    return EventPage(found.negotiation, found.cast, found.sight, found.row, rows)
