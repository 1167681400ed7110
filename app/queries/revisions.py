"""The chain of revisions: whether it still says what was recorded, and what it had recorded by a day.

Both are read from its beginning (domain.md §3, §7).
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, case, select
from sqlalchemy.orm import Session

from app.domain.chain import canonical, chain_hash, field_hash, field_hashes, field_places
from app.models import Negotiation, Revision
from app.queries.visibility import NoSuchRecord

Progress = Callable[[int, int], None]

# So many rows are in memory at once, however long the chain.
_AT_ONCE = 500

# The places that later redactions name, with the number of the latest that does, by noun and record.
_Redacted = Mapping[tuple[str, str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """Where a chain no longer holds: the negotiation, the revision, and what is wrong with it, in words."""

    negotiation: str
    number: int
    problem: str

    def __str__(self) -> str:
        return f"“{self.negotiation}”, revision {self.number}: {self.problem}."


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far the chain of a negotiation goes, as the negotiation itself keeps it."""

    negotiation: str
    number: int
    hash: str

    def __str__(self) -> str:
        if not self.number:
            return "no revision yet"
        return f"whole from revision 1 to {self.number}; the newest hash is {self.hash}"


class _NotAsRecorded(Exception):
    """A revision is not what was appended; the message says in words how that shows."""


def verify(
    session: Session, negotiation: str | None = None, progress: Progress | None = None
) -> BrokenLink | None:
    """The first link of a negotiation's chain that is broken, or None where all hold.

    Without a negotiation, of all of them. A revision that was changed, removed, added or moved is found
    unless all behind it were chained anew; a tail that was cut off, as long as the negotiation still knows of
    it. A field may have been erased only where a later revision says so.
    """
    for end in chain_ends(session):
        if negotiation in (None, end.negotiation) and (broken := _broken(session, end, progress)):
            return broken
    return None


def chain_ends(session: Session) -> list[ChainEnd]:
    """Where every chain ends."""
    rows = session.execute(
        select(Negotiation.id, Negotiation.last_revision, Negotiation.last_hash).order_by(Negotiation.id)
    )
    return [ChainEnd(*row) for row in rows]


def _broken(session: Session, end: ChainEnd, progress: Progress | None) -> BrokenLink | None:
    negotiation = end.negotiation
    redacted = _redacted(session, negotiation)
    number, previous = 0, ""
    rows = session.execute(
        select(*Revision.__table__.columns)
        .where(Revision.negotiation == negotiation)
        .order_by(Revision.number)
        .execution_options(yield_per=_AT_ONCE)
    )
    with rows:
        for row in rows:
            number += 1
            try:
                _check(row, number, previous, redacted)
            except _NotAsRecorded as fault:
                return BrokenLink(negotiation, number, str(fault))
            previous = row.hash
            if progress and number % _AT_ONCE == 0:
                progress(number, end.number)
    if number < end.number:
        return BrokenLink(
            negotiation, number + 1, f"it is missing; the negotiation knows of {end.number} revisions"
        )
    if number > end.number:
        return BrokenLink(negotiation, number, f"the negotiation knows of {end.number} revisions only")
    if previous != end.hash:
        return BrokenLink(negotiation, number, "the negotiation keeps another hash of it")
    return None


def _check(row: Row[Any], number: int, previous: str, redacted: _Redacted) -> None:
    """Hold one revision against the hash before it. Raises _NotAsRecorded."""
    if row.number != number:
        raise _NotAsRecorded(f"it is missing; the next one is {row.number}")
    erased = {} if row.erased is None else _object(row.erased, "what was erased of it")
    before, after = _fields(row, "before", erased), _fields(row, "after", erased)
    if row.erased is None:
        hashes = field_hashes(before, after, row.reason, row.salts)
    else:
        hashes = _hashes_after_erasure(row, before, after, erased)
        named = redacted.get((row.noun, row.record), {})
        for place in erased:
            if named.get(_field(place), 0) <= number:
                raise _NotAsRecorded(f"its field {place} was erased, and no later revision says so")
    fixed = (row.negotiation, row.number, row.recorded_at, row.account, row.action, row.noun, row.record)
    if chain_hash(previous, fixed, hashes) != row.hash:
        raise _NotAsRecorded("it is not what was recorded")


def _hashes_after_erasure(
    row: Row[Any],
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    erased: dict[str, str],
) -> dict[str, str]:
    """The hashes of the fields that are left, by salts of their own, and those kept of the erased ones."""
    salts = _object(row.salts, "the salts of its fields")
    left = dict(field_places(before, after, row.reason))
    if not erased or salts.keys() != left.keys() or erased.keys() & left.keys():
        raise _NotAsRecorded("what was erased of it and what is left do not make a whole")
    return {place: field_hash(salts[place], value) for place, value in left.items()} | erased


def _fields(row: Row[Any], side: str, erased: dict[str, str]) -> dict[str, Any] | None:
    """What a record was before or after. Only an erasure leaves an object without fields."""
    text = getattr(row, side)
    fields = None if text is None else _object(text, f"what the record was {side} it")
    was_there = bool(fields) or any(place.startswith(f"{side}.") for place in erased)
    if was_there != (fields is not None):
        raise _NotAsRecorded(f"what the record was {side} it is not what was recorded")
    return fields


def _object(text: str, what: str) -> dict[str, Any]:
    """A JSON object as revisions keep it: the same text for the same object, so no other text will do."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or canonical(found) != text:
        raise _NotAsRecorded(f"{what} cannot be read as it is kept")
    return found


def _redacted(session: Session, negotiation: str) -> _Redacted:
    """The fields that revisions say were erased for somebody's safety, and the latest that says so."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for number, noun, record, after in session.execute(
        select(Revision.number, Revision.noun, Revision.record, Revision.after)
        .where(Revision.negotiation == negotiation, Revision.action == "redact")
        .order_by(Revision.number)
    ):
        for name in _names(after):
            found[noun, record][_field(name)] = number
    return found


def _field(place: str) -> str:
    """The name of a field, without the side of its revision: ``quote`` of ``after.quote``."""
    return place.rpartition(".")[2]


def _names(after: str | None) -> Iterator[str]:
    try:
        fields = json.loads(after or "{}")["fields"]
    except (ValueError, KeyError, TypeError):
        return
    if isinstance(fields, list):
        yield from map(str, fields)


# --- What was recorded by a day --------------------------------------------------------------------------


class NothingRecorded(LookupError):
    """Of this negotiation nothing was recorded by the end of the day; ``since`` is when that began."""

    def __init__(self, negotiation: str, on: date, since: date) -> None:
        super().__init__(f"nothing of {negotiation} was recorded by {on}")
        self.negotiation, self.on, self.since = negotiation, on, since


@dataclass(frozen=True, slots=True)
class Recorded:
    """How far a negotiation had been recorded by the end of a day: up to its revision ``number``.

    ``is_newest`` where no revision came after it. ``redaction`` is the newest revision that blanked
    something: it holds for the past too. ``since`` is the day of the first revision.
    """

    negotiation: str
    number: int
    is_newest: bool
    redaction: int
    since: date


def recorded_by(session: Session, negotiation: str, on: date) -> Recorded:
    """What was recorded of a negotiation by the end of a day, in UTC. Revisions are in the order of time.

    Raises NoSuchRecord and NothingRecorded.
    """
    here = session.execute(
        select(Negotiation.last_revision, Negotiation.last_redaction).where(Negotiation.id == negotiation)
    ).first()
    if here is None:
        raise NoSuchRecord(negotiation)

    def day(number: int) -> date:
        found: datetime = session.execute(
            select(Revision.recorded_at).where(Revision.negotiation == negotiation, Revision.number == number)
        ).scalar_one()
        return found.astimezone(UTC).date()

    newest: int = here.last_revision
    since = day(1)
    if since > on:
        raise NothingRecorded(negotiation, on, since)
    number = newest if day(newest) <= on else bisect_right(range(1, newest + 1), on, key=day)
    return Recorded(negotiation, number, number == newest, here.last_redaction, since)


class Step(NamedTuple):
    """A revision as far as it makes a record what it is; what a redaction erased is not in ``after``.

    ``before`` is there for a rung alone: nothing else says which one was removed.
    """

    action: str
    noun: str
    record: str
    before: str | None
    after: str | None
    reason: str | None


def steps(session: Session, negotiation: str, through: int) -> Iterator[Step]:
    """The revisions of a negotiation up to one, in order, a few at a time."""
    rows = session.execute(
        select(
            Revision.action,
            Revision.noun,
            Revision.record,
            case((Revision.noun == "scale", Revision.before)),
            Revision.after,
            Revision.reason,
        )
        .where(Revision.negotiation == negotiation, Revision.number <= through)
        .order_by(Revision.number)
        .execution_options(yield_per=_AT_ONCE)
    )
    return (Step(*row) for row in rows)
