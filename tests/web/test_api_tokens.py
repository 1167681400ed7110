"""Tokens of programs: made once, never more than their person, over when they are revoked or run out."""

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from app.commands.accounts import change_account
from app.db import read_session, write_session
from app.domain.tokens import TokenRole, may_be_given, role_by
from app.domain.vocabulary import AccountRole
from app.models import ApiToken
from app.web.security import HOLDERS, Permission
from tests.services.databases import engine_of, signed_in
from tests.web.desk import fault

DEMANDS = "/api/v1/negotiations/gaza/demands"


def make(client: TestClient, role: str = "contributor", days: str = "30", name: str = "Our desk") -> Any:
    """Fill in the form of the account page."""
    page = client.get("/account").text
    hidden = dict(re.findall(r'<input type="hidden" name="(token)" value="([^"]*)"', page))
    return client.post("/account/tokens", data={**hidden, "name": name, "role": role, "days": days})


def token_in(answer: Any) -> str:
    found = re.search(r'<code dir="ltr">(parley_[\w-]{43})</code>', answer.text)
    assert found, answer.text
    return found[1]


def bearer(client: TestClient, token: str) -> TestClient:
    """A program that sends this token, and no cookie."""
    other = TestClient(
        client.app, base_url="https://testserver", headers={"authorization": f"Bearer {token}"}
    )
    other.portal = client.portal
    other.follow_redirects = False
    return other


def change(client: TestClient, name: str, **what: Any) -> None:
    with write_session(engine_of(client)) as session:
        change_account(session, name, now=datetime.now(UTC), **what)
        session.commit()


def may_write(client: TestClient, token: str) -> int:
    """What a program is told that sends an entry with nothing in it: 422 where it may hand in."""
    return int(bearer(client, token).post(DEMANDS, json={}).status_code)


def test_a_token_is_shown_once_kept_as_a_hash_and_works_until_it_is_revoked(
    desk: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    carl = signed_in(desk, "carl")
    with caplog.at_level(logging.DEBUG):
        made = make(carl)
        token = token_in(made)
        assert token not in carl.get("/account").text
        assert "not used yet" in carl.get("/account").text
        assert may_write(desk, token) == 422
        assert bearer(desk, token).get(DEMANDS, params={"limit": 1}).status_code == 200
    assert token not in caplog.text
    assert f'datetime="{datetime.now(UTC).date()}"' in carl.get("/account").text
    with read_session(engine_of(desk)) as session:
        (row,) = session.scalars(select(ApiToken)).all()
        assert token not in {str(getattr(row, column.name)) for column in ApiToken.__table__.columns}
        key = row.token_hash
    dora = signed_in(desk, "dora")
    dora.post("/account/tokens/revoke", data={"key": key})
    assert may_write(desk, token) == 422, "nobody ends another person's"
    assert carl.post("/account/tokens/revoke", data={"key": key}).status_code == 303
    answer = bearer(desk, token).post(DEMANDS, json={})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "Our desk" not in carl.get("/account").text


def test_a_form_sent_twice_makes_one_token_and_shows_it_again(desk: TestClient) -> None:
    carl = signed_in(desk, "carl")
    page = carl.get("/account").text
    hidden = dict(re.findall(r'<input type="hidden" name="(token)" value="([^"]*)"', page))
    data = {**hidden, "name": "Twice", "role": "reader", "days": "30"}
    first, second = (carl.post("/account/tokens", data=data) for _ in range(2))
    assert token_in(first) == token_in(second)
    chosen = carl.post("/account/tokens", data=data | {"token": "b" * 43, "secret": "a" * 43})
    assert "a" * 43 not in chosen.text, "nobody chooses what a token is"
    with read_session(engine_of(desk)) as session:
        assert len(session.scalars(select(ApiToken)).all()) == 2


def test_a_token_never_does_more_than_its_person_and_dies_with_the_account(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    refused = make(carl, role="editor")
    assert refused.status_code == 422
    assert fault(refused.text, "role") == "A token may do no more than you may yourself."
    assert "as an editor" not in carl.get("/account").text
    edits, reads = token_in(make(anna, role="editor")), token_in(make(anna, role="reader"))
    assert (may_write(desk, edits), may_write(desk, reads)) == (422, 403)
    change(desk, "anna", disabled=True)
    assert (may_write(desk, edits), may_write(desk, reads)) == (401, 401)
    assert bearer(desk, reads).get(DEMANDS).status_code == 401
    change(desk, "anna", disabled=False)
    assert may_write(desk, edits) == 401, "let in again, she makes another"


def test_a_token_runs_out(desk: TestClient) -> None:
    token = token_in(make(signed_in(desk, "carl"), days="30"))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=29), tick=False):
        assert may_write(desk, token) == 422
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        assert may_write(desk, token) == 401


def test_an_admin_revokes_the_tokens_of_others(desk: TestClient) -> None:
    token = token_in(make(signed_in(desk, "carl"), name="Carl’s desk"))
    root = signed_in(desk, "root")
    with read_session(engine_of(desk)) as session:
        key, account = session.execute(select(ApiToken.token_hash, ApiToken.account)).one()
    page = root.get(f"/people/{account}").text
    assert "Carl’s desk" in page
    assert f'value="{key}"' in page
    assert (
        signed_in(desk, "anna").post(f"/people/{account}/tokens/revoke", data={"key": key}).status_code == 403
    )
    assert root.post(f"/people/{account}/tokens/revoke", data={"key": key}).status_code == 303
    assert may_write(desk, token) == 401


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"name": ""}, "name"), ({"role": "admin"}, "role"), ({"days": "9"}, "days"), ({"days": "x"}, "days")],
)
def test_what_cannot_be_a_token_is_refused_beside_its_field(
    desk_client: TestClient, typed: dict[str, str], field: str
) -> None:
    answer = make(desk_client, **{"role": "reader", **typed})
    assert answer.status_code == 422
    assert fault(answer.text, field)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic YTpi", "x", "Bearer parley_" + "a" * 43, "Bearer \xe9"]
)
def test_what_is_no_token_opens_nothing_not_even_reading(desk_client: TestClient, header: str) -> None:
    for method in ("GET", "POST"):
        sent = {b"authorization": header.encode("latin-1")}
        answer = desk_client.request(method, DEMANDS, headers=sent, json={})
        assert answer.status_code == 401, (header, method)


def test_a_cookie_opens_nothing_of_the_api_and_a_token_nothing_else(desk_client: TestClient) -> None:
    assert desk_client.get("/account").status_code == 200
    sent = {"sec-fetch-site": "same-origin", "idempotency-key": "a"}
    answer = desk_client.post(DEMANDS, json={}, headers=sent)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert desk_client.get(DEMANDS, params={"limit": 1}).headers["etag"], "answered as any reader"
    program = bearer(desk_client, token_in(make(desk_client, role="editor")))
    assert program.get("/account").status_code == 303
    assert program.get("/negotiations/gaza/demands/new").status_code == 303


def routes_of_the_api(routes: list[BaseRoute]) -> Iterator[tuple[str, str, Permission]]:
    for route in routes:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from routes_of_the_api(nested.routes)
        elif (path := getattr(route, "path", "")).startswith("/api/"):
            for method in sorted(route.methods):  # type: ignore[attr-defined]
                yield method, path, route.endpoint.permission  # type: ignore[attr-defined]


# A day on which little was known, so that it is soon told.
EARLY: dict[str, str] = {"on": "2023-11-12", "limit": "1", "to": "2023-11-12"}
PARTS = {
    "negotiation": "gaza",
    "actor": "hamas",
    "issue": "disarmament",
    "source": "scmp-2023-12-25",
    "record": "nothing-of-this-name",
}


def test_a_token_of_each_role_gets_exactly_its_rights_on_every_address(desk_client: TestClient) -> None:
    """Reading is everybody's, handing in that of contributors and above; nothing else is there."""
    programs: dict[str, TestClient | None] = {
        role.value: bearer(desk_client, token_in(make(desk_client, role=role.value))) for role in TokenRole
    }
    nobody = TestClient(desk_client.app, base_url="https://testserver")
    nobody.portal = desk_client.portal
    found = list(routes_of_the_api(desk_client.app.routes))  # type: ignore[attr-defined]
    assert len(found) > 30
    for method, path, permission in found:
        assert (method, permission) in {
            ("GET", Permission.READ_PUBLISHED),
            ("POST", Permission.ENTER),
        }, (method, path)
        address = re.sub(r"{(\w+)}", lambda part: PARTS[part[1]], path)
        for role, program in {**programs, "nobody": nobody}.items():
            assert program
            status = program.request(
                method, address, params=EARLY, json={} if method == "POST" else None
            ).status_code
            if permission not in HOLDERS or role in ("contributor", "editor"):
                assert status in (200, 404, 422), (role, method, address, status)
            else:
                assert status == (401 if role == "nobody" else 403), (role, method, address, status)


def test_a_token_may_do_the_lesser_of_its_role_and_its_persons() -> None:
    for own in AccountRole:
        assert role_by(TokenRole.READER, own) is None
        for role in (TokenRole.CONTRIBUTOR, TokenRole.EDITOR):
            may = role_by(role, own)
            assert may is not None
            assert list(AccountRole).index(may) <= list(AccountRole).index(own)
            assert may.value == role.value or not may_be_given(role, own)
