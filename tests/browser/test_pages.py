"""Every page that readers may open, in a browser: axe in every look, narrow screens, and without JavaScript.

One visit to a page is looked at in all ways, which takes a part of what as many visits do.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.services.chromium import NewPage, axe
from tests.web.pages import ADDRESSES

# What another direction of writing or other colours can change of a page that axe has looked at whole.
BY_COLOUR = ("color-contrast", "link-in-text-block")
BY_PLACE = ("scrollable-region-focusable",)


def width(page: Page) -> int:
    """How many pixels the page is wide, scrolled ones too."""
    wide: int = page.evaluate("document.scrollingElement.scrollWidth")
    return wide


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_page: NewPage, site: str, address: str) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    response = page.goto(site + address)
    assert response
    assert response.status == 200
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page, BY_COLOUR) == [], "in the dark"
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert axe(page, BY_PLACE) == [], "from right to left"
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size({"width": 360, "height": 800})
    assert axe(page, without=BY_COLOUR) == [], "on a telephone"
    assert page.locator("main :is(table, thead, tbody, tr, th, td):not([role])").count() == 0, (
        "blocks stay tables"
    )
    # At 200 % a window of 1280 pixels has room for 640 of the page.
    for narrow in (320, 640):
        page.set_viewport_size({"width": narrow, "height": 450})
        assert width(page) <= narrow


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_says_the_same_without_javascript(new_page: NewPage, site: str, address: str) -> None:
    with_it, without = new_page(), new_page(java_script_enabled=False)
    said = []
    for page in (with_it, without):
        page.goto(site + address)
        # Buttons may be there for those alone who need them.
        text = page.locator("main").evaluate(
            "main => { main = main.cloneNode(true);"
            " main.querySelectorAll('noscript, button').forEach(one => one.remove());"
            " return main.textContent }"
        )
        said.append(re.sub(r"\s+", " ", text).strip())
        assert page.locator("main").is_visible()
    assert said[0] == said[1]
    assert len(said[0]) > 20
