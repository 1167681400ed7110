"""What a negotiation is made of before anything is reported: its cast and issues, as they are set up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import ReadSession
from app.domain.vocabulary import Role
from app.models import ChangeDay, Issue, Negotiation, Participant, Revision
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.packages import PackageRow, package_rows
from app.queries.visibility import NoSuchRecord

# The noun of each file that is set up by forms, as revisions name it.
NOUNS = {"negotiation": "negotiation", "actors": "actor", "participants": "participant", "issues": "issue"}


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue as it is listed: how deep under wider ones, and whether it can change places with a
    neighbour that is part of the same."""

    row: Mapping[str, str]
    depth: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class SetupPage:
    """``row`` is the negotiation's own, ``seen`` the revision that made it so."""

    negotiation: NegotiationHead
    row: Mapping[str, str]
    seen: int
    cast: Cast
    actors: Sequence[Mapping[str, str]]
    participants: Sequence[PackageRow]
    issues: Sequence[IssueLine]
    missing: "Missing | None"


class Missing(StrEnum):
    """What a negotiation lacks first."""

    CAST = "parties and issues"
    PARTIES = "parties"
    ISSUES = "issues"
    DEMANDS = "demands"


def setup_page(session: ReadSession, negotiation: str) -> SetupPage:
    """Everything that is set up of a negotiation. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    row, seen = setup_row(session, negotiation, "negotiation", negotiation)
    return SetupPage(
        negotiation=head,
        row=row,
        seen=seen,
        cast=cast,
        actors=[row.cells for row in setup_rows(session, negotiation, "actors")],
        participants=setup_rows(session, negotiation, "participants"),
        issues=_issue_lines(setup_rows(session, negotiation, "issues"), cast),
        missing=missing(session).get(negotiation),
    )


def setup_rows(session: Session, negotiation: str, file: str) -> list[PackageRow]:
    """The rows of one file of the negotiation's package, as they are stored."""
    return list(package_rows(session, negotiation, file, unpublished=True))


def setup_row(session: Session, negotiation: str, file: str, key: str) -> tuple[Mapping[str, str], int]:
    """One row, found by its id or number, and the revision that made it so. Raises NoSuchRecord."""
    for row in setup_rows(session, negotiation, file):
        if key == (str(row.number) if row.number else row.cells["id"]):
            return row.cells, last_change(session, negotiation, NOUNS[file], key)
    raise NoSuchRecord(f"{file}/{key}")


def last_change(session: Session, negotiation: str, noun: str, record: str) -> int:
    """The number of the newest revision of a row's text; that its list was put in order changes no text."""
    return (
        session.scalar(
            select(func.max(Revision.number)).where(
                Revision.negotiation == negotiation,
                Revision.noun == noun,
                Revision.record == record,
                Revision.action != "reorder",
            )
        )
        or 0
    )


def missing(session: ReadSession) -> dict[str, Missing]:
    """What each negotiation lacks first; one that lacks nothing is left out.

    That nothing is reported is judged by the days on which cells change, which only published records have.
    """
    ids = session.scalars(select(Negotiation.id))
    with_parties = set(
        session.scalars(select(Participant.negotiation).where(Participant.role == Role.PARTY).distinct())
    )
    with_issues = set(session.scalars(select(Issue.negotiation).distinct()))
    with_demands = set(session.scalars(select(ChangeDay.negotiation).distinct()))
    found = {}
    for id_ in ids:
        if id_ not in with_parties | with_issues:
            found[id_] = Missing.CAST
        elif id_ not in with_parties:
            found[id_] = Missing.PARTIES
        elif id_ not in with_issues:
            found[id_] = Missing.ISSUES
        elif id_ not in with_demands:
            found[id_] = Missing.DEMANDS
    return found


def _issue_lines(rows: Sequence[PackageRow], cast: Cast) -> list[IssueLine]:
    """The issues as the table of positions has them: each sub-question under its wider one."""
    by_id = {row.cells["id"]: row.cells for row in rows}
    under: dict[str | None, list[str]] = {}
    for cells in by_id.values():
        under.setdefault(cells.get("part_of"), []).append(cells["id"])
    lines = []
    for issue in cast.issues.values():
        siblings = under[issue.part_of]
        depth, at = 0, issue.part_of
        while at is not None:
            depth, at = depth + 1, cast.issues[at].part_of
        lines.append(IssueLine(by_id[issue.id], depth, siblings[0] == issue.id, siblings[-1] == issue.id))
    return lines
