"""How long the lines of a chart run, and what is joined to what."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.charts import Mark, Run, runs
from app.domain.vocabulary import RecordType

END = date(2024, 12, 31)


def day(text: str) -> date:
    return date.fromisoformat(f"2024-{text}")


def mark(
    id_: str,
    first: str,
    last: str = "",
    *,
    own: bool = True,
    holder: str | None = "p",
    rungs: tuple[int, int] = (1, 1),
    ended: str = "",
) -> Mark:
    return Mark(
        (RecordType.DEMAND, id_),
        holder,
        own,
        day(first),
        day(last or first),
        *rungs,
        day(ended) if ended else None,
    )


def of(found: Sequence[Run], id_: str) -> Run:
    return next(run for run in found if run.mark.key[1] == id_)


def joined(run: Run) -> list[str]:
    return [other.key[1] for other in run.joined]


def test_a_line_runs_to_the_next_of_its_own_side_and_steps_there() -> None:
    found = runs([mark("a", "01-01"), mark("b", "02-01", rungs=(3, 3))], END)
    assert (of(found, "a").start, of(found, "a").end) == (day("01-01"), day("02-01"))
    assert of(found, "b").end == END
    assert joined(of(found, "b")) == ["a"]
    assert joined(of(found, "a")) == []


def test_what_others_say_neither_ends_a_line_of_the_own_side_nor_is_joined_to_it() -> None:
    found = runs([mark("a", "01-01"), mark("x", "02-01", own=False), mark("b", "03-01")], END)
    assert of(found, "a").end == day("03-01")
    assert of(found, "x").end == day("03-01")
    assert joined(of(found, "x")) == []
    assert joined(of(found, "b")) == ["a"]


def test_two_dates_that_overlap_have_no_known_order() -> None:
    found = runs([mark("a", "02-10"), mark("b", "02-01", "02-29"), mark("c", "04-01")], END)
    assert of(found, "a").end == of(found, "b").end == day("04-01")
    assert joined(of(found, "c")) == ["a", "b"]
    assert of(found, "b").start == day("02-29"), "by then it was surely said"


def test_a_step_is_drawn_only_where_its_day_is_known() -> None:
    found = runs([mark("a", "01-01"), mark("b", "02-01", "02-29")], END)
    assert of(found, "a").end == day("02-01")
    assert joined(of(found, "b")) == []


def test_a_line_ends_where_something_took_it_down() -> None:
    found = runs([mark("a", "01-01", ended="01-15"), mark("b", "03-01")], END)
    assert of(found, "a").end == day("01-15")
    assert joined(of(found, "b")) == []


def test_a_proposals_term_of_nobody_shown_has_no_line() -> None:
    found = runs([mark("t", "01-01", holder=None, own=False), mark("a", "02-01")], END)
    assert not of(found, "t").is_line
    assert joined(of(found, "a")) == []


def test_what_is_vague_is_not_drawn() -> None:
    several_hundred = Mark((RecordType.DEMAND, "v"), "p", True, END, END, None, None)
    at_least = Mark((RecordType.DEMAND, "l"), "p", True, END, END, 30, None)
    assert (several_hundred.is_drawn, at_least.is_drawn) == (False, True)


@st.composite
def marks(draw: st.DrawFn) -> list[Mark]:
    found = []
    for place in range(draw(st.integers(0, 9))):
        first = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 200)))
        last = first + timedelta(days=draw(st.sampled_from((0, 0, 0, 28, 90))))
        ended = draw(
            st.none() | st.integers(0, 300).map(lambda days: date(2024, 1, 1) + timedelta(days=days))
        )
        holder = draw(st.sampled_from(("p", "q", None)))
        own = bool(holder) and draw(st.booleans())
        least = draw(st.integers(0, 4))
        found.append(Mark((RecordType.DEMAND, str(place)), holder, own, first, last, least, least, ended))
    return found


@given(marks())
def test_joins_never_leave_the_own_side_of_one_holder_and_never_claim_an_order(found: list[Mark]) -> None:
    drawn = runs(found, END)
    assert [run.mark for run in drawn] == found
    for run in drawn:
        assert run.start == run.mark.last <= run.end <= max(END, run.mark.last)
        for other in run.joined:
            assert other.holder == run.mark.holder is not None
            assert other.own
            assert run.mark.own
            assert other.last < run.mark.first == run.mark.last


@given(marks())
def test_exchanging_two_holders_exchanges_their_lines_and_nothing_else(found: list[Mark]) -> None:
    swap = {"p": "q", "q": "p", None: None}
    other = [Mark(m.key, swap[m.holder], m.own, m.first, m.last, m.least, m.greatest, m.ended) for m in found]
    assert [(run.start, run.end) for run in runs(found, END)] == [
        (run.start, run.end) for run in runs(other, END)
    ]


@given(marks())
def test_what_others_say_changes_no_line_of_an_own_side(found: list[Mark]) -> None:
    own = [one for one in found if one.own]
    alone = {run.mark.key: run for run in runs(own, END)}
    for run in runs(found, END):
        if run.mark.own:
            assert run == alone[run.mark.key]
