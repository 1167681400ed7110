"""Addresses are kept without what differs from reader to reader, and known again however they are spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.addresses import canonical, same_address
from app.forms.base import web_address


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://example.org/a?utm_source=x&id=3#top", "https://example.org/a?id=3"),
        ("https://EXAMPLE.org:443/a", "https://example.org/a"),
        ("https://m.example.org/a", "https://example.org/a"),
        ("https://mobile.example.org/a?fbclid=1", "https://example.org/a"),
        ("https://en.m.example.org/wiki/A", "https://en.example.org/wiki/A"),
        ("https://m.example/a", "https://m.example/a"),
        ("https://example.org/#!/page/3", "https://example.org/#!/page/3"),
        ("https://example.org/watch?v=abc", "https://example.org/watch?v=abc"),
    ],
)
def test_an_address_is_kept_without_tracking_fragments_and_mobile_hosts(pasted: str, kept: str) -> None:
    assert canonical(pasted) == kept


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("https://www.example.org/a/", "http://m.example.org/a?utm_medium=x#b", True),
        ("https://example.org/watch?v=1", "https://example.org/watch?v=2", False),
        ("https://example.org/a", "https://example.org/b", False),
    ],
)
def test_two_addresses_of_one_page_are_known_to_be_the_same(one: str, other: str, are_same: bool) -> None:
    assert (same_address(one) == same_address(other)) is are_same


@given(st.from_regex(r"https?://[a-z.]{1,20}(:[0-9]{1,5})?/[^\s]{0,30}", fullmatch=True))
def test_whatever_address_is_taken_is_kept_as_one_that_is_taken(address: str) -> None:
    try:
        web_address(address)
    except ValueError:
        return
    kept = canonical(address)
    assert kept.startswith(("http://", "https://"))
    assert canonical(kept) == kept
