"""What a person has given up before it was published, and may take back. Nobody else ever sees it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import RecordType
from app.models import Revision
from app.queries.accounts import Person

# For so long is it offered to be taken back, and so many of them at once; the revisions stay.
OFFERED_FOR, MOST = timedelta(days=30), 20


@dataclass(frozen=True, slots=True)
class Discarded:
    """An entry that was given up: its citation's number, and what it said."""

    number: int
    type: RecordType
    kind: str | None
    words: str
    at: datetime


def discarded(session: ReadSession, negotiation: str, person: Person, now: datetime) -> Sequence[Discarded]:
    """What this person has given up of late and not taken back, the last first."""
    later = aliased(Revision)
    rows = session.execute(
        select(Revision.record, Revision.before, Revision.recorded_at)
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == "citation",
            Revision.action == "discard",
            Revision.account == person.account,
            Revision.recorded_at > now - OFFERED_FOR,
            ~exists().where(
                later.negotiation == Revision.negotiation,
                later.noun == Revision.noun,
                later.record == Revision.record,
                later.number > Revision.number,
            ),
        )
        .order_by(Revision.number.desc())
        .limit(MOST)
    ).all()
    citations = [(int(row.record), json.loads(row.before), row.recorded_at) for row in rows]
    said = _last_said(
        session, negotiation, {(row["subject_type"], row["subject"]) for _, row, _ in citations}
    )
    found = []
    for number, citation, at in citations:
        record = said.get((citation["subject_type"], citation["subject"]), {})
        kind = record.get("kind") or record.get("response") or record.get("remark")
        words = record.get("title") or record.get("summary") or citation.get("quote") or ""
        found.append(Discarded(number, RecordType(citation["subject_type"]), kind, words, at))
    return found


def _last_said(
    session: ReadSession, negotiation: str, records: set[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, str]]:
    """These records as they last were, whether they are still there or went along."""
    if not records:
        return {}
    last = (
        select(func.max(Revision.number))
        .where(
            Revision.negotiation == negotiation,
            Revision.action != "redact",
            tuple_(Revision.noun, Revision.record).in_(sorted(records)),
        )
        .group_by(Revision.noun, Revision.record)
    )
    rows = session.execute(
        select(Revision.noun, Revision.record, Revision.before, Revision.after).where(
            Revision.negotiation == negotiation, Revision.number.in_(last)
        )
    )
    return {(noun, record): json.loads(after or before or "{}") for noun, record, before, after in rows}
