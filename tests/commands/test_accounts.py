"""People: roles that change, accounts that are shut out, passwords, links and throttling."""

from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from app.commands.accounts import SignedIn, change_account, login_link, sign_in
from app.commands.passwords import TRIES_BY_NAME, TooManyTries, begin_try, prove
from app.commands.tokens import hashed
from app.db import WriteSession, write_session
from app.domain.vocabulary import AccountRole
from app.models import LoginAttempt
from tests.services.databases import MADE_AT, PASSWORD, signed_in

NEW = "/negotiations/gaza/demands/new"
EDIT = "/negotiations/gaza/setup"


def change(desk: TestClient, name: str, **changes: object) -> None:
    with write_session(desk.app.state.engine) as session:  # type: ignore[attr-defined]
        change_account(session, name, now=MADE_AT, **changes)  # type: ignore[arg-type]
        session.commit()


def test_a_changed_role_counts_from_the_next_request_on(desk: TestClient) -> None:
    carl = signed_in(desk, "carl")
    assert carl.get(EDIT).status_code == 403
    change(desk, "carl", role=AccountRole.EDITOR)
    assert carl.get(EDIT).status_code == 200
    change(desk, "carl", role=AccountRole.CONTRIBUTOR)
    assert carl.get(EDIT).status_code == 403


def test_shutting_out_and_a_new_password_end_every_session(desk: TestClient) -> None:
    for changes in ({"disabled": True}, {"disabled": False, "password": "another long one"}):
        change(desk, "carl", disabled=False)
        carl = signed_in(desk, "carl")
        assert carl.get(NEW).status_code == 200
        change(desk, "carl", **changes)
        assert carl.get(NEW).status_code == 303


def test_a_session_is_new_at_sign_in_and_gone_at_sign_out(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first = dict(anna.cookies)
    assert anna.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303
    second = dict(anna.cookies)
    assert first != second
    anna.cookies.clear()
    anna.cookies.update(first)
    assert anna.get(NEW).status_code == 303, "the session before is over"
    anna.cookies.clear()
    anna.cookies.update(second)
    assert anna.get(NEW).status_code == 200
    anna.post("/logout")
    anna.cookies.update(second)
    assert anna.get(NEW).status_code == 303


def test_a_link_works_once_and_not_for_long(desk: TestClient) -> None:
    with write_session(desk.app.state.engine) as session:  # type: ignore[attr-defined]
        old = login_link(session, "anna", now=MADE_AT - timedelta(hours=1))
        session.commit()
    assert desk.post(f"/login/{old}").status_code == 410
    assert desk.post("/login/nothing").status_code == 410
    assert hashed(old) != old


@pytest.mark.parametrize("name", ["anna", "nobody at all"])
def test_known_and_unknown_names_get_the_same_answer_and_are_throttled_alike(
    desk: TestClient, name: str
) -> None:
    answers = [desk.post("/login", data={"name": name, "password": f"wrong {n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Name and password do not go together." in answers[0].text
    assert "Wait a quarter of an hour" in answers[-1].text
    assert signed_in(desk, "anna").get(NEW).status_code == 200, "a link lets the owner in"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://parley.example.evil.example"}, 403),
        ({"origin": "https://parley.example/x"}, 403),
        ({"origin": "not an origin"}, 403),
        ({"origin": "https://[::1"}, 403),
        ({"sec-fetch-site": "same-origin"}, 422),
        ({"origin": "https://parley.example"}, 422),
        ({}, 422),
    ],
)
def test_what_another_site_sends_is_refused(desk: TestClient, headers: dict[str, str], status: int) -> None:
    answer = desk.post("/login", data={"name": "nobody", "password": "wrong"}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "\n/x"]
)
def test_signing_in_leads_nowhere_else(desk: TestClient, target: str) -> None:
    signed = desk.post("/login", data={"name": "anna", "password": PASSWORD, "next": target})
    assert (signed.status_code, signed.headers["location"]) == (303, "/")


def test_strangers_who_guess_a_name_do_not_lock_its_owner_out(desk: TestClient) -> None:
    def signs_in(session: WriteSession, address: str, now: datetime) -> SignedIn:
        proof = prove(begin_try(session, "anna", address=address, now=now), PASSWORD)
        return sign_in(session, proof, browser=None, now=now)

    with write_session(desk.app.state.engine) as session:  # type: ignore[attr-defined]
        signs_in(session, "home", MADE_AT)
        for number in range(TRIES_BY_NAME):
            session.add(LoginAttempt(who=hashed("name:anna"), at=MADE_AT + timedelta(seconds=number)))
        session.flush()
        later = MADE_AT + timedelta(minutes=5)
        with pytest.raises(TooManyTries):
            signs_in(session, "elsewhere", later)
        assert signs_in(session, "home", later).name == "anna"
