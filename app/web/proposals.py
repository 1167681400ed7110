"""A proposal: its terms and how each party answered."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.queries.proposals import proposal_page
from app.web.deps import Reads, ViewOf
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/proposals/{proposal}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: Reads, view: ViewOf, negotiation: str, proposal: str) -> Response:
    """A proposal with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "proposals/show.html",
        lambda on, basis: proposal_page(session, negotiation, proposal, on, basis),
        omit={"proposal": proposal},
    )
