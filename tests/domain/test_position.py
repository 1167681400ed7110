"""The rule of domain.md §4: its worked cases, and the laws that hold for every negotiation."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.dates import parse_day, parse_edtf
from app.domain.position import Cell, cell_history, position
from app.domain.vocabulary import Basis
from tests.domain.negotiations import DAYS, HOLDERS, ISSUES, Tables, negotiations, renamed
from tests.tables import cell_ids, records_from

CASES = Path(__file__).parent / "cases"
GAZA = Path(__file__).parents[2] / "app" / "demo" / "gaza"
NOTHING: dict[str, Any] = {
    **{slot: [] for slot in ("asks", "refuses", "accepted", "others_say", "says", "possible", "standing")},
    "contested": False,
}
ON = [date(2024, 1, 1), *DAYS, date(2024, 3, 1), date(2025, 1, 1)]


def worked_cases() -> list[Any]:
    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", worked_cases())
def test_each_worked_case_holds(case: dict[str, Any]) -> None:
    records = records_from(case["tables"])
    for expected in case["expect"]:
        on, basis = parse_day(expected["on"]), Basis(expected["basis"])
        cell = position(records, expected["holder"], expected["issue"], on, basis)
        wanted = {key: sorted(ids) if isinstance(ids, list) else ids for key, ids in expected["cell"].items()}
        assert cell_ids(cell) == wanted, case["why"]


def test_every_cell_of_the_gaza_package_holds() -> None:
    tables = {}
    for path in GAZA.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    records = records_from(tables)
    cells = json.loads((CASES / "gaza-cells.json").read_text(encoding="utf-8"))
    expected = {(c["on"], c["basis"], c["holder"], c["issue"]): c for c in cells}
    holders = sorted({row["actor"] for row in tables["participants"]})
    for on, basis in sorted({(c["on"], c["basis"]) for c in cells}):
        for holder in holders:
            for issue in (row["id"] for row in tables["issues"]):
                cell = cell_ids(position(records, holder, issue, parse_day(on), Basis(basis)))
                wanted = expected.get((on, basis, holder, issue), {"empty": "none"})
                wanted = (
                    NOTHING | {"empty": None} | {k: wanted[k] for k in wanted if k in (*NOTHING, "empty")}
                )
                wanted = {k: sorted(v) if isinstance(v, list) else v for k, v in wanted.items()}
                assert cell == wanted, (on, basis, holder, issue)


def every_cell(tables: Tables, on: date, basis: Basis) -> dict[tuple[str, str], Cell]:
    records = records_from(tables)
    return {(h, i): position(records, h, i, on, basis) for h in HOLDERS for i in ISSUES}


@given(negotiations(), st.sampled_from(ON), st.sampled_from(Basis))
def test_position_is_the_last_change_point_of_the_cells_history(
    tables: Tables, on: date, basis: Basis
) -> None:
    records = records_from(tables)
    for holder in HOLDERS:
        for issue in ISSUES:
            history = cell_history(records, holder, issue, basis)
            days = [day for day, _ in history]
            assert days == sorted(set(days))
            known = [cell for day, cell in history if day <= on] or [Cell()]
            cell = position(records, holder, issue, on, basis)
            assert len(cell.standing) == cell.standing_count
            assert without_standing(cell) == without_standing(known[-1])


def without_standing(cell: Cell) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in Cell.__slots__ if name != "standing"}


@given(negotiations(), st.sampled_from(ON))
def test_a_report_published_after_a_day_never_changes_what_was_known_by_then(
    tables: Tables, on: date
) -> None:
    published = {row["id"]: parse_edtf(row["published"]).last for row in tables["sources"]}
    # A term with reports of its own comes with them; without any it comes with its proposal (domain.md §3).
    own = [
        row for row in tables["citations"] if row["subject_type"] == "term" and row["relation"] == "supports"
    ]
    later = {row["subject"] for row in own} - {
        row["subject"] for row in own if published[row["source"]] <= on
    }
    earlier = {
        **tables,
        "terms": [row for row in tables["terms"] if row["id"] not in later],
        "citations": [row for row in tables["citations"] if published[row["source"]] <= on],
        "coverage": [row for row in tables["coverage"] if parse_edtf(row["searched_through"]).last <= on],
        "sources": [
            row if row.get("status_date", "") <= on.isoformat() else {**row, "status": ""}
            for row in tables["sources"]
        ],
    }
    assert every_cell(tables, on, Basis.REPORTED) == every_cell(earlier, on, Basis.REPORTED)


@given(negotiations(), st.sampled_from(ON), st.sampled_from(Basis))
def test_exchanging_two_parties_changes_nothing_but_their_names(
    tables: Tables, on: date, basis: Basis
) -> None:
    names = {"p": "q", "q": "p", "p-office": "q-office", "q-office": "p-office"}
    swapped = every_cell(renamed(tables, names), on, basis)
    for (holder, issue), cell in every_cell(tables, on, basis).items():
        other = swapped[names.get(holder, holder), issue]
        assert with_names(cell, names) == with_names(other, {})


def with_names(cell: Cell, names: dict[str, str]) -> Any:
    return [
        [
            (item.id, item.since, item.last_heard, sorted(names.get(a, a) for a in item.denied_by))
            for item in items
        ]
        for items in (cell.shown(), cell.possible, cell.standing)
    ] + [cell.contested, cell.empty, cell.dropped_by, cell.searched_through]


@given(negotiations(), st.sampled_from(ON), st.sampled_from(Basis), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_in_which_records_come_does_not_matter(
    tables: Tables, on: date, basis: Basis, random: Any
) -> None:
    records = records_from(tables)
    shuffled = records_from(tables)
    for name in ("demands", "terms", "proposals", "responses", "links", "coverage", "events"):
        random.shuffle(getattr(shuffled, name))
    for holder in HOLDERS:
        for issue in ISSUES:
            assert position(records, holder, issue, on, basis) == position(shuffled, holder, issue, on, basis)


@given(negotiations(), st.sampled_from(ON), st.sampled_from(Basis))
def test_hearsay_alone_never_fills_a_slot_of_the_holders_own(tables: Tables, on: date, basis: Basis) -> None:
    hearsay = {**tables, "citations": [{**row, "speakers": "m"} for row in tables["citations"]]}
    for (holder, _), cell in every_cell(hearsay, on, basis).items():
        if holder != "m":
            assert (cell.asks, cell.refuses, cell.says) == ((), (), ())


@given(negotiations(), st.sampled_from(ON), st.sampled_from(Basis))
def test_what_others_say_never_takes_down_what_is_from_its_own_side(
    tables: Tables, on: date, basis: Basis
) -> None:
    """Without the records on which its own side is never heard, its own lines are the same."""
    own = {
        (row["subject_type"], row["subject"])
        for row in tables["citations"]
        if {"p", "p-office"} & set(row["speakers"].split("|"))
    }
    kept = [
        row
        for row in tables["citations"]
        if row["subject_type"] == "event" or (row["subject_type"], row["subject"]) in own
    ]
    without = {**tables, "citations": kept}
    for issue in ISSUES:
        with_all = position(records_from(tables), "p", issue, on, basis)
        alone = position(records_from(without), "p", issue, on, basis)
        assert {item.id for item in alone.asks} == {item.id for item in with_all.asks}
        assert {item.id for item in alone.refuses} == {item.id for item in with_all.refuses} or tables[
            "events"
        ]
