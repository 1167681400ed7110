"""Signing in and out."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.commands.accounts import SESSION_LASTS, LinkUsed, SignedIn, sign_in, sign_in_by_link, sign_out
from app.commands.passwords import Proof, TooManyTries, WrongPassword, begin_try, prove
from app.db import WriteSession
from app.forms.accounts import SignIn, safe_return
from app.forms.base import Faults, Form, Typed, read_form
from app.web.browsers import browser_words
from app.web.deps import FormItems, Writes, cookie_name, is_secure, session_token
from app.web.render import page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

TOO_MANY_TRIES = "Too many tries of late. Wait a quarter of an hour, or ask for a login link."


@router.get("/login")
@allow(Permission.SIGN_IN)
def new(request: Request) -> Response:
    """The form for name and password."""
    return _form(request, Form(None, Typed(next=[request.query_params.get("next", "")]), Faults()))


@router.post("/login")
@allow(Permission.SIGN_IN)
def create(request: Request, session: Writes, items: FormItems) -> Response:
    """Sign in by name and password; what is wrong is not said in more detail than helps the owner."""
    form: Form[Any] = read_form(SignIn, items)
    if form.data is None:
        return _form(request, form, status=422)
    try:
        proof = proof_of(request, session, form.data.name, form.data.password)
        signed_in = sign_in(session, proof, browser=browser_of(request), now=datetime.now(UTC))
    except TooManyTries:
        form.faults["form"] = TOO_MANY_TRIES
        return _form(request, form, status=429)
    except WrongPassword:
        form.faults["form"] = "Name and password do not go together."
        return _form(request, form, status=422)
    sign_out(session, session_token(request))
    session.commit()
    return with_session_cookie(request, signed_in, safe_return(form.data.next))


@router.get("/login/{token}")
@allow(Permission.SIGN_IN)
def confirm(request: Request, token: str) -> Response:
    """A login link. Opening it only asks: programs that look at links beforehand must not use it up."""
    return page(request, "accounts/link.html", {"token": token, "used": False})


@router.post("/login/{token}")
@allow(Permission.SIGN_IN)
def use_link(request: Request, session: Writes, token: str) -> Response:
    try:
        signed_in = sign_in_by_link(session, token, browser=browser_of(request), now=datetime.now(UTC))
    except LinkUsed:
        return page(request, "accounts/link.html", {"token": "", "used": True}, status=410)
    sign_out(session, session_token(request))
    session.commit()
    return with_session_cookie(request, signed_in, "/")


@router.post("/logout")
@allow(Permission.SIGN_OUT)
def destroy(request: Request, session: Writes) -> Response:
    """End the session, here and in the database."""
    sign_out(session, session_token(request))
    session.commit()
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(cookie_name(request), secure=is_secure(request), httponly=True, samesite="lax")
    return response


def proof_of(request: Request, session: WriteSession, name: str, password: str) -> Proof:
    """Compare a password, in no transaction; the try counts as failed until it is settled.

    Raises TooManyTries and WrongPassword.
    """
    address = request.client.host if request.client else ""
    tried = begin_try(session, name, address=address, now=datetime.now(UTC))
    session.commit()
    return prove(tried, password)


def browser_of(request: Request) -> str | None:
    return browser_words(request.headers.get("user-agent", ""))


def with_session_cookie(request: Request, signed_in: SignedIn, target: str) -> Response:
    """Go on, signed in."""
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(
        cookie_name(request),
        signed_in.token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


def _form(request: Request, form: Form[Any], status: int = 200) -> Response:
    context = {"typed": form.typed, "faults": form.faults}
    return page(request, "accounts/login.html", context, status=status)
