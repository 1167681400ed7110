"""Pages in a real browser, each of which fails its test when anything went wrong in it unseen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests import needs

NewPage = Callable[..., Page]

# A busy machine is slow at random; what never comes is still missed.
expect.set_options(timeout=20_000)

AXE = Path(__file__).parents[1] / "browser/vendor/axe-core@4.14.1/axe.min.js"
FLAGS = [
    "--no-sandbox",  # root, as in most containers, has no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The console tells of a violation too, but not always of the directive and the address.
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    parleyReportViolation(`${event.effectiveDirective} refused ${event.blockedURI}`))"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests, started by the first that asks."""
    executable = needs.find_browser()
    if not executable:
        needs.cannot_run(needs.NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page_faults() -> list[str]:
    """What went wrong in the pages of this test so far. Who provokes a fault takes it out of the list."""
    return []


@contextmanager
def opening_pages(browser: Browser, faults: list[str]) -> Iterator[NewPage]:
    """Give a function that opens pages, note their faults, and fail at the end if any is left."""
    contexts = []

    def new_page(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "timezone_id": "UTC", **options})
        contexts.append(context)
        context.on("console", lambda message: faults.extend(_errors(message)))
        context.on("weberror", lambda error: faults.append(f"uncaught: {error.error}"))
        context.expose_function(
            "parleyReportViolation", lambda violation: faults.append(f"content security policy: {violation}")
        )
        context.add_init_script(REPORT_VIOLATIONS)
        return context.new_page()

    try:
        yield new_page
    finally:
        for context in contexts:
            context.close()
    if faults:
        pytest.fail("in the browser:\n" + "\n".join(faults), pytrace=False)


@pytest.fixture
def new_page(chromium: Browser, page_faults: list[str]) -> Iterator[NewPage]:
    """Open a page in a context of its own: `new_page(java_script_enabled=False, color_scheme="dark", …)`.

    Takes what `Browser.new_context` takes. Errors on the console, uncaught exceptions and violations of the
    content security policy, in any page of the test, fail it at its end.
    """
    with opening_pages(chromium, page_faults) as open_page:
        yield open_page


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page as most visitors have it: with JavaScript, light, in a window of 1280 by 720."""
    return new_page()


@pytest.fixture(scope="session")
def right_to_left_fonts() -> None:
    """Asked for by tests that look at Arabic or Hebrew."""
    reason = needs.lacking_fonts()
    if reason:
        needs.cannot_run(reason)


def axe(page: Page, rules: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong with the page as it stands, a line for each rule: `assert axe(page) == []`.

    Only by these rules, or by all ``without`` some, where any are named: of a page that was looked at
    whole, another look needs no others than it can change the answer of.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_axe_source())
    # What passed is many times as much, and takes longer to hand over than to find.
    found = page.evaluate(
        "async options => (await axe.run(options)).violations",
        {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without}}
        | ({"runOnly": list(rules)} if rules else {}),
    )
    return [
        f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'])}"
        for rule in found
    ]


@cache
def _axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def _errors(message: ConsoleMessage) -> list[str]:
    if message.type != "error":
        return []
    return [f"console: {message.text} ({message.location['url']})"]
