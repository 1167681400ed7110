"""What routes take: sessions, the day, the view, and the page that they answer with."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.commands.accounts import SEEN_EVERY, note_seen
from app.commands.api_tokens import note_used
from app.commands.tokens import hashed
from app.db import ReadSession, WriteSession, passing_session, read_session, write_session
from app.domain.vocabulary import Basis
from app.exchange.snapshots import Snapshots
from app.forms.filters import View, read_view
from app.queries.accounts import Person, bearer_of, person_of
from app.queries.reviews import count_waiting
from app.queries.revisions import recorded_by
from app.web.render import public_url
from app.web.security import BadToken, NotPermitted, SignInNeeded, is_permitted


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def reads(request: Request) -> Iterator[ReadSession]:
    with read_session(engine_of(request)) as session:
        yield session


def writes(request: Request) -> Iterator[WriteSession]:
    """A session that may write. The route commits it; what is not committed is gone."""
    with write_session(engine_of(request)) as session:
        yield session


def authorise(request: Request, session: Annotated[ReadSession, Depends(reads)]) -> None:
    """Find out who asks, and whether the route permits it. Raises SignInNeeded and NotPermitted.

    Read anew on every request: a changed role or a disabled account counts from the next one on. A program
    is known by the token that it sends, a browser by its cookie, and neither by the other.
    """
    if request.scope["path"].startswith("/api/"):
        _authorise_program(request, session)
        return
    token, now = session_token(request), datetime.now(UTC)
    person = person_of(session, hashed(token), now) if token else None
    request.state.person = person
    if person and person.seen_at <= now - SEEN_EVERY:
        # Left out while somebody else is writing: the next request will do.
        with suppress(OperationalError), passing_session(engine_of(request)) as passing:
            note_seen(passing, hashed(token), now=now)
            passing.commit()
    permission = request.scope["endpoint"].permission
    if is_permitted(permission, person.role if person else None):
        if person and person.edits and "negotiation" in request.path_params:
            # Said on every page of the desk; readers are asked nothing.
            request.state.queue_length = count_waiting(session, request.path_params["negotiation"])
        return
    raise NotPermitted if person else SignInNeeded


def _authorise_program(request: Request, session: ReadSession) -> None:
    """Find out for whom a program asks, and whether the route permits it. Raises as ``authorise``."""
    request.state.person = None
    sent = request.headers.get("authorization")
    if sent is not None:
        scheme, _, token = sent.partition(" ")
        now = datetime.now(UTC)
        token_hash = hashed(token.strip())
        bearer = bearer_of(session, token_hash, now) if scheme.lower() == "bearer" else None
        if bearer is None:
            raise BadToken
        request.state.person = bearer.person
        if bearer.used_on != now.date().isoformat():
            with suppress(OperationalError), passing_session(engine_of(request)) as passing:
                note_used(passing, token_hash, day=now.date())
                passing.commit()
    permission = request.scope["endpoint"].permission
    if not is_permitted(permission, request.state.person.role if request.state.person else None):
        raise NotPermitted if sent is not None else SignInNeeded


def session_token(request: Request) -> str:
    """The token of the session that a request belongs to; empty where there is none."""
    return request.cookies.get(cookie_name(request), "")


def cookie_name(request: Request) -> str:
    """Over HTTPS a name that browsers bind to this host; without it a plain one, for use on one machine."""
    return "__Host-parley" if is_secure(request) else "parley"


def is_secure(request: Request) -> bool:
    return public_url(request).startswith("https://")


def person(request: Request) -> Person:
    """The signed-in person, on a route that permits no one else."""
    found: Person = request.state.person
    return found


async def form_items(request: Request) -> list[tuple[str, str]]:
    """What a form submitted, in order. Files are no part of any form here."""
    form = await request.form(max_files=0, max_fields=2000, max_part_size=2_000_000)
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def today() -> date:
    """The current day in UTC, the default of every ``on`` (domain.md §3)."""
    return datetime.now(UTC).date()


def view(request: Request) -> View:
    return read_view(request.query_params, today())


@contextmanager
def as_of(
    request: Request, live: ReadSession, view: View, negotiation: str | None = None
) -> Iterator[ReadSession]:
    """What a view is read from: with the basis *recorded* the negotiation as it was recorded by its day.

    It is that of the address, unless another way names one. Raises NoSuchRecord and NothingRecorded.
    """
    if view.basis is not Basis.RECORDED:
        yield live
        return
    recorded = recorded_by(live, negotiation or request.path_params["negotiation"], view.on)
    request.state.recorded = recorded
    if recorded.is_newest:
        yield live
        return
    snapshots: Snapshots = request.app.state.snapshots
    with snapshots.session(live, recorded) as session:
        yield session


def view_reads(
    request: Request,
    live: Annotated[ReadSession, Depends(reads)],
    view: Annotated[View, Depends(view)],
) -> Iterator[ReadSession]:
    with as_of(request, live, view) as session:
        yield session


Writes = Annotated[WriteSession, Depends(writes)]
FormItems = Annotated[list[tuple[str, str]], Depends(form_items)]
PersonOf = Annotated[Person, Depends(person)]
Reads = Annotated[ReadSession, Depends(reads)]
ViewOf = Annotated[View, Depends(view)]
# For routes that show records as of a day: reads what the basis of the view asks for.
ViewReads = Annotated[ReadSession, Depends(view_reads)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a route that shows a form is given."""

    request: Request
    reading: Reads
    view: ViewOf

    @property
    def person(self) -> Person:
        """Who is signed in; the route permits no one else."""
        return person(self.request)


@dataclass(frozen=True, slots=True)
class Sent(Asked):
    """What a route that takes a form is given; the route of ``once`` commits."""

    session: Writes
    items: FormItems

    @property
    def stamp(self) -> dict[str, Any]:
        """Who makes the change, and when."""
        return {"now": datetime.now(UTC), "account": self.person.account}


Asking = Annotated[Asked, Depends()]
Sending = Annotated[Sent, Depends()]
