"""Scales: versioned ladders of neutrally worded rungs, each version unchangeable once it is used.

A rung has neither an id nor a number of its own: revisions know it by its issue, and by the version and the
rung that their row names.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, select

from app.commands.entries import By
from app.commands.records import (
    NoSuchRecord,
    Outdated,
    PackageRow,
    note,
    publish_change,
    revision_of,
    store_rows,
)
from app.commands.revisions import Change, lock
from app.db import WriteSession
from app.models import Issue, ScaleRung
from app.models.scales import was_used


class VersionInUse(Exception):
    """Records are, or were, placed on this version of the scale, so it stays as it is (domain.md §5)."""


class NoSuchRung(Exception):
    """The scale does not have this rung, or not any more."""


class NotTheNewest(Exception):
    """Only the newest version of a scale may be changed at all."""


def add_version(
    session: WriteSession, negotiation: str, issue: str, labels: Sequence[str], by: By, *, seen: int
) -> int:
    """Give an issue a scale, or a new version of the one that it has. Answers the version.

    ``labels`` are those of the rungs in order, from 0, one pole; ``seen`` is the newest revision of the
    issue's scale, 0 where it has none. Placements stay on the version on which they are. Raises NoSuchRecord
    and Outdated.
    """
    stored = _locked(session, negotiation, issue, seen)
    version = max(stored, default=0) + 1
    rows = _rows(issue, version, labels)
    changes = [Change("create", "scale", issue, None, row) for row in rows]
    _store(session, negotiation, issue, version, rows, changes, by)
    return version


def replace_version(
    session: WriteSession,
    negotiation: str,
    issue: str,
    version: int,
    labels: Sequence[str],
    by: By,
    *,
    reason: str,
    seen: int,
) -> None:
    """Correct the rungs of the newest version, on which nothing is placed yet.

    Raises NoSuchRecord, Outdated, NotTheNewest and VersionInUse.
    """
    before = _unused(session, negotiation, issue, version, seen)
    rows = _rows(issue, version, labels)
    changes = [
        Change(
            "edit" if row["rung"] in before else "create",
            "scale",
            issue,
            before.get(row["rung"]),
            row,
            reason,
        )
        for row in rows
    ]
    kept = {row["rung"] for row in rows}
    changes += [
        Change("remove", "scale", issue, row, None, reason)
        for rung, row in before.items()
        if rung not in kept
    ]
    if any(change.before != change.after for change in changes):
        _store(session, negotiation, issue, version, rows, changes, by)


def remove_version(
    session: WriteSession, negotiation: str, issue: str, version: int, by: By, *, reason: str, seen: int
) -> None:
    """Take away the newest version of a scale, on which nothing was ever placed.

    Raises NoSuchRecord, Outdated, NotTheNewest and VersionInUse.
    """
    before = _unused(session, negotiation, issue, version, seen)
    changes = [Change("remove", "scale", issue, row, None, reason) for row in before.values()]
    _store(session, negotiation, issue, version, [], changes, by)


def require_rungs(
    session: WriteSession, negotiation: str, issue: str, version: str, rungs: Collection[str]
) -> None:
    """Whether something may be placed on these rungs; nobody takes them away meanwhile. Raises NoSuchRung."""
    lock(session, negotiation)
    found = session.scalars(
        select(ScaleRung.rung).where(
            ScaleRung.negotiation == negotiation,
            ScaleRung.issue == issue,
            ScaleRung.version == int(version),
        )
    )
    if not set(rungs) <= {str(rung) for rung in found}:
        raise NoSuchRung


def _rows(issue: str, version: int, labels: Sequence[str]) -> list[PackageRow]:
    return [
        {"issue": issue, "version": str(version), "rung": str(rung), "label": label}
        for rung, label in enumerate(labels)
    ]


def _locked(
    session: WriteSession, negotiation: str, issue: str, seen: int
) -> dict[int, dict[str, PackageRow]]:
    """The rungs of every version of an issue's scale, which nobody else changes meanwhile."""
    lock(session, negotiation)
    of_issue = and_(Issue.negotiation == negotiation, Issue.id == issue)
    if session.scalar(select(Issue.id).where(of_issue)) is None:
        raise NoSuchRecord(issue)
    found: dict[int, dict[str, PackageRow]] = {}
    rows = session.execute(
        select(ScaleRung.version, ScaleRung.rung, ScaleRung.label)
        .where(ScaleRung.negotiation == negotiation, ScaleRung.issue == issue)
        .order_by(ScaleRung.version, ScaleRung.rung)
    )
    for version, rung, label in rows:
        row = {"issue": issue, "version": str(version), "rung": str(rung), "label": label}
        found.setdefault(version, {})[str(rung)] = row
    if (now_at := revision_of(session, negotiation, "scale", issue)) != seen:
        newest = found[max(found)] if found else {}
        raise Outdated({rung: row["label"] for rung, row in newest.items()}, now_at)
    return found


def _unused(
    session: WriteSession, negotiation: str, issue: str, version: int, seen: int
) -> dict[str, PackageRow]:
    stored = _locked(session, negotiation, issue, seen)
    if version not in stored:
        raise NoSuchRecord(f"{issue}/{version}")
    if version != max(stored):
        raise NotTheNewest
    if was_used(session, negotiation, issue, version):
        raise VersionInUse
    return stored[version]


def _store(
    session: WriteSession,
    negotiation: str,
    issue: str,
    version: int,
    rows: Sequence[PackageRow],
    changes: Sequence[Change],
    by: By,
) -> None:
    note(session, negotiation, changes, now=by.now, account=by.account)
    scope = and_(ScaleRung.issue == issue, ScaleRung.version == version)
    store_rows(session, negotiation, "scales", ScaleRung, [(row, 0) for row in rows], scope)
    publish_change(session, negotiation, (), ())
