"""Who may do what, headers and hosts: deny by default, nothing from another host.

A route says what it permits with ``@allow(…)``; an app with a route that says nothing does not start.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.vocabulary import AccountRole

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a route asks of the person who calls it."""

    READ_PUBLISHED = "read published records"
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    ACCOUNT = "look after one's own account"
    ENTER = "enter drafts"
    EDIT = "edit, publish and retract"
    ADMIN = "let people in, settle how entries are reviewed, blank what endangers somebody"


def allow(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route permits. Anyone may read what is published."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.permission = permission  # type: ignore[attr-defined]
        return endpoint

    return declare


_CONTRIBUTORS = frozenset({AccountRole.CONTRIBUTOR, AccountRole.EDITOR, AccountRole.ADMIN})
_EDITORS = frozenset({AccountRole.EDITOR, AccountRole.ADMIN})
# Who has which permission; what is not here is anyone's (domain.md §8).
HOLDERS: dict[Permission, frozenset[AccountRole]] = {
    Permission.SIGN_OUT: _CONTRIBUTORS,
    Permission.ACCOUNT: _CONTRIBUTORS,
    Permission.ENTER: _CONTRIBUTORS,
    Permission.EDIT: _EDITORS,
    Permission.ADMIN: frozenset({AccountRole.ADMIN}),
}


def is_permitted(permission: Permission, role: AccountRole | None) -> bool:
    """Whether a person of this role, or a reader without any, may do what a route asks."""
    return permission not in HOLDERS or role in HOLDERS[permission]


class SignInNeeded(Exception):
    """The route is for people who are signed in."""


class BadToken(SignInNeeded):
    """The token that was sent is not one, has run out, was revoked, or its person is shut out."""


class NotPermitted(Exception):
    """The person is signed in and may still not do this."""


class UndeclaredRoute(RuntimeError):
    """A route does not say who may call it."""


def require_permissions(routes: Iterable[BaseRoute]) -> None:
    """Refuse to start with a route that declares no permission. Raises UndeclaredRoute."""
    for route in routes:
        if isinstance(route, Mount) and route.routes:
            require_permissions(route.routes)
            continue
        nested = getattr(route, "original_router", None) or getattr(route, "router", None)
        if nested is not None and not isinstance(route, Route):
            require_permissions(nested.routes)
            continue
        target = route.endpoint if isinstance(route, Route) else getattr(route, "app", route)
        if not isinstance(getattr(target, "permission", None), Permission):
            raise UndeclaredRoute(f"no permission is declared for {getattr(route, 'path', route)!r}")


CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Sets the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # Unless a route knows better, nothing may keep its answer.
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSiteRefusal:
    """Refuses what another site made a browser send, by what browsers say of where it came from."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app = app
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # No cookie counts for anything under /api/, so nobody can be made to send something there.
        is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
        if scope["type"] == "http" and scope["method"] not in _SAFE and not is_api:
            headers = Headers(scope=scope)
            if not _is_same_site(headers, self.public_url, scope.get("scheme", "http")):
                words = "This came from another site and was not taken. Open the form here and send it again."
                await PlainTextResponse(words, status_code=403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_same_site(headers: Headers, public_url: str, scheme: str) -> bool:
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("same-origin", "none")
    origins = headers.getlist("origin")
    if not origins:
        # No browser leaves both out of a request of this kind; a program of somebody's own may.
        return True
    own = {origin_of(public_url), origin_of(f"{scheme}://{headers.get('host', '')}")} - {None}
    return len(origins) == 1 and origin_of(origins[0], exact=True) in own


def origin_of(address: str, *, exact: bool = False) -> str | None:
    """Scheme, host and port of an address; None where it has none, or with ``exact`` anything more."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    if exact and (parts.path or parts.query or parts.fragment):
        return None
    return f"{parts.scheme}://{parts.hostname}:{port or (443 if parts.scheme == 'https' else 80)}"
