"""Entries as the people who make them see them: what waits, and a demand as it was last recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from app.db import ReadSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Record, Revision, Source
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.visibility import NoSuchRecord

MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """A citation that is not published yet, with the record that it is of."""

    type: RecordType
    record: str
    kind: str | None
    summary: str | None
    dated: str
    record_waits: bool
    outlet: str
    published: str
    quote: str | None
    attributed_to: str | None


@dataclass(frozen=True, slots=True)
class EntriesPage:
    negotiation: NegotiationHead
    entries: Sequence[WaitingEntry]


def entries_page(session: ReadSession, negotiation: str, account: int | None) -> EntriesPage:
    """What waits for review, the newest first: of one person, or of everybody. Never shown to readers."""
    head = negotiation_head(session, negotiation)
    rows = session.execute(
        select(
            Record.type,
            Record.id,
            Record.kind,
            Record.summary,
            Record.dated,
            Record.review_status,
            Source.outlet,
            Source.published,
            Citation.quote,
            Citation.attributed_to,
        )
        .select_from(Citation)
        .join(
            Record,
            and_(
                Record.negotiation == Citation.negotiation,
                Record.type == Citation.subject_type,
                Record.id == Citation.subject,
            ),
        )
        .join(Source, and_(Source.negotiation == Citation.negotiation, Source.id == Citation.source))
        .where(
            Citation.negotiation == negotiation,
            Citation.review_status == ReviewStatus.SUBMITTED,
            *([Citation.entered_by == account] if account is not None else []),
        )
        .order_by(Citation.number.desc())
        .limit(MOST_ENTRIES)
    )
    entries = [
        WaitingEntry(
            type=row.type,
            record=row.id,
            kind=row.kind,
            summary=row.summary,
            dated=row.dated,
            record_waits=row.review_status is ReviewStatus.SUBMITTED,
            outlet=row.outlet,
            published=row.published,
            quote=row.quote,
            attributed_to=row.attributed_to,
        )
        for row in rows
    ]
    return EntriesPage(head, entries)


def editable_demand(session: ReadSession, negotiation: str, demand: str) -> tuple[Mapping[str, str], int]:
    """A published demand as it was last recorded, and the revision of that. Raises NoSuchRecord."""
    negotiation_head(session, negotiation)
    status = session.scalar(
        select(Record.review_status).where(
            Record.negotiation == negotiation, Record.type == RecordType.DEMAND, Record.id == demand
        )
    )
    if status is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(demand)
    last = (
        select(func.max(Revision.number))
        .where(Revision.negotiation == negotiation, Revision.noun == "demand", Revision.record == demand)
        .scalar_subquery()
    )
    after, number = session.execute(
        select(Revision.after, Revision.number).where(
            Revision.negotiation == negotiation, Revision.number == last
        )
    ).one()
    return json.loads(after or "{}"), number
