"""Searching all that is published, in every negotiation or in one."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.db import ReadSession
from app.domain.vocabulary import Track
from app.forms.filters import Faults, View
from app.forms.searches import NOUNS, SearchFilters, read_search_filters
from app.queries.negotiations import Cast, NegotiationHead, all_negotiations, cast_of
from app.queries.searches import Hit, SearchPage, search_page
from app.web.deps import Reads, ViewOf, as_of
from app.web.labels import noun_label
from app.web.paths import address, href
from app.web.positions import kept
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/search")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, live: Reads, view: ViewOf) -> Response:
    """What is found, newest first; without words, what can be found and how it is asked for."""
    negotiations = {head.id: head for head in all_negotiations(live)}
    filters = read_search_filters(request.query_params)
    faults = Faults(view.faults | filters.faults)
    if filters.negotiation and filters.negotiation not in negotiations:
        faults.setdefault(
            "negotiation", f"No negotiation here is called “{filters.negotiation}”; choose one from the list."
        )
    if view.is_past and not filters.negotiation:
        faults.setdefault("basis", "What this site showed on a day is kept for each negotiation; choose one.")
    if "negotiation" in faults or "basis" in faults:
        return _answer(request, live, view, negotiations, replace(filters, faults=faults))
    with as_of(request, live, view, filters.negotiation) as session:
        return _answer(request, session, view, negotiations, replace(filters, faults=faults))


def _answer(
    request: Request,
    session: ReadSession,
    view: View,
    negotiations: dict[str, NegotiationHead],
    filters: SearchFilters,
) -> Response:
    tag = etag(request, sum(head.revision for head in negotiations.values()), view)
    if answer := not_modified(request, tag):
        return answer
    faults = Faults(filters.faults)
    cast = None
    if filters.negotiation in negotiations:
        cast = cast_of(session, filters.negotiation)
        require_known(filters, cast, faults)
    found = SearchPage(cast=cast)
    if filters.sought and not faults:
        found = search_page(session, filters, negotiations, cast, view.on, view.basis)
    context: dict[str, Any] = {
        "view": view,
        "q": kept(view),
        "found": found,
        "groups": _groups(found, filters),
        "negotiations": list(negotiations.values()),
        "searched": negotiations.get(filters.negotiation),
        "asks": bool(filters.sought),
        "typed": filters.typed,
        "narrows": filters.narrows,
        "chosen": {name: text for name, text in filters.chosen.items() if name not in faults},
        "is_later_page": filters.before is not None,
        "faults": faults,
        "nouns": [(noun, noun_label(noun)) for noun in NOUNS],
        "tracks": list(Track),
        "hit_href": hit_href,
    }
    return page(request, "searches/index.html", context, tag=tag, status=422 if faults else 200)


def require_known(filters: SearchFilters, cast: Cast, faults: Faults) -> None:
    """Note where the negotiation has no such actor or issue."""
    if filters.actor and filters.actor not in cast.actors:
        faults.setdefault("actor", f"Nobody here is called “{filters.actor}”; choose an actor from the list.")
    if filters.issue and filters.issue not in cast.issues:
        faults.setdefault("issue", f"No issue here is called “{filters.issue}”; choose one from the list.")


def _groups(found: SearchPage, filters: SearchFilters) -> list[tuple[str, list[Hit]]]:
    """The hits, newest first; where all of them are on one page, those first that say it themselves."""
    own = [hit for hit in found.hits if hit.is_own]
    around = [hit for hit in found.hits if not hit.is_own]
    if found.is_whole and filters.before is None and own and around:
        return [("own", own), ("around", around)]
    return [("all", list(found.hits))] if found.hits else []


def hit_href(hit: Hit, **query: object) -> str:
    """Where what was found is read."""
    if hit.row:
        return href(hit.negotiation.id, hit.row.record, **query)
    room = f"{hit.noun}s"
    return address(f"/negotiations/{hit.negotiation.id}/{room}/{hit.record}", **query)
