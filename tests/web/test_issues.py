"""The page of one issue: its question, its scales, and where each side stands."""

import re

from starlette.testclient import TestClient

from tests.web.test_demands import END, words
from tests.web.test_positions import table
from tests.web.test_timeline import log

TALKS = "/negotiations/reports/issues"


def test_an_issue_has_its_question_description_and_subquestions(small: TestClient) -> None:
    page = words(small, f"{TALKS}/i?{END}")
    assert "Issue Ceasefire How long? All of it." in page
    rows = re.findall(r'<th scope="row"[^>]*id="(\w+)"', small.get(f"{TALKS}/i?{END}").text)
    assert rows == ["i", "j"]
    assert "Issue · part of Ceasefire First phase" in words(small, f"{TALKS}/j?{END}")


def test_the_parties_stand_side_by_side_as_in_the_table(small: TestClient) -> None:
    here = table(small, f"{TALKS}/k?{END}")["k"]
    there = table(small, f"/negotiations/reports?{END}&columns=p,q")["k"]
    assert here == there
    assert set(here) == {"P", "Q"}


def test_the_scale_shows_its_rungs_in_order(small: TestClient) -> None:
    page = words(small, f"{TALKS}/i?{END}")
    assert "Its scale" in page
    assert "0 Not at all 1 For a time 2 For good" in page
    assert "Its scale" not in words(small, f"{TALKS}/k?{END}")


def test_the_latest_records_lead_to_the_time_line(small: TestClient) -> None:
    assert log(small, f"{TALKS}/j?{END}").ids == ["term-t1", "demand-year"]
    assert f'href="/negotiations/reports/timeline?{END}&amp;issue=j"' in small.get(f"{TALKS}/j?{END}").text


def test_an_issue_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none").status_code == 404
