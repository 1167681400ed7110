"""Links between demands: a person's word on what one does to another, made, corrected and taken away.

A link is not a record: it has no citation and no page of its own, and one that was wrong is gone from then
on (domain.md §7).
"""

from collections.abc import Mapping

from sqlalchemy import and_, or_, select

from app.commands.entries import By
from app.commands.records import (
    NoSuchRecord,
    Outdated,
    PackageRow,
    cells_of_demands,
    newest,
    next_number,
    note,
    publish_change,
    revision_of,
    status_of,
    store_rows,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.domain.links import closes_circle, takes_nothing_down
from app.domain.vocabulary import (
    Attribution,
    LinkRelation,
    RecordType,
    ReviewStatus,
    Track,
)
from app.models import Citation, CitationAttribution, Link, RecordActor, Source
from app.models.joins import in_source, is_upheld, of_citation, supports
from app.models.visibility import published

# They say the same from either end.
_MUTUAL = (LinkRelation.CONTRADICTS, LinkRelation.RESTATES)


class LinkRefused(ValueError):
    """A link that says nothing or cannot be."""


class LinkToItself(LinkRefused):
    """A demand does nothing to itself."""


class LinkedAlready(LinkRefused):
    """The same is said already."""


class CircleOfLinks(LinkRefused):
    """What replaces something would in the end be replaced by it."""


class HearsayOnOwnSide(LinkRefused):
    """What is only said by others cannot replace what is from its own side (domain.md §4)."""


def add_link(
    session: WriteSession,
    negotiation: str,
    demand: str,
    relation: LinkRelation,
    other: str,
    by: By,
    *,
    part: str | None = None,
) -> int:
    """Say what a published demand does to another, and to which ``part`` of it. Answers the link's number.

    Raises NoSuchRecord and LinkRefused.
    """
    lock(session, negotiation)
    if demand == other:
        raise LinkToItself
    for end in (demand, other):
        if status_of(session, negotiation, RecordType.DEMAND, end) is not ReviewStatus.PUBLISHED:
            raise NoSuchRecord(end)
    _refuse_twice(session, negotiation, demand, relation, other)
    if relation is LinkRelation.REPLACES:
        _refuse_circle(session, negotiation, demand, other)
        if takes_nothing_down(
            _tracks(session, negotiation, demand, by), _tracks(session, negotiation, other, by)
        ):
            raise HearsayOnOwnSide
    number = next_number(session, Link, negotiation)
    row = {"from": demand, "relation": relation.value, "to": other} | ({"note": part} if part else {})
    _store(session, negotiation, number, row, Change("create", "link", str(number), None, row), by)
    return number


def correct_link(
    session: WriteSession, negotiation: str, number: int, part: str | None, by: By, *, reason: str, seen: int
) -> None:
    """Correct the note of a link; another relation is another link. Raises NoSuchRecord and Outdated."""
    before = _held(session, negotiation, number, seen)
    after = {name: value for name, value in before.items() if name != "note"}
    after |= {"note": part} if part else {}
    if after != before:
        change = Change("edit", "link", str(number), before, after, reason)
        _store(session, negotiation, number, after, change, by)


def remove_link(
    session: WriteSession, negotiation: str, number: int, by: By, *, reason: str, seen: int
) -> None:
    """Take a link away. Raises NoSuchRecord and Outdated."""
    before = _held(session, negotiation, number, seen)
    _store(
        session, negotiation, number, None, Change("remove", "link", str(number), before, None, reason), by
    )


def _held(session: WriteSession, negotiation: str, number: int, seen: int) -> PackageRow:
    """A link between published demands, which nobody else changes before this transaction ends."""
    lock(session, negotiation)
    row = newest(session, negotiation, "link", [str(number)]).get(str(number))
    if row is None:
        raise NoSuchRecord(str(number))
    for end in (row["from"], row["to"]):
        if status_of(session, negotiation, RecordType.DEMAND, end) is not ReviewStatus.PUBLISHED:
            raise NoSuchRecord(str(number))
    if (now_at := revision_of(session, negotiation, "link", str(number))) != seen:
        raise Outdated(row, now_at)
    return row


def _store(
    session: WriteSession, negotiation: str, number: int, row: PackageRow | None, change: Change, by: By
) -> None:
    """Write a link, or take it away, and compute anew what stands in the cells of both its ends."""
    note(session, negotiation, [change], now=by.now, account=by.account)
    rows = [(row, number)] if row else []
    store_rows(session, negotiation, "links", Link, rows, Link.number == number)
    ends = change.after or change.before or {}
    cells = cells_of_demands(session, negotiation, [str(ends["from"]), str(ends["to"])])
    publish_change(session, negotiation, cells, ())


def _refuse_twice(
    session: WriteSession, negotiation: str, demand: str, relation: LinkRelation, other: str
) -> None:
    same = and_(Link.from_demand == demand, Link.to_demand == other)
    if relation in _MUTUAL:
        same = or_(same, and_(Link.from_demand == other, Link.to_demand == demand))
    found = select(Link.number).where(Link.negotiation == negotiation, Link.relation == relation, same)
    if session.scalars(found.limit(1)).first() is not None:
        raise LinkedAlready


def _refuse_circle(session: WriteSession, negotiation: str, demand: str, other: str) -> None:
    """Those of what is not published count too: it may be published later, or again."""
    rows = session.execute(
        select(Link.from_demand, Link.to_demand).where(
            Link.negotiation == negotiation, Link.relation == LinkRelation.REPLACES
        )
    )
    if closes_circle(((start, end) for start, end in rows), demand, other):
        raise CircleOfLinks


def _tracks(session: WriteSession, negotiation: str, demand: str, by: By) -> Mapping[str, Track]:
    """The track on which a demand stands today for each of its holders (domain.md §2)."""
    holders = session.scalars(
        select(RecordActor.actor).where(
            RecordActor.negotiation == negotiation,
            RecordActor.type == RecordType.DEMAND.value,
            RecordActor.record == demand,
            RecordActor.part == "holder",
        )
    )
    own = set(
        session.scalars(
            select(CitationAttribution.holder)
            .join(Citation, of_citation(CitationAttribution))
            .join(Source, in_source())
            .where(
                Citation.negotiation == negotiation,
                Citation.subject_type == RecordType.DEMAND,
                Citation.subject == demand,
                published(Citation),
                supports(),
                is_upheld(by.now.date()),
                CitationAttribution.attribution == Attribution.SELF,
            )
        )
    )
    return {holder: Track.OWN_SIDE if holder in own else Track.OTHERS for holder in holders}
