"""A party's answers: which is the latest, and which conflict."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import Given, agreed, by_day, deciding, latest_shown
from app.domain.vocabulary import Answer


def answer(id_: str, day: int, answer: Answer = Answer.REJECTED, *, own: bool = True) -> Given[str]:
    return Given(id_, own, date(2024, 1, day), answer)


def ids(given: list[Given[str]]) -> list[str]:
    return [one.record for one in given]


def test_its_own_side_decides_before_others_and_the_latest_day_before_earlier_ones() -> None:
    given = [answer("old", 1), answer("new", 2), answer("told", 3, own=False)]
    assert ids(deciding(given)) == ["new"]
    assert ids(deciding(given[2:])) == ["told"]
    assert deciding([]) == []


def test_answers_of_one_day_that_differ_agree_on_nothing() -> None:
    assert agreed([answer("a", 1), answer("b", 1)]) is Answer.REJECTED
    assert agreed([answer("a", 1), answer("b", 1, Answer.COUNTERED)]) is None
    assert (
        agreed([answer("a", 1, Answer.ACCEPTED), answer("b", 1, Answer.ACCEPTED_WITH_RESERVATIONS)]) is None
    )
    assert agreed([]) is None


@pytest.mark.parametrize(("told", "shown"), [(1, ["own"]), (2, ["own"]), (3, ["own", "told"])])
def test_what_others_tell_stands_beside_it_only_where_it_is_later(told: int, shown: list[str]) -> None:
    assert ids(latest_shown([answer("own", 2), answer("told", told, own=False)])) == shown


def test_a_history_has_a_day_of_one_track_at_a_time() -> None:
    history = by_day(
        [
            answer("a", 1, Answer.UNDER_REVIEW),
            answer("told", 2, own=False),
            answer("b", 2, Answer.COUNTERED),
            answer("c", 2),
            answer("told later", 3, own=False),
        ]
    )
    assert [(ids(list(day.given)), day.is_latest, day.conflicts) for day in history] == [
        (["told later"], True, False),
        (["b", "c"], True, True),
        (["told"], False, False),
        (["a"], False, False),
    ]


@given(
    st.lists(
        st.builds(
            Given,
            st.uuids(),
            st.booleans(),
            st.dates(date(2024, 1, 1), date(2024, 1, 4)),
            st.sampled_from(Answer),
        )
    )
)
def test_a_history_has_every_answer_once_and_one_latest_day_for_each_track(given: list[Given[str]]) -> None:
    days = by_day(given)
    assert sorted(one.record for day in days for one in day.given) == sorted(one.record for one in given)
    assert sorted(day.own for day in days if day.is_latest) == sorted({one.own for one in given})
    for own in (True, False):
        latest = [day for day in days if day.own is own and day.is_latest]
        assert [list(day.given) for day in latest] == [
            found for found in [deciding(one for one in given if one.own is own)] if found
        ]
