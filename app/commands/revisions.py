"""Revisions: every change is appended to its negotiation's chain of hashes (domain.md §7)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update

from app.commands.batches import Batch, insert_rows
from app.db import WriteSession
from app.domain.chain import canonical, chain_hash, field_hashes
from app.models import Negotiation, Revision

_COLUMNS = (
    "negotiation",
    "number",
    "recorded_at",
    "account",
    "action",
    "noun",
    "record",
    "before",
    "after",
    "reason",
    "hash",
    "salts",
)


# An import changes hundreds of thousands of rows: their texts are not all in memory at once.
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record: what it was and what it is, as the columns of a data package.

    ``before`` is None where it begins. Empty columns are left out.
    """

    action: str
    noun: str
    record: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    reason: str | None = None


def lock(session: WriteSession, negotiation: str) -> None:
    """Make every other writer of this negotiation wait until this transaction ends.

    SQLite lets one writer in at a time anyway.
    """
    session.execute(select(Negotiation.id).where(Negotiation.id == negotiation).with_for_update())


def append(
    session: WriteSession,
    negotiation: str,
    changes: Sequence[Change],
    *,
    now: datetime,
    account: int | None = None,
) -> int:
    """Append a revision for each change, in order, and answer the number of the last one."""
    number, last_hash = session.execute(
        select(Negotiation.last_revision, Negotiation.last_hash)
        .where(Negotiation.id == negotiation)
        .with_for_update()
    ).one()
    # A clock set back, or a writer that had to wait, does not change what was recorded by a past day.
    last_moment = session.scalar(
        select(Revision.recorded_at).where(Revision.negotiation == negotiation, Revision.number == number)
    )
    recorded_at = max(now.astimezone(UTC), last_moment or now.astimezone(UTC))
    rows: list[tuple[object, ...]] = []
    for change in changes:
        if len(rows) == _AT_ONCE:
            insert_rows(session, Batch(Revision, _COLUMNS, rows))
            rows = []
        number += 1
        salts = secrets.token_hex(16)
        fixed = (negotiation, number, recorded_at, account, change.action, change.noun, change.record)
        hashes = field_hashes(change.before, change.after, change.reason, salts)
        last_hash = chain_hash(last_hash, fixed, hashes)
        texts = (_text(change.before), _text(change.after), change.reason)
        rows.append((*fixed, *texts, last_hash, salts))
    insert_rows(session, Batch(Revision, _COLUMNS, rows))
    session.execute(
        update(Negotiation)
        .where(Negotiation.id == negotiation)
        .values(last_revision=number, last_hash=last_hash)
    )
    return number


def _text(row: Mapping[str, object] | None) -> str | None:
    return None if row is None else canonical(row)
