"""A party's answers to a package, or to one of its terms: which is the latest, and which conflict
(domain.md §4 and §6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from app.domain.vocabulary import Answer

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Given(Generic[Record]):
    """An answer as it is known on a day: on which track, and the latest day on which it was given."""

    record: Record
    own: bool
    latest: date
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class AnswerDay(Generic[Record]):
    """What one track gives as a party's answers of one day. ``conflicts`` where they are not the same;
    nobody settles which of them is right. ``is_latest`` on the latest day of the track.
    """

    own: bool
    day: date
    given: Sequence[Given[Record]]
    is_latest: bool

    @property
    def conflicts(self) -> bool:
        return agreed(self.given) is None


def of_latest_day(given: Iterable[Given[Record]]) -> list[Given[Record]]:
    """All answers of the latest day on which one was given, in their order."""
    given = list(given)
    newest = max((one.latest for one in given), default=date.min)
    return [one for one in given if one.latest == newest]


def deciding(given: Iterable[Given[Record]]) -> list[Given[Record]]:
    """The answers that count: those of the party's own side before what others tell, the latest
    (domain.md §4, *has accepted*).
    """
    given = list(given)
    return of_latest_day([one for one in given if one.own] or given)


def agreed(given: Iterable[Given[Record]]) -> Answer | None:
    """What these answers say; None where there are none, or where they conflict."""
    answers = {one.answer for one in given}
    return answers.pop() if len(answers) == 1 else None


def latest_shown(given: Iterable[Given[Record]]) -> list[Given[Record]]:
    """What stands beside a party as its answer: the latest from its own side, and the latest that others
    tell, where that is later or there is nothing else (as *others say* in domain.md §4).
    """
    given = list(given)
    own = of_latest_day(one for one in given if one.own)
    others = of_latest_day(one for one in given if not one.own)
    if own and others and others[0].latest <= own[0].latest:
        return own
    return own + others


def by_day(given: Iterable[Given[Record]]) -> list[AnswerDay[Record]]:
    """The history of a party's answers: a day and a track at a time, newest first, its own side first.

    The two tracks are never joined: *latest* and *conflicting* are said of each alone (domain.md §6).
    """
    days: dict[tuple[date, bool], list[Given[Record]]] = {}
    newest: dict[bool, date] = {}
    for one in given:
        days.setdefault((one.latest, one.own), []).append(one)
        newest[one.own] = max(newest.get(one.own, date.min), one.latest)
    return [
        AnswerDay(own, day, of_day, newest[own] == day)
        for (day, own), of_day in sorted(days.items(), key=lambda pair: pair[0], reverse=True)
    ]
