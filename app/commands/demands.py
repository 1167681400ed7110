"""Demands: recorded, cited, corrected and retracted, each as revisions (domain.md §7)."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update

from app.commands.records import (
    NoSuchRecord,
    Outdated,
    PackageRow,
    newest,
    next_number,
    note,
    publish_change,
    revision_of,
    store_demand,
    store_source,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.domain.vocabulary import LinkRelation, RecordType, ReviewStatus
from app.models import Citation, Link, Record, Source


@dataclass(frozen=True, slots=True)
class Entry:
    """What one report says: the source, as an id or as a new row, the citation, and the demand.

    Rows are those of a data package without their ids; empty columns are left out. ``relations`` are
    the person's word on what the demand does to others: (relation, other demand, note).
    """

    source: str | Mapping[str, str]
    citation: Mapping[str, str]
    demand: Mapping[str, str] = field(default_factory=dict)
    relations: Sequence[tuple[LinkRelation, str, str | None]] = ()


@dataclass(frozen=True, slots=True)
class By:
    """Who enters something, and when; an editor's entry is published at once (domain.md §8)."""

    account: int
    edits: bool
    now: datetime

    @property
    def status(self) -> ReviewStatus:
        return ReviewStatus.PUBLISHED if self.edits else ReviewStatus.SUBMITTED


def record_demand(session: WriteSession, negotiation: str, entry: Entry, by: By) -> str:
    """Record a demand with the report that it rests on. Answers its id. Raises NoSuchRecord."""
    lock(session, negotiation)
    source, changes = _source(session, negotiation, entry.source, by)
    words = f"{entry.demand['holders'].split('|')[0]} {entry.demand['stated'][:10]} {entry.demand['summary']}"
    demand = {"id": _free_id(session, negotiation, RecordType.DEMAND, words, by), **entry.demand}
    number = next_number(session, Citation, negotiation)
    citation = _citation(demand["id"], source, entry.citation)
    links: dict[int, PackageRow] = {}
    following = next_number(session, Link, negotiation)
    for place, (relation, other, remark) in enumerate(entry.relations):
        _require_demand(session, negotiation, other)
        link = {"from": demand["id"], "relation": relation.value, "to": other}
        links[following + place] = link | ({"note": remark} if remark else {})
    changes += [
        Change("create", "demand", demand["id"], None, demand),
        Change("create", "citation", str(number), None, citation),
        *(Change("create", "link", str(link), None, row) for link, row in links.items()),
    ]
    note(session, negotiation, changes, now=by.now, account=by.account)
    store_demand(
        session, negotiation, demand, {number: citation}, links, status=by.status, account=by.account
    )
    if by.edits:
        publish_change(session, negotiation, _cells(demand), [demand["id"]])
    return demand["id"]


def cite_demand(session: WriteSession, negotiation: str, demand_id: str, entry: Entry, by: By) -> int:
    """Add a report to a demand: a further citation, for or against it. Answers its number."""
    lock(session, negotiation)
    demand = _require_demand(session, negotiation, demand_id)
    source, changes = _source(session, negotiation, entry.source, by)
    number = next_number(session, Citation, negotiation)
    citation = _citation(demand_id, source, entry.citation)
    changes.append(Change("create", "citation", str(number), None, citation))
    note(session, negotiation, changes, now=by.now, account=by.account)
    citations, links = _belongings(session, negotiation, demand_id)
    store_demand(
        session,
        negotiation,
        demand,
        {**citations, number: citation},
        links,
        status=by.status,
        account=by.account,
    )
    if by.edits:
        publish_change(session, negotiation, _cells(demand), [demand_id])
    return number


def edit_demand(
    session: WriteSession,
    negotiation: str,
    demand_id: str,
    row: Mapping[str, str],
    by: By,
    *,
    reason: str,
    seen: int,
) -> None:
    """Correct a demand. ``seen`` is the revision that the form was opened on.

    Raises Outdated, with the demand as it is now, where somebody has changed it since.
    """
    lock(session, negotiation)
    before = _require_demand(session, negotiation, demand_id)
    if (now_at := revision_of(session, negotiation, "demand", demand_id)) != seen:
        raise Outdated(before, now_at)
    kept = {name: value for name, value in before.items() if name not in EDITED}
    after = {**kept, **row, "id": demand_id}
    if after["issues"] != before["issues"]:
        # A rung of one question says nothing of another.
        for name in ("scale_version", "rung_min", "rung_max", "placement_reason"):
            after.pop(name, None)
    if after == before:
        return
    change = Change("edit", "demand", demand_id, before, after, reason)
    note(session, negotiation, [change], now=by.now, account=by.account)
    citations, links = _belongings(session, negotiation, demand_id)
    store_demand(session, negotiation, after, citations, links)
    if _status(session, negotiation, demand_id) is ReviewStatus.PUBLISHED:
        publish_change(session, negotiation, _cells(before) | _cells(after), [demand_id])


def edit_citation(
    session: WriteSession,
    negotiation: str,
    number: int,
    row: Mapping[str, str],
    by: By,
    *,
    reason: str,
    seen: int,
) -> None:
    """Correct a citation of a demand; its source stays. Raises Outdated and NoSuchRecord."""
    lock(session, negotiation)
    before = newest(session, negotiation, "citation", [str(number)]).get(str(number))
    if before is None or before["subject_type"] != RecordType.DEMAND:
        raise NoSuchRecord(str(number))
    demand = _require_demand(session, negotiation, before["subject"])
    if (now_at := revision_of(session, negotiation, "citation", str(number))) != seen:
        raise Outdated(before, now_at)
    after = {name: before[name] for name in ("subject_type", "subject", "source")} | dict(row)
    for name, meaning in (("relation", "supports"), ("anonymous", "no")):
        # What was left empty and means the same stays empty.
        if name not in before and after.get(name) == meaning:
            after.pop(name)
    if after == before:
        return
    change = Change("edit", "citation", str(number), before, after, reason)
    note(session, negotiation, [change], now=by.now, account=by.account)
    citations, links = _belongings(session, negotiation, demand["id"])
    store_demand(session, negotiation, demand, {**citations, number: after}, links)
    publish_change(session, negotiation, _cells(demand), [demand["id"]])


def retract_demand(
    session: WriteSession, negotiation: str, demand_id: str, by: By, *, reason: str, seen: int
) -> None:
    """Retract a demand that was our mistake: it leaves every view, keeps its address, and says why."""
    lock(session, negotiation)
    demand = _require_demand(session, negotiation, demand_id)
    if (now_at := revision_of(session, negotiation, "demand", demand_id)) != seen:
        raise Outdated(demand, now_at)
    change = Change("retract", "demand", demand_id, demand, {**demand, "retracted": "yes"}, reason)
    note(session, negotiation, [change], now=by.now, account=by.account)
    session.execute(
        update(Record)
        .where(Record.negotiation == negotiation, Record.type == RecordType.DEMAND, Record.id == demand_id)
        .values(review_status=ReviewStatus.RETRACTED, retraction_reason=reason)
    )
    publish_change(session, negotiation, _cells(demand), [demand_id])


def publish_entry(session: WriteSession, negotiation: str, number: int, by: By) -> str:
    """Publish a citation that waits, with its demand and its source where they wait too.

    Answers the demand's id. Raises NoSuchRecord where nothing waits under this number.
    """
    lock(session, negotiation)
    waits = session.scalar(
        select(Citation.review_status).where(
            Citation.negotiation == negotiation,
            Citation.number == number,
            Citation.subject_type == RecordType.DEMAND,
        )
    )
    if waits is not ReviewStatus.SUBMITTED:
        raise NoSuchRecord(str(number))
    citation = newest(session, negotiation, "citation", [str(number)])[str(number)]
    demand_id, source_id = citation["subject"], citation["source"]
    demand = newest(session, negotiation, "demand", [demand_id])[demand_id]
    source = newest(session, negotiation, "source", [source_id])[source_id]
    changes = [_published("citation", str(number), citation)]
    session.execute(
        update(Citation)
        .where(Citation.negotiation == negotiation, Citation.number == number)
        .values(review_status=ReviewStatus.PUBLISHED)
    )
    of_source = and_(Source.negotiation == negotiation, Source.id == source_id)
    if session.scalar(select(Source.review_status).where(of_source)) is ReviewStatus.SUBMITTED:
        session.execute(update(Source).where(of_source).values(review_status=ReviewStatus.PUBLISHED))
        changes.append(_published("source", source_id, source))
    status = _status(session, negotiation, demand_id)
    if status is ReviewStatus.SUBMITTED:
        session.execute(
            update(Record)
            .where(
                Record.negotiation == negotiation,
                Record.type == RecordType.DEMAND,
                Record.id == demand_id,
            )
            .values(review_status=ReviewStatus.PUBLISHED)
        )
        changes.append(_published("demand", demand_id, demand))
    elif status is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(demand_id)
    note(session, negotiation, changes, now=by.now, account=by.account)
    citations, links = _belongings(session, negotiation, demand_id)
    store_demand(session, negotiation, demand, citations, links)
    publish_change(session, negotiation, _cells(demand), [demand_id])
    return demand_id


def _published(noun: str, record: str, row: PackageRow) -> Change:
    return Change("publish", noun, record, {**row, "review": ReviewStatus.SUBMITTED.value}, row)


# What the form of a demand can change; the rest (placement, what overtook it) is kept as it is.
EDITED = (
    "holders",
    "issues",
    "kind",
    "summary",
    "quantity",
    "unit",
    "condition",
    "deadline",
    "stated",
    "grade",
    "proposal",
)


def _cells(demand: PackageRow) -> set[tuple[str, str]]:
    return {
        (holder, issue) for holder in demand["holders"].split("|") for issue in demand["issues"].split("|")
    }


def _citation(demand: str, source: str, row: Mapping[str, str]) -> dict[str, str]:
    return {"subject_type": RecordType.DEMAND.value, "subject": demand, "source": source, **row}


def _belongings(
    session: WriteSession, negotiation: str, demand: str
) -> tuple[dict[int, PackageRow], dict[int, PackageRow]]:
    """The citations of a demand, and the links from it, as they were last recorded."""
    numbers = session.scalars(
        select(Citation.number).where(
            Citation.negotiation == negotiation,
            Citation.subject_type == RecordType.DEMAND,
            Citation.subject == demand,
        )
    )
    citations = newest(session, negotiation, "citation", [str(number) for number in numbers])
    linked = session.scalars(
        select(Link.number).where(Link.negotiation == negotiation, Link.from_demand == demand)
    )
    links = newest(session, negotiation, "link", [str(number) for number in linked])
    return (
        {int(number): row for number, row in citations.items()},
        {int(number): row for number, row in links.items()},
    )


def _status(session: WriteSession, negotiation: str, demand: str) -> ReviewStatus | None:
    return session.scalar(
        select(Record.review_status).where(
            Record.negotiation == negotiation, Record.type == RecordType.DEMAND, Record.id == demand
        )
    )


def _require_demand(session: WriteSession, negotiation: str, demand: str) -> PackageRow:
    """A published demand as it was last recorded. Raises NoSuchRecord."""
    if _status(session, negotiation, demand) is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(demand)
    return newest(session, negotiation, "demand", [demand])[demand]


def _source(
    session: WriteSession, negotiation: str, source: str | Mapping[str, str], by: By
) -> tuple[str, list[Change]]:
    """A known source, or a new one, stored. Raises NoSuchRecord."""
    if isinstance(source, str):
        status = session.scalar(
            select(Source.review_status).where(Source.negotiation == negotiation, Source.id == source)
        )
        if status is not ReviewStatus.PUBLISHED:
            raise NoSuchRecord(source)
        return source, []
    id_ = _free_id(session, negotiation, None, f"{source['outlet']} {source['published'][:10]}", by)
    row = {"id": id_, **source}
    change = Change("create", "source", id_, None, row)
    note(session, negotiation, [change], now=by.now, account=by.account)
    store_source(session, negotiation, row, status=by.status, account=by.account)
    return id_, []


def _free_id(session: WriteSession, negotiation: str, kind: RecordType | None, words: str, by: By) -> str:
    """An id made of the words, with a number behind it where it is taken.

    What waits for review gets a few random characters: the id of a published record never tells of it.
    """
    if not by.edits:
        words = f"{secrets.token_hex(4)} {words}"
    base = slug(words)
    record = select(Record.id).where(Record.negotiation == negotiation, _begins(Record.id, base))
    of_sources = [
        select(column).where(Source.negotiation == negotiation, _begins(column, base))
        # The name of a report that others relay is taken too, or they would become one voice with this one.
        for column in (Source.id, Source.origin)
    ]
    queries = [record] if kind else of_sources
    taken = {found for query in queries for found in session.scalars(query)}
    if base not in taken:
        return base
    return next(name for number in range(2, len(taken) + 3) if (name := f"{base}-{number}") not in taken)


def _begins(column: Any, base: str) -> Any:
    return column.startswith(base, autoescape=True)


def slug(words: str) -> str:
    """Words as an id: lower-case letters, digits and hyphens, at most sixty of them."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z0-9]+", plain)
    text = ""
    for part in parts:
        if len(text) + len(part) + 1 > 60:
            break
        text = f"{text}-{part}" if text else part
    return text or "record"
