"""What is said when there is no such page, or something went wrong: in words, in the site's own style."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.forms.base import fault_words
from app.queries.revisions import NothingRecorded
from app.queries.visibility import NoSuchRecord
from app.web.paths import address
from app.web.redirects import moved
from app.web.render import page
from app.web.security import BadToken, NotPermitted, SignInNeeded

log = logging.getLogger("parley")

WORDS = {
    400: (
        "This request cannot be read",
        "The address or what came with it is not in a form that this site reads.",
    ),
    403: ("This is not yours to do", "Your account may read here, and what else it may an admin decides."),
    404: ("There is no such page", "The address may be mistyped, or the record is not published."),
    405: ("This page only answers to reading", "What was sent here was not taken over; nothing has changed."),
    413: ("What was sent is too large", "Nothing of it was kept. Send less at once."),
    422: (
        "Something in this address cannot be used",
        "Correct it in the address, or start from the positions page.",
    ),
    500: ("Something went wrong here", "The fault is ours and has been noted. Nothing was lost; try again."),
}


def install(app: FastAPI) -> None:
    """Answer every error as a page, or as problem+json under /api."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NoSuchRecord, _missing)
    app.add_exception_handler(NothingRecorded, _unrecorded)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(NotPermitted, _not_permitted)
    app.add_exception_handler(RequestValidationError, _invalid)


class _Problem(JSONResponse):
    """What was asked may be repeated here, so that no reader, however old, finds a tag in it."""

    def render(self, content: object) -> bytes:
        return super().render(content).replace(b"<", b"\\u003c")


def problem(status: int, title: str, detail: str, **more: object) -> JSONResponse:
    """An error of the API (RFC 9457)."""
    return _Problem(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, **more},
        status_code=status,
        media_type="application/problem+json",
    )


def answer(request: Request, status: int) -> Response:
    title, words = WORDS.get(status, WORDS[400])
    if request.scope["path"].startswith("/api/"):
        return problem(status, title, words)
    return page(
        request, "errors/error.html", {"status": status, "title": title, "words": words}, status=status
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the type that this handler is registered for
    response = answer(request, error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _missing(request: Request, error: Exception) -> Response:
    """Where the record was merged into another, on to that one."""
    return moved(request) or answer(request, 404)


def _unrecorded(request: Request, error: Exception) -> Response:
    """Of the negotiation nothing was recorded by then: what else can be read at this address."""
    assert isinstance(error, NothingRecorded)  # noqa: S101 - the type that this handler is registered for
    if request.scope["path"].startswith("/api/"):
        words = f"This site had recorded nothing of it by {error.on}; its records begin on {error.since}."
        return problem(404, "Nothing was recorded here by this day", words)
    path = request.url.path
    query = {name: text for name, text in request.query_params.items() if name not in ("on", "basis", "path")}
    context = {"on": error.on, "since": error.since, "path": path, "query": query}
    return page(request, "errors/unrecorded.html", context, status=404)


def _sign_in(request: Request, error: Exception) -> Response:
    """To the sign-in page, and back afterwards where that is a page to read; a program to its token."""
    if request.scope["path"].startswith("/api/"):
        return _token_needed(isinstance(error, BadToken))
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(address("/login", next=back if request.method == "GET" else ""), status_code=303)


def _token_needed(is_bad: bool) -> Response:
    words = "Send a token: Authorization: Bearer … Whoever has an account makes one on its page."
    if is_bad:
        words = "The token that was sent is not one, has run out or was revoked. Its person may make another."
    response = problem(401, "This needs a token", words)
    response.headers["www-authenticate"] = 'Bearer error="invalid_token"' if is_bad else "Bearer"
    return response


def _not_permitted(request: Request, error: Exception) -> Response:
    if request.scope["path"].startswith("/api/"):
        words = "This token may only read. Make one that may hand in entries, on the page of your account."
        return problem(403, "The token may not do this", words)
    return answer(request, 403)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the type that this handler is registered for
    if not request.scope["path"].startswith("/api/"):
        return answer(request, 422)
    faults: dict[str, str] = {}
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"][1:] if fault["type"] != "json_invalid") or "body"
        words = "This is no such JSON as is described." if where == "body" else ""
        faults.setdefault(where, words or fault_words(fault["type"], fault["msg"], fault.get("ctx", {})))
    detail = "; ".join(f"{where}: {words}" for where, words in faults.items())
    return problem(422, "Something that was sent cannot be used", detail, errors=faults)


class UnexpectedFaults:
    """Answers what nobody expected with a page, inside the middleware that sets the headers of all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        request = Request(scope, receive)
        if "\x00" in scope["path"]:
            # No record has such a name, and PostgreSQL could not even be asked for it.
            await answer(request, 404)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:
            # The browser went on before its form had come in whole; nobody waits for an answer.
            return
        except Exception as error:
            response = _unexpected(request, error)
            if started:
                # Part of the answer is out: breaking off is the only honest end.
                raise
            await response(scope, receive, send)


def _unexpected(request: Request, error: Exception) -> Response:
    path = request.url.path
    if token := request.path_params.get("token"):
        # Whoever reads the log must not be able to use somebody else's link.
        path = path.replace(token, "{token}")
    log.exception("unexpected error in %s", path.encode("unicode_escape").decode(), exc_info=error)
    return answer(request, 500)
