"""Storing what a person enters: a few rows at a time, with all that follows from them.

Rows are those of a data package, so that an import, an entry and an edit store the same. What a record
was before is the ``after`` of its newest revision.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_, update

from app.commands import revisions
from app.commands.batches import Batch, Row, delete_rows, insert_rows, update_rows
from app.commands.derived import derive
from app.commands.positions import rebuild_cells
from app.commands.searches import index_records
from app.db import WriteSession
from app.domain.attribution import resolve_origins
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import (
    Actor,
    Base,
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Coverage,
    Demand,
    Event,
    Link,
    Negotiation,
    Participant,
    Proposal,
    Record,
    RecordActor,
    RecordIssue,
    Redirect,
    Remark,
    Response,
    Revision,
    Source,
    Term,
)
from app.models.loading import terms_of
from app.models.visibility import NoSuchRecord

__all__ = [
    "NoSuchRecord",
    "Outdated",
    "PackageRow",
    "Whole",
    "cells_of",
    "cells_of_demands",
    "newest",
    "next_number",
    "note",
    "publish_change",
    "revision_of",
    "status_of",
    "store_record",
    "store_rows",
    "store_source",
    "whole",
    "with_review",
    "write_source",
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
    """These records as they were last recorded, by id or number; one that there is none of is left out.

    That something was blanked is no row, and one that was merged into another is none any more.
    """
    if not records:
        return {}
    last = (
        select(Revision.record, func.max(Revision.number))
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == noun,
            Revision.record.in_(records),
            Revision.action != "redact",
        )
        .group_by(Revision.record)
    )
    rows = session.execute(
        select(Revision.record, Revision.after).where(
            Revision.negotiation == negotiation,
            tuple_(Revision.record, Revision.number).in_(last),
            Revision.action != "merge",
        )
    )
    return {record: _plain(json.loads(after)) for record, after in rows if after}


# What a revision says of a row beside its columns: how far its review has come where it is not published.
BESIDE = ("review",)


def _plain(row: dict[str, str]) -> PackageRow:
    return {name: value for name, value in row.items() if name not in BESIDE}


def with_review(row: PackageRow, status: ReviewStatus | None) -> PackageRow:
    """A row as a revision has it: what is not published says how far it has come."""
    if status in (None, ReviewStatus.PUBLISHED):
        return row
    return {**row, "review": status.value}


def revision_of(
    session: WriteSession, negotiation: str, noun: str, record: str, terms: Collection[str] = ()
) -> int:
    """The number of the newest revision of a record, or of one of its terms; 0 where there is none."""
    its_own = and_(Revision.noun == noun, Revision.record == record)
    of_terms = and_(Revision.noun == RecordType.TERM, Revision.record.in_(terms))
    return (
        session.scalar(
            select(func.max(Revision.number)).where(
                Revision.negotiation == negotiation, or_(its_own, of_terms) if terms else its_own
            )
        )
        or 0
    )


def next_number(
    session: WriteSession, noun: type[Citation] | type[Link] | type[Coverage], negotiation: str
) -> int:
    """The next number of a row without an id; none is given again, nor that of one merged or removed."""
    last = session.scalar(select(func.max(noun.number)).where(noun.negotiation == negotiation))
    merged = session.scalars(
        select(Redirect.record).where(
            Redirect.negotiation == negotiation, Redirect.noun == noun.__name__.lower()
        )
    )
    removed = session.scalars(
        select(Revision.record).where(
            Revision.negotiation == negotiation,
            Revision.noun == noun.__name__.lower(),
            Revision.action.in_(("remove", "discard")),
        )
    )
    return max([last or 0, *map(int, merged), *map(int, removed)]) + 1


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
    index_records(session, negotiation, [("source", row["id"])])


def write_source(session: WriteSession, negotiation: str, row: PackageRow) -> None:
    """Write a source that is there already as it is now; the voices of all that relay each other follow."""
    batch = _only(derive(negotiation, {"sources": [(row, 0)]}), Source)
    values = dict(zip(batch.columns, batch.rows[0], strict=True))
    for kept in ("negotiation", "id", "ordinal", "voice"):
        del values[kept]
    session.execute(
        update(Source).where(Source.negotiation == negotiation, Source.id == row["id"]).values(**values)
    )
    index_records(session, negotiation, [("source", row["id"])])
    known = session.execute(
        select(Source.id, Source.origin, Source.voice).where(Source.negotiation == negotiation)
    ).all()
    voices = resolve_origins({id_: origin for id_, origin, _ in known})
    for id_, _, voice in known:
        if voices[id_] != voice:
            session.execute(
                update(Source)
                .where(Source.negotiation == negotiation, Source.id == id_)
                .values(voice=voices[id_])
            )


def store_rows(
    session: WriteSession,
    negotiation: str,
    file: str,
    model: type[Base],
    rows: Sequence[tuple[PackageRow, int]],
    scope: ColumnElement[bool],
) -> None:
    """Let the rows of a file within a scope be these: links, rungs, coverage checks, which are no records.

    Each comes with the number that identifies it, 0 where it has none.
    """
    batch = _only(derive(negotiation, {file: rows}), model)
    stored = _stored(session, batch, negotiation, scope)
    batch = replace(batch, rows=_keeping_ordinals(session, batch, negotiation, stored))
    length = batch.key_length
    kept = {row[:length] for row in batch.rows}
    delete_rows(session, batch, [key for key in stored if key not in kept])
    update_rows(session, batch, [row for row in batch.rows if stored.get(row[:length], row) != row])
    insert_rows(session, batch, [row for row in batch.rows if row[:length] not in stored])


@dataclass(frozen=True, slots=True)
class Whole:
    """A record with what is stored with it: citations; the terms of a proposal; the links from a demand.

    ``rows`` are those of a package by their type and id, ``citations`` and ``links`` by their number.
    """

    type: RecordType
    id: str
    rows: Mapping[tuple[RecordType, str], PackageRow]
    citations: Mapping[int, PackageRow]
    links: Mapping[int, PackageRow] = field(default_factory=dict)

    @property
    def row(self) -> PackageRow:
        return self.rows[self.type, self.id]

    @property
    def terms(self) -> dict[str, PackageRow]:
        return {id_: row for (type_, id_), row in self.rows.items() if type_ is RecordType.TERM}


def whole(
    session: WriteSession, negotiation: str, type_: RecordType, record: str, *, all_terms: bool = False
) -> Whole:
    """A record as it was last recorded, with what is stored with it. Raises NoSuchRecord.

    Terms that were taken out of a proposal are no part of it any more, unless ``all_terms`` asks for them.
    """
    found = newest(session, negotiation, type_, [record])
    if not found:
        raise NoSuchRecord(record)
    rows = {(type_, record): found[record]}
    if type_ is RecordType.PROPOSAL:
        terms = terms_of(session, negotiation, record, retracted=all_terms)
        known = newest(session, negotiation, RecordType.TERM, terms)
        rows |= {(RecordType.TERM, term): known[term] for term in terms}
    numbers = session.scalars(
        select(Citation.number)
        .where(
            Citation.negotiation == negotiation,
            tuple_(Citation.subject_type, Citation.subject).in_(list(rows)),
        )
        .order_by(Citation.ordinal)
    ).all()
    cited = newest(session, negotiation, "citation", [str(number) for number in numbers])
    links: dict[int, PackageRow] = {}
    if type_ is RecordType.DEMAND:
        linked = session.scalars(
            select(Link.number)
            .where(Link.negotiation == negotiation, Link.from_demand == record)
            .order_by(Link.ordinal)
        ).all()
        found = newest(session, negotiation, "link", [str(number) for number in linked])
        links = {number: found[str(number)] for number in linked}
    return Whole(type_, record, rows, {number: cited[str(number)] for number in numbers}, links)


def store_record(
    session: WriteSession,
    negotiation: str,
    record: Whole,
    *,
    status: ReviewStatus | None = None,
    account: int | None = None,
) -> None:
    """Write a record with all that is stored with it, and everything derived from them.

    ``status`` and ``account`` are given to rows that are new. Citations that ``record`` does not have are
    left alone: they may have gone to another record.
    """
    named = {citation["source"] for citation in record.citations.values()}
    tables: dict[str, list[tuple[PackageRow, int]]] = {
        "actors": [(actor, 0) for actor in _actors(session, negotiation)],
        "participants": [(participant, 0) for participant in _participants(session, negotiation)],
        "sources": [(source, 0) for source in newest(session, negotiation, "source", named).values()],
        "citations": [(citation, number) for number, citation in record.citations.items()],
        "links": [(link, number) for number, link in record.links.items()],
    }
    for (type_, _), row in record.rows.items():
        tables.setdefault(f"{type_.value}s", []).append((row, 0))
    numbers = sorted(record.citations)
    uncounted = _uncounted(session, negotiation, record, status)
    ids = {type_: [id_ for t, id_ in record.rows if t is type_] for type_, _ in record.rows}
    subjects = or_(*(and_(Record.type == type_, Record.id.in_(of)) for type_, of in ids.items()))
    scopes: list[tuple[type, ColumnElement[bool]]] = [
        (Record, subjects),
        *((_NOUNS[type_], _NOUNS[type_].id.in_(of)) for type_, of in ids.items()),
        (Link, Link.from_demand == record.id if record.type is RecordType.DEMAND else false()),
        (RecordActor, _of_subjects(RecordActor, ids)),
        (RecordIssue, _of_subjects(RecordIssue, ids)),
        (Citation, Citation.number.in_(numbers)),
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


_NOUNS: dict[RecordType, Any] = {
    RecordType.DEMAND: Demand,
    RecordType.PROPOSAL: Proposal,
    RecordType.TERM: Term,
    RecordType.RESPONSE: Response,
    RecordType.REMARK: Remark,
    RecordType.EVENT: Event,
}


def _of_subjects(model: Any, ids: Mapping[RecordType, Sequence[str]]) -> ColumnElement[bool]:
    return or_(*(and_(model.type == type_, model.record.in_(of)) for type_, of in ids.items()))


def _uncounted(
    session: WriteSession, negotiation: str, record: Whole, status: ReviewStatus | None
) -> set[int]:
    """The citations that must not move the dates of a published record: those that still wait."""
    rows = session.execute(
        select(Citation.number, Citation.review_status).where(
            Citation.negotiation == negotiation, Citation.number.in_(list(record.citations))
        )
    )
    stored = {number: known for number, known in rows}  # noqa: C416 - rows are no pairs to a type checker
    if status_of(session, negotiation, record.type, record.id) is not ReviewStatus.PUBLISHED:
        return set()
    return {n for n in record.citations if stored.get(n, status) is not ReviewStatus.PUBLISHED}


def status_of(session: WriteSession, negotiation: str, type_: RecordType, record: str) -> ReviewStatus | None:
    """How far a record has come; None where there is none."""
    return session.scalar(
        select(Record.review_status).where(
            Record.negotiation == negotiation, Record.type == type_, Record.id == record
        )
    )


def cells_of(session: WriteSession, negotiation: str, record: Whole) -> set[tuple[str, str]]:
    """The cells of (holder, issue) on which a record bears (domain.md §4)."""
    row = record.row
    if record.type is RecordType.DEMAND:
        return {(holder, issue) for holder in row["holders"].split("|") for issue in row["issues"].split("|")}
    if record.type is RecordType.PROPOSAL:
        issues = {term["issue"] for term in record.terms.values()}
        authors = set(row["proposed_by"].split("|")) if "proposed_by" in row else set()
        answered = session.scalars(
            select(RecordActor.actor)
            .join(
                Response,
                and_(
                    Response.negotiation == RecordActor.negotiation,
                    Response.id == RecordActor.record,
                    RecordActor.type == RecordType.RESPONSE.value,
                ),
            )
            .where(Response.negotiation == negotiation, Response.proposal == record.id)
        )
        return {(actor, issue) for actor in authors | set(answered) for issue in issues}
    if record.type is RecordType.RESPONSE:
        of_terms = session.scalars(
            select(Term.issue).where(Term.negotiation == negotiation, Term.proposal == row["proposal"])
        )
        return {(row["actor"], issue) for issue in of_terms}
    if record.type is RecordType.EVENT:
        overtaken = session.scalars(
            select(Demand.id).where(Demand.negotiation == negotiation, Demand.overtaken_by == record.id)
        ).all()
        return cells_of_demands(session, negotiation, overtaken)
    return set()


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
    return cells_of_demands(session, negotiation, {demand for link in links for demand in link})


def cells_of_demands(
    session: WriteSession, negotiation: str, demands: Collection[str]
) -> set[tuple[str, str]]:
    """The cells in which these demands stand."""
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
            RecordActor.record.in_(demands),
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
