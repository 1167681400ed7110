"""How far the parties shown are apart on each issue, and how one moved between two days (domain.md §5).

Made of cells that are read already: beside them it asks only for the scales.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise

from sqlalchemy import func, select

from app.db import ReadSession
from app.domain.comparison import (
    Carrier,
    Difference,
    Direction,
    Gap,
    Movement,
    Place,
    Quantity,
    Reason,
    Stand,
    Why,
    carrying,
    difference,
    gap,
    movement,
    placed,
)
from app.domain.dates import Edtf, parse_edtf
from app.domain.quantities import Bounds
from app.models import ScaleRung
from app.queries.cells import CellPage, Claim
from app.queries.negotiations import ActorHead
from app.queries.records import RecordLine

# By issue and version, how many steps there are from one end of the scale to the other.
Ladders = Mapping[str, Mapping[int, int]]
Cells = Mapping[tuple[str, str, date], CellPage]


@dataclass(frozen=True, slots=True)
class PartyOn:
    """A party on a day, as a column shows it."""

    holder: str
    name: str
    on: date


@dataclass(frozen=True, slots=True)
class GapLine:
    """The gap of two parties on one day. ``of`` are the steps of the scale; ``is_disputed`` says that an
    account of either position is contested or denied.
    """

    one: PartyOn
    other: PartyOn
    gap: Gap
    of: int | None
    difference: Difference | None
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class MovementLine:
    """How one party moved between two days, seen from another, if that matters."""

    earlier: PartyOn
    later: PartyOn
    other: PartyOn | None
    movement: Movement
    of: int | None


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Why something is not compared. ``party`` is whose position is at fault, if it is one's alone;
    ``unplaced`` are its records that could be placed.
    """

    why: Why
    party: PartyOn | None
    unplaced: tuple[RecordLine, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueComparison:
    """Everything compared on one issue; each reason is said once, however many pairs it keeps apart."""

    gaps: Sequence[GapLine] = ()
    no_gap: Sequence[NotCompared] = ()
    movements: Sequence[MovementLine] = ()
    no_movement: Sequence[NotCompared] = ()


@dataclass(frozen=True, slots=True)
class GapCount:
    """On how many issues two parties are aligned, apart, one or the other, and not comparable."""

    one: PartyOn
    other: PartyOn
    aligned: int
    overlapping: int
    apart: int
    not_comparable: int

    @property
    def issues(self) -> int:
        return self.aligned + self.overlapping + self.apart + self.not_comparable


@dataclass(frozen=True, slots=True)
class MovementCount:
    """On how many issues a party moved toward another's earlier position, or away from it, or did not."""

    earlier: PartyOn
    later: PartyOn
    other: PartyOn
    toward: int
    away: int
    unchanged: int
    not_comparable: int

    @property
    def issues(self) -> int:
        return self.toward + self.away + self.unchanged + self.not_comparable


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a page compares, by issue, and its counts with what they cover; no index (domain.md §5)."""

    issues: Mapping[str, IssueComparison] = field(default_factory=dict)
    gap_counts: Sequence[GapCount] = ()
    movement_counts: Sequence[MovementCount] = ()

    @property
    def pairs(self) -> int:
        return len(self.gap_counts)

    @property
    def days(self) -> int:
        """On how many days gaps are told."""
        return len({count.one.on for count in self.gap_counts})


def ladders(session: ReadSession, negotiation: str) -> Ladders:
    """How long each version of each issue's scale is."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    rows = session.execute(
        select(ScaleRung.issue, ScaleRung.version, func.max(ScaleRung.rung) - func.min(ScaleRung.rung))
        .where(ScaleRung.negotiation == negotiation)
        .group_by(ScaleRung.issue, ScaleRung.version)
    )
    for issue, version, steps in rows:
        found[issue][version] = steps
    return found


def also_needed(shown: Sequence[PartyOn], parties: Sequence[ActorHead]) -> list[PartyOn]:
    """Whose cells, beside those shown, a movement is seen from: those of others on its earlier day."""
    found = [other for earlier, _ in _spans(shown, parties) for other in _others(earlier, shown, parties)]
    return [other for other in dict.fromkeys(found) if other not in shown]


def compare(
    shown: Sequence[PartyOn],
    issues: Iterable[str],
    cells: Cells,
    scales: Ladders,
    parties: Sequence[ActorHead],
) -> Comparison:
    """The gap of each two parties that are shown on one day, and the movement of each that is on two.

    ``cells`` are those of all that are shown, and of those that are ``also_needed``.
    """
    rows = {issue: _Row(issue, cells, scales.get(issue, {})) for issue in issues}
    pairs = _pairs(shown, parties)
    spans = [
        (earlier, later, other)
        for earlier, later in _spans(shown, parties)
        for other in _others(earlier, shown, parties)
    ]
    gaps = {issue: [row.gap(*pair) for pair in pairs] for issue, row in rows.items()}
    moves = {issue: [row.movement(*span) for span in spans] for issue, row in rows.items()}
    return Comparison(
        {issue: row.together(gaps[issue], moves[issue]) for issue, row in rows.items()},
        [_count_gaps([lines[at] for lines in gaps.values()], pair) for at, pair in enumerate(pairs)],
        [_count_moves([lines[at] for lines in moves.values()], span) for at, span in enumerate(spans)],
    )


def stand(cell: CellPage | None, holder: str) -> Stand:
    """What carries the position that a cell shows."""
    return Stand(holder, tuple(map(_carrier, _carrying(cell))))


def _carrying(cell: CellPage | None) -> Sequence[Claim]:
    return carrying(cell.asks, cell.refuses) if cell else ()


def _carrier(claim: Claim) -> Carrier:
    record = claim.record
    place = quantity = None
    if record.scale_version is not None and record.rung_min is not None and record.rung_max is not None:
        place = Place(record.scale_version, record.rung_min, record.rung_max)
    bounds = Bounds(record.quantity_min, record.quantity_max)
    if record.quantity and record.unit and bounds != Bounds(None, None):
        quantity = Quantity(record.quantity, record.unit, bounds)
    return Carrier(record.subject, _dated(claim), place, claim.overtaken, quantity)


def _dated(claim: Claim) -> Edtf:
    """When a line was last heard; its record's own date is capped by the day it was printed."""
    if claim.last_heard == claim.record.dated:
        first, last = claim.record.first_day, claim.record.last_day
        return Edtf(claim.last_heard, date.fromisoformat(first), date.fromisoformat(last))
    return parse_edtf(claim.last_heard)


def _sides(shown: Sequence[PartyOn], parties: Sequence[ActorHead]) -> list[PartyOn]:
    """Those shown that are parties: what a mediator asks for is a position, but no side of a gap."""
    known = {party.id for party in parties}
    return [one for one in dict.fromkeys(shown) if one.holder in known]


def _pairs(shown: Sequence[PartyOn], parties: Sequence[ActorHead]) -> list[tuple[PartyOn, PartyOn]]:
    """Each two parties that are shown on one day: a gap is between positions of the same day."""
    return [
        (one, other)
        for one, other in combinations(_sides(shown, parties), 2)
        if one.on == other.on and one.holder != other.holder
    ]


def _spans(shown: Sequence[PartyOn], parties: Sequence[ActorHead]) -> list[tuple[PartyOn, PartyOn]]:
    """Each party that is shown on several days, from each of them to the next."""
    days: dict[str, list[PartyOn]] = {}
    for one in _sides(shown, parties):
        days.setdefault(one.holder, []).append(one)
    return [span for of_one in days.values() for span in pairwise(sorted(of_one, key=lambda one: one.on))]


def _others(earlier: PartyOn, shown: Sequence[PartyOn], parties: Sequence[ActorHead]) -> list[PartyOn]:
    """Whose earlier positions a movement is seen from: the other parties shown, or all where none is."""
    side_by_side = {one.holder for one in shown}
    others = [party for party in parties if party.id != earlier.holder]
    return [
        PartyOn(party.id, party.name, earlier.on)
        for party in ([party for party in others if party.id in side_by_side] or others)
    ]


class _Row:
    """The positions on one issue."""

    def __init__(self, issue: str, cells: Cells, scale: Mapping[int, int]) -> None:
        self.issue, self.cells, self.scale = issue, cells, scale

    def _cell(self, party: PartyOn) -> CellPage | None:
        return self.cells.get((party.holder, self.issue, party.on))

    def _stand(self, party: PartyOn) -> Stand:
        return stand(self._cell(party), party.holder)

    def _steps_of(self, party: PartyOn) -> int | None:
        """How long the scale is on which a position is placed."""
        places = [line.place for line in self._stand(party).lines if line.place]
        return self.scale.get(places[0].version) if places else None

    def _is_disputed(self, party: PartyOn) -> bool:
        cell = self._cell(party)
        return cell is not None and (
            cell.contested or any(claim.evidence.denials for claim in _carrying(cell))
        )

    def gap(self, one: PartyOn, other: PartyOn) -> GapLine:
        a, b = self._stand(one), self._stand(other)
        found = gap(a, b, has_scale=bool(self.scale))
        disputed = self._is_disputed(one) or self._is_disputed(other)
        return GapLine(one, other, found, self._steps_of(one), difference(a, b), disputed)

    def movement(self, earlier: PartyOn, later: PartyOn, other: PartyOn) -> MovementLine:
        found = movement(
            self._stand(earlier), self._stand(later), self._stand(other), has_scale=bool(self.scale)
        )
        return MovementLine(earlier, later, other, found, self._steps_of(earlier))

    def together(self, gaps: Sequence[GapLine], moves: Sequence[MovementLine]) -> IssueComparison:
        """What the page says of the issue: each pair that can be compared, and each reason once."""
        no_gap = [
            self._not_compared(reason, line.one, line.other) for line in gaps for reason in line.gap.reasons
        ]
        no_movement = [
            self._not_compared(reason, line.earlier, line.later, line.other)
            for line in moves
            for reason in line.movement.reasons
        ]
        # Who did not move, did not move seen from anybody.
        told = [
            line
            if line.movement.direction is not Direction.UNCHANGED
            else MovementLine(line.earlier, line.later, None, line.movement, line.of)
            for line in moves
            if line.movement.direction
        ]
        return IssueComparison(
            [line for line in gaps if line.gap.steps or line.difference],
            list(dict.fromkeys(one for found in no_gap for one in found)),
            list(dict.fromkeys(told)),
            list(dict.fromkeys(one for found in no_movement for one in found)),
        )

    def _not_compared(self, reason: Reason, *parties: PartyOn | None) -> list[NotCompared]:
        at_fault = [party for party in parties if party and party.holder == reason.holder]
        if not at_fault:
            return [NotCompared(reason.why, None)]
        if reason.why not in (Why.NO_POSITION, Why.OVERTAKEN, Why.NOT_PLACED, Why.PARTLY_PLACED):
            # It lies in both days of the party together.
            return [NotCompared(reason.why, at_fault[0])]
        return [
            NotCompared(reason.why, party, self._unplaced(party))
            for party in at_fault
            if self._has(party, reason.why)
        ]

    def _has(self, party: PartyOn, why: Why) -> bool:
        found = placed(self._stand(party), has_scale=bool(self.scale))
        return isinstance(found, Reason) and found.why is why

    def _unplaced(self, party: PartyOn) -> tuple[RecordLine, ...]:
        claims = _carrying(self._cell(party))
        return tuple(claim.record for claim in claims if claim.record.scale_version is None)


def _count_gaps(lines: Sequence[GapLine], pair: tuple[PartyOn, PartyOn]) -> GapCount:
    gaps = [line.gap for line in lines]
    return GapCount(
        *pair,
        aligned=sum(one.is_aligned for one in gaps),
        overlapping=sum(one.may_be_either for one in gaps),
        apart=sum(one.is_apart for one in gaps),
        not_comparable=sum(one.steps is None for one in gaps),
    )


def _count_moves(lines: Sequence[MovementLine], span: tuple[PartyOn, PartyOn, PartyOn]) -> MovementCount:
    ways = [line.movement.direction for line in lines]
    return MovementCount(
        *span,
        toward=ways.count(Direction.TOWARD),
        away=ways.count(Direction.AWAY),
        unchanged=ways.count(Direction.UNCHANGED),
        not_comparable=ways.count(None),
    )
