"""An actor: its names, its roles, and what it stands for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.queries.actors import actor_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/actors/{actor}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, actor: str) -> Response:
    """An actor with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "actors/show.html",
        lambda on, basis: actor_page(session, negotiation, actor, on, basis),
    )
