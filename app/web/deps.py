"""What routes take: sessions, the day, the view, and the page that they answer with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from app.db import ReadSession, read_session
from app.forms.filters import View, read_view


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def reads(request: Request) -> Iterator[ReadSession]:
    with read_session(engine_of(request)) as session:
        yield session


def today() -> date:
    """The current day in UTC, the default of every ``on`` (domain.md §3)."""
    return datetime.now(UTC).date()


def view(request: Request) -> View:
    return read_view(request.query_params, today())


Reads = Annotated[ReadSession, Depends(reads)]
ViewOf = Annotated[View, Depends(view)]
