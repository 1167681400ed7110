"""What the pages of single records have in common: the day, the basis, and an answer that may be kept."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from fastapi import Request
from starlette.responses import Response

from app.db import ReadSession
from app.domain.vocabulary import Basis
from app.forms.filters import Faults, View
from app.queries.accounts import Person
from app.queries.citations import Subject
from app.queries.entries import retraction_of
from app.queries.histories import history_page
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import etag, not_modified, page
from app.web.steps import shown_steps


class RecordPage(Protocol):
    """What every query for the page of a record answers."""

    @property
    def negotiation(self) -> NegotiationHead: ...


def show_record(
    request: Request,
    session: ReadSession,
    view: View,
    negotiation: str,
    template: str,
    read: Callable[[date, Basis], RecordPage],
    faults: Faults | None = None,
    omit: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
    subject: Subject | None = None,
) -> Response:
    """The page of a record as of the day of the view. Raises NoSuchRecord.

    ``omit`` is the proposal or the issue that its lists need not name again; ``more`` what this page alone
    is given. ``subject`` is the record of a page at which people work: one that was retracted keeps its
    address and says why, and editors are shown what was changed (domain.md §7).
    """
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if subject and (retraction := retraction_of(session, negotiation, *subject)):
        return retracted_page(request, view, head, retraction, subject)
    found = read(view.on, view.basis)
    wrong = Faults(view.faults | (faults or {}))
    context = base_context(view, found.negotiation, "") | {
        "found": found,
        "faults": wrong,
        "path": request.url.path,
        "omit": omit or {},
        "columns": "",
        "all_columns": "",
        **(_desk(request, session, view, negotiation, subject) if subject else {}),
        **(more or {}),
    }
    return page(request, template, context, tag=tag, status=422 if wrong else 200)


def retracted_page(
    request: Request, view: View, head: NegotiationHead, why: str, subject: Subject
) -> Response:
    """What stands at the address of a record that was our mistake."""
    type_, record = subject
    history = address(f"/negotiations/{head.id}/{type_.value}s/{record}/history")
    context = base_context(view, head, "") | {"retraction": why, "history": history}
    return page(request, "entries/retracted.html", context)


# Of what was changed the page of a record says the last; the rest is in its history.
LATEST = 3


def _desk(
    request: Request, session: ReadSession, view: View, negotiation: str, subject: Subject
) -> dict[str, Any]:
    """What people who work on a record are given: its history is the editors' (domain.md §8)."""
    person: Person | None = request.state.person
    if not person or not person.edits or view.is_past:
        return {"subject": subject, "history": []}
    type_, record = subject
    found = history_page(session, negotiation, f"{type_.value}s", record, person, most=LATEST)
    return {"subject": subject, "history": shown_steps(found)}
