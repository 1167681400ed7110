"""Positions as JSON: every cell of a negotiation as of a day."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from app.domain.position import Cell
from app.domain.position import Item as DomainItem
from app.domain.vocabulary import Basis, Empty, RecordType
from app.forms.filters import View
from app.queries.negotiations import negotiation_head
from app.queries.positions import all_cells
from app.web.api import problems
from app.web.api.answers import KEPT, unchanged
from app.web.api.parameters import EDTF as _EDTF
from app.web.api.parameters import VIEW, Negotiation, described, query
from app.web.deps import ViewOf, ViewReads
from app.web.render import etag
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class Item(BaseModel):
    """One line of a cell, shown by its latest record."""

    type: RecordType = Field(description="What kind of record it is: a demand, a term or a response.")
    id: str = Field(description="The id of the record, unique among those of its type in the negotiation.")
    since: str = Field(description=f"When it was first stated. {_EDTF}")
    last_heard: str = Field(description=f"When it was last stated. {_EDTF}")
    denied_by: list[str] = Field(
        description="The actors who deny it by the day, as far as sources name them."
    )


class AcceptedItem(Item):
    """A party's answer to a package with a term on the issue."""

    proposal: str = Field(description="The id of the package that was answered.")
    terms: list[str] = Field(description="The ids of its terms on this issue that were accepted with it.")


class PositionCell(BaseModel):
    """What a holder is reported to stand for on an issue, as of the day."""

    holder: str = Field(description="The id of the actor.")
    asks: list[Item] = Field(description="What it asks for or offers, from its own side.")
    refuses: list[Item] = Field(description="What it refuses, from its own side.")
    accepted: list[AcceptedItem] = Field(description="The latest package on this issue that it accepted.")
    others_say: list[Item] = Field(description="What only others say that it wants, offers or refuses.")
    says: list[Item] = Field(description="General statements, where nothing else is known.")
    possible: list[Item] = Field(
        description="With basis=stated: what only may be by the day, as its date does not say."
    )
    standing_count: int = Field(description="How many more lines stand without a withdrawal.")
    contested: bool = Field(description="Whether a line shown is contradicted by another account.")
    empty: Empty | None = Field(
        description="Why there is nothing from its own side: only others speak of it, it was dropped, "
        "someone searched and found none, or nothing is recorded. Null where its own side is heard."
    )
    standing: list[str] | None = Field(
        None, description="The ids of the other lines that stand; only with standing=1."
    )


class IssuePositions(BaseModel):
    issue: str = Field(description="The id of the issue.")
    cells: list[PositionCell] = Field(
        description="One for every party, and for every participant who holds anything by the day."
    )


class Positions(BaseModel):
    """Every cell of a negotiation as of a day."""

    negotiation: str = Field(description="The id of the negotiation.")
    on: date = Field(description="The day as of which this is known, or was stated.")
    basis: Basis = Field(
        description="reported: what a reader could know on the day. stated: with hindsight, what had been "
        "stated by the day, whenever it was published. recorded: what this site itself showed at the end of "
        "the day (UTC), whatever was entered, corrected or retracted since."
    )
    issues: list[IssuePositions]


@router.get(
    "/negotiations/{negotiation}/positions",
    response_model=Positions,
    operation_id="positions",
    summary="The positions",
    tags=["positions"],
    responses=problems.OF_LIST,
    openapi_extra=described(
        VIEW, query("standing", "1 to list the ids of all other lines that stand.", enum=["0", "1"])
    ),
)
@allow(Permission.READ_PUBLISHED)
def positions(request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation) -> Response:
    """What every party, and every other participant who holds anything, is reported to stand for."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = dict(view.faults)
    standing = request.query_params.get("standing", "")
    if standing not in ("", "0", "1"):
        faults["standing"] = f"“{standing[:40]}” cannot be used here; write 1, or leave it out."
    if faults:
        return problems.unusable(faults)
    if same := unchanged(request, tag):
        return same
    cells = all_cells(session, negotiation, view.on, view.basis, standing=standing == "1")
    found = _positions(negotiation, view, cells, standing=standing == "1")
    headers = {**KEPT, "etag": tag} if tag else {}
    return JSONResponse(found.model_dump(mode="json", exclude_unset=True), headers=headers)


def _positions(
    negotiation: str, view: View, cells: dict[str, dict[str, Cell]], *, standing: bool
) -> Positions:
    return Positions(
        negotiation=negotiation,
        on=view.on,
        basis=view.basis,
        issues=[
            IssuePositions(
                issue=issue,
                cells=[_cell(holder, cell, standing=standing) for holder, cell in by_holder.items()],
            )
            for issue, by_holder in cells.items()
        ],
    )


def _cell(holder: str, cell: Cell, *, standing: bool) -> PositionCell:
    more: dict[str, Any] = {"standing": [item.id for item in cell.standing]} if standing else {}
    return PositionCell(
        holder=holder,
        asks=_items(cell.asks),
        refuses=_items(cell.refuses),
        accepted=[
            AcceptedItem(**_item(item), proposal=item.proposal or "", terms=list(item.terms))
            for item in cell.accepted
        ],
        others_say=_items(cell.others_say),
        says=_items(cell.says),
        possible=_items(cell.possible),
        standing_count=cell.standing_count,
        contested=cell.contested,
        empty=cell.empty,
        **more,
    )


def _items(items: tuple[DomainItem, ...]) -> list[Item]:
    return [Item(**_item(item)) for item in items]


def _item(item: DomainItem) -> dict[str, Any]:
    return {
        "type": item.type,
        "id": item.id,
        "since": item.since,
        "last_heard": item.last_heard,
        "denied_by": list(item.denied_by),
    }
