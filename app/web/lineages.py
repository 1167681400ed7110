"""The proposals of a negotiation, each under the one that it amends."""

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.forms.filters import STATES, Faults, ProposalFilters, read_proposal_filters
from app.queries.lineages import LineagesPage, lineages_page
from app.queries.negotiations import Cast, cast_of, negotiation_head
from app.web.deps import ViewOf, ViewReads
from app.web.positions import base_context
from app.web.redirects import moved
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/proposals")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """The proposals known by the day as lineages, those that the filters select."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = _filters(request, cast)
    faults = Faults(view.faults | filters.faults)
    if "actor" in faults and (elsewhere := moved(request)):
        return elsewhere
    found = LineagesPage(head, cast)
    if not faults:
        found = lineages_page(session, negotiation, cast, filters, view.on, view.basis)
        if found.is_lost:
            faults["after"] = f"“{filters.after}” is no place in this list; begin again from its first page."
    context = base_context(view, head, "proposals") | {
        "found": found,
        "faults": faults,
        "path": request.url.path,
        "omit": {},
        "typed": filters.typed,
        "chosen": {name: text for name, text in filters.chosen.items() if name not in faults},
        "states": STATES,
    }
    return page(request, "lineages/index.html", context, tag=tag, status=422 if faults else 200)


def _filters(request: Request, cast: Cast) -> ProposalFilters:
    """The filters of the address, with what only the negotiation itself can say of them."""
    filters = read_proposal_filters(request.query_params)
    if not filters.actor or filters.actor in cast.actors:
        return filters
    fault = f"Nobody here is called “{filters.actor}”; choose an actor from the list."
    return replace(filters, faults=Faults(filters.faults | {"actor": fault}))
