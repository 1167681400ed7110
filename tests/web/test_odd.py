"""Addresses with values that nobody types: each is answered, by a page or with what is wrong with it."""

import pytest
from starlette.testclient import TestClient

TALKS = "/negotiations/reports"


@pytest.mark.parametrize(
    "address",
    [
        "outlets?after=%00",
        "outlets?after=a%00b",
        "issues/i?before=2024-01-02~2024-01-02~demand~%00",
        "issues/i?after=2024-01-02~2024-01-02~demand~%00",
        "issues/i?parties=%00",
    ],
)
def test_a_character_that_no_text_has_is_refused_in_words(small: TestClient, address: str) -> None:
    answer = small.get(f"{TALKS}/{address}")
    assert answer.status_code == 422
    assert "begin again from the first page" in answer.text or "that nobody types" in answer.text


@pytest.mark.parametrize("query", ["on=9999-12-31", "to=0001-01-01", "on=0001-01-01", "from=9999-12-31"])
def test_charts_of_the_first_and_the_last_of_all_days_are_drawn_or_left_out(
    reader: TestClient, query: str
) -> None:
    assert reader.get(f"/negotiations/gaza/issues/permanent-end-of-war?{query}").status_code == 200
