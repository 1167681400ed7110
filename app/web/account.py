"""One's own account: its password, and where it is signed in."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.commands.accounts import change_password, end_other_sessions, end_session
from app.commands.api_tokens import MoreThanTheirs, TooManyTokens, make_token, revoke_token
from app.commands.passwords import (
    SHORTEST_PASSWORD,
    PasswordTooWeak,
    TooManyTries,
    WrongPassword,
    hash_password,
    is_password,
    require_password,
)
from app.commands.tokens import derived, hashed, new_token
from app.db import ReadSession
from app.domain.tokens import LASTS_DAYS, TokenRole, may_be_given
from app.forms.accounts import NewPassword, NewToken
from app.forms.base import FILL_IN, Faults, Form, Typed, read_form
from app.queries.accounts import AccountPage, Person, account_page, tokens_of
from app.web.accounts import TOO_MANY_TRIES, proof_of
from app.web.deps import FormItems, PersonOf, Reads, Writes, session_token
from app.web.labels import DUTIES, N_, TOKEN_DUTIES, label
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)

WRONG = "This is not your password."
# By it whoever finds a token that was left lying about knows whose it is.
TOKEN_PREFIX = "parley_"  # noqa: S105 - no token, what each begins with
# What is said of a change that was made, by the word for it in the address.
CHANGED = {
    "password": N_(
        "Your password is changed. Every other browser is signed out. Tokens for programs work until revoked."
    ),
    "sessions": N_("The session is ended."),
    "revoked": N_("The token is revoked: whoever still sends it is refused."),
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


@router.post("/account/tokens")
@allow(Permission.ACCOUNT)
def create_token(
    request: Request, session: Writes, reading: Reads, person: PersonOf, items: FormItems
) -> Response:
    """Make a token for a program, and show it: it is known nowhere else."""
    form: Form[Any] = read_form(NewToken, items)
    if form.data is None:
        return _show(request, reading, person, form.typed, form.faults, 422)
    made: NewToken = form.data
    # So a form that is sent twice shows it twice, and no two people can ever be given the same.
    token = TOKEN_PREFIX + derived(session_token(request), f"token:{form.typed.one('token')}")

    def save() -> str:
        now = datetime.now(UTC)
        try:
            make_token(session, person.account, token, made.name, made.role, days=made.days, now=now)
        except MoreThanTheirs:
            raise Refused(Faults(role="A token may do no more than you may yourself.")) from None
        except TooManyTokens:
            raise Refused(Faults(form="You have many tokens; revoke one that you do not use.")) from None
        return "/account"

    def again(faults: Faults, status: int) -> Response:
        return _show(request, reading, person, form.typed, faults, status)

    answer = once(session, form.typed.one("token"), person.account, items, save, again)
    # What was written is seen from here on.
    reading.rollback()
    live = {line.key for line in tokens_of(reading, person.account)}
    if answer.status_code != 303 or hashed(token) not in live:
        return answer
    return _show(request, reading, person, Typed(), Faults(), made=(made.name, token))


@router.post("/account/tokens/revoke")
@allow(Permission.ACCOUNT)
def end_token(session: Writes, person: PersonOf, items: FormItems) -> Response:
    """Revoke one of one’s own tokens."""
    revoke_token(session, person.account, dict(items).get("key", ""), now=datetime.now(UTC))
    session.commit()
    return RedirectResponse("/account?changed=revoked", status_code=303)


def _account(request: Request, session: ReadSession, person: Person) -> AccountPage:
    return account_page(session, person.account, hashed(session_token(request)), datetime.now(UTC))


def _show(
    request: Request,
    session: ReadSession,
    person: Person,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    made: tuple[str, str] | None = None,
) -> Response:
    """``made`` is the token that is shown, this once, with its name."""
    context = {
        "account": _account(request, session, person),
        "role_label": label(person.role),
        "duties": DUTIES[person.role],
        "shortest": SHORTEST_PASSWORD,
        "typed": typed,
        "faults": faults,
        "made": made,
        "tokens": tokens_of(session, person.account),
        "now": datetime.now(UTC),
        "token": ("" if "form" in faults else typed.one("token")) or new_token(),
        "token_roles": [
            (role, label(role), TOKEN_DUTIES[role]) for role in TokenRole if may_be_given(role, person.role)
        ],
        "token_role_labels": {role: label(role) for role in TokenRole},
        "lasts": [(str(days), days) for days in LASTS_DAYS],
        "changed": CHANGED.get(request.query_params.get("changed", ""), ""),
    }
    return page(request, "account/show.html", context, status=status)
