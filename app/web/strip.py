"""The strip of days on which something changed: bars, months and neighbours of the day in view."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

WIDTH, BASELINE, UNIT, TALLEST = 960.0, 32, 5, 30
# Below this a bar would be thinner than a screen can draw.
THINNEST, WIDEST = 0.7, 4.0
LABEL_EVERY = 26.0


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: int
    height: int
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the strip: where its link leads, and the bars of its days."""

    name: str
    x: float
    width: float
    last_day: str
    days: int
    late: bool
    bars: Sequence[Bar]
    label: str
    is_year: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """``previous`` and ``next`` are the neighbouring days on which something changed.

    ``month_span`` is from the end of the month before to that of the month in view, ``since_previous`` from
    the change day before to the day in view: what leads to the changes between them.
    """

    months: Sequence[Month]
    bar_width: float
    marker: float | None
    previous: str | None
    next: str | None
    days_of_month: Sequence[str]
    first: str | None
    last: str | None
    month_span: Mapping[str, str] = field(default_factory=dict)
    since_previous: Mapping[str, str] = field(default_factory=dict)


def strip(days: Sequence[tuple[str, int]], on: date) -> Strip:
    """Lay out the strip: one bar a day, its height the number of cells that change, up to a limit."""
    if not days:
        return Strip([], 0, None, None, None, [], None, None)
    names = [day for day, _ in days]
    at = on.isoformat()
    start = date.fromisoformat(names[0]).replace(day=1)
    end = _next_month(date.fromisoformat(names[-1]))
    per_day = WIDTH / (end - start).days
    months = []
    month = start
    labelled = -LABEL_EVERY
    while month < end:
        following = _next_month(month)
        x = (month - start).days * per_day
        low, high = bisect_left(names, month.isoformat()), bisect_left(names, following.isoformat())
        bars = []
        for day, cells in days[low:high]:
            height = min(UNIT * cells, TALLEST)
            day_x = (date.fromisoformat(day) - start).days * per_day
            bars.append(Bar(round(day_x, 1), BASELINE - height, height, day > at))
        is_year = month.month == 1 or month == start
        label = ""
        if x - labelled >= (LABEL_EVERY / 2 if is_year else LABEL_EVERY):
            label, labelled = (str(month.year) if is_year else month.strftime("%b")[0]), x
        last = names[high - 1] if high > low else ""
        months.append(
            Month(
                month.isoformat()[:7],
                round(x, 1),
                round((following - month).days * per_day, 1),
                last,
                high - low,
                month.isoformat() > at,
                bars,
                label,
                is_year,
            )
        )
        month = following
    before, after = bisect_left(names, at), bisect_right(names, at)
    return Strip(
        months,
        round(min(max(per_day * 1.5, THINNEST), WIDEST), 2),
        round((on - start).days * per_day, 1) if start <= on < end else None,
        names[before - 1] if before else None,
        names[after] if after < len(names) else None,
        [name for name in names if name[:7] == at[:7]],
        names[0],
        names[-1],
        _span(on.replace(day=1) - timedelta(days=1), _next_month(on) - timedelta(days=1))
        if date.min < on.replace(day=1) and on.year < date.max.year
        else {},
        {"from": names[before - 1], "to": at} if before else {},
    )


def _span(start: date, end: date) -> dict[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat()}


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
