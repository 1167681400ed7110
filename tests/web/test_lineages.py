"""The list of proposals: each under the one that it amends, with how the parties answered last."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.queries import lineages
from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/proposals"
GAZA = "/negotiations/gaza/proposals"


class Tree(HTMLParser):
    """The proposals of a list, each with how many lists it stands in, and those that are only named."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found: list[tuple[int, str]] = []
        self.named: list[str] = []
        self._passed = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "ol" and (found.get("class") == "tree" or self.depth):
            self.depth += 1
        if tag == "article":
            self.found.append((self.depth, (found["id"] or "").removeprefix("proposal-")))
        if tag == "p":
            self._passed = "passed" in (found.get("class") or "")
        if tag == "a" and self._passed:
            self.named.append((found["href"] or "").rpartition("/")[2].partition("?")[0])

    def handle_endtag(self, tag: str) -> None:
        if tag == "ol" and self.depth:
            self.depth -= 1


def tree(client: TestClient, address: str) -> Tree:
    response = client.get(address)
    assert response.status_code == 200, response.text
    found = Tree()
    found.feed(response.text)
    return found


def test_each_proposal_stands_under_the_one_that_it_amends(small: TestClient) -> None:
    assert tree(small, f"{TALKS}?{END}").found == [(1, "x"), (2, "y")]
    assert tree(small, f"{TALKS}?on=2024-02-01").found == [(1, "x")]


def test_it_says_who_when_how_many_terms_and_how_each_party_answered_last(small: TestClient) -> None:
    text = words(small, f"{TALKS}?{END}")
    assert "1 Jan 2024 Lapsed 20 Feb 2024 First outline Put forward by P; mediated by M; 2 terms." in text
    assert "Q Own side: accepted with reservations 4 Jan 2024" in text
    assert "1 Mar 2024 Second outline Put forward by M; 0 terms. Amends First outline" in text


def test_nothing_is_told_before_its_day(small: TestClient) -> None:
    text = words(small, f"{TALKS}?on=2024-01-03")
    assert "1 proposal known by 3 Jan 2024" in text
    assert "1 term." in text, "the other is known from 10 January"
    assert "No answer of a party is recorded." in text
    assert "Lapsed" not in text
    assert "Nothing recorded here by 1 Jan 2024" in words(small, f"{TALKS}?on=2024-01-01")


def test_the_newest_lineage_comes_first_and_tracks_and_conflicts_are_told_apart(reader: TestClient) -> None:
    found = tree(reader, f"{GAZA}?on=2024-06-30").found
    assert [id_ for depth, id_ in found if depth == 1] == [
        "israel-one-week-truce-dec-2023",
        "mediators-90-day-plan-jan-2024",
        "egypt-phased-plan-dec-2023",
        "qatar-three-day-truce-nov-2023",
    ]
    assert (3, "paris-framework-jan-2024") in found
    assert found[-1] == (2, "november-2023-truce")
    text = words(reader, f"{GAZA}?on=2024-06-30")
    assert "Israel Own side: accepted with reservations 23 Jun 2024 Others say: accepted 10 Jun 2024" in text
    assert "Hamas Own side: countered 11 Jun 2024 Others say: rejected 12 Jun 2024" in text
    assert "Israel Conflicting accounts Own side: rejected, countered 7 Feb 2024" in text


def test_filters_select_and_what_stands_above_is_named_alone(reader: TestClient) -> None:
    found = tree(reader, f"{GAZA}?on=2025-04-01&actor=hamas")
    assert {id_ for _, id_ in found.found} == {
        "hamas-135-day-plan-feb-2024",
        "hamas-two-stage-proposal-march-2024",
        "hamas-three-stage-counter-april-2024",
        "hamas-july-2-2024",
    }
    assert "paris-framework-jan-2024" in found.named
    ended = tree(reader, f"{GAZA}?on=2025-04-01&state=ended").found
    assert [id_ for _, id_ in ended] == ["jan-2025-agreement", "november-2023-truce"]
    before = tree(reader, f"{GAZA}?on=2025-03-17&state=ended").found
    assert [id_ for _, id_ in before] == ["november-2023-truce"]
    both = tree(reader, f"{GAZA}?on=2025-04-01&state=open").found
    assert len(both) == len(tree(reader, f"{GAZA}?on=2025-04-01").found) - 2


def test_a_long_list_comes_in_pages_that_lose_nothing(reader: TestClient, monkeypatch: Any) -> None:
    whole = [id_ for _, id_ in tree(reader, f"{GAZA}?on=2025-10-31").found]
    monkeypatch.setattr(lineages, "PAGE", 7)
    found: list[str] = []
    # Another parameter, as what is known already is answered from what was made before.
    address = f"{GAZA}?on=2025-10-31&basis=reported"
    while address:
        page = reader.get(address).text
        found += re.findall(r'<article id="proposal-([^"]+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert found == whole


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("actor=nobody", "Nobody here is called “nobody”; choose an actor from the list."),
        ("state=dead", "“dead” is no state of a proposal; choose “open” or “ended”."),
        ("after=nothing", "“nothing” is no place in this list"),
        ("on=2024", "“2024” is not a full day"),
    ],
)
def test_what_cannot_be_used_is_said_in_words_and_kept(small: TestClient, query: str, fault: str) -> None:
    text = words(small, f"{TALKS}?{query}", status=422)
    assert fault in text
    assert "Nothing is shown until the address is right." in text
    name, _, typed = query.partition("=")
    page = small.get(f"{TALKS}?{query}").text
    assert name == "after" or f'value="{typed}"' in page


def test_the_terms_of_27_may_2024_on_15_january_2025_are_three_clicks_away(reader: TestClient) -> None:
    """Home, the negotiation, its proposals, the text on the day of the agreement that amends it."""
    assert 'href="/negotiations/gaza"' in reader.get("/").text
    assert f'href="{GAZA}"' in reader.get("/negotiations/gaza").text
    assert f'href="{GAZA}/israel-may-27-2024?on=2025-01-15"' in reader.get(GAZA).text
