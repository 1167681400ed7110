"""Where one demand or one term is placed on the scale of its issue, for the editor who places it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db import ReadSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Demand, Term
from app.queries.accounts import Person
from app.queries.entries import Editable, editable
from app.queries.negotiations import Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.records import RecordLine, actors_of, issues_of, record_line
from app.queries.scales import Placement, Scale, placements, scales_of
from app.queries.visibility import NoSuchRecord


@dataclass(frozen=True, slots=True)
class PlacementPage:
    """``issue`` is None where there are several: then no scale is the record's.

    ``edited`` is what a placement is a correction of: the demand, or the proposal that has the term.
    """

    negotiation: NegotiationHead
    cast: Cast
    record: RecordLine
    holders: Sequence[str]
    issue: IssueHead | None
    scales: Sequence[Scale]
    placement: Placement | None
    edited: Editable


def placement_page(
    session: ReadSession, negotiation: str, type_: RecordType, record: str, person: Person
) -> PlacementPage:
    """A published demand or term with the scales of its issue. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    line = record_line(session, negotiation, type_, record)
    whole = (RecordType.PROPOSAL, line.proposal or "") if type_ is RecordType.TERM else line.subject
    edited = editable(session, negotiation, *whole, person)
    if edited.status is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(record)
    issues = issues_of(session, negotiation, [line.subject])[line.subject]
    issue = cast.issues[issues[0]] if len(issues) == 1 else None
    if type_ is RecordType.DEMAND:
        placed = placements(session, negotiation, Demand, [record], Demand.placement_issue)
    else:
        placed = placements(session, negotiation, Term, [record], Term.issue)
    parts = actors_of(session, negotiation, [line.subject]).get(line.subject, {})
    return PlacementPage(
        head,
        cast,
        line,
        parts.get("holder") or parts.get("proposed_by", []),
        issue,
        scales_of(session, negotiation, [issue.id]).get(issue.id, []) if issue else [],
        placed.get(record),
        edited,
    )
