"""The chain of revisions: each hash covers the one before it and every field of its row (domain.md §7)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))

Fields = Mapping[str, object]


def canonical(value: object) -> str:
    """A value as JSON that is the same text for the same value."""
    return _CANONICAL.encode(value)


def chain_hash(previous: str, fixed: Sequence[object], hashes: Mapping[str, str]) -> str:
    """The hash of a revision: of the one before it, of what never changes of it, and of its fields' hashes.

    ``fixed`` is negotiation, number, moment, account, action, noun and record, in this order.
    """
    values = [_moment(value) if isinstance(value, datetime) else value for value in fixed]
    return _digest(canonical([previous, *values, hashes]))


def field_hashes(
    before: Fields | None, after: Fields | None, reason: str | None, salts: str
) -> dict[str, str]:
    """The salted hash of every field of a revision, by its place in it.

    Whoever knows a hash alone cannot find out, by trying, what an erased field said.
    """
    return {
        place: field_hash(field_salt(salts, place), value)
        for place, value in field_places(before, after, reason)
    }


def field_salt(salts: str, place: str) -> str:
    """The salt of one field, made from the secret of its revision."""
    return _digest(f"{salts}:{place}")


def field_hash(salt: str, value: object) -> str:
    return _digest(salt + canonical(value))


def field_places(
    before: Fields | None, after: Fields | None, reason: str | None
) -> Iterator[tuple[str, object]]:
    """Every field of a revision with its place in it: ``before.quote``, ``after.quote``, ``reason``."""
    for side, fields in (("before", before), ("after", after)):
        for name, value in (fields or {}).items():
            yield f"{side}.{name}", value
    if reason is not None:
        yield "reason", reason


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
