"""Entries that were never published, given up by their authors and taken back.

What was never published may go (domain.md §7 keeps the address of what was); its revisions stay, so that
its author can take it back.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, tuple_

from app.commands.entries import PLACEMENT, By, held_record, require_named, take_origin_along
from app.commands.records import (
    BESIDE,
    NoSuchRecord,
    PackageRow,
    Whole,
    newest,
    note,
    status_of,
    store_record,
    store_source,
    with_review,
)
from app.commands.revisions import Change, lock
from app.commands.submissions import forget_what_was_sent
from app.db import WriteSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import (
    Actor,
    Citation,
    Demand,
    Event,
    Issue,
    Link,
    Proposal,
    Record,
    Remark,
    Response,
    Review,
    Revision,
    Source,
    SourceText,
    Term,
)

OWN = (ReviewStatus.DRAFT, ReviewStatus.RETURNED)

_TABLES: Mapping[RecordType, Any] = {
    RecordType.DEMAND: Demand,
    RecordType.PROPOSAL: Proposal,
    RecordType.TERM: Term,
    RecordType.RESPONSE: Response,
    RecordType.REMARK: Remark,
    RecordType.EVENT: Event,
}


class NamedByAnother(Exception):
    """Another entry names the record that would go; whose that is, and what it says, is not told."""


def discard_entry(session: WriteSession, negotiation: str, number: int, by: By) -> None:
    """Give up an entry of one's own that is a draft or was returned; no reader has ever seen it.

    Its record goes with it where no other report is of it, and its source where nothing else rests on that.
    Raises NoSuchRecord and NamedByAnother.
    """
    lock(session, negotiation)
    found = session.execute(
        select(Citation.review_status, Citation.source, Citation.subject_type, Citation.subject).where(
            Citation.negotiation == negotiation,
            Citation.number == number,
            Citation.entered_by == by.account,
            Citation.review_status.in_(OWN),
        )
    ).first()
    if found is None:
        raise NoSuchRecord(str(number))
    citation = newest(session, negotiation, "citation", [str(number)])[str(number)]
    changes = [_gone("citation", str(number), citation, found.review_status)]
    record = held_record(session, negotiation, found.subject_type, found.subject)
    goes = _goes_along(session, negotiation, record, number, by)
    if goes:
        if _is_named(session, negotiation, record):
            raise NamedByAnother
        changes += [_gone("link", str(link), row) for link, row in record.links.items()]
        changes += [_gone(type_, id_, row, goes) for (type_, id_), row in record.rows.items()]
    note(session, negotiation, changes, now=by.now, account=by.account)
    # What came with the citation goes with its row.
    session.execute(delete(Citation).where(Citation.negotiation == negotiation, Citation.number == number))
    if goes:
        _delete(session, negotiation, record)
    _discard_source(session, negotiation, found.source, by)
    forget_what_was_sent(session, by.account, now=by.now)


def take_back_entry(session: WriteSession, negotiation: str, number: int, by: By) -> None:
    """Take back an entry that one has given up: it is a draft again, with what went with it.

    Raises NoSuchRecord, also where what it names, or the record that it was a report of, is there no more.
    """
    lock(session, negotiation)
    here = exists().where(Citation.negotiation == negotiation, Citation.number == number)
    citation = _given_up(session, negotiation, "citation", str(number), by)
    if citation is None or session.scalar(select(here)):
        raise NoSuchRecord(str(number))
    changes: list[Change] = []
    source = _given_up(session, negotiation, "source", citation["source"], by)
    if source is not None and not _is_there(session, negotiation, citation["source"]):
        changes += take_origin_along(session, negotiation, source, ReviewStatus.DRAFT, by)
        changes.append(_back("source", citation["source"], source))
        store_source(session, negotiation, source, status=ReviewStatus.DRAFT, account=by.account)
    elif not _is_there(session, negotiation, citation["source"]):
        raise NoSuchRecord(citation["source"])
    record = _record_of(session, negotiation, citation, by)
    if record is None:
        record = _still_there(session, negotiation, citation)
    else:
        require_named(session, negotiation, record, by, published=False)
        changes += [_back(type_.value, id_, row) for (type_, id_), row in record.rows.items()]
        changes += [Change("restore", "link", str(link), None, row) for link, row in record.links.items()]
    record = replace(record, citations={**record.citations, number: citation})
    _require_cast(session, negotiation, [citation, *record.rows.values()])
    changes.append(_back("citation", str(number), citation))
    note(session, negotiation, changes, now=by.now, account=by.account)
    store_record(session, negotiation, record, status=ReviewStatus.DRAFT, account=by.account)
    session.add(Review(negotiation=negotiation, citation=number, submitted_at=None))
    session.flush()


# --- What goes --------------------------------------------------------------------------------------------


def _gone(noun: str, id_: str, row: PackageRow, status: ReviewStatus | None = None) -> Change:
    return Change("discard", str(noun), id_, with_review(row, status) if status else row, None)


def _goes_along(
    session: WriteSession, negotiation: str, record: Whole, number: int, by: By
) -> ReviewStatus | None:
    """How far a record has come that goes with its report: one's own, that no other report is of."""
    if set(record.citations) != {number}:
        return None
    return session.scalar(
        select(Record.review_status).where(
            Record.negotiation == negotiation,
            Record.type == record.type,
            Record.id == record.id,
            Record.entered_by == by.account,
            Record.review_status.in_(OWN),
        )
    )


def _is_named(session: WriteSession, negotiation: str, record: Whole) -> bool:
    """Whether another record, of anybody, names this one or a term of it."""
    terms = list(record.terms)
    names: Mapping[RecordType, list[Any]] = {
        RecordType.DEMAND: [exists().where(Link.negotiation == negotiation, Link.to_demand == record.id)],
        RecordType.PROPOSAL: [
            exists().where(Demand.negotiation == negotiation, Demand.proposal == record.id),
            exists().where(Proposal.negotiation == negotiation, Proposal.amends == record.id),
            exists().where(Response.negotiation == negotiation, Response.proposal == record.id),
            exists().where(Response.negotiation == negotiation, Response.term.in_(terms)),
        ],
        RecordType.EVENT: [
            exists().where(Demand.negotiation == negotiation, Demand.overtaken_by == record.id)
        ],
    }
    return bool(session.scalar(select(or_(*names[record.type])))) if record.type in names else False


def _delete(session: WriteSession, negotiation: str, record: Whole) -> None:
    """Remove the rows of a record; the actors and issues of it go with them."""
    session.execute(delete(Link).where(Link.negotiation == negotiation, Link.number.in_(list(record.links))))
    for type_, id_ in reversed(list(record.rows)):
        model = _TABLES[type_]
        session.execute(delete(model).where(model.negotiation == negotiation, model.id == id_))
    session.execute(
        delete(Record).where(
            Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(list(record.rows))
        )
    )


def _discard_source(session: WriteSession, negotiation: str, source: str, by: By) -> None:
    """Let a source go along that came with the entry: one's own, without a text, on which nothing rests."""
    status = session.scalar(
        select(Source.review_status).where(
            Source.negotiation == negotiation,
            Source.id == source,
            Source.entered_by == by.account,
            Source.review_status.in_(OWN),
            ~exists().where(Citation.negotiation == negotiation, Citation.source == source),
            ~exists().where(SourceText.negotiation == negotiation, SourceText.source == source),
        )
    )
    relayed = exists().where(
        Source.negotiation == negotiation,
        Source.id != source,
        or_(Source.origin == source, Source.voice == source),
    )
    if status is None or session.scalar(select(relayed)):
        return
    row = newest(session, negotiation, "source", [source])[source]
    change = _gone("source", source, row, status)
    note(session, negotiation, [change], now=by.now, account=by.account)
    session.execute(delete(Source).where(Source.negotiation == negotiation, Source.id == source))


# --- What comes back --------------------------------------------------------------------------------------


def _back(noun: str, id_: str, row: PackageRow) -> Change:
    return Change("restore", noun, id_, None, with_review(row, ReviewStatus.DRAFT))


def _still_there(session: WriteSession, negotiation: str, citation: PackageRow) -> Whole:
    """The record that a report was added to, where that may still be done. Raises NoSuchRecord."""
    type_, id_ = RecordType(citation["subject_type"]), citation["subject"]
    if status_of(session, negotiation, type_, id_) in (None, ReviewStatus.RETURNED, ReviewStatus.RETRACTED):
        raise NoSuchRecord(id_)
    return held_record(session, negotiation, type_, id_)


_ACTORS = ("holders", "proposed_by", "mediated_by", "actor", "about", "obliged", "tabled_by", "speakers")
_ISSUES = ("issues", "issue")


def _require_cast(session: WriteSession, negotiation: str, rows: Sequence[PackageRow]) -> None:
    """Whoever and whatever these rows are about is still in the negotiation. Raises NoSuchRecord."""
    wanted: tuple[tuple[Any, Sequence[str]], ...] = ((Actor, _ACTORS), (Issue, _ISSUES))
    for model, columns in wanted:
        ids = {id_ for row in rows for name in columns if name in row for id_ in row[name].split("|")}
        known = session.scalars(select(model.id).where(model.negotiation == negotiation, model.id.in_(ids)))
        if missing := ids - set(known):
            raise NoSuchRecord(min(missing))


def _given_up(session: WriteSession, negotiation: str, noun: str, id_: str, by: By) -> PackageRow | None:
    """A row as this person has given it up; None where that was not the last that happened to it."""
    last = session.execute(
        select(Revision.action, Revision.account, Revision.before)
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == noun,
            Revision.record == id_,
            Revision.action != "redact",
        )
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()
    if last is None or last.action != "discard" or last.account != by.account:
        return None
    return _row(last.before)


def _row(before: str | None) -> PackageRow:
    """A row as it was; where it stood on a scale is decided anew."""
    row: PackageRow = json.loads(before or "{}")
    return {name: value for name, value in row.items() if name not in (*BESIDE, *PLACEMENT)}


def _record_of(session: WriteSession, negotiation: str, citation: PackageRow, by: By) -> Whole | None:
    """The record that went with a report, with its terms and links; None where it stayed."""
    type_, id_ = RecordType(citation["subject_type"]), citation["subject"]
    row = _given_up(session, negotiation, type_, id_, by)
    if row is None:
        return None
    rows = {(type_, id_): row}
    links: dict[int, PackageRow] = {}
    # What went in one step with it.
    began = select(func.max(Revision.recorded_at)).where(
        Revision.negotiation == negotiation,
        Revision.noun == type_,
        Revision.record == id_,
        Revision.action == "discard",
    )
    went = session.execute(
        select(Revision.noun, Revision.record, Revision.before)
        .where(
            Revision.negotiation == negotiation,
            Revision.action == "discard",
            Revision.account == by.account,
            Revision.noun.in_(("term", "link")),
            Revision.recorded_at == began.scalar_subquery(),
        )
        .order_by(Revision.number)
    ).all()
    for noun, other, before in went:
        known = _row(before)
        if noun == "link" and known["from"] == id_ and type_ is RecordType.DEMAND:
            links[int(other)] = known
        if noun == "term" and known["proposal"] == id_ and type_ is RecordType.PROPOSAL:
            rows[RecordType.TERM, other] = known
    return Whole(type_, id_, rows, {}, links)


def _is_there(session: WriteSession, negotiation: str, source: str) -> bool:
    return bool(
        session.scalar(select(exists().where(Source.negotiation == negotiation, Source.id == source)))
    )
