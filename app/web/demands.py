"""A demand: everything that is known of it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import RecordType
from app.queries.demands import demand_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/demands/{demand}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, demand: str) -> Response:
    """A demand with everything that is known of it as of the day of the view; for editors, its history too.

    One that was retracted keeps its address and says why.
    """
    return show_record(
        request,
        session,
        view,
        negotiation,
        "demands/show.html",
        lambda on, basis: demand_page(session, negotiation, demand, on, basis),
        subject=(RecordType.DEMAND, demand),
    )
