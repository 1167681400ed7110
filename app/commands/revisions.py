"""Revisions: every change is appended to its negotiation's chain of hashes (domain.md §7)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import select, update

from app.commands.batches import Batch, insert_rows
from app.db import WriteSession
from app.models import Negotiation, Revision

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
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
)


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
    recorded_at = now.astimezone(UTC)
    rows = []
    for change in changes:
        number += 1
        row = (
            negotiation,
            number,
            recorded_at,
            account,
            change.action,
            change.noun,
            change.record,
            canonical(change.before),
            canonical(change.after),
            change.reason,
        )
        last_hash = chain_hash(last_hash, row)
        rows.append((*row, last_hash))
    insert_rows(session, Batch(Revision, _COLUMNS, rows))
    session.execute(
        update(Negotiation)
        .where(Negotiation.id == negotiation)
        .values(last_revision=number, last_hash=last_hash)
    )
    return number


def canonical(row: Mapping[str, object] | None) -> str | None:
    """A row as JSON that is the same text for the same values."""
    if row is None:
        return None
    return _CANONICAL.encode(row)


def chain_hash(previous: str, row: Sequence[object]) -> str:
    """The hash of a revision: of all its fields but this one, in their order, and of the hash before it."""
    fields = [_moment(value) if isinstance(value, datetime) else value for value in row]
    return sha256(_CANONICAL.encode([previous, *fields]).encode()).hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
