"""Storing what a person enters: a few rows at a time, with all that follows from them.

Rows are those of a data package, so that an import, an entry and an edit store the same. What a record
was before is the ``after`` of its newest revision.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_, update

from app.commands import revisions
from app.commands.batches import Batch, Row, delete_rows, insert_rows, update_rows
from app.commands.derived import derive
from app.commands.positions import rebuild_cells
from app.db import WriteSession
from app.domain.vocabulary import ReviewStatus
from app.models import (
    Actor,
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Demand,
    Link,
    Negotiation,
    Participant,
    Record,
    RecordActor,
    RecordIssue,
    Revision,
    Source,
)
from app.models.visibility import NoSuchRecord

__all__ = [
    "NoSuchRecord",
    "Outdated",
    "PackageRow",
    "newest",
    "next_number",
    "note",
    "publish_change",
    "revision_of",
    "store_demand",
    "store_source",
]

PackageRow = Mapping[str, str]


class Outdated(Exception):
    """Somebody else has changed the record since the form was opened; nothing was saved.

    ``newest`` is the record as it is now, ``revision`` the number to answer with.
    """

    def __init__(self, newest: PackageRow, revision: int) -> None:
        super().__init__("the record has changed")
        self.newest, self.revision = newest, revision


def newest(
    session: WriteSession, negotiation: str, noun: str, records: Collection[str]
) -> dict[str, PackageRow]:
    """These records as they were last recorded, by id or number; one that there is none of is left out."""
    if not records:
        return {}
    last = (
        select(Revision.record, func.max(Revision.number))
        .where(Revision.negotiation == negotiation, Revision.noun == noun, Revision.record.in_(records))
        .group_by(Revision.record)
    )
    rows = session.execute(
        select(Revision.record, Revision.after).where(
            Revision.negotiation == negotiation, tuple_(Revision.record, Revision.number).in_(last)
        )
    )
    return {record: json.loads(after) for record, after in rows if after}


def revision_of(session: WriteSession, negotiation: str, noun: str, record: str) -> int:
    """The number of a record's newest revision; 0 where there is none."""
    return (
        session.scalar(
            select(func.max(Revision.number)).where(
                Revision.negotiation == negotiation, Revision.noun == noun, Revision.record == record
            )
        )
        or 0
    )


def next_number(session: WriteSession, noun: type[Citation] | type[Link], negotiation: str) -> int:
    last = session.scalar(select(func.max(noun.number)).where(noun.negotiation == negotiation))
    return (last or 0) + 1


def store_source(
    session: WriteSession, negotiation: str, row: PackageRow, *, status: ReviewStatus, account: int
) -> None:
    """Add a source; its voice is that of the report that it relays, as far as that is here."""
    batch = _only(derive(negotiation, {"sources": [(row, 0)]}), Source)
    values = dict(zip(batch.columns, batch.rows[0], strict=True))
    if origin := row.get("origin"):
        values["voice"] = (
            session.scalar(select(Source.voice).where(Source.negotiation == negotiation, Source.id == origin))
            or origin
        )
    values["ordinal"] = _next_ordinal(session, Source, negotiation)
    values |= {"review_status": status, "entered_by": account}
    insert_rows(session, Batch(Source, tuple(values), [tuple(values.values())]))


def store_demand(
    session: WriteSession,
    negotiation: str,
    row: PackageRow,
    citations: Mapping[int, PackageRow],
    links: Mapping[int, PackageRow],
    *,
    status: ReviewStatus | None = None,
    account: int | None = None,
) -> None:
    """Write a demand with all its citations and the links from it, and everything derived from them.

    ``status`` and ``account`` are given to rows that are new.
    """
    sources = newest(session, negotiation, "source", {citation["source"] for citation in citations.values()})
    tables = {
        "actors": [(actor, 0) for actor in _actors(session, negotiation)],
        "participants": [(participant, 0) for participant in _participants(session, negotiation)],
        "sources": [(source, 0) for source in sources.values()],
        "demands": [(row, 0)],
        "citations": [(citation, number) for number, citation in citations.items()],
        "links": [(link, number) for number, link in links.items()],
    }
    numbers = sorted(citations)
    uncounted = _uncounted(session, negotiation, row["id"], status, numbers)
    scopes: list[tuple[type, ColumnElement[bool]]] = [
        (Record, and_(Record.type == "demand", Record.id == row["id"])),
        (Demand, Demand.id == row["id"]),
        (Link, Link.from_demand == row["id"]),
        (RecordActor, and_(RecordActor.type == "demand", RecordActor.record == row["id"])),
        (RecordIssue, and_(RecordIssue.type == "demand", RecordIssue.record == row["id"])),
        (Citation, and_(Citation.subject_type == "demand", Citation.subject == row["id"])),
        (CitationSpeaker, CitationSpeaker.citation.in_(numbers)),
        (CitationAttribution, CitationAttribution.citation.in_(numbers)),
    ]
    entered = {"review_status": status.value, "entered_by": account} if status else {}
    batches = {batch.model: batch for batch in derive(negotiation, tables, uncounted)}
    gone: list[tuple[Batch, list[Row]]] = []
    for model, scope in scopes:
        batch = batches[model]
        stored = _stored(session, batch, negotiation, scope)
        rows = _keeping_ordinals(session, batch, negotiation, stored)
        defaults = entered if "review_status" in batch.defaults else {}
        batch = Batch(batch.model, batch.columns, rows, dict(batch.defaults) | defaults)
        length = batch.key_length
        insert_rows(session, batch, [new for new in rows if new[:length] not in stored])
        update_rows(session, batch, [new for new in rows if stored.get(new[:length], new) != new])
        kept = {new[:length] for new in rows}
        gone.append((batch, [key for key in stored if key not in kept]))
    for batch, keys in reversed(gone):
        delete_rows(session, batch, keys)


def _uncounted(
    session: WriteSession, negotiation: str, demand: str, status: ReviewStatus | None, numbers: Sequence[int]
) -> set[int]:
    """The citations that must not move the dates of a published demand: those that still wait."""
    rows = session.execute(
        select(Citation.number, Citation.review_status).where(
            Citation.negotiation == negotiation, Citation.number.in_(numbers)
        )
    )
    stored = {number: known for number, known in rows}  # noqa: C416 - rows are no pairs to a type checker
    of_demand = session.scalar(
        select(Record.review_status).where(
            Record.negotiation == negotiation, Record.type == "demand", Record.id == demand
        )
    )
    if of_demand is not ReviewStatus.PUBLISHED:
        return set()
    return {n for n in numbers if stored.get(n, status) is not ReviewStatus.PUBLISHED}


def publish_change(
    session: WriteSession, negotiation: str, cells: Collection[tuple[str, str]], demands: Collection[str]
) -> None:
    """After a change that readers see: raise the negotiation's revision, and compute the cells anew."""
    session.execute(
        update(Negotiation).where(Negotiation.id == negotiation).values(revision=Negotiation.revision + 1)
    )
    if cells or demands:
        rebuild_cells(session, negotiation, cells=set(cells) | cells_linked_to(session, negotiation, demands))


def cells_linked_to(
    session: WriteSession, negotiation: str, demands: Collection[str]
) -> set[tuple[str, str]]:
    """The cells of demands that are linked with these: what stands there may have changed too."""
    links = session.execute(
        select(Link.from_demand, Link.to_demand).where(
            Link.negotiation == negotiation, or_(Link.from_demand.in_(demands), Link.to_demand.in_(demands))
        )
    )
    linked = {demand for link in links for demand in link}
    rows = session.execute(
        select(RecordActor.actor, RecordIssue.issue)
        .join(
            RecordIssue,
            and_(
                RecordIssue.negotiation == RecordActor.negotiation,
                RecordIssue.type == RecordActor.type,
                RecordIssue.record == RecordActor.record,
            ),
        )
        .where(
            RecordActor.negotiation == negotiation,
            RecordActor.type == "demand",
            RecordActor.part == "holder",
            RecordActor.record.in_(linked),
        )
    )
    return {(holder, issue) for holder, issue in rows}


def note(
    session: WriteSession,
    negotiation: str,
    changes: Sequence[revisions.Change],
    *,
    now: datetime,
    account: int,
) -> None:
    """Append what was changed to the revisions; every change of every record is one (domain.md §7)."""
    revisions.append(
        session, negotiation, [c for c in changes if c.before != c.after], now=now, account=account
    )


def _actors(session: WriteSession, negotiation: str) -> list[PackageRow]:
    rows = session.execute(
        select(Actor.id, Actor.name, Actor.part_of).where(Actor.negotiation == negotiation)
    )
    return [
        {"id": actor, "name": name} | ({"part_of": part_of} if part_of else {})
        for actor, name, part_of in rows
    ]


def _participants(session: WriteSession, negotiation: str) -> list[PackageRow]:
    rows = session.execute(
        select(Participant.actor, Participant.role).where(Participant.negotiation == negotiation)
    )
    return [{"actor": actor, "role": role.value} for actor, role in rows]


def _only(batches: Sequence[Batch], model: type) -> Batch:
    return next(batch for batch in batches if batch.model is model)


def _stored(
    session: WriteSession, batch: Batch, negotiation: str, scope: ColumnElement[bool]
) -> dict[Row, Row]:
    columns = [batch.table.columns[name] for name in batch.columns]
    rows = session.execute(select(*columns).where(batch.table.columns["negotiation"] == negotiation, scope))
    return {tuple(row)[: batch.key_length]: tuple(row) for row in rows}


def _keeping_ordinals(
    session: WriteSession, batch: Batch, negotiation: str, stored: Mapping[Row, Row]
) -> list[Row]:
    """The rows in the places that they have; new ones come after all others of their table."""
    if "ordinal" not in batch.columns or batch.columns.index("ordinal") < batch.key_length:
        return list(batch.rows)
    place = batch.columns.index("ordinal")
    following = _next_ordinal(session, batch.model, negotiation)
    rows = []
    for row in batch.rows:
        known = stored.get(row[: batch.key_length])
        rows.append((*row[:place], known[place] if known else following, *row[place + 1 :]))
        following += known is None
    return rows


def _next_ordinal(session: WriteSession, model: Any, negotiation: str) -> int:
    last = session.scalar(select(func.max(model.ordinal)).where(model.negotiation == negotiation))
    return (last or 0) + 1
