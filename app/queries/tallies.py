"""How many records each participant has on each issue, the two tracks apart (domain.md §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from app.db import ReadSession
from app.domain.vocabulary import Attribution, Basis, RecordType
from app.models import Citation, CitationAttribution, Record, RecordActor, RecordIssue, Source
from app.models.joins import cites, in_source, is_upheld, of_citation, of_record, supports
from app.queries.citations import counts_by
from app.queries.records import known_by
from app.queries.visibility import published


@dataclass(frozen=True, slots=True)
class Tally:
    """Records that a report supports by the day: from its own side, and only said by others."""

    own: int = 0
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.own or self.others)


NO_RECORDS = Tally()


def tallies(
    session: ReadSession,
    negotiation: str,
    on: date,
    basis: Basis,
    *,
    issues: Sequence[str] = (),
    only: Sequence[ColumnElement[bool]] = (),
) -> Mapping[tuple[str, str], Tally]:
    """For each (issue, holder) its demands; of all issues, unless some are named.

    ``only`` narrows the records further. Joint demands count for each holder by its own track.
    """
    is_own = case((CitationAttribution.attribution == Attribution.SELF, 1), else_=0)
    wanted: Any = (
        select(
            RecordIssue.issue.label("issue"),
            RecordActor.actor.label("holder"),
            func.max(is_own).label("own"),
        )
        .select_from(Record)
        .join(RecordIssue, of_record(RecordIssue))
        .join(RecordActor, and_(of_record(RecordActor), RecordActor.part == "holder"))
        .join(Citation, cites())
        .join(Source, in_source())
        .outerjoin(
            CitationAttribution,
            and_(of_citation(CitationAttribution), CitationAttribution.holder == RecordActor.actor),
        )
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            published(Record),
            known_by(on, basis),
            published(Citation),
            supports(),
            is_upheld(on),
            counts_by(on, basis),
            *only,
        )
        .group_by(RecordIssue.issue, RecordActor.actor, Record.id)
    )
    if issues:
        wanted = wanted.where(RecordIssue.issue.in_(issues))
    each = wanted.subquery()
    rows = session.execute(
        select(each.c.issue, each.c.holder, func.sum(each.c.own), func.count()).group_by(
            each.c.issue, each.c.holder
        )
    )
    return {(issue, holder): Tally(int(own), count - int(own)) for issue, holder, own, count in rows}
