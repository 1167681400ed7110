"""Whatever the description of the API allows is answered as it says: no fault of ours, nothing undescribed.

A few examples for each address here; more of them by ``PARLEY_FUZZ=200 pytest tests/web/test_api_fuzz.py``.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from tests.make import make_package
from tests.services.databases import load, serving
from tests.web.test_api_drafts import program

EXAMPLES = int(os.environ.get("PARLEY_FUZZ", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What an address may name here, so that not every example is of something that is not there.
NAMED = {
    "negotiation": "made",
    "actor": "party-1",
    "issue": "issue-1",
    "source": "source-1",
}
RECORDS = {
    "demands": "demand-1",
    "proposals": "proposal-1",
    "terms": "proposal-1-t1",
    "responses": "response-1",
    "remarks": "remark-1",
    "events": "event-1",
}
# What a body may say that is of this negotiation; the rest of it is as generated.
SAID: dict[str, Any] = {
    "holders": ["party-1"],
    "issues": ["issue-1"],
    "speakers": ["party-1"],
    "attributed_to": "an official",
}
SAID |= {"summary": "A claim", "stated": "2024-03-01", "published": "2024-03-02", "outlet": "An outlet"}
SAID |= {"language": "en", "report": {"outlet": "An outlet", "published": "2024-03-02", "language": "en"}}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A program with a token, on a small negotiation that is made up."""
    folder = tmp_path_factory.mktemp("fuzzed")
    url = f"sqlite:///{folder / 'parley.db'}"
    load(url, make_package(folder / "made", demands=30))
    with serving(url) as client:
        client.follow_redirects = False
        yield program(client)


@pytest.fixture(scope="module")
def described(fuzzed: TestClient) -> Any:
    document = fuzzed.get("/api/v1/openapi.json").json()
    return schemathesis.openapi.from_dict(document)


def operations(described: Any) -> Iterator[Any]:
    for result in described.get_all_operations():
        yield result.ok()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_whatever_the_description_allows_is_answered_as_it_says(
    fuzzed: TestClient, described: Any, mode: schemathesis.GenerationMode
) -> None:
    found = list(operations(described))
    assert len(found) > 35
    for operation in found:
        ask(fuzzed, operation, mode)


def ask(client: TestClient, operation: Any, mode: schemathesis.GenerationMode) -> None:
    """Ask for an operation in as many ways as there are examples, half of them of what is there."""
    asked = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        nonlocal asked
        asked += 1
        if asked % 2:
            case.path_parameters = {**case.path_parameters, **_named(operation)}
        if asked % 2 and isinstance(case.body, dict):
            case.body = _said(case.body)
        kwargs = case.as_transport_kwargs(base_url="http://testserver")
        kwargs.pop("cookies", None)
        if isinstance(kwargs.get("data"), (bytes, str)):
            kwargs["content"] = kwargs.pop("data")
        made = kwargs.pop("headers", {}).items()
        # The token is the client’s own; what no header can hold cannot be sent.
        headers = {name: value for name, value in made if name.lower() != "authorization" and _fits(value)}
        response = client.request(kwargs.pop("method"), kwargs.pop("url"), headers=headers, **kwargs)
        case.validate_response(response, checks=CHECKS)

    each()


def _named(operation: Any) -> dict[str, str]:
    plural = operation.path.split("/")[5] if operation.path.count("/") > 4 else ""
    named = NAMED | ({"record": RECORDS[plural]} if plural in RECORDS else {})
    return {name: value for name, value in named.items() if f"{{{name}}}" in operation.path}


def _said(body: dict[str, Any]) -> dict[str, Any]:
    said = {name: SAID.get(name, value) for name, value in body.items()}
    if isinstance(citation := said.get("citation"), dict):
        said["citation"] = _said(citation)
    return said


def _fits(value: Any) -> bool:
    return str(value).isascii() and str(value).isprintable()
