"""The page that says how the API is used: made of the same description that programs read."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.api.pages import LIMIT, MOST
from app.web.api.schema import TAGS, document
from app.web.render import etag, not_modified, page, public_url
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of an address or a header: its name, what it means, and which words it takes."""

    name: str
    where: str
    required: bool
    words: str
    choices: Sequence[str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to ask for, with a command that asks for it. ``sends`` and ``answers`` name shapes."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: Sequence[Parameter]
    command: str
    sends: str | None
    answers: str | None
    example: str
    statuses: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    words: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a shape: its type in words, and the shape that it holds, if any."""

    name: str
    type: str
    shape: str | None
    words: str
    choices: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    words: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class ReferencePage:
    site: str
    groups: Sequence[Group]
    shapes: Sequence[Shape]
    limit: int
    most: int


@router.get("/api")
@allow(Permission.READ_PUBLISHED)
def show(request: Request) -> Response:
    """How the API is used: it shows no record, so it changes with the code alone."""
    tag = etag(request, 0)
    if answer := not_modified(request, tag):
        return answer
    site = public_url(request)
    return page(request, "api/show.html", {"found": reference_page(document(request.app), site)}, tag=tag)


def reference_page(described: Mapping[str, Any], site: str) -> ReferencePage:
    """The description as the page shows it."""
    operations = [
        (operation["tags"][0], _operation(path, method, operation, site))
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    shapes = described["components"]["schemas"]
    return ReferencePage(
        site,
        [Group(tag, words, [one for of, one in operations if of == tag]) for tag, words in TAGS.items()],
        [_shape(name, shape, shapes) for name, shape in sorted(shapes.items()) if "properties" in shape],
        LIMIT,
        MOST,
    )


def _operation(path: str, method: str, operation: Mapping[str, Any], site: str) -> Operation:
    taken: Mapping[str, Any] = next(
        (answer for status, answer in operation["responses"].items() if status[0] == "2"), {}
    )
    answers = taken.get("content", {}).get("application/json", {})
    sends = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        words=operation["description"],
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        command=_command(path, method, operation, site),
        sends=_name(sends["schema"]) if sends else None,
        answers=_name(answers.get("schema", {})),
        example=json.dumps(answers.get("example"), ensure_ascii=False, indent=2),
        statuses=sorted((status, answer["description"]) for status, answer in operation["responses"].items()),
    )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(
        found["name"],
        found["in"],
        found.get("required", False) or found["name"] == "Idempotency-Key",
        found["description"],
        found["schema"].get("enum", ()),
    )


def address_of(path: str, operation: Mapping[str, Any]) -> str:
    """An address of the operation that answers something, with the examples of its parameters."""
    query = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query" and "example" in parameter and parameter["name"] != "basis":
            query[parameter["name"]] = parameter["example"]
    return path + (f"?{urlencode(query, safe='@:,')}" if query else "")


def _command(path: str, method: str, operation: Mapping[str, Any], site: str) -> str:
    """A command for curl, as it would be typed."""
    address = shlex.quote(site + address_of(path, operation))
    if method == "get":
        return f"curl {address}"
    body = json.dumps(
        operation["requestBody"]["content"]["application/json"]["example"], ensure_ascii=False, indent=1
    )
    lines = [
        f"curl -X POST {address}",
        '-H "Authorization: Bearer $TOKEN"',
        '-H "Idempotency-Key: $(uuidgen)"',
        '-H "Content-Type: application/json"',
        f"-d {shlex.quote(body)}",
    ]
    return " \\\n  ".join(lines)


def _name(schema: Mapping[str, Any]) -> str | None:
    found: str | None = schema.get("$ref")
    return found.rpartition("/")[2] if found else None


def _shape(name: str, shape: Mapping[str, Any], shapes: Mapping[str, Any]) -> Shape:
    fields = []
    for field, schema in shape["properties"].items():
        words, inner, choices = _type(schema, shapes)
        fields.append(Field(field, words, inner, schema.get("description", ""), choices))
    return Shape(name, " ".join(shape.get("description", "").split()), fields)


def _type(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> tuple[str, str | None, Sequence[str]]:
    """What a field holds, in words; the shape of it, and the words that it may be."""
    several = schema.get("anyOf") or schema.get("oneOf") or []
    kinds = [one for one in several if one.get("type") != "null"]
    if kinds:
        found = [_type(one, shapes) for one in kinds]
        words = " or ".join(dict.fromkeys(words for words, _, _ in found))
        inner = found[-1][1] if len(found) < 3 else None
        return f"{words} or null" if len(kinds) < len(several) else words, inner, found[0][2]
    if name := _name(schema):
        choices = shapes[name].get("enum", ())
        return ("text", None, choices) if choices else ("object", name, ())
    if schema.get("type") == "array":
        words, inner, choices = _type(schema["items"], shapes)
        return {"text": "list of texts", "object": "list of objects"}.get(words, "list"), inner, choices
    if "const" in schema or "enum" in schema:
        return "text", None, schema.get("enum", [schema.get("const")])
    if schema.get("format") == "date":
        return "day", None, ()
    plain = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return plain.get(schema.get("type", ""), "object"), None, ()
