"""Feeds of what was published, corrected or taken down: of a negotiation, an issue, an actor, a list.

A feed is of today. It tells of what was done here, in the order in which that was done, and so whatever is
entered makes it longer, however old it is: as of a past day it could not stay what it was (domain.md §3).
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.vocabulary import Basis
from app.exchange.atom import MEDIA_TYPE, Entry, Feed, atom_bytes, tag_uri
from app.forms.filters import Faults, TimelineFilters, View, read_timeline_filters, read_view
from app.queries.feeds import FeedPage, PublishedChange, Stands, feed_page
from app.queries.negotiations import cast_of, negotiation_head
from app.queries.timeline import TimelinePage
from app.queries.visibility import NoSuchRecord
from app.web.days import edtf_words
from app.web.deps import Reads, today
from app.web.labels import CHANGED, N_, label
from app.web.paths import address, href
from app.web.redirects import moved
from app.web.render import LANGUAGE, PUBLIC, etag, gettext, not_modified, public_url
from app.web.security import Permission, allow
from app.web.timeline import filters_of, timeline_page_of
from app.web.titles import Titles

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/feed.atom")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: Reads, negotiation: str) -> Response:
    """Every published change of a negotiation."""
    return _feed(request, session, negotiation, {}, ())


@router.get("/negotiations/{negotiation}/issues/{issue}/feed.atom")
@allow(Permission.READ_PUBLISHED)
def of_issue(request: Request, session: Reads, negotiation: str, issue: str) -> Response:
    return _feed(request, session, negotiation, {"issue": issue}, ("issues", issue))


@router.get("/negotiations/{negotiation}/actors/{actor}/feed.atom")
@allow(Permission.READ_PUBLISHED)
def of_actor(request: Request, session: Reads, negotiation: str, actor: str) -> Response:
    return _feed(request, session, negotiation, {"actor": actor}, ("actors", actor))


@router.get("/negotiations/{negotiation}/timeline.atom")
@allow(Permission.READ_PUBLISHED)
def of_list(request: Request, session: Reads, negotiation: str) -> Response:
    """The changes of the records that the filters of the time line select."""
    return _feed(request, session, negotiation, None, ("timeline",))


def _feed(
    request: Request,
    session: Any,
    negotiation: str,
    of: Mapping[str, str] | None,
    at: tuple[str, ...],
) -> Response:
    """The feed of one thing, or of the list that the address describes. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision)
    if answer := not_modified(request, tag):
        return answer
    cast = cast_of(session, negotiation)
    view = read_view(request.query_params, today())
    filters = read_timeline_filters(of) if of is not None else filters_of(request, cast, place=False)
    faults = Faults(view.faults | filters.faults)
    before = _before(request, faults)
    if view.typed.get("on"):
        faults["on"] = gettext(
            "A feed tells of what was done here up to today, each with the record as it stands now; "
            "leave the day out."
        )
    if view.basis is Basis.RECORDED:
        faults["basis"] = gettext("A feed tells of what is public now; choose “reported” or “stated”.")
    if of is not None and not (set(of.values()) <= {*cast.actors, *cast.issues}):
        raise NoSuchRecord("/".join(of.values()))
    if {"actor", "speaker"} & set(faults) and (elsewhere := moved(request)):
        return elsewhere
    if faults:
        return timeline_page_of(request, view, head, TimelinePage(head, cast, ()), filters, faults, None)
    found = feed_page(session, negotiation, cast, filters, view.on, view.basis, before)
    words = _Words(request, found, filters, view, Titles(cast, view.on))
    name = ""
    if filters.actor and "actors" in at:
        name = cast.name(filters.actor)
    elif filters.issue and "issues" in at:
        name = cast.issues[filters.issue].title
    body = atom_bytes(words.feed(at, name, of is None))
    kept = {**PUBLIC, "etag": tag} if tag else {}
    return Response(body, media_type=MEDIA_TYPE, headers=kept)


def _before(request: Request, faults: Faults) -> int | None:
    """The change behind which a page begins; what is wrong with it is put down in ``faults``."""
    text = request.query_params.get("change", "")
    if not text:
        return None
    if len(text) > 9 or not (text.isascii() and text.isdigit()):
        faults["change"] = f"“{text[:40]}” is no place in the feed; begin again from its newest entry."
        return None
    return int(text)


class _Words:
    """A page of changes in words."""

    def __init__(
        self, request: Request, found: FeedPage, filters: TimelineFilters, view: View, titles: Titles
    ) -> None:
        self.request, self.found, self.view, self.titles = request, found, view, titles
        self.filters = filters
        self.site = public_url(request)
        self.here = f"/negotiations/{found.negotiation.id}"

    def feed(self, at: tuple[str, ...], name: str, is_list: bool) -> Feed:
        negotiation = self.found.negotiation
        path = "/".join((self.here, *at))
        chosen = dict(sorted(self.filters.chosen.items())) if is_list else {}
        asked = {name: text for name, text in self.view.typed.items() if text}
        own = f"{path}.atom" if is_list else f"{path}/feed.atom"
        older = address(own, **chosen, **asked, change=self.found.older) if self.found.older else None
        here = self.request.query_params.get("change", "")
        what = {"title": negotiation.title, "name": name}
        title = gettext(N_("%(name)s – %(title)s: what was published"), **what)
        if is_list:
            title = gettext(N_("%(title)s: changes of a filtered time line"), **what)
        elif not name:
            title = gettext(N_("%(title)s: what was published"), **what)
        kinds = [f"{name}={text}" for name, text in (chosen | asked).items()]
        return Feed(
            id=tag_uri(negotiation.id, self.found.seal, "feed", *(at or ("all",)), *kinds),
            title=title,
            subtitle=gettext(
                "What was published, corrected, taken down or blanked here, each with the record as it "
                "stands now. Reports, not facts."
            ),
            day=self.found.day or self.view.on,
            address=self.site + address(own, **chosen, **asked, change=here),
            page=self.site + address(path, **chosen, **asked),
            older=self.site + older if older else None,
            language=LANGUAGE,
            entries=[self.entry(change) for change in self.found.changes],
        )

    def entry(self, change: PublishedChange) -> Entry:
        record = gettext(label(change.type)) if change.type else ""
        title = self.titles.of(change.row).unescape() if change.row else ""
        words = CHANGED.get((change.noun, change.action)) or CHANGED.get(change.action, CHANGED["edit"])
        if report := change.report:
            title = f"{report.outlet}, {edtf_words(report.published)}"
        if change.stands is Stands.TAKEN_DOWN:
            words = N_("%(record)s taken down")
        elif change.stands is Stands.REPORT_TAKEN_DOWN:
            words = N_("A report taken down: %(title)s")
        elif change.stands is Stands.MERGED:
            words = N_("Merged into another: %(title)s")
        summary = gettext("It is public no more; its address says why.")
        if change.row:
            summary = self.titles.about(change.row, dated=False).unescape()
        elif report:
            summary = gettext(label(report.status)) if report.status else ""
            if report.status and report.status_date:
                summary += f", {edtf_words(report.status_date)}"
        return Entry(
            id=tag_uri(self.found.negotiation.id, change.number, change.seal),
            title=gettext(words, record=record, title=title),
            day=change.day,
            address=self.site + self._address(change),
            summary=summary,
            terms=(change.noun, change.action),
        )

    def _address(self, change: PublishedChange) -> str:
        if change.row:
            return href(self.found.negotiation.id, change.row.record)
        if change.report:
            return address(f"{self.here}/sources/{change.report.id}")
        return address(f"{self.here}/{change.type}s/{change.id}")
