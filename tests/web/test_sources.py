"""The page of one source: the publication, its origin, and what it is cited for."""

from starlette.testclient import TestClient

from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/sources"


def test_a_source_says_what_was_printed_where_and_when(small: TestClient) -> None:
    page = words(small, f"{TALKS}/s1?{END}")
    assert "One & only https://example.org/1" in page
    assert "Outlet Outlet s1 Author A. Writer Published 2 Jan 2024 Language English" in page
    assert "Reliability Reliability not judged (F)" in page
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
    assert "One voice with Outlet s1, 2 Jan 2024 Reports of one origin count once." in relayed
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
