"""A source: the publication, the report that it relays, and what it is cited for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.forms.filters import Faults, read_place
from app.queries.sources import source_page
from app.web.deps import Reads, ViewOf
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/sources/{source}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: Reads, view: ViewOf, negotiation: str, source: str) -> Response:
    """A source with everything that is known of it as of the day of the view."""
    after, fault = read_place(request.query_params.get("after", ""))
    return show_record(
        request,
        session,
        view,
        negotiation,
        "sources/show.html",
        lambda on, basis: source_page(session, negotiation, source, on, basis, after=after),
        Faults({"after": fault} if fault else {}),
    )
