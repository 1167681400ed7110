"""Positions side by side, and how far apart they are, as JSON."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.comparison import Direction, Why
from app.domain.vocabulary import Empty, RecordType, Slot, Track
from app.forms.filters import Faults, read_columns
from app.queries.cells import CellPage, PartyColumn
from app.queries.cells import Claim as ClaimLine
from app.queries.comparison import (
    Comparison,
    GapLine,
    MovementLine,
    PartyOn,
)
from app.queries.comparison import NotCompared as NotComparedLine
from app.queries.negotiations import negotiation_head
from app.queries.positions import ColumnChoice, PositionsPage, positions_page
from app.queries.proposal_columns import ProposalColumn
from app.web.api import problems
from app.web.api.answers import answer, early_answer
from app.web.api.parameters import COLUMNS, EDTF, VIEW, Negotiation, described
from app.web.api.shapes import Listed, told
from app.web.deps import ViewOf, ViewReads
from app.web.redirects import moved
from app.web.render import etag
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class Claim(BaseModel):
    """One line of a cell, shown by its latest record."""

    type: RecordType = told("What kind of record it is.", "demand")
    id: str = told("Its id.", "hamas-2023-12-25-rejects-giving-up-power")
    summary: str | None = told("What it says, in neutral words.", "Rejects giving up power in Gaza")
    since: str = told(f"When it was first stated. {EDTF}", "2023-12-25")
    last_heard: str = told(f"When it was last stated. {EDTF}", "2023-12-25")
    track: Track = told("Whether it is from the holder’s own side.", "own_side")
    speaker: str | None = told("Who says so, as readers are told.", "two Egyptian security sources")
    outlet: str | None = told("Where it was printed.", "Reuters")
    reports: int = told("How many reports count on this track.", 1)
    origins: int = told("How many of these are independent of each other.", 1)
    denied: bool = told("Whether somebody denies it.", False)
    overtaken: bool = told("Whether an event overtook it.", False)
    proposal: str | None = told("The proposal that it answers or belongs to.", None)
    terms: list[str] = told("The terms that were accepted with it.", [])


class ComparedCell(BaseModel):
    """Where a participant stands on an issue, on the day of the column."""

    column: str = told("The key of the column.", "qatar@2024-02-07")
    asks: list[Claim] = told("What it asks for or offers, from its own side.")
    refuses: list[Claim] = told("What it refuses, from its own side.")
    accepted: list[Claim] = told("The latest package on this issue that it accepted.")
    others_say: list[Claim] = told("What only others say of it.")
    says: list[Claim] = told("General statements, where nothing else is known.")
    possible: list[Claim] = told("With basis=stated: what only may be by the day.")
    standing_count: int = told("How many more lines stand without a withdrawal.", 0)
    contested: bool = told("Whether a line shown is contradicted by another account.", False)
    empty: Empty | None = told("Why there is nothing from its own side; null where it is heard.", None)
    searched_through: str | None = told("The day through which somebody searched and found none.", None)


class Column(BaseModel):
    """A column: a participant on a day, a proposal, or one that is asked for and not there."""

    key: str = told("How it is asked for in columns=.", "qatar@2024-02-07")
    type: Literal["party", "proposal", "none"] = told("What it is.", "party")
    name: str | None = told("Its name.", "Qatar")
    actor: str | None = told("The id of the participant.", "qatar")
    on: date | None = told("The day on which the participant is shown.", "2024-02-07")
    proposal: str | None = told("The id of the proposal.", None)


class PartyOnDay(BaseModel):
    """A party on a day."""

    actor: str = told("Its id.", "qatar")
    on: date = told("The day.", "2024-09-04")


class Gap(BaseModel):
    """How far two parties are apart on one day, in steps of the scale; 0 to 0 is aligned."""

    one: PartyOnDay = told("The one party.")
    other: PartyOnDay = told("The other.")
    least: int | None = told("The least number of steps; null where only amounts are compared.", 2)
    greatest: int | None = told("The greatest.", 2)
    of: int | None = told("How many steps the scale has.", 4)
    is_disputed: bool = told("Whether an account of either position is contested or denied.", False)


class Movement(BaseModel):
    """How a party moved between two days, toward or away from where another stood on the earlier one."""

    earlier: PartyOnDay = told("The party on the earlier day.")
    later: PartyOnDay = told("The same party on the later day.")
    other: PartyOnDay | None = told("Seen from whom; null where it did not move.", None)
    direction: Direction | None = told("Which way.", "toward")
    least: int | None = told("By at least so many steps.", 1)
    greatest: int | None = told("By at most so many.", 1)
    of: int | None = told("How many steps the scale has.", 4)


class NotCompared(BaseModel):
    """Why something is not compared."""

    why: Why = told("The reason.", "not_placed")
    party: PartyOnDay | None = told("Whose position it lies in; null where in nobody’s alone.", None)
    unplaced: list[str] = told("The ids of its records that could be placed.", [])


class IssueCompared(BaseModel):
    """Everything that stands side by side on one issue."""

    issue: str = told("The id of the issue.", "troop-withdrawal")
    cells: list[ComparedCell] = told("One for each column of a participant.")
    terms: dict[str, list[str]] = told(
        "For each column of a proposal, the ids of its terms on the issue.", {}
    )
    gaps: list[Gap] = told("How far each two parties are apart, where that can be said.")
    no_gap: list[NotCompared] = told("Why it cannot be said of the others.")
    movements: list[Movement] = told("How a party that is shown on two days moved, where that can be said.")
    no_movement: list[NotCompared] = told("Why it cannot be said of the others.")


class GapCount(BaseModel):
    """On how many issues two parties are how far apart. There is no index."""

    one: PartyOnDay = told("The one party.")
    other: PartyOnDay = told("The other.")
    aligned: int = told("Issues on which they are aligned.", 2)
    overlapping: int = told("Issues on which they may be either.", 0)
    apart: int = told("Issues on which they are apart.", 4)
    not_comparable: int = told("Issues on which that cannot be said.", 7)
    issues: int = told("Of so many issues.", 13)


class Compared(Listed):
    """Positions side by side."""

    columns: list[Column] = told("The columns, in their order.")
    issues: list[IssueCompared] = told("The issues, in their order.")
    gap_counts: list[GapCount] = told("A summary in counts, with what they cover.")


@router.get(
    "/negotiations/{negotiation}/comparison",
    operation_id="comparison",
    summary="Positions side by side",
    tags=["positions"],
    response_model=Compared,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, COLUMNS),
)
@allow(Permission.READ_PUBLISHED)
def comparison(request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation) -> Response:
    """The table of positions with its columns, and how far the parties in them are apart on each issue.

    Distances are told in steps of a scale, and only where an editor placed on it what both parties say from
    their own side; everything else is not compared, with the reason.
    """
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    columns, wrong = read_columns(request.query_params.get("columns", ""))
    faults = Faults(view.faults | ({"columns": wrong} if wrong else {}))
    if early := early_answer(request, tag, faults):
        return early
    choices = [ColumnChoice(c.actor, c.day, c.proposal, str(c), c.latest) for c in columns]
    found = positions_page(session, negotiation, view.on, view.basis, choices)
    if found.unknown_columns:
        named = ", ".join(f"“{key[:80]}”" for key in found.unknown_columns)
        words = f"Nothing here is called {named}, or it was not known by this day."
        return moved(request) or problems.unusable({"columns": words})
    body = Compared(
        negotiation=negotiation,
        on=view.on,
        basis=view.basis,
        columns=[_column(column) for column in found.columns],
        issues=[_issue(found, issue.id) for issue in found.issues],
        gap_counts=_counts(found.comparison),
    )
    return answer(request, body, tag)


def _column(column: Any) -> Column:
    if isinstance(column, PartyColumn):
        return Column(
            key=column.key, type="party", name=column.name, actor=column.actor, on=column.on, proposal=None
        )
    if isinstance(column, ProposalColumn):
        return Column(
            key=column.key, type="proposal", name=column.name, actor=None, on=None, proposal=column.record.id
        )
    return Column(key=column.key, type="none", name=None, actor=None, on=None, proposal=None)


def _issue(found: PositionsPage, issue: str) -> IssueCompared:
    compared = found.comparison.issues[issue]
    return IssueCompared(
        issue=issue,
        cells=[
            _cell(column.key, column.cells[issue])
            for column in found.columns
            if isinstance(column, PartyColumn)
        ],
        terms={column.key: [term.id for term in column.terms.get(issue, ())] for column in found.proposals},
        gaps=[_gap(line) for line in compared.gaps],
        no_gap=[_not_compared(one) for one in compared.no_gap],
        movements=[_movement(line) for line in compared.movements],
        no_movement=[_not_compared(one) for one in compared.no_movement],
    )


def _cell(key: str, cell: CellPage) -> ComparedCell:
    return ComparedCell(
        column=key,
        **{slot.value: _claims(getattr(cell, slot.value)) for slot in Slot},
        possible=_claims(cell.possible),
        standing_count=cell.standing_count,
        contested=cell.contested,
        empty=cell.empty,
        searched_through=cell.searched_through,
    )


def _claims(claims: Iterable[ClaimLine]) -> list[Claim]:
    return [claim_of(claim) for claim in claims]


def claim_of(claim: ClaimLine) -> Claim:
    """A line of a cell as the API tells it."""
    voice = claim.evidence.voice
    return Claim(
        type=claim.record.type,
        id=claim.record.id,
        summary=claim.record.words or None,
        since=claim.since,
        last_heard=claim.last_heard,
        track=claim.evidence.track,
        speaker=(voice.speaker or None) if voice else None,
        outlet=voice.source.outlet if voice else None,
        reports=claim.evidence.reports,
        origins=claim.evidence.origins,
        denied=bool(claim.evidence.denials),
        overtaken=claim.overtaken,
        proposal=claim.proposal.id if claim.proposal else None,
        terms=[term.id for term in claim.terms],
    )


def _on_day(party: PartyOn) -> PartyOnDay:
    return PartyOnDay(actor=party.holder, on=party.on)


def _gap(line: GapLine) -> Gap:
    steps = line.gap.steps
    return Gap(
        one=_on_day(line.one),
        other=_on_day(line.other),
        least=steps.least if steps else None,
        greatest=steps.greatest if steps else None,
        of=line.of,
        is_disputed=line.is_disputed,
    )


def _movement(line: MovementLine) -> Movement:
    steps = line.movement.steps
    return Movement(
        earlier=_on_day(line.earlier),
        later=_on_day(line.later),
        other=_on_day(line.other) if line.other else None,
        direction=line.movement.direction,
        least=steps.least if steps else None,
        greatest=steps.greatest if steps else None,
        of=line.of,
    )


def _not_compared(one: NotComparedLine) -> NotCompared:
    return NotCompared(
        why=one.why,
        party=_on_day(one.party) if one.party else None,
        unplaced=[record.id for record in one.unplaced],
    )


def _counts(found: Comparison) -> list[GapCount]:
    return [
        GapCount(
            one=_on_day(count.one),
            other=_on_day(count.other),
            aligned=count.aligned,
            overlapping=count.overlapping,
            apart=count.apart,
            not_comparable=count.not_comparable,
            issues=count.issues,
        )
        for count in found.gap_counts
    ]
