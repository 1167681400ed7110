"""Every page that readers may open, with addresses of it in the bundled negotiations.

Whoever adds a page names an address of it here, and every walk over all pages takes it in.
"""

from collections.abc import Iterator
from typing import Any

from app.web.security import Permission

ON_A_DAY = "?on=2024-09-04"
GAZA = "/negotiations/gaza"
ONE = "/negotiations/{negotiation}"

# By the path of the route: addresses, of which the later ones show what the first does not.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/how-to-read": ("/how-to-read",),
    "/api": ("/api",),
    "/data": ("/data",),
    "/login": ("/login",),
    "/search": (
        "/search",
        "/search?q=corridor",
        "/search?q=%D9%88%D9%82%D9%81&negotiation=gaza&on=2024-09-04",
    ),
    ONE: (
        f"{GAZA}{ON_A_DAY}",
        f"{GAZA}?on=2024-09-04&columns=hamas@2024-02-07,hamas,proposal:israel-may-27-2024",
        f"{GAZA}?on=2024-09-04&columns=israel,hamas,latest:mediators,latest:agreed",
        f"{GAZA}?on=2026-03-01&basis=recorded&columns=hamas",
        "/negotiations/gaza-april-2024?on=2024-04-03",
    ),
    f"{ONE}/actors": (f"{GAZA}/actors{ON_A_DAY}",),
    f"{ONE}/actors/{{actor}}": (
        f"{GAZA}/actors/hamas{ON_A_DAY}",
        f"{GAZA}/actors/egypt{ON_A_DAY}",
        f"{GAZA}/actors/united-kingdom{ON_A_DAY}",
    ),
    f"{ONE}/changes": (f"{GAZA}/changes?from=2024-07-01&to=2024-07-31",),
    f"{ONE}/data": (f"{GAZA}/data{ON_A_DAY}",),
    f"{ONE}/demands/{{demand}}": (
        f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power{ON_A_DAY}",
        f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power?on=2023-11-15",
    ),
    f"{ONE}/events/{{event}}": (f"{GAZA}/events/cairo-no-progress-2024-04-08{ON_A_DAY}",),
    f"{ONE}/issues": (f"{GAZA}/issues{ON_A_DAY}",),
    f"{ONE}/issues/{{issue}}": (
        f"{GAZA}/issues/permanent-end-of-war{ON_A_DAY}",
        f"{GAZA}/issues/troop-withdrawal{ON_A_DAY}",
        f"{GAZA}/issues/prisoner-release?on=2025-09-30&parties=hamas,israel,united-states&earlier=2024-09-04",
    ),
    f"{ONE}/outlets": (f"{GAZA}/outlets{ON_A_DAY}",),
    f"{ONE}/outlets/{{outlet:path}}": (
        f"{GAZA}/outlets/TASS{ON_A_DAY}",
        f"{GAZA}/outlets/UOL%20%2F%20AFP",
    ),
    f"{ONE}/positions": (
        f"{GAZA}/positions{ON_A_DAY}",
        "/negotiations/gaza-april-2024/positions?on=2024-04-03&rests=opponent_unnamed",
    ),
    f"{ONE}/positions/{{actor}}/{{issue}}": (f"{GAZA}/positions/hamas/governance-of-gaza{ON_A_DAY}",),
    f"{ONE}/proposals": (
        f"{GAZA}/proposals{ON_A_DAY}",
        f"{GAZA}/proposals?on=2024-09-04&actor=hamas&state=open",
        f"{GAZA}/proposals?on=2025-12-01&state=ended",
    ),
    f"{ONE}/proposals/{{proposal}}": (
        f"{GAZA}/proposals/israel-may-27-2024{ON_A_DAY}",
        f"{GAZA}/proposals/paris-framework-jan-2024{ON_A_DAY}",
    ),
    f"{ONE}/proposals/{{proposal}}/compare": (
        f"{GAZA}/proposals/israel-may-27-2024/compare{ON_A_DAY}",
        f"{GAZA}/proposals/hamas-july-2-2024/compare?with=israel-may-27-2024&on=2024-09-04",
    ),
    f"{ONE}/remarks/{{remark}}": (f"{GAZA}/remarks/remark-il-2024-09-04-reduced-presence{ON_A_DAY}",),
    f"{ONE}/responses/{{response}}": (f"{GAZA}/responses/r-november-truce-israel{ON_A_DAY}",),
    f"{ONE}/sources": (f"{GAZA}/sources{ON_A_DAY}", f"{GAZA}/sources?on=2024-05-06&relays=relays"),
    f"{ONE}/sources/{{source}}": (f"{GAZA}/sources/scmp-2023-12-25{ON_A_DAY}",),
    f"{ONE}/timeline": (
        f"{GAZA}/timeline{ON_A_DAY}",
        f"{GAZA}/timeline?on=2024-02-10&basis=stated&actor=hamas",
        f"{GAZA}/timeline?on=2024-02-10&q=zzzz&denied=1",
    ),
    f"{ONE}/{{noun:cited}}/{{record}}/note": (f"{GAZA}/demands/isr-2023-11-09-no-fuel/note",),
}

# What readers may open that is no page, and why.
NO_PAGES = {
    "/data.csv": "a file",
    f"{ONE}/timeline.csv": "a file",
    f"{ONE}/feed.atom": "a feed",
    f"{ONE}/issues/{{issue}}/feed.atom": "a feed",
    f"{ONE}/actors/{{actor}}/feed.atom": "a feed",
    f"{ONE}/timeline.atom": "a feed",
    f"{ONE}/calendar.ics": "a calendar",
    f"{ONE}/package.zip": "a file",
    f"{ONE}/timeline.xlsx": "a file",
    f"{ONE}/positions.csv": "a file",
    f"{ONE}/positions.xlsx": "a file",
    f"{ONE}/comparison.csv": "a file",
    f"{ONE}/comparison.xlsx": "a file",
    f"{ONE}/proposals/{{proposal}}/compare.csv": "a file",
    f"{ONE}/proposals/{{proposal}}/compare.xlsx": "a file",
    f"{ONE}/sources.{{form:reference}}": "a file",
    f"{ONE}/sources/{{source}}.{{form:reference}}": "a file",
    f"{ONE}/{{plural:claimed}}/{{record}}.jsonld": "a file",
    f"{ONE}/terms/{{term}}": "leads on to its proposal",
    f"{ONE}/{{noun:noun}}": "leads on to the time line",
    "/login/{token}": "a link that is used up",
    "/invitations/{token}": "a link that is used up",
}

ADDRESSES = [address for addresses in PAGES.values() for address in addresses]


def without_address(found: Any) -> Iterator[str]:
    """The routes that readers may open and of which nothing is said here; those of the API are none."""
    for route in found:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from without_address(nested.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            may = route.endpoint.permission in (Permission.READ_PUBLISHED, Permission.SIGN_IN)
            if may and not route.path.startswith("/api/") and route.path not in PAGES | NO_PAGES:
                yield route.path
