"""Setting up a negotiation: itself, who takes part in which role, and what is on the table. For editors."""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.commands.entries import slug
from app.commands.records import Outdated
from app.commands.reviews import ask_for_two
from app.domain.vocabulary import ActorKind, Role
from app.exchange.faults import Fault, PackageFaults
from app.exchange.package_schema import FILE
from app.exchange.setup import Row, add_rows, change_negotiation, correct_row, move_row
from app.forms.base import Faults, Form, FormModel, Typed, read_form
from app.forms.negotiations import (
    COLUMNS,
    CorrectActorForm,
    CorrectIssueForm,
    CorrectNegotiationForm,
    CorrectParticipantForm,
    NewActorForm,
    NewIssueForm,
    NewNegotiationForm,
    NewParticipantForm,
    field_of,
    row_of,
    typed_of,
    with_choice_faults,
)
from app.models.loading import load_redirects
from app.queries.histories import row_at
from app.queries.negotiations import all_negotiations, cast_of
from app.queries.setup import NOUNS, SetupPage, setup_page, setup_row
from app.web.conflicts import Compared, compared_row, opened_on, outdated, taken
from app.web.deps import Asked, Asking, Sending, Sent
from app.web.entries import by
from app.web.labels import label
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once
from app.web.values import Words

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the lists that are set up: its forms and the template of their page."""

    file: str
    new: type[FormModel]
    correct: type[FormModel]
    template: str

    def anchor(self, key: str) -> str:
        """Where the row stands on the page of the whole."""
        return f"#{NOUNS[self.file]}-{key}"


ACTORS = Sheet("actors", NewActorForm, CorrectActorForm, "setup/actor.html")
PARTICIPANTS = Sheet("participants", NewParticipantForm, CorrectParticipantForm, "setup/participant.html")
ISSUES = Sheet("issues", NewIssueForm, CorrectIssueForm, "setup/issue.html")


# --- The negotiation ------------------------------------------------------------------------------------


@router.get("/negotiations/new")
@allow(Permission.EDIT)
def new(asked: Asking) -> Response:
    """The form of a negotiation that is not here yet."""
    return _new(asked.request, Typed(), Faults())


@router.post("/negotiations/new")
@allow(Permission.EDIT)
def create(sent: Sending) -> Response:
    """Begin a negotiation: it is there at once, and says what to do next."""
    form: Form[Any] = read_form(NewNegotiationForm, sent.items)
    if form.data is None:
        return _new(sent.request, form.typed, form.faults, 422)
    taken = {negotiation.id for negotiation in all_negotiations(sent.reading)}
    row = _with_id("negotiation", row_of("negotiation", form.data), taken)

    def save() -> str:
        with in_words():
            change_negotiation(sent.session, None, {"negotiation": [row]}, **sent.stamp)
        return address(f"/negotiations/{row['id']}/setup")

    def again(faults: Faults, status: int) -> Response:
        return _new(sent.request, form.typed, faults, status)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/setup")
@allow(Permission.EDIT)
def index(asked: Asking, negotiation: str) -> Response:
    """All that is set up, each list with its order, and a form to add to it."""
    return _index(asked, negotiation, None, Faults())


@router.post("/negotiations/{negotiation}/setup")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str) -> Response:
    """Correct the negotiation's own title, summary and dates."""
    form: Form[Any] = read_form(CorrectNegotiationForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _index(sent, negotiation, form.typed, faults, status, conflict)

    row, seen = setup_row(sent.reading, negotiation, "negotiation", negotiation)
    if (theirs := taken(form.typed.one("action"))) is not None:
        return _index(sent, negotiation, _with_theirs("negotiation", form.typed, row, seen, theirs), Faults())
    if form.data is None:
        return again(form.faults, 422)
    data: CorrectNegotiationForm = form.data

    def save() -> str:
        row = row_of("negotiation", data)
        with in_words():
            correct_row(
                sent.session, negotiation, "negotiation", negotiation, row, seen=data.seen, **sent.stamp
            )
        return address(f"/negotiations/{negotiation}/setup")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/setup/review")
@allow(Permission.ADMIN)
def update_review(sent: Sending, negotiation: str) -> Response:
    """Settle whether an entry is published by somebody else than its author."""
    setup_page(sent.reading, negotiation)
    values = dict(sent.items)

    def save() -> str:
        ask_for_two(sent.session, negotiation, by(sent.person), asks=values.get("two_people") == "yes")
        return address(f"/negotiations/{negotiation}/setup") + "#review"

    def again(faults: Faults, status: int) -> Response:
        return _index(sent, negotiation, None, faults, status)

    return once(sent.session, values.get("token", ""), sent.person.account, sent.items, save, again)


# --- Its actors, participants and issues ----------------------------------------------------------------


@router.get("/negotiations/{negotiation}/setup/actors/new")
@allow(Permission.EDIT)
def new_actor(asked: Asking, negotiation: str) -> Response:
    return _sheet(asked, negotiation, ACTORS, _said(asked), Faults())


@router.post("/negotiations/{negotiation}/setup/actors/new")
@allow(Permission.EDIT)
def create_actor(sent: Sending, negotiation: str) -> Response:
    """Add an actor, and the role that it has from the start."""
    return _create(sent, negotiation, ACTORS)


@router.get("/negotiations/{negotiation}/setup/actors/{actor}/edit")
@allow(Permission.EDIT)
def edit_actor(asked: Asking, negotiation: str, actor: str) -> Response:
    return _edit(asked, negotiation, ACTORS, actor)


@router.post("/negotiations/{negotiation}/setup/actors/{actor}/edit")
@allow(Permission.EDIT)
def update_actor(sent: Sending, negotiation: str, actor: str) -> Response:
    """Correct an actor. What it is part of decides for whom it speaks, in every record."""
    return _update(sent, negotiation, ACTORS, actor)


@router.get("/negotiations/{negotiation}/setup/participants/new")
@allow(Permission.EDIT)
def new_participant(asked: Asking, negotiation: str) -> Response:
    return _sheet(asked, negotiation, PARTICIPANTS, _said(asked), Faults())


@router.post("/negotiations/{negotiation}/setup/participants/new")
@allow(Permission.EDIT)
def create_participant(sent: Sending, negotiation: str) -> Response:
    """Give an actor a role, or the same role for another time."""
    return _create(sent, negotiation, PARTICIPANTS)


@router.get("/negotiations/{negotiation}/setup/participants/{record}/edit")
@allow(Permission.EDIT)
def edit_participant(asked: Asking, negotiation: str, record: str) -> Response:
    return _edit(asked, negotiation, PARTICIPANTS, record)


@router.post("/negotiations/{negotiation}/setup/participants/{record}/edit")
@allow(Permission.EDIT)
def update_participant(sent: Sending, negotiation: str, record: str) -> Response:
    """Correct from when to when a role was held."""
    return _update(sent, negotiation, PARTICIPANTS, record)


@router.post("/negotiations/{negotiation}/setup/participants/{record}/move")
@allow(Permission.EDIT)
def move_participant(sent: Sending, negotiation: str, record: str) -> Response:
    """Move a participant one place: the columns of the table are in this order."""
    return _move(sent, negotiation, PARTICIPANTS, record)


@router.get("/negotiations/{negotiation}/setup/issues/new")
@allow(Permission.EDIT)
def new_issue(asked: Asking, negotiation: str) -> Response:
    return _sheet(asked, negotiation, ISSUES, _said(asked), Faults())


@router.post("/negotiations/{negotiation}/setup/issues/new")
@allow(Permission.EDIT)
def create_issue(sent: Sending, negotiation: str) -> Response:
    """Put a question on the table, or a sub-question under it."""
    return _create(sent, negotiation, ISSUES)


@router.get("/negotiations/{negotiation}/setup/issues/{issue}/edit")
@allow(Permission.EDIT)
def edit_issue(asked: Asking, negotiation: str, issue: str) -> Response:
    return _edit(asked, negotiation, ISSUES, issue)


@router.post("/negotiations/{negotiation}/setup/issues/{issue}/edit")
@allow(Permission.EDIT)
def update_issue(sent: Sending, negotiation: str, issue: str) -> Response:
    return _update(sent, negotiation, ISSUES, issue)


@router.post("/negotiations/{negotiation}/setup/issues/{issue}/move")
@allow(Permission.EDIT)
def move_issue(sent: Sending, negotiation: str, issue: str) -> Response:
    """Move an issue one place among those that are part of the same: the lines of the table follow."""
    return _move(sent, negotiation, ISSUES, issue)


# --- What all lists do alike ----------------------------------------------------------------------------


def _create(sent: Sent, negotiation: str, sheet: Sheet) -> Response:
    form: Form[Any] = read_form(sheet.new, sent.items)
    cast = cast_of(sent.reading, negotiation)
    faults = with_choice_faults(form.faults, form.typed, actors=cast.actors, issues=cast.issues)

    def again(faults: Faults, status: int) -> Response:
        return _sheet(sent, negotiation, sheet, form.typed, faults, status=status)

    if faults or form.data is None:
        return again(faults, 422)
    row: Row = row_of(sheet.file, form.data)
    if sheet is not PARTICIPANTS:
        taken = set(cast.actors if sheet is ACTORS else cast.issues)
        merged = load_redirects(sent.reading, negotiation)
        row = _with_id(sheet.file, row, taken | {id_ for noun, id_ in merged if noun == NOUNS[sheet.file]})
    rows: Mapping[str, list[Row]] = {sheet.file: [row]}
    if role := getattr(form.data, "takes_part", None):
        rows = {**rows, "participants": [{"actor": row["id"], "role": role.value}]}

    def save() -> str:
        with in_words():
            add_rows(sent.session, negotiation, rows, **sent.stamp)
        return _back(negotiation, sheet, row.get("id"))

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _edit(asked: Asked, negotiation: str, sheet: Sheet, key: str) -> Response:
    row, seen = setup_row(asked.reading, negotiation, sheet.file, key)
    typed = typed_of(sheet.file, row) | {"seen": [str(seen)]}
    return _sheet(asked, negotiation, sheet, Typed(typed), Faults(), key)


def _update(sent: Sent, negotiation: str, sheet: Sheet, key: str) -> Response:
    stored, seen = setup_row(sent.reading, negotiation, sheet.file, key)
    form: Form[Any] = read_form(sheet.correct, sent.items)
    if (theirs := taken(form.typed.one("action"))) is not None:
        typed = _with_theirs(sheet.file, form.typed, stored, seen, theirs)
        return _sheet(sent, negotiation, sheet, typed, Faults(), key)
    cast = cast_of(sent.reading, negotiation)
    faults = with_choice_faults(form.faults, form.typed, actors=cast.actors, issues=cast.issues)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _sheet(sent, negotiation, sheet, form.typed, faults, key, status, conflict)

    if faults or form.data is None:
        return again(faults, 422)
    data = form.data

    def save() -> str:
        row = row_of(sheet.file, data)
        with in_words():
            correct_row(sent.session, negotiation, sheet.file, key, row, seen=data.seen, **sent.stamp)
        return _back(negotiation, sheet, key)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _move(sent: Sent, negotiation: str, sheet: Sheet, key: str) -> Response:
    setup_row(sent.reading, negotiation, sheet.file, key)
    values = dict(sent.items)

    def save() -> str:
        with in_words():
            earlier = values.get("to") == "earlier"
            move_row(sent.session, negotiation, sheet.file, key, earlier=earlier, **sent.stamp)
        return _back(negotiation, sheet, key)

    def again(faults: Faults, status: int) -> Response:
        return _index(sent, negotiation, None, faults, status)

    return once(sent.session, values.get("token", ""), sent.person.account, sent.items, save, again)


def _back(negotiation: str, sheet: Sheet, key: str | None) -> str:
    """The page of the whole, at the row that was changed."""
    return address(f"/negotiations/{negotiation}/setup") + (sheet.anchor(key) if key else f"#{sheet.file}")


def _said(asked: Asked) -> Typed:
    """What the address already says of a form, such as what a new sub-question is part of."""
    return Typed({name: [value] for name, value in asked.request.query_params.items() if value})


def _with_id(file: str, row: Row, taken: set[str]) -> Row:
    """The row with an id made of its title or name, where nobody has chosen one.

    Words without a Latin letter make no id: such a row is numbered.
    """
    if "id" in row:
        return row
    words = row.get("title") or row["name"]
    id_ = slug(words)
    if id_ == slug(""):
        noun = NOUNS[file]
        id_ = next(name for number in range(1, len(taken) + 2) if (name := f"{noun}-{number}") not in taken)
    return {"id": id_, **row}


@contextmanager
def in_words() -> Iterator[None]:
    """Faults that the rules of a package find, as a refusal of the form, each beside its field."""
    try:
        yield
    except PackageFaults as refusal:
        faults = Faults()
        for fault in refusal.faults:
            field = field_of(fault.file.removesuffix(".csv"), fault.column) if fault.line else None
            faults.setdefault(field or "form", words_of(fault))
        raise Refused(faults) from refusal


def words_of(fault: Fault) -> str:
    """A fault of a row as somebody is told who has a form before them: what is wrong, what would be right."""
    problem = f"This {fault.problem}" if fault.problem.startswith(("is ", "holds ")) else fault.problem
    problem = re.sub(r" is before (started|from), ", " is before the beginning, ", problem)
    return f"{problem}. {fault.remedy[0].upper()}{fault.remedy[1:]}."


# --- Pages ----------------------------------------------------------------------------------------------


def _token(typed: Typed, faults: Faults) -> str:
    """The form's own token for as long as it may still be taken; else a new one."""
    return ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32)


def _new(request: Request, typed: Typed, faults: Faults, status: int = 200) -> Response:
    context = {"typed": typed, "faults": faults, "token": _token(typed, faults)}
    return page(request, "setup/new.html", context, status=status)


def _context(
    asked: Asked | Sent, setup: SetupPage, typed: Typed, faults: Faults, key: str | None = None
) -> dict[str, Any]:
    """What every form here is given: what to choose from, what was typed, what is wrong.

    ``key`` is of the row that is corrected, which cannot be part of itself.
    """
    actors = [(actor.id, actor.name) for actor in setup.cast.actors.values()]
    issues = [(issue.id, issue.title) for issue in setup.cast.issues.values()]
    return base_context(asked.view, setup.negotiation, "setup") | {
        "setup": setup,
        "typed": typed,
        "faults": faults,
        "token": _token(typed, faults),
        "conflict": None,
        "words": {
            "actors": actors,
            "wider_actors": [choice for choice in actors if choice[0] != key],
            "wider_issues": [choice for choice in issues if choice[0] != key],
            "kinds": [(kind.value, label(kind)) for kind in ActorKind],
            "roles": [(role.value, label(role)) for role in Role],
        },
        "kind_names": {kind.value: label(kind) for kind in ActorKind},
        "role_names": {role.value: label(role) for role in Role},
    }


def _index(
    asked: Asked | Sent,
    negotiation: str,
    typed: Typed | None,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    if conflict:
        asked.reading.rollback()
    setup = setup_page(asked.reading, negotiation)
    if typed is not None and conflict:
        typed = outdated(typed, setup.seen)
    stored = Typed(typed_of("negotiation", setup.row) | {"seen": [str(setup.seen)]})
    context = _context(asked, setup, stored if typed is None else typed, faults)
    compared = _compared(asked, setup, "negotiation", negotiation, CorrectNegotiationForm, context["typed"])
    context |= {"own": typed is not None, "conflict": compared}
    return page(asked.request, "setup/index.html", context, status=status)


def _sheet(
    asked: Asked | Sent,
    negotiation: str,
    sheet: Sheet,
    typed: Typed,
    faults: Faults,
    key: str | None = None,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    """The page of one row: to be added where there is no ``key``, else to be corrected."""
    if conflict:
        asked.reading.rollback()
    setup = setup_page(asked.reading, negotiation)
    row, seen = setup_row(asked.reading, negotiation, sheet.file, key) if key else (None, 0)
    if conflict:
        typed = outdated(typed, seen)
    context = _context(asked, setup, typed, faults, key) | {"key": key, "row": row}
    if key:
        context["conflict"] = _compared(asked, setup, sheet.file, key, sheet.correct, typed)
    return page(asked.request, sheet.template, context, status=status)


def _with_theirs(file: str, typed: Typed, row: Row, seen: int, what: str) -> Typed:
    """The form with what somebody else has saved in place of one's own: of one column, or of all."""
    fields = [field for field in COLUMNS[file] if what in ("", COLUMNS[file][field])]
    typed = outdated(typed, seen)
    found = Typed({name: values for name, values in typed.items() if name not in fields})
    theirs = typed_of(file, row)
    return Typed(found | {name: theirs[name] for name in fields if name in theirs})


def _compared(
    asked: Asked | Sent, setup: SetupPage, file: str, key: str, model: type[FormModel], typed: Typed
) -> list[Compared] | None:
    """What somebody else has saved meanwhile beside what was typed; None where nobody has."""
    base = opened_on(typed)
    if base is None:
        return None
    negotiation, noun = setup.negotiation.id, NOUNS[file]
    theirs = setup_row(asked.reading, negotiation, file, key)[0]
    data = read_form(model, [(name, value) for name, values in typed.items() for value in values]).data
    mine = row_of(file, data) if data else theirs
    was = row_at(asked.reading, negotiation, noun, key, base)
    kept = {"id"} if FILE[file].has_id else set(FILE[file].natural_key)
    columns = [column for column in COLUMNS[file].values() if column not in kept]
    return compared_row(Words(setup.cast), noun, columns, was, theirs, mine)
