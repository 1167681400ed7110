"""Charts of an issue as shapes on a page: where each line, band and mark stands. Nothing is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10
from textwrap import wrap

from app.queries.charts import Charts, Drawn, Figures
from app.queries.negotiations import ActorHead, Cast
from app.web.days import day_words

Line = tuple[float, float, float, float]
# The chart of a scale: the labels of its rungs, then the time, then the names at the lines' ends.
WIDTH, LEFT, RIGHT = 1200.0, 244.0, 1056.0
STEP = 52.0
# The chart of a unit; two stand beside each other.
SMALL_WIDTH, SMALL_HEIGHT, SMALL_LEFT, SMALL_RIGHT = 600.0, 190.0, 64.0, 588.0
SMALL_TOP, SMALL_BASE = 14.0, 162.0
# How far the marks of two holders are kept apart where they say the same.
APART = 6.0
# Participants keep their shape and colour whoever stands beside them.
SHAPES = 6
_PATHS = (
    "M{x} {y}m-4.5-4.5h9v9h-9z",
    "M{x} {y}m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    "M{x} {y}m0-6l5.8 10h-11.6z",
    "M{x} {y}m0 6l5.8-10h-11.6z",
    "M{x} {y}m-2-5.5h4v3.5h3.5v4h-3.5v3.5h-4v-3.5h-3.5v-4h3.5z",
    "M{x} {y}m0-6l5.7 4.1-2.2 6.7h-7l-2.2-6.7z",
)
DIAMOND = "M{x} {y}m0-8l8 8-8 8-8-8z"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One mark as it is drawn, all of it one link. ``stop`` is where its line was taken down."""

    drawn: Drawn
    css: str
    lines: Sequence[Line] = ()
    band: Line | None = None
    joins: Sequence[Line] = ()
    spans: Sequence[Line] = ()
    shapes: Sequence[str] = ()
    diamonds: Sequence[str] = ()
    arrows: Sequence[str] = ()
    stop: Line | None = None
    crosses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    number: int
    y: float
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a proposal above the chart, with the stem down to its lowest diamond."""

    number: int
    x: float
    y: float
    end: float


@dataclass(frozen=True, slots=True)
class Name:
    lines: Sequence[str]
    css: str
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its frame, the months under it, and its glyphs; ``ticks`` are values or rungs."""

    width: float
    height: float
    left: float
    right: float
    top: float
    base: float
    months: Sequence[tuple[float, str]]
    glyphs: Sequence[Glyph]
    rungs: Sequence[Rung] = ()
    ticks: Sequence[tuple[float, str]] = ()
    numbers: Sequence[Number] = ()
    names: Sequence[Name] = ()


def party_class(cast: Cast, actor: str) -> str:
    """The class of a participant’s shape and colour: by its place in the negotiation."""
    order = [one.id for one in cast.participants()]
    return f"p{order.index(actor) % SHAPES + 1}" if actor in order else f"p{SHAPES}"


def shape(css: str, x: float, y: float) -> str:
    """The path of a participant’s shape around a point."""
    return _PATHS[int(css[1]) - 1].format(x=round(x, 1), y=round(y, 1))


class _Time:
    """Days as places from left to right."""

    def __init__(self, chart: Charts, left: float, right: float) -> None:
        self.since, self.until, self.left, self.right = chart.since, chart.until, left, right
        self.per_day = (right - left) / max(1, (chart.until - chart.since).days)

    def x(self, day: date) -> float:
        x = self.left + (day - self.since).days * self.per_day
        return round(min(max(x, self.left), self.right), 1)

    def is_inside(self, day: date) -> bool:
        return self.since <= day <= self.until

    def months(self, room: float) -> list[tuple[float, str]]:
        """The first days of months, labelled as often as there is room; the year where it turns."""
        firsts = []
        day = self.since.replace(day=1)
        while day <= self.until:
            if day >= self.since:
                firsts.append(day)
            if (day.year, day.month) == (date.max.year, date.max.month):
                break
            day = (day + timedelta(days=32)).replace(day=1)
        every = next(
            (step for step in (1, 2, 3, 6) if step * 30 * self.per_day >= room),
            ceil(room / 365 / self.per_day) * 12,
        )
        shown = [day for day in firsts if (day.month - 1) % min(every, 12) == 0]
        shown = [day for day in shown if every <= 12 or day.year % (every // 12) == 0] or firsts[:1]
        words = []
        year = 0
        for day in shown:
            if self.x(day) > self.right - room / 2:
                continue
            words.append((self.x(day), day_words(day.isoformat()[:7]) if day.year != year else _short(day)))
            year = day.year
        return words or [(self.left, day_words(self.since))]


def _short(day: date) -> str:
    return day_words(day.isoformat()[:7]).split(" ")[0]


def scale_picture(chart: Charts, cast: Cast, parties: Sequence[ActorHead]) -> Picture | None:
    """The chart of the scale; None where nothing is placed in its time."""
    if chart.scale is None or not chart.placed:
        return None
    time = _Time(chart, LEFT, RIGHT)
    rungs = [rung.number for rung in chart.scale.rungs]
    rows, numbers = _numbers(chart, time)
    top = 34 + 15 * rows
    base = top + STEP * (max(rungs) - min(rungs))
    aside = _aside(parties, APART)

    def y(rung: float) -> float:
        return base - STEP * (rung - min(rungs))

    glyphs = [
        _on_scale(drawn, time, y, aside.get(drawn.mark.holder or "", 0.0), _css(drawn, cast))
        for drawn in chart.placed
    ]
    lowest = {
        one.drawn.number: max(y(one.drawn.mark.least or 0), 0)
        for one in glyphs
        if one.drawn.number is not None
    }
    names = _names(chart, cast, parties, y, aside)
    return Picture(
        WIDTH,
        max([base + 48, *(name.y + 17 * len(name.lines) for name in names)]),
        LEFT,
        RIGHT,
        top,
        base,
        time.months(56),
        sorted(glyphs, key=lambda glyph: (glyph.drawn.is_term, glyph.drawn.mark.own)),
        rungs=[
            Rung(one.number, y(one.number), wrap(one.label, 34, max_lines=3, placeholder=" …"))
            for one in chart.scale.rungs
        ],
        numbers=[Number(number, x, 16 + 15 * row, lowest[number]) for number, x, row in numbers],
        names=names,
    )


def _css(drawn: Drawn, cast: Cast) -> str:
    mark = drawn.mark
    whose = party_class(cast, mark.holder) if mark.holder else "nobody"
    words = [whose, "own" if mark.own else "hear" if mark.holder else "draft"]
    return " ".join([*words, *(["term"] if drawn.is_term else [])])


def _aside(parties: Sequence[ActorHead], apart: float) -> dict[str, float]:
    middle = (len(parties) - 1) / 2
    return {party.id: round((place - middle) * apart, 1) for place, party in enumerate(parties)}


def _numbers(chart: Charts, time: _Time) -> tuple[int, list[tuple[int, float, int]]]:
    """The numbers of the proposals in as many rows as keep them apart: number, place, row."""
    found: list[tuple[int, float, int]] = []
    ends: list[float] = []
    seen: set[int] = set()
    for drawn in chart.placed:
        if drawn.number is None or drawn.number in seen:
            continue
        seen.add(drawn.number)
        x = time.x(drawn.mark.last)
        row = next((row for row, end in enumerate(ends) if x - end >= 18), len(ends))
        if row == len(ends):
            ends.append(x)
        ends[row] = x
        found.append((drawn.number, x, row))
    return len(ends), found


def _on_scale(drawn: Drawn, time: _Time, y, aside: float, css: str) -> Glyph:  # type: ignore[no-untyped-def]
    mark, run = drawn.mark, drawn.run
    low, high = y(mark.least) + aside, y(mark.greatest) + aside
    heights = [low] if low == high else [low, high]
    first, last = time.x(mark.first), time.x(mark.last)
    start, end = time.x(run.start), time.x(run.end)
    days = [day for day in dict.fromkeys((mark.first, mark.last)) if time.is_inside(day)]
    points = [(time.x(day), at) for day in days for at in heights]
    lines: list[Line] = []
    band = None
    if end > start:
        lines = [(start, at, end, at) for at in heights]
        band = (start, high, round(end - start, 1), low - high) if low != high else None
    joins: list[Line] = []
    for other in run.joined:
        from_low, from_high = y(other.least) + aside, y(other.greatest) + aside
        if from_high > low:
            joins.append((start, from_high, start, low))
        elif from_low < high:
            joins.append((start, from_low, start, high))
    if low != high:
        joins.append((start, high, start, low))
    is_stopped = drawn.by is not None and time.is_inside(run.end)
    return Glyph(
        drawn,
        css,
        lines,
        band,
        joins,
        spans=[(first, at, last, at) for at in heights] if last > first else [],
        shapes=[] if drawn.is_term else [shape(css, *point) for point in points],
        diamonds=[DIAMOND.format(x=round(x, 1), y=round(at - aside, 1)) for x, at in points]
        if drawn.is_term
        else [],
        stop=(end, high - 6, end, low + 6) if is_stopped else None,
        crosses=[f"M{x} {at}m-7-7l14 14m0-14l-14 14" for x, at in points] if drawn.row.denials else [],
    )


def _names(chart, cast: Cast, parties: Sequence[ActorHead], y, aside) -> list[Name]:  # type: ignore[no-untyped-def]
    """The names at the ends of the lines, kept from covering each other."""
    found = []
    for party in parties:
        of_party = [drawn for drawn in chart.placed if drawn.mark.holder == party.id]
        if not of_party:
            continue
        own = [drawn for drawn in of_party if drawn.mark.own] or of_party
        last = max(own, key=lambda drawn: (drawn.run.end, drawn.mark.last))
        middle = (y(last.mark.least) + y(last.mark.greatest)) / 2 + aside[party.id]
        lines = wrap(party.name, 12, max_lines=3, placeholder="…")
        found.append(Name(lines, party_class(cast, party.id), round(middle + 5, 1)))
    found.sort(key=lambda name: name.y)
    apart: list[Name] = []
    for name in found:
        least = apart[-1].y + 18 * len(apart[-1].lines) if apart else name.y
        apart.append(Name(name.lines, name.css, max(name.y, least)))
    return apart


def figures_picture(chart: Charts, figures: Figures, cast: Cast, parties: Sequence[ActorHead]) -> Picture:
    """The chart of one unit: a point a figure, a bar a range, an arrow an open end."""
    time = _Time(chart, SMALL_LEFT, SMALL_RIGHT)
    bounds = [
        value for one in figures.drawn for value in (one.mark.least, one.mark.greatest) if value is not None
    ]
    ticks = _ticks(max(bounds, default=1.0))
    aside = _aside(parties, APART)

    def y(value: float) -> float:
        return round(SMALL_BASE - (SMALL_BASE - SMALL_TOP) * value / ticks[-1], 1)

    return Picture(
        SMALL_WIDTH,
        SMALL_HEIGHT,
        SMALL_LEFT,
        SMALL_RIGHT,
        SMALL_TOP,
        SMALL_BASE,
        time.months(60),
        [
            _figure(one, time, y, aside.get(one.mark.holder or "", 0.0), _css(one, cast))
            for one in figures.drawn
        ],
        ticks=[(y(tick), f"{tick:,.10g}") for tick in ticks],
    )


def _figure(drawn: Drawn, time: _Time, y, aside: float, css: str) -> Glyph:  # type: ignore[no-untyped-def]
    mark = drawn.mark
    heights = [y(value) for value in dict.fromkeys((mark.least, mark.greatest)) if value is not None]
    xs = [time.x(day) + aside for day in dict.fromkeys((mark.first, mark.last))]
    lines: list[Line] = []
    arrows = []
    for x in xs[:1] if len(xs) == 1 else [sum(xs) / 2]:
        if len(heights) == 2:
            lines.append((x, heights[0], x, heights[1]))
        elif mark.greatest is None:
            lines.append((x, heights[0], x, SMALL_TOP))
            arrows.append(f"M{x:.1f} {SMALL_TOP}m-5 7l5-7l5 7")
        elif mark.least is None:
            lines.append((x, heights[0], x, SMALL_BASE))
            arrows.append(f"M{x:.1f} {SMALL_BASE}m-5-7l5 7l5-7")
    points = [(x, at) for x in xs for at in heights]
    return Glyph(
        drawn,
        css,
        lines,
        spans=[(xs[0], at, xs[-1], at) for at in heights] if len(xs) > 1 else [],
        shapes=[] if drawn.is_term else [shape(css if mark.holder else "p1", *point) for point in points],
        diamonds=[DIAMOND.format(x=round(x, 1), y=at) for x, at in points] if drawn.is_term else [],
        arrows=arrows,
        crosses=[f"M{x:.1f} {at}m-7-7l14 14m0-14l-14 14" for x, at in points] if drawn.row.denials else [],
    )


def _ticks(greatest: float) -> list[float]:
    """Round values from 0 to at least the greatest, at most five steps of them."""
    greatest = greatest or 1.0
    power = 10.0 ** floor(log10(greatest / 4))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size * 5 >= greatest)
    return [step * place for place in range(ceil(greatest / step) + 1)]


@dataclass(frozen=True, slots=True)
class Spans:
    """The years that may be drawn alone, and the months of the one that is; which of them are in view."""

    years: Sequence[str]
    months: Sequence[str]
    year: str
    month: str


def spans_of(chart: Charts, since: date | None, until: date | None) -> Spans:
    """The times to which a chart can be narrowed at one click."""
    if chart.first is None or chart.last is None:
        return Spans([], [], "", "")
    years = [f"{year:04}" for year in range(chart.first.year, chart.last.year + 1)]
    year = f"{since.year:04}" if since and until and since.year == until.year else ""
    whole_year = bool(year and since == date(int(year), 1, 1) and until == date(int(year), 12, 31))
    months = [
        f"{year}-{month:02}"
        for month in range(1, 13)
        if year and chart.first.isoformat()[:7] <= f"{year}-{month:02}" <= chart.last.isoformat()[:7]
    ]
    month = ""
    if since and until and not whole_year and since.isoformat()[:7] == until.isoformat()[:7]:
        month = since.isoformat()[:7]
    return Spans(years[-12:], months, year, month)
