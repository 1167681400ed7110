"""Coverage checks: what was searched for, through which day, and found nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.db import ReadSession
from app.models import Coverage
from app.queries.entries import newest_row
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.visibility import NoSuchRecord

# The newest ones; what is older is still said in its cell.
MOST_CHECKS = 500


@dataclass(frozen=True, slots=True)
class CheckLine:
    number: int
    actor: str
    issue: str
    searched_through: str
    note: str | None


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """``count`` is how many checks there are; ``checks`` the newest of them."""

    negotiation: NegotiationHead
    cast: Cast
    checks: Sequence[CheckLine]
    count: int


def coverage_page(session: ReadSession, negotiation: str) -> CoveragePage:
    """The checks of a negotiation, those that searched furthest first. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    rows = session.execute(
        select(Coverage.number, Coverage.actor, Coverage.issue, Coverage.searched_through, Coverage.note)
        .where(Coverage.negotiation == negotiation)
        .order_by(Coverage.searched_through_last.desc(), Coverage.number.desc())
        .limit(MOST_CHECKS)
    )
    count = session.scalar(select(func.count()).where(Coverage.negotiation == negotiation)) or 0
    return CoveragePage(head, cast_of(session, negotiation), [CheckLine(*row) for row in rows], count)


def check_row(session: ReadSession, negotiation: str, number: int) -> tuple[Mapping[str, str], int]:
    """A check as last recorded, and the revision that made it so. Raises NoSuchRecord."""
    row, seen = newest_row(session, negotiation, "coverage", str(number))
    if not row:
        raise NoSuchRecord(f"coverage/{number}")
    return row, seen
