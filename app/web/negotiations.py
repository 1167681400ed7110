"""The first page: what this is, how a cell is read, and what changed lately in each negotiation."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.forms.filters import Faults, read_place, read_view
from app.queries.home import home_page
from app.queries.setup import missing
from app.web.deps import Reads, today
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: Reads) -> Response:
    """The negotiations, the latest begun first, a few at a time."""
    place, fault = read_place(request.query_params.get("behind", ""))
    faults = Faults({"behind": fault} if fault else {})
    found = home_page(session, place, today())
    tag = etag(request, found.revision)
    if answer := not_modified(request, tag):
        return answer
    context = {
        "home": found,
        "faults": faults,
        "missing": missing(session),
        "view": read_view({}, today()),
        "q": {},
        "omit": {},
        "today": today(),
    }
    return page(request, "negotiations/index.html", context, tag=tag, status=422 if faults else 200)
