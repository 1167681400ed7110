"""Rows of the time line under the months and dates by which they are read."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.dates import parse_edtf
from app.queries.timeline import TimelineRow


@dataclass(frozen=True, slots=True)
class Day:
    """Records that have the same date, as it is known."""

    dated: str
    rows: list[TimelineRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or the longer time in which a record falls whose month is not known."""

    name: str
    days: list[Day] = field(default_factory=list)


def by_month(rows: Sequence[TimelineRow]) -> list[Month]:
    """The rows under their months and dates, in their order; never under a month that is not known."""
    months: list[Month] = []
    for row in rows:
        record = row.record
        dated = parse_edtf(record.dated)
        name = record.dated
        if dated.first.isoformat()[:7] == dated.last.isoformat()[:7]:
            name = record.last_day[:7]
        if not months or months[-1].name != name:
            months.append(Month(name))
        days = months[-1].days
        if not days or days[-1].dated != record.dated:
            days.append(Day(record.dated))
        days[-1].rows.append(row)
    return months
