"""Parallel histories as rows of a table: under their months, what has one date beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.vocabulary import RecordType
from app.queries.timeline import TimelineRow
from app.web.log import by_month

# So many events in a row are read at once; more are folded.
MOST_OPEN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """What has one date; or, where ``dated`` is none, events of several dates between two records."""

    dated: str | None
    rows: Sequence[TimelineRow]

    def of(self, party: str) -> list[TimelineRow]:
        """What stands in the column of a party: what it holds, and what is remarked about it."""
        return [row for row in self.rows if row.record.type in _TOLD and party in row.actors]

    def between(self, parties: Sequence[str]) -> list[TimelineRow]:
        """What stands between the columns: remarks about nobody shown."""
        return [
            row
            for row in self.rows
            if row.record.type is RecordType.REMARK and not set(parties) & set(row.actors)
        ]

    @property
    def proposals(self) -> list[TimelineRow]:
        return [row for row in self.rows if row.record.type is RecordType.PROPOSAL]

    @property
    def events(self) -> list[TimelineRow]:
        return [row for row in self.rows if row.record.type is RecordType.EVENT]

    @property
    def is_folded(self) -> bool:
        return self.dated is None and len(self.rows) > MOST_OPEN


_TOLD = (RecordType.DEMAND, RecordType.REMARK)


@dataclass(frozen=True, slots=True)
class Month:
    name: str
    rows: Sequence[Row]


def months_of(rows: Sequence[TimelineRow]) -> list[Month]:
    """The rows under their months; days with nothing but events come together."""
    months = []
    for month in by_month(rows):
        found: list[Row] = []
        for day in month.days:
            only_events = all(row.record.type is RecordType.EVENT for row in day.rows)
            if only_events and found and _is_of_events(found[-1]):
                found[-1] = Row(None, [*found[-1].rows, *day.rows])
            else:
                found.append(Row(day.dated, day.rows))
        months.append(Month(month.name, found))
    return months


def _is_of_events(row: Row) -> bool:
    return all(one.record.type is RecordType.EVENT for one in row.rows)
