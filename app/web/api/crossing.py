"""What pages of other sites may read here: everything that is published, and nothing in anybody's name."""

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/api/"
_READS = "GET, HEAD, OPTIONS"
# A page elsewhere may revalidate what it has; it may send no token, and nothing but reads.
_ALLOWED = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": _READS,
    "access-control-allow-headers": "If-None-Match",
    "access-control-max-age": "86400",
    "cross-origin-resource-policy": "cross-origin",
}
_READ = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link",
    "cross-origin-resource-policy": "cross-origin",
}


class ReadsFromElsewhere:
    """Lets any site read the API, answers what browsers ask beforehand, and HEAD as GET without its body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        if method == "OPTIONS":
            await Response(status_code=204, headers=_ALLOWED)(scope, receive, send)
            return
        if method not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _READ.items():
                    headers[name] = value
            elif method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, readable)
