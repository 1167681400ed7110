"""Sources: begun before anything is recorded from them, with their text kept for those who enter records."""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256

from sqlalchemy import insert, select

from app.commands.entries import By, add_source
from app.commands.records import NoSuchRecord, note
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.domain.vocabulary import ReviewStatus
from app.models import Source, SourceText
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


def keep_text(session: WriteSession, negotiation: str, source: str, text: str, by: By) -> None:
    """Keep the text of a source, or a corrected one beside what it was; its revision has the hash alone.

    Raises NoSuchRecord where this person may not work on the source.
    """
    lock(session, negotiation)
    may = open_to(Source, by.account, edits=by.edits)
    if not session.scalar(
        select(Source.id).where(Source.negotiation == negotiation, Source.id == source, may)
    ):
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
