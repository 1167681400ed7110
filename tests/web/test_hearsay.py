"""The positions that are only said by others, and on whom they rest."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.web.test_demands import END, words

TALKS = "/negotiations/reports"
GAZA = "/negotiations/gaza"


def cells(client: TestClient, address: str) -> set[str]:
    """The cells that a page lists, as ``holder/issue``."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return set(re.findall(r'href="/negotiations/[\w-]+/positions/([\w-]+/[\w-]+)', response.text))


@pytest.mark.parametrize(
    ("rests", "expected"),
    [
        ("", {"p/j", "q/i"}),
        ("others", {"p/j", "q/i"}),
        ("opponent", {"q/i"}),
        ("opponent_unnamed", {"q/i"}),
    ],
)
def test_it_lists_the_positions_that_rest_only_on_these(
    small: TestClient, rests: str, expected: set[str]
) -> None:
    assert cells(small, f"{TALKS}/positions?{END}&rests={rests}") == expected


def test_it_says_on_whom_each_rests_and_how_many_there_are(small: TestClient) -> None:
    page = words(small, f"{TALKS}/positions?{END}")
    assert "others, whoever they are 2 another party 1 another party’s unnamed officials 1" in page
    assert "Rests only on another party’s unnamed officials" in page
    assert "P 1 of 3 issues" in page
    none = words(small, f"{TALKS}/positions?{END}&rests=opponent")
    assert "By 31 Dec 2024 no position of P rests only on another party." in none


def test_it_counts_the_records_of_the_time_line_that_rest_on_the_same(small: TestClient) -> None:
    for rests in ("others", "opponent", "opponent_unnamed"):
        page = small.get(f"{TALKS}/positions?{END}&rests={rests}").text
        told = re.search(rf'timeline\?[^"]*rests={rests}"[^>]*>(\d+) record', page)
        assert told
        listed = small.get(f"{TALKS}/timeline.csv?{END}&rests={rests}").text
        assert int(told[1]) == len(listed.splitlines()) - 1


def test_it_is_as_of_the_day(small: TestClient) -> None:
    address = f"{TALKS}/positions?rests=opponent_unnamed&on="
    assert cells(small, f"{address}2024-01-02") == set()
    assert cells(small, f"{address}2024-01-05") == {"q/i", "q/k"}
    # On the 10th two mediators say something of Q on K as well.
    assert cells(small, f"{address}2024-01-10") == {"q/i"}


def test_a_word_that_is_none_of_these_is_refused(small: TestClient) -> None:
    response = small.get(f"{TALKS}/positions?rests=hope")
    assert response.status_code == 422
    assert "“hope” is nobody on whom a record could rest" in unescape(response.text)


def test_the_question_is_three_clicks_from_home(reader: TestClient) -> None:
    address = "/"
    for leads_to in (rf"{GAZA}", rf"{GAZA}/actors", rf"{GAZA}/positions\?rests=opponent"):
        page = unescape(reader.get(address).text)
        found = re.search(rf'href="({leads_to})"', page)
        assert found, (address, leads_to)
        address = found[1]
    assert "Positions only said by others" in words(reader, address)
