"""The time line: records of every type, filtered and a page at a time, and all of its rows as files."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from app.db import ReadSession, read_session
from app.domain.vocabulary import RecordType, Rests, Track
from app.exchange.crosswalk import Crosswalk
from app.exchange.csv import Profile
from app.exchange.tables import Permalink, Table, Tally, file_name, timeline_table
from app.exchange.timelinejs import Slide, slides_table
from app.exchange.xlsx import Notes
from app.forms.filters import KINDS, Faults, TimelineFilters, View, read_timeline_filters
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.timeline import TimelinePage, TimelineRow, timeline_chunks, timeline_page
from app.web.days import day_words, edtf_words
from app.web.deps import ViewOf, ViewReads, as_of, engine_of
from app.web.labels import KIND_LABELS, as_of_words, label, rests_words
from app.web.positions import base_context
from app.web.redirects import moved
from app.web.render import etag, gettext, is_by, not_modified, page
from app.web.security import Permission, allow
from app.web.sheets import csv_file, notes_of, page_address, permalinks, read_profile, xlsx_file
from app.web.titles import Titles

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
    filters = filters_of(request, cast)
    faults = Faults(view.faults | filters.faults)
    if {"actor", "speaker"} & set(faults) and (elsewhere := moved(request)):
        return elsewhere
    found = TimelinePage(head, cast, ())
    if not faults:
        found = timeline_page(session, negotiation, cast, filters, view.on, view.basis)
    return timeline_page_of(request, view, head, found, filters, faults, tag)


@router.get("/negotiations/{negotiation}/timeline.csv")
@allow(Permission.READ_PUBLISHED)
def index_csv(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every record that the filters select, as a file; a wrong filter is answered with the page in words."""
    return _file(request, session, view, negotiation, "csv")


@router.get("/negotiations/{negotiation}/timeline.xlsx")
@allow(Permission.READ_PUBLISHED)
def index_xlsx(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """The same as a workbook."""
    return _file(request, session, view, negotiation, "xlsx")


def _file(request: Request, session: ReadSession, view: View, negotiation: str, ending: str) -> Response:
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    filters = filters_of(request, cast)
    faults = Faults(view.faults | filters.faults)
    if {"actor", "speaker"} & set(faults) and (elsewhere := moved(request)):
        return elsewhere
    bom = request.query_params.get("bom", "")
    if bom not in ("", "0", "1"):
        faults["bom"] = f"“{bom}” cannot be used here; write bom=0 for a file without a byte order mark."
    profile = read_profile(request, faults)
    if faults:
        return timeline_page_of(request, view, head, TimelinePage(head, cast, ()), filters, faults, tag)
    rows = _all_rows(request, negotiation, filters, view)
    what = "timelinejs" if profile is Profile.TIMELINEJS and ending == "csv" else "timeline"
    name = file_name(negotiation, what, view.on, view.basis, ending)
    permalink = permalinks(request, negotiation, view)
    crosswalk: Crosswalk = request.app.state.crosswalk
    table = crosswalk.beside(timeline_table(rows, permalink), negotiation)
    if ending == "xlsx":
        title = gettext("Time line")

        def notes(tally: Tally) -> Notes:
            return notes_of(request, head, view, title, filter_words(cast, filters), tally)

        return xlsx_file(table, title, notes, name, tag, head)
    if profile is Profile.TIMELINEJS:
        return csv_file(request, _slides(request, view, head, cast, rows, permalink), name, tag, profile)
    return csv_file(request, table, name, tag, profile)


def _slides(
    request: Request,
    view: View,
    head: NegotiationHead,
    cast: Cast,
    rows: Iterator[list[TimelineRow]],
    permalink: Permalink,
) -> Table:
    """A slide for each record: whose claim it is, on which track, who says so, and where it stands here.

    What is from its own side and what others say of it are in different groups of the tool (domain.md §2).
    """
    titles = Titles(cast, view.on)
    as_of = gettext("As of %(day)s", day=day_words(view.on, long=True))
    lead = f"{as_of}, {gettext(as_of_words(view.basis))}. {gettext('Reports, not facts.')}"
    link = Markup('<p>{}</p><p><a href="{}">{}</a></p>')
    title = Slide("", "", escape(head.title), link.format(lead, page_address(request, view), "Parley"))

    def slide(row: TimelineRow) -> Slide:
        record = row.record
        over = record.ends if record.ends and is_by(record.ends, view.on) else None
        until = f"{edtf_words(record.dated)} – {edtf_words(over)}" if over else edtf_words(record.dated)
        text = Markup("<p>{}</p>").format(record.words) + link.format(
            titles.about(row), permalink(record), gettext("The record with its reports")
        )
        nobody = gettext("Events") if record.type is RecordType.EVENT else gettext("The talks")
        return Slide(record.dated, until, titles.of(row), text, titles.whose(row).unescape() or nobody, over)

    return slides_table(title, rows, slide)


def filter_words(cast: Cast, filters: TimelineFilters) -> list[tuple[str, str]]:
    """The filters as the page names them, with what each is set to, in words."""
    kinds = [labels[filters.kind] for labels in KIND_LABELS.values() if filters.kind in labels]
    words = {
        "q": (gettext("Words"), filters.typed["q"]),
        "actor": (gettext("Who"), cast.name(filters.actor)),
        "speaker": (gettext("Speaker"), cast.name(filters.speaker)),
        "issue": (gettext("Issue"), cast.issues[filters.issue].title if filters.issue else ""),
        "type": (gettext("Record"), gettext(label(filters.type)) if filters.type else ""),
        "kind": (gettext("Kind"), gettext(kinds[0]) if kinds else ""),
        "track": (gettext("Said by"), gettext(label(filters.track)) if filters.track else ""),
        "rests": (gettext("Rests only on"), gettext(rests_words(filters.rests)) if filters.rests else ""),
        "from": (gettext("Stated from"), filters.typed["from"]),
        "to": (gettext("Stated to"), filters.typed["to"]),
        "denied": (gettext("Denied"), gettext("only what somebody denies") if filters.denied else ""),
    }
    return [words[name] for name in filters.chosen if name in words]


def _all_rows(
    request: Request, negotiation: str, filters: TimelineFilters, view: View
) -> Iterator[list[TimelineRow]]:
    """Read from a session of its own: the request's is closed before the file is sent."""
    with read_session(engine_of(request)) as live, as_of(request, live, view) as session:
        cast = cast_of(session, negotiation)
        yield from timeline_chunks(session, negotiation, cast, filters, view.on, view.basis)


def filters_of(request: Request, cast: Cast, *, place: bool = True) -> TimelineFilters:
    """The filters of the address, with what only the negotiation itself can say of them.

    Without ``place``, of the whole list, wherever in it the reader is.
    """
    asked = request.query_params
    typed = {name: asked[name] for name in asked if place or name not in ("before", "after")}
    filters = read_timeline_filters(typed)
    faults = Faults(filters.faults)
    if filters.actor and filters.actor not in cast.actors:
        faults["actor"] = f"Nobody here is called “{filters.actor}”; choose an actor from the list."
    if filters.speaker and filters.speaker not in cast.actors:
        faults["speaker"] = f"Nobody here is called “{filters.speaker}”; choose an actor from the list."
    if filters.issue and filters.issue not in cast.issues:
        faults["issue"] = f"No issue here is called “{filters.issue}”; choose one from the list."
    return replace(filters, faults=faults)


def timeline_page_of(
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
