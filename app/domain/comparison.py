"""Movement and gap, only where they can be honest (domain.md §5).

What carries a position is what its holder asks or offers from its own side; where it does neither, what it
refuses. Never what others say of it, what it has accepted, or a mediator's draft. Nothing here looks at
wording: a position is where an editor placed its records on the scale of the issue.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TypeVar

from app.domain.dates import Edtf
from app.domain.quantities import Bounds
from app.domain.vocabulary import RecordType

Line = TypeVar("Line")


class Why(StrEnum):
    """Why positions are not compared, in the order in which it is said."""

    NO_SCALE = "no_scale"
    NO_POSITION = "no_position"
    OVERTAKEN = "overtaken"
    NOT_PLACED = "not_placed"
    PARTLY_PLACED = "partly_placed"
    MIXED_VERSIONS = "mixed_versions"
    OTHER_VERSION = "other_version"
    ORDER_UNKNOWN = "order_unknown"
    SAID_BEFORE = "said_before"
    RANGES_DO_NOT_TELL = "ranges_do_not_tell"
    WENT_PAST = "went_past"


class Direction(StrEnum):
    TOWARD = "toward"
    AWAY = "away"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an editor put a record on one version of a scale: a rung, or a range of them."""

    version: int
    least: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount with bounds, as reported; a vague one is none, because it is not compared."""

    text: str
    unit: str
    bounds: Bounds

    @property
    def is_about(self) -> bool:
        return self.text.startswith("about ")


@dataclass(frozen=True, slots=True)
class Carrier:
    """One line that carries a position. ``dated`` is when it was last heard."""

    record: tuple[RecordType, str]
    dated: Edtf
    place: Place | None = None
    overtaken: bool = False
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """What carries a holder's position on an issue on a day: all lines of its latest day."""

    holder: str
    lines: tuple[Carrier, ...] = ()

    @property
    def records(self) -> frozenset[tuple[RecordType, str]]:
        return frozenset(line.record for line in self.lines)


@dataclass(frozen=True, slots=True)
class Steps:
    """A number of steps on a scale: an interval where ranges are placed."""

    least: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not compared, and whose position is at fault; None where it is nobody's alone."""

    why: Why
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """How far two positions are apart on a scale, or why that cannot be said. 0 is *aligned*."""

    steps: Steps | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def is_aligned(self) -> bool:
        return self.steps is not None and self.steps.greatest == 0

    @property
    def is_apart(self) -> bool:
        return self.steps is not None and self.steps.least > 0

    @property
    def may_be_either(self) -> bool:
        """The ranges meet: the two may be aligned, or apart by up to so many steps."""
        return self.steps is not None and self.steps.least == 0 < self.steps.greatest


@dataclass(frozen=True, slots=True)
class Movement:
    """How a holder's position moved between two days, seen from another's as it stood on the earlier one."""

    direction: Direction | None = None
    steps: Steps | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two quantities of one unit are apart; ``greatest`` is None where an end is open."""

    one: Quantity
    other: Quantity
    least: float
    greatest: float | None

    @property
    def is_about(self) -> bool:
        return self.one.is_about or self.other.is_about


def carrying(asks: Sequence[Line], refuses: Sequence[Line]) -> Sequence[Line]:
    """Which lines of a cell carry the position: its first slot, else its second (domain.md §4, §5).

    A later refusal does not erase an offer, so it does not stand in for one either. The other slots hold
    what was accepted as a package, what others say, and remarks that take no position.
    """
    return asks or refuses


def placed(stand: Stand, *, has_scale: bool) -> Place | Reason:
    """Where a position is on the scale of its issue, or why it is nowhere on it.

    Several lines of one day stand side by side: the position is anywhere within them, and nowhere until all
    are placed. One that an event has overtaken is not what its holder now asks for.
    """
    if not has_scale:
        return Reason(Why.NO_SCALE)
    if not stand.lines:
        return Reason(Why.NO_POSITION, stand.holder)
    if any(line.overtaken for line in stand.lines):
        return Reason(Why.OVERTAKEN, stand.holder)
    places = [line.place for line in stand.lines if line.place]
    if len(places) < len(stand.lines):
        return Reason(Why.PARTLY_PLACED if places else Why.NOT_PLACED, stand.holder)
    if len({place.version for place in places}) > 1:
        return Reason(Why.MIXED_VERSIONS, stand.holder)
    least, greatest = min(place.least for place in places), max(place.greatest for place in places)
    return Place(places[0].version, least, greatest)


def gap(one: Stand, other: Stand, *, has_scale: bool) -> Gap:
    """How far two parties are apart on an issue: an interval of steps; 0 is aligned (domain.md §5)."""
    a, b = placed(one, has_scale=has_scale), placed(other, has_scale=has_scale)
    if isinstance(a, Reason) or isinstance(b, Reason):
        return Gap(reasons=_reasons(a, b))
    if a.version != b.version:
        return Gap(reasons=(Reason(Why.OTHER_VERSION),))
    if one.records == other.records:
        # One joint claim: whatever it leaves open, it leaves open for both.
        return Gap(Steps(0, 0))
    least = max(0, a.least - b.greatest, b.least - a.greatest)
    return Gap(Steps(least, max(a.greatest - b.least, b.greatest - a.least)))


def movement(earlier: Stand, later: Stand, other: Stand, *, has_scale: bool) -> Movement:
    """How a party moved between two days, toward or away from another's position on the earlier one.

    Both days' positions are from its own side, on one version of the scale, and of dates that do not overlap
    (domain.md §5). Where ranges are placed, a direction is told only if it holds wherever within them the
    positions are.
    """
    before, after = placed(earlier, has_scale=has_scale), placed(later, has_scale=has_scale)
    if isinstance(before, Reason) or isinstance(after, Reason):
        return Movement(reasons=_reasons(before, after))
    if before.version != after.version:
        return Movement(reasons=(Reason(Why.OTHER_VERSION, earlier.holder),))
    if earlier.records == later.records:
        return Movement(Direction.UNCHANGED, Steps(0, 0))
    if fault := _order(earlier, later):
        return Movement(reasons=(Reason(fault, earlier.holder),))
    steps = _moved(before, after)
    if steps.greatest == 0:
        return Movement(Direction.UNCHANGED, steps)
    of_other = placed(other, has_scale=has_scale)
    if isinstance(of_other, Reason):
        return Movement(reasons=(of_other,))
    if of_other.version != before.version:
        return Movement(reasons=(Reason(Why.OTHER_VERSION, other.holder),))
    found = _directions(before, after, of_other)
    if len(found) > 1:
        return Movement(reasons=(Reason(Why.RANGES_DO_NOT_TELL, earlier.holder),))
    direction = found.pop()
    if direction is None:
        return Movement(reasons=(Reason(Why.WENT_PAST, earlier.holder),))
    return Movement(direction, steps)


def difference(one: Stand, other: Stand) -> Difference | None:
    """How far two quantities are apart: of one unit, on one issue, each with bounds (domain.md §5).

    None where either side names none, or several that differ: which is meant cannot be told.
    """
    for a in _amounts(one):
        for b in _amounts(other):
            if a.unit.casefold() == b.unit.casefold():
                a_least, a_most = _ends(a.bounds)
                b_least, b_most = _ends(b.bounds)
                greatest = max(a_most - b_least, b_most - a_least)
                least = max(0.0, a_least - b_most, b_least - a_most)
                return Difference(a, b, least, None if greatest == float("inf") else greatest)
    return None


def _reasons(*found: Place | Reason) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(one for one in found if isinstance(one, Reason)))


def _order(earlier: Stand, later: Stand) -> Why | None:
    """What keeps the later day's position from having followed the earlier one's."""
    before = [line.dated for line in earlier.lines]
    after = [line.dated for line in later.lines]
    if max(date.last for date in before) < min(date.first for date in after):
        return None
    if max(date.last for date in after) < min(date.first for date in before):
        return Why.SAID_BEFORE
    return Why.ORDER_UNKNOWN


def _rungs(place: Place) -> Iterable[int]:
    return range(place.least, place.greatest + 1)


def _moved(before: Place, after: Place) -> Steps:
    found = [abs(to - at) for at, to in product(_rungs(before), _rungs(after))]
    return Steps(min(found), max(found))


def _directions(before: Place, after: Place, other: Place) -> set[Direction | None]:
    """Every direction that rungs within the ranges allow, staying aside; None: toward it and past it."""
    found: set[Direction | None] = set()
    for at, to, target in product(_rungs(before), _rungs(after), _rungs(other)):
        if to == at:
            continue
        if (target - at) * (to - at) <= 0:
            found.add(Direction.AWAY)
        else:
            found.add(Direction.TOWARD if abs(to - at) <= abs(target - at) else None)
    return found


def _amounts(stand: Stand) -> list[Quantity]:
    """The quantities of a position that may be compared: those that differ from no other of their unit."""
    found: dict[str, list[Quantity]] = {}
    for line in stand.lines:
        if line.quantity and not line.overtaken:
            found.setdefault(line.quantity.unit.casefold(), []).append(line.quantity)
    # By unit: which one is told of several does not turn on who of the two comes first (domain.md §9).
    return [said[0] for _, said in sorted(found.items()) if len({quantity.bounds for quantity in said}) == 1]


def _ends(bounds: Bounds) -> tuple[float, float]:
    least = float("-inf") if bounds.least is None else bounds.least
    return least, float("inf") if bounds.greatest is None else bounds.greatest
