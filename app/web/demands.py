"""A demand: everything that is known of it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import RecordType
from app.queries.accounts import Person
from app.queries.demands import demand_page
from app.queries.entries import Step, history_of, retraction_of
from app.queries.negotiations import negotiation_head
from app.web.deps import Reads, ViewOf
from app.web.positions import base_context
from app.web.records import show_record
from app.web.render import page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/demands/{demand}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: Reads, view: ViewOf, negotiation: str, demand: str) -> Response:
    """A demand with everything that is known of it as of the day of the view; for editors, its history too.

    One that was retracted keeps its address and says why.
    """
    person: Person | None = request.state.person
    if retraction := retraction_of(session, negotiation, RecordType.DEMAND, demand):
        context = base_context(view, negotiation_head(session, negotiation), "") | {"retraction": retraction}
        return page(request, "entries/retracted.html", context)
    return show_record(
        request,
        session,
        view,
        negotiation,
        "demands/show.html",
        lambda on, basis: demand_page(session, negotiation, demand, on, basis),
        more={
            "history": history_of(session, negotiation, RecordType.DEMAND, demand)
            if person and person.edits
            else ()
        },
    )


def _history(session: Reads, negotiation: str, demand: str) -> list[Step]:
    return history_of(session, negotiation, RecordType.DEMAND, demand)
