"""Movement and gap (domain.md §5): worked examples, and the laws that hold wherever records are placed."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.comparison import (
    Carrier,
    Direction,
    Gap,
    Movement,
    Place,
    Quantity,
    Reason,
    Stand,
    Steps,
    Why,
    carrying,
    difference,
    gap,
    movement,
)
from app.domain.dates import parse_edtf
from app.domain.position import Item, position
from app.domain.quantities import bounds
from app.domain.records import Records
from app.domain.vocabulary import Basis, DemandKind, LinkRelation, RecordType
from tests.domain.negotiations import DAYS, Tables, negotiations
from tests.tables import records_from

EARLY, LATE = "2024-02-07", "2024-08-25"


def stand(
    holder: str,
    *rungs: int | tuple[int, int] | None,
    on: str = EARLY,
    version: int = 1,
    overtaken: bool = False,
) -> Stand:
    """What a party asks for on a day, one line for each rung or range of rungs; None is not placed."""
    lines = []
    for n, rung in enumerate(rungs):
        least, greatest = rung if isinstance(rung, tuple) else (rung, rung)
        place = None if least is None or greatest is None else Place(version, least, greatest)
        record = (RecordType.DEMAND, f"{holder}-{on}-{n}")
        lines.append(Carrier(record, parse_edtf(on), place, overtaken))
    return Stand(holder, tuple(lines))


def quantity(holder: str, *said: tuple[str, str]) -> Stand:
    """What a party asks for, one line for each quantity as reported and its unit."""
    lines = [
        Carrier(
            (RecordType.DEMAND, f"{holder}-{n}"),
            parse_edtf(EARLY),
            None,
            False,
            Quantity(text, unit, bounds(text)),
        )
        for n, (text, unit) in enumerate(said)
    ]
    return Stand(holder, tuple(lines))


@pytest.mark.parametrize(
    ("p", "q", "least", "greatest"),
    [
        pytest.param((2,), (2,), 0, 0, id="the same rung is aligned"),
        pytest.param((0,), (3,), 3, 3, id="two rungs are so many steps apart"),
        pytest.param(((0, 1),), ((3, 4),), 2, 4, id="of two ranges, from their near ends to their far ones"),
        pytest.param(((2, 4),), (3,), 0, 1, id="where ranges meet, aligned or apart"),
        pytest.param(((3, 4),), ((3, 4),), 0, 1, id="two claims on one range may still differ within it"),
        pytest.param((1, 3), (5,), 2, 4, id="lines of one day stand side by side"),
    ],
)
def test_a_gap_is_an_interval_of_steps(
    p: tuple[int | tuple[int, int], ...], q: tuple[int | tuple[int, int], ...], least: int, greatest: int
) -> None:
    found = gap(stand("p", *p), stand("q", *q), has_scale=True)
    assert found == Gap(Steps(least, greatest))
    assert (found.is_aligned, found.is_apart, found.may_be_either) == (
        greatest == 0,
        least > 0,
        least == 0 < greatest,
    )


NOT_COMPARED = [
    pytest.param(stand("p"), stand("q", 1), [Reason(Why.NO_POSITION, "p")], id="nothing from its own side"),
    pytest.param(
        stand("p", None), stand("q", 1), [Reason(Why.NOT_PLACED, "p")], id="not placed is never zero"
    ),
    pytest.param(
        stand("p", 0, None),
        stand("q", 1),
        [Reason(Why.PARTLY_PLACED, "p")],
        id="one line of the day is not placed",
    ),
    pytest.param(
        stand("p", None),
        stand("q"),
        [Reason(Why.NOT_PLACED, "p"), Reason(Why.NO_POSITION, "q")],
        id="both at fault",
    ),
    pytest.param(
        stand("p", 1, overtaken=True), stand("q", 1), [Reason(Why.OVERTAKEN, "p")], id="overtaken by an event"
    ),
    pytest.param(
        stand("p", 1),
        stand("q", 1, version=2),
        [Reason(Why.OTHER_VERSION)],
        id="on different versions of the scale",
    ),
    pytest.param(
        Stand("p", stand("p", 1).lines + stand("p", 1, version=2).lines),
        stand("q", 1),
        [Reason(Why.MIXED_VERSIONS, "p")],
        id="on several versions at once",
    ),
]


@pytest.mark.parametrize(("p", "q", "reasons"), NOT_COMPARED)
def test_what_cannot_be_compared_says_why(p: Stand, q: Stand, reasons: list[Reason]) -> None:
    assert gap(p, q, has_scale=True) == Gap(reasons=tuple(reasons))
    assert not gap(p, q, has_scale=True).is_aligned


def test_without_a_scale_nothing_is_compared() -> None:
    assert gap(stand("p"), stand("q"), has_scale=False) == Gap(reasons=(Reason(Why.NO_SCALE),))


def test_what_two_ask_for_together_is_aligned_whatever_it_leaves_open() -> None:
    lines = stand("both", (1, 3)).lines
    assert gap(Stand("p", lines), Stand("q", lines), has_scale=True).is_aligned


@pytest.mark.parametrize(
    ("before", "after", "other", "direction", "least", "greatest"),
    [
        pytest.param(0, 2, 3, Direction.TOWARD, 2, 2, id="toward"),
        pytest.param(0, 3, 3, Direction.TOWARD, 3, 3, id="all the way"),
        pytest.param(4, 3, 0, Direction.TOWARD, 1, 1, id="toward, downwards"),
        pytest.param(2, 0, 3, Direction.AWAY, 2, 2, id="away"),
        pytest.param(3, 4, 3, Direction.AWAY, 1, 1, id="away from where both stood"),
        pytest.param(2, 2, 3, Direction.UNCHANGED, 0, 0, id="said anew on the same rung"),
        pytest.param((0, 1), 2, (3, 4), Direction.TOWARD, 1, 2, id="an interval where a range is placed"),
        pytest.param(3, (3, 4), (0, 1), Direction.AWAY, 0, 1, id="perhaps not at all"),
    ],
)
def test_movement_is_told_in_steps_from_where_the_other_stood(
    before: int, after: int, other: int, direction: Direction, least: int, greatest: int
) -> None:
    found = movement(stand("p", before), stand("p", after, on=LATE), stand("q", other), has_scale=True)
    assert found == Movement(direction, Steps(least, greatest))


@pytest.mark.parametrize(
    ("before", "after", "other", "why"),
    [
        pytest.param(
            stand("p", 1), stand("p", 4, on=LATE), stand("q", 2), Why.WENT_PAST, id="toward it and past"
        ),
        pytest.param(
            stand("p", (3, 4)),
            stand("p", (3, 4), on=LATE),
            stand("q", 0),
            Why.RANGES_DO_NOT_TELL,
            id="within one range it may have moved either way",
        ),
        pytest.param(
            stand("p", 2),
            stand("p", 3, on=LATE),
            stand("q", (2, 3)),
            Why.RANGES_DO_NOT_TELL,
            id="the other's range",
        ),
        pytest.param(
            stand("p", 1, on="2024-02"),
            stand("p", 2),
            stand("q", 3),
            Why.ORDER_UNKNOWN,
            id="dates that overlap",
        ),
        pytest.param(
            stand("p", 1, on=LATE),
            stand("p", 2),
            stand("q", 3),
            Why.SAID_BEFORE,
            id="what stands now is older",
        ),
        pytest.param(
            stand("p", 1),
            stand("p", 2, on=LATE, version=2),
            stand("q", 3),
            Why.OTHER_VERSION,
            id="a newer version",
        ),
        pytest.param(
            stand("p", None), stand("p", 2, on=LATE), stand("q", 3), Why.NOT_PLACED, id="not placed then"
        ),
        pytest.param(stand("p", 1), stand("p", on=LATE), stand("q", 3), Why.NO_POSITION, id="dropped since"),
        pytest.param(
            stand("p", 1), stand("p", 2, on=LATE), stand("q"), Why.NO_POSITION, id="nothing to move toward"
        ),
        pytest.param(
            stand("p", 1),
            stand("p", 2, on=LATE),
            stand("q", 3, version=2),
            Why.OTHER_VERSION,
            id="the other's version",
        ),
    ],
)
def test_no_movement_is_told_where_it_cannot_be(before: Stand, after: Stand, other: Stand, why: Why) -> None:
    found = movement(before, after, other, has_scale=True)
    assert found.direction is None
    assert [reason.why for reason in found.reasons] == [why]


def test_a_position_that_nobody_has_touched_is_unchanged_though_its_dates_overlap() -> None:
    same = stand("p", (3, 4), on="2024")
    assert movement(same, same, stand("q"), has_scale=True) == Movement(Direction.UNCHANGED, Steps(0, 0))


@pytest.mark.parametrize(
    ("one", "other", "least", "greatest"),
    [
        (("42", "days"), ("126", "days"), 84, 84),
        (("42", "days"), ("42", "Days"), 0, 0),
        (("700-1000", "prisoners"), ("1,500", "prisoners"), 500, 800),
        (("700–1,000", "prisoners"), ("900", "prisoners"), 0, 200),
        (("at least 30", "hostages"), ("10", "hostages"), 20, None),
        (("up to 30", "hostages"), ("at least 10", "hostages"), 0, None),
    ],
)
def test_quantities_of_one_unit_are_compared_by_their_bounds(
    one: tuple[str, str], other: tuple[str, str], least: float, greatest: float | None
) -> None:
    found = difference(quantity("p", one), quantity("q", other))
    assert found
    assert (found.least, found.greatest) == (least, greatest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([("42", "days")], [("5", "years")]),
        ([], [("42", "days")]),
        ([("42", "days"), ("135", "days")], [("42", "days")]),
    ],
)
def test_what_is_in_other_units_or_of_several_amounts_is_no_quantity_to_compare(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    assert difference(quantity("p", *one), quantity("q", *other)) is None


def test_which_of_several_quantities_is_told_does_not_turn_on_who_comes_first() -> None:
    one = quantity("p", ("42", "days"), ("30", "people"))
    other = quantity("q", ("50", "people"), ("60", "days"))
    found, swapped = difference(one, other), difference(other, one)
    assert found
    assert swapped
    assert (found.one, found.other) == (swapped.other, swapped.one)


# --- Laws ---------------------------------------------------------------------------------------------------

ranges = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda ends: (min(ends), max(ends)))
rungs = st.lists(st.one_of(st.none(), ranges), max_size=3)
versions = st.integers(1, 2)


@st.composite
def stands(draw: st.DrawFn, holder: str, on: str = EARLY) -> Stand:
    return stand(holder, *draw(rungs), on=on, version=draw(versions), overtaken=draw(st.integers(0, 4)) == 0)


@given(stands("p"), stands("q"), st.booleans())
def test_a_gap_is_the_same_from_either_side(p: Stand, q: Stand, has_scale: bool) -> None:
    there, back = gap(p, q, has_scale=has_scale), gap(q, p, has_scale=has_scale)
    assert there.steps == back.steps
    assert set(there.reasons) == set(back.reasons)
    assert bool(there.steps) != bool(there.reasons)


@given(stands("p"), stands("p", LATE), stands("q"))
def test_renaming_the_parties_changes_nothing_but_names(p: Stand, later: Stand, q: Stand) -> None:
    swapped = {"p": "q", "q": "p"}
    other = [Stand(swapped[one.holder], one.lines) for one in (p, later, q)]
    found, mirrored = movement(p, later, q, has_scale=True), movement(*other, has_scale=True)
    assert (found.direction, found.steps) == (mirrored.direction, mirrored.steps)
    named = [Reason(r.why, swapped.get(r.holder or "")) for r in mirrored.reasons]
    assert list(found.reasons) == named


@given(ranges, ranges)
def test_the_interval_of_a_gap_holds_every_pair_of_rungs_and_no_more(
    p: tuple[int, int], q: tuple[int, int]
) -> None:
    found = gap(stand("p", p), stand("q", q), has_scale=True).steps
    every = [abs(a - b) for a in range(p[0], p[1] + 1) for b in range(q[0], q[1] + 1)]
    assert found == Steps(min(every), max(every))


@given(ranges, ranges, st.data())
def test_to_place_more_narrowly_never_widens_a_gap(
    p: tuple[int, int], q: tuple[int, int], data: st.DataObject
) -> None:
    least = data.draw(st.integers(*p))
    narrow = (least, data.draw(st.integers(least, p[1])))
    wide, close = (gap(stand("p", r), stand("q", q), has_scale=True).steps for r in (p, narrow))
    assert wide
    assert close
    assert wide.least <= close.least <= close.greatest <= wide.greatest


@given(ranges, ranges, ranges)
def test_a_direction_holds_wherever_within_the_ranges_the_positions_are(
    p: tuple[int, int], later: tuple[int, int], q: tuple[int, int]
) -> None:
    whole = movement(stand("p", p), stand("p", later, on=LATE), stand("q", q), has_scale=True)
    assume(whole.direction)
    assert whole.steps
    for a in range(p[0], p[1] + 1):
        for b in range(later[0], later[1] + 1):
            for c in range(q[0], q[1] + 1):
                one = movement(stand("p", a), stand("p", b, on=LATE), stand("q", c), has_scale=True)
                assert one.direction in (whole.direction, Direction.UNCHANGED)
                assert one.steps
                assert whole.steps.least <= one.steps.least <= whole.steps.greatest


@given(ranges, ranges, ranges)
def test_there_and_back_again_is_the_way_the_other_way_round(
    p: tuple[int, int], later: tuple[int, int], q: tuple[int, int]
) -> None:
    """Seen from beyond both, who moves toward and returns moves away by as many steps."""
    q = (q[0] + 7, q[1] + 7)
    there = movement(stand("p", p), stand("p", later, on=LATE), stand("q", q), has_scale=True)
    back = movement(stand("p", later), stand("p", p, on=LATE), stand("q", q), has_scale=True)
    turned = {Direction.TOWARD: Direction.AWAY, Direction.AWAY: Direction.TOWARD}
    assert there.steps == back.steps
    assert back.direction == (turned.get(there.direction, there.direction) if there.direction else None)


@st.composite
def hearsay(draw: st.DrawFn) -> tuple[Tables, Tables]:
    """A negotiation, and the same with one more demand of P that only others tell of, linked or not."""
    tables = draw(negotiations())
    said = draw(st.sampled_from(DAYS)).isoformat()
    told = {
        "id": "told",
        "holders": "p",
        "issues": "i",
        "kind": draw(st.sampled_from(DemandKind)),
        "stated": said,
    }
    cited = {
        "subject_type": "demand",
        "subject": "told",
        "source": "s0",
        "speakers": draw(st.sampled_from("qm")),
    }
    links = [
        {"from": "told", "relation": draw(st.sampled_from(LinkRelation)), "to": demand["id"]}
        for demand in tables["demands"][:1]
    ]
    more: Tables = {
        **tables,
        "demands": [*tables["demands"], told],
        "citations": [*tables["citations"], cited | {"relation": "supports", "stated": ""}],
        "links": [*tables["links"], *links],
    }
    return tables, more


@settings(max_examples=60)
@given(hearsay(), st.sampled_from(Basis))
def test_nothing_moves_and_no_gap_changes_by_what_others_say(
    both: tuple[Tables, Tables], basis: Basis
) -> None:
    without, with_it = (records_from(tables) for tables in both)
    for on in DAYS:
        assert carriers(without, "p", "i", on, basis) == carriers(with_it, "p", "i", on, basis)


def carriers(records: Records, holder: str, issue: str, on: date, basis: Basis) -> list[Item]:
    cell = position(records, holder, issue, on, basis.clock)
    return list(carrying(cell.asks, cell.refuses))
