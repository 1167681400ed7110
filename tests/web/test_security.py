"""Safe from the start: nothing undeclared, nothing from elsewhere, and faults in words."""

import logging
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web import positions
from app.web.security import UndeclaredRoute, require_permissions
from tests.services.databases import serving


def test_an_app_with_a_route_that_declares_no_permission_does_not_start() -> None:
    app = create_app(Settings())
    require_permissions(app.routes)

    @app.get("/undeclared")
    def undeclared() -> None: ...

    with pytest.raises(UndeclaredRoute, match="/undeclared"):
        require_permissions(app.routes)


def test_a_route_of_an_included_room_is_looked_at_too() -> None:
    from fastapi import APIRouter

    room = APIRouter()

    @room.get("/hidden")
    def hidden() -> None: ...

    app = FastAPI(openapi_url=None)
    app.include_router(room)
    with pytest.raises(UndeclaredRoute):
        require_permissions(app.routes)


def addresses(routes: list[BaseRoute]) -> Iterator[str]:
    for route in routes:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from addresses(nested.routes)
        elif path := getattr(route, "path", ""):
            yield re.sub(r"{(\w+)[^}]*}", lambda part: PARTS.get(part[1], "x"), path)


PARTS = {"negotiation": "gaza", "actor": "hamas", "issue": "disarmament", "noun": "demands", "number": "1"}


def test_every_route_answers_with_the_security_headers(reader: TestClient) -> None:
    found = list(addresses(reader.app.routes))  # type: ignore[attr-defined]
    assert len(found) > 5
    for address in [*found, "/nothing/here", "/static/app.css", "/api/v1/nothing"]:
        # Of what the API lists, one is enough.
        response = reader.get(address, params={"limit": 1} if address.startswith("/api/") else None)
        headers = response.headers
        assert response.status_code < 500, address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'"), address
        assert headers["cross-origin-opener-policy"] == "same-origin", address
        assert headers["referrer-policy"] == "same-origin", address
        assert "permissions-policy" in headers, address
        assert "set-cookie" not in headers, address
        assert "server" not in headers, address


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_here_takes_more_than_reading(reader: TestClient, method: str) -> None:
    for address in ("/", "/negotiations/gaza", "/negotiations/gaza/timeline.csv"):
        assert reader.request(method, address).status_code == 405


def test_a_missing_page_is_said_in_words_and_as_a_problem_under_the_api(reader: TestClient) -> None:
    page = reader.get("/negotiations/nothing")
    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert 'href="/"' in page.text
    problem = reader.get("/api/v1/negotiations/nothing/positions")
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404


def test_an_unexpected_fault_is_a_page_without_its_trace(
    demo_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a secret in the trace")

    monkeypatch.setattr(positions, "positions_page", broken)
    with serving(demo_url) as client, caplog.at_level(logging.ERROR):
        quiet = TestClient(client.app, raise_server_exceptions=False)
        response = quiet.get("/negotiations/gaza")
    assert response.status_code == 500
    assert "Something went wrong here" in response.text
    assert "secret" not in response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "a secret in the trace" in caplog.text


def test_a_host_that_is_not_ours_is_refused(demo_url: str) -> None:
    with serving(demo_url, allowed_hosts="parley.example") as client:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400
        assert client.get("/", headers={"host": "parley.example"}).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE records --",
        "{{ 7*7 }}",
        "\x00",
        "%00",
        "‮2024",
        "😀",
        "9" * 5000,
        "\ud800",
        "../../etc/passwd",
        "=1+1",
        "0000-00-00",
        "null",
        "None",
        "2024-02-30",
    ],
)
def test_hostile_values_in_any_parameter_are_refused_or_shown_inert(reader: TestClient, value: str) -> None:
    from urllib.parse import quote

    quoted = quote(value, errors="surrogatepass")
    for address in (
        f"/negotiations/gaza?on={quoted}",
        f"/negotiations/gaza?basis={quoted}",
        f"/negotiations/gaza?columns={quoted}",
        f"/negotiations/gaza?add={quoted}&add_day={quoted}&add_proposal={quoted}",
        f"/negotiations/{quoted}",
        f"/negotiations/gaza/positions/{quoted}/{quoted}",
        *(
            f"/negotiations/gaza/timeline?{name}={quoted}"
            for name in ("actor", "issue", "type", "kind", "track", "denied", "from", "to", "q", "before")
        ),
        f"/negotiations/gaza/timeline.csv?q={quoted}",
        f"/api/v1/negotiations/gaza/positions?on={quoted}&basis={quoted}",
    ):
        response = reader.get(address)
        assert response.status_code < 500, address
        assert "<script>alert" not in response.text, address
