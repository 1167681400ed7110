"""What changed between two days."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.forms.filters import Faults, Span, View, read_span
from app.queries.changes import ChangesPage, changes_page
from app.queries.negotiations import cast_of, negotiation_head
from app.queries.revisions import NothingRecorded
from app.web.deps import Reads, as_of, today
from app.web.positions import base_context
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


def span(request: Request) -> Span:
    return read_span(request.query_params, today())


@router.get("/negotiations/{negotiation}/changes")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, live: Reads, asked: Annotated[Span, Depends(span)], negotiation: str) -> Response:
    """What is new, what stands no more and what reads differently, issue by issue and party by party."""
    faults = Faults(asked.faults)
    with as_of(request, live, asked.view) as later:
        head = negotiation_head(later, negotiation)
        tag = etag(request, head.revision, asked.view)
        if answer := not_modified(request, tag):
            return answer
        found = ChangesPage(head, cast_of(later, negotiation), asked.start, asked.view.on, asked.view.basis)
        if not faults:
            newest = getattr(request.state, "recorded", None)
            try:
                with as_of(request, live, asked.earlier) as earlier:
                    found = changes_page(
                        earlier, later, negotiation, asked.start, asked.view.on, asked.view.basis
                    )
            except NothingRecorded as nothing:
                faults["from"] = (
                    f"By {nothing.on} this site had recorded nothing of these talks; "
                    f"its records begin on {nothing.since}."
                )
            finally:
                request.state.recorded = newest
    context = base_context(_carried(asked.view), found.negotiation, "changes") | {
        "found": found,
        "faults": faults,
        "typed": asked.view.typed,
        "start": asked.start,
        "omit": {},
    }
    return page(request, "changes/index.html", context, tag=tag, status=422 if faults else 200)


def _carried(view: View) -> View:
    """The view that links of the page carry on: that of the later day, where an address named one."""
    named = bool(view.typed["to"] or view.typed["on"]) and not view.faults
    typed = {"on": view.on.isoformat() if named else "", "basis": view.typed["basis"]}
    return View(view.on, view.basis, typed, view.faults)
