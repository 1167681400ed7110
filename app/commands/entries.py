"""Entries: what people record of any noun, each change of it a revision (domain.md §7).

A record comes in with the report that it rests on; further reports, corrections and a retraction follow.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, true, tuple_, update

from app.commands.records import (
    NoSuchRecord,
    Outdated,
    PackageRow,
    Whole,
    cells_of,
    newest,
    next_number,
    note,
    publish_change,
    revision_of,
    status_of,
    store_record,
    store_source,
    whole,
    with_review,
)
from app.commands.revisions import Change, lock
from app.commands.searches import index_records
from app.db import WriteSession
from app.domain.differences import in_the_old_order
from app.domain.links import closes_circle
from app.domain.vocabulary import CitationRelation, LinkRelation, RecordType, ReviewStatus
from app.models import (
    Citation,
    CitationSelector,
    Demand,
    Link,
    Negotiation,
    Proposal,
    Record,
    Redirect,
    Response,
    Review,
    Revision,
    Source,
    Term,
)


class Unpublished(Exception):
    """What is to be published names a record that is not; that one has to be published first."""

    def __init__(self, type_: RecordType, record: str) -> None:
        super().__init__(f"{type_} {record}")
        self.type, self.record = type_, record


class OnlySupport(Exception):
    """No other report supports the record: it is the record that would have to be retracted."""


class StillNamed(Exception):
    """Other published records name the one that is to go; ``records`` are some of them, by type and id."""

    def __init__(self, records: Sequence[tuple[RecordType, str]]) -> None:
        super().__init__("still named by others")
        self.records = records


class AmendsItself(Exception):
    """A proposal would amend one that, in however many steps, amends it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one report says: the source, as an id or as a new row, the citation, and the record.

    Rows are those of a data package without their ids; empty columns are left out. ``terms`` are those of a
    proposal, in order. ``relations`` are the person's word on what a demand does to others: (relation, other
    demand, which part of it). ``selector`` is what stands before and after the quote in the report's text.
    A ``draft`` is its author's alone until it is submitted; what ``waits`` is looked at by an editor, whoever
    enters it.
    """

    source: str | Mapping[str, str]
    citation: Mapping[str, str]
    record: Mapping[str, str] = field(default_factory=dict)
    type: RecordType = RecordType.DEMAND
    terms: Sequence[Mapping[str, str]] = ()
    relations: Sequence[tuple[LinkRelation, str, str | None]] = ()
    selector: tuple[str, str] | None = None
    draft: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class By:
    """Who enters something, and when."""

    account: int
    edits: bool
    now: datetime


def record_entry(session: WriteSession, negotiation: str, entry: Entry, by: By) -> str:
    """Record something with the report that it rests on. Answers its id. Raises NoSuchRecord and Unpublished.

    An editor's entry is published at once, unless the negotiation asks for two people (domain.md §8).
    """
    lock(session, negotiation)
    status = _status_of_new(session, negotiation, entry, by)
    source, changes = _source(session, negotiation, entry.source, status, by)
    hidden = status is not ReviewStatus.PUBLISHED
    id_ = _free_id(session, negotiation, entry.type, _words(entry), hidden=hidden)
    rows: dict[tuple[RecordType, str], PackageRow] = {(entry.type, id_): {"id": id_, **entry.record}}
    for row in entry.terms:
        term = _free_term(session, negotiation, id_, rows)
        rows[RecordType.TERM, term] = {"id": term, "proposal": id_, **row}
    number = next_number(session, Citation, negotiation)
    citation = _citation(entry.type, id_, source, entry.citation)
    links: dict[int, PackageRow] = {}
    following = next_number(session, Link, negotiation)
    for place, (relation, other, part) in enumerate(entry.relations):
        _require(session, negotiation, RecordType.DEMAND, other, by)
        link = {"from": id_, "relation": relation.value, "to": other}
        links[following + place] = link | ({"note": part} if part else {})
    record = Whole(entry.type, id_, rows, {number: citation}, links)
    require_named(session, negotiation, record, by, published=not hidden)
    changes += [
        *(
            Change("create", type_.value, of, None, with_review(row, status))
            for (type_, of), row in rows.items()
        ),
        Change("create", "citation", str(number), None, with_review(citation, status)),
        *(Change("create", "link", str(link), None, row) for link, row in links.items()),
    ]
    note(session, negotiation, changes, now=by.now, account=by.account)
    store_record(session, negotiation, record, status=status, account=by.account)
    _begin_review(session, negotiation, number, status, entry, by)
    if not hidden:
        publish_record(session, negotiation, record)
    return id_


def cite_record(session: WriteSession, negotiation: str, record: str, entry: Entry, by: By) -> int:
    """Add a report to a record: a further citation, for or against it. Answers its number.

    A report of a term is a citation of the term (domain.md §3). Raises NoSuchRecord.
    """
    lock(session, negotiation)
    held = _require(session, negotiation, entry.type, record, by)
    status = _status_of_new(session, negotiation, entry, by)
    known = status_of(session, negotiation, entry.type, record)
    if known is ReviewStatus.RETURNED:
        # Published with this report, it would go out as its author was told not to leave it.
        raise NoSuchRecord(record)
    if known is ReviewStatus.DRAFT:
        # Handed in alone it would show to editors what its author still keeps back.
        status = ReviewStatus.DRAFT
    elif status is ReviewStatus.PUBLISHED and known is not ReviewStatus.PUBLISHED:
        status = ReviewStatus.SUBMITTED
    source, changes = _source(session, negotiation, entry.source, status, by)
    number = next_number(session, Citation, negotiation)
    citation = _citation(entry.type, record, source, entry.citation)
    changes.append(Change("create", "citation", str(number), None, with_review(citation, status)))
    note(session, negotiation, changes, now=by.now, account=by.account)
    held = replace(held, citations={**held.citations, number: citation})
    store_record(session, negotiation, held, status=status, account=by.account)
    _begin_review(session, negotiation, number, status, entry, by)
    if status is ReviewStatus.PUBLISHED:
        publish_record(session, negotiation, held)
    return number


def edit_record(
    session: WriteSession,
    negotiation: str,
    type_: RecordType,
    record: str,
    columns: Mapping[str, str | None],
    by: By,
    *,
    reason: str,
    seen: int,
    terms: Sequence[Mapping[str, str]] | None = None,
    action: str = "edit",
) -> None:
    """Correct a record: give these columns these values; None empties one, and what is not named stays.

    ``terms`` are all terms that the proposal shall have, in order, known ones with their ids; one that is
    left out is retracted, and one that says nothing of its placement keeps it. ``seen`` is the revision that
    the form was opened on.

    Raises Outdated, with the record as it is now, where somebody has changed it since; NoSuchRecord,
    Unpublished, StillNamed and AmendsItself.
    """
    lock(session, negotiation)
    before = _require(session, negotiation, type_, record, by, change=True)
    if (now_at := revision_of(session, negotiation, type_, record, list(before.terms))) != seen:
        raise Outdated(before.row, now_at)
    row = {name: value for name, value in (dict(before.row) | dict(columns)).items() if value}
    row = row if action == "restore" else in_the_old_order(before.row, row)
    moved_on = row.get("issues", row.get("issue")) != before.row.get("issues", before.row.get("issue"))
    if moved_on and not set(PLACEMENT) & set(columns):
        # A rung of one question says nothing of another.
        row = {name: value for name, value in row.items() if name not in PLACEMENT}
    rows: dict[tuple[RecordType, str], PackageRow] = {(type_, record): row}
    kept = before.terms if terms is None else {}
    rows |= {(RecordType.TERM, term): known for term, known in kept.items()}
    for given in terms or ():
        term = given.get("id") or _free_term(session, negotiation, record, {**before.rows, **rows})
        known = before.terms.get(term, {})
        placed = {
            name: known[name] for name in PLACEMENT if name in known and known["issue"] == given["issue"]
        }
        whole_row = {"id": term, "proposal": record, **placed, **given}
        whole_row = {name: value for name, value in whole_row.items() if value}
        rows[RecordType.TERM, term] = whole_row if action == "restore" else in_the_old_order(known, whole_row)
    after = replace(before, rows=rows, citations=_of(before.citations, rows))
    status = _require_status(session, negotiation, before)
    require_named(session, negotiation, after, by, published=status is ReviewStatus.PUBLISHED)
    _require_no_circle(session, negotiation, after)
    _take_out(session, negotiation, before, after, by, reason)
    changes = [
        Change(
            action if subject in before.rows else "create",
            subject[0].value,
            subject[1],
            _reviewed(before.rows.get(subject), status),
            with_review(new, status),
            reason,
        )
        for subject, new in rows.items()
        if new != before.rows.get(subject)
    ]
    moved = _moved(before, after)
    if moved:
        changes.append(
            Change("reorder", "negotiation", negotiation, None, {"terms": list(after.terms)}, reason)
        )
    if changes:
        note(session, negotiation, changes, now=by.now, account=by.account)
        store_record(session, negotiation, after, status=status, account=by.account)
        _put_in_order(session, negotiation, after)
    if status is ReviewStatus.PUBLISHED:
        publish_record(session, negotiation, before, after)


def edit_citation(
    session: WriteSession,
    negotiation: str,
    number: int,
    row: Mapping[str, str],
    by: By,
    *,
    reason: str,
    seen: int,
    action: str = "edit",
) -> None:
    """Correct a citation; its record and its source stay.

    Raises Outdated, NoSuchRecord, and OnlySupport where nothing else would support the record.
    """
    lock(session, negotiation)
    before = newest(session, negotiation, "citation", [str(number)]).get(str(number))
    if before is None:
        raise NoSuchRecord(str(number))
    status = _require_citation(session, negotiation, number, by, change=True)
    record = _require(session, negotiation, RecordType(before["subject_type"]), before["subject"], by)
    if (now_at := revision_of(session, negotiation, "citation", str(number))) != seen:
        raise Outdated(before, now_at)
    after = {name: before[name] for name in ("subject_type", "subject", "source")} | dict(row)
    after = after if action == "restore" else in_the_old_order(before, after)
    for name, meaning in (("relation", "supports"), ("anonymous", "no")):
        # What was left empty and means the same stays empty.
        if name not in before and after.get(name) == meaning:
            after.pop(name)
    if after == before:
        return
    if status is ReviewStatus.PUBLISHED and _supports(before) and not _supports(after):
        _require_other_support(session, negotiation, record, number, before)
    changed = (with_review(before, status), with_review(after, status))
    change = Change(action, "citation", str(number), *changed, reason)
    note(session, negotiation, [change], now=by.now, account=by.account)
    store_record(session, negotiation, replace(record, citations={**record.citations, number: after}))
    if status is ReviewStatus.PUBLISHED:
        publish_record(session, negotiation, record)


def retract_record(
    session: WriteSession,
    negotiation: str,
    type_: RecordType,
    record: str,
    by: By,
    *,
    reason: str,
    seen: int,
) -> None:
    """Retract a record that was our mistake: it leaves every view, keeps its address, and says why.

    The terms of a proposal go with it. Raises Outdated, NoSuchRecord, and StillNamed where other records
    name it: a reader of those would be led nowhere.
    """
    lock(session, negotiation)
    held = _require_published(session, negotiation, type_, record)
    if (now_at := revision_of(session, negotiation, type_, record, list(held.terms))) != seen:
        raise Outdated(held.row, now_at)
    going = [(type_, record), *((RecordType.TERM, term) for term in held.terms)]
    _retract(session, negotiation, held, going, by, reason)
    publish_record(session, negotiation, held)


def restore_record(
    session: WriteSession, negotiation: str, type_: RecordType, record: str, by: By, *, reason: str, seen: int
) -> None:
    """Take back a retraction: the record is published again as it was. Raises Outdated and NoSuchRecord.

    A term that was taken out comes back to its proposal, at its end.
    """
    lock(session, negotiation)
    if status_of(session, negotiation, type_, record) is not ReviewStatus.RETRACTED:
        raise NoSuchRecord(record)
    if type_ is RecordType.TERM:
        proposal = proposal_of(session, negotiation, record)
        _require_published(session, negotiation, RecordType.PROPOSAL, proposal)
    held = whole(session, negotiation, type_, record)
    terms = _retracted_with(session, negotiation, held) if type_ is RecordType.PROPOSAL else {}
    if (now_at := revision_of(session, negotiation, type_, record)) != seen:
        raise Outdated(held.row, now_at)
    rows = {**held.rows, **{(RecordType.TERM, term): row for term, row in terms.items()}}
    held = replace(held, rows=rows)
    require_named(session, negotiation, held, by, published=True)
    changes = [
        Change("restore", of.value, id_, with_review(row, ReviewStatus.RETRACTED), row, reason)
        for (of, id_), row in rows.items()
    ]
    note(session, negotiation, changes, now=by.now, account=by.account)
    session.execute(
        update(Record)
        .where(Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(list(rows)))
        .values(review_status=ReviewStatus.PUBLISHED, retraction_reason=None)
    )
    held = held_record(session, negotiation, type_, record)
    store_record(session, negotiation, held)
    publish_record(session, negotiation, held)


def retract_citation(
    session: WriteSession, negotiation: str, number: int, by: By, *, reason: str, seen: int
) -> None:
    """Retract one report of a published record that was our mistake: its dates and cells follow.

    Raises Outdated, NoSuchRecord, and OnlySupport where no other report supports the record.
    """
    record, row = _cited(session, negotiation, number, seen, ReviewStatus.PUBLISHED)
    if _supports(row):
        _require_other_support(session, negotiation, record, number, row)
    change = Change("retract", "citation", str(number), row, with_review(row, ReviewStatus.RETRACTED), reason)
    _move_citation(session, negotiation, record, number, ReviewStatus.RETRACTED, change, by)


def restore_citation(
    session: WriteSession, negotiation: str, number: int, by: By, *, reason: str, seen: int
) -> None:
    """Take back the retraction of one report of a published record. Raises Outdated and NoSuchRecord."""
    record, row = _cited(session, negotiation, number, seen, ReviewStatus.RETRACTED)
    change = Change("restore", "citation", str(number), with_review(row, ReviewStatus.RETRACTED), row, reason)
    _move_citation(session, negotiation, record, number, ReviewStatus.PUBLISHED, change, by)


def _cited(
    session: WriteSession, negotiation: str, number: int, seen: int, status: ReviewStatus
) -> tuple[Whole, PackageRow]:
    """A citation that has come so far, and the published record that it is of."""
    lock(session, negotiation)
    found = session.execute(
        select(Citation.review_status, Citation.subject_type, Citation.subject).where(
            Citation.negotiation == negotiation, Citation.number == number
        )
    ).first()
    if found is None or found.review_status is not status:
        raise NoSuchRecord(str(number))
    record = _require_published(session, negotiation, found.subject_type, found.subject)
    row = newest(session, negotiation, "citation", [str(number)])[str(number)]
    if (now_at := revision_of(session, negotiation, "citation", str(number))) != seen:
        raise Outdated(row, now_at)
    return record, row


def _move_citation(
    session: WriteSession,
    negotiation: str,
    record: Whole,
    number: int,
    status: ReviewStatus,
    change: Change,
    by: By,
) -> None:
    note(session, negotiation, [change], now=by.now, account=by.account)
    session.execute(
        update(Citation)
        .where(Citation.negotiation == negotiation, Citation.number == number)
        .values(review_status=status)
    )
    store_record(session, negotiation, record)
    publish_record(session, negotiation, record)


def _require_other_support(
    session: WriteSession, negotiation: str, record: Whole, number: int, row: PackageRow
) -> None:
    """A published record rests on a published report; a term may rest on those of its proposal."""
    subject = (row["subject_type"], row["subject"])
    if subject[0] == RecordType.TERM.value:
        return
    if status_of(session, negotiation, record.type, record.id) is not ReviewStatus.PUBLISHED:
        return
    others = [
        other
        for other, its in record.citations.items()
        if other != number and _supports(its) and (its["subject_type"], its["subject"]) == subject
    ]
    if not _published_citations(session, negotiation, others):
        raise OnlySupport


def _supports(row: PackageRow) -> bool:
    return row.get("relation") != CitationRelation.DENIES.value


def _published_citations(session: WriteSession, negotiation: str, numbers: Sequence[int]) -> list[int]:
    return list(
        session.scalars(
            select(Citation.number).where(
                Citation.negotiation == negotiation,
                Citation.number.in_(numbers),
                Citation.review_status == ReviewStatus.PUBLISHED,
            )
        )
    )


PLACEMENT = ("scale_version", "rung_min", "rung_max", "placement_reason")

# What a record names besides actors, issues and its citations, by the column that names it.
_NAMED: Mapping[RecordType, Mapping[str, RecordType]] = {
    RecordType.DEMAND: {"proposal": RecordType.PROPOSAL, "overtaken_by": RecordType.EVENT},
    RecordType.PROPOSAL: {"amends": RecordType.PROPOSAL},
    RecordType.RESPONSE: {"proposal": RecordType.PROPOSAL, "term": RecordType.TERM},
}


def named_by(record: Whole) -> Iterator[tuple[RecordType, str]]:
    """The records that a record names: without them it cannot be read."""
    for column, type_ in _NAMED.get(record.type, {}).items():
        if column in record.row:
            yield type_, record.row[column]
    for link in record.links.values():
        yield RecordType.DEMAND, link["to"]


def require_named(session: WriteSession, negotiation: str, record: Whole, by: By, *, published: bool) -> None:
    """What a record names has to be there, and published before it. Raises NoSuchRecord and Unpublished."""
    for type_, named in named_by(record):
        status = status_of(session, negotiation, type_, named)
        if status is ReviewStatus.PUBLISHED:
            continue
        if type_ is RecordType.DEMAND and status is ReviewStatus.RETRACTED:
            # A link to what was retracted since says nothing, and keeps nobody from correcting the rest.
            continue
        _require(session, negotiation, type_, named, by)
        if published:
            raise Unpublished(type_, named)


def _require_no_circle(session: WriteSession, negotiation: str, record: Whole) -> None:
    if record.type is not RecordType.PROPOSAL or "amends" not in record.row:
        return
    known = session.execute(
        select(Proposal.id, Proposal.amends).where(
            Proposal.negotiation == negotiation, Proposal.amends.is_not(None)
        )
    )
    if closes_circle([(id_, amends or "") for id_, amends in known], record.id, record.row["amends"]):
        raise AmendsItself


def _naming(session: WriteSession, negotiation: str, going: Sequence[tuple[RecordType, str]]) -> list[Any]:
    """Some published records that name one of these, as type and id."""
    ids = {type_: [id_ for t, id_ in going if t is type_] for type_, _ in going}
    proposals = ids.get(RecordType.PROPOSAL, [])
    wanted: list[tuple[RecordType, Any, Any]] = [
        (RecordType.DEMAND, Demand, Demand.proposal.in_(proposals)),
        (RecordType.DEMAND, Demand, Demand.overtaken_by.in_(ids.get(RecordType.EVENT, []))),
        (RecordType.PROPOSAL, Proposal, Proposal.amends.in_(proposals)),
        (RecordType.RESPONSE, Response, Response.proposal.in_(proposals)),
        (RecordType.RESPONSE, Response, Response.term.in_(ids.get(RecordType.TERM, []))),
    ]
    found = []
    for type_, model, names in wanted:
        rows = session.scalars(
            select(Record.id)
            .join(model, and_(model.negotiation == Record.negotiation, model.id == Record.id))
            .where(
                Record.negotiation == negotiation,
                Record.type == type_,
                Record.review_status == ReviewStatus.PUBLISHED,
                names,
            )
            .limit(5)
        )
        found += [(type_, id_) for id_ in rows]
    return found


def _retract(
    session: WriteSession,
    negotiation: str,
    held: Whole,
    going: Sequence[tuple[RecordType, str]],
    by: By,
    reason: str,
) -> None:
    if naming := _naming(session, negotiation, going):
        raise StillNamed(naming)
    changes = [
        Change(
            "retract",
            type_.value,
            id_,
            held.rows[type_, id_],
            with_review(held.rows[type_, id_], ReviewStatus.RETRACTED),
            reason,
        )
        for type_, id_ in going
    ]
    note(session, negotiation, changes, now=by.now, account=by.account)
    session.execute(
        update(Record)
        .where(Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(going))
        .values(review_status=ReviewStatus.RETRACTED, retraction_reason=reason)
    )


def _take_out(
    session: WriteSession, negotiation: str, before: Whole, after: Whole, by: By, reason: str
) -> None:
    """Retract the terms that a corrected proposal has no more; before it is published they just go."""
    out = [subject for subject in before.rows if subject not in after.rows]
    if not out:
        return
    status = _require_status(session, negotiation, before)
    if status is ReviewStatus.PUBLISHED:
        _retract(session, negotiation, before, out, by, reason)
        return
    terms = [term for _, term in out]
    named = session.scalars(
        select(Response.id).where(Response.negotiation == negotiation, Response.term.in_(terms)).limit(5)
    ).all()
    if named:
        raise StillNamed([(RecordType.RESPONSE, response) for response in named])
    changes = [
        Change("remove", type_.value, term, with_review(before.rows[type_, term], status), None, reason)
        for type_, term in out
    ]
    cited = {number: row for number, row in before.citations.items() if number not in after.citations}
    statuses = session.execute(
        select(Citation.number, Citation.review_status)
        .where(Citation.negotiation == negotiation, Citation.number.in_(list(cited)))
        .order_by(Citation.number)
    )
    # Each may have come further than its term, or not so far.
    gone = [
        Change("remove", "citation", str(number), with_review(cited[number], come), None, reason)
        for number, come in statuses
    ]
    note(session, negotiation, [*gone, *changes], now=by.now, account=by.account)
    for model, names in ((Citation, Citation.subject), (Term, Term.id), (Record, Record.id)):
        of_type = {
            Citation: Citation.subject_type == RecordType.TERM,
            Record: Record.type == RecordType.TERM,
        }.get(model, true())
        session.execute(delete(model).where(model.negotiation == negotiation, of_type, names.in_(terms)))


def _retracted_with(session: WriteSession, negotiation: str, proposal: Whole) -> dict[str, PackageRow]:
    """The terms that were retracted together with their proposal, and not before it."""

    def retracted(noun: str, *records: str) -> Any:
        return and_(
            Revision.negotiation == negotiation,
            Revision.noun == noun,
            Revision.action == "retract",
            Revision.record.in_(records),
        )

    moment = session.scalar(
        select(Revision.recorded_at)
        .where(retracted(RecordType.PROPOSAL, proposal.id))
        .order_by(Revision.number.desc())
        .limit(1)
    )
    out = session.scalars(
        select(Term.id)
        .join(
            Record,
            and_(
                Record.negotiation == Term.negotiation, Record.type == RecordType.TERM, Record.id == Term.id
            ),
        )
        .where(
            Term.negotiation == negotiation,
            Term.proposal == proposal.id,
            Record.review_status == ReviewStatus.RETRACTED,
        )
        .order_by(Record.ordinal)
    ).all()
    rows = session.execute(
        select(Revision.record, func.max(Revision.recorded_at))
        .where(retracted(RecordType.TERM, *out))
        .group_by(Revision.record)
    )
    last = {term: at for term, at in rows}  # noqa: C416 - rows are no pairs to a type checker
    return newest(session, negotiation, RecordType.TERM, [term for term in out if last.get(term) == moment])


def _moved(before: Whole, after: Whole) -> bool:
    """Whether terms that were there already have changed places."""
    old = [term for term in before.terms if term in after.terms]
    return old != [term for term in after.terms if term in before.terms]


def _put_in_order(session: WriteSession, negotiation: str, record: Whole) -> None:
    """Let the terms of a proposal take the places that they hold among all terms, in their new order."""
    of_terms = and_(
        Record.negotiation == negotiation, Record.type == RecordType.TERM, Record.id.in_(list(record.terms))
    )
    places = sorted(session.scalars(select(Record.ordinal).where(of_terms)))
    for term, place in zip(record.terms, places, strict=True):
        session.execute(
            update(Record)
            .where(Record.negotiation == negotiation, Record.type == RecordType.TERM, Record.id == term)
            .values(ordinal=place)
        )


def _of(
    citations: Mapping[int, PackageRow], rows: Mapping[tuple[RecordType, str], PackageRow]
) -> dict[int, PackageRow]:
    """The citations that are of these rows; those of a term that was taken out stay with it."""
    return {
        number: row
        for number, row in citations.items()
        if (RecordType(row["subject_type"]), row["subject"]) in rows
    }


def _reviewed(row: PackageRow | None, status: ReviewStatus) -> PackageRow | None:
    return None if row is None else with_review(row, status)


def publish_record(session: WriteSession, negotiation: str, *records: Whole) -> None:
    """After a change that readers see: the cells on which the records bear, as they were and as they are."""
    cells = {cell for record in records for cell in cells_of(session, negotiation, record)}
    demands = {record.id for record in records if record.type is RecordType.DEMAND}
    publish_change(session, negotiation, cells, demands)
    index_records(session, negotiation, [key for record in records for key in record.rows])


def _citation(type_: RecordType, record: str, source: str, row: Mapping[str, str]) -> dict[str, str]:
    return {"subject_type": type_.value, "subject": record, "source": source, **row}


# --- Who may touch what ---------------------------------------------------------------------------------


def _status_of_new(session: WriteSession, negotiation: str, entry: Entry, by: By) -> ReviewStatus:
    """How far an entry has come as it comes in."""
    if entry.draft:
        return ReviewStatus.DRAFT
    if by.edits and not entry.waits and not asks_for_two(session, negotiation):
        return ReviewStatus.PUBLISHED
    return ReviewStatus.SUBMITTED


def asks_for_two(session: WriteSession, negotiation: str) -> bool:
    """Whether nobody publishes an entry of their own in this negotiation."""
    found = session.scalar(select(Negotiation.two_people).where(Negotiation.id == negotiation))
    return bool(found)


def _may_touch(status: ReviewStatus | None, entered_by: int | None, by: By, *, change: bool = False) -> bool:
    """Published records are everyone's to add to, drafts their author's, and what waits also the editors'."""
    if status is ReviewStatus.PUBLISHED:
        return by.edits or not change
    if status in (None, ReviewStatus.RETRACTED):
        return False
    return entered_by == by.account or (by.edits and status is not ReviewStatus.DRAFT)


def _require(
    session: WriteSession,
    negotiation: str,
    type_: RecordType,
    record: str,
    by: By,
    *,
    change: bool = False,
) -> Whole:
    """A record that this person may see and add to, as last recorded. Raises NoSuchRecord.

    A term is met within its proposal. What is published is the editors' to ``change``.
    """
    found = session.execute(
        select(Record.review_status, Record.entered_by).where(
            Record.negotiation == negotiation, Record.type == type_, Record.id == record
        )
    ).first()
    if found is None or not _may_touch(found.review_status, found.entered_by, by, change=change):
        raise NoSuchRecord(record)
    return held_record(session, negotiation, type_, record)


def _require_published(session: WriteSession, negotiation: str, type_: RecordType, record: str) -> Whole:
    if status_of(session, negotiation, type_, record) is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(record)
    return held_record(session, negotiation, type_, record)


def held_record(session: WriteSession, negotiation: str, type_: RecordType, record: str) -> Whole:
    """A record as last recorded; a term is met within its proposal. Raises NoSuchRecord."""
    if type_ is not RecordType.TERM:
        return whole(session, negotiation, type_, record)
    return whole(session, negotiation, RecordType.PROPOSAL, proposal_of(session, negotiation, record))


def _require_status(session: WriteSession, negotiation: str, record: Whole) -> ReviewStatus:
    found = status_of(session, negotiation, record.type, record.id)
    if found is None:
        raise NoSuchRecord(record.id)
    return found


def _require_citation(
    session: WriteSession, negotiation: str, number: int, by: By, *, change: bool = False
) -> ReviewStatus:
    found = session.execute(
        select(Citation.review_status, Citation.entered_by).where(
            Citation.negotiation == negotiation, Citation.number == number
        )
    ).first()
    if found is None or not _may_touch(found.review_status, found.entered_by, by, change=change):
        raise NoSuchRecord(str(number))
    status: ReviewStatus = found.review_status
    return status


def _source(
    session: WriteSession,
    negotiation: str,
    source: str | Mapping[str, str],
    status: ReviewStatus,
    by: By,
) -> tuple[str, list[Change]]:
    """A known source that this person may cite, or a new one, stored. Raises NoSuchRecord.

    One that waits is published by whatever of it is published first.
    """
    if not isinstance(source, str):
        return add_source(session, negotiation, source, status, by), []
    found = session.execute(
        select(Source.review_status, Source.entered_by).where(
            Source.negotiation == negotiation, Source.id == source
        )
    ).first()
    if found is None or not _may_touch(found.review_status, found.entered_by, by):
        raise NoSuchRecord(source)
    known: ReviewStatus = found.review_status
    if known is status or _ORDER.index(known) >= _ORDER.index(status):
        return source, []
    return source, move_source(session, negotiation, source, known, status, by)


_ORDER = (ReviewStatus.DRAFT, ReviewStatus.RETURNED, ReviewStatus.SUBMITTED, ReviewStatus.PUBLISHED)


def add_source(
    session: WriteSession, negotiation: str, row: Mapping[str, str], status: ReviewStatus, by: By
) -> str:
    """Add a source. Answers its id."""
    words = f"{row['outlet']} {row['published'][:10]}"
    id_ = _free_id(session, negotiation, None, words, hidden=status is not ReviewStatus.PUBLISHED)
    whole_row = {"id": id_, **row}
    changes = take_origin_along(session, negotiation, whole_row, status, by)
    changes.append(Change("create", "source", id_, None, with_review(whole_row, status)))
    note(session, negotiation, changes, now=by.now, account=by.account)
    store_source(session, negotiation, whole_row, status=status, account=by.account)
    return id_


def move_source(
    session: WriteSession, negotiation: str, source: str, before: ReviewStatus, after: ReviewStatus, by: By
) -> list[Change]:
    """Take a source on towards its readers, and what it relays with it. Answers the changes to be noted."""
    row = newest(session, negotiation, "source", [source])[source]
    session.execute(
        update(Source)
        .where(Source.negotiation == negotiation, Source.id == source)
        .values(review_status=after)
    )
    index_records(session, negotiation, [("source", source)])
    # After it, so that a circle of relays ends.
    changes = take_origin_along(session, negotiation, row, after, by)
    action = "publish" if after is ReviewStatus.PUBLISHED else "submit"
    return [*changes, Change(action, "source", source, with_review(row, before), with_review(row, after))]


def take_origin_along(
    session: WriteSession, negotiation: str, row: PackageRow, status: ReviewStatus, by: By
) -> list[Change]:
    """Let the report that a source relays come as far as the source: it names it, and is one voice with it.

    Raises NoSuchRecord where that one is somebody else's and not so far yet. Answers the changes to be noted.
    """
    found = session.execute(
        select(Source.id, Source.review_status, Source.entered_by).where(
            Source.negotiation == negotiation, Source.id == row.get("origin", "")
        )
    ).first()
    if found is None or found.id == row["id"]:
        return []
    if not _may_touch(found.review_status, found.entered_by, by):
        raise NoSuchRecord(found.id)
    if _ORDER.index(found.review_status) >= _ORDER.index(status):
        return []
    return move_source(session, negotiation, found.id, found.review_status, status, by)


def _begin_review(
    session: WriteSession, negotiation: str, number: int, status: ReviewStatus, entry: Entry, by: By
) -> None:
    if entry.selector and entry.citation.get("quote"):
        before, after = entry.selector
        session.execute(
            insert(CitationSelector).values(
                negotiation=negotiation, citation=number, prefix=before, suffix=after
            )
        )
    if status is ReviewStatus.PUBLISHED:
        return
    submitted = by.now if status is ReviewStatus.SUBMITTED else None
    session.execute(insert(Review).values(negotiation=negotiation, citation=number, submitted_at=submitted))


def select_quote(
    session: WriteSession, negotiation: str, number: int, selector: tuple[str, str] | None
) -> None:
    """Note anew where in the report's text the quote of a citation stands; None where it is not known."""
    session.execute(
        delete(CitationSelector).where(
            CitationSelector.negotiation == negotiation, CitationSelector.citation == number
        )
    )
    if selector:
        session.execute(
            insert(CitationSelector).values(
                negotiation=negotiation, citation=number, prefix=selector[0], suffix=selector[1]
            )
        )


def source_of(
    session: WriteSession, negotiation: str, type_: RecordType, record: str, number: int | None
) -> str:
    """The source of a citation; without a number, of the newest one of the record."""
    of_record = and_(
        Citation.negotiation == negotiation, Citation.subject_type == type_, Citation.subject == record
    )
    which = Citation.number == number if number is not None else of_record
    return session.scalars(
        select(Citation.source)
        .where(Citation.negotiation == negotiation, which)
        .order_by(Citation.number.desc())
        .limit(1)
    ).one()


def entry_of(
    session: WriteSession, negotiation: str, type_: RecordType, record: str, number: int | None = None
) -> tuple[int, ReviewStatus]:
    """A citation and how far it has come; without a number, the newest one of the record."""
    of_record = and_(
        Citation.negotiation == negotiation, Citation.subject_type == type_, Citation.subject == record
    )
    which = Citation.number == number if number is not None else of_record
    row = session.execute(
        select(Citation.number, Citation.review_status)
        .where(Citation.negotiation == negotiation, which)
        .order_by(Citation.number.desc())
        .limit(1)
    ).one()
    return row.number, row.review_status


def proposal_of(session: WriteSession, negotiation: str, term: str) -> str:
    """The proposal that a term is of."""
    of_term = and_(Term.negotiation == negotiation, Term.id == term)
    return session.scalars(select(Term.proposal).where(of_term)).one()


# --- Ids ------------------------------------------------------------------------------------------------


def _words(entry: Entry) -> str:
    """What the id of a record is made of: whose it is, when, and what."""
    row = entry.record
    names = {
        RecordType.DEMAND: ("holders", "stated", "summary"),
        RecordType.PROPOSAL: ("title", "presented"),
        RecordType.RESPONSE: ("actor", "stated", "response", "proposal"),
        RecordType.REMARK: ("about", "stated", "summary"),
        RecordType.EVENT: ("title", "starts"),
    }[entry.type]
    words = [row.get(name, "").split("|")[0] for name in names]
    return " ".join(
        word[:10] if name in ("stated", "presented", "starts") else word
        for name, word in zip(names, words, strict=True)
    )


def _free_term(
    session: WriteSession, negotiation: str, proposal: str, rows: Mapping[tuple[RecordType, str], PackageRow]
) -> str:
    """The next id of a term of a proposal: no term, however old, has had it."""
    taken = {id_ for type_, id_ in rows if type_ is RecordType.TERM}
    taken |= set(
        session.scalars(
            select(Revision.record)
            .where(
                Revision.negotiation == negotiation,
                Revision.noun == RecordType.TERM,
                Revision.action == "remove",
                _begins(Revision.record, f"{proposal}-t"),
            )
            .distinct()
        )
    )
    taken |= set(
        session.scalars(
            select(Record.id).where(
                Record.negotiation == negotiation,
                Record.type == RecordType.TERM,
                _begins(Record.id, f"{proposal}-t"),
            )
        )
    )
    return next(name for n in range(1, len(taken) + 2) if (name := f"{proposal}-t{n:02}") not in taken)


def _free_id(
    session: WriteSession, negotiation: str, kind: RecordType | None, words: str, *, hidden: bool
) -> str:
    """An id made of the words, with a number behind it where it is taken.

    What waits for review gets a few random characters: the id of a published record never tells of it.
    """
    if hidden:
        words = f"{secrets.token_hex(4)} {words}"
    base = slug(words)
    record = select(Record.id).where(Record.negotiation == negotiation, _begins(Record.id, base))
    of_sources = [
        select(column).where(Source.negotiation == negotiation, _begins(column, base))
        # The name of a report that others relay is taken too, or they would become one voice with this one.
        for column in (Source.id, Source.origin)
    ]
    merged = select(Redirect.record).where(
        Redirect.negotiation == negotiation, _begins(Redirect.record, base)
    )
    queries = [record, merged] if kind else [*of_sources, merged]
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
