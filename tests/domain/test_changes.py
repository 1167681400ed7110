"""What changed in a cell: nothing exactly where both days read alike, and nothing that neither day shows."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.changes import CellChange, Turn, compare, how_it_came, how_it_went, passed_by, taken_down
from app.domain.claims import Key
from app.domain.position import Cell, Fate, Item, Standing, cell_history, fates
from app.domain.vocabulary import Basis, Empty, RecordType
from tests.domain.negotiations import DAYS, HOLDERS, ISSUES, Tables, negotiations
from tests.tables import records_from

BASES = st.sampled_from([Basis.REPORTED, Basis.STATED])


def histories(tables: Tables, basis: Basis) -> list[list[tuple[date, Cell]]]:
    records = records_from(tables)
    return [cell_history(records, holder, issue, basis) for holder in HOLDERS for issue in ISSUES]


def on(history: list[tuple[date, Cell]], day: date) -> Cell:
    return ([cell for first, cell in history if first <= day] or [Cell()])[-1]


def keys(cell: Cell) -> set[Key]:
    return {(item.type, item.id) for item in (*cell.shown(), *cell.possible)}


@given(negotiations(), BASES, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_a_change_is_listed_exactly_where_the_cells_differ(
    tables: Tables, basis: Basis, one: date, other: date
) -> None:
    for history in histories(tables, basis):
        before, after = on(history, one), on(history, other)
        change = compare(before, after)
        assert change.is_nothing == (before == after)
        assert {line.key for line in change.came} == keys(after) - keys(before)
        assert {line.key for line in change.went} == keys(before) - keys(after)
        assert {line.key for line in change.stayed} <= keys(before) & keys(after)


@given(negotiations(), BASES, st.lists(st.sampled_from(DAYS), min_size=3, max_size=3).map(sorted))
def test_what_changed_over_a_span_changed_in_one_of_its_parts(
    tables: Tables, basis: Basis, days: list[date]
) -> None:
    first, _, last = days
    for history in histories(tables, basis):
        a, b, c = (on(history, day) for day in days)
        whole, parts = compare(a, c), (compare(a, b), compare(b, c))
        assert not whole.is_nothing or parts[0].is_nothing == parts[1].is_nothing
        for side in ("came", "went"):
            listed = {line.key for part in parts for line in getattr(part, side)}
            assert {line.key for line in getattr(whole, side)} <= listed
        assert whole.standing == parts[0].standing + parts[1].standing
        # Nothing that was shown on any day of the span is left out.
        shown = [cell for day, cell in history if first < day <= last]
        passed = {line.key for line in passed_by(shown, whole, a)}
        seen = {(item.type, item.id) for cell in shown for item in cell.shown()}
        assert seen <= passed | keys(a) | keys(c)
        assert not passed & (keys(a) | keys(c))


@given(negotiations(), BASES, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_a_line_that_went_is_called_replaced_only_where_a_person_linked_it_so(
    tables: Tables, basis: Basis, one: date, other: date
) -> None:
    records = records_from(tables)
    linked = {row["to"] for row in tables["links"] if row["relation"] == "replaces"}
    for holder in HOLDERS:
        for issue in ISSUES:
            history = cell_history(records, holder, issue, basis)
            found = fates(records, holder, issue, max(one, other), basis)
            change = compare(on(history, min(one, other)), on(history, max(one, other)))
            for line in change.went:
                turn, by = how_it_went(line, found.get(line.key))
                assert (by is not None) or turn not in (Turn.REPLACED, Turn.RESTATED, Turn.REJECTED)
                if turn is Turn.REPLACED and not linked:
                    raise AssertionError("age alone replaces nothing")


ITEM = Item(RecordType.DEMAND, "d", "2024-01-01", "2024-01-01")


def turns(before: Cell, after: Cell) -> list[tuple[Turn, ...]]:
    return [line.turns for line in compare(before, after).stayed]


def test_each_way_in_which_a_line_reads_differently_has_its_word() -> None:
    own = Cell(asks=(ITEM,), empty=None)
    hearsay = Cell(others_say=(ITEM,), empty=Empty.OTHERS_ONLY)
    assert turns(hearsay, own) == [(Turn.OWN_SIDE,)]
    assert turns(own, hearsay) == [(Turn.OTHERS,)]
    assert turns(Cell(possible=(ITEM,)), own) == [(Turn.SURE,)]
    for item, turn in (
        (replace(ITEM, last_heard="2024-02-01"), Turn.AGAIN),
        (replace(ITEM, denied=True, denied_by=("q",)), Turn.DENIED),
        (replace(ITEM, overtaken=True), Turn.OVERTAKEN),
        (replace(ITEM, terms=("t",)), Turn.TERMS),
        (replace(ITEM, since="2023"), Turn.DATED),
    ):
        assert turns(own, Cell(asks=(item,), empty=None)) == [(turn,)]
    assert turns(Cell(asks=(replace(ITEM, denied=True),)), Cell(asks=(ITEM,))) == [(Turn.UNDENIED,)]


def test_contested_searched_and_dropped_are_changes_of_their_own() -> None:
    own = Cell(asks=(ITEM,), empty=None)
    assert compare(own, replace(own, contested=True)).contested is True
    assert compare(replace(own, contested=True), own).contested is False
    searched = Cell(empty=Empty.SEARCHED, searched_through="2024-02-01")
    assert compare(Cell(), searched).searched == "2024-02-01"
    dropped = compare(own, Cell(empty=Empty.DROPPED, dropped_by=("w",)))
    assert (dropped.dropped, [line.item.id for line in dropped.went]) == (("w",), ["d"])
    assert compare(own, own) == CellChange()


def test_what_became_of_a_line_is_told_by_its_fate_and_age_is_none() -> None:
    (line,) = compare(Cell(asks=(ITEM,)), Cell()).went
    assert how_it_went(line, Fate(Standing.STANDS, None)) == (Turn.BEHIND, None)
    by = (RecordType.DEMAND, "e")
    assert how_it_went(line, Fate(Standing.REPLACED, by)) == (Turn.REPLACED, by)
    assert how_it_went(line, None) == (Turn.UNSUPPORTED, None)
    assert how_it_went(line, None, is_recorded=False) == (Turn.REMOVED, None)
    assert how_it_came(known_before=True) is Turn.FRONT
    assert how_it_came(known_before=False) is Turn.NEW


@given(negotiations(), BASES, st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_what_was_taken_down_stood_before_and_stands_no_more(
    tables: Tables, basis: Basis, one: date, other: date
) -> None:
    records = records_from(tables)
    for holder in HOLDERS:
        for issue in ISSUES:
            before = fates(records, holder, issue, min(one, other), basis)
            after = fates(records, holder, issue, max(one, other), basis)
            down = taken_down(before, after)
            shown = keys(on(cell_history(records, holder, issue, basis), max(one, other)))
            assert not set(down) & shown
            for key in down:
                assert before[key].standing in (Standing.STANDS, Standing.RESTATED)
                assert after[key].by is not None or after[key].standing is Standing.WITHDRAWN
            assert taken_down(after, after) == ()
