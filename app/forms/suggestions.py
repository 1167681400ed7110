"""What in a report's text could fill a field: actors by any of their names, days, quantities.

They are offered beside the text, and never filled in unasked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from babel import Locale

from app.domain.dates import NotADate, parse_day
from app.domain.quotes import Span


class Field(StrEnum):
    """What a suggestion could fill."""

    ACTOR = "actor"
    DAY = "day"
    QUANTITY = "quantity"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stretch of the text that names an actor (by id), a day (``2024-04-03``), or a quantity.

    ``unit`` is the word after a quantity. ``counted`` says that the day is not written there but counted back
    from the day of the report: “on Monday”.
    """

    span: Span
    field: Field
    value: str
    unit: str = ""
    counted: bool = False


def suggestions(text: str, names: Mapping[str, Sequence[str]], published: str) -> list[Suggestion]:
    """The suggestions in a text, in its order, none overlapping; ``names`` has those of each actor."""
    found = [*_days(text, published), *_actors(text, names), *_quantities(text)]
    found.sort(key=lambda one: (one.span.start, -one.span.end))
    kept: list[Suggestion] = []
    for one in found:
        if not kept or one.span.start >= kept[-1].span.end:
            kept.append(one)
    return kept


# --- Actors ---------------------------------------------------------------------------------------------

# What Arabic and Hebrew write together with the word that follows: and, in, for, the …
_JOINED = r"(?:[وفبلك]{0,2}(?:ال)?|[ובכלמשה]{0,3})"
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u05ff\u0600-\u06ff]")


def _actors(text: str, names: Mapping[str, Sequence[str]]) -> Iterator[Suggestion]:
    owner: dict[str, str] = {}
    for actor, known in names.items():
        for name in known:
            # A name that two actors have says nothing.
            owner[name] = actor if owner.get(name, actor) == actor else ""
    for pattern in _name_patterns(tuple(sorted(owner, key=len, reverse=True))):
        for found in pattern.finditer(text):
            actor = owner.get(found["name"]) or _folded(owner, found["name"])
            if actor:
                yield Suggestion(Span(found.start("name"), found.end("name")), Field.ACTOR, actor)


def _folded(owner: Mapping[str, str], name: str) -> str:
    return next((actor for known, actor in owner.items() if known.casefold() == name.casefold()), "")


@lru_cache(maxsize=64)
def _name_patterns(names: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Short names in capitals are told from words by those (US, us); others may be written anyhow."""
    short = [name for name in names if len(name) <= 4 and name.isupper()]
    joined = [name for name in names if _RIGHT_TO_LEFT.search(name)]
    rest = [name for name in names if name not in short and name not in joined]
    return [
        re.compile(rf"(?<!\w){before}(?P<name>{'|'.join(map(re.escape, some))})(?!\w)", flags)
        for some, before, flags in (
            (short, "", re.RegexFlag(0)),
            (joined, _JOINED, re.RegexFlag(0)),
            (rest, "", re.IGNORECASE),
        )
        if some
    ]


# --- Days -----------------------------------------------------------------------------------------------

_LANGUAGES = ("en", "ar", "he", "fr", "es", "de")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    months = {}
    for language in _LANGUAGES:
        known = Locale(language).months["format"]
        for width in ("wide", "abbreviated"):
            for number, name in known[width].items():
                months[name.strip(".").casefold()] = number
    return months


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    days = {}
    for language in _LANGUAGES:
        for number, name in Locale(language).days["format"]["wide"].items():
            days[name.casefold()] = number
    return days


@lru_cache(maxsize=1)
def _day_pattern() -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    weekdays = "|".join(sorted(map(re.escape, _weekdays()), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:(?P<iso>\d{{4}}-\d\d-\d\d)"
        rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:de\s+|of\s+)?(?P<m1>{months})\.?"
        r"(?:,?\s+(?:de\s+)?(?P<y1>\d{4}))?"
        rf"|(?P<m2>{months})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{{4}}))?"
        rf"|(?P<weekday>{weekdays}))(?!\w)",
        re.IGNORECASE,
    )


def _days(text: str, published: str) -> Iterator[Suggestion]:
    """Days as written; one without its year is the last such day before the report, if its day is known."""
    try:
        printed = parse_day(published)
    except NotADate:
        printed = None
    for found in _day_pattern().finditer(text):
        span = Span(found.start(), found.end())
        if weekday := found["weekday"]:
            if printed:
                back = (printed.weekday() - _weekdays()[weekday.casefold()]) % 7
                day = printed - timedelta(days=back)
                yield Suggestion(span, Field.DAY, day.isoformat(), counted=True)
            continue
        if day_found := _written_day(found, printed):
            yield Suggestion(span, Field.DAY, day_found.isoformat())


def _written_day(found: re.Match[str], printed: date | None) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        month = _months()[(found["m1"] or found["m2"]).casefold()]
        number = int(found["d1"] or found["d2"])
        year = found["y1"] or found["y2"]
        if year:
            return date(int(year), month, number)
        if printed is None:
            return None
        day = date(printed.year, month, number)
        return day if day <= printed else day.replace(year=day.year - 1)
    except ValueError:
        return None


# --- Quantities -----------------------------------------------------------------------------------------

_NUMBERS = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
]
_VAGUE = r"(?:several|a few|some|many)\s+(?:dozen|hundred|thousand)s?|dozens|hundreds|thousands|scores"
_QUANTITY = re.compile(
    rf"(?<![\w.,-])(?P<amount>(?:(?:at least|up to|about|over|more than|fewer than|nearly)\s+)?"
    rf"(?:\d[\d,]*(?:\.\d+)?(?:\s?[–-]\s?\d[\d,]*)?(?:\s+(?:hundred|thousand|million))?"
    rf"|(?:a|one|two|three|four|five|several)\s+(?:hundred|thousand|million)|{'|'.join(_NUMBERS)}|{_VAGUE}))"
    r"(?:(?:\s+of(?:\s+the)?)?[\s-](?P<unit>[^\W\d_]{3,}))?(?![\w%])",
    re.IGNORECASE,
)
_NO_UNITS = frozenset(
    re.findall(
        r"\w+",
        "and but for from has have had are was were will would "
        "who that with the this than them these those their which",
    )
)


def _quantities(text: str) -> Iterator[Suggestion]:
    for found in _QUANTITY.finditer(text):
        unit = found["unit"] or ""
        amount = found["amount"].replace(",", "").replace("–", "-")
        number = amount.casefold()
        if number in _NUMBERS and (not unit or unit.casefold() in _NO_UNITS):
            continue
        if re.fullmatch(r"(?:19|20)\d\d", amount):
            continue  # a year
        value = str(_VALUES[number]) if number in _VALUES else amount
        end = found.end("unit") if unit and unit.casefold() not in _NO_UNITS else found.end("amount")
        plain = "" if unit.casefold() in _NO_UNITS else _plural(unit, value)
        yield Suggestion(Span(found.start("amount"), end), Field.QUANTITY, value, plain)


_VALUES = dict(zip(_NUMBERS, [*range(2, 13), 15, *range(20, 61, 10)], strict=True))


def _plural(unit: str, value: str) -> str:
    """“42-day” counts days."""
    return (
        f"{unit}s" if unit.casefold() in ("day", "week", "month", "year", "hour") and value != "1" else unit
    )
