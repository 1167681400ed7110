"""An issue: its question, its scales, and what each side stands for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.queries.issues import issue_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/issues/{issue}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, issue: str) -> Response:
    """An issue with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "issues/show.html",
        lambda on, basis: issue_page(session, negotiation, issue, on, basis),
        omit={"issue": issue},
    )
