"""Placing a demand or a term on the scale of its issue. What is not placed is not compared (domain.md §5)."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.commands import entries as commands
from app.commands.entries import PLACEMENT
from app.commands.records import Outdated, newest
from app.domain.vocabulary import RecordType
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.entries import CorrectionForm
from app.forms.placements import PlacementForm, with_rung_faults
from app.queries.placements import PlacementPage, placement_page
from app.web.deps import Asked, Asking, Sending, Sent
from app.web.entries import SAVES, by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import filled_in, once

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/demands/{demand}/placement")
@allow(Permission.EDIT)
def edit_demand(asked: Asking, negotiation: str, demand: str) -> Response:
    return _edit(asked, negotiation, RecordType.DEMAND, demand)


@router.post("/negotiations/{negotiation}/demands/{demand}/placement")
@allow(Permission.EDIT)
def update_demand(sent: Sending, negotiation: str, demand: str) -> Response:
    """Place a demand with one issue on a rung, or a range of them, with a reason."""
    return _update(sent, negotiation, RecordType.DEMAND, demand)


@router.post("/negotiations/{negotiation}/demands/{demand}/placement/remove")
@allow(Permission.EDIT)
def remove_demand(sent: Sending, negotiation: str, demand: str) -> Response:
    """Take a demand off the scale, with a reason."""
    return _remove(sent, negotiation, RecordType.DEMAND, demand)


@router.get("/negotiations/{negotiation}/terms/{term}/placement")
@allow(Permission.EDIT)
def edit_term(asked: Asking, negotiation: str, term: str) -> Response:
    return _edit(asked, negotiation, RecordType.TERM, term)


@router.post("/negotiations/{negotiation}/terms/{term}/placement")
@allow(Permission.EDIT)
def update_term(sent: Sending, negotiation: str, term: str) -> Response:
    """Place a term on a rung, or a range of them, with a reason."""
    return _update(sent, negotiation, RecordType.TERM, term)


@router.post("/negotiations/{negotiation}/terms/{term}/placement/remove")
@allow(Permission.EDIT)
def remove_term(sent: Sending, negotiation: str, term: str) -> Response:
    """Take a term off the scale, with a reason."""
    return _remove(sent, negotiation, RecordType.TERM, term)


def _edit(asked: Asked, negotiation: str, type_: RecordType, record: str) -> Response:
    found = placement_page(asked.reading, negotiation, type_, record, asked.person)
    return _form(asked, found, _typed(found), Faults())


def _update(sent: Sent, negotiation: str, type_: RecordType, record: str) -> Response:
    found = placement_page(sent.reading, negotiation, type_, record, sent.person)
    form: Form[Any] = read_form(PlacementForm, sent.items)
    if form.typed.one("action") not in SAVES:
        return _form(sent, found, form.typed, Faults())
    rungs = {str(scale.version): {str(rung.number) for rung in scale.rungs} for scale in found.scales}
    faults = with_rung_faults(Faults(form.faults), form.typed, rungs)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _form(sent, found, form.typed, faults, status, conflict)

    if faults or form.data is None:
        return again(faults, 422)
    data: PlacementForm = form.data

    def save() -> str:
        columns = {
            "scale_version": data.scale_version,
            "rung_min": data.rung_min,
            "rung_max": data.rung_max or data.rung_min,
            "placement_reason": data.placement_reason,
        }
        return _place(sent, found, columns, "place", reason=data.placement_reason, seen=data.seen)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _remove(sent: Sent, negotiation: str, type_: RecordType, record: str) -> Response:
    found = placement_page(sent.reading, negotiation, type_, record, sent.person)
    form: Form[Any] = read_form(CorrectionForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        typed = Typed(_typed(found) | form.typed | {"removal": form.typed["reason"]})
        faults = Faults({"removal" if name == "reason" else name: words for name, words in faults.items()})
        return _form(sent, found, typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: CorrectionForm = form.data

    def save() -> str:
        nowhere = dict.fromkeys(PLACEMENT, "")
        return _place(sent, found, nowhere, "unplace", reason=data.reason, seen=data.seen)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _place(
    sent: Sent, found: PlacementPage, columns: dict[str, str], action: str, *, reason: str, seen: int
) -> str:
    """Give the record these columns: its own where it is a demand, else those of one term of its proposal."""
    negotiation, record, whole = found.negotiation.id, found.record, found.edited
    is_term = record.type is RecordType.TERM
    terms = [{**row, **columns} if row["id"] == record.id else row for row in whole.terms]
    try:
        commands.edit_record(
            sent.session,
            negotiation,
            whole.type,
            whole.id,
            {} if is_term else columns,
            by(sent.person),
            reason=reason,
            seen=seen,
            terms=terms if is_term else None,
            action=action,
        )
    except Outdated as conflict:
        if not is_term:
            raise
        now = newest(sent.session, negotiation, RecordType.TERM, [record.id])[record.id]
        raise Outdated(now, conflict.revision) from None
    anchor = f"#term-{record.id}" if is_term else ""
    return address(f"/negotiations/{negotiation}/{whole.type.value}s/{whole.id}") + anchor


def _typed(found: PlacementPage) -> Typed:
    """Where the record is placed, or the newest version with no rung chosen."""
    typed = Typed(seen=[str(found.edited.seen)])
    if placed := found.placement:
        typed["scale_version"] = [str(placed.scale.version)]
        typed["rung_min"] = [str(placed.least)]
        typed["rung_max"] = [str(placed.greatest)] if placed.greatest != placed.least else []
        typed["placement_reason"] = [placed.reason or ""]
    elif found.scales:
        typed["scale_version"] = [str(found.scales[0].version)]
    return typed


def _form(
    asked: Asked,
    found: PlacementPage,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    version = typed.one("scale_version")
    shown = [scale for scale in found.scales if str(scale.version) == version] or found.scales[:1]
    context = base_context(asked.view, found.negotiation, "") | {"found": found, "shown": shown}
    context |= filled_in(typed, faults, conflict)
    return page(asked.request, "placements/edit.html", context, status=status)
