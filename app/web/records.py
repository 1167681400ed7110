"""What the pages of single records have in common: the day, the basis, and an answer that may be kept."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from fastapi import Request
from starlette.responses import Response

from app.db import ReadSession
from app.domain.vocabulary import Basis
from app.forms.filters import Faults, View
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.web.positions import base_context
from app.web.render import etag, not_modified, page


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
) -> Response:
    """The page of a record as of the day of the view. Raises NoSuchRecord.

    ``omit`` is the proposal or the issue that its lists need not name again; ``more`` what this page alone
    is given.
    """
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if answer := not_modified(request, tag):
        return answer
    found = read(view.on, view.basis)
    wrong = Faults(view.faults | (faults or {}))
    context = base_context(view, found.negotiation, "") | {
        "found": found,
        "faults": wrong,
        "path": request.url.path,
        "omit": omit or {},
        "columns": "",
        "all_columns": "",
        **(more or {}),
    }
    return page(request, template, context, tag=tag, status=422 if wrong else 200)
