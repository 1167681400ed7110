"""Giving up an entry before it is published, which is asked about first, and taking it back."""

import secrets
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.responses import Response

from app.commands import drafts as commands
from app.commands.drafts import NamedByAnother
from app.commands.records import NoSuchRecord
from app.forms.base import Faults
from app.queries.reviews import discard_page
from app.web.deps import Asked, Asking, Sending
from app.web.entries import Number, by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.reviews import own_page, token_of
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)

NAMED = "Another entry names this one. Change or discard that one first."
GONE = "What it was entered for is not there any more; enter it anew."


@router.get("/negotiations/{negotiation}/entries/{number}/discard")
@allow(Permission.ENTER)
def confirm(asked: Asking, negotiation: str, number: Number) -> Response:
    """The question whether an entry is really to be given up."""
    return _confirm(asked, negotiation, number, Faults())


@router.post("/negotiations/{negotiation}/entries/{number}/discard")
@allow(Permission.ENTER)
def discard(sent: Sending, negotiation: str, number: Number) -> Response:
    """Give up a draft of one's own, or what was returned; it can be taken back."""

    def save() -> str:
        try:
            commands.discard_entry(sent.session, negotiation, number, by(sent.person))
        except NamedByAnother:
            raise Refused(Faults(form=NAMED)) from None
        return address(f"/negotiations/{negotiation}/entries") + "#discarded"

    def again(faults: Faults, status: int) -> Response:
        sent.reading.rollback()
        return _confirm(sent, negotiation, number, faults, status)

    return once(sent.session, token_of(sent), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/entries/{number}/take-back")
@allow(Permission.ENTER)
def take_back(sent: Sending, negotiation: str, number: Number) -> Response:
    """Make a draft again of what one has given up."""

    def save() -> str:
        try:
            commands.take_back_entry(sent.session, negotiation, number, by(sent.person))
        except NoSuchRecord:
            raise Refused(Faults(form=GONE)) from None
        return address(f"/negotiations/{negotiation}/entries") + f"#entry-{number}"

    def again(faults: Faults, status: int) -> Response:
        sent.reading.rollback()
        return own_page(sent, negotiation, faults, status)

    return once(sent.session, token_of(sent), sent.person.account, sent.items, save, again)


def _confirm(asked: Asked, negotiation: str, number: int, faults: Faults, status: int = 200) -> Response:
    found = discard_page(asked.reading, negotiation, number, asked.person, datetime.now(UTC))
    context = base_context(asked.view, found.negotiation, "entries") | {
        "found": found,
        "faults": faults,
        "token": secrets.token_urlsafe(32),
    }
    return page(asked.request, "drafts/discard.html", context, status=status)
