"""The positions table, and a cell's history."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.db import ReadSession
from app.forms.filters import Column, Faults, View, read_columns, read_day_or_none
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.positions import ColumnChoice, PositionsPage, cell_history_page, positions_page
from app.queries.proposals import proposal_choices
from app.queries.revisions import Recorded
from app.web.deps import ViewOf, ViewReads
from app.web.paths import address
from app.web.redirects import moved
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow
from app.web.strip import strip

router = APIRouter(include_in_schema=False)


def kept(view: View) -> dict[str, str]:
    """The day and basis that links on a page carry on: only those that the address itself named."""
    return {name: text for name, text in view.typed.items() if text and name not in view.faults}


def base_context(view: View, negotiation: NegotiationHead, room: str) -> dict[str, Any]:
    """What every page of a negotiation is given."""
    here = f"/negotiations/{negotiation.id}"
    return {"negotiation": negotiation, "here": here, "view": view, "room": room, "q": kept(view)}


@router.get("/negotiations/{negotiation}")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """The table of positions as of a day, each column a participant on a day or a proposal."""
    query = request.query_params
    columns, fault = read_columns(query.get("columns", ""))
    if {"add", "add_proposal"} & set(query):
        return _add_column(request, session, view, negotiation, columns)
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if answer := not_modified(request, tag):
        return answer
    choices = [ColumnChoice(c.actor, c.day, c.proposal, str(c)) for c in columns]
    found = positions_page(session, negotiation, view.on, view.basis, choices)
    faults = Faults(view.faults)
    if fault:
        faults["columns"] = fault
    elif found.unknown_columns:
        if elsewhere := moved(request):
            return elsewhere
        unknown = ", ".join(f"“{key}”" for key in found.unknown_columns)
        faults["columns"] = f"Nothing here is called {unknown}, or it was not known by this day."
    context = base_context(view, found.negotiation, "positions") | {
        "found": found,
        "faults": faults,
        "strip": strip(_days_of_strip(request, found), view.on),
        "columns": ",".join(column.key for column in found.columns) if not found.is_default else "",
        "all_columns": ",".join(column.key for column in found.columns),
        "typed_columns": query.get("columns", ""),
        "proposals": proposal_choices(session, negotiation, view.on, view.basis),
        "moves": _moves(found),
    }
    return page(request, "positions/index.html", context, tag=tag, status=422 if faults else 200)


def _days_of_strip(request: Request, found: PositionsPage) -> Sequence[tuple[str, int]]:
    """The days on which something changed; of what this site showed, those since it showed anything."""
    recorded: Recorded | None = getattr(request.state, "recorded", None)
    since = recorded.since.isoformat() if recorded else ""
    return [day for day in found.change_days if day[0] >= since]


def _moves(found: PositionsPage) -> list[dict[str, str]]:
    """For each column, the list of columns without it, and with it moved one place either way."""
    keys = [column.key for column in found.columns]
    moves = []
    for at, key in enumerate(keys):
        others = keys[:at] + keys[at + 1 :]
        moves.append(
            {
                "name": found.columns[at].name,
                "remove": ",".join(others),
                "earlier": ",".join([*others[: at - 1], key, *others[at - 1 :]]) if at else "",
                "later": ",".join([*others[: at + 1], key, *others[at + 1 :]]) if at + 1 < len(keys) else "",
            }
        )
    return moves


def _add_column(
    request: Request, session: ReadSession, view: View, negotiation: str, columns: list[Column]
) -> Response:
    """Take a column over from the form, which works without JavaScript, into the address."""
    query = request.query_params
    if not columns:
        found = positions_page(session, negotiation, view.on, view.basis, [])
        columns = read_columns(",".join(column.key for column in found.columns))[0]
    if actor := query.get("add", ""):
        day = query.get("add_day", "")
        columns.append(Column(actor=actor, day=read_day_or_none(day)))
    if proposal := query.get("add_proposal", ""):
        columns.append(Column(proposal=proposal))
    keys = list(dict.fromkeys(str(column) for column in columns))
    target = address(f"/negotiations/{negotiation}", **kept(view), columns=",".join(keys))
    return RedirectResponse(target, status_code=303)


@router.get("/negotiations/{negotiation}/positions/{actor}/{issue}")
@allow(Permission.READ_PUBLISHED)
def show(
    request: Request, session: ViewReads, view: ViewOf, negotiation: str, actor: str, issue: str
) -> Response:
    """A cell's history: every record that speaks for the holder on the issue, with every citation."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if answer := not_modified(request, tag):
        return answer
    found = cell_history_page(session, negotiation, actor, issue, view.on, view.basis)
    context: Mapping[str, Any] = base_context(view, found.negotiation, "positions") | {
        "found": found,
        "faults": view.faults,
        "columns": read_columns(request.query_params.get("columns", ""))[0],
    }
    return page(request, "positions/show.html", dict(context), tag=tag, status=422 if view.faults else 200)
