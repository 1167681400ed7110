"""What changed between two days, cell by cell, as JSON."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.changes import Turn
from app.domain.vocabulary import Basis
from app.forms.filters import Span, read_span
from app.queries.changes import CellChanges, ChangedLine, ChangesPage, changes_page
from app.queries.negotiations import negotiation_head
from app.queries.revisions import NothingRecorded
from app.web.api import problems
from app.web.api.answers import answer, unchanged
from app.web.api.comparing import Claim, claim_of
from app.web.api.parameters import BASIS, Negotiation, described, query
from app.web.api.shapes import told
from app.web.deps import Reads, as_of, today
from app.web.render import etag
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class ChangedClaim(Claim):
    """A line with what became of it."""

    turns: list[Turn] = told("What became of it.", ["new"])
    by: str | None = told("The id of the record that replaced, withdrew or rejected it.", None)


class CellChange(BaseModel):
    """What changed in one cell."""

    holder: str = told("The id of the participant.", "qatar")
    issue: str = told("The id of the issue.", "troop-withdrawal")
    days: int = told("On how many days it changed.", 1)
    came: list[ChangedClaim] = told("Lines that came.")
    stayed: list[ChangedClaim] = told("Lines that stay and read differently.")
    went: list[ChangedClaim] = told("Lines that went.")
    between: list[ChangedClaim] = told("Lines that came and went between the two days.")
    more_between: int = told("How many more of these are not listed.", 0)
    down: list[ChangedClaim] = told("What stood behind the table and was taken down.")
    contested: bool | None = told("Whether it became contested, or no longer is; null: unchanged.", None)
    standing: int = told("How many more lines stand behind the table than on the earlier day.", 0)
    searched: str | None = told("The day through which somebody has since searched and found none.", None)


class Changed(BaseModel):
    """What changed from the end of one day to the end of another."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    start: date = told("The earlier day.", "2024-07-01")
    end: date = told("The later day.", "2024-07-31")
    basis: Basis = told("What “as of” means.", "reported")
    cells: list[CellChange] = told("The cells that changed.")
    put_forward: list[str] = told("The ids of the proposals that were put forward.", [])
    answers: list[str] = told("The ids of the responses that were given.", [])
    ended: list[str] = told("The ids of the proposals that ended.", [])
    more_records: bool = told("Whether there are more of these than are listed.", False)


def _span(request: Request) -> Span:
    return read_span(request.query_params, today())


@router.get(
    "/negotiations/{negotiation}/changes",
    operation_id="changes",
    summary="What changed between two days",
    tags=["positions"],
    response_model=Changed,
    responses=problems.OF_LIST,
    openapi_extra=described(
        query(
            "from", "The earlier day; a month before the later one if left out.", "2024-07-01", format="date"
        ),
        query("to", "The later day; today (UTC) if left out.", "2024-07-31", format="date"),
        BASIS,
    ),
)
@allow(Permission.READ_PUBLISHED)
def changes(
    request: Request, live: Reads, asked: Annotated[Span, Depends(_span)], negotiation: Negotiation
) -> Response:
    """What is new, what stands no more and what reads differently, cell by cell."""
    view = asked.view
    if asked.faults:
        negotiation_head(live, negotiation)
        return problems.unusable(asked.faults)
    with as_of(request, live, view) as later:
        tag = etag(request, negotiation_head(later, negotiation).revision, view)
        if same := unchanged(request, tag):
            return same
        try:
            with as_of(request, live, asked.earlier) as earlier:
                found = changes_page(earlier, later, negotiation, asked.start, view.on, view.basis)
        except NothingRecorded as nothing:
            words = (
                f"By {nothing.on} this site had recorded nothing of it; its records begin on {nothing.since}."
            )
            return problems.unusable({"from": words})
    return answer(request, _changed(negotiation, found), tag)


def _changed(negotiation: str, found: ChangesPage) -> Changed:
    return Changed(
        negotiation=negotiation,
        start=found.start,
        end=found.end,
        basis=found.basis,
        cells=[_cell_change(cell) for cell in found.cells.values() if not cell.is_nothing],
        put_forward=[row.record.id for row in found.put_forward],
        answers=[row.record.id for row in found.answers],
        ended=[row.record.id for row in found.ended],
        more_records=found.more_records,
    )


def _cell_change(cell: CellChanges) -> CellChange:
    return CellChange(
        holder=cell.holder,
        issue=cell.issue,
        days=cell.days,
        came=_changed_lines(cell.came),
        stayed=_changed_lines(cell.stayed),
        went=_changed_lines(cell.went),
        between=_changed_lines(cell.between),
        more_between=cell.more_between,
        down=_changed_lines(cell.down),
        contested=cell.contested,
        standing=cell.standing,
        searched=cell.searched,
    )


def _changed_lines(lines: Sequence[ChangedLine]) -> list[ChangedClaim]:
    return [
        ChangedClaim(
            **claim_of(line.claim).model_dump(), turns=list(line.turns), by=line.by.id if line.by else None
        )
        for line in lines
    ]
