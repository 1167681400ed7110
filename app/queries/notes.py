"""What readers say is wrong with published records. For editors; nobody else ever sees a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import Basis, RecordType, ReviewStatus
from app.models import Account, ReaderNote, Record, Response, Term
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import record_line, sight
from app.queries.timeline import TimelineRow, rows_of

# So many open notes are on a page, and so many of those settled last beside them.
PAGE, LATEST = 20, 5


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note with the record that it is on; ``proposal`` is the package that a term or response is of."""

    number: int
    type: RecordType
    record: str
    kind: str | None
    words_of_record: str
    is_published: bool
    proposal: str | None
    words: str
    sent_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What a reader is shown who says that something is wrong: the published record, and who says so."""

    negotiation: NegotiationHead
    cast: Cast
    row: TimelineRow


def note_form(session: ReadSession, negotiation: str, type_: RecordType, record: str, on: date) -> NoteForm:
    """The record that a note would be on, as of a day. Raises NoSuchRecord where readers see none."""
    head = negotiation_head(session, negotiation)
    line = record_line(session, negotiation, type_, record)
    cast = cast_of(session, negotiation)
    day = sight(line, on, Basis.REPORTED).on
    row = rows_of(session, negotiation, cast, [line.subject], day, Basis.REPORTED)[0]
    return NoteForm(head, cast, row)


def open_notes(
    session: ReadSession, negotiation: str, after: int = 0
) -> tuple[Sequence[NoteLine], int | None]:
    """The notes that nobody has settled, the oldest first, and behind which number the next page begins."""
    # By the bare number SQLite would walk through every note that was ever sent, and not the open ones alone.
    place = ReaderNote.number + 0
    rows = session.execute(
        _lines(negotiation)
        .where(ReaderNote.settled_at.is_(None), place > after)
        .order_by(place)
        .limit(PAGE + 1)
    )
    found = [NoteLine(*row) for row in rows]
    return found[:PAGE], found[PAGE - 1].number if len(found) > PAGE else None


def settled_notes(session: ReadSession, negotiation: str) -> Sequence[NoteLine]:
    """The notes that were settled last."""
    rows = session.execute(
        _lines(negotiation)
        .where(ReaderNote.settled_at.is_not(None))
        .order_by(ReaderNote.settled_at.desc(), ReaderNote.number.desc())
        .limit(LATEST)
    )
    return [NoteLine(*row) for row in rows]


def _lines(negotiation: str) -> Select[*tuple[Any, ...]]:
    settler = aliased(Account)
    return (
        select(
            ReaderNote.number,
            ReaderNote.type,
            ReaderNote.record,
            Record.kind,
            func.coalesce(Record.summary, Record.title, ""),
            Record.review_status == ReviewStatus.PUBLISHED,
            func.coalesce(Response.proposal, Term.proposal),
            ReaderNote.words,
            ReaderNote.sent_at,
            ReaderNote.settled_at,
            settler.name,
            ReaderNote.answer,
        )
        .join(
            Record,
            and_(
                Record.negotiation == ReaderNote.negotiation,
                Record.type == ReaderNote.type,
                Record.id == ReaderNote.record,
            ),
        )
        .outerjoin(Response, _row_of(Response, RecordType.RESPONSE))
        .outerjoin(Term, _row_of(Term, RecordType.TERM))
        .outerjoin(settler, settler.id == ReaderNote.settled_by)
        .where(ReaderNote.negotiation == negotiation)
    )


def _row_of(noun: Any, type_: RecordType) -> Any:
    return and_(
        ReaderNote.type == type_, noun.negotiation == ReaderNote.negotiation, noun.id == ReaderNote.record
    )
