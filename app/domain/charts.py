"""What a chart of an issue may draw: how long a line runs, and what is joined to what (domain.md §2–§5).

Values in, values out; where on the page it stands is not decided here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.vocabulary import RecordType

Key = tuple[RecordType, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a record says of a holder in numbers: rungs of a scale, or a quantity; None is an open end.

    ``holder`` is None for a term that no shown party put forward. ``first`` and ``last`` are the first and
    last possible day. ``ended`` is the first possible day of what took it down, if anything did.
    """

    key: Key
    holder: str | None
    own: bool
    first: date
    last: date
    least: float | None
    greatest: float | None
    ended: date | None = None

    @property
    def is_drawn(self) -> bool:
        """What is vague has no bounds and is never drawn as a number (domain.md §5)."""
        return self.least is not None or self.greatest is not None

    @property
    def is_point(self) -> bool:
        return self.first == self.last


@dataclass(frozen=True, slots=True)
class Run:
    """How long the line of a mark runs; ``joined`` are the marks from whose lines it steps."""

    mark: Mark
    start: date
    end: date
    joined: tuple[Mark, ...] = ()

    @property
    def is_line(self) -> bool:
        return self.end > self.start


def runs(marks: Sequence[Mark], until: date) -> list[Run]:
    """The marks with their lines, as known by the day ``until``, in the order of the marks.

    A line runs from the day by which a record was surely said, until that side's next mark that was surely
    said later, or until it was taken down. It steps to the next only within the holder's own side, and only
    where the day is known. What others say is joined to nothing, and never ends a line of the own side
    (domain.md §2); a line of what others say ends where anything later is drawn of that holder.
    """
    by_holder: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        if mark.holder is not None:
            by_holder[mark.holder].append(mark)
    ends = {id(mark): _end(mark, by_holder[mark.holder], until) for mark in marks if mark.holder is not None}
    found = []
    for mark in marks:
        if mark.holder is None:
            found.append(Run(mark, mark.last, mark.last))
            continue
        joined = tuple(
            other
            for other in by_holder[mark.holder]
            if mark.own and other.own and mark.is_point and ends[id(other)] == mark.first > other.last
        )
        found.append(Run(mark, mark.last, ends[id(mark)], joined))
    return found


def _end(mark: Mark, of_holder: Sequence[Mark], until: date) -> date:
    days = [until]
    days += [other.first for other in of_holder if other.first > mark.last and (other.own or not mark.own)]
    if mark.ended is not None:
        days.append(mark.ended)
    return max(mark.last, min(days))
