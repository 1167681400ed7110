"""Every format has the rows of the page: the same filters, the same records, the same visibility."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import feedparser  # type: ignore[import-untyped]
import openpyxl  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from tests.services.databases import PUBLIC_URL, serving
from tests.web.test_timeline import GAZA, pages

# Ten combinations of the time line's filters; each selects something.
FILTERS = [
    "on=2024-01-20",
    "on=2024-03-20&basis=stated&type=demand&from=2024-03",
    "on=2024-06-15&actor=hamas&from=2024-05-20",
    "on=2025-01-15&actor=israel&issue=hostage-release&track=own_side",
    "on=2024-06-09&track=others&type=demand&from=2024-05",
    "on=2024-12-31&from=2024-02&to=2024-02-20",
    "on=2024-09-04&type=response&kind=rejected",
    "on=2025-10-09&q=Netzarim",
    "on=2026-02-17&denied=1",
    "on=2024-09-04&rests=opponent_unnamed&actor=hamas",
]

Ids = list[str]


@pytest.fixture(scope="module")
def whole(templates: Any) -> Iterator[TestClient]:
    """A reader of the bundled negotiations; that both databases give the same rows, others test."""
    with serving(f"sqlite:///{templates('sqlite', *(DEMO / name for name in PACKAGES))}") as client:
        yield client


def of_csv(client: TestClient, query: str) -> Ids:
    rows = csv.DictReader(io.StringIO(client.get(f"{GAZA}.csv?{query}").content.decode("utf-8-sig")))
    return [f"{row['record_type']}-{row['id']}" for row in rows]


def of_plain_csv(client: TestClient, query: str) -> Ids:
    return of_csv(client, f"{query}&profile=plain")


def of_timelinejs(client: TestClient, query: str) -> Ids:
    """A slide has no id; its text leads to the record."""
    text = client.get(f"{GAZA}.csv?{query}&profile=timelinejs").content.decode("utf-8-sig")
    slides = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [slide["Type"] for slide in slides] == ["title", *[""] * (len(slides) - 1)]
    links = [re.findall(r'href="([^"]+)"', slide["Text"])[0] for slide in slides[1:]]
    return [_id(link) for link in links]


def of_xlsx(client: TestClient, query: str) -> Ids:
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{GAZA}.xlsx?{query}").content))
    return [f"{row[0]}-{row[1]}" for row in book["Time line"].iter_rows(min_row=2, values_only=True)]


def of_atom(client: TestClient, query: str) -> Ids:
    """A feed has the changes of the records, the newest first; here each was made once."""
    address, links = f"{GAZA}.atom?{query}", []
    while address:
        feed = feedparser.parse(client.get(address).content)
        assert not feed.bozo, feed.get("bozo_exception")
        links += [entry.link for entry in feed.entries]
        address = next((link.href for link in feed.feed.links if link.rel == "next"), "")
        address = address.removeprefix(PUBLIC_URL)
    return [_id(link) for link in links]


def of_api(client: TestClient, query: str) -> Ids:
    address, found = f"/api/v1{GAZA}?{query}&limit=40", []
    while address:
        answer = client.get(address)
        found += [f"{row['type']}-{row['id']}" for row in answer.json()["rows"]]
        link = re.match(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1].removeprefix(PUBLIC_URL) if link else ""
    return found


def _id(link: str) -> str:
    """The record that an address leads to, as the page has it."""
    path, _, place = link.removeprefix(PUBLIC_URL).partition("#")
    noun, record = path.split("/")[-2:]
    return place or f"{noun[:-1]}-{record}"


# By its name, what reads the ids of the records in a format, in the order in which they stand there.
FORMATS: dict[str, Callable[[TestClient, str], Ids]] = {
    "csv": of_csv,
    "plain csv": of_plain_csv,
    "timelinejs": of_timelinejs,
    "xlsx": of_xlsx,
    "api": of_api,
}


@pytest.mark.parametrize(
    "columns", ["", "hamas@2024-02-07,hamas,egypt", "israel,proposal:israel-may-27-2024"]
)
def test_the_positions_have_the_records_of_the_page(whole: TestClient, columns: str) -> None:
    query = f"on=2024-09-04&columns={columns}"
    html = whole.get(f"/negotiations/gaza?{query}").text
    table = html[html.index('<table class="board') : html.index("</table>")]
    links = re.findall(r'<a class="to[^"]*"[^>]* href="([^"]+)', table)
    shown = {_id(re.sub(r"\?[^#]*", "", link)) for link in links}
    text = whole.get(f"/negotiations/gaza/positions.csv?{query}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    listed = {f"{row['record_type']}-{row['id']}" for row in rows if row["id"]}
    # What was accepted, and the terms of a text, stand on the page under the address of the package.
    packages = ("accepted", "term_accepted", "term", "proposal")
    under = {f"{row['record_type']}-{row['id']}" for row in rows if row["place"] in packages}
    assert shown
    assert shown <= listed
    answers = {f"response-{row['id']}" for row in rows if row["place"] == "answer"}
    assert listed - shown <= under | answers
    for row in rows:
        if row["place"] in packages and row["proposal"]:
            assert f"/proposals/{row['proposal']}" in table


@pytest.mark.parametrize("query", FILTERS)
def test_every_format_has_the_rows_of_the_page(whole: TestClient, query: str) -> None:
    shown = pages(whole, f"{GAZA}?{query}")
    assert shown
    for name, read in FORMATS.items():
        assert read(whole, query) == shown, name


@pytest.mark.parametrize("query", FILTERS)
def test_a_feed_which_is_of_today_has_the_records_of_the_page_of_today(whole: TestClient, query: str) -> None:
    today = re.sub(r"(^|&)(on|basis)=[^&]*", "", query).removeprefix("&")
    shown = pages(whole, f"{GAZA}?{today}")
    assert shown
    assert sorted(of_atom(whole, today)) == sorted(shown)
