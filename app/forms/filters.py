"""The filters of a view, as an address carries them: the day, the basis, the columns, the time line's.

A filter that cannot be used is named with its fault in words; what was typed is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.dates import NotADate, parse_day
from app.domain.vocabulary import Basis

# Enough for any id or phrase; a longer one is no filter but an accident.
LONGEST = 2000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Faults(dict[str, str]):
    """What is wrong with what was submitted, in words, by field; a field without a fault says nothing."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class View:
    """As of which day, and on which basis, a page is read (domain.md §3).

    ``typed`` is what the address said, ``faults`` what is wrong with it, by field; where there are
    faults ``on`` and ``basis`` are the defaults.
    """

    on: date
    basis: Basis
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)


def read_view(query: Mapping[str, str], today: date) -> View:
    """The day and the basis of an address; the day defaults to ``today``, the basis to *reported*."""
    faults = Faults()
    on, basis = today, Basis.REPORTED
    if text := query.get("on", ""):
        try:
            on = parse_day(text)
        except NotADate as fault:
            faults["on"] = str(fault)
    if text := query.get("basis", ""):
        if text == "recorded":
            faults["basis"] = "What this site itself showed on a day is not kept yet; choose another basis."
        elif text in set(Basis):
            basis = Basis(text)
        else:
            faults["basis"] = f"“{text}” is no basis; choose “reported” or “stated”."
    return View(on, basis, {name: query.get(name, "") for name in ("on", "basis")}, faults)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the positions table: a participant, on a day of its own if any, or a proposal."""

    actor: str | None = None
    day: date | None = None
    proposal: str | None = None

    def __str__(self) -> str:
        if self.proposal is not None:
            return f"proposal:{self.proposal}"
        return f"{self.actor}@{self.day.isoformat()}" if self.day else f"{self.actor}"


# More would be no comparison, and each is a cell for every issue.
MOST_COLUMNS = 12


def read_columns(text: str) -> tuple[list[Column], str | None]:
    """The columns of a comma-separated list, and what is wrong with it, if anything.

    Each is ``actor``, ``actor@day`` or ``proposal:id``.
    """
    columns: list[Column] = []
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        if _CONTROLS.search(part):
            return columns, "A column is written actor, actor@2024-04-03 or proposal:id."
        if part.startswith("proposal:"):
            column = Column(proposal=part.removeprefix("proposal:"))
        else:
            actor, at, day = part.partition("@")
            try:
                column = Column(actor=actor, day=parse_day(day) if at else None)
            except NotADate as fault:
                return columns, f"In “{part}”: {fault}."
        if column not in columns:
            columns.append(column)
    if len(columns) > MOST_COLUMNS:
        return columns[:MOST_COLUMNS], f"At most {MOST_COLUMNS} columns can stand side by side."
    return columns, None


def read_day_or_none(text: str) -> date | None:
    """A full day, or None where the text is none."""
    try:
        return parse_day(text)
    except NotADate:
        return None
