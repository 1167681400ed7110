"""Answers of the API: JSON that may be kept, with the address of what comes next."""

from collections.abc import Mapping

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from app.forms.filters import View
from app.web.api import problems
from app.web.paths import address
from app.web.render import public_url

# Whoever sends a token is answered alone.
KEPT = {"cache-control": "public, max-age=0, must-revalidate", "vary": "Authorization"}


def answer(
    request: Request, body: BaseModel, tag: str | None, view: View | None = None, after: str | None = None
) -> Response:
    """What was asked for; ``after`` is where the next page begins, as of the same day."""
    headers = {**KEPT, "etag": tag} if tag else {}
    if after:
        headers["link"] = f'<{public_url(request)}{next_page(request, view, after)}>; rel="next"'
    return Response(body.model_dump_json(by_alias=True), media_type="application/json", headers=headers)


def next_page(request: Request, view: View | None, after: str) -> str:
    """The address of the page behind a place; it is of the same day as this one, whenever it is read."""
    query = {
        name: value for name, value in request.query_params.items() if name not in ("after", "on", "basis")
    }
    day = {"on": view.on, "basis": view.basis.value} if view else {}
    return address(request.url.path, **{**query, **day, "after": after})


def unchanged(request: Request, tag: str | None) -> Response | None:
    """The empty answer to whoever has this very one already."""
    known = [known.strip() for known in request.headers.get("if-none-match", "").split(",")]
    if tag is None or (tag not in known and "*" not in known):
        return None
    return Response(status_code=304, headers={**KEPT, "etag": tag})


def early_answer(request: Request, tag: str | None, faults: Mapping[str, str]) -> Response | None:
    """The answer for which nothing more is read: what is wrong with what was asked for, or no change."""
    return problems.unusable(faults) if faults else unchanged(request, tag)
