"""Entries as the people who make and correct them see them: a record as it was last recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.db import ReadSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Negotiation, Record, Review, Revision
from app.models.joins import cites
from app.models.loading import terms_of
from app.queries.accounts import Person
from app.queries.negotiations import negotiation_head
from app.queries.visibility import NoSuchRecord, open_to


@dataclass(frozen=True, slots=True)
class Editable:
    """A record as last recorded, with the terms of a proposal; ``seen`` is the newest revision of these.

    Rows are those of a data package. ``reported_on`` is the day of its earliest supporting report;
    ``comments`` what editors have said on returning it, as long as it is not published.
    """

    type: RecordType
    id: str
    row: Mapping[str, str]
    terms: Sequence[Mapping[str, str]]
    status: ReviewStatus
    seen: int
    reported_on: str
    comments: Sequence[str] = ()


def editable(
    session: ReadSession,
    negotiation: str,
    type_: RecordType,
    record: str,
    person: Person,
    *,
    retracted: bool = False,
) -> Editable:
    """A record that this person may work on. Raises NoSuchRecord.

    What was ``retracted`` is answered only where that is asked for, and to editors.
    """
    negotiation_head(session, negotiation)
    of_record = and_(Record.negotiation == negotiation, Record.type == type_, Record.id == record)
    may = open_to(Record, person.account, edits=person.edits)
    if retracted and person.edits:
        may = or_(may, Record.review_status == ReviewStatus.RETRACTED)
    found = session.execute(select(Record.review_status, Record.reported_on).where(of_record, may)).first()
    if found is None:
        raise NoSuchRecord(record)
    terms: Sequence[str] = ()
    if type_ is RecordType.PROPOSAL:
        terms = terms_of(session, negotiation, record)
    row, seen = newest_row(session, negotiation, type_, record)
    rows = [newest_row(session, negotiation, RecordType.TERM, term) for term in terms]
    newest = max([seen, *(number for _, number in rows)])
    comments: Sequence[str] = ()
    if found.review_status is not ReviewStatus.PUBLISHED:
        of_it = and_(Citation.subject_type == type_, Citation.subject == record)
        comments = _comments(session, negotiation, person, of_it)
    return Editable(
        type_,
        record,
        row,
        [row for row, _ in rows],
        found.review_status,
        newest,
        found.reported_on,
        comments,
    )


@dataclass(frozen=True, slots=True)
class EditableCitation:
    number: int
    type: RecordType
    record: str
    row: Mapping[str, str]
    status: ReviewStatus
    seen: int
    comments: Sequence[str] = ()


def editable_citation(
    session: ReadSession, negotiation: str, number: int, person: Person
) -> EditableCitation:
    """A citation that this person may work on, as last recorded. Raises NoSuchRecord."""
    negotiation_head(session, negotiation)
    found = session.execute(
        select(Citation.subject_type, Citation.subject, Citation.review_status).where(
            Citation.negotiation == negotiation,
            Citation.number == number,
            open_to(Citation, person.account, edits=person.edits),
            exists(
                select(1).where(
                    cites(),
                    open_to(Record, person.account, edits=person.edits),
                )
            ),
        )
    ).first()
    if found is None:
        raise NoSuchRecord(str(number))
    row, seen = newest_row(session, negotiation, "citation", str(number))
    comments = _comments(session, negotiation, person, Citation.number == number)
    return EditableCitation(
        number, found.subject_type, found.subject, row, found.review_status, seen, comments
    )


def _comments(
    session: ReadSession, negotiation: str, person: Person, which: ColumnElement[bool]
) -> Sequence[str]:
    """What editors have said on returning these citations, as far as this person may see them."""
    found = session.scalars(
        select(Review.comment)
        .join(Citation, and_(Citation.negotiation == Review.negotiation, Citation.number == Review.citation))
        .where(
            Review.negotiation == negotiation,
            which,
            open_to(Citation, person.account, edits=person.edits),
        )
        .order_by(Review.citation)
    )
    return [comment for comment in found if comment]


# What a revision says beside the columns of a row.
_BESIDE = ("review",)


def newest_row(
    session: ReadSession, negotiation: str, noun: str, record: str
) -> tuple[Mapping[str, str], int]:
    """A record of any noun as last recorded, and the revision of that. Raises NoSuchRecord."""
    of_record = and_(Revision.negotiation == negotiation, Revision.noun == noun, Revision.record == record)
    number = session.scalar(select(func.max(Revision.number)).where(of_record))
    # That something was blanked is no row.
    found = session.execute(
        select(Revision.after, Revision.action)
        .where(of_record, Revision.action != "redact")
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()
    if number is None or found is None or found.action == "merge":
        raise NoSuchRecord(record)
    return plain_row(found.after), number


def plain_row(text: str | None) -> dict[str, str]:
    """The columns of a row as a revision has it; empty where it has none."""
    row: dict[str, str] = json.loads(text or "{}")
    return {name: value for name, value in row.items() if name not in _BESIDE}


def retraction_of(session: ReadSession, negotiation: str, type_: RecordType, record: str) -> str | None:
    """Why a record was retracted; None where it was not."""
    return session.scalar(
        select(Record.retraction_reason).where(
            Record.negotiation == negotiation,
            Record.type == type_,
            Record.id == record,
            Record.review_status == ReviewStatus.RETRACTED,
        )
    )


def publishes_at_once(session: ReadSession, negotiation: str, person: Person) -> bool:
    """Whether what this person enters is published as it is saved (domain.md §8)."""
    asks = session.scalar(select(Negotiation.two_people).where(Negotiation.id == negotiation))
    return person.edits and not asks
