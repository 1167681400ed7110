"""The link by which somebody who was invited makes an account. For whoever holds it."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.commands.accounts import NameTaken, SignedIn, sign_in, sign_out, start_session
from app.commands.invitations import InvitationOver, accept
from app.commands.passwords import (
    SHORTEST_PASSWORD,
    PasswordTooWeak,
    TooManyTries,
    WrongPassword,
    hash_password,
)
from app.commands.tokens import hashed
from app.db import WriteSession
from app.domain.vocabulary import AccountRole
from app.forms.accounts import Join
from app.forms.base import Faults, Form, Typed, read_form
from app.queries.accounts import invited_role, name_invited
from app.web.accounts import browser_of, proof_of, with_session_cookie
from app.web.deps import FormItems, Reads, Writes, session_token
from app.web.labels import DUTIES, label
from app.web.render import page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/invitations/{token}")
@allow(Permission.SIGN_IN)
def show(request: Request, session: Reads, token: str) -> Response:
    """The form for a name and a password. Opening it only asks, as for a login link."""
    role = invited_role(session, hashed(token), datetime.now(UTC))
    if role is None:
        return _over(request)
    return _form(request, token, role, Typed(), Faults())


@router.post("/invitations/{token}")
@allow(Permission.SIGN_IN)
def accept_invitation(
    request: Request, session: Writes, reading: Reads, token: str, items: FormItems
) -> Response:
    """Make the account, use the link up, and go on signed in."""
    form: Form[Any] = read_form(Join, items)
    role = invited_role(reading, hashed(token), datetime.now(UTC))
    if role is None:
        return _sent_twice(request, session, token, form)
    faults = Faults(form.faults)
    try:
        password_hash = hash_password(form.typed.one("password"))
    except PasswordTooWeak as fault:
        faults["password"] = str(fault)
    if faults or form.data is None:
        return _form(request, token, role, form.typed, faults, 422)
    now = datetime.now(UTC)
    try:
        account = accept(session, token, form.data.name, password_hash, now=now)
    except InvitationOver:
        session.rollback()
        return _sent_twice(request, session, token, form)
    except NameTaken:
        session.rollback()
        faults["name"] = "There is an account of this name already, or of one much like it. Choose another."
        return _form(request, token, role, form.typed, faults, 422)
    return _go_on(request, session, start_session(session, account, browser=browser_of(request), now=now))


def _sent_twice(request: Request, session: WriteSession, token: str, form: Form[Any]) -> Response:
    """Whoever sent the form twice made the account by the first, and is signed in by the second.

    As by the sign-in page: name and password must go together, and guesses are slowed down.
    """
    name = name_invited(session, hashed(token))
    session.rollback()
    if name is None or form.data is None or form.data.name != name:
        return _over(request)
    try:
        proof = proof_of(request, session, name, form.data.password)
        signed_in = sign_in(session, proof, browser=browser_of(request), now=datetime.now(UTC))
    except (TooManyTries, WrongPassword):
        return _over(request)
    return _go_on(request, session, signed_in)


def _go_on(request: Request, session: WriteSession, signed_in: SignedIn) -> Response:
    sign_out(session, session_token(request))
    session.commit()
    return with_session_cookie(request, signed_in, "/account?changed=joined")


def _form(
    request: Request, token: str, role: AccountRole, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    context = {
        "token": token,
        "role_label": label(role),
        "duties": DUTIES[role],
        "shortest": SHORTEST_PASSWORD,
        "typed": typed,
        "faults": faults,
    }
    return page(request, "invitations/show.html", context, status=status)


def _over(request: Request) -> Response:
    return page(request, "invitations/over.html", {}, status=410)
