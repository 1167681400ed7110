"""The page of one source: the publication, its origin, and what it is cited for."""

import csv
import re
from html import unescape
from urllib.parse import quote

import pytest
from markupsafe import escape
from starlette.testclient import TestClient

from app.cli import DEMO
from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/sources"


def test_a_source_says_what_was_printed_where_and_when(small: TestClient) -> None:
    page = words(small, f"{TALKS}/s1?{END}")
    assert "One & only https://example.org/1" in page
    assert "Outlet Outlet s1 Author A. Writer Published 2 Jan 2024 Language English" in page
    assert "Reliability Not judged (F)" in page
    html = small.get(f"{TALKS}/s1?{END}").text
    assert (
        '<a href="https://example.org/1" rel="noopener nofollow external">https://example.org/1</a>' in html
    )
    hebrew = words(small, f"{TALKS}/s5?{END}")
    assert "Language Hebrew" in hebrew
    assert "Reliability Usually reliable (B)" in hebrew


def test_reports_of_one_origin_are_named_as_one_voice(small: TestClient) -> None:
    relayed = words(small, f"{TALKS}/s2?{END}")
    assert "Origin relays Outlet s1, 2 Jan 2024" in relayed
    assert (
        "One voice with Outlet s1, 2 Jan 2024 2 reports, 1 origin. Reports of one origin count once."
        in relayed
    )
    origin = words(small, f"{TALKS}/s1?{END}")
    assert "Origin its own report" in origin
    assert "One voice with Outlet s2, 5 Jan 2024" in origin
    assert "One voice with" not in words(small, f"{TALKS}/s1?on=2024-01-04"), "not printed by then"
    assert "relays “a-wire-story”, which is not recorded here" in words(small, f"{TALKS}/s6?{END}")


def test_a_retraction_shows_from_its_day(small: TestClient) -> None:
    assert "Retracted by the outlet" not in words(small, f"{TALKS}/s4?on=2024-02-09")
    assert "Retracted by the outlet 10 Feb 2024" in words(small, f"{TALKS}/s4?on=2024-02-10")


def test_it_lists_what_it_supports_and_what_it_denies(small: TestClient) -> None:
    page = words(small, f"{TALKS}/s3?{END}")
    assert "Q Said by others · demand Q denies this" in page
    assert "as described by two mediators (unnamed) (a mediator); Outlet s3" in page
    assert "Denied by Q" in page
    assert "“we say so” P, from its own side: P; Outlet s3" in page
    html = small.get(f"{TALKS}/s3?{END}").text
    assert html.count("<article") == 5


def test_the_list_begins_where_the_address_says(small: TestClient) -> None:
    every = small.get(f"{TALKS}/s3?{END}").text
    rest = small.get(f"{TALKS}/s3?{END}&after=14").text
    assert 0 < rest.count("<article") < every.count("<article")
    fault = small.get(f"{TALKS}/s3?{END}&after=x")
    assert fault.status_code == 422
    assert "“x” is no place in the list" in fault.text


def test_a_source_printed_after_the_day_says_so(small: TestClient) -> None:
    page = words(small, f"{TALKS}/s7?on=2024-01-01")
    assert "Not known yet This was published 1 Mar 2024, after 1 Jan 2024." in page


def test_a_source_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none").status_code == 404


def test_no_outlet_is_offered_before_its_first_report(small: TestClient) -> None:
    assert "Outlet s7" not in small.get(f"{TALKS}?on=2024-02-29").text
    assert "Outlet s7" in small.get(f"{TALKS}?on=2024-03-01").text


# --- All of them by date, and by outlet ------------------------------------------------------------------


def test_reports_of_one_origin_stand_together_with_what_each_is_cited_for(small: TestClient) -> None:
    page = words(small, f"{TALKS}?{END}")
    assert "8 reports, 7 origins" in page
    together = page[page.index("2 reports, 1 origin") :]
    assert together.index("One & only Outlet s1, 2 Jan 2024; supports 4 records") < together.index(
        "relayed by Outlet s2, 5 Jan 2024; supports 6 records"
    )
    assert "1 report, 1 origin · relays a report that is not recorded here, “a-wire-story”" in page
    assert "Outlet s3; supports 5 records, denies 1" in page
    assert (
        page.index("Outlet s7") < page.index("Outlet s6") < page.index("Outlet s3") < page.index("One & only")
    )


def test_only_what_was_printed_by_the_day_is_listed(small: TestClient) -> None:
    assert "2 reports, 2 origins" in words(small, f"{TALKS}?on=2024-01-04")
    assert "is known by 1 Jan 2024" in words(small, f"{TALKS}?on=2024-01-01")
    hindsight = words(small, f"{TALKS}?on=2024-01-01&basis=stated")
    assert "Outlet s1" in hindsight, "it tells of what was said by then"
    assert "Outlet s5" not in hindsight


@pytest.mark.parametrize(
    ("query", "outlets"),
    [
        ("outlet=Outlet s2", "s2"),
        ("language=he", "s5"),
        ("relays=relays", "s6 s2"),
        ("relays=own&language=en", "s7 s4 s3 s1"),
        ("q=ONE", "s1"),
        ("status=retracted", "s4"),
        ("status=live&language=en&relays=own", "s7 s3 s1"),
    ],
)
def test_each_filter_selects_what_it_says(small: TestClient, query: str, outlets: str) -> None:
    html = small.get(f"{TALKS}?{END}&{query}").text
    assert re.findall(r"outlets/Outlet%20(s\d)", html) == outlets.split()


def test_a_status_is_that_of_the_day(small: TestClient) -> None:
    before = words(small, f"{TALKS}?on=2024-02-09&status=retracted")
    assert "matches all of these filters" in before
    assert "Outlet s4" in words(small, f"{TALKS}?on=2024-02-10&status=retracted")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("status=burnt", "“burnt” is nothing that an outlet does"),
        ("relays=perhaps", "“perhaps” cannot be used here"),
        ("after=x", "“x” is no place in the list"),
        ("q=%CC%81", "nothing in this to search for"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(small: TestClient, query: str, fault: str) -> None:
    response = small.get(f"{TALKS}?{query}&outlet=Kept")
    assert response.status_code == 422
    assert fault in unescape(response.text)
    assert 'value="Kept"' in response.text


def test_pages_of_reports_follow_one_another_without_gap_or_repetition(reader: TestClient) -> None:
    address, seen = "/negotiations/gaza/sources?on=2026-02-17", []
    while address:
        page = reader.get(unescape(address)).text
        seen += re.findall(r'class="s"><a class="to" href="/negotiations/gaza/sources/([^"?]+)', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1] if following else ""
    with (DEMO / "gaza" / "sources.csv").open(encoding="utf-8-sig", newline="") as file:
        every = [row["id"] for row in csv.DictReader(file) if row["published"] <= "2026-02-17"]
    assert sorted(seen) == sorted(every)


def test_records_may_be_those_that_rest_only_on_the_other_party(small: TestClient) -> None:
    page = small.get(f"{TALKS}/s2?{END}&rests=opponent").text
    assert re.findall(r'<article[^>]*id="([^"]+)"', page) == ["demand-joint", "remark-w1"]


def test_every_outlet_is_listed_with_its_reports_and_relays(small: TestClient) -> None:
    page = words(small, f"/negotiations/reports/outlets?{END}")
    assert "Outlet s2 1 1 English Not judged" in page
    assert "Outlet s5 1 0 Hebrew Usually reliable (B)" in page


def test_an_outlet_has_its_reports_and_its_place_among_the_others(small: TestClient) -> None:
    outlets = "/negotiations/reports/outlets"
    page = words(small, f"{outlets}/Outlet%20s1?{END}")
    assert "2 Jan 2024 One & only supports 4 records" in page
    assert "Who relays it Outlet s2 1 report" in page
    assert "Whom it relays Outlet s1 1 report" in words(small, f"{outlets}/Outlet%20s2?{END}")
    assert "Whom it relays “a-wire-story” not recorded here" in words(small, f"{outlets}/Outlet%20s6?{END}")
    assert "Retracted by the outlet 10 Feb 2024" in words(small, f"{outlets}/Outlet%20s4?on=2024-02-10")
    assert "Retracted by the outlet" not in words(small, f"{outlets}/Outlet%20s4?on=2024-02-09")
    assert small.get(f"{outlets}/Nobody").status_code == 404


@pytest.mark.parametrize("outlet", ["=cmd|' /C calc'!A0", "UOL / AFP"])
def test_an_outlet_is_found_by_its_name_whatever_is_in_it(
    small: TestClient, reader: TestClient, outlet: str
) -> None:
    client, talks = (reader, "gaza") if "UOL" in outlet else (small, "reports")
    address = f"/negotiations/{talks}/outlets"
    assert f'href="{address}/{quote(outlet, safe="")}' in client.get(address).text
    page = client.get(f"{address}/{quote(outlet, safe='')}")
    assert page.status_code == 200
    assert f'<h1 dir="auto">{escape(outlet)}</h1>' in page.text
