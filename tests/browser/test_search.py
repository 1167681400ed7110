"""Searching in a browser: the key that leads to it, axe, narrow screens, and every look."""

import pytest
from playwright.sync_api import expect

from tests.services.chromium import NewPage, axe

ADDRESSES = [
    "/search",
    "/search?q=disarm",
    "/search?q=%22permanent+ceasefire%22&negotiation=gaza&track=others",
    "/search?q=zzzz&on=2024-09-04",
]


@pytest.mark.parametrize("look", ["light", "dark", "right to left", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_page: NewPage, site: str, look: str) -> None:
    page = new_page(
        color_scheme="dark" if look == "dark" else "light",
        viewport={"width": 320 if look == "phone" else 1280, "height": 900},
    )
    for address in ADDRESSES:
        assert page.goto(site + address)
        if look == "right to left":
            page.evaluate("document.documentElement.dir = 'rtl'")
        assert axe(page) == [], address
        if look == "phone":
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_the_slash_leads_to_the_search_field_but_is_typed_in_a_field(new_page: NewPage, site: str) -> None:
    page = new_page()
    page.goto(f"{site}/negotiations/gaza?on=2024-09-04")
    page.keyboard.press("/")
    field = page.locator("[data-seek]")
    expect(field).to_be_focused()
    page.keyboard.type("disarm/arms")
    expect(field).to_have_value("disarm/arms")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site}/search?q=disarm%2Farms&negotiation=gaza&on=2024-09-04")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
