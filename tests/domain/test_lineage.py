"""Proposals as lineages."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lineage import Branch, Presented, ancestors, as_tree, in_reading_order


def presented(**amends: str) -> list[Presented]:
    """Proposals in the order of time, each with the one that it amends."""
    return [Presented(id_, above or None, (at,)) for at, (id_, above) in enumerate(amends.items())]


def test_the_lineage_that_was_added_to_last_comes_first_and_each_before_what_amends_it() -> None:
    assert in_reading_order(presented(a="", b="", c="a", d="c", e="a")) == ["a", "c", "d", "e", "b"]
    assert in_reading_order(presented(a="", b="", c="a", d="b")) == ["b", "d", "a", "c"]


def test_what_amends_a_proposal_that_is_not_known_begins_a_lineage() -> None:
    assert in_reading_order(presented(a="unknown", b="a")) == ["a", "b"]
    assert as_tree(["a", "b"], {"a": "unknown", "b": "a"}) == [Branch("a", (Branch("b"),))]


def test_a_circle_begins_with_its_earliest() -> None:
    assert in_reading_order(presented(a="c", b="a", c="b", d="c")) == ["a", "b", "c", "d"]
    assert ancestors("d", {"a": "c", "b": "a", "c": "b", "d": "c"}) == ["c", "b", "a"]


def test_a_tree_has_each_under_the_one_that_it_amends() -> None:
    amends = {"a": None, "b": "a", "c": "b", "d": "a", "e": None}
    assert as_tree("abcde", amends) == [
        Branch("a", (Branch("b", (Branch("c"),)), Branch("d"))),
        Branch("e"),
    ]


@st.composite
def proposals(draw: st.DrawFn) -> list[Presented]:
    ids = [f"p{at}" for at in range(draw(st.integers(0, 8)))]
    above = st.sampled_from([None, "unknown", *ids])
    return [Presented(id_, draw(above), (draw(st.integers(0, 3)),)) for id_ in ids]


@given(proposals())
def test_every_proposal_is_read_once_and_the_tree_is_read_in_the_same_order(known: list[Presented]) -> None:
    order = in_reading_order(known)
    assert sorted(order) == sorted(one.id for one in known)

    def read(branches: tuple[Branch, ...]) -> list[str]:
        return [id_ for branch in branches for id_ in (branch.id, *read(branch.amended_by))]

    assert read(tuple(as_tree(order, {one.id: one.amends for one in known}))) == order
