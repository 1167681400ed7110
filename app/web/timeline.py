"""The time line: records of every type, filtered and a page at a time, and all of its rows as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.db import read_session
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, RecordType, Track
from app.exchange.csv import csv_bytes, file_name
from app.forms.filters import KINDS, Faults, TimelineFilters, View, read_timeline_filters
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.timeline import TimelinePage, TimelineRow, timeline_chunks, timeline_page
from app.web.deps import Reads, ViewOf, engine_of
from app.web.labels import KIND_LABELS
from app.web.positions import base_context
from app.web.render import PUBLIC, etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Day:
    """Records that have the same date, as it is known."""

    dated: str
    rows: list[TimelineRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or the longer time in which a record falls whose month is not known."""

    name: str
    days: list[Day] = field(default_factory=list)


def by_month(rows: Sequence[TimelineRow]) -> list[Month]:
    """The rows under their months and dates, in their order; never under a month that is not known."""
    months: list[Month] = []
    for row in rows:
        record = row.record
        dated = parse_edtf(record.dated)
        name = record.dated
        if dated.first.isoformat()[:7] == dated.last.isoformat()[:7]:
            name = record.last_day[:7]
        if not months or months[-1].name != name:
            months.append(Month(name))
        days = months[-1].days
        if not days or days[-1].dated != record.dated:
            days.append(Day(record.dated))
        days[-1].rows.append(row)
    return months


@router.get("/negotiations/{negotiation}/timeline")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: Reads, view: ViewOf, negotiation: str) -> Response:
    """A page of the records that the filters select, newest first."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = _filters(request, cast)
    faults = Faults(view.faults | filters.faults)
    found = TimelinePage(head, cast, ())
    if not faults:
        found = timeline_page(session, negotiation, cast, filters, view.on, view.basis)
    return _page(request, view, head, found, filters, faults, tag)


@router.get("/negotiations/{negotiation}/timeline.csv")
@allow(Permission.READ_PUBLISHED)
def index_csv(request: Request, session: Reads, view: ViewOf, negotiation: str) -> Response:
    """Every record that the filters select, as a file; a wrong filter is answered with the page in words."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = _filters(request, cast)
    faults = Faults(view.faults | filters.faults)
    bom = request.query_params.get("bom", "")
    if bom not in ("", "0", "1"):
        faults["bom"] = f"“{bom}” cannot be used here; write bom=0 for a file without a byte order mark."
    if faults:
        return _page(request, view, head, TimelinePage(head, cast, ()), filters, faults, tag)
    rows = _all_rows(request, negotiation, filters, view)
    name = file_name(negotiation, view.on, view.basis)
    return StreamingResponse(
        csv_bytes(rows, site=_site(request), negotiation=negotiation, bom=bom != "0"),
        media_type="text/csv; charset=utf-8",
        headers={**PUBLIC, "etag": tag, "content-disposition": f'attachment; filename="{name}"'},
    )


def _all_rows(
    request: Request, negotiation: str, filters: TimelineFilters, view: View
) -> Iterator[list[TimelineRow]]:
    """Read from a session of its own: the request's is closed before the file is sent."""
    with read_session(engine_of(request)) as session:
        cast = cast_of(session, negotiation)
        yield from timeline_chunks(session, negotiation, cast, filters, view.on, view.basis)


def _site(request: Request) -> str:
    """The address at which readers reach the site."""
    return request.app.state.settings.public_url or str(request.base_url).rstrip("/")


def _filters(request: Request, cast: Cast) -> TimelineFilters:
    """The filters of the address, with what only the negotiation itself can say of them."""
    filters = read_timeline_filters(request.query_params)
    faults = Faults(filters.faults)
    if filters.actor and filters.actor not in cast.actors:
        faults["actor"] = f"Nobody here is called “{filters.actor}”; choose an actor from the list."
    if filters.issue and filters.issue not in cast.issues:
        faults["issue"] = f"No issue here is called “{filters.issue}”; choose one from the list."
    return replace(filters, faults=faults)


def _page(
    request: Request,
    view: View,
    head: NegotiationHead,
    found: TimelinePage,
    filters: TimelineFilters,
    faults: Faults,
    tag: str,
) -> Response:
    context: dict[str, Any] = base_context(view, head, "timeline") | {
        "found": found,
        "months": by_month(found.rows),
        "possible": by_month(found.possible),
        "typed": filters.typed,
        "chosen": {name: text for name, text in filters.chosen.items() if name not in faults},
        "place": {name: filters.typed[name] for name in ("before", "after") if name not in faults},
        "faults": faults,
        "types": list(RecordType),
        "kinds": [(kind, list(KINDS[kind]), KIND_LABELS[kind]) for kind in KINDS],
        "tracks": list(Track),
        "bases": list(Basis),
    }
    return page(request, "timeline/index.html", context, tag=tag, status=422 if faults else 200)
