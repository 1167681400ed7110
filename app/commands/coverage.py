"""Coverage checks: somebody searched through a day for an actor's position on an issue and found none."""

from collections.abc import Mapping

from sqlalchemy import select

from app.commands.entries import By
from app.commands.records import (
    NoSuchRecord,
    Outdated,
    PackageRow,
    newest,
    next_number,
    note,
    publish_change,
    revision_of,
    store_rows,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.models import Actor, Coverage, Issue


class CheckedAlready(ValueError):
    """The same search is recorded already."""


def record_check(session: WriteSession, negotiation: str, row: Mapping[str, str], by: By) -> int:
    """Record a search that found nothing: actor, issue, searched_through, note. Answers its number.

    Raises NoSuchRecord and CheckedAlready.
    """
    lock(session, negotiation)
    _require(session, negotiation, row, 0)
    number = next_number(session, Coverage, negotiation)
    _store(session, negotiation, number, Change("create", "coverage", str(number), None, row), by)
    return number


def correct_check(
    session: WriteSession,
    negotiation: str,
    number: int,
    row: Mapping[str, str],
    by: By,
    *,
    reason: str,
    seen: int,
) -> None:
    """Correct what was recorded of a search. Raises NoSuchRecord, Outdated and CheckedAlready."""
    before = _held(session, negotiation, number, seen)
    _require(session, negotiation, row, number)
    if dict(row) != before:
        change = Change("edit", "coverage", str(number), before, row, reason)
        _store(session, negotiation, number, change, by)


def remove_check(
    session: WriteSession, negotiation: str, number: int, by: By, *, reason: str, seen: int
) -> None:
    """Take a search away that should not have been recorded. Raises NoSuchRecord and Outdated."""
    before = _held(session, negotiation, number, seen)
    _store(session, negotiation, number, Change("remove", "coverage", str(number), before, None, reason), by)


def _held(session: WriteSession, negotiation: str, number: int, seen: int) -> PackageRow:
    lock(session, negotiation)
    row = newest(session, negotiation, "coverage", [str(number)]).get(str(number))
    if row is None:
        raise NoSuchRecord(str(number))
    if (now_at := revision_of(session, negotiation, "coverage", str(number))) != seen:
        raise Outdated(row, now_at)
    return row


def _require(session: WriteSession, negotiation: str, row: Mapping[str, str], number: int) -> None:
    """Whom and what a search was about must be there, and no other check may say the same."""
    actor = select(Actor.id).where(Actor.negotiation == negotiation, Actor.id == row["actor"])
    issue = select(Issue.id).where(Issue.negotiation == negotiation, Issue.id == row["issue"])
    if session.scalar(actor) is None or session.scalar(issue) is None:
        raise NoSuchRecord(f"{row['actor']}/{row['issue']}")
    same = select(Coverage.number).where(
        Coverage.negotiation == negotiation,
        Coverage.actor == row["actor"],
        Coverage.issue == row["issue"],
        Coverage.searched_through == row["searched_through"],
        Coverage.number != number,
    )
    if session.scalars(same.limit(1)).first() is not None:
        raise CheckedAlready


def _store(session: WriteSession, negotiation: str, number: int, change: Change, by: By) -> None:
    """Write a check, or take it away, and compute its cell anew; where it moved, both."""
    note(session, negotiation, [change], now=by.now, account=by.account)
    after = {name: str(value) for name, value in (change.after or {}).items()}
    rows = [(after, number)] if after else []
    store_rows(session, negotiation, "coverage", Coverage, rows, Coverage.number == number)
    cells = {(str(row["actor"]), str(row["issue"])) for row in (change.before, change.after) if row}
    publish_change(session, negotiation, cells, ())
