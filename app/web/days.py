"""Dates in words, never with more precision than is known (domain.md §3)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from babel.dates import format_date, format_timedelta

from app.domain.dates import parse_edtf

_SHORT = {10: "d MMM yyyy", 7: "MMM yyyy", 4: "yyyy"}
_LONG = {10: "d MMMM yyyy", 7: "MMMM yyyy", 4: "yyyy"}
_LOCALE = "en"


@lru_cache(maxsize=16384)
def edtf_words(text: str, *, long: bool = False) -> str:
    """An EDTF date in words: “about 3 Apr 2024”, “Mar 2024”, “1–3 Apr 2024”, “2023”."""
    start, slash, end = text.partition("/")
    patterns = _LONG if long else _SHORT
    if not slash:
        return _part_words(start, patterns)
    if len(start) == len(end) == 10 and start[:7] == end[:7]:
        return f"{int(start[8:])}–{_part_words(end, patterns)}"
    return f"{_part_words(start, patterns)} – {_part_words(end, patterns)}"


def day_words(day: date | str, *, long: bool = False) -> str:
    """A full day in words: “3 Apr 2024”."""
    return edtf_words(day if isinstance(day, str) else day.isoformat(), long=long)


def moment_words(moment: datetime) -> str:
    """A moment to the minute: “3 Apr 2024, 14:05 UTC”."""
    moment = moment.astimezone(UTC)
    return f"{day_words(moment.date())}, {moment:%H:%M} UTC"


def age_words(since: datetime, now: datetime) -> str:
    """How long ago a moment was, in words: “5 minutes”, “3 days”."""
    return str(format_timedelta(max(now - since, timedelta(minutes=1)), granularity="minute", locale=_LOCALE))


@lru_cache(maxsize=4096)
def month_words(month: str) -> str:
    """A month such as ``2024-04`` as “April 2024”."""
    return edtf_words(month, long=True)


def datetime_attribute(text: str) -> str | None:
    """What the ``datetime`` attribute of HTML may hold of an EDTF date: a day, a month or a year alone."""
    text = text.removesuffix("~")
    return None if "/" in text or (len(text) == 4 and text < "0001") else text


def _part_words(part: str, patterns: dict[int, str]) -> str:
    about = part.endswith("~")
    part = part.removesuffix("~")
    words = str(format_date(parse_edtf(part).first, patterns[len(part)], locale=_LOCALE))
    return f"about {words}" if about else words
