"""A cell comes back from the text in which it is kept."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.cells import cell_from_json, cell_to_json
from app.domain.position import NOTHING, Cell, Item
from app.domain.vocabulary import Empty, RecordType

ids = st.text(st.sampled_from("abc-1"), min_size=1, max_size=5)
items = st.builds(
    Item,
    type=st.sampled_from([RecordType.DEMAND, RecordType.TERM, RecordType.RESPONSE]),
    id=ids,
    since=st.sampled_from(["2024-01-02", "2024-01~", "2024-01-01/2024-01-03"]),
    last_heard=st.just("2024-01-02"),
    denied_by=st.lists(ids, max_size=2).map(tuple),
    denied=st.booleans(),
    overtaken=st.booleans(),
    order_unknown=st.booleans(),
)
packages = items.flatmap(
    lambda item: st.builds(
        lambda proposal, terms: replace(item, proposal=proposal, terms=terms),
        ids,
        st.lists(ids, max_size=2).map(tuple),
    )
)
several = st.lists(items, max_size=2).map(tuple)
cells = st.builds(
    Cell,
    asks=several,
    refuses=several,
    accepted=st.lists(packages, max_size=2).map(tuple),
    others_say=several,
    says=several,
    possible=several,
    standing_count=st.integers(0, 9),
    contested=st.booleans(),
    empty=st.none() | st.sampled_from(Empty),
    dropped_by=st.lists(ids, max_size=2).map(tuple),
    searched_through=st.none() | st.just("2024-01"),
)


@given(cells)
def test_a_cell_is_the_same_after_a_round_trip(cell: Cell) -> None:
    shown, possible = cell_to_json(cell)
    found = cell_from_json(
        shown, possible, contested=cell.contested, empty=cell.empty, standing_count=cell.standing_count
    )
    assert found == cell


def test_only_what_is_set_is_written() -> None:
    assert cell_to_json(NOTHING) == ("{}", "[]")
    item = Item(RecordType.DEMAND, "d", "2024", "2024-01-02", denied=True)
    shown, _ = cell_to_json(replace(NOTHING, asks=(item,), dropped_by=("w",)))
    assert json.loads(shown) == {
        "asks": [
            {
                "type": "demand",
                "id": "d",
                "since": "2024",
                "last_heard": "2024-01-02",
                "denied_by": [],
                "denied": True,
            }
        ],
        "dropped_by": ["w"],
    }
