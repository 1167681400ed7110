"""Honest dates: a subset of EDTF with its first and last possible day (domain.md §3)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~?)", re.ASCII)
_FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

HOW_TO_WRITE_A_DATE = "a date such as 2024-04-03, 2024-04, 2024, 2024-04-03~ or 2024-04-01/2024-04-03"
HOW_TO_WRITE_A_DAY = "a full day such as 2024-04-03"


class NotADate(ValueError):
    """The text is not a date of the form that Parley keeps; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class Edtf:
    """A date as known: the text as given, and its first and last possible day.

    ``~`` ("about") is kept in the text and does not widen the days.
    """

    text: str
    first: date
    last: date

    def __str__(self) -> str:
        return self.text

    def capped(self, by: date) -> "Edtf":
        """The same date, said no later than the day ``by`` on which it was printed (domain.md §3)."""
        if self.last <= by:
            return self
        return Edtf(self.text, min(self.first, by), by)


@lru_cache(maxsize=65536)
def parse_edtf(text: str) -> Edtf:
    """Read ``D`` or ``D/D``, each D a year, a month or a day with an optional ``~``.

    Raises NotADate for anything else, a day that no calendar has included.
    """
    start_text, slash, end_text = text.partition("/")
    start = _part(start_text, text)
    if not slash:
        return Edtf(text, *start)
    end = _part(end_text, text)
    if end[1] < start[0]:
        raise NotADate(f"“{text}” ends before it begins; write the earlier date first")
    return Edtf(text, start[0], max(start[1], end[1]))


def parse_day(text: str) -> date:
    """Read a full day, ``YYYY-MM-DD``. Raises NotADate for anything else."""
    if not _FULL_DAY.fullmatch(text):
        raise NotADate(f"“{text}” is not {HOW_TO_WRITE_A_DAY}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotADate(f"“{text}” is not a day of the calendar; write {HOW_TO_WRITE_A_DAY}") from None


def _part(part: str, whole: str) -> tuple[date, date]:
    match = _PART.fullmatch(part)
    if not match:
        raise NotADate(f"“{whole}” is not {HOW_TO_WRITE_A_DATE}")
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    try:
        if match[3]:
            return (only := date(year, month, day)), only
        if match[2]:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        raise NotADate(f"“{whole}” is not a day of the calendar; write {HOW_TO_WRITE_A_DATE}") from None
