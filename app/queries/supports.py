"""What rests on a report, and what would have nothing else to rest on (domain.md §3, §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.dates import parse_edtf
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Record, Source
from app.models.joins import cites, is_upheld, supports
from app.queries.accounts import Person
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.records import RecordLine, records_of
from app.queries.visibility import NoSuchRecord, open_to, published


@dataclass(frozen=True, slots=True)
class Resting:
    """A published record that a report supports. ``alone`` where no other report does that its outlet has
    not retracted; ``number`` is of the citation."""

    record: RecordLine
    number: int
    alone: bool


@dataclass(frozen=True, slots=True)
class RestsPage:
    """A report and what rests on it."""

    negotiation: NegotiationHead
    source: str
    outlet: str
    title: str | None
    published: str
    is_retracted: bool
    resting: Sequence[Resting]

    @property
    def alone(self) -> int:
        return sum(one.alone for one in self.resting)


def rests_page(session: ReadSession, negotiation: str, source: str, today: date) -> RestsPage:
    """The published records that rest on a published report. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    here = session.execute(
        select(Source.outlet, Source.title, Source.published, Source.retracted_from).where(
            Source.negotiation == negotiation, Source.id == source, published(Source)
        )
    ).first()
    if here is None:
        raise NoSuchRecord(f"source/{source}")
    other, printed = aliased(Citation), aliased(Source)
    others = (
        select(func.count())
        .select_from(other)
        .join(printed, and_(printed.negotiation == other.negotiation, printed.id == other.source))
        .where(
            other.negotiation == Citation.negotiation,
            other.subject_type == Citation.subject_type,
            other.subject == Citation.subject,
            other.source != source,
            supports(other),
            published(other),
            is_upheld(today, printed),
        )
        .correlate(Citation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Citation.number, Citation.subject_type, Citation.subject, others)
        .where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            supports(),
            published(Citation),
        )
        .order_by(Citation.ordinal)
    ).all()
    lines = records_of(session, negotiation, {(type_, record) for _, type_, record, _ in rows})
    resting = {
        (type_, record): Resting(lines[type_, record], number, count == 0)
        for number, type_, record, count in reversed(rows)
        if (type_, record) in lines
    }
    return RestsPage(
        head,
        source,
        here.outlet,
        here.title,
        here.published,
        here.retracted_from is not None and here.retracted_from <= today.isoformat(),
        list(reversed(resting.values())),
    )


def stated_after(
    session: ReadSession, negotiation: str, source: str, printed: date, person: Person
) -> tuple[list[tuple[RecordType, str]], bool]:
    """What rests on a report and says of itself that it is of a later day; and whether drafts of others do.

    Those are counted with the rest and never named (domain.md §8). What was retracted has a public address.
    """
    may = or_(
        open_to(Record, person.account, edits=person.edits), Record.review_status == ReviewStatus.RETRACTED
    )
    rows = session.execute(
        select(Record.type, Record.id, Record.dated, may)
        .join(Citation, cites())
        .where(
            Record.negotiation == negotiation,
            Citation.source == source,
            Citation.stated.is_(None),
            supports(),
        )
        .order_by(Record.ordinal)
    )
    later = [
        (type_, record, seen) for type_, record, dated, seen in rows if parse_edtf(dated).first > printed
    ]
    named = dict.fromkeys((type_, record) for type_, record, seen in later if seen)
    return list(named), not all(seen for _, _, seen in later)
