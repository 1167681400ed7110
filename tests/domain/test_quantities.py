"""Quantities keep their text; bounds only where it names numbers (domain.md §5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quantities import bounds


@pytest.mark.parametrize(
    ("text", "least", "greatest"),
    [
        ("42", 42, 42),
        ("1.2", 1.2, 1.2),
        ("1,000", 1000, 1000),
        ("about 9", 9, 9),
        ("700-1000", 700, 1000),
        ("700–1,000", 700, 1000),
        ("at least 30", 30, None),
        ("up to 50", None, 50),
        ("several hundred", None, None),
        ("dozens", None, None),
        ("", None, None),
        ("1000-700", None, None),
        ("1,00", None, None),
        ("١٢", None, None),
        ("9" * 400, None, None),
        ("-5", None, None),
        ("42 days", None, None),
    ],
)
def test_bounds_of_a_quantity_as_reported(text: str, least: float | None, greatest: float | None) -> None:
    found = bounds(text)
    assert (found.least, found.greatest) == (least, greatest)


@given(st.text(max_size=20))
def test_whatever_is_reported_the_least_is_never_above_the_greatest(text: str) -> None:
    found = bounds(text)
    assert found.least is None or found.greatest is None or found.least <= found.greatest
