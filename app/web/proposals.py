"""A proposal: its terms and how each party answered."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.domain.vocabulary import RecordType
from app.queries.entries import retraction_of
from app.queries.negotiations import negotiation_head
from app.queries.proposals import proposal_page
from app.queries.records import record_line
from app.web.deps import ViewOf, ViewReads
from app.web.paths import href
from app.web.positions import kept
from app.web.records import retracted_page, show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/proposals/{proposal}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, proposal: str) -> Response:
    """A proposal with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "proposals/show.html",
        lambda on, basis: proposal_page(session, negotiation, proposal, on, basis),
        omit={"proposal": proposal},
        subject=(RecordType.PROPOSAL, proposal),
    )


@router.get("/negotiations/{negotiation}/terms/{term}")
@allow(Permission.READ_PUBLISHED)
def show_term(request: Request, session: ViewReads, view: ViewOf, negotiation: str, term: str) -> Response:
    """A term is read on the page of its proposal; one that was taken out keeps its address and says why."""
    head = negotiation_head(session, negotiation)
    if retraction := retraction_of(session, negotiation, RecordType.TERM, term):
        return retracted_page(request, view, head, retraction, (RecordType.TERM, term))
    line = record_line(session, negotiation, RecordType.TERM, term)
    return RedirectResponse(href(negotiation, line, **kept(view)), status_code=303)
