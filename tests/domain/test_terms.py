"""Two proposals term by term."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.terms import Became, Pair, TermText, likeness, pair_terms

HALT = "Temporary halt of military operations"


def term(
    id_: str, words: str = HALT, phase: str | None = "1", issue: str = "i", quantity: str = ""
) -> TermText:
    return TermText(id_, issue, phase, words, quantity)


def said(pairs: Sequence[Pair]) -> list[tuple[str, str, str]]:
    """Before, after, and what became of it."""
    return [
        (
            pair.before.id if pair.before else "",
            pair.after.id if pair.after else "",
            " ".join(pair.became) or "kept",
        )
        for pair in pairs
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([term("a")], [term("b")], [("a", "b", "kept")]),
        ([term("a")], [], [("a", "", "dropped")]),
        ([], [term("b")], [("", "b", "added")]),
        ([term("a")], [term("b", issue="j")], [("", "b", "added"), ("a", "", "dropped")]),
        ([term("a")], [term("b", "A permanent end")], [("a", "b", "words")]),
        ([term("a", quantity="42 days")], [term("b", quantity="60 days")], [("a", "b", "quantity")]),
        ([term("a")], [term("b", phase="2")], [("a", "b", "phase")]),
        ([term("a", phase=None)], [term("b", "All of it", phase="2")], [("a", "b", "words phase")]),
        # Too unlike to have moved.
        (
            [term("a")],
            [term("b", "Everybody goes home", phase="2")],
            [("", "b", "added"), ("a", "", "dropped")],
        ),
        # What says the same has moved, though something else stands in its old place.
        (
            [term("a")],
            [term("b", "Talks begin"), term("c", phase="2")],
            [("", "b", "added"), ("a", "c", "phase")],
        ),
        # Of several in one phase the likest are paired.
        (
            [term("a", "Women and children are freed"), term("b", "Bodies are returned")],
            [term("c", "Bodies are returned later"), term("d", "All women and children are freed")],
            [("b", "c", "words"), ("a", "d", "words")],
        ),
    ],
)
def test_each_term_is_paired_by_issue_then_phase_then_likeness(
    before: list[TermText], after: list[TermText], expected: list[tuple[str, str, str]]
) -> None:
    assert said(pair_terms(before, after)) == expected


def test_who_must_do_it_whose_wording_it_is_and_its_condition_are_changes_too() -> None:
    one = TermText("a", "i", "1", HALT, "", "", frozenset({"p"}), frozenset())
    other = TermText("b", "i", "1", HALT, "", "if they go", frozenset({"q"}), frozenset({"q"}))
    (pair,) = pair_terms([one], [other])
    assert pair.became == (Became.CONDITION, Became.OBLIGED, Became.TABLED_BY)


TERMS = st.lists(
    st.builds(
        TermText,
        st.just(""),
        st.sampled_from("ij"),
        st.sampled_from(["1", "2", None]),
        st.sampled_from(["a", "b", "all leave", "all leave at once", "nobody leaves", ""]),
        st.sampled_from(["", "42 days"]),
    ),
    max_size=6,
)


def numbered(terms: list[TermText], letter: str) -> list[TermText]:
    return [TermText(f"{letter}{at}", t.issue, t.phase, t.words, t.quantity) for at, t in enumerate(terms)]


@given(TERMS, TERMS)
def test_every_term_appears_once_and_only_with_one_on_its_issue(
    before: list[TermText], after: list[TermText]
) -> None:
    before, after = numbered(before, "a"), numbered(after, "b")
    pairs = pair_terms(before, after)
    assert sorted(pair.before.id for pair in pairs if pair.before) == sorted(t.id for t in before)
    assert sorted(pair.after.id for pair in pairs if pair.after) == sorted(t.id for t in after)
    assert all(pair.before.issue == pair.after.issue for pair in pairs if pair.before and pair.after)


@given(TERMS)
def test_a_text_compared_with_itself_is_kept_whole(terms: list[TermText]) -> None:
    terms = numbered(terms, "a")
    assert [pair.became for pair in pair_terms(terms, terms)] == [()] * len(terms)


@given(TERMS, TERMS)
def test_the_other_way_round_added_and_dropped_change_places_and_nothing_else(
    before: list[TermText], after: list[TermText]
) -> None:
    before, after = numbered(before, "a"), numbered(after, "b")
    there = {(pair.before, pair.after) for pair in pair_terms(before, after)}
    back = {(pair.after, pair.before) for pair in pair_terms(after, before)}
    assert there == back


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_the_same_both_ways_and_whole_for_one_text(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1
