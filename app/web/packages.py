"""The data package of a negotiation, to take away: a zip of what readers may see, sent while it is made."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.db import read_session
from app.exchange.package_writing import package_zip, zip_name
from app.queries.negotiations import negotiation_head
from app.web.deps import Reads, engine_of
from app.web.labels import N_
from app.web.render import PUBLIC, etag, not_modified
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

# What each file of a package has.
FILE_WORDS = {
    "negotiation": N_("The negotiation itself"),
    "actors": N_("Actors"),
    "participants": N_("Roles in the negotiation"),
    "issues": N_("Issues"),
    "scales": N_("Rungs of scales"),
    "sources": N_("Sources"),
    "demands": N_("Demands"),
    "links": N_("Links between demands"),
    "proposals": N_("Proposals"),
    "terms": N_("Terms"),
    "responses": N_("Responses"),
    "remarks": N_("Remarks"),
    "events": N_("Events"),
    "citations": N_("Reports of records"),
    "coverage": N_("Searches that found nothing"),
}


@router.get("/negotiations/{negotiation}/package.zip")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: Reads, negotiation: str) -> Response:
    """All that is published of a negotiation as it stands now, whatever day the reader has come from."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision)
    if answer := not_modified(request, tag):
        return answer
    kept = {**PUBLIC, "etag": tag} if tag else {}
    disposition = f'attachment; filename="{zip_name(head.id)}"'
    return StreamingResponse(
        _pieces(request, head.id),
        media_type="application/zip",
        headers={**kept, "content-disposition": disposition},
    )


def _pieces(request: Request, negotiation: str) -> Iterator[bytes]:
    """Read from a session of its own: the request's is closed before the file is sent."""
    with read_session(engine_of(request)) as session:
        yield from package_zip(session, negotiation, for_readers=True)
