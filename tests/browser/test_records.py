"""The pages of single records: axe, narrow screens, and every look."""

import pytest

from tests.services.chromium import NewPage, axe

GAZA = "/negotiations/gaza"
ADDRESSES = [
    f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power",
    f"{GAZA}/proposals?on=2024-09-04",
    f"{GAZA}/proposals?on=2024-09-04&actor=hamas&state=open",
    f"{GAZA}/proposals/israel-may-27-2024?on=2024-09-04",
    f"{GAZA}/proposals/israel-may-27-2024/compare?on=2024-09-04",
    f"{GAZA}/sources/lbci-2023-11-08",
    f"{GAZA}/sources?on=2024-09-04",
    f"{GAZA}/outlets?on=2024-09-04",
    f"{GAZA}/outlets/UOL%20%2F%20AFP",
    f"{GAZA}/actors?on=2024-09-04",
    f"{GAZA}/actors/hamas?on=2024-09-04",
    f"{GAZA}/issues?on=2024-09-04",
    f"{GAZA}/issues/prisoner-release?on=2025-09-30&parties=hamas,israel,united-states&earlier=2024-09-04",
    f"{GAZA}/actors/egypt?on=2024-09-04",
    f"{GAZA}/positions?on=2024-09-04",
    f"{GAZA}/issues/permanent-end-of-war?on=2024-09-04",
    f"{GAZA}/remarks/remark-hamas-2023-12-21-no-exchange-before-end",
    f"{GAZA}/events/doha-meeting-2023-11-09",
    f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power?on=2026-03-01&basis=recorded",
    f"{GAZA}/changes?from=2024-07-01&to=2024-07-31",
    "/how-to-read",
]


@pytest.mark.parametrize("look", ["light", "dark", "right to left", "phone"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(new_page: NewPage, site: str, look: str) -> None:
    page = new_page(
        color_scheme="dark" if look == "dark" else "light",
        viewport={"width": 320 if look == "phone" else 1280, "height": 900},
    )
    for address in ADDRESSES:
        response = page.goto(site + address)
        assert response
        assert response.status == 200, address
        if look == "right to left":
            page.evaluate("document.documentElement.dir = 'rtl'")
        assert axe(page) == [], address
        if look == "phone":
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
