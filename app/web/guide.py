"""How to read this: the method, the words of the vocabulary, and what cannot be told from any of it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.meanings import CHAPTERS
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/how-to-read")
@allow(Permission.READ_PUBLISHED)
def show(request: Request) -> Response:
    """The page of method. It shows no record, so it changes with the code alone."""
    tag = etag(request, 0)
    if answer := not_modified(request, tag):
        return answer
    return page(request, "guide/show.html", {"chapters": CHAPTERS}, tag=tag)
