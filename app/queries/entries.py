"""Entries as the people who make and correct them see them: a record as it was last recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select

from app.db import ReadSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Account, Citation, Negotiation, Record, Revision, Term
from app.queries.accounts import Person
from app.queries.negotiations import negotiation_head
from app.queries.visibility import NoSuchRecord, open_to

MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Editable:
    """A record as last recorded, with the terms of a proposal; ``seen`` is the newest revision of these.

    Rows are those of a data package.
    """

    type: RecordType
    id: str
    row: Mapping[str, str]
    terms: Sequence[Mapping[str, str]]
    status: ReviewStatus
    seen: int


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
    status = session.scalar(select(Record.review_status).where(of_record, may))
    if status is None:
        raise NoSuchRecord(record)
    terms: Sequence[str] = ()
    if type_ is RecordType.PROPOSAL:
        terms = session.scalars(
            select(Term.id)
            .join(
                Record,
                and_(
                    Record.negotiation == Term.negotiation,
                    Record.type == RecordType.TERM,
                    Record.id == Term.id,
                ),
            )
            .where(
                Term.negotiation == negotiation,
                Term.proposal == record,
                Record.review_status != ReviewStatus.RETRACTED,
            )
            .order_by(Record.ordinal)
        ).all()
    row, seen = newest_row(session, negotiation, type_, record)
    rows = [newest_row(session, negotiation, RecordType.TERM, term) for term in terms]
    return Editable(type_, record, row, [row for row, _ in rows], status, max([seen, *(n for _, n in rows)]))


@dataclass(frozen=True, slots=True)
class EditableCitation:
    number: int
    type: RecordType
    record: str
    row: Mapping[str, str]
    status: ReviewStatus
    seen: int


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
                    Record.negotiation == Citation.negotiation,
                    Record.type == Citation.subject_type,
                    Record.id == Citation.subject,
                    open_to(Record, person.account, edits=person.edits),
                )
            ),
        )
    ).first()
    if found is None:
        raise NoSuchRecord(str(number))
    row, seen = newest_row(session, negotiation, "citation", str(number))
    return EditableCitation(number, found.subject_type, found.subject, row, found.review_status, seen)


# What a revision says beside the columns of a row.
_BESIDE = ("review",)


def newest_row(
    session: ReadSession, negotiation: str, noun: str, record: str
) -> tuple[Mapping[str, str], int]:
    """A record of any noun as last recorded, and the revision of that. Raises NoSuchRecord."""
    of_record = and_(
        Revision.negotiation == negotiation, Revision.noun == noun, Revision.record == record
    )
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


@dataclass(frozen=True, slots=True)
class Step:
    """One revision of a demand or of a citation of it, with what it changed, field by field."""

    number: int
    recorded_at: datetime
    person: str | None
    action: str
    noun: str
    record: str
    reason: str | None
    changes: Sequence[tuple[str, str, str]]


def history_of(session: ReadSession, negotiation: str, type_: RecordType, record: str) -> list[Step]:
    """The revisions of a record and of its citations, the newest first. For editors only (domain.md §8)."""
    numbers = session.scalars(
        select(Citation.number).where(
            Citation.negotiation == negotiation,
            Citation.subject_type == type_,
            Citation.subject == record,
        )
    )
    rows = session.execute(
        select(
            Revision.number,
            Revision.recorded_at,
            Account.name,
            Revision.action,
            Revision.noun,
            Revision.record,
            Revision.reason,
            Revision.before,
            Revision.after,
        )
        .outerjoin(Account, Account.id == Revision.account)
        .where(
            Revision.negotiation == negotiation,
            or_(
                and_(Revision.noun == type_.value, Revision.record == record),
                and_(Revision.noun == "citation", Revision.record.in_([str(number) for number in numbers])),
            ),
        )
        .order_by(Revision.number.desc())
        .limit(MOST_ENTRIES)
    )
    return [
        Step(
            row.number,
            row.recorded_at,
            row.name,
            row.action,
            row.noun,
            row.record,
            row.reason,
            _changes(row.before, row.after),
        )
        for row in rows
    ]


def _changes(before: str | None, after: str | None) -> list[tuple[str, str, str]]:
    """Field by field, what was and what is."""
    was, is_ = json.loads(before or "{}"), json.loads(after or "{}")
    names = [*is_, *(name for name in was if name not in is_)]
    return [(name, was.get(name, ""), is_.get(name, "")) for name in names if was.get(name) != is_.get(name)]


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
