"""An event: context on the time line."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import RecordType
from app.queries.events import event_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/events/{event}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, event: str) -> Response:
    """An event with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "events/show.html",
        lambda on, basis: event_page(session, negotiation, event, on, basis),
        subject=(RecordType.EVENT, event),
    )
