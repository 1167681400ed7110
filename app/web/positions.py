"""The positions table, and a cell's history."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.db import ReadSession
from app.domain.dates import NotADate, parse_day
from app.forms.filters import Column, Faults, Latest, View, read_columns
from app.queries.cells import PartyColumn
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.positions import ColumnChoice, PositionsPage, cell_history_page, positions_page
from app.queries.proposal_columns import proposal_choices
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
    faults = Faults(view.faults)
    chose = not fault and _CHOSEN & set(query)
    if chose and (chosen := _choose(session, view, negotiation, columns, query, faults)):
        target = address(f"/negotiations/{negotiation}", **kept(view), columns=chosen)
        return RedirectResponse(target, status_code=303)
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if answer := not_modified(request, tag):
        return answer
    found, wrong = positions_found(request, session, view, negotiation)
    if found.unknown_columns and not fault and (elsewhere := moved(request)):
        return elsewhere
    return positions_page_of(request, session, view, found, Faults(faults | wrong), tag)


def positions_found(
    request: Request, session: ReadSession, view: View, negotiation: str
) -> tuple[PositionsPage, Faults]:
    """The table with the columns of the address, and what is wrong with them or with the view, if anything.

    Raises NoSuchRecord.
    """
    columns, fault = read_columns(request.query_params.get("columns", ""))
    faults = Faults(view.faults)
    choices = [ColumnChoice(c.actor, c.day, c.proposal, str(c), c.latest) for c in columns]
    found = positions_page(session, negotiation, view.on, view.basis, choices)
    if fault:
        faults["columns"] = fault
    elif found.unknown_columns:
        unknown = ", ".join(f"“{key}”" for key in found.unknown_columns)
        faults["columns"] = f"Nothing here is called {unknown}, or it was not known by this day."
    return found, faults


def positions_page_of(
    request: Request,
    session: ReadSession,
    view: View,
    found: PositionsPage,
    faults: Faults,
    tag: str | None,
) -> Response:
    """The page of the table; with what could not be used said above it."""
    query = request.query_params
    context = base_context(view, found.negotiation, "positions") | {
        "found": found,
        "faults": faults,
        "strip": strip(_days_of_strip(request, found), view.on),
        "columns": ",".join(column.key for column in found.columns) if not found.is_default else "",
        "all_columns": ",".join(column.key for column in found.columns),
        "typed_columns": query.get("columns", ""),
        "typed": {name: query.get(name, "") for name in _CHOSEN},
        "proposals": proposal_choices(session, found.negotiation.id, view.on, view.basis),
        "moves": _moves(found),
        "four_columns": _four_columns(found),
    }
    return page(request, "positions/index.html", context, tag=tag, status=422 if faults else 200)


def _days_of_strip(request: Request, found: PositionsPage) -> Sequence[tuple[str, int]]:
    """The days on which something changed; of what this site showed, those since it showed anything."""
    recorded: Recorded | None = getattr(request.state, "recorded", None)
    since = recorded.since.isoformat() if recorded else ""
    return [day for day in found.change_days if day[0] >= since]


def _moves(found: PositionsPage) -> list[dict[str, Any]]:
    """For each column, the list of columns without it, and with it moved one place either way."""
    keys = [column.key for column in found.columns]
    moves = []
    for at, key in enumerate(keys):
        others = keys[:at] + keys[at + 1 :]
        moves.append(
            {
                "column": found.columns[at],
                "remove": ",".join(others),
                "earlier": ",".join([*others[: at - 1], key, *others[at - 1 :]]) if at else "",
                "later": ",".join([*others[: at + 1], key, *others[at + 1 :]]) if at + 1 < len(keys) else "",
            }
        )
    return moves


def _four_columns(found: PositionsPage) -> str:
    """The first two parties shown, or the first two of all, with the texts of the day beside them."""
    parties = [party.id for party in found.cast.parties()]
    shown = [column.actor for column in found.columns if isinstance(column, PartyColumn)]
    first = list(dict.fromkeys([*(actor for actor in shown if actor in parties), *parties]))[:2]
    return _four(*first) if len(first) == 2 else ""


def _four(one: str, other: str) -> str:
    """Two parties, the mediators’ latest proposal, and the latest agreed text (domain.md §6)."""
    texts = [Column(latest=Latest.MEDIATORS), Column(latest=Latest.AGREED)]
    return ",".join(map(str, [Column(actor=one), Column(actor=other), *texts]))


# What the forms that choose columns send; each lands in the address as ``columns``.
_CHOSEN = frozenset({"add", "add_day", "add_proposal", "four", "with"})


def _choose(
    session: ReadSession,
    view: View,
    negotiation: str,
    columns: list[Column],
    query: Mapping[str, str],
    faults: Faults,
) -> str:
    """The columns that a form asks for, which works without JavaScript; empty where it cannot be used."""
    if "four" in query:
        one, other = query.get("four", ""), query.get("with", "")
        if one == other:
            faults["with"] = "Choose two different parties."
            return ""
        return _four(one, other)
    if not columns:
        found = positions_page(session, negotiation, view.on, view.basis, [])
        columns = read_columns(",".join(column.key for column in found.columns))[0]
    if actor := query.get("add", ""):
        day = query.get("add_day", "")
        try:
            added = Column(actor=actor, day=parse_day(day) if day else None)
        except NotADate as fault:
            faults["add_day"] = f"{fault}."
            return ""
        columns = _beside(columns, added, view.on)
    elif query.get("add_day", ""):
        faults["add"] = "Choose who is to be shown on this day."
        return ""
    if proposal := query.get("add_proposal", ""):
        columns += read_columns(proposal if proposal.startswith("latest:") else f"proposal:{proposal}")[0]
    return ",".join(dict.fromkeys(str(column) for column in columns))


def _beside(columns: list[Column], added: Column, on: date) -> list[Column]:
    """The columns with one more: next to those of the same participant, in the order of their days."""
    at = [place for place, column in enumerate(columns) if column.actor == added.actor]
    if not at or added in columns:
        return [*columns, added]
    later = [place for place in at if (columns[place].day or on) > (added.day or on)]
    place = later[0] if later else at[-1] + 1
    return [*columns[:place], added, *columns[place:]]


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
