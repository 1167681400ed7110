"""Sources: begun before anything is recorded from them, with their text kept for those who enter records."""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256

from sqlalchemy import insert, select

from app.commands.entries import By, add_source, held_record, publish_record, take_origin_along
from app.commands.records import (
    NoSuchRecord,
    Outdated,
    Whole,
    newest,
    note,
    publish_change,
    revision_of,
    store_record,
    with_review,
    write_source,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Source, SourceText
from app.models.visibility import open_to


def begin_source(
    session: WriteSession, negotiation: str, row: Mapping[str, str], text: str | None, by: By
) -> str:
    """Add a source to read records from, with its text where there is one. Answers its id.

    Readers see it with the first record that rests on it.
    """
    lock(session, negotiation)
    source = add_source(session, negotiation, row, ReviewStatus.DRAFT, by)
    if text:
        keep_text(session, negotiation, source, text, by)
    return source


class TextIsTheEditors(Exception):
    """A published source has a text already: that one is the editors' to correct (domain.md §8)."""


def keep_text(session: WriteSession, negotiation: str, source: str, text: str, by: By) -> None:
    """Keep the text of a source, or a corrected one beside what it was; its revision has the hash alone.

    Raises NoSuchRecord where this person may not work on the source, and TextIsTheEditors.
    """
    lock(session, negotiation)
    may = open_to(Source, by.account, edits=by.edits)
    status = session.scalar(
        select(Source.review_status).where(Source.negotiation == negotiation, Source.id == source, may)
    )
    if status is None:
        raise NoSuchRecord(source)
    last, known = session.execute(
        select(SourceText.number, SourceText.hash)
        .where(SourceText.negotiation == negotiation, SourceText.source == source)
        .order_by(SourceText.number.desc())
        .limit(1)
    ).first() or (0, None)
    hash_ = sha256(text.encode()).hexdigest()
    if hash_ == known:
        return
    if known and status is ReviewStatus.PUBLISHED and not by.edits:
        raise TextIsTheEditors
    session.execute(
        insert(SourceText).values(
            negotiation=negotiation,
            source=source,
            number=last + 1,
            words=text,
            hash=hash_,
            added_at=by.now.astimezone(UTC),
            account=by.account,
        )
    )
    before = {"hash": known, "version": str(last)} if known else None
    after = {"hash": hash_, "version": str(last + 1)}
    change = Change("edit" if known else "create", "text", source, before, after)
    note(session, negotiation, [change], now=by.now, account=by.account)


def correct_source(
    session: WriteSession,
    negotiation: str,
    source: str,
    columns: Mapping[str, str | None],
    by: By,
    *,
    reason: str,
    seen: int,
    action: str = "edit",
) -> None:
    """Give a source these columns; None empties one. What its outlet has done with it is one of them.

    The dates, voices and cells of everything that rests on it follow. Raises Outdated and NoSuchRecord.
    """
    lock(session, negotiation)
    may = open_to(Source, by.account, edits=by.edits)
    status = session.scalar(
        select(Source.review_status).where(Source.negotiation == negotiation, Source.id == source, may)
    )
    if status is None:
        raise NoSuchRecord(source)
    before = newest(session, negotiation, "source", [source])[source]
    if (now_at := revision_of(session, negotiation, "source", source)) != seen:
        raise Outdated(before, now_at)
    after = {name: value for name, value in (dict(before) | dict(columns)).items() if value}
    if after == before:
        return
    changes = take_origin_along(session, negotiation, after, status, by)
    rows = (with_review(before, status), with_review(after, status))
    note(
        session,
        negotiation,
        [*changes, Change(action, "source", source, *rows, reason)],
        now=by.now,
        account=by.account,
    )
    write_source(session, negotiation, after)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    records = resting_on(session, negotiation, source) if changed & _DATING else []
    if "published" in changed:
        for record in records:
            store_record(session, negotiation, record)
    if status is not ReviewStatus.PUBLISHED:
        return
    if records:
        publish_record(session, negotiation, *records)
    else:
        publish_change(session, negotiation, (), ())


# What of a source decides on which days records that rest on it are known and supported.
_DATING = frozenset({"published", "status", "status_date"})


def resting_on(session: WriteSession, negotiation: str, source: str) -> list[Whole]:
    """The records that cite a source, whatever they have come to; a term within its proposal."""
    subjects = session.execute(
        select(Citation.subject_type, Citation.subject)
        .where(Citation.negotiation == negotiation, Citation.source == source)
        .distinct()
        .order_by(Citation.subject_type, Citation.subject)
    )
    found = [held_record(session, negotiation, RecordType(type_), record) for type_, record in subjects]
    return list({(record.type, record.id): record for record in found}.values())
