"""Reviews: an entry on its way from its author to its readers (domain.md §8).

An entry is a citation that is not published yet, with the record and the source that came with it where they
are not published either. It is a draft, waits for an editor, or was returned to its author with a comment.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, exists, select, tuple_, update

from app.commands.entries import (
    By,
    Unpublished,
    asks_for_two,
    move_source,
    named_by,
    proposal_of,
    publish_record,
    require_named,
)
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
from app.domain.reviews import TAKEN_FOR
from app.domain.vocabulary import CitationRelation, RecordType, ReviewStatus
from app.models import Citation, Negotiation, Record, Review, Revision, Source, Term

# What only says how far a review has come leaves the text as it was read.
_STEPS = ("submit", "return", "publish")


class OwnEntry(Exception):
    """The negotiation asks for two people, and this is the editor's own entry."""


class TakenByAnother(Exception):
    """Another editor is reading this entry right now; ``account`` is theirs, for editors only."""

    def __init__(self, account: int) -> None:
        super().__init__("taken")
        self.account = account


class ChangedSince(Exception):
    """The entry is not what the editor has read: somebody has changed it since."""


class RecordGone(Exception):
    """The record that the entry is a report of was retracted meanwhile."""


class NamesDraft(Exception):
    """The record names one that its author has not handed in yet, and that nobody else may see."""


class NamesGone(Exception):
    """The record names one that was retracted, or merged into another; ``type`` is what that is."""

    def __init__(self, type_: RecordType) -> None:
        super().__init__(f"names a {type_} that is gone")
        self.type = type_


class Unsupported(Exception):
    """The record would be published with nothing in its support: this report denies it, or is of a term."""


class NotAll(Exception):
    """Of a source's entries some cannot be published, so none was; ``reasons`` says why, by their numbers."""

    def __init__(self, reasons: Mapping[int, Exception]) -> None:
        super().__init__("some cannot be published")
        self.reasons = reasons


# --- On the way -----------------------------------------------------------------------------------------


def submit_entry(session: WriteSession, negotiation: str, number: int, by: By) -> None:
    """Hand a draft or a returned entry in for review. Its author's to do. Raises NoSuchRecord."""
    lock(session, negotiation)
    entry = _entry(session, negotiation, number, (ReviewStatus.DRAFT, ReviewStatus.RETURNED))
    if entry.author != by.account:
        raise NoSuchRecord(str(number))
    _move(session, negotiation, entry, ReviewStatus.SUBMITTED, by, "submit")
    _set(session, negotiation, number, submitted_at=by.now, taken_by=None, taken_at=None)


def return_entry(session: WriteSession, negotiation: str, number: int, by: By, *, comment: str) -> None:
    """Give an entry that waits back to its author, with a comment. Raises NoSuchRecord and TakenByAnother."""
    lock(session, negotiation)
    entry = _entry(session, negotiation, number, (ReviewStatus.SUBMITTED,))
    _require_free(session, negotiation, number, by)
    _move(session, negotiation, entry, ReviewStatus.RETURNED, by, "return", comment)
    _set(session, negotiation, number, comment=comment, taken_by=None, taken_at=None)


def take_entries(
    session: WriteSession, negotiation: str, numbers: Sequence[int], by: By, *, over: bool = False
) -> None:
    """Take entries that wait to read them, so that nobody else does so unaware.

    ``over`` takes them over from whoever has them: the form that asks for it says who that is.
    Raises NoSuchRecord and TakenByAnother.
    """
    lock(session, negotiation)
    for number in numbers:
        _entry(session, negotiation, number, (ReviewStatus.SUBMITTED,))
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


# --- Publishing -----------------------------------------------------------------------------------------


def publish_entry(
    session: WriteSession, negotiation: str, number: int, by: By, *, seen: int | None = None
) -> tuple[RecordType, str]:
    """Publish a citation that waits, with its record and its source where they wait too. Answers the record.

    ``seen`` is the newest revision of the negotiation when the entry was read. Raises NoSuchRecord where
    nothing waits under this number, TakenByAnother, ChangedSince, OwnEntry, RecordGone, Unpublished,
    NamesDraft, NamesGone and Unsupported.
    """
    lock(session, negotiation)
    waiting = (ReviewStatus.SUBMITTED, ReviewStatus.DRAFT, ReviewStatus.RETURNED)
    entry = _entry(session, negotiation, number, waiting)
    if entry.status is not ReviewStatus.SUBMITTED and entry.author != by.account:
        raise NoSuchRecord(str(number))
    record = _record(session, negotiation, entry.citation)
    _require_publishable(session, negotiation, entry, record, by, seen)
    publish_record(session, negotiation, _publish(session, negotiation, entry, by))
    return RecordType(entry.citation["subject_type"]), entry.citation["subject"]


def publish_source(session: WriteSession, negotiation: str, source: str, by: By, *, seen: int) -> int:
    """Publish everything of a source that waits, what others name before what names it; or nothing.

    Answers how many. Raises NoSuchRecord where nothing of it waits, and NotAll.
    """
    lock(session, negotiation)
    numbers = session.scalars(
        select(Citation.number)
        .join(Review, (Review.negotiation == Citation.negotiation) & (Review.citation == Citation.number))
        .where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            Citation.review_status == ReviewStatus.SUBMITTED,
        )
        .order_by(Citation.number)
    ).all()
    if not numbers:
        raise NoSuchRecord(source)
    entries = {n: _entry(session, negotiation, n, (ReviewStatus.SUBMITTED,)) for n in numbers}
    records = {n: _record(session, negotiation, entry.citation) for n, entry in entries.items()}
    reasons: dict[int, Exception] = {}
    for number, entry in entries.items():
        try:
            _require_publishable(session, negotiation, entry, records[number], by, seen)
        except (OwnEntry, TakenByAnother, ChangedSince, RecordGone) as refusal:
            reasons[number] = refusal
    pending = [number for number in numbers if number not in reasons]
    published: list[Whole] = []
    while pending:
        waits = {
            number: _kept_back(session, negotiation, entries[number], records[number], by)
            for number in pending
        }
        ready = [number for number, why in waits.items() if why is None]
        if not ready:
            reasons |= {number: why for number, why in waits.items() if why}
            break
        published += [_publish(session, negotiation, entries[number], by) for number in ready]
        pending = [number for number in pending if number not in ready]
    if reasons:
        raise NotAll(dict(sorted(reasons.items())))
    publish_record(session, negotiation, *published)
    return len(published)


def _require_publishable(
    session: WriteSession, negotiation: str, entry: "_Entry", record: Whole, by: By, seen: int | None
) -> None:
    """Whether this editor may publish the entry as they have read it."""
    status = status_of(session, negotiation, record.type, record.id)
    if status is ReviewStatus.RETRACTED:
        raise RecordGone
    if asks_for_two(session, negotiation) and by.account in _authors(session, negotiation, entry, record):
        raise OwnEntry
    _require_free(session, negotiation, entry.number, by)
    if seen is not None and _changed_since(session, negotiation, entry, record, seen):
        raise ChangedSince


def _kept_back(
    session: WriteSession, negotiation: str, entry: "_Entry", record: Whole, by: By
) -> Exception | None:
    """What of other entries keeps this one from being published as things stand; None where nothing does."""
    try:
        require_named(session, negotiation, record, by, published=True)
    except NoSuchRecord:
        for type_, named in named_by(record):
            if status_of(session, negotiation, type_, named) in (None, ReviewStatus.RETRACTED):
                return NamesGone(type_)
        return NamesDraft()
    except Unpublished as refusal:
        return refusal
    return None if _is_supported(session, negotiation, entry, record) else Unsupported()


def _publish(session: WriteSession, negotiation: str, entry: "_Entry", by: By) -> Whole:
    """Publish an entry that may be; its cells are left to the caller."""
    record = _record(session, negotiation, entry.citation)
    if why := _kept_back(session, negotiation, entry, record, by):
        raise why
    _move(session, negotiation, entry, ReviewStatus.PUBLISHED, by, "publish")
    store_record(session, negotiation, record)
    session.execute(delete(Review).where(Review.negotiation == negotiation, Review.citation == entry.number))
    return record


def _is_supported(session: WriteSession, negotiation: str, entry: "_Entry", record: Whole) -> bool:
    """Whether a published record has a published report in its support, once this entry is published."""
    supporting = [
        number
        for number, row in record.citations.items()
        if (row["subject_type"], row["subject"]) == (record.type.value, record.id)
        and row.get("relation") != CitationRelation.DENIES.value
    ]
    if entry.number in supporting:
        return True
    found = session.scalar(
        select(Citation.number)
        .where(
            Citation.negotiation == negotiation,
            Citation.number.in_(supporting),
            Citation.review_status == ReviewStatus.PUBLISHED,
        )
        .limit(1)
    )
    return found is not None


def _authors(
    session: WriteSession, negotiation: str, entry: "_Entry", record: Whole
) -> Collection[int | None]:
    """Whose entries would be published: of the citation, and of what came with it."""
    of_record = select(Record.entered_by).where(
        Record.negotiation == negotiation,
        Record.type == record.type,
        Record.id == record.id,
        Record.review_status != ReviewStatus.PUBLISHED,
    )
    of_source = select(Source.entered_by).where(
        Source.negotiation == negotiation,
        Source.id == entry.citation["source"],
        Source.review_status != ReviewStatus.PUBLISHED,
    )
    return {entry.author, session.scalar(of_record), session.scalar(of_source)}


def _changed_since(
    session: WriteSession, negotiation: str, entry: "_Entry", record: Whole, seen: int
) -> bool:
    parts = [
        ("citation", str(entry.number)),
        ("source", entry.citation["source"]),
        ("text", entry.citation["source"]),
        *((type_.value, id_) for type_, id_ in record.rows),
        *(("link", str(link)) for link in record.links),
    ]
    if record.type is RecordType.PROPOSAL:
        # One that was taken out meanwhile is no part of it any more, and was read as one.
        of_proposal = select(Term.id).where(Term.negotiation == negotiation, Term.proposal == record.id)
        parts += [("term", term) for term in session.scalars(of_proposal)]
    return bool(
        session.scalar(
            select(
                exists().where(
                    Revision.negotiation == negotiation,
                    Revision.number > seen,
                    Revision.action.not_in(_STEPS),
                    tuple_(Revision.noun, Revision.record).in_(parts),
                )
            )
        )
    )


# --- Two people -----------------------------------------------------------------------------------------


def ask_for_two(session: WriteSession, negotiation: str, by: By, *, asks: bool) -> None:
    """Settle whether an entry is published by somebody else than its author (domain.md §8)."""
    lock(session, negotiation)
    was = asks_for_two(session, negotiation)
    session.execute(update(Negotiation).where(Negotiation.id == negotiation).values(two_people=asks))
    before, after = ({"two_people": "yes" if value else "no"} for value in (was, asks))
    # No column of a data package, and nothing of it travels with one: a noun of its own.
    change = Change("edit", "setting", negotiation, before, after)
    note(session, negotiation, [change], now=by.now, account=by.account)


# --- An entry and its parts -----------------------------------------------------------------------------


class _Entry(NamedTuple):
    number: int
    citation: PackageRow
    status: ReviewStatus
    author: int | None


def _entry(session: WriteSession, negotiation: str, number: int, statuses: Sequence[ReviewStatus]) -> _Entry:
    """An entry that is as far as one of these. Raises NoSuchRecord."""
    found = session.execute(
        select(Citation.review_status, Citation.entered_by).where(
            Citation.negotiation == negotiation, Citation.number == number
        )
    ).first()
    if found is None or found.review_status not in statuses:
        raise NoSuchRecord(str(number))
    citation = newest(session, negotiation, "citation", [str(number)])[str(number)]
    return _Entry(number, citation, found.review_status, found.entered_by)


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
    entry: _Entry,
    status: ReviewStatus,
    by: By,
    action: str,
    reason: str | None = None,
) -> None:
    """Move an entry, with what came with it, to another place on its way."""
    before, after = with_review(entry.citation, entry.status), with_review(entry.citation, status)
    changes = [Change(action, "citation", str(entry.number), before, after, reason)]
    session.execute(
        update(Citation)
        .where(Citation.negotiation == negotiation, Citation.number == entry.number)
        .values(review_status=status)
    )
    changes += _move_source(session, negotiation, entry.citation["source"], status, by)
    record = _record(session, negotiation, entry.citation)
    known = status_of(session, negotiation, record.type, record.id)
    moves = known not in (ReviewStatus.PUBLISHED, ReviewStatus.RETRACTED, status)
    if moves and not (status is ReviewStatus.RETURNED and _waits_elsewhere(session, negotiation, record)):
        changes += [
            Change(action, type_.value, id_, with_review(row, known), with_review(row, status), reason)
            for (type_, id_), row in record.rows.items()
        ]
        session.execute(
            update(Record)
            .where(Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(list(record.rows)))
            .values(review_status=status)
        )
    note(session, negotiation, changes, now=by.now, account=by.account)


def _waits_elsewhere(session: WriteSession, negotiation: str, record: Whole) -> bool:
    """Whether another report of the record still waits: the record then waits with it."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Citation.negotiation == negotiation,
                    Citation.number.in_(list(record.citations)),
                    Citation.review_status == ReviewStatus.SUBMITTED,
                )
            )
        )
    )


def _record(session: WriteSession, negotiation: str, citation: PackageRow) -> Whole:
    type_, id_ = RecordType(citation["subject_type"]), citation["subject"]
    if type_ is RecordType.TERM:
        type_, id_ = RecordType.PROPOSAL, proposal_of(session, negotiation, id_)
    return whole(session, negotiation, type_, id_)


def _move_source(
    session: WriteSession, negotiation: str, source: str, status: ReviewStatus, by: By
) -> list[Change]:
    """Take the source of an entry along where it has not come so far; it never goes back."""
    known = session.scalar(
        select(Source.review_status).where(Source.negotiation == negotiation, Source.id == source)
    )
    steps = (ReviewStatus.DRAFT, ReviewStatus.RETURNED, ReviewStatus.SUBMITTED, ReviewStatus.PUBLISHED)
    if known not in steps or steps.index(known) >= steps.index(status):
        return []
    return move_source(session, negotiation, source, known, status, by)
