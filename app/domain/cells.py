"""A cell as the text in which its change points are kept, and back.

``standing`` is left out: only its count is kept, and the records themselves answer the rest.
"""

import json
from typing import Any

from app.domain.position import Cell, Item
from app.domain.vocabulary import Empty, RecordType, Slot

_SLOTS = tuple(slot.value for slot in Slot)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def cell_to_json(cell: Cell) -> tuple[str, str]:
    """The texts of ``shown`` (slots with their items, and what an empty cell says) and ``possible``."""
    shown: dict[str, Any] = {
        slot: [_item_to_json(item) for item in items] for slot in _SLOTS if (items := getattr(cell, slot))
    }
    if cell.dropped_by:
        shown["dropped_by"] = list(cell.dropped_by)
    if cell.searched_through is not None:
        shown["searched_through"] = cell.searched_through
    possible = [_item_to_json(item) for item in cell.possible]
    return _ENCODER.encode(shown), _ENCODER.encode(possible)


def cell_from_json(
    shown: str, possible: str, *, contested: bool, empty: Empty | None, standing_count: int
) -> Cell:
    """The cell that ``cell_to_json`` wrote, with the three values that are kept beside its texts."""
    slots = json.loads(shown)
    return Cell(
        **{slot: _items_from_json(slots.get(slot, ())) for slot in _SLOTS},
        possible=_items_from_json(json.loads(possible)),
        standing_count=standing_count,
        contested=contested,
        empty=empty,
        dropped_by=tuple(slots.get("dropped_by", ())),
        searched_through=slots.get("searched_through"),
    )


def _item_to_json(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": item.type.value,
        "id": item.id,
        "since": item.since,
        "last_heard": item.last_heard,
        "denied_by": list(item.denied_by),
    }
    for mark in ("denied", "overtaken", "order_unknown"):
        if getattr(item, mark):
            found[mark] = True
    if item.proposal is not None:
        found["proposal"] = item.proposal
        found["terms"] = list(item.terms)
    return found


def _items_from_json(items: list[dict[str, Any]]) -> tuple[Item, ...]:
    return tuple(
        Item(
            RecordType(item["type"]),
            item["id"],
            item["since"],
            item["last_heard"],
            tuple(item["denied_by"]),
            denied=item.get("denied", False),
            overtaken=item.get("overtaken", False),
            order_unknown=item.get("order_unknown", False),
            proposal=item.get("proposal"),
            terms=tuple(item.get("terms", ())),
        )
        for item in items
    )
