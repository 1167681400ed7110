"""The outlets, and the reports of one of them."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.forms.filters import CONTROLS, LONGEST, Faults, read_source_cursor
from app.queries.outlets import outlet_page, outlets_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/outlets")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every outlet with how many reports of it are known as of the day of the view."""
    after = request.query_params.get("after", "")
    fault = ""
    if len(after) > LONGEST or CONTROLS.search(after):
        fault = "No outlet has such a name; begin again from the first page."
    return show_record(
        request,
        session,
        view,
        negotiation,
        "outlets/index.html",
        lambda on, basis: outlets_page(session, negotiation, on, basis, after="" if fault else after),
        Faults({"after": fault} if fault else {}),
        more={"room": "sources"},
    )


@router.get("/negotiations/{negotiation}/outlets/{outlet:path}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, outlet: str) -> Response:
    """An outlet, by its name: its reports, whom it relays and who relays it."""
    after, fault = read_source_cursor(request.query_params.get("after", ""))
    return show_record(
        request,
        session,
        view,
        negotiation,
        "outlets/show.html",
        lambda on, basis: outlet_page(session, negotiation, outlet, on, basis, after=after),
        Faults({"after": fault} if fault else {}),
        more={"room": "sources", "path": f"/negotiations/{negotiation}/outlets/{outlet}"},
    )
