"""The description of the API is whole: everything is said, every example is right, and the page shows it."""

import re
from html import unescape
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient

from tests.web.test_api_drafts import program, send
from tests.web.test_api_records import site

__all__ = ["site"]

READS, WRITES = {"304", "401", "422"}, {"400", "401", "403", "404", "409", "422", "429"}


@pytest.fixture(scope="module")
def described(site: TestClient) -> Any:
    return site.get("/api/v1/openapi.json").json()


def operations(described: Any) -> list[tuple[str, str, Any]]:
    return [
        (method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def validated(value: Any, schema: Any, described: Any) -> None:
    whole = {**schema, "components": described["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def test_everything_is_described_and_has_an_example(described: Any) -> None:
    found = operations(described)
    assert len(found) > 35
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for method, path, operation in found:
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["responses"]) >= (READS if method == "get" else WRITES), (method, path)
        assert operation["security"] == ([{}, {"token": []}] if method == "get" else [{"token": []}])
        for parameter in operation["parameters"]:
            assert parameter["description"], (path, parameter)
            assert parameter["in"] != "path" or parameter["example"], (path, parameter)
        for answer in operation["responses"].values():
            assert answer["description"] != "Successful Response"
    for name, shape in described["components"]["schemas"].items():
        for field, schema in shape.get("properties", {}).items():
            assert schema.get("description"), (name, field)
    text = str(described)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in described["components"]["schemas"]


def test_every_example_is_of_the_form_that_is_described(described: Any) -> None:
    for method, _, operation in operations(described):
        for status, answer in operation["responses"].items():
            media = answer.get("content", {}).get("application/json")
            if media and status.startswith("2"):
                validated(media["example"], media["schema"], described)
        if method == "post":
            body = operation["requestBody"]["content"]["application/json"]
            validated(body["example"], body["schema"], described)


def test_the_page_says_all_of_it_and_its_commands_answer(site: TestClient, described: Any) -> None:
    page = site.get("/api")
    assert page.status_code == 200
    text = unescape(page.text)
    for _, path, operation in operations(described):
        assert path in text
        assert operation["summary"] in text
    commands = re.findall(r"curl '?https://parley\.example(/api[^'<\s]+)", text)
    assert len(commands) == len([1 for method, _, _ in operations(described) if method == "get"])
    for address in commands:
        answer = site.get(address)
        assert answer.status_code == 200, address
    for shape in re.findall(r'href="#shape-(\w+)"', page.text):
        assert f'id="shape-{shape}"' in page.text
    assert 'href="/api"' in site.get("/").text
    assert site.get("/api", headers={"if-none-match": page.headers["etag"]}).status_code == 304


def test_what_is_shown_to_be_handed_in_is_taken(desk_client: TestClient, described: Any) -> None:
    tool = program(desk_client)
    parts = {"negotiation": "gaza"}
    for method, path, operation in operations(described):
        if method == "post":
            named = {p["name"]: p["example"] for p in operation["parameters"] if p["in"] == "path"} | parts
            body = operation["requestBody"]["content"]["application/json"]["example"]
            answer = send(tool, path.format(**named), body, key=operation["operationId"])
            assert answer.status_code == 201, (path, answer.text)
            taken = operation["responses"]["201"]["content"]["application/json"]
            validated(answer.json(), taken["schema"], described)


def test_what_is_answered_has_the_form_that_is_described(site: TestClient, described: Any) -> None:
    for path, query in (
        ("/timeline", "on=2024-09-04&limit=100"),
        ("/timeline", "on=2024-02-10&basis=stated&limit=100"),
        ("/comparison", "columns=israel@2024-02-07,israel,hamas,latest:agreed,latest:mediators"),
        ("/changes", "from=2024-05-01&to=2024-06-15"),
        ("/proposals/{record}", "on=2024-09-04"),
    ):
        operation = described["paths"][f"/api/v1/negotiations/{{negotiation}}{path}"]["get"]
        address = "/api/v1/negotiations/gaza" + path.format(record="israel-may-27-2024")
        found = site.get(f"{address}?{query}").json()
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validated(found, schema, described)
