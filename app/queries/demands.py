"""One demand with everything that is known of it, and the links between demands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.db import ReadSession
from app.domain.vocabulary import Basis, LinkRelation, RecordType
from app.models import Demand, Link
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import RecordLine, Sight, is_known, record_line, records_of, sight
from app.queries.scales import Placement, placements
from app.queries.timeline import TimelineRow, rows_of


@dataclass(frozen=True, slots=True)
class Relation:
    """A link of a demand to another, read from this end of it."""

    relation: LinkRelation
    is_from_here: bool
    other: RecordLine
    note: str | None


@dataclass(frozen=True, slots=True)
class DemandPage:
    """``overtaken_by`` is the event that overtook it, where that is known by the day."""

    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow
    relations: Sequence[Relation]
    overtaken_by: RecordLine | None
    placement: Placement | None


def demand_page(session: ReadSession, negotiation: str, demand: str, on: date, basis: Basis) -> DemandPage:
    """A demand as of a day, or as of the day on which it became known. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    record = record_line(session, negotiation, RecordType.DEMAND, demand)
    seen = sight(record, on, basis)
    cast = cast_of(session, negotiation)
    row = rows_of(session, negotiation, cast, [record.subject], seen.on, basis)[0]
    links = links_of(session, negotiation, {demand}).get(demand, [])
    others = {(RecordType.DEMAND, other) for _, _, other, _ in links}
    if record.overtaken_by:
        others.add((RecordType.EVENT, record.overtaken_by))
    lines = {
        subject: line
        for subject, line in records_of(session, negotiation, others).items()
        if is_known(line, seen.on, basis)
    }
    placed = placements(session, negotiation, Demand, [demand], Demand.placement_issue)
    return DemandPage(
        negotiation=head,
        cast=cast,
        sight=seen,
        row=row,
        relations=[
            Relation(relation, is_from_here, lines[RecordType.DEMAND, other], note)
            for relation, is_from_here, other, note in links
            if (RecordType.DEMAND, other) in lines
        ],
        overtaken_by=lines.get((RecordType.EVENT, record.overtaken_by or "")),
        placement=placed.get(demand),
    )


def links_of(
    session: ReadSession, negotiation: str, demands: set[str]
) -> dict[str, list[tuple[LinkRelation, bool, str, str | None]]]:
    """The links of these demands, from either end."""
    found: dict[str, list[tuple[LinkRelation, bool, str, str | None]]] = {}
    if not demands:
        return found
    rows: Any = session.execute(
        select(Link.from_demand, Link.relation, Link.to_demand, Link.note)
        .where(
            Link.negotiation == negotiation,
            or_(Link.from_demand.in_(sorted(demands)), Link.to_demand.in_(sorted(demands))),
        )
        .order_by(Link.ordinal)
    )
    for start, relation, end, note in rows:
        if start in demands:
            found.setdefault(start, []).append((relation, True, end, note))
        if end in demands:
            found.setdefault(end, []).append((relation, False, start, note))
    return found
