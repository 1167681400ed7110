"""The time line and the pages of records in a browser: filtered, downloaded, read on any screen."""

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.services.chromium import NewPage, axe

GAZA = "/negotiations/gaza"


def query(page: Page) -> dict[str, str]:
    """The parameters of the page's address that say anything."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def reader_page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    return new_page(java_script_enabled=request.param)


def test_the_time_line_is_filtered_and_its_file_has_the_same_rows(
    reader_page: Page, site: str, tmp_path: Path
) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}/timeline?on=2024-09-04")
    page.get_by_label("Who").select_option("hamas")
    page.get_by_label("Kind").select_option("rejection")
    page.get_by_role("button", name="Show").click()
    lines = page.locator("#rows article")
    expect(lines.filter(has_not_text=re.compile("refusal", re.IGNORECASE))).to_have_count(0)
    expect(lines).not_to_have_count(0)
    assert query(page).items() >= {"on": "2024-09-04", "actor": "hamas", "kind": "rejection"}.items()
    shown = lines.evaluate_all("found => found.map(one => one.id)")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "gaza-timeline-2024-09-04-reported.csv"
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    assert [f"{row['record_type']}-{row['id']}" for row in rows][: len(shown)] == shown


def test_the_pages_lead_to_one_another_and_back(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}/timeline?on=2024-09-04&type=event")
    first = page.locator("#rows article").first.get_attribute("id")
    page.get_by_role("link", name="Older").click()
    expect(page.locator(f"#{first}")).to_have_count(0)
    page.get_by_role("link", name="Newer").first.click()
    expect(page.locator("#rows article").first).to_have_id(first or "")


def test_a_line_leads_to_its_record_and_its_source(reader_page: Page, site: str) -> None:
    page = reader_page
    page.goto(f"{site}{GAZA}/timeline?on=2024-09-04&type=demand")
    line = page.locator("#rows article").first
    words = line.locator(".s").inner_text()
    line.locator(".s a").click()
    expect(page.locator("h1")).to_have_text(words.strip())
    page.locator(".cite cite").first.click()
    expect(page.get_by_role("heading", name="What it is cited for")).to_be_visible()
    assert query(page) == {"on": "2024-09-04"}


def test_a_change_of_a_filter_is_shown_at_once_and_keeps_the_address_short(page: Page, site: str) -> None:
    page.goto(f"{site}{GAZA}/timeline")
    page.get_by_label("Record").select_option("event")
    expect(page.locator("#rows article.a-demand")).to_have_count(0)
    assert query(page) == {"type": "event"}
    page.get_by_label("As of").fill("2024-02-10")
    page.get_by_label("Basis").select_option("stated")
    page.get_by_label("Record").select_option("")
    expect(page.get_by_role("heading", name="Possible by then")).to_be_visible()
    assert query(page) == {"on": "2024-02-10", "basis": "stated"}
    page.go_back()
    expect(page.get_by_label("Record")).to_have_value("event")


def test_a_wrong_filter_is_marked_at_its_field_and_stays_typed(
    page: Page, site: str, page_faults: list[str]
) -> None:
    page.goto(f"{site}{GAZA}/timeline?on=2024-09-04")
    page.get_by_label("Stated from").fill("last spring")
    page.get_by_label("Stated from").press("Enter")
    expect(page.locator("#from-fault")).to_contain_text("“last spring” is not a date")
    expect(page.get_by_label("Stated from")).to_have_value("last spring")
    expect(page.locator("#notice")).to_be_empty()
    assert axe(page) == []
    page.get_by_label("Stated from").fill("2024-03")
    page.get_by_label("Stated from").press("Enter")
    expect(page.locator("#from-fault")).to_have_count(0)
    expect(page.locator("#rows article").last).to_be_visible()
    assert [fault for fault in page_faults if "422" not in fault] == []
    page_faults.clear()


def test_a_cell_opens_beside_the_table_of_an_issue(page: Page, site: str) -> None:
    page.goto(f"{site}{GAZA}/issues/disarmament?on=2025-10-09")
    page.locator("td[data-col=Hamas] .foot a").click()
    expect(page.locator(".beside #cell")).to_be_visible()
