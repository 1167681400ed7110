"""Positions as JSON: every cell of a negotiation as of a day."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from app.domain.position import Cell
from app.domain.position import Item as DomainItem
from app.domain.vocabulary import Basis, Empty, RecordType
from app.forms.filters import View
from app.queries.negotiations import negotiation_head
from app.queries.positions import all_cells
from app.web.api import problems
from app.web.api.answers import KEPT, early_answer
from app.web.api.parameters import EDTF, VIEW, Negotiation, described, query
from app.web.api.shapes import told
from app.web.deps import ViewOf, ViewReads
from app.web.render import etag
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class Item(BaseModel):
    """One line of a cell, shown by its latest record."""

    type: RecordType = told("What kind of record it is: a demand, a term or a response.", "demand")
    id: str = told("The id of the record, unique among those of its type in the negotiation.", "an-id")
    since: str = told(f"When it was first stated. {EDTF}", "2024-02-07")
    last_heard: str = told(f"When it was last stated. {EDTF}", "2024-05-06")
    denied: bool = told("Whether somebody denies it by the day, named or not.", False)
    denied_by: list[str] = told(
        "The ids of the actors who deny it by the day, as far as sources name them: with nobody named it is "
        "empty, and `denied` is true all the same. In whose words, the record’s own address says.",
        [],
    )


class AcceptedItem(Item):
    """A party's answer to a package with a term on the issue."""

    proposal: str = told("The id of the package that was answered.", "israel-may-27-2024")
    terms: list[str] = told(
        "The ids of its terms on this issue that were accepted with it.", ["israel-may-27-2024-t01"]
    )


class PositionCell(BaseModel):
    """What a holder is reported to stand for on an issue, as of the day."""

    holder: str = told("The id of the actor.", "qatar")
    asks: list[Item] = told("What it asks for or offers, from its own side.")
    refuses: list[Item] = told("What it refuses, from its own side.", [])
    accepted: list[AcceptedItem] = told("The latest package on this issue that it accepted.", [])
    others_say: list[Item] = told("What only others say that it wants, offers or refuses.", [])
    says: list[Item] = told("General statements, where nothing else is known.", [])
    possible: list[Item] = told(
        "With basis=stated: what only may be by the day, as its date does not say.", []
    )
    standing_count: int = told("How many more lines stand without a withdrawal.", 0)
    contested: bool = told("Whether a line shown is contradicted by another account.", False)
    empty: Empty | None = told(
        "Why there is nothing from its own side: only others speak of it, it was dropped, "
        "someone searched and found none, or nothing is recorded. Null where its own side is heard.",
        None,
    )
    standing: list[str] | None = told(
        "The ids of the other lines that stand; only with standing=1.", [], default=None
    )


class IssuePositions(BaseModel):
    """An issue with its cells."""

    issue: str = told("The id of the issue.", "ceasefire-duration")
    cells: list[PositionCell] = told(
        "One for every party, and for every participant who holds anything by the day."
    )


class Positions(BaseModel):
    """Every cell of a negotiation as of a day."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    on: date = told("The day as of which this is known, or was stated.", "2024-09-04")
    basis: Basis = told(
        "reported: what a reader could know on the day. stated: with hindsight, what had been "
        "stated by the day, whenever it was published. recorded: what this site itself showed at the end of "
        "the day (UTC), whatever was entered, corrected or retracted since.",
        "reported",
    )
    issues: list[IssuePositions] = told("The issues, in their order.")


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
    if early := early_answer(request, tag, faults):
        return early
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
        "denied": item.denied,
        "denied_by": list(item.denied_by),
    }
