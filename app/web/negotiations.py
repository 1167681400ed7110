"""The negotiations that are recorded here."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.queries.negotiations import all_negotiations
from app.queries.setup import missing
from app.web.deps import Reads
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: Reads) -> Response:
    """All negotiations, the latest begun first."""
    negotiations = all_negotiations(session)
    tag = etag(request, sum(negotiation.revision for negotiation in negotiations))
    if answer := not_modified(request, tag):
        return answer
    context = {"negotiations": negotiations, "missing": missing(session)}
    return page(request, "negotiations/index.html", context, tag=tag)
