"""One's own account: changing the password, and ending sessions."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.commands.passwords import TRIES_BY_PAIR
from app.db import read_session
from app.models import Session
from app.web.browsers import browser_words
from tests.services.databases import PASSWORD, signed_in
from tests.web.test_people import engine_of, in_parallel, visitor, words

NEW = "quite another long phrase"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def change(client: TestClient, current: str = PASSWORD, password: str = NEW) -> Any:
    return client.post("/account/password", data={"current": current, "password": password})


def is_signed_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_new_password_ends_every_other_session_and_the_old_one_opens_nothing(desk: TestClient) -> None:
    anna, elsewhere = signed_in(desk, "anna"), signed_in(desk, "anna")
    answer = change(anna)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?changed=password")
    assert "Every other browser is signed out." in anna.get(answer.headers["location"]).text
    assert (is_signed_in(anna), is_signed_in(elsewhere)) == (True, False)
    assert visitor(desk).post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 422
    assert visitor(desk).post("/login", data={"name": "anna", "password": NEW}).status_code == 303


@pytest.mark.one_database
def test_a_wrong_present_password_is_refused_beside_its_field_and_slowed_down_like_signing_in(
    desk: TestClient,
) -> None:
    anna, elsewhere = signed_in(desk, "anna"), signed_in(desk, "anna")
    answers = [change(anna, current=f"wrong {number}") for number in range(TRIES_BY_PAIR + 1)]
    assert [answer.status_code for answer in answers] == [422] * TRIES_BY_PAIR + [429]
    assert re.search(r'id="current-fault">This is not your password', answers[0].text)
    assert "wrong 0" not in answers[0].text
    assert NEW not in answers[0].text
    assert change(anna).status_code == 429, "not even the right one, for a while"
    assert visitor(desk).post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 429
    assert is_signed_in(elsewhere)


@pytest.mark.one_database
def test_what_cannot_be_a_password_is_refused_and_changes_nothing(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    refused: list[tuple[dict[str, str], str]] = [
        ({"current": ""}, "current"),
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
    ]
    for typed, field in refused:
        answer = change(anna, **typed)
        assert (answer.status_code, f'id="{field}-fault"' in answer.text) == (422, True), typed
    assert visitor(desk).post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303


@pytest.mark.one_database
def test_who_came_by_a_link_sets_a_first_password_and_needs_it_for_the_next(desk: TestClient) -> None:
    ben = signed_in(desk, "ben")
    assert "Present password" not in ben.get("/account").text
    assert change(ben, current="").status_code == 303
    assert "Present password" in ben.get("/account").text
    assert change(ben, current="", password=PASSWORD).status_code == 422
    assert change(ben, current=NEW, password=PASSWORD).status_code == 303


@pytest.mark.one_database
def test_the_form_sent_twice_is_no_wrong_password(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    assert [change(anna).status_code for _ in range(2)] == [303, 303]
    answers = in_parallel([lambda: change(anna, current=NEW, password=PASSWORD)] * 3)
    assert {answer.status_code for answer in answers} == {303}
    assert change(anna, current=NEW, password=f"{NEW}, the third").status_code == 422
    assert visitor(desk).post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303


@pytest.mark.one_database
def test_own_sessions_are_listed_by_browser_and_ended_one_by_one_or_at_once(desk: TestClient) -> None:
    anna, other, third = (signed_in(desk, "anna") for _ in range(3))
    signing_in = {"name": "anna", "password": PASSWORD}
    fox = visitor(desk)
    assert fox.post("/login", data=signing_in, headers={"user-agent": FIREFOX}).status_code == 303
    page = anna.get("/account").text
    assert "A browser that did not say which this one begun" in words(page)
    assert "Firefox on Linux begun" in words(page)
    assert "Gecko" not in page
    with read_session(engine_of(desk)) as session:
        assert set(session.scalars(select(Session.user_agent))) == {None, "Firefox on Linux"}
    key = re.search(r'value="(\w{64})" aria-label="End it: Firefox on Linux', page)
    assert key
    carl = signed_in(desk, "carl")
    carl.post("/account/sessions", data={"end": key[1]})
    carl.post("/account/sessions", data={"end": "others"})
    assert all(map(is_signed_in, (anna, other, third, fox))), "nobody ends another person's"
    assert anna.post("/account/sessions", data={"end": key[1]}).status_code == 303
    assert list(map(is_signed_in, (anna, other, third, fox))) == [True, True, True, False]
    assert anna.post("/account/sessions", data={"end": "others"}).status_code == 303
    assert list(map(is_signed_in, (anna, other, third))) == [True, False, False]
    assert "End all but this one" not in anna.get("/account").text
    assert is_signed_in(carl)


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1.15", "Safari on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Safari/604.1",
            "Chrome on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Linux; Android 15) something new", "Android"),
        ("curl/8.14 <script>", None),
        ("", None),
    ],
)
def test_a_browser_is_named_in_plain_words_of_our_own(user_agent: str, shown: str | None) -> None:
    assert browser_words(user_agent) == shown
