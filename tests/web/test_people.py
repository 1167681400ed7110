"""Letting people in by a link, and changing what they may do."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.commands.accounts import change_account
from app.commands.tokens import hashed, new_token
from app.db import passing_session, read_session, write_session
from app.domain.vocabulary import AccountRole
from app.models import Account, Base, FormToken, Invitation, Session
from app.web import invitations
from tests.services.databases import PASSWORD, signed_in

# Where only somebody of this role, or a higher one, may go.
FOR = {"contributor": "/account", "editor": "/negotiations/new", "admin": "/people"}
OVER = "This link does not work any more"
CHOSEN = "quite another long phrase"


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def visitor(desk: TestClient) -> TestClient:
    """Somebody with a browser of their own and no account."""
    return TestClient(desk.app, base_url="https://testserver", follow_redirects=False)


def invitation_form(admin: TestClient, role: str = "editor") -> dict[str, str]:
    """What the form of an invitation would send."""
    found = re.search(r'action="/people/invitations">(.*?)</form>', admin.get("/people").text, re.DOTALL)
    assert found
    return {"role": role, **dict(re.findall(r'name="(\w+)" value="([^"]*)">', found[1])[:2])}


def invited(admin: TestClient, role: str = "editor") -> str:
    """The path of a link that the page shows."""
    answer = admin.post("/people/invitations", data=invitation_form(admin, role))
    shown = re.search(r"https://parley\.example(/invitations/[\w-]{43})<", answer.text)
    assert (answer.status_code, bool(shown)) == (200, True), answer.text
    return shown[1] if shown else ""


def number_of(client: TestClient, name: str) -> int:
    with read_session(engine_of(client)) as session:
        return session.scalars(select(Account.id).where(Account.name == name)).one()


def change(admin: TestClient, name: str, **what: str) -> Any:
    return admin.post(f"/people/{number_of(admin, name)}", data=what)


def in_parallel(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run the jobs at once; answers what they answered."""
    answers: list[Any] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(place: int) -> None:
        start.wait()
        answers[place] = jobs[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_an_invited_person_makes_an_account_by_a_link_that_is_shown_once_and_works_once(
    desk: TestClient,
) -> None:
    root = signed_in(desk, "root")
    link = invited(root)
    assert link not in root.get("/people").text
    assert "Editor invited by root" in words(root.get("/people").text)
    mira = visitor(desk)
    assert "Its role is editor." in words(mira.get(link).text)
    joined = mira.post(link, data={"name": " mira ", "password": CHOSEN})
    assert (joined.status_code, joined.headers["location"]) == (303, "/account?changed=joined")
    assert "Your account is there" in mira.get(joined.headers["location"]).text
    assert (mira.get(FOR["editor"]).status_code, mira.get(FOR["admin"]).status_code) == (200, 403)
    page = words(root.get("/people").text)
    assert "mira Editor · since" in page
    assert "No invitation is open." in page
    again = visitor(desk)
    assert again.post("/login", data={"name": "mira", "password": CHOSEN}).status_code == 303
    assert visitor(desk).post(link, data={"name": "nina", "password": CHOSEN}).status_code == 410


@pytest.mark.one_database
def test_a_link_that_is_over_says_the_same_whatever_ended_it(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    used, expired, withdrawn = invited(root), invited(root), invited(root)
    assert visitor(desk).post(used, data={"name": "mira", "password": CHOSEN}).status_code == 303
    with write_session(engine_of(desk)) as session:
        for token, past in ((expired, True), (withdrawn, False)):
            key = hashed(token.rpartition("/")[2])
            if past:
                ended = update(Invitation).where(Invitation.token_hash == key)
                session.execute(ended.values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        session.commit()
    page = root.get("/people").text
    keys = re.findall(r'name="invitation" value="(\w+)"', page)
    assert keys == [hashed(withdrawn.rpartition("/")[2])], "only this one is open"
    answer = root.post("/people/invitations/withdraw", data={"invitation": keys[0]})
    assert answer.status_code == 303
    somebody = visitor(desk)
    links = [used, expired, withdrawn, "/invitations/nothing", f"/invitations/{new_token()}"]
    for data in ({"name": "nina", "password": CHOSEN}, {"name": "", "password": "x"}, {"name": "mira"}):
        answers = [somebody.get(link) for link in links] + [somebody.post(link, data=data) for link in links]
        assert {answer.status_code for answer in answers} == {410}
        assert len({answer.text for answer in answers}) == 1
    assert OVER in answers[0].text


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"name": "anna"}, "name", "There is an account of this name already"),
    ({"name": "ＡNNA"}, "name", "or of one much like it"),
    ({"name": ""}, "name", "Fill this in."),
    ({"name": "a\u200bb"}, "name", "a character that cannot be seen"),
    ({"name": "n" * 101}, "name", "at most 100 characters"),
    ({"password": "too short"}, "password", "at least 10 characters"),
    ({"password": "p" * 1025}, "password", "at most 1024 characters"),
]


@pytest.mark.one_database
def test_a_name_or_password_that_cannot_be_used_is_said_beside_its_field_and_leaves_the_link_open(
    desk: TestClient,
) -> None:
    link = invited(signed_in(desk, "root"))
    for typed, field, fault in REFUSED:
        chosen = {"name": "mira <b>", "password": CHOSEN} | typed
        answer = visitor(desk).post(link, data=chosen)
        assert answer.status_code == 422, typed
        assert re.search(rf'id="{field}-fault">[^<]*{re.escape(fault)}', answer.text), answer.text
        assert chosen["name"] in unescape(answer.text)
        assert chosen["password"] not in answer.text
    assert visitor(desk).post(link, data={"name": "mira", "password": CHOSEN}).status_code == 303


def test_the_form_of_an_account_sent_twice_makes_one_and_of_several_people_one_comes_in(
    desk: TestClient,
) -> None:
    root = signed_in(desk, "root")
    link, mine = invited(root), {"name": "mira", "password": CHOSEN}
    guests = [visitor(desk) for _ in range(4)]
    answers = in_parallel([partial(guest.post, link, data=mine) for guest in guests])
    assert {answer.status_code for answer in answers} == {303}
    assert {guest.get(FOR["editor"]).status_code for guest in guests} == {200}
    assert visitor(desk).post(link, data={**mine, "password": "a guess of it"}).status_code == 410
    other = invited(root)
    names = [f"guest {number}" for number in range(4)]
    answers = in_parallel([partial(visitor(desk).post, other, data={**mine, "name": name}) for name in names])
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410]
    with read_session(engine_of(desk)) as session:
        assert len(session.scalars(select(Account).where(Account.name.in_(["mira", *names]))).all()) == 2


@pytest.mark.one_database
def test_an_invitation_sent_twice_is_one_and_shows_its_link_both_times(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    sent = invitation_form(root, "contributor")
    answers = [root.post("/people/invitations", data=sent) for _ in range(2)]
    assert [sent["link"] in answer.text for answer in answers] == [True, True]
    assert root.get("/people").text.count('name="invitation"') == 1
    other = root.post("/people/invitations", data={**sent, "role": "admin"})
    assert (other.status_code, sent["link"] in other.text) == (409, False)
    assert root.post("/people/invitations", data={**sent, "token": new_token()}).status_code == 422
    nothing = root.post("/people/invitations", data={**invitation_form(root), "role": "", "link": "short"})
    assert (nothing.status_code, "This form has lost its link" in nothing.text) == (422, True)
    assert root.get("/people").text.count('name="invitation"') == 1


def test_a_changed_role_counts_from_the_next_request_and_less_is_asked_about_first(desk: TestClient) -> None:
    root, carl = signed_in(desk, "root"), signed_in(desk, "carl")
    assert carl.get(FOR["editor"]).status_code == 403
    answer = change(root, "carl", do="role", role="editor")
    assert (answer.status_code, answer.headers["location"].partition("#")[0]) == (303, "/people")
    assert carl.get(FOR["editor"]).status_code == 200
    asked = change(root, "carl", do="role", role="contributor")
    assert (asked.status_code, "Change the role of carl to contributor?" in asked.text) == (200, True)
    assert carl.get(FOR["editor"]).status_code == 200, "nothing has changed yet"
    assert change(root, "carl", do="role", role="contributor", sure="yes").status_code == 303
    assert carl.get(FOR["editor"]).status_code == 403
    assert carl.get(FOR["contributor"]).status_code == 200


def test_disabling_ends_every_session_at_once_and_enabling_begins_none(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    browsers = [signed_in(desk, "anna"), signed_in(desk, "anna")]
    assert "Disable the account of anna?" in change(root, "anna", do="disable").text
    assert {browser.get("/account").status_code for browser in browsers} == {200}
    assert change(root, "anna", do="disable", sure="yes").status_code == 303
    assert {browser.get("/account").headers.get("location") for browser in browsers} == {
        "/login?next=%2Faccount"
    }
    signing_in = {"name": "anna", "password": PASSWORD}
    assert visitor(desk).post("/login", data=signing_in).status_code == 422
    assert "anna Disabled" in words(root.get("/people").text)
    assert change(root, "anna", do="enable").status_code == 303
    assert {browser.get("/account").status_code for browser in browsers} == {303}
    assert visitor(desk).post("/login", data=signing_in).status_code == 303


def test_who_changed_whose_role_or_shut_whom_out_is_kept_and_told_to_admins_alone(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    change(root, "carl", do="role", role="editor")
    change(root, "carl", do="role", role="editor")
    change(root, "anna", do="role", role="admin")
    change(signed_in(desk, "anna"), "ben", do="disable", sure="yes")
    with write_session(engine_of(desk)) as session:
        change_account(session, "ben", now=datetime.now(UTC), disabled=False, password=CHOSEN)
        session.commit()
    told = words(root.get("/people").text).partition("What was changed last")[2]
    assert told.count("by root") == 2, "a change that changes nothing is none"
    assert "carl : role changed from contributor to editor by root" in told
    assert "ben : account disabled by anna" in told
    assert "ben : account enabled again by a command on the server" in told
    assert told.index("enabled again") < told.index("account disabled") < told.index("carl")
    of_ben = words(root.get(f"/people/{number_of(desk, 'ben')}").text)
    assert "account disabled by anna" in of_ben
    assert "carl" not in of_ben
    for name in ("carl", "ben"):
        assert signed_in(desk, name).get("/people").status_code == 403


@pytest.mark.one_database
def test_the_invitations_of_an_admin_end_with_the_admin(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    for name, gone in (
        ("ben", {"do": "disable"}),
        ("anna", {"do": "role", "role": "editor"}),
    ):
        change(root, name, do="role", role="admin")
        link = invited(signed_in(desk, name), "admin")
        assert "Open invitations that this admin has made stop working." in change(root, name, **gone).text
        assert visitor(desk).get(link).status_code == 200
        change(root, name, **gone, sure="yes")
        assert visitor(desk).post(link, data={"name": "back", "password": CHOSEN}).status_code == 410


def test_the_last_admin_stays_one_even_where_two_shut_each_other_out(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    for less in ({"do": "disable"}, {"do": "role", "role": "editor"}):
        refused = change(root, "root", **less, sure="yes")
        assert (refused.status_code, "Nobody else is an admin" in refused.text) == (422, True)
    change(root, "anna", do="role", role="admin")
    anna = signed_in(desk, "anna")
    paths = {name: f"/people/{number_of(desk, name)}" for name in ("root", "anna")}
    out = {"do": "disable", "sure": "yes"}
    in_parallel(
        [lambda: root.post(paths["anna"], data=out), lambda: anna.post(paths["root"], data=out)],
    )
    with read_session(engine_of(desk)) as session:
        enabled = Account.role == AccountRole.ADMIN, Account.disabled_at.is_(None)
        assert len(session.scalars(select(Account).where(*enabled)).all()) == 1


@pytest.mark.one_database
def test_a_change_that_is_none_is_refused_in_words(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    for data in ({}, {"do": "delete"}, {"do": "role"}, {"do": "role", "role": "god"}):
        answer = change(root, "anna", **data)
        assert (answer.status_code, 'id="errors"' in answer.text) == (422, True), data
    for number in ("0", "999999", "99999999999999999999", "x"):
        assert root.get(f"/people/{number}").status_code in (404, 422)
        assert root.post(f"/people/{number}", data={"do": "enable"}).status_code in (404, 422)


@pytest.mark.one_database
def test_accounts_are_kept_nowhere_and_shown_to_no_reader(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    link = invited(root)
    for client, address in (
        (root, "/people"),
        (root, f"/people/{number_of(desk, 'anna')}"),
        (root, "/account"),
        (desk, link),
        (desk, "/invitations/nothing"),
    ):
        answer = client.get(address)
        assert answer.headers["cache-control"] == "no-store", address
        assert "etag" not in answer.headers, address
    assert "root" not in words(desk.get(link).text), "who has invited is nobody's business"
    for address in ("/", "/login", link):
        assert not re.search(r"People|\banna\b|\broot\b", words(desk.get(address).text)), address


@contextmanager
def everything_said(desk: TestClient, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """All that is logged meanwhile, the statements to the database with it, and all that is stored."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(str(arguments[2]))

    def said() -> str:
        with read_session(engine_of(desk)) as session:
            stored = [
                str(row)
                for table in (Account, Session, Invitation, FormToken)
                for row in session.execute(select(Base.metadata.tables[table.__tablename__]))
            ]
        # Not what the client of these tests says of its own requests.
        logged = [
            logging.Formatter().format(record)
            for record in caplog.records
            if not record.name.startswith("httpx")
        ]
        return "\n".join([*logged, *statements, *stored])

    event.listen(engine_of(desk), "before_cursor_execute", note)
    with caplog.at_level(logging.DEBUG):
        yield said


@pytest.mark.one_database
def test_no_token_and_no_password_is_logged_or_stored(
    desk: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with everything_said(desk, caplog) as said:
        root, mira = signed_in(desk, "root"), visitor(desk)
        link, other = invited(root), invited(root)
        assert mira.post(link, data={"name": "mira", "password": CHOSEN}).status_code == 303
        new = {"current": CHOSEN, "password": "the third of them"}
        assert mira.post("/account/password", data=new).status_code == 303

        def broken(*arguments: Any) -> None:
            raise RuntimeError("something")

        # What nobody expected is logged with its address.
        monkeypatch.setattr(invitations, "invited_role", broken)
        quiet = TestClient(desk.app, raise_server_exceptions=False)
        assert quiet.get(other).status_code == 500
        everything = said()
    assert "unexpected error in /invitations/{token}" in everything
    secrets = [CHOSEN, new["password"], *mira.cookies.values(), *root.cookies.values()]
    for secret in (*secrets, link.rpartition("/")[2], other.rpartition("/")[2]):
        assert secret not in everything


@pytest.mark.one_database
def test_when_somebody_was_last_seen_is_noted_now_and_then_and_outlives_the_session(desk: TestClient) -> None:
    root, carl = signed_in(desk, "root"), signed_in(desk, "carl")
    long_ago = datetime.now(UTC) - timedelta(days=3)

    def seen(set_to: datetime | None = None) -> datetime:
        number = number_of(desk, "carl")
        with write_session(engine_of(desk)) as session:
            if set_to:
                session.execute(update(Session).where(Session.account == number).values(seen_at=set_to))
                session.commit()
            return session.scalars(select(Session.seen_at).where(Session.account == number)).one()

    seen(long_ago)
    with write_session(engine_of(desk)) as busy:
        busy.execute(update(FormToken).values(result=""))
        # However long somebody else is writing, a reader who is signed in does not wait for it.
        assert carl.get("/account").status_code == 200
        if engine_of(desk).dialect.name == "sqlite":
            assert seen_now(desk, "carl") == long_ago
    assert carl.get("/account").status_code == 200
    noted = seen_now(desk, "carl")
    assert datetime.now(UTC) - noted < timedelta(minutes=1)
    carl.get("/account")
    assert seen_now(desk, "carl") == noted, "not at every request"
    carl.post("/logout")
    assert f"carl Contributor · since 1 Mar 2026 · last seen {noted:%-d %b %Y, %H:%M} UTC" in words(
        root.get("/people").text
    )
    signed_in(desk, "carl")
    assert seen() > noted, "of the ended ones the newest is kept, and here it is outdone"


def seen_now(desk: TestClient, name: str) -> datetime:
    with read_session(engine_of(desk)) as session:
        seen = select(Session.seen_at).join(Account, Account.id == Session.account)
        return session.scalars(seen.where(Account.name == name)).one()


@pytest.fixture
def hashing(desk: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether another writer could write while a password was hashed or compared, each time."""
    free: list[bool] = []

    def watched(what: Callable[..., Any]) -> Callable[..., Any]:
        def watching(*arguments: Any, **options: Any) -> Any:
            try:
                with passing_session(engine_of(desk)) as session:
                    session.execute(update(FormToken).values(result=FormToken.result))
                    session.commit()
                free.append(True)
            except OperationalError:
                free.append(False)
            return what(*arguments, **options)

        return watching

    for name in ("hash", "verify"):
        monkeypatch.setattr(Argon2Hasher, name, watched(getattr(Argon2Hasher, name)))
    return free


@pytest.mark.one_database
def test_nobody_waits_while_a_password_is_hashed(desk: TestClient, hashing: list[bool]) -> None:
    link, mira = invited(signed_in(desk, "root")), visitor(desk)
    mine = {"name": "mira", "password": CHOSEN}
    assert [mira.post(link, data=mine).status_code for _ in range(2)] == [303, 303]
    assert mira.post("/login", data=mine).status_code == 303
    new = {"current": CHOSEN, "password": "the third of them"}
    assert [mira.post("/account/password", data=new).status_code for _ in range(2)] == [303, 303]
    with write_session(engine_of(desk)) as session:
        change_account(session, "mira", now=datetime.now(UTC), password=CHOSEN)
        session.commit()
    assert len(hashing) > 6
    assert all(hashing)
