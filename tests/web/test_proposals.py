"""The page of one proposal: its text, its lineage, and how each party answered it."""

import re

from starlette.testclient import TestClient

from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/proposals"


def test_a_proposal_says_who_when_and_how_it_ended(small: TestClient) -> None:
    page = words(small, f"{TALKS}/x?{END}")
    assert "P Said by others · proposal First outline Two phases" in page
    assert "Put forward by P Mediated by M Presented 1 Jan 2024 First reported 2 Jan 2024" in page
    assert "Outcome Lapsed 20 Feb 2024" in page
    assert "Amended by Second outline 1 Mar 2024" in page
    assert "Amends First outline 1 Jan 2024" in words(small, f"{TALKS}/y?{END}")


def test_what_came_later_is_not_told_before_its_day(small: TestClient) -> None:
    page = words(small, f"{TALKS}/x?on=2024-01-09")
    assert "Outcome none recorded by this day" in page
    assert "Amended by" not in page
    assert "More aid" not in page, "reported only from 10 January"
    assert "More aid" in words(small, f"{TALKS}/x?on=2024-01-10")


def test_its_terms_stand_by_phase_and_issue(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    assert re.findall(r'<tr role="row" id="(term-\w+)"', page) == ["term-t1", "term-t2"]
    text = words(small, f"{TALKS}/x?{END}")
    assert "Phase 1 Issue Term Who must do it First phase 42 days A short halt" in text
    assert "Bracketed Wording tabled only by P" in text
    assert "Phase 2" in text
    assert "Quantity as reported: several hundred trucks" in text
    assert "“several hundred trucks”" in text, "the term has a report of its own"


def test_the_answers_are_a_history_of_each_party(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    assert re.findall(r'id="(response-\w+)"', page) == ["response-r2", "response-r1"]
    text = words(small, f"{TALKS}/x?{END}")
    assert "Q Answer: accepted with reservations Yes, but Own side: Q, Outlet s2" in text
    assert "Q Said by others · answer: accepted" in text
    assert "Q: accepted, 9 Jan 2024" in text, "beside the term that it answers"
    assert "No answer recorded by 4 Jan 2024" in words(small, f"{TALKS}/x?on=2024-01-04")


def test_what_was_said_of_it_is_listed(small: TestClient) -> None:
    assert "What was said of it 1 Mar 2024 P Demand For a time" in words(small, f"{TALKS}/x?{END}")


def test_it_leads_to_the_table_with_it_as_a_column(small: TestClient) -> None:
    page = small.get(f"{TALKS}/x?{END}").text
    (address,) = re.findall(r'href="(/negotiations/reports\?[^"]*proposal:x)"', page)
    assert small.get(address.replace("&amp;", "&")).status_code == 200
