"""How many requests are answered at once: the others wait their turn, not for a connection."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from app.db import IN_FLIGHT


class InFlight:
    """Lets in as many requests as the database has connections for. Static files need none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.places = asyncio.Semaphore(IN_FLIGHT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        async with self.places:
            await self.app(scope, receive, send)
