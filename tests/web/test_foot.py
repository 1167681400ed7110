"""The frame of every page: its navigation, what is passed on when it is shared, and its foot."""

import json
import re
from html import unescape

import pytest
import time_machine
from starlette.testclient import TestClient

from tests.services.databases import PUBLIC_URL

GAZA = "/negotiations/gaza"
PAGES = [
    GAZA,
    f"{GAZA}/changes",
    f"{GAZA}/timeline",
    f"{GAZA}/positions/hamas/disarmament",
    f"{GAZA}/demands/hamas-2024-04-24-disarm-for-state",
    f"{GAZA}/proposals/israel-may-27-2024",
    f"{GAZA}/sources/lbci-2023-11-08",
    f"{GAZA}/actors/hamas",
    f"{GAZA}/issues/permanent-end-of-war",
    f"{GAZA}/remarks/remark-hamas-2023-12-21-no-exchange-before-end",
    f"{GAZA}/events/doha-meeting-2023-11-09",
]


def meta(html: str) -> dict[str, str]:
    """What is passed on when the address is shared."""
    return {
        name: unescape(text)
        for name, text in re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', html)
    }


def forms(html: str) -> list[str]:
    """The forms of the citation, in their order: text, BibTeX, CSL-JSON."""
    return [unescape(text) for text in re.findall(r'class="form-of"[^>]*>(.*?)</p(?:re)?>', html, re.DOTALL)]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_cited_with_its_day_its_basis_and_when_it_was_read(
    reader: TestClient, address: str
) -> None:
    view = f"{address}?on=2024-09-04&basis=stated"
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        page = reader.get(view).text
    text, bibtex, csl = forms(page)
    assert text.endswith(f"As of 4 September 2024, with hindsight. Accessed 1 March 2026. {PUBLIC_URL}{view}")
    assert f"url = {{{PUBLIC_URL}{view}}}" in bibtex
    assert json.loads(csl)[0]["URL"] == PUBLIC_URL + view


def test_the_address_in_the_foot_keeps_filters_and_writes_out_the_day_of_today(reader: TestClient) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        page = reader.get(f"{GAZA}/timeline?actor=hamas&q=Netzarim&basis=").text
        address = unescape(re.findall(r'<a href="([^"]*)" rel="bookmark">', page)[0])
        assert address == f"{PUBLIC_URL}{GAZA}/timeline?actor=hamas&q=Netzarim&on=2026-03-01&basis=reported"


def test_a_page_read_on_another_day_says_so_even_to_those_who_have_it(reader: TestClient) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        tag = reader.get(f"{GAZA}?on=2024-09-04").headers["etag"]
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False):
        later = reader.get(f"{GAZA}?on=2024-09-04", headers={"if-none-match": tag})
    assert later.status_code == 200
    assert "Accessed 2 March 2026" in later.text


@pytest.mark.parametrize("address", ["/", *PAGES])
def test_what_is_passed_on_when_a_page_is_shared_is_about_this_page(reader: TestClient, address: str) -> None:
    page = reader.get(f"{address}?on=2024-09-04").text
    shared = meta(page)
    assert shared["title"]
    assert shared["description"]
    assert shared["url"].startswith(PUBLIC_URL + address)
    assert "image" not in shared


def test_forms_and_refusals_are_not_cited_and_pass_nothing_on(reader: TestClient) -> None:
    for address in (f"{GAZA}?on=nonsense", f"{GAZA}/demands/nothing", "/login"):
        page = reader.get(address).text
        assert forms(page) == []
        assert meta(page) == {}


def test_the_navigation_keeps_the_day_and_the_basis(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/timeline?on=2024-09-04&basis=stated").text
    rooms = re.search(r'<nav [^>]*id="rooms".*?</nav>', page, re.DOTALL)
    assert rooms
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', rooms[0])]
    assert len(links) >= 2
    assert [link for link in links if not link.endswith("?on=2024-09-04&basis=stated")] == []
    assert re.search(r'aria-current="page">Time line<', rooms[0])
