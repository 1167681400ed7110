"""What the API answers, described for programs (OpenAPI), with an example of everything."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from app.web.api.answers import unchanged
from app.web.api.problems import Problem
from app.web.render import etag
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

TAGS = {
    "negotiations": "The negotiations, and who and what each of them is about.",
    "positions": "Where each side is reported to stand on a day, how far apart, and what changed since.",
    "records": "What was reported, record by record: with the filters of the time line, newest first.",
    "citations": "Who says so, and where it was printed.",
    "sources": "The publications that all of it rests on.",
    "handing in": "Entries by a program of somebody who has an account. They wait for an editor, whosever "
    "they are; nothing is ever published by a token.",
}
_DESCRIPTION = (
    "Reports, not facts: what each side of a ceasefire negotiation is reported to want, issue by issue, as "
    "of any day, and who says so. What comes from a party’s own side and what others say of it are two "
    "tracks, and are never counted together."
)
_TOKEN_ALONE: dict[str, list[str]] = {"token": []}
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token that somebody with an account makes on its page, with a role no higher than "
    "their own. Reading needs none.",
}


@router.get("/api/v1/openapi.json")
@allow(Permission.READ_PUBLISHED)
def openapi(request: Request) -> Response:
    """The description of every address of the API."""
    tag = etag(request, 0)
    if same := unchanged(request, tag):
        return same
    headers = {"cache-control": "public, max-age=3600", **({"etag": tag} if tag else {})}
    return JSONResponse(document(request.app), headers=headers)


def document(app: FastAPI) -> dict[str, Any]:
    """The description as OpenAPI has it; made once."""
    found: dict[str, Any] | None = getattr(app.state, "openapi", None)
    if found is None:
        found = app.state.openapi = _made(app.openapi())
    return found


def _made(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {})
    shapes = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        shapes.pop(unused, None)
    shapes["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {"token": _TOKEN}
    schema["info"]["description"] = _DESCRIPTION
    schema["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            operation["security"] = [{}, _TOKEN_ALONE] if method == "get" else [_TOKEN_ALONE]
            _show(operation, shapes)
    return schema


def _show(operation: dict[str, Any], shapes: Mapping[str, Any]) -> None:
    """Give an operation an example of what it answers and of what it is sent."""
    for status, answer in operation["responses"].items():
        media = answer.get("content", {}).get("application/json")
        if media and status.startswith("2"):
            answer["description"] = {"200": "What was asked for.", "201": "It was taken."}[status]
            media["example"] = example(media["schema"], shapes)
            if status == "200":
                answer["headers"] = _headers(operation)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        body["example"] = example(body["schema"], shapes, is_sent=True)
    for parameter in operation.get("parameters", []):
        known = parameter["schema"].pop("examples", None)
        if known and "example" not in parameter:
            parameter.pop("examples", None)
            parameter["example"] = known[0]


def _headers(operation: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"ETag": "Send it as If-None-Match to be told whether anything has changed."}
    if any(parameter["name"] == "after" for parameter in operation.get("parameters", [])):
        headers["Link"] = "The address of the next page, with rel=next; there is none on the last."
    return {
        name: {"description": words, "required": False, "schema": {"type": "string"}}
        for name, words in headers.items()
    }


def example(schema: Mapping[str, Any], shapes: Mapping[str, Any], *, is_sent: bool = False) -> Any:
    """A value of this schema, made of the examples of its fields; of what is sent only what must be."""
    if examples := schema.get("examples"):
        return examples[0]
    if reference := schema.get("$ref"):
        return example(shapes[reference.rpartition("/")[2]], shapes, is_sent=is_sent)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return example(schema[several][0], shapes, is_sent=is_sent)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example(schema["items"], shapes, is_sent=is_sent)]
    if schema.get("type") == "object":
        needed = schema.get("required", ())
        return {
            name: example(field, shapes, is_sent=is_sent)
            for name, field in schema.get("properties", {}).items()
            if not is_sent or name in needed or field.get("examples")
        }
    return {"string": "…", "integer": 1, "number": 1, "boolean": False}.get(schema.get("type", ""))
