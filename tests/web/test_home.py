"""The first page: what this is, how a cell is read, and what changed lately in each negotiation."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.make import make_package
from tests.services.databases import load, serving
from tests.web.test_statements import counting


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site with seven negotiations."""
    folder: Path = tmp_path_factory.mktemp("many")
    url = f"sqlite:///{folder / 'parley.db'}"
    made = [make_package(folder / f"n{n}", demands=12, negotiation=f"n{n}", seed=n) for n in range(7)]
    load(url, *made)
    with serving(url) as client:
        yield client


def test_it_shows_a_real_cell_and_says_how_to_read_it(reader: TestClient) -> None:
    page = reader.get("/").text
    example = page.partition('class="example"')[2].partition("</section>")[0]
    assert "How to read a cell" in words(example)
    assert "Own side:" in words(example)
    assert "Others say" in words(example)
    (cell,) = re.findall(r'href="(/negotiations/gaza/positions/[^"]+)"', example)
    record = re.findall(r'class="to" href="([^"]+)"', example)[0]
    assert reader.get(cell).status_code == reader.get(record).status_code == 200


def test_each_negotiation_has_its_last_days_and_its_newest_records_with_their_speakers(
    reader: TestClient,
) -> None:
    gaza = reader.get("/").text.partition('<li id="gaza">')[2].partition("<footer")[0]
    assert "17 Feb 2026 (2 positions)" in words(gaza)
    assert "Own side: senior Hamas leader, unnamed, Al Manassa" in words(gaza).replace(" ,", ",")
    assert "/negotiations/gaza/changes?from=" in gaza


def test_a_day_typed_there_leads_to_the_positions_or_to_what_changed(reader: TestClient) -> None:
    page = reader.get("/").text
    assert 'action="/negotiations/gaza"' in page
    assert 'formaction="/negotiations/gaza/changes"' in page
    for where in ("", "/changes"):
        assert reader.get(f"/negotiations/gaza{where}?on=2024-05-06&basis=stated").status_code == 200


def test_the_negotiation_that_changed_last_comes_first(reader: TestClient) -> None:
    page = reader.get("/").text
    assert page.index('<li id="gaza">') < page.index('<li id="gaza-april-2024">')


def test_many_negotiations_stand_on_pages_of_a_bounded_number_of_statements(many: TestClient) -> None:
    first = many.get("/").text
    assert len(re.findall(r'<li id="n\d">', first)) == 5
    (following,) = re.findall(r'href="(/\?behind=\d+)" rel="next"', first)
    rest = many.get(following).text
    assert len(re.findall(r'<li id="n\d">', rest)) == 2
    assert 'href="/" rel="prev"' in rest
    with counting(many) as seen:
        many.get("/")
    assert len(seen) <= 100


def test_a_place_that_is_none_is_said_in_words(many: TestClient) -> None:
    page = many.get("/?behind=x")
    assert page.status_code == 422
    assert "is no place in the list" in words(page.text)
    assert "No negotiation is so far down the list" in words(many.get("/?behind=99").text)


def test_an_empty_site_says_what_to_do_next(database_url: Any) -> None:
    with serving(database_url) as client:
        text = words(client.get("/").text)
    assert "No negotiation is recorded here yet." in text
    assert "parley demo" in text
