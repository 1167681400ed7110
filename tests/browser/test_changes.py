"""The last visit of a reader: switched on by the reader, and kept in the browser alone."""

from playwright.sync_api import Page, expect

from tests.services.chromium import NewPage

GAZA = "/negotiations/gaza"
SWITCH = "Remember in this browser when I was last here"


def test_the_last_visit_is_offered_from_the_next_day_on_until_it_is_switched_off(
    page: Page, site: str
) -> None:
    page.clock.set_fixed_time("2026-11-12T10:00:00Z")
    page.goto(f"{site}{GAZA}/changes?from=2024-07-01&to=2024-07-31")
    offer = page.get_by_text("What changed since your last visit")
    expect(page.get_by_label(SWITCH)).not_to_be_checked()
    assert page.evaluate("localStorage.length") == 0
    page.get_by_label(SWITCH).check()
    expect(offer).to_have_count(0)
    page.clock.set_fixed_time("2026-11-20T10:00:00Z")
    page.goto(site)
    link = page.get_by_role("link", name="What changed since your last visit, 12 Nov 2026")
    expect(link).to_have_attribute("href", f"{GAZA}/changes?from=2026-11-12&to=2026-11-20")
    page.goto(f"{site}{GAZA}")
    page.goto(f"{site}{GAZA}/changes?from=2024-07-01&to=2024-07-31")
    expect(link).to_be_visible()
    page.get_by_label(SWITCH).uncheck()
    expect(link).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.get_by_label(SWITCH)).not_to_be_checked()


def test_without_script_or_storage_nothing_is_offered(new_page: NewPage, site: str) -> None:
    plain, blocked = new_page(java_script_enabled=False), new_page()
    blocked.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked') }})"
    )
    for page in (plain, blocked):
        page.goto(f"{site}{GAZA}/changes?from=2024-07-01&to=2024-07-31")
        expect(page.get_by_label(SWITCH)).to_have_count(1)
        expect(page.get_by_label(SWITCH)).to_be_hidden()
