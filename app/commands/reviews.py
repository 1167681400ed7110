"""Reviews: an entry on its way from its author to its readers (domain.md §8).

An entry is a citation that is not published yet, with the record and the source that came with it where they
are not published either. It is a draft, waits for an editor, or was returned to its author with a comment.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select, tuple_, update

from app.commands.entries import By, asks_for_two, move_source, proposal_of, publish_record, require_named
from app.commands.records import (
    NoSuchRecord,
    PackageRow,
    Whole,
    newest,
    note,
    status_of,
    store_record,
    whole,
    with_review,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Record, Review, Source

# Whoever has taken an entry and then left it lets it go after this.
TAKEN_FOR = timedelta(minutes=30)


class OwnEntry(Exception):
    """The negotiation asks for two people, and this is the editor's own entry."""


class TakenByAnother(Exception):
    """Another editor is reading this entry right now; ``name`` is for editors only."""

    def __init__(self, account: int) -> None:
        super().__init__("taken")
        self.account = account


def submit_entry(session: WriteSession, negotiation: str, number: int, by: By) -> None:
    """Hand a draft or a returned entry in for review. Its author's to do. Raises NoSuchRecord."""
    lock(session, negotiation)
    citation = _entry(session, negotiation, number, (ReviewStatus.DRAFT, ReviewStatus.RETURNED))
    if _author(session, negotiation, number) != by.account:
        raise NoSuchRecord(str(number))
    _move(session, negotiation, number, citation, ReviewStatus.SUBMITTED, by, "submit")
    _set(session, negotiation, number, submitted_at=by.now, taken_by=None, taken_at=None)


def return_entry(session: WriteSession, negotiation: str, number: int, by: By, *, comment: str) -> None:
    """Give an entry that waits back to its author, with a comment. Raises NoSuchRecord and TakenByAnother."""
    lock(session, negotiation)
    citation = _entry(session, negotiation, number, (ReviewStatus.SUBMITTED,))
    _require_free(session, negotiation, number, by)
    _move(session, negotiation, number, citation, ReviewStatus.RETURNED, by, "return", comment)
    _set(session, negotiation, number, comment=comment, taken_by=None, taken_at=None)


def take_entries(
    session: WriteSession, negotiation: str, numbers: Sequence[int], by: By, *, over: bool = False
) -> None:
    """Take entries to read them, so that nobody else does so unaware. Raises TakenByAnother.

    ``over`` takes them over from whoever has them: the form that asks for it says who that is.
    """
    lock(session, negotiation)
    for number in numbers:
        if not over:
            _require_free(session, negotiation, number, by)
        _set(session, negotiation, number, taken_by=by.account, taken_at=by.now)


def leave_entries(session: WriteSession, negotiation: str, numbers: Sequence[int], by: By) -> None:
    """Let go of entries that this editor has taken."""
    session.execute(
        update(Review)
        .where(Review.negotiation == negotiation, Review.citation.in_(numbers), Review.taken_by == by.account)
        .values(taken_by=None, taken_at=None)
    )


def publish_entry(session: WriteSession, negotiation: str, number: int, by: By) -> tuple[RecordType, str]:
    """Publish a citation that waits, with its record and its source where they wait too.

    Answers the record. Raises NoSuchRecord where nothing waits under this number, TakenByAnother, OwnEntry,
    and Unpublished where the record names one that is not published.
    """
    lock(session, negotiation)
    waiting = (ReviewStatus.SUBMITTED, ReviewStatus.DRAFT, ReviewStatus.RETURNED)
    citation = _entry(session, negotiation, number, waiting)
    author = _author(session, negotiation, number)
    status = _status(session, negotiation, number)
    if status is not ReviewStatus.SUBMITTED and author != by.account:
        raise NoSuchRecord(str(number))
    if author == by.account and asks_for_two(session, negotiation):
        raise OwnEntry
    _require_free(session, negotiation, number, by)
    record = _move(session, negotiation, number, citation, ReviewStatus.PUBLISHED, by, "publish")
    require_named(session, negotiation, record, by, published=True)
    store_record(session, negotiation, record)
    session.execute(delete(Review).where(Review.negotiation == negotiation, Review.citation == number))
    publish_record(session, negotiation, record)
    return RecordType(citation["subject_type"]), citation["subject"]


def _entry(
    session: WriteSession, negotiation: str, number: int, statuses: Sequence[ReviewStatus]
) -> PackageRow:
    """The citation of an entry that is as far as one of these. Raises NoSuchRecord."""
    if _status(session, negotiation, number) not in statuses:
        raise NoSuchRecord(str(number))
    return newest(session, negotiation, "citation", [str(number)])[str(number)]


def _status(session: WriteSession, negotiation: str, number: int) -> ReviewStatus | None:
    return session.scalar(
        select(Citation.review_status).where(Citation.negotiation == negotiation, Citation.number == number)
    )


def _author(session: WriteSession, negotiation: str, number: int) -> int | None:
    return session.scalar(
        select(Citation.entered_by).where(Citation.negotiation == negotiation, Citation.number == number)
    )


def _require_free(session: WriteSession, negotiation: str, number: int, by: By) -> None:
    taken = session.execute(
        select(Review.taken_by, Review.taken_at).where(
            Review.negotiation == negotiation, Review.citation == number
        )
    ).first()
    if taken and taken.taken_by not in (None, by.account) and by.now - taken.taken_at < TAKEN_FOR:
        raise TakenByAnother(taken.taken_by)


def _set(session: WriteSession, negotiation: str, number: int, **values: object) -> None:
    session.execute(
        update(Review).where(Review.negotiation == negotiation, Review.citation == number).values(**values)
    )


def _move(
    session: WriteSession,
    negotiation: str,
    number: int,
    citation: PackageRow,
    status: ReviewStatus,
    by: By,
    action: str,
    reason: str | None = None,
) -> Whole:
    """Move an entry, with what came with it, to another place on its way. Answers its record."""
    before = _status(session, negotiation, number)
    changes = [
        Change(
            action,
            "citation",
            str(number),
            with_review(citation, before),
            with_review(citation, status),
            reason,
        )
    ]
    session.execute(
        update(Citation)
        .where(Citation.negotiation == negotiation, Citation.number == number)
        .values(review_status=status)
    )
    changes += _move_source(session, negotiation, citation["source"], status)
    record = _record(session, negotiation, citation)
    known = status_of(session, negotiation, record.type, record.id)
    if known not in (ReviewStatus.PUBLISHED, ReviewStatus.RETRACTED, status):
        changes += [
            Change(action, type_.value, id_, with_review(row, known), with_review(row, status), reason)
            for (type_, id_), row in record.rows.items()
        ]
        session.execute(
            update(Record)
            .where(Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(list(record.rows)))
            .values(review_status=status)
        )
    elif known is ReviewStatus.RETRACTED:
        raise NoSuchRecord(record.id)
    note(session, negotiation, changes, now=by.now, account=by.account)
    return record


def _record(session: WriteSession, negotiation: str, citation: PackageRow) -> Whole:
    type_, id_ = RecordType(citation["subject_type"]), citation["subject"]
    if type_ is RecordType.TERM:
        type_, id_ = RecordType.PROPOSAL, proposal_of(session, negotiation, id_)
    return whole(session, negotiation, type_, id_)


def _move_source(session: WriteSession, negotiation: str, source: str, status: ReviewStatus) -> list[Change]:
    """Take the source of an entry along where it has not come so far; it never goes back."""
    known = session.scalar(
        select(Source.review_status).where(Source.negotiation == negotiation, Source.id == source)
    )
    steps = (ReviewStatus.DRAFT, ReviewStatus.RETURNED, ReviewStatus.SUBMITTED, ReviewStatus.PUBLISHED)
    if known is None or steps.index(known) >= steps.index(status):
        return []
    return [move_source(session, negotiation, source, known, status)]
