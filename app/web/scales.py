"""The scales of an issue: their versions, each written whole and never changed once it is used."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.commands import scales as commands
from app.commands.records import Outdated
from app.forms.base import FILL_IN, Faults, Form, Typed, read_form
from app.forms.entries import CorrectionForm
from app.forms.scales import LEAST_RUNGS, CorrectScaleForm, ScaleForm, acted
from app.queries.scales import ScalesPage, scales_page
from app.queries.visibility import NoSuchRecord
from app.web.deps import Asked, Asking, Sending
from app.web.entries import SAVES, by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, filled_in, once

router = APIRouter(include_in_schema=False)

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/negotiations/{negotiation}/issues/{issue}/scales")
@allow(Permission.EDIT)
def index(asked: Asking, negotiation: str, issue: str) -> Response:
    """Every version of an issue's scale, and the form of a new one, which begins as the newest one reads."""
    found = scales_page(asked.reading, negotiation, issue)
    labels = [rung.label for rung in found.scales[0].rungs] if found.scales else []
    return _index(asked, found, _typed(labels, found), Faults(), is_open=not found.scales)


@router.post("/negotiations/{negotiation}/issues/{issue}/scales")
@allow(Permission.EDIT)
def create(sent: Sending, negotiation: str, issue: str) -> Response:
    """Write a new version; what is placed on another stays there."""
    found = scales_page(sent.reading, negotiation, issue)
    form: Form[Any] = read_form(ScaleForm, sent.items)
    if form.typed.one("action") not in SAVES:
        return _index(sent, found, acted(form.typed, form.typed.one("action")), Faults())

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _index(sent, found, form.typed, faults, status, conflict)

    if form.data is None:
        return again(_in_words(form.faults), 422)
    data: ScaleForm = form.data

    def save() -> str:
        commands.add_version(sent.session, negotiation, issue, data.label, by(sent.person), seen=data.seen)
        return address(f"/negotiations/{negotiation}/issues/{issue}/scales")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/issues/{issue}/scales/{version}/edit")
@allow(Permission.EDIT)
def edit(asked: Asking, negotiation: str, issue: str, version: Version) -> Response:
    found = _open(asked, negotiation, issue, version)
    labels = [rung.label for rung in found.scale(version).rungs]
    return _edit(asked, found, version, _typed(labels, found), Faults())


@router.post("/negotiations/{negotiation}/issues/{issue}/scales/{version}/edit")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str, issue: str, version: Version) -> Response:
    """Correct the newest version while nothing has been placed on it yet, with a reason."""
    found = _open(sent, negotiation, issue, version)
    form: Form[Any] = read_form(CorrectScaleForm, sent.items)
    if form.typed.one("action") not in SAVES:
        return _edit(sent, found, version, acted(form.typed, form.typed.one("action")), Faults())

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(sent, found, version, form.typed, faults, status, conflict)

    if form.data is None:
        return again(_in_words(form.faults), 422)
    data: CorrectScaleForm = form.data

    def save() -> str:
        with _refused_in_words():
            commands.replace_version(
                sent.session,
                negotiation,
                issue,
                version,
                data.label,
                by(sent.person),
                reason=data.reason,
                seen=data.seen,
            )
        return address(f"/negotiations/{negotiation}/issues/{issue}/scales")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/issues/{issue}/scales/{version}/remove")
@allow(Permission.EDIT)
def remove(sent: Sending, negotiation: str, issue: str, version: Version) -> Response:
    """Take away the newest version while nothing has been placed on it yet, with a reason."""
    found = _open(sent, negotiation, issue, version)
    form: Form[Any] = read_form(CorrectionForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        labels = [rung.label for rung in found.scale(version).rungs]
        typed = Typed(form.typed | {"label": labels, "removal": form.typed["reason"]})
        typed["reason"] = []
        faults = Faults({"removal" if name == "reason" else name: words for name, words in faults.items()})
        return _edit(sent, found, version, typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: CorrectionForm = form.data

    def save() -> str:
        with _refused_in_words():
            commands.remove_version(
                sent.session, negotiation, issue, version, by(sent.person), reason=data.reason, seen=data.seen
            )
        return address(f"/negotiations/{negotiation}/issues/{issue}/scales")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@contextmanager
def _refused_in_words() -> Iterator[None]:
    try:
        yield
    except commands.VersionInUse:
        words = "Something has been placed on this version, so it stays as it is. Write a new version."
        raise Refused(Faults(form=words)) from None
    except commands.NotTheNewest:
        words = "There is a newer version now, so this one stays as it is."
        raise Refused(Faults(form=words)) from None


def _in_words(faults: Faults) -> Faults:
    if faults["label"] == FILL_IN:
        faults["label"] = "Write the rungs, one a line."
    return faults


def _open(asked: Asked, negotiation: str, issue: str, version: int) -> ScalesPage:
    """The scales of an issue where this version may still be changed. Raises NoSuchRecord."""
    found = scales_page(asked.reading, negotiation, issue)
    if version != found.open_version:
        raise NoSuchRecord(f"{issue}/{version}")
    return found


def _typed(labels: list[str], found: ScalesPage) -> Typed:
    return Typed(label=labels or [""] * LEAST_RUNGS, seen=[str(found.seen)])


def _index(
    asked: Asked,
    found: ScalesPage,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
    *,
    is_open: bool = True,
) -> Response:
    context = base_context(asked.view, found.negotiation, "") | {"found": found, "is_open": is_open}
    context |= _filled_in(typed, faults, conflict)
    return page(asked.request, "scales/index.html", context, status=status)


def _edit(
    asked: Asked,
    found: ScalesPage,
    version: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    context = base_context(asked.view, found.negotiation, "") | {"found": found, "version": version}
    context |= _filled_in(typed, faults, conflict)
    return page(asked.request, "scales/edit.html", context, status=status)


def _filled_in(typed: Typed, faults: Faults, conflict: Outdated | None) -> Mapping[str, Any]:
    """What a form is shown with; of a conflict, the rungs as somebody else has written them."""
    context = filled_in(typed, faults, conflict)
    if conflict:
        context["newest"] = {f"rung {rung}": label for rung, label in conflict.newest.items()}
    return context
