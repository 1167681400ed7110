"""Reporting a demand in a browser, with JavaScript and without: the second half of the main job."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.cli import DEMO, PACKAGES
from tests.services.chromium import NewPage, axe
from tests.services.databases import PASSWORD
from tests.services.site import served

GAZA = "/negotiations/gaza"


@pytest.fixture
def desk_site(templates: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a site of its own, to which people may write."""
    file = tmp_path / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    with served(f"sqlite:///{file}") as address:
        yield address


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def editor(request: pytest.FixtureRequest, new_page: NewPage, desk_site: str) -> Page:
    """A page in which an editor is signed in."""
    page = new_page(java_script_enabled=request.param)
    sign_in(page, desk_site)
    return page


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}{GAZA}/demands/new")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Report a demand")).to_be_visible()


def fill(page: Page, outlet: str, summary: str, day: str) -> None:
    page.get_by_label("Outlet", exact=True).fill(outlet)
    page.get_by_label("Published").fill(day)
    page.get_by_label("Language").fill("en")
    page.locator("#attributed_to").fill("a Hamas official")
    page.get_by_label("The report does not name them").check()
    page.locator("#speakers").select_option("hamas")
    page.locator("#holders").get_by_label("Hamas").check()
    page.locator("#issues").get_by_label("Disarmament").check()
    page.locator("#kind").get_by_label("Offer").check()
    page.locator("#summary").fill(summary)
    page.locator("#stated_day").fill(day)


def test_a_demand_is_reported_repeated_replaced_and_retracted(editor: Page, desk_site: str) -> None:
    page = editor
    fill(page, "Example Times", "Would store its arms under supervision.", "2026-02-27")
    page.get_by_role("button", name="Check against what stands").click()
    sentence = "Hamas, from its own side: a Hamas official (unnamed); Example Times, 27 Feb 2026"
    expect(page.locator(".sent")).to_have_text(sentence)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Would store its arms under supervision.")
    first = page.url

    page.goto(f"{desk_site}{GAZA}?columns=hamas")
    expect(page.locator("tr:has(#disarmament) td")).to_contain_text("Would store its arms under supervision.")

    page.goto(f"{desk_site}{GAZA}/demands/new")
    fill(page, "Other Post", "The same, told again.", "2026-02-28")
    page.get_by_role("button", name="Check against what stands").click()
    repeated = page.locator(".stand li").filter(has_text="under supervision")
    repeated.get_by_label("same claim").check()
    page.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(first)
    expect(page.locator("main")).to_contain_text("2 reports, 2 origins")

    page.goto(f"{desk_site}{GAZA}/demands/new")
    fill(page, "Third Wire", "Would give its arms to a committee.", "2026-03-01")
    page.get_by_role("button", name="Check against what stands").click()
    page.locator(".stand li").filter(has_text="under supervision").get_by_label("replaces it").check()
    page.get_by_role("button", name="Publish").click()
    later = page.url
    page.goto(f"{desk_site}{GAZA}?columns=hamas")
    expect(page.locator("tr:has(#disarmament) td")).not_to_contain_text("under supervision")

    page.goto(f"{later}/edit")
    page.get_by_text("Retract this demand").click()
    page.get_by_label("Why it is retracted").fill("Misread.")
    page.get_by_role("button", name="Retract it").click()
    expect(page.get_by_text("Misread.")).to_be_visible()
    page.goto(f"{desk_site}{GAZA}?columns=hamas")
    expect(page.locator("tr:has(#disarmament) td")).to_contain_text("under supervision")


def test_a_proposal_with_two_terms_and_an_answer_to_it_without_javascript(
    new_page: NewPage, desk_site: str
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, desk_site)
    source = "source=bloomberg-2024-04-03&attributed_to=Israeli+officials&anonymous=yes&speakers=israel"
    page.goto(f"{desk_site}{GAZA}/demands/new?{source}")
    page.get_by_role("link", name="a proposal", exact=True).click()
    expect(page.locator("#attributed_to")).to_have_value("Israeli officials")
    page.locator("#heading").fill("Offer of 42 days")
    page.locator("#proposed_by").get_by_label("Israel").check()
    page.locator("#presented_day").fill("2024-04-03")
    page.locator("#term-1-issue").select_option("hostage-release")
    page.locator("#term-1-summary").fill("Dozens of hostages")
    page.get_by_role("button", name="Add a term").click()
    expect(page.locator("#term-2-issue")).to_be_focused()
    page.locator("#term-2-issue").select_option("ceasefire-duration")
    page.locator("#term-2-summary").fill("Ceasefire of 42 days")
    page.get_by_role("button", name="Up term 2").click()
    expect(page.locator("#term-1")).to_be_focused()
    expect(page.locator("#term-1-summary")).to_have_value("Ceasefire of 42 days")
    page.locator("#heading").press("Enter")
    expect(page.locator("#term-2-summary")).to_have_value("Dozens of hostages")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Offer of 42 days")
    expect(page.locator("div[id^=term-] > .s")).to_have_text(["Ceasefire of 42 days", "Dozens of hostages"])

    page.get_by_role("link", name="Report a response to it").click()
    page.locator("#outlet").fill("Example Times")
    page.locator("#published").fill("2024-04-05")
    page.locator("#language").fill("en")
    page.locator("#attributed_to").fill("Hamas")
    page.locator("#speakers").select_option("hamas")
    page.locator("#term").select_option(label="Dozens of hostages")
    page.locator("#actor").get_by_label("Hamas").check()
    page.locator("#response").get_by_label("Rejected").check()
    page.locator("#stated_day").fill("2024-04-04")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected")
    page.get_by_role("link", name="Beside the other answers").click()
    term = page.locator("div[id^=term-]").last
    expect(term).to_contain_text("Hamas on this term")
    expect(term.locator("article")).to_contain_text("Rejected")
    expect(term.locator("article time").first).to_have_text("4 Apr 2024")


def test_a_refused_form_keeps_what_was_typed_and_leads_to_the_fault(
    editor: Page, page_faults: list[str]
) -> None:
    page = editor
    fill(page, "Example Times", "Would store its arms under supervision.", "2026-02-27")
    page.locator("#stated").fill("2026-02-30")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#stated-fault")).to_contain_text("is not a day of the calendar")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#summary")).to_have_value("Would store its arms under supervision.")
    expect(page.locator("#kind").get_by_label("Offer")).to_be_checked()
    assert [fault for fault in page_faults if not re.search("422", fault)] == []
    page_faults.clear()


# The first few in every look; the others are made of the same parts.
FORMS = (
    "",
    f"{GAZA}/demands/isr-2023-11-09-no-fuel/edit",
    f"{GAZA}/demands/isr-2023-11-09-no-fuel/cite",
    f"{GAZA}/entries",
    f"{GAZA}/demands/isr-2023-11-09-no-fuel",
    f"{GAZA}/proposals/november-2023-truce/edit",
    f"{GAZA}/proposals/new",
    f"{GAZA}/proposals/november-2023-truce",
    f"{GAZA}/responses/new?proposal=november-2023-truce&actor=israel",
    f"{GAZA}/responses/r-november-truce-israel",
    f"{GAZA}/remarks/new?whom=hamas",
    f"{GAZA}/events/new?heading=Paris+meeting",
)


@pytest.mark.parametrize("look", ["light", "dark", "right to left", "phone"])
def test_axe_finds_nothing_on_the_forms(new_page: NewPage, desk_site: str, look: str) -> None:
    page = new_page(
        color_scheme="dark" if look == "dark" else "light",
        viewport={"width": 320 if look == "phone" else 1280, "height": 900},
    )
    page.goto(f"{desk_site}/login?next={GAZA}/demands/new")
    assert axe(page) == []
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Report a demand")).to_be_visible()
    page.locator("#holders").get_by_label("Hamas").check()
    page.locator("#issues").get_by_label("Disarmament").check()
    expect(page.locator(".stand li").first).to_be_visible()
    for address in FORMS if look == "light" else FORMS[:6]:
        if address:
            page.goto(desk_site + address)
        if look == "right to left":
            page.evaluate("document.documentElement.dir = 'rtl'")
        assert axe(page) == [], address
        if look == "phone":
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_draft_is_discarded_and_taken_back_on_a_telephone(new_page: NewPage, desk_site: str) -> None:
    page = new_page(viewport={"width": 320, "height": 700})
    sign_in(page, desk_site)
    fill(page, "Example Times", "Would think of it again.", "2026-02-27")
    page.get_by_role("button", name="Keep as a draft").click()
    page.get_by_role("link", name="Discard …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Discard this entry?")
    assert axe(page) == []
    page.get_by_role("button", name="Discard it").click()
    discarded = page.get_by_role("region", name="Discarded of late")
    expect(discarded).to_contain_text("Would think of it again.")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    discarded.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("region", name="Drafts")).to_contain_text("Would think of it again.")
    page.locator(".tasks > summary").click()
    assert axe(page) == []
    page.get_by_role("link", name="Review", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")


def test_the_terms_of_a_proposal_are_offered_as_soon_as_it_is_chosen(editor: Page, desk_site: str) -> None:
    page = editor
    page.goto(f"{desk_site}{GAZA}/responses/new")
    page.locator("#summary").fill("Kept as it was typed.")
    page.locator("#proposal").select_option("november-2023-truce")
    step = page.get_by_role("button", name="Show its terms")
    if step.is_visible():
        step.click()
    expect(page.locator("#term option[value=november-2023-truce-t01]")).to_be_attached()
    expect(page.locator("#term optgroup")).to_have_count(1)
    expect(page.locator("#summary")).to_have_value("Kept as it was typed.")
