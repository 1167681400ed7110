"""Which text is the agreed one: recorded as that, or accepted by all in question."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agreement import Acceptance, Agreement, Text, acceptance, between, latest_agreed
from app.domain.answers import Given
from app.domain.vocabulary import Answer, Outcome

PARTIES = ["p", "q"]


def answer(day: int, answer: Answer = Answer.ACCEPTED, *, own: bool = True) -> Given[str]:
    return Given("r", own, date(2024, 1, day), answer)


def test_every_party_must_have_accepted_the_whole_and_the_latest_such_text_is_taken() -> None:
    both = {"p": [answer(1)], "q": [answer(2, own=False)]}
    texts = [Text("third", None, {"p": [answer(9)]}), Text("second", None, both), Text("first", None, both)]
    found = Agreement("second", None, (Acceptance("p", True), Acceptance("q", False)))
    assert latest_agreed(texts, PARTIES) == found
    assert latest_agreed(texts[:1], PARTIES) is None
    assert latest_agreed(texts, []) is None


@pytest.mark.parametrize("outcome", Outcome)
def test_a_recorded_outcome_needs_no_answer(outcome: Outcome) -> None:
    found = latest_agreed([Text("x", outcome)], PARTIES)
    is_agreed = outcome in (Outcome.AGREED, Outcome.IMPLEMENTED)
    assert found == (Agreement("x", outcome) if is_agreed else None)


def test_a_text_that_ended_otherwise_is_still_the_one_that_was_accepted() -> None:
    answers = {"p": [answer(1)], "q": [answer(1)]}
    found = latest_agreed([Text("x", Outcome.COLLAPSED, answers)], PARTIES)
    assert found is not None
    assert found.outcome is None


@pytest.mark.parametrize(
    "given",
    [
        [],
        [answer(1, Answer.ACCEPTED_IN_PRINCIPLE)],
        [answer(1, Answer.ACCEPTED_WITH_RESERVATIONS)],
        [answer(1), answer(2, Answer.REJECTED)],
        [answer(1), answer(1, Answer.COUNTERED)],
        [answer(1, Answer.UNDER_REVIEW), answer(2, own=False)],
    ],
    ids=[
        "none",
        "in principle",
        "with reservations",
        "taken back",
        "conflicting",
        "its own side says otherwise",
    ],
)
def test_what_is_no_acceptance(given: Sequence[Given[str]]) -> None:
    assert acceptance("p", given) is None


def test_its_own_side_is_heard_before_others() -> None:
    given = [answer(1), answer(2, Answer.REJECTED, own=False)]
    assert acceptance("p", given) == Acceptance("p", True)


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ([], ["p", "q", "r"]),
        (["q"], ["p", "q", "r"]),
        (["q", "m", "q"], ["p", "q", "r"]),
        (["r", "p", "r"], ["r", "p"]),
    ],
)
def test_nobody_agrees_alone(shown: list[str], asked: list[str]) -> None:
    assert between(shown, ["p", "q", "r"]) == asked


answers = st.lists(
    st.builds(
        Given,
        st.just("r"),
        st.booleans(),
        st.dates(date(2024, 1, 1), date(2024, 1, 3)),
        st.sampled_from([Answer.ACCEPTED, Answer.ACCEPTED, Answer.REJECTED]),
    ),
    max_size=3,
)


@given(st.lists(st.tuples(answers, answers), max_size=4))
def test_exchanging_two_parties_changes_only_names(
    pairs: list[tuple[list[Given[str]], list[Given[str]]]],
) -> None:
    found = latest_agreed([Text(f"{at}", None, {"p": p, "q": q}) for at, (p, q) in enumerate(pairs)], PARTIES)
    swapped = latest_agreed(
        [Text(f"{at}", None, {"p": q, "q": p}) for at, (p, q) in enumerate(pairs)], PARTIES[::-1]
    )
    assert (found and found.proposal) == (swapped and swapped.proposal)
    if found and swapped:
        assert [one.own for one in found.accepted] == [one.own for one in swapped.accepted]
