"""What went wrong, as every answer of the API says it, and how that is described (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.web.errors import problem

_EXAMPLE_OF_422 = {
    "type": "about:blank",
    "title": "A parameter cannot be used",
    "status": 422,
    "detail": "“2024-13” is not a full day",
    "errors": {"on": "“2024-13” is not a full day"},
}


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Always about:blank: the status says what kind of fault it is.")
    title: str = Field(description="What kind of fault it is, in a few words.")
    status: int = Field(description="The status of the answer.")
    detail: str = Field(description="What is wrong, in words for a person.")
    errors: dict[str, str] | None = Field(
        None, description="What is wrong, in words, by parameter or by field of the body."
    )


def fault(description: str, example: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer that is a problem, as OpenAPI describes it."""
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if example:
        media["example"] = example
    return {"description": description, "content": {"application/problem+json": media}}


_TOKEN = fault("The token that was sent is not one, has run out or was revoked.")
_PARAMETER = fault("A parameter cannot be used; each fault is named in words.", _EXAMPLE_OF_422)
_UNCHANGED = {"description": "Nothing has changed since the ETag that was sent as If-None-Match."}
_MOVED = {
    "description": "What the address names was merged into another, where this leads for good.",
    "headers": {"Location": {"description": "The address to ask instead.", "schema": {"type": "string"}}},
}

# The answers of a list, and of one record, beside the one that was asked for.
OF_ALL: dict[int | str, dict[str, Any]] = {304: _UNCHANGED, 401: _TOKEN, 422: _PARAMETER}
OF_LIST = OF_ALL | {
    308: _MOVED,
    404: fault("There is no such negotiation, or nothing of it was recorded here by the day."),
}
OF_ONE = OF_ALL | {308: _MOVED, 404: fault("There is no such record, or it is not published.")}
OF_RECORD = OF_ONE | {410: fault("The record was our mistake and is retracted; the detail says why.")}


def unusable(faults: Mapping[str, str]) -> Response:
    """The answer where parameters cannot be used, each named with its fault."""
    return problem(422, "A parameter cannot be used", "; ".join(faults.values()), errors=dict(faults))
