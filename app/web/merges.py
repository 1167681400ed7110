"""Merging two sources, two actors or two demands: what will move is shown first, then confirmed."""

import secrets
from typing import Any

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from app.exchange.faults import PackageFaults
from app.exchange.merges import (
    MERGED,
    CannotMerge,
    IntoItself,
    OtherHolders,
    OtherIssues,
    PartOfIt,
    Plan,
    merge_records,
    plan_merge,
)
from app.forms.base import Faults, Form, FormModel, Line, Typed, read_form
from app.queries.merges import hidden_from, merge_page
from app.queries.visibility import NoSuchRecord
from app.web.deps import Asked, Asking, Sending
from app.web.labels import N_
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)


class _MergedConvertor(Convertor[str]):
    """The plural of a noun whose records can be merged."""

    regex = "|".join(MERGED)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("merged", _MergedConvertor())


class MergeForm(FormModel):
    """What a record is merged into, and why."""

    into: Line
    reason: Line


# Why two records are not one.
WORDS: dict[type[CannotMerge], str] = {
    IntoItself: N_("Choose another record than this one itself."),
    PartOfIt: N_(
        "That actor is part of this one; merge it the other way round, or correct what it is part of."
    ),
    OtherHolders: N_("That demand is of other holders, so it is another demand. Link the two instead."),
    OtherIssues: N_("That demand is on other issues, so it is another demand. Link the two instead."),
}


@router.get("/negotiations/{negotiation}/{plural:merged}/{record}/merge")
@allow(Permission.EDIT)
def show(asked: Asking, negotiation: str, plural: str, record: str) -> Response:
    """Choose what a record is merged into; then see what will move, and confirm it with a reason."""
    query = asked.request.query_params
    typed = Typed({name: [query.get(name, "")] for name in ("find", "into")})
    return _show(asked, negotiation, plural, record, typed, Faults())


@router.post("/negotiations/{negotiation}/{plural:merged}/{record}/merge")
@allow(Permission.EDIT)
def merge(sent: Sending, negotiation: str, plural: str, record: str) -> Response:
    """Merge it: everything that named this one names the other from now on."""
    form: Form[Any] = read_form(MergeForm, sent.items)

    def again(faults: Faults, status: int) -> Response:
        return _show(sent, negotiation, plural, record, form.typed, faults, status)

    if form.data is None:
        return again(form.faults, 422)
    data: MergeForm = form.data

    def save() -> str:
        try:
            merge_records(
                sent.session,
                negotiation,
                plural,
                record,
                data.into,
                reason=data.reason,
                edits=sent.person.edits,
                **sent.stamp,
            )
        except CannotMerge as refusal:
            raise Refused(Faults(into=WORDS[type(refusal)])) from refusal
        except PackageFaults as refusal:
            words = "; ".join(f"{fault.problem}; {fault.remedy}" for fault in refusal.faults[:3])
            raise Refused(Faults(into=f"What would come of it cannot be: {words}.")) from refusal
        return address(f"/negotiations/{negotiation}/{plural}/{data.into}")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _show(
    asked: Asked,
    negotiation: str,
    plural: str,
    record: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
) -> Response:
    into = typed.one("into")
    # No record has such a name, and PostgreSQL could not even be asked for it.
    into = "?" if "\0" in into else into
    found = merge_page(
        asked.reading, negotiation, MERGED[plural], record, typed.one("find"), into, asked.person
    )
    chosen = next((one for one in found.choices if one.id == into), None)
    plan: Plan | None = None
    if into:
        try:
            if chosen is None:
                raise NoSuchRecord(into)
            plan = plan_merge(asked.reading, negotiation, plural, record, into)
        except CannotMerge as refusal:
            faults.setdefault("into", WORDS[type(refusal)])
        except NoSuchRecord:
            faults.setdefault("into", "Choose one from the list.")
    moved = plan.moved(hidden_from(asked.reading, negotiation, asked.person)) if plan else {}
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "plural": plural,
        "at": address(f"/negotiations/{negotiation}/{plural}/{record}"),
        "typed": typed,
        "faults": faults,
        "chosen": chosen if plan else None,
        "moved": [(MOVED[noun], count) for noun, count in moved.items() if count],
        "doubled": len(plan.gone) - 1 if plan else 0,
        "token": ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32),
    }
    return page(
        asked.request, "merges/show.html", context, status=422 if faults and status == 200 else status
    )


# What is counted of each noun before it is merged.
MOVED = {
    "actor": N_("Actors: names, and what is part of it"),
    "participant": N_("Roles in the negotiation"),
    "source": N_("Sources that relay it"),
    "demand": N_("Demands"),
    "link": N_("Links between demands"),
    "proposal": N_("Proposals"),
    "term": N_("Terms"),
    "response": N_("Responses"),
    "remark": N_("Remarks"),
    "citation": N_("Reports of records"),
    "coverage": N_("Searches that found nothing"),
}
