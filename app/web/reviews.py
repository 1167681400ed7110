"""The review desk: what waits, and what an editor does with it (domain.md §8)."""

import secrets

from fastapi import APIRouter
from starlette.responses import Response

from app.commands import reviews as commands
from app.forms.base import Faults
from app.queries.entries import entries_page
from app.queries.negotiations import negotiation_head
from app.web.deps import Asked, Asking, Sending
from app.web.entries import by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import once

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/entries")
@allow(Permission.ENTER)
def index(asked: Asking, negotiation: str) -> Response:
    """A contributor's own entries that wait; for editors, everybody's."""
    return _index(asked, negotiation, Faults())


@router.post("/negotiations/{negotiation}/entries/{number}/publish")
@allow(Permission.EDIT)
def publish(sent: Sending, negotiation: str, number: int) -> Response:
    """Publish what a contributor has entered; it stands in its cell from now on."""

    def save() -> str:
        type_, record = commands.publish_entry(sent.session, negotiation, number, by(sent.person))
        return address(f"/negotiations/{negotiation}/{type_.value}s/{record}")

    def again(faults: Faults, status: int) -> Response:
        return _index(sent, negotiation, faults, status)

    negotiation_head(sent.reading, negotiation)
    token = next((value for name, value in sent.items if name == "token"), "")
    return once(sent.session, token, sent.person.account, sent.items, save, again)


def _index(asked: Asked, negotiation: str, faults: Faults, status: int = 200) -> Response:
    person = asked.person
    found = entries_page(asked.reading, negotiation, None if person.edits else person.account)
    context = base_context(asked.view, found.negotiation, "entries") | {
        "found": found,
        "token": secrets.token_urlsafe(32),
        "gone": bool(faults),
    }
    return page(asked.request, "entries/index.html", context, status=status)
