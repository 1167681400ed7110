"""Placing a demand or a term on the scale of its issue. What is not placed is not compared (domain.md §5)."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from app.commands import entries as commands
from app.commands.entries import PLACEMENT
from app.commands.records import Outdated, newest
from app.commands.scales import NoSuchRung, require_rungs
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
from app.web.submissions import Refused, filled_in, once

router = APIRouter(include_in_schema=False)


# What may be placed, by its plural in an address.
PLACED: Mapping[str, RecordType] = {
    f"{type_.value}s": type_ for type_ in (RecordType.DEMAND, RecordType.TERM)
}


class _PlacedConvertor(Convertor[str]):
    """The plural of a noun whose records are placed on scales, as part of an address."""

    regex = "|".join(PLACED)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("placed", _PlacedConvertor())


@router.get("/negotiations/{negotiation}/{noun:placed}/{record}/placement")
@allow(Permission.EDIT)
def edit(asked: Asking, negotiation: str, noun: str, record: str) -> Response:
    """The form of a placement, with the rungs of the scale of its issue."""
    found = placement_page(asked.reading, negotiation, PLACED[noun], record, asked.person)
    return _form(asked, found, _typed(found), Faults())


@router.post("/negotiations/{negotiation}/{noun:placed}/{record}/placement")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str, noun: str, record: str) -> Response:
    """Place a demand with one issue, or a term, on a rung or a range of them, with a reason."""
    found = placement_page(sent.reading, negotiation, PLACED[noun], record, sent.person)
    form: Form[Any] = read_form(PlacementForm, sent.items)
    if form.typed.one("action") not in SAVES:
        return _form(sent, found, form.typed, Faults())
    rungs = {str(scale.version): {str(rung.number) for rung in scale.rungs} for scale in found.scales}
    faults = with_rung_faults(Faults(form.faults), form.typed, rungs)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        # Whatever kept it from being placed may have happened after this request began to read.
        sent.reading.rollback()
        now = placement_page(sent.reading, negotiation, PLACED[noun], record, sent.person)
        return _form(sent, now, form.typed, faults, status, conflict)

    if faults or form.data is None or found.issue is None:
        return again(faults, 422)
    data: PlacementForm = form.data
    issue = found.issue.id

    def save() -> str:
        columns = {
            "scale_version": data.scale_version,
            "rung_min": data.rung_min,
            "rung_max": data.rung_max or data.rung_min,
            "placement_reason": data.placement_reason,
        }
        chosen = {columns["rung_min"], columns["rung_max"]}
        try:
            require_rungs(sent.session, negotiation, issue, data.scale_version, chosen)
        except NoSuchRung:
            words = "Somebody has changed this version of the scale meanwhile. Choose again."
            raise Refused(Faults(scale_version=words)) from None
        return _place(sent, found, columns, "place", reason=data.placement_reason, seen=data.seen)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/{noun:placed}/{record}/placement/remove")
@allow(Permission.EDIT)
def remove(sent: Sending, negotiation: str, noun: str, record: str) -> Response:
    """Take a demand or a term off the scale, with a reason."""
    found = placement_page(sent.reading, negotiation, PLACED[noun], record, sent.person)
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
