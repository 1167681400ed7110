import pytest
from playwright.sync_api import Browser, Page, expect

from tests.services.chromium import NewPage, axe, opening_pages

ACCESSIBLE = """<!doctype html><html lang="en"><title>Talks</title>
    <main><h1>Talks</h1><p>Side by side</p></main></html>"""
WITHOUT_NAME = ACCESSIBLE.replace("<p>", "<p><button></button>")
STRICT = ACCESSIBLE.replace(
    "<title>",
    """<meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>""",
)


def test_a_page_is_shown(page: Page) -> None:
    page.set_content(ACCESSIBLE)
    expect(page.get_by_role("heading", name="Talks")).to_be_visible()


def test_a_page_is_shown_without_javascript(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("data:text/html,<p>before</p><script>document.body.textContent = 'after'</script>")
    expect(page.locator("p")).to_have_text("before")


@pytest.mark.usefixtures("right_to_left_fonts")
def test_arabic_and_hebrew_take_room(page: Page) -> None:
    page.set_content("<span lang=ar dir=rtl>غزة</span> <span lang=he dir=rtl>עזה</span>")
    for box in [span.bounding_box() for span in page.locator("span").all()]:
        assert box is not None
        assert box["width"] > 0


def test_an_error_on_the_console_is_a_fault(page: Page, page_faults: list[str]) -> None:
    page.evaluate("console.error('broken')")
    assert page_faults.pop().startswith("console: broken")


def test_an_uncaught_exception_is_a_fault(page: Page, page_faults: list[str]) -> None:
    page.goto("data:text/html,<script>missing()</script>")
    assert page_faults.pop() == "uncaught: missing is not defined"


def test_a_violation_of_the_content_security_policy_is_a_fault(page: Page, page_faults: list[str]) -> None:
    page.goto(f"data:text/html,{STRICT}<script>1</script>")
    page.wait_for_load_state("networkidle")
    assert "content security policy: script-src-elem refused inline" in page_faults
    page_faults.clear()


def test_a_fault_fails_the_test_at_its_end(chromium: Browser) -> None:
    with (
        pytest.raises(pytest.fail.Exception, match="console: broken"),
        opening_pages(chromium, []) as new_page,
    ):
        new_page().evaluate("console.error('broken')")


def test_axe_passes_an_accessible_page_under_a_strict_policy(page: Page) -> None:
    page.set_content(STRICT)
    assert axe(page) == []


def test_axe_names_what_is_wrong(page: Page) -> None:
    page.set_content(WITHOUT_NAME)
    [finding] = axe(page)
    assert finding.startswith("button-name:")
    assert "button" in finding
