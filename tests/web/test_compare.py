"""Two proposals compared term by term, as of a day."""

import re

import pytest
from starlette.testclient import TestClient

from tests.web.test_demands import END, words

TALKS = "/negotiations/reports/proposals"
GAZA = "/negotiations/gaza/proposals"
MAY = f"{GAZA}/israel-may-27-2024/compare"


def test_it_is_compared_with_the_text_that_it_amends(small: TestClient) -> None:
    text = words(small, f"{TALKS}/y/compare?{END}")
    assert "From “First outline” to “Second outline” As of" in text
    assert "Terms kept: 0. Changed: 0. Added: 0. Dropped: 2." in text
    assert (
        "Dropped Phase 1 42 days A short halt To be done by Q Bracketed Wording tabled only by P Not in"
        in text
    )


def test_a_text_that_amends_none_is_compared_with_the_first_that_amends_it(small: TestClient) -> None:
    text = words(small, f"{TALKS}/x/compare?{END}")
    assert "From “Second outline” to “First outline”" in text
    assert "Terms kept: 0. Changed: 0. Added: 2. Dropped: 0." in text


def test_a_text_compared_with_itself_is_kept_whole(reader: TestClient) -> None:
    text = words(reader, f"{MAY}?with=israel-may-27-2024&on=2025-01-15")
    assert "Terms kept: 8. Changed: 0. Added: 0. Dropped: 0." in text
    assert text.count(" Kept ") == 8


def test_the_words_that_differ_are_marked_and_said(reader: TestClient) -> None:
    page = reader.get(f"{MAY}?on=2025-01-15").text
    text = words(reader, f"{MAY}?on=2025-01-15")
    assert "Terms kept: 0. Changed: 6. Added: 2. Dropped: 1." in text
    assert "Displaced (left out: civilians may) return home (left out: (Al-Akhbar))" in text
    assert "Displaced (new: people) return home" in text
    assert '<ins><span class="vh">(new: </span>people<span class="vh">)</span></ins>' in page
    assert "Quantity changed" in text
    assert 'populated areas<ins><span class="vh">(new: </span>, including' in page, "as the text spaces it"
    assert "Worded anew Phase 2 Restoration of sustainable calm to be discussed Phase 2 Military" in text


def test_the_other_way_round_what_was_added_was_dropped(reader: TestClient) -> None:
    page = reader.get(f"{MAY}?on=2025-01-15").text
    (address,) = re.findall(r'href="([^"]+)">The other way round', page)
    text = words(reader, address.replace("&amp;", "&"))
    assert "From “Three-phase proposal of 27 May 2024” to “Egyptian-Israeli proposal of late April”" in text
    assert "Terms kept: 0. Changed: 6. Added: 1. Dropped: 2." in text


def test_both_must_be_known_by_the_day(reader: TestClient) -> None:
    address = f"{GAZA}/jan-2025-agreement/compare?with=israel-may-27-2024"
    text = words(reader, f"{address}&on=2024-06-01")
    assert (
        "“Ceasefire agreement of January 2025” was first reported on 15 Jan 2025, after 1 Jun 2024." in text
    )
    page = reader.get(f"{address}&on=2024-06-01").text
    assert '<table class="against' not in page
    (later,) = re.findall(r'href="([^"]+)">Compare them as of 15 January 2025', page)
    assert "Terms kept:" in words(reader, later.replace("&amp;", "&"))


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("with=nothing", "No proposal here is called “nothing”; choose one from the list."),
        ("with=a%00b", "This is too long, or has characters in it that nobody types."),
        ("basis=hope", "“hope” is no basis"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(small: TestClient, query: str, fault: str) -> None:
    assert fault in words(small, f"{TALKS}/y/compare?{query}", status=422)


def test_a_text_that_is_not_there_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none/compare").status_code == 404
