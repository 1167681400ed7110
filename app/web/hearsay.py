"""The positions that are only said by others, and on whom they rest."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import Rests
from app.forms.filters import read_rests
from app.queries.hearsay import hearsay_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/positions")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every position that rests only on others as of the day of the view, or only on another party."""
    chosen, faults = read_rests(request.query_params)
    rests = chosen or Rests.OTHERS
    return show_record(
        request,
        session,
        view,
        negotiation,
        "hearsay/index.html",
        lambda on, basis: hearsay_page(session, negotiation, rests, on, basis),
        faults,
        more={"room": "positions", "carried": {"rests": chosen.value} if chosen else {}},
    )
