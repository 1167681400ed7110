"""Coverage checks: that somebody searched through a day and found nothing. For editors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.commands import coverage as commands
from app.commands.records import Outdated
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.coverage import CheckForm, CorrectCheckForm, row_of, typed_of, with_check_faults
from app.forms.entries import CorrectionForm
from app.queries.coverage import CoveragePage, check_row, coverage_page
from app.queries.negotiations import cast_of, negotiation_head
from app.web.deps import Asked, Asking, Sending, Sent, today
from app.web.entries import by
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, filled_in, once

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/negotiations/{negotiation}/coverage")
@allow(Permission.EDIT)
def index(asked: Asking, negotiation: str) -> Response:
    """What was searched for and not found, and a form to record a search."""
    query = asked.request.query_params
    typed = Typed(whose=[query.get("actor", "")], issue=[query.get("issue", "")])
    return _index(asked, negotiation, typed, Faults())


@router.post("/negotiations/{negotiation}/coverage")
@allow(Permission.EDIT)
def create(sent: Sending, negotiation: str) -> Response:
    """Record a search; an empty cell says so from then on."""
    negotiation_head(sent.reading, negotiation)
    form: Form[Any] = read_form(CheckForm, sent.items)
    faults = _faults(sent, negotiation, form)

    def again(faults: Faults, status: int) -> Response:
        return _index(sent, negotiation, form.typed, faults, status)

    if faults or form.data is None:
        return again(faults, 422)
    row = row_of(form.data)

    def save() -> str:
        with _refused_in_words():
            number = commands.record_check(sent.session, negotiation, row, by(sent.person))
        return _listed(negotiation, number)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/coverage/{number}/edit")
@allow(Permission.EDIT)
def edit(asked: Asking, negotiation: str, number: Number) -> Response:
    row, seen = check_row(asked.reading, negotiation, number)
    return _edit(asked, negotiation, number, Typed(typed_of(row) | {"seen": [str(seen)]}), Faults())


@router.post("/negotiations/{negotiation}/coverage/{number}/edit")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str, number: Number) -> Response:
    """Correct what was recorded of a search, with a reason."""
    check_row(sent.reading, negotiation, number)
    form: Form[Any] = read_form(CorrectCheckForm, sent.items)
    faults = _faults(sent, negotiation, form)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(sent, negotiation, number, form.typed, faults, status, conflict)

    if faults or form.data is None:
        return again(faults, 422)
    data: CorrectCheckForm = form.data

    def save() -> str:
        with _refused_in_words():
            commands.correct_check(
                sent.session,
                negotiation,
                number,
                row_of(data),
                by(sent.person),
                reason=data.reason,
                seen=data.seen,
            )
        return _listed(negotiation, number)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/coverage/{number}/remove")
@allow(Permission.EDIT)
def remove(sent: Sending, negotiation: str, number: Number) -> Response:
    """Take away a search that should not have been recorded, with a reason."""
    row, _ = check_row(sent.reading, negotiation, number)
    form: Form[Any] = read_form(CorrectionForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        typed = Typed(typed_of(row) | form.typed)
        typed |= {"removal": form.typed["reason"], "reason": []}
        faults = Faults({"removal" if name == "reason" else name: words for name, words in faults.items()})
        return _edit(sent, negotiation, number, typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: CorrectionForm = form.data

    def save() -> str:
        commands.remove_check(
            sent.session, negotiation, number, by(sent.person), reason=data.reason, seen=data.seen
        )
        return address(f"/negotiations/{negotiation}/coverage")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _faults(sent: Sent, negotiation: str, form: Form[Any]) -> Faults:
    cast = cast_of(sent.reading, negotiation)
    faults = Faults(form.faults)
    return with_check_faults(faults, form.typed, actors=cast.actors, issues=cast.issues, today=today())


def _listed(negotiation: str, number: int) -> str:
    return address(f"/negotiations/{negotiation}/coverage") + f"#check-{number}"


@contextmanager
def _refused_in_words() -> Iterator[None]:
    try:
        yield
    except commands.CheckedAlready:
        words = "This search is recorded already, through the same day."
        raise Refused(Faults(searched_through=words)) from None


def _index(asked: Asked, negotiation: str, typed: Typed, faults: Faults, status: int = 200) -> Response:
    found = coverage_page(asked.reading, negotiation)
    context = base_context(asked.view, found.negotiation, "") | {"found": found, **_choices(found, typed)}
    return page(asked.request, "coverage/index.html", context | filled_in(typed, faults), status=status)


def _edit(
    asked: Asked,
    negotiation: str,
    number: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    found = coverage_page(asked.reading, negotiation)
    row, _ = check_row(asked.reading, negotiation, number)
    context = base_context(asked.view, found.negotiation, "") | {"found": found, "number": number, "row": row}
    context |= {**_choices(found, typed), **filled_in(typed, faults, conflict)}
    return page(asked.request, "coverage/edit.html", context, status=status)


def _choices(found: CoveragePage, typed: Typed) -> dict[str, list[tuple[str, str]]]:
    """Whom and what a search may be about: those who take part, and whoever it is about already."""
    actors = {actor.id: actor.name for actor in found.cast.participants()}
    if (named := typed.one("whose")) in found.cast.actors:
        actors[named] = found.cast.name(named)
    issues = [(issue.id, issue.title) for issue in found.cast.issues.values()]
    return {"actors": list(actors.items()), "issues": issues}
