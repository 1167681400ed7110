"""One's own account: its password, and where it is signed in."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.commands.accounts import change_password, end_other_sessions, end_session
from app.commands.passwords import (
    SHORTEST_PASSWORD,
    PasswordTooWeak,
    TooManyTries,
    WrongPassword,
    hash_password,
    is_password,
    require_password,
)
from app.commands.tokens import hashed
from app.db import ReadSession
from app.forms.accounts import NewPassword
from app.forms.base import FILL_IN, Faults, Form, Typed, read_form
from app.queries.accounts import AccountPage, Person, account_page
from app.web.accounts import TOO_MANY_TRIES, proof_of
from app.web.deps import FormItems, PersonOf, Reads, Writes, session_token
from app.web.labels import DUTIES, N_, label
from app.web.render import page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

WRONG = "This is not your password."
# What is said of a change that was made, by the word for it in the address.
CHANGED = {
    "password": N_("Your password is changed. Every other browser is signed out."),
    "sessions": N_("The session is ended."),
    "joined": N_("Your account is there, and you are signed in."),
}


@router.get("/account")
@allow(Permission.ACCOUNT)
def show(request: Request, session: Reads, person: PersonOf) -> Response:
    """What the account may do, its password, and the browsers in which it is signed in."""
    return _show(request, session, person, Typed(), Faults())


@router.post("/account/password")
@allow(Permission.ACCOUNT)
def update_password(
    request: Request, session: Writes, reading: Reads, person: PersonOf, items: FormItems
) -> Response:
    """Change the password, and end every other session."""
    form: Form[Any] = read_form(NewPassword, items)
    current, password = form.typed.one("current"), form.typed.one("password")
    faults, proof = Faults(form.faults), None
    has_password = _account(request, reading, person).has_password
    if has_password and not current:
        faults["current"] = FILL_IN
    try:
        require_password(password)
    except PasswordTooWeak as fault:
        faults["password"] = str(fault)
    if faults:
        return _show(request, reading, person, form.typed, faults, 422)
    try:
        if has_password:
            proof = proof_of(request, session, person.name, current)
        password_hash, now = hash_password(password), datetime.now(UTC)
        keep = session_token(request)
        change_password(session, person.account, password_hash, proof, keep=keep, now=now)
    except TooManyTries:
        return _show(request, reading, person, form.typed, Faults(form=TOO_MANY_TRIES), 429)
    except WrongPassword:
        session.rollback()
        # A form that was sent twice was right the first time, and has done its work.
        if not is_password(session, person.account, password):
            return _show(request, reading, person, form.typed, Faults(current=WRONG), 422)
    session.commit()
    return RedirectResponse("/account?changed=password", status_code=303)


@router.post("/account/sessions")
@allow(Permission.ACCOUNT)
def end_sessions(request: Request, session: Writes, person: PersonOf, items: FormItems) -> Response:
    """End one session, or all but this one."""
    which = dict(items).get("end", "")
    if which == "others":
        end_other_sessions(session, person.account, keep=session_token(request))
    else:
        end_session(session, person.account, which)
    session.commit()
    return RedirectResponse("/account?changed=sessions", status_code=303)


def _account(request: Request, session: ReadSession, person: Person) -> AccountPage:
    return account_page(session, person.account, hashed(session_token(request)), datetime.now(UTC))


def _show(
    request: Request, session: ReadSession, person: Person, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    context = {
        "account": _account(request, session, person),
        "role_label": label(person.role),
        "duties": DUTIES[person.role],
        "shortest": SHORTEST_PASSWORD,
        "typed": typed,
        "faults": faults,
        "changed": CHANGED.get(request.query_params.get("changed", ""), ""),
    }
    return page(request, "account/show.html", context, status=status)
