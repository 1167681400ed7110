"""The time line: records of every type, filtered and a page at a time, and all of its rows as CSV."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.db import read_session
from app.domain.vocabulary import RecordType, Rests, Track
from app.exchange.csv import csv_bytes, file_name
from app.forms.filters import KINDS, Faults, TimelineFilters, View, read_timeline_filters
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.timeline import TimelinePage, TimelineRow, timeline_chunks, timeline_page
from app.web.deps import ViewOf, ViewReads, as_of, engine_of
from app.web.labels import KIND_LABELS
from app.web.paths import href
from app.web.positions import base_context
from app.web.redirects import moved
from app.web.render import PUBLIC, etag, not_modified, page, public_url
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/timeline")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """A page of the records that the filters select, newest first."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = _filters(request, cast)
    faults = Faults(view.faults | filters.faults)
    if {"actor", "speaker"} & set(faults) and (elsewhere := moved(request)):
        return elsewhere
    found = TimelinePage(head, cast, ())
    if not faults:
        found = timeline_page(session, negotiation, cast, filters, view.on, view.basis)
    return _page(request, view, head, found, filters, faults, tag)


@router.get("/negotiations/{negotiation}/timeline.csv")
@allow(Permission.READ_PUBLISHED)
def index_csv(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every record that the filters select, as a file; a wrong filter is answered with the page in words."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = _filters(request, cast)
    faults = Faults(view.faults | filters.faults)
    if {"actor", "speaker"} & set(faults) and (elsewhere := moved(request)):
        return elsewhere
    bom = request.query_params.get("bom", "")
    if bom not in ("", "0", "1"):
        faults["bom"] = f"“{bom}” cannot be used here; write bom=0 for a file without a byte order mark."
    if faults:
        return _page(request, view, head, TimelinePage(head, cast, ()), filters, faults, tag)
    rows = _all_rows(request, negotiation, filters, view)
    name = file_name(negotiation, view.on, view.basis)
    site = public_url(request)
    # What has been retracted since is found only where it still stands.
    then = {"on": view.on, "basis": view.basis} if view.is_past else {}
    kept = {**PUBLIC, "etag": tag} if tag else {}
    return StreamingResponse(
        csv_bytes(rows, permalink=lambda record: site + href(negotiation, record, **then), bom=bom != "0"),
        media_type="text/csv; charset=utf-8",
        headers={**kept, "content-disposition": f'attachment; filename="{name}"'},
    )


def _all_rows(
    request: Request, negotiation: str, filters: TimelineFilters, view: View
) -> Iterator[list[TimelineRow]]:
    """Read from a session of its own: the request's is closed before the file is sent."""
    with read_session(engine_of(request)) as live, as_of(request, live, view) as session:
        cast = cast_of(session, negotiation)
        yield from timeline_chunks(session, negotiation, cast, filters, view.on, view.basis)


def _filters(request: Request, cast: Cast) -> TimelineFilters:
    """The filters of the address, with what only the negotiation itself can say of them."""
    filters = read_timeline_filters(request.query_params)
    faults = Faults(filters.faults)
    if filters.actor and filters.actor not in cast.actors:
        faults["actor"] = f"Nobody here is called “{filters.actor}”; choose an actor from the list."
    if filters.speaker and filters.speaker not in cast.actors:
        faults["speaker"] = f"Nobody here is called “{filters.speaker}”; choose an actor from the list."
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
    tag: str | None,
) -> Response:
    context: dict[str, Any] = base_context(view, head, "timeline") | {
        "found": found,
        "omit": {},
        "typed": filters.typed,
        "chosen": {name: text for name, text in filters.chosen.items() if name not in faults},
        "place": {name: filters.typed[name] for name in ("before", "after") if name not in faults},
        "faults": faults,
        "types": list(RecordType),
        "kinds": [(kind, list(KINDS[kind]), KIND_LABELS[kind]) for kind in KINDS],
        "tracks": list(Track),
        "rests": list(Rests),
    }
    return page(request, "timeline/index.html", context, tag=tag, status=422 if faults else 200)
