"""A response: a party's answer to a proposal, or to one of its terms."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import RecordType
from app.queries.proposals import response_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/responses/{response}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, response: str) -> Response:
    """A response with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "responses/show.html",
        lambda on, basis: response_page(session, negotiation, response, on, basis),
        subject=(RecordType.RESPONSE, response),
    )
