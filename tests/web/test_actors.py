"""The page of one actor: its names, its roles, and what it stands for."""

from starlette.testclient import TestClient

from tests.web.reports import ARABIC
from tests.web.test_demands import END, words
from tests.web.test_timeline import log, statements

TALKS = "/negotiations/reports/actors"


def test_an_actor_has_its_names_roles_and_parts(small: TestClient) -> None:
    page = words(small, f"{TALKS}/p?{END}")
    assert f"State P Also: People of P, {ARABIC}" in page
    assert "Role in these talks Party, since 2023" in page
    assert "Its bodies and people Office of P" in page
    assert "Mediator, Nov 2023 – Jun 2024" in words(small, f"{TALKS}/m?{END}")
    office = words(small, f"{TALKS}/p-office?{END}")
    assert "Body Office of P" in office
    assert "Part of P" in office


def test_a_participant_shows_what_it_stands_for_by_issue(small: TestClient) -> None:
    page = words(small, f"{TALKS}/p?{END}")
    assert "What it stands for, as of 31 December 2024" in page
    assert f'href="/negotiations/reports/positions/p/k?{END}"' in small.get(f"{TALKS}/p?{END}").text
    assert "Nothing recorded here by 1 Jan 2024" in words(small, f"{TALKS}/q?on=2024-01-01")


def test_who_takes_no_part_shows_where_it_is_heard_as_a_speaker(small: TestClient) -> None:
    page = log(small, f"{TALKS}/p-office?{END}")
    assert page.ids == ["demand-joint", "remark-w1", "demand-formula"]
    assert "What it stands for" not in words(small, f"{TALKS}/p-office?{END}")
    assert log(small, f"{TALKS}/p-office?on=2024-01-02").ids == ["demand-formula"]


def test_the_latest_records_lead_to_the_time_line(small: TestClient) -> None:
    page = small.get(f"{TALKS}/q?{END}").text
    assert f'href="/negotiations/reports/timeline?{END}&amp;actor=q"' in page


def test_no_more_than_the_latest_records_are_shown(reader: TestClient) -> None:
    assert len(log(reader, "/negotiations/gaza/actors/hamas?on=2024-09-04").ids) == 20


def test_the_number_of_statements_does_not_grow(reader: TestClient) -> None:
    counts = set()
    for day in ("2024-02-10", "2026-02-17"):
        with statements(reader) as asked:
            reader.get(f"/negotiations/gaza/actors/hamas?on={day}")
        counts.add(len(asked))
    assert len(counts) == 1
    assert counts.pop() < 30


def test_an_actor_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none").status_code == 404
