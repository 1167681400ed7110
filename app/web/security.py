"""Who may do what, headers and hosts: deny by default, nothing from another host.

A route says what it permits with ``@allow(…)``; an app with a route that says nothing does not start.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Permission(StrEnum):
    """What a route asks of the person who calls it."""

    READ_PUBLISHED = "read published records"


def allow(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route permits. Anyone may read what is published."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.permission = permission  # type: ignore[attr-defined]
        return endpoint

    return declare


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
