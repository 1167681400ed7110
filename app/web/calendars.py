"""The calendar of a negotiation: its rounds of talks, and the deadlines that somebody set."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.dates import parse_edtf
from app.exchange.calendar import MEDIA_TYPE, Entry, calendar_bytes
from app.queries.calendars import Dated, calendar_page
from app.queries.negotiations import cast_of, negotiation_head
from app.queries.revisions import Recorded
from app.queries.timeline import TimelinePage
from app.web.days import day_words, edtf_words
from app.web.deps import Reads, ViewOf, ViewReads
from app.web.labels import N_, as_of_words
from app.web.paths import address, href
from app.web.render import LANGUAGE, PUBLIC, etag, gettext, is_by, not_modified, public_url
from app.web.security import Permission, allow
from app.web.timeline import filters_of, timeline_page_of
from app.web.titles import Titles

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/calendar.ics")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, live: Reads, view: ViewOf, negotiation: str) -> Response:
    """Rounds and deadlines as known by the day of the view; a subscription has none, and so is of today."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if view.faults:
        cast = cast_of(session, negotiation)
        filters = filters_of(request, cast)
        return timeline_page_of(request, view, head, TimelinePage(head, cast, ()), filters, view.faults, None)
    recorded: Recorded | None = getattr(request.state, "recorded", None)
    through = recorded.number if recorded else None
    found = calendar_page(session, live, negotiation, view.on, view.basis, through)
    titles = Titles(found.cast, view.on)
    site = public_url(request)
    entries = [_round(site, negotiation, one, titles, view.on) for one in found.rounds]
    entries += [_deadline(site, negotiation, one, titles) for one in found.deadlines]
    as_of = gettext(
        "As of %(day)s, %(basis)s.",
        day=day_words(view.on, long=True),
        basis=gettext(as_of_words(view.basis)),
    )
    note = gettext(
        "Reports, not facts: each entry names who says it. A deadline of what was dropped or replaced by "
        "then is left out."
    )
    body = calendar_bytes(
        gettext("%(title)s: talks and deadlines", title=head.title),
        f"{as_of} {note}",
        gettext("Known too little to stand on a day:"),
        site + address(f"/negotiations/{negotiation}/timeline", type="event", kind="talks_round"),
        entries,
        LANGUAGE,
    )
    headers = {**PUBLIC, "etag": tag} if tag else {}
    disposition = f'inline; filename="{calendar_name(negotiation)}"'
    return Response(body, media_type=MEDIA_TYPE, headers={**headers, "content-disposition": disposition})


def calendar_name(negotiation: str) -> str:
    return (
        "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "-" for one in negotiation)
        + ".ics"
    )


def _round(site: str, negotiation: str, one: Dated, titles: Titles, on: date) -> Entry:
    """A round with its place. Its end is told only once it is over, as on its page."""
    record = one.row.record
    ends = record.ends if record.ends and is_by(record.ends, on) else None
    words = edtf_words(record.dated)
    return Entry(
        id=f"{negotiation}-event-{record.id}@parley",
        summary=gettext(N_("Talks: %(title)s"), title=record.title),
        description=_description(one, titles),
        dated=parse_edtf(record.dated),
        date_words=f"{words} – {edtf_words(ends)}" if ends else words,
        ends=parse_edtf(ends) if ends else None,
        place=record.place or "",
        address=site + href(negotiation, record),
        category=gettext("Talks round"),
        revised=one.revised,
        revisions=one.revisions,
    )


def _deadline(site: str, negotiation: str, one: Dated, titles: Titles) -> Entry:
    """A deadline, which is whose claim, on which track; and what speaks against waiting for it."""
    record = one.row.record
    words = N_("Deadline – %(title)s")
    if one.overtaken and one.row.denials:
        words = N_("Deadline, overtaken by an event, and denied – %(title)s")
    elif one.overtaken:
        words = N_("Deadline, overtaken by an event – %(title)s")
    elif one.row.denials:
        words = N_("Deadline, denied – %(title)s")
    deadline = record.deadline or record.dated
    return Entry(
        id=f"{negotiation}-deadline-{record.id}@parley",
        summary=gettext(words, title=titles.of(one.row).unescape()),
        description=_description(one, titles),
        dated=parse_edtf(deadline),
        date_words=edtf_words(deadline),
        ends=None,
        place="",
        address=site + href(negotiation, record),
        category=gettext("Deadline"),
        revised=one.revised,
        revisions=one.revisions,
    )


def _description(one: Dated, titles: Titles) -> str:
    words = one.row.record.summary or ""
    return "\n".join(part for part in (words, titles.about(one.row, dated=False).unescape()) if part)
