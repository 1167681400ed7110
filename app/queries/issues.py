"""One issue with everything that is known of it: its question, its scales, and what each side stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.db import ReadSession
from app.domain.vocabulary import Basis
from app.forms.filters import TimelineFilters
from app.models import Issue
from app.queries.negotiations import Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.positions import AsOf, PartyColumn, cell_pages
from app.queries.scales import Scale, scales_of
from app.queries.timeline import LATEST, TimelineRow, latest_rows
from app.queries.visibility import NoSuchRecord


@dataclass(frozen=True, slots=True)
class IssuePage:
    """``issues`` are the issue and the sub-questions under it, with their scales and the parties' cells."""

    negotiation: NegotiationHead
    cast: Cast
    issue: IssueHead
    description: str | None
    above: IssueHead | None
    issues: Sequence[IssueHead]
    scales: Mapping[str, Sequence[Scale]]
    columns: Sequence[PartyColumn]
    latest: Sequence[TimelineRow]

    @property
    def proposals(self) -> tuple[()]:
        """The table of positions stands here without proposals."""
        return ()


def issue_page(session: ReadSession, negotiation: str, issue: str, on: date, basis: Basis) -> IssuePage:
    """An issue as of a day, with the newest of its records. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    if issue not in cast.issues:
        raise NoSuchRecord(f"issue/{issue}")
    here = cast.issues[issue]
    shown = [here, *_under(cast, issue)]
    parties = cast.parties()
    asked = [AsOf(party.id, on) for party in parties]
    only = Cast(cast.actors, {one.id: one for one in shown})
    cells = cell_pages(session, negotiation, asked, basis, only)
    return IssuePage(
        negotiation=head,
        cast=cast,
        issue=here,
        description=session.scalar(
            select(Issue.description).where(Issue.negotiation == negotiation, Issue.id == issue)
        ),
        above=cast.issues.get(here.part_of or ""),
        issues=shown,
        scales=scales_of(session, negotiation, [one.id for one in shown]),
        columns=[
            PartyColumn(
                party.id,
                party.id,
                party.name,
                on,
                False,
                {one.id: cells[party.id, one.id, on] for one in shown},
            )
            for party in parties
        ],
        latest=latest_rows(session, negotiation, cast, TimelineFilters(issue=issue), on, basis, limit=LATEST),
    )


def _under(cast: Cast, issue: str) -> list[IssueHead]:
    """The sub-questions of an issue, and theirs, in their order."""
    within = {issue}
    found = []
    for one in cast.issues.values():  # each stands after the wider one that it is part of
        if one.part_of in within:
            within.add(one.id)
            found.append(one)
    return found
