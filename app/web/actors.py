"""The actors: who takes part in which role, and of each its names, and what it stands for."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.forms.filters import read_rests
from app.queries.actors import actor_page, actors_page
from app.web.deps import ViewOf, ViewReads
from app.web.records import show_record
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/actors")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Parties, mediators and everybody else, with what is recorded of each as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "actors/index.html",
        lambda on, basis: actors_page(session, negotiation, on, basis),
        more={"room": "actors"},
    )


@router.get("/negotiations/{negotiation}/actors/{actor}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, actor: str) -> Response:
    """An actor with everything that is known of it as of the day of the view."""
    rests, faults = read_rests(request.query_params)
    return show_record(
        request,
        session,
        view,
        negotiation,
        "actors/show.html",
        lambda on, basis: actor_page(session, negotiation, actor, rests, on, basis),
        faults,
        more={"room": "actors", "rests": rests, "carried": {"rests": rests.value} if rests else {}},
    )
