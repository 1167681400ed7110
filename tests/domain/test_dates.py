"""EDTF dates: what is taken, what is refused, and the first and last possible day (domain.md §3)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import NotADate, parse_day, parse_edtf
from app.web.days import edtf_words


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2024-04-03", (2024, 4, 3), (2024, 4, 3), "3 Apr 2024"),
        ("2024-04-03~", (2024, 4, 3), (2024, 4, 3), "about 3 Apr 2024"),
        ("2024-04", (2024, 4, 1), (2024, 4, 30), "Apr 2024"),
        ("2024-02", (2024, 2, 1), (2024, 2, 29), "Feb 2024"),
        ("2024-02~", (2024, 2, 1), (2024, 2, 29), "about Feb 2024"),
        ("2024", (2024, 1, 1), (2024, 12, 31), "2024"),
        ("2024-04-01/2024-04-03", (2024, 4, 1), (2024, 4, 3), "1–3 Apr 2024"),
        ("2024-03-30/2024-04-03", (2024, 3, 30), (2024, 4, 3), "30 Mar 2024 – 3 Apr 2024"),
        ("2023-11/2024", (2023, 11, 1), (2024, 12, 31), "Nov 2023 – 2024"),
        ("2024-04-01~/2024-04", (2024, 4, 1), (2024, 4, 30), "about 1 Apr 2024 – Apr 2024"),
        ("0001-01-01", (1, 1, 1), (1, 1, 1), "1 Jan 0001"),
    ],
)
def test_a_date_keeps_its_text_and_has_a_first_and_last_possible_day(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int], words: str
) -> None:
    found = parse_edtf(text)
    assert (found.text, found.first, found.last) == (text, date(*first), date(*last))
    assert edtf_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2024-02-30",
        "2024-13",
        "2024-00",
        "0000",
        "24-04-03",
        "2024-4-3",
        "2024-04-03T12:00",
        "2024/2023",
        "2024-04-03/",
        "/2024",
        "2024~~",
        "~2024",
        "2024?",
        "2024-04-03%",
        "2024-04-XX",
        "202X",
        "2024-04-03 ",
        "٢٠٢٤",
        "2024-04-01/2024-04-02/2024-04-03",
        "..",
        "2024/..",
        "12024",
        "-2024",
        "2024-04-03\n",
        "\x00",
        "2024-W14",
    ],
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotADate, match=r"is not|ends before"):
        parse_edtf(text)


@pytest.mark.parametrize(
    "text", ["2024", "2024-04", "2024-04-03~", "2024-02-30", "", "3 April 2024", "today"]
)
def test_a_view_is_of_a_full_day_only(text: str) -> None:
    with pytest.raises(NotADate, match="such as 2024-04-03"):
        parse_day(text)


def test_what_was_said_was_said_before_it_was_printed() -> None:
    capped = parse_edtf("2024-05").capped(date(2024, 5, 10))
    assert (capped.text, capped.first, capped.last) == ("2024-05", date(2024, 5, 1), date(2024, 5, 10))
    assert parse_edtf("2024-05-12").capped(date(2024, 5, 10)).first == date(2024, 5, 10)


@given(st.dates(min_value=date(1, 1, 1)), st.dates(min_value=date(1, 1, 1)))
def test_every_interval_of_days_reads_back(start: date, end: date) -> None:
    start, end = min(start, end), max(start, end)
    found = parse_edtf(f"{start.isoformat()}/{end.isoformat()}~")
    assert (found.first, found.last) == (start, end)


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = parse_edtf(text)
    except NotADate:
        return
    assert found.first <= found.last
    assert edtf_words(text)
