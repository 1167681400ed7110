"""“Something wrong here?”: what a reader says of a published record, and what editors do with it."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.commands.notes import SettledBefore, TooManyNotes, send_note, settle_note
from app.commands.records import NoSuchRecord
from app.db import ReadSession
from app.domain.reviews import LONGEST_NOTE
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.filters import View
from app.forms.reviews import NoteForm, SettleForm
from app.queries.negotiations import negotiation_head
from app.queries.notes import note_form
from app.queries.reviews import account_name
from app.web.deps import FormItems, Reads, Sending, ViewOf, Writes, today
from app.web.entries import CITED, Number, by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.reviews import queue
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)

TOO_MANY = (
    "More notes have come in of late than we can read, from here or altogether. "
    "What you wrote is still below: send it again in an hour."
)


@router.get("/negotiations/{negotiation}/{noun:cited}/{record}/note")
@allow(Permission.READ_PUBLISHED)
def new(request: Request, session: Reads, view: ViewOf, negotiation: str, noun: str, record: str) -> Response:
    """The form of a note, or thanks for one. No account is asked for."""
    return _page(request, session, view, (negotiation, noun, record), Typed(), Faults())


@router.post("/negotiations/{negotiation}/{noun:cited}/{record}/note")
@allow(Permission.READ_PUBLISHED)
def create(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    items: FormItems,
    negotiation: str,
    noun: str,
    record: str,
) -> Response:
    """Take a note into the editors' queue. The same one sent twice is one."""
    about = (negotiation, noun, record)
    note_form(reading, negotiation, CITED[noun], record, today())
    form: Form[Any] = read_form(NoteForm, items)
    if form.data is None:
        return _page(request, reading, view, about, form.typed, form.faults, 422)
    sender = request.client.host if request.client else ""
    try:
        send_note(
            session,
            negotiation,
            CITED[noun],
            record,
            form.data.words,
            address=sender,
            now=datetime.now(UTC),
        )
    except TooManyNotes:
        session.rollback()
        return _page(request, reading, view, about, form.typed, Faults(form=TOO_MANY), 429)
    session.commit()
    return RedirectResponse(
        address(f"/negotiations/{negotiation}/{noun}/{record}/note", sent="yes"), status_code=303
    )


@router.post("/negotiations/{negotiation}/notes/{number}/settle")
@allow(Permission.EDIT)
def settle(sent: Sending, negotiation: str, number: Number) -> Response:
    """Settle a note, with an answer for colleagues."""
    negotiation_head(sent.reading, negotiation)
    form: Form[Any] = read_form(SettleForm, sent.items)

    def again(faults: Faults, status: int) -> Response:
        sent.reading.rollback()
        faults = Faults(
            {f"answer-{number}" if name == "answer" else name: words for name, words in faults.items()}
        )
        return queue(sent, negotiation, faults, status, typed={number: form.typed.one("answer")})

    if form.data is None:
        return again(form.faults, 422)
    answer = form.data.answer

    def save() -> str:
        try:
            settle_note(sent.session, negotiation, number, by(sent.person), answer=answer)
        except SettledBefore as before:
            name = account_name(sent.reading, before.account) if before.account else ""
            words = (
                f"{name or 'Somebody'} has settled this note already. Your answer was not kept: “{answer}”"
            )
            if answer is None:
                words = f"{name or 'Somebody'} has settled this note already."
            raise Refused(Faults(form=words)) from None
        except NoSuchRecord:
            raise Refused(Faults(form="There is no such note.")) from None
        return address(f"/negotiations/{negotiation}/reviews") + "#notes"

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _page(
    request: Request,
    session: ReadSession,
    view: View,
    about: tuple[str, str, str],
    typed: Typed,
    faults: Faults,
    status: int = 200,
) -> Response:
    negotiation, noun, record = about
    found = note_form(session, negotiation, CITED[noun], record, today())
    context = base_context(view, found.negotiation, "") | {
        "found": found,
        "noun": noun,
        "omit": {},
        "typed": typed,
        "faults": faults,
        "longest": LONGEST_NOTE,
        "sent": request.query_params.get("sent") == "yes" and request.method == "GET",
    }
    response = page(request, "notes/new.html", context, status=status)
    # Nobody finds this by searching, and no crawler follows it.
    response.headers["x-robots-tag"] = "noindex, nofollow"
    if status == 429:
        response.headers["retry-after"] = "3600"
    return response
