"""A remark: what somebody says about a party or the process."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import RecordType
from app.queries.timeline import record_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/remarks/{remark}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, remark: str) -> Response:
    """A remark with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "remarks/show.html",
        lambda on, basis: record_page(session, negotiation, RecordType.REMARK, remark, on, basis),
        subject=(RecordType.REMARK, remark),
    )
