"""The page of one actor: its names, its roles, and what it stands for."""

import csv
import io
import re
from html import unescape

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


def test_all_actors_stand_by_role_with_their_records_on_each_track(small: TestClient) -> None:
    page = words(small, f"{TALKS}?{END}")
    assert page.index("Parties Name") < page.index("Mediators Name")
    assert f"P State Also: People of P, {ARABIC} Party, since 2023 7 3 4 " in page
    assert "Q Armed group Party 2 5 5" in page
    html = small.get(f"{TALKS}?{END}").text
    assert f'href="/negotiations/reports/timeline?{END}&amp;actor=q&amp;track=own_side"' in html
    assert page.index("P State") < page.index("Office of P Body, part of P") < page.index("Q Armed group")
    assert "P State Also: People of P" in words(small, f"{TALKS}?on=2024-01-01")


def test_each_number_is_that_of_the_time_line_to_which_it_leads(reader: TestClient) -> None:
    gaza = "/negotiations/gaza"
    page = unescape(reader.get(f"{gaza}/actors?on=2024-02-10").text)
    found = re.findall(rf'href="({gaza}/timeline[^"]*actor=qatar&track=[^"]*)"[^>]*>(\d+)<', page)
    assert len(found) == 2
    for address, count in found:
        rows = reader.get(address.replace("/timeline?", "/timeline.csv?bom=0&")).text
        assert len(list(csv.DictReader(io.StringIO(rows)))) == int(count), address


def test_a_party_shows_its_answers_its_speakers_and_what_is_said_about_it(small: TestClient) -> None:
    page = words(small, f"{TALKS}/q?{END}")
    answers = page[page.index("Its answers to proposals") : page.index("Proposals that it put forward")]
    assert "Answer: accepted with reservations" in answers
    assert "Said by others · answer: accepted" in answers
    assert "Q has hardened" in page[page.index("remarks, not positions") : page.index("Who speaks for it")]
    assert "Who speaks for it Speaker, in the words of the reports Reports Q 2" in page
    p = words(small, f"{TALKS}/p?{END}")
    assert "an official of P (unnamed) 1" in p
    assert "Office of P in 3 reports" in p
    assert "First outline" in p[p.index("Proposals that it put forward") :]


def test_a_mediator_shows_what_it_mediates_and_what_it_says_of_each_party(small: TestClient) -> None:
    page = words(small, f"{TALKS}/m?{END}")
    mediates = page[page.index("Proposals that it mediates") : page.index("What it says that P wants")]
    assert "First outline" in mediates
    wants = page[page.index("What it says that Q wants") : page.index("Its remarks about")]
    assert "Q denies this" in wants
    assert "The talks stand still" in page[page.index("Its remarks about") : page.index("Its latest records")]
    assert "Second outline" in page[page.index("Proposals that it put forward") : page.index("mediates")]


def test_the_lists_of_an_actor_may_be_those_that_rest_only_on_the_other_party(small: TestClient) -> None:
    assert log(small, f"{TALKS}/q?{END}&rests=opponent_unnamed").ids == ["demand-joint"]
    assert small.get(f"{TALKS}/q?rests=hope").status_code == 422


def test_no_more_than_the_latest_records_are_shown(reader: TestClient) -> None:
    assert len(log(reader, "/negotiations/gaza/actors/hamas?on=2024-09-04").ids) == 20


def test_the_number_of_statements_does_not_grow(reader: TestClient) -> None:
    counts = set()
    for day in ("2024-02-10", "2026-02-17"):
        with statements(reader) as asked:
            reader.get(f"/negotiations/gaza/actors/hamas?on={day}")
        counts.add(len(asked))
    assert len(counts) == 1
    assert counts.pop() < 36


def test_an_actor_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none").status_code == 404
