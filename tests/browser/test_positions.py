"""The positions table in a browser: moved, compared and opened, with JavaScript and without."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.services.chromium import NewPage, axe

GAZA = "/negotiations/gaza"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def reader_page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    return new_page(java_script_enabled=request.param)


def test_the_day_is_moved_by_the_arrows_the_strip_and_by_typing(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}?on=2024-09-04")
    page.get_by_role("link", name="Next day on which something changed, 10 September 2024").click()
    expect(page.locator("#on")).to_have_value("2024-09-10")
    assert query(page) == {"on": ["2024-09-10"]}
    page.locator(".strip a").nth(1).click(force=True)
    expect(page.locator(".asof label")).to_have_text("As of 25 December 2023")
    page.locator("#on").fill("2024-05-06")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".asof label")).to_have_text("As of 6 May 2024")
    assert query(page)["on"] == ["2024-05-06"]


def test_the_basis_is_switched_and_the_day_stays(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}?on=2024-02-07")
    page.get_by_role("link", name="With hindsight").click()
    expect(page.locator(".basis [aria-current]")).to_have_text("With hindsight")
    assert query(page) == {"on": ["2024-02-07"], "basis": ["stated"]}


def test_what_this_site_showed_before_it_recorded_anything_is_said_in_words(
    reader_page: Page, site: str, page_faults: list[str]
) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}?on=2024-02-07")
    page.get_by_role("link", name="As recorded here").click()
    expect(page.locator("h1")).to_have_text("Nothing was recorded here by 7 February 2024")
    assert [fault for fault in page_faults if not re.search("404", fault)] == []
    page_faults.clear()
    page.get_by_role("link", name="What this site showed at the end of 1 March 2026").click()
    expect(page.locator(".basis [aria-current]")).to_have_text("As recorded here")
    assert query(page) == {"on": ["2026-03-01"], "basis": ["recorded"]}


def test_a_column_is_added_moved_and_removed(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}?on=2024-09-04")
    page.get_by_text("Change columns").click()
    page.get_by_label("A participant").select_option("egypt")
    page.get_by_role("button", name="Add column").click()
    expect(page.locator(".board thead th b").filter(has_text="Egypt")).to_be_visible()
    page.get_by_text("Change columns").click()
    page.get_by_role("link", name="Move Egypt one place earlier").click()
    expect(page.locator(".board thead th").nth(4)).to_contain_text("Egypt")
    page.get_by_text("Change columns").click()
    page.get_by_role("link", name="Remove Palestinian Islamic Jihad").click()
    expect(page.locator(".board thead th")).to_have_count(5)
    assert "pij" not in query(page)["columns"][0]


def test_a_cell_opens_its_history_with_every_citation(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}?on=2024-09-04")
    cell = page.locator("tr:has(#governance-of-gaza) td[data-col=Hamas]")
    cell.locator(".foot a").click()
    expect(page.locator("#cell h2")).to_have_text("Hamas: every record")
    expect(page.locator("#cell .log > li")).to_have_count(8)
    assert urlsplit(page.url).path == f"{GAZA}/positions/hamas/governance-of-gaza"
    page.reload()
    expect(page.locator("#cell .log > li")).to_have_count(8)
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#cell")).to_have_count(0)
    expect(page.locator(".board")).to_be_visible()


def test_the_history_opens_beside_the_table_and_closes_by_going_back(page: Page, site: str) -> None:
    page.goto(f"{site}{GAZA}?on=2024-09-04")
    page.locator("tr:has(#disarmament) td[data-col=Hamas] .foot a").click()
    expect(page.locator(".beside #cell")).to_be_visible()
    expect(page.locator(".board td.open")).to_have_attribute("data-col", "Hamas")
    expect(page.locator("#cell-title")).to_be_focused()
    page.go_back()
    expect(page.locator(".beside #cell")).to_have_count(0)


def test_the_arrow_keys_move_to_the_neighbouring_days(page: Page, site: str) -> None:
    page.goto(f"{site}{GAZA}?on=2024-09-04")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#on")).to_have_value("2024-09-10")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#on")).to_have_value("2024-09-04")
    page.locator("#on").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#on")).to_have_value("2024-09-04")


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_on_a_phone_answers_are_in_sight_and_every_issue_leads_back_to_the_list(
    new_page: NewPage, site: str, java_script_enabled: bool
) -> None:
    page = new_page(viewport={"width": 360, "height": 900}, java_script_enabled=java_script_enabled)
    page.goto(f"{site}{GAZA}?on=2024-09-04&columns=israel,hamas,latest:mediators,latest:agreed")
    expect(page.locator(".answers .claim").first.locator(".k")).to_be_in_viewport()
    expect(page.locator(".answers p").filter(has_text="Accepted by Israel and Hamas")).to_be_visible()
    expect(page.locator(".answers p").filter(has_text="Collapsed 1 Dec 2023")).to_be_visible()
    page.locator("#disarmament").get_by_role("link", name="All issues").click()
    list_of_issues = page.get_by_text("Go to an issue")
    expect(list_of_issues).to_be_in_viewport()
    list_of_issues.click()
    page.locator(".jump").get_by_role("link", name="Government and security control of Gaza").click()
    expect(page.locator("#governance-of-gaza")).to_be_in_viewport()
    page.locator(".folds summary", has_text="How to read this").click()
    expect(page.get_by_text("age removes nothing.").locator("visible=true")).to_have_count(1)


def test_a_fault_in_the_address_is_named_and_what_was_typed_stays(
    page: Page, site: str, page_faults: list[str]
) -> None:
    page.goto(f"{site}{GAZA}?on=2024-02-30")
    expect(page.locator("#on")).to_have_value("2024-02-30")
    expect(page.locator("#on-fault")).to_contain_text("is not a day of the calendar")
    assert axe(page) == []
    assert [fault for fault in page_faults if not re.search("422", fault)] == []
    page_faults.clear()
