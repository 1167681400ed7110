"""The frame of every page: its navigation, what is passed on when it is shared, and its foot."""

import json
import re
from html import unescape

import pytest
import rispy  # type: ignore[import-untyped]
import time_machine
from starlette.testclient import TestClient

from app.web.render import cut
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
    """The forms of the citation, in their order: text, BibTeX, CSL-JSON, RIS."""
    return [unescape(text) for text in re.findall(r'class="form-of"[^>]*>(.*?)</p(?:re)?>', html, re.DOTALL)]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_cited_with_its_day_its_basis_and_when_it_was_read(
    reader: TestClient, address: str
) -> None:
    view = f"{address}?on=2024-09-04&basis=stated"
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        page = reader.get(view).text
    text, bibtex, csl, ris = forms(page)
    assert text.endswith(f"As of 4 September 2024, with hindsight. Accessed 1 March 2026. {PUBLIC_URL}{view}")
    assert f"url = {{{PUBLIC_URL}{view}}}" in bibtex
    assert json.loads(csl)[0]["URL"] == PUBLIC_URL + view
    (record,) = rispy.loads(ris)
    assert record["urls"] == [PUBLIC_URL + view]
    assert record["access_date"] == "2026/03/01"


def test_the_address_in_the_foot_keeps_filters_and_writes_out_the_day_of_today(reader: TestClient) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        page = reader.get(f"{GAZA}/timeline?actor=hamas&q=Netzarim&basis=").text
        address = unescape(re.findall(r'<a href="([^"]*)" rel="bookmark">', page)[0])
        assert address == f"{PUBLIC_URL}{GAZA}/timeline?actor=hamas&q=Netzarim&on=2026-03-01&basis=reported"


@pytest.mark.parametrize("page", ["timeline", "issues/permanent-end-of-war"])
def test_the_address_in_the_foot_keeps_the_day_where_a_filter_ends_on_it(
    reader: TestClient, page: str
) -> None:
    found = reader.get(f"{GAZA}/{page}?on=2024-05-06&to=2024-05-06").text
    address = unescape(re.findall(r'<a href="([^"]*)" rel="bookmark">', found)[0])
    assert address == f"{PUBLIC_URL}{GAZA}/{page}?to=2024-05-06&on=2024-05-06&basis=reported"


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


def title(html: str) -> str:
    found = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    assert found
    return unescape(found[1]).removesuffix(" – Parley")


RECORDS = {
    f"{GAZA}/demands/isr-2024-04-29-33-hostages": (
        "Israel, only said by others: Lowers its requirement for a first release to 33 hostages.",
        "Demand, 29 Apr 2024. New York Times (neither side), via Newser. As of 1 June 2025.",
    ),
    f"{GAZA}/demands/isr-2023-11-03-no-ceasefire-before-hostages": (
        "Israel, from its own side: No temporary ceasefire until all hostages have been released.",
        "Condition, 3 Nov 2023. Prime Minister Netanyahu, via Channel 4 News. As of 1 June 2025.",
    ),
    f"{GAZA}/remarks/remark-hamas-2023-12-21-no-exchange-before-end": (
        "About Hamas, only said by others: The report calls this position harder than before.",
        "Said to have hardened, 21 Dec 2023. i24NEWS, in its own voice. As of 1 June 2025.",
    ),
    f"{GAZA}/responses/r-qatar-three-day-hamas": (
        "Hamas, only said by others: Accepted the general outline.",
        "Accepted with reservations, 15 Nov 2023. "
        "Official briefed on the negotiations (unnamed) (a mediator), via "
        "Reuters. As of 1 June 2025.",
    ),
    f"{GAZA}/proposals/hamas-july-2-2024": (
        "Hamas, from its own side: proposal “Hamas text of 2 July 2024”",
        "Proposal, 2 Jul 2024. Hamas statement, via Pledge Times. As of 1 June 2025.",
    ),
    f"{GAZA}/events/doha-meeting-2023-11-09": (
        "Event, reported by Ynetnews: Intelligence chiefs meet the Qatari prime minister",
        "Talks round, 9 Nov 2023. Ynetnews, in its own voice. As of 1 June 2025.",
    ),
}


@pytest.mark.parametrize("address", RECORDS)
def test_a_record_that_is_passed_on_says_whose_claim_it_is_and_who_says_so(
    reader: TestClient, address: str
) -> None:
    page = reader.get(f"{address}?on=2025-06-01").text
    shared = meta(page)
    assert (shared["title"], shared["description"]) == RECORDS[address]
    assert title(page) == shared["title"]
    assert shared["title"].rstrip(".") in forms(page)[0]


def test_pages_of_sources_actors_and_issues_are_not_passed_on_as_facts(reader: TestClient) -> None:
    titles = {
        "sources/channel4-2023-11-03": (
            "Channel 4 News, 3 November 2023: “No ceasefire until all hostages are released, says Israeli PM”"
        ),
        "actors/hamas": "Hamas: what it is reported to stand for, as of 1 June 2025",
        "issues/permanent-end-of-war": (
            "Permanent end of the war: what each side is reported to want, as of 1 June 2025"
        ),
        "outlets/Ynetnews": "Ynetnews: its reports cited by 1 June 2025",
    }
    for path, expected in titles.items():
        assert title(reader.get(f"{GAZA}/{path}?on=2025-06-01").text) == expected


def test_the_track_in_a_title_is_that_of_the_day_of_the_view(reader: TestClient) -> None:
    # What every record says of its track in its body, its title says too.
    for address, (named, _) in RECORDS.items():
        if "only said by others" in named:
            assert "Only said by others:" in reader.get(f"{address}?on=2025-06-01").text
    later = f"{GAZA}/demands/isr-2024-04-29-33-hostages?on=2024-01-01"
    assert "As of 29 April 2024." in meta(reader.get(later).text)["description"]


def test_a_long_text_is_cut_at_a_word() -> None:
    assert cut("one two three", 9) == "one two…"
    assert cut("one, two", 6) == "one…"
    assert cut(" one\n two ", 7) == "one two"
