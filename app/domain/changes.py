"""What changed in a cell between two days: the two cells as they read, laid side by side (domain.md §4).

Nothing is judged of the wording. A line came, went, or stays and reads differently; what became of a line
that went is told by its fate on the later day, and age alone is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.claims import Key
from app.domain.dates import parse_edtf
from app.domain.position import Cell, Fate, Item, Standing
from app.domain.vocabulary import RecordType, Slot

# Where a line stands whose date does not say whether it is by the day.
POSSIBLE = "possible"


class Turn(StrEnum):
    """What became of a line of a cell between two days."""

    # It came.
    NEW = "new"
    FRONT = "front"
    # It stays, and reads differently.
    AGAIN = "again"
    OWN_SIDE = "own_side"
    OTHERS = "others"
    SURE = "sure"
    DENIED = "denied"
    UNDENIED = "undenied"
    OVERTAKEN = "overtaken"
    TERMS = "terms"
    DATED = "dated"
    # It went.
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    RESTATED = "restated"
    UNSUPPORTED = "unsupported"
    BEHIND = "behind"
    ANSWERED = "answered"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell, where it stands, and what turned in it. ``item`` is of the later day, where it is
    still shown then.
    """

    slot: str
    item: Item
    turns: tuple[Turn, ...] = ()

    @property
    def key(self) -> Key:
        return (self.item.type, self.item.id)


@dataclass(frozen=True, slots=True)
class CellChange:
    """What differs between a cell on an earlier and on a later day.

    ``contested`` is None where that has not turned; ``standing`` how many more lines stand behind those
    shown, ``dropped`` the withdrawals by which the cell is empty now, ``searched`` through when a search
    found nothing, where these are new. ``empty`` is whether the kind of empty is another.
    """

    came: tuple[Line, ...] = ()
    stayed: tuple[Line, ...] = ()
    went: tuple[Line, ...] = ()
    contested: bool | None = None
    standing: int = 0
    dropped: tuple[str, ...] = ()
    searched: str | None = None
    empty: bool = False

    @property
    def is_nothing(self) -> bool:
        return self == CellChange()


def compare(before: Cell, after: Cell) -> CellChange:
    """What differs between the two; nothing exactly where they read alike."""
    was, now = _lines(before), _lines(after)
    return CellChange(
        came=tuple(line for key, line in now.items() if key not in was),
        stayed=tuple(
            replace(line, turns=turns)
            for key, line in now.items()
            if key in was and (turns := _turns(was[key], line))
        ),
        went=tuple(line for key, line in was.items() if key not in now),
        contested=after.contested if after.contested != before.contested else None,
        standing=after.standing_count - before.standing_count,
        dropped=after.dropped_by if after.dropped_by != before.dropped_by else (),
        searched=after.searched_through if after.searched_through != before.searched_through else None,
        empty=after.empty != before.empty,
    )


def passed_by(cells: Iterable[Cell], change: CellChange, before: Cell) -> tuple[Line, ...]:
    """The lines shown on days between that are shown on neither day; a line shown often is one, as last."""
    ends = set(_lines(before)) | {line.key for line in change.came}
    between: dict[Key, Line] = {}
    for cell in cells:
        for key, line in _lines(cell).items():
            if key not in ends and line.slot != POSSIBLE:
                between[key] = line
    return tuple(between.values())


def how_it_came(*, known_before: bool) -> Turn:
    """New, or known before and shown only now: what stood in front of it has gone."""
    return Turn.FRONT if known_before else Turn.NEW


_GONE = {
    Standing.REPLACED: Turn.REPLACED,
    Standing.WITHDRAWN: Turn.WITHDRAWN,
    Standing.REJECTED: Turn.REJECTED,
    Standing.RESTATED: Turn.RESTATED,
    Standing.UNSUPPORTED: Turn.UNSUPPORTED,
    Standing.STANDS: Turn.BEHIND,
    Standing.WITHDRAWAL: Turn.BEHIND,
}


def how_it_went(line: Line, fate: Fate | None, *, is_recorded: bool = True) -> tuple[Turn, Key | None]:
    """What became of a line that is not shown any more, and the record by which.

    An answer has given way to a later one; any other line without a fate is no longer known by the day.
    """
    if not is_recorded:
        return Turn.REMOVED, None
    if line.item.type is RecordType.RESPONSE:
        return Turn.ANSWERED, None
    if fate is None:
        return Turn.UNSUPPORTED, None
    return _GONE[fate.standing], fate.by


_STOOD = frozenset({Standing.STANDS, Standing.RESTATED})
_DOWN = frozenset({Standing.REPLACED, Standing.WITHDRAWN, Standing.REJECTED})


def taken_down(before: Mapping[Key, Fate], after: Mapping[Key, Fate]) -> tuple[Key, ...]:
    """The records that stood on the earlier day, in the table or behind it, and have been taken down since.

    Most of what stands is not in the table: what is replaced there would else go without a word.
    """
    return tuple(
        key
        for key, fate in after.items()
        if fate.standing in _DOWN and key in before and before[key].standing in _STOOD
    )


def _lines(cell: Cell) -> dict[Key, Line]:
    found = {
        (item.type, item.id): Line(slot.value, item) for slot in Slot for item in getattr(cell, slot.value)
    }
    return found | {(item.type, item.id): Line(POSSIBLE, item) for item in cell.possible}


def _turns(was: Line, now: Line) -> tuple[Turn, ...]:
    if was == now:
        return ()
    before, after = was.item, now.item
    turns = []
    if was.slot != now.slot:
        if POSSIBLE in (was.slot, now.slot):
            turns.append(Turn.SURE if was.slot == POSSIBLE else Turn.DATED)
        else:
            turns.append(Turn.OTHERS if now.slot == Slot.OTHERS_SAY else Turn.OWN_SIDE)
    if parse_edtf(after.last_heard).last > parse_edtf(before.last_heard).last:
        turns.append(Turn.AGAIN)
    if (after.denied and not before.denied) or set(after.denied_by) - set(before.denied_by):
        turns.append(Turn.DENIED)
    elif (before.denied and not after.denied) or set(before.denied_by) - set(after.denied_by):
        turns.append(Turn.UNDENIED)
    if after.overtaken and not before.overtaken:
        turns.append(Turn.OVERTAKEN)
    if after.terms != before.terms:
        turns.append(Turn.TERMS)
    return tuple(turns) or (Turn.DATED,)
