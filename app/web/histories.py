"""The history of every record, for editors: what was changed, word by word, and how it comes back."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import RedirectResponse, Response

from app.commands import entries as commands
from app.commands.records import Outdated
from app.commands.sources import correct_source
from app.domain.redaction import INSTEAD, WITHHELD
from app.domain.redirects import renamed
from app.domain.vocabulary import RecordType, ReviewStatus
from app.exchange.package_schema import FILE, Column
from app.exchange.setup import correct_row
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.entries import CorrectCitationForm, CorrectionForm, Noun
from app.forms.sources import CorrectSourceForm, typed_source
from app.models.loading import load_redirects
from app.queries.entries import editable, editable_citation
from app.queries.histories import (
    NOUNS,
    HistoryPage,
    Step,
    Subject,
    history_page,
    proposal_of,
    rung_exists,
    subject_of,
)
from app.web.deps import Asked, Asking, Sending, Sent
from app.web.entries import NOUNS as FORMS
from app.web.entries import Number, by, citation_faults, correction_faults, typed_citation
from app.web.labels import column_name
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.setup import in_words
from app.web.sources import source_faults
from app.web.steps import shown_steps
from app.web.submissions import once
from app.web.values import Words, changed_fields

router = APIRouter(include_in_schema=False)


class _HistoryConvertor(Convertor[str]):
    """The plural of a noun whose records have a history of their own; a term has its proposal's."""

    regex = "|".join(plural for plural in NOUNS if plural != "terms")

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("historied", _HistoryConvertor())


@router.get("/negotiations/{negotiation}/terms/{record}/history")
@allow(Permission.EDIT)
def show_term(asked: Asking, negotiation: str, record: str) -> Response:
    """A term's history is part of its proposal's."""
    proposal = proposal_of(asked.reading, negotiation, record)
    return RedirectResponse(address(f"/negotiations/{negotiation}/proposals/{proposal}/history"), 303)


@router.get("/negotiations/{negotiation}/citations/{number}/history")
@allow(Permission.EDIT)
def show_citation(asked: Asking, negotiation: str, number: Number) -> Response:
    """A citation's history is part of its record's."""
    plural, record = subject_of(asked.reading, negotiation, number)
    return RedirectResponse(address(f"/negotiations/{negotiation}/{plural}/{record}/history"), 303)


@router.get("/negotiations/{negotiation}/{plural:historied}/{record}/history")
@allow(Permission.EDIT)
def show(asked: Asking, negotiation: str, plural: str, record: str) -> Response:
    """Every revision of a record and of what belongs to it, the newest first, a page at a time."""
    before = _number(asked.request.query_params.get("before", ""))
    found = history_page(asked.reading, negotiation, plural, record, asked.person, before=before)
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "at": _at(negotiation, plural, record),
        "back": _back(negotiation, plural, record),
        "steps_shown": shown_steps(found),
        "left": asked.person.lets_in and asked.request.query_params.get("left") == "1",
        "can_redact": found.noun not in ("actor", "issue"),
    }
    return page(asked.request, "histories/show.html", context)


@router.get("/negotiations/{negotiation}/{plural:historied}/{record}/history/{number}")
@allow(Permission.EDIT)
def restore(asked: Asking, negotiation: str, plural: str, record: str, number: Number) -> Response:
    """What would change if a revision were brought back, and the form that does it."""
    return _restore(asked, negotiation, plural, record, number, Typed(), Faults())


@router.post("/negotiations/{negotiation}/{plural:historied}/{record}/history/{number}")
@allow(Permission.EDIT)
def bring_back(sent: Sending, negotiation: str, plural: str, record: str, number: Number) -> Response:
    """Bring back what a revision left, with a reason, as a new revision; or take a retraction back."""
    form: Form[Any] = read_form(CorrectionForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        if conflict:
            sent.reading.rollback()
        return _restore(sent, negotiation, plural, record, number, form.typed, faults, status)

    found = _one(sent, negotiation, plural, record, number)
    step = found.steps[0]
    if not found.can_restore(step):
        return again(
            Faults(form="This is how it stands now, or it cannot come back; nothing was changed."), 409
        )
    if form.data is None:
        return again(form.faults, 422)
    row = _as_today(sent, negotiation, step)
    if faults := _faults(sent, negotiation, found, step, row):
        return again(faults, 422)
    data: CorrectionForm = form.data

    def save() -> str:
        _bring_back(sent, negotiation, found, step, row, data)
        return _at(negotiation, plural, record)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


# --- Bringing back ---------------------------------------------------------------------------------------

Row = Mapping[str, str]


def _one(asked: Asked, negotiation: str, plural: str, record: str, number: Number) -> HistoryPage:
    """The history with this one revision in it. Raises NoSuchRecord."""
    return history_page(asked.reading, negotiation, plural, record, asked.person, only=number)


def _file(noun: str) -> str:
    """The file of a package that has the rows of a noun."""
    return f"{noun}s"


def _columns(noun: str) -> list[Column]:
    """What can come back of a row: all but its id, and where it belongs."""
    belongs = {"id", "subject_type", "subject", "source"} if noun == "citation" else {"id"}
    if noun == "term":
        belongs.add("proposal")
    return [column for column in FILE[_file(noun)].columns if column.name not in belongs]


# The form of a citation asks for a speaker; readers are told that this one is withheld.
_WITH_MARKER = frozenset({"after.attributed_to"})


def _as_today(asked: Asked, negotiation: str, step: Step) -> dict[str, str]:
    """The row that a revision left, naming today's records where those it named were merged.

    What was withheld for safety stays so.
    """
    redirects = load_redirects(asked.reading, negotiation)
    row = {}
    for column in _columns(step.noun):
        value = step.row.get(column.name, "")
        if value and column.to:
            value = renamed(redirects, column.to.removesuffix("s"), value)
        if not value and column.required:
            value = INSTEAD
        if not value and f"after.{column.name}" in step.erased & _WITH_MARKER:
            value = WITHHELD
        if value:
            row[column.name] = value
    return row


def _faults(sent: Sent, negotiation: str, found: HistoryPage, step: Step, row: Row) -> Faults:
    """What keeps the row from coming back: the same that keeps a correction from being saved."""
    if found.subjects[step.key].status is ReviewStatus.RETRACTED:
        return Faults()
    reading, person = sent.reading, sent.person
    faults = Faults()
    if step.noun in set(RecordType):
        type_ = RecordType.PROPOSAL if step.noun == "term" else RecordType(step.noun)
        kind = FORMS[f"{type_.value}s"]
        held = editable(reading, negotiation, type_, found.record, person)
        terms = list(held.terms)
        whole: Row = row
        if step.noun == "term":
            whole = held.row
            terms = [{"id": step.record, **row} if term["id"] == step.record else term for term in terms]
        form = _form(kind, whole, terms)
        faults = correction_faults(sent, negotiation, kind, held, form)
        issue = row.get("issue") or row.get("issues", "")
        if "scale_version" in row and not rung_exists(reading, negotiation, issue, row):
            faults.setdefault("scale_version", "There is no such rung on the scale any more.")
    elif step.noun == "citation":
        cited = editable_citation(reading, negotiation, int(step.record), person)
        items = _items(typed_citation(row))
        faults = citation_faults(sent, negotiation, cited, read_form(CorrectCitationForm, items))
    elif step.noun == "source":
        items = _items(typed_source(row) | {"undated": ["yes"]})
        faults = source_faults(sent, negotiation, step.record, read_form(CorrectSourceForm, items))
    if not faults:
        return faults
    words = "; ".join(f"{column_name(step.noun, name)}: {fault}" for name, fault in faults.items())
    return Faults(form=f"It cannot come back as it was. {words}")


def _form(kind: Noun, row: Row, terms: list[Any]) -> Form[Any]:
    """The row as the form of its noun would bring it."""
    typed = kind.typed(row, terms)
    if kind.dated in row:
        # The form as it is sent has the date in one field.
        typed = Typed(typed | {kind.dated: [row[kind.dated]]})
    return read_form(kind.edit, _items(typed))


def _items(typed: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    pairs = [(name, value) for name, values in typed.items() for value in values]
    return [*pairs, ("reason", "…"), ("seen", "0")]


def _bring_back(
    sent: Sent, negotiation: str, found: HistoryPage, step: Step, row: Row, data: CorrectionForm
) -> None:
    session, who = sent.session, by(sent.person)
    why: dict[str, Any] = {"reason": data.reason, "seen": data.seen}
    is_retracted = found.subjects[step.key].status is ReviewStatus.RETRACTED
    columns = {column.name: row.get(column.name) for column in _columns(step.noun)}
    match step.noun:
        case "citation" if is_retracted:
            commands.restore_citation(session, negotiation, int(step.record), who, **why)
        case "citation":
            commands.edit_citation(session, negotiation, int(step.record), row, who, **why, action="restore")
        case "source":
            correct_source(session, negotiation, step.record, columns, who, **why, action="restore")
        case "actor" | "issue" | "participant":
            with in_words():
                correct_row(
                    session,
                    negotiation,
                    _file(step.noun),
                    step.record,
                    row,
                    **why,
                    **sent.stamp,
                    action="restore",
                )
        case noun if is_retracted:
            commands.restore_record(session, negotiation, RecordType(noun), step.record, who, **why)
        case "term":
            held = editable(sent.reading, negotiation, RecordType.PROPOSAL, found.record, sent.person)
            back = {"id": step.record, **{name: value or "" for name, value in columns.items()}}
            terms = [back if term["id"] == step.record else term for term in held.terms]
            commands.edit_record(
                session,
                negotiation,
                RecordType.PROPOSAL,
                found.record,
                {},
                who,
                **why,
                terms=terms,
                action="restore",
            )
        case noun:
            commands.edit_record(
                session, negotiation, RecordType(noun), step.record, columns, who, **why, action="restore"
            )


def _seen(asked: Asked, negotiation: str, found: HistoryPage, step: Step) -> int:
    """The revision that the form is opened on: of a term that of its whole proposal."""
    now: Subject = found.subjects[step.key]
    if now.status is ReviewStatus.RETRACTED or step.noun not in ("proposal", "term"):
        return now.seen
    return editable(asked.reading, negotiation, RecordType.PROPOSAL, found.record, asked.person).seen


# --- Pages -----------------------------------------------------------------------------------------------


def _restore(
    asked: Asked,
    negotiation: str,
    plural: str,
    record: str,
    number: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
) -> Response:
    found = _one(asked, negotiation, plural, record, number)
    step = found.steps[0]
    can = found.can_restore(step)
    now = found.subjects.get(step.key)
    words = Words(found.cast, found.names)
    comes_back = bool(now and now.status is ReviewStatus.RETRACTED)
    fields = []
    if can and now and not comes_back:
        back = {"id": "", **_as_today(asked, negotiation, step)}
        kept = {column.name for column in _columns(step.noun)}
        was = {name: value for name, value in now.row.items() if name in kept}
        fields = changed_fields(
            words, step.noun, was, {k: v for k, v in back.items() if k in kept}, shorten=False
        )
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "at": _at(negotiation, plural, record),
        "shown": shown_steps(found)[0],
        "can": can,
        "comes_back": comes_back,
        "fields_changed": fields,
        "typed": Typed(typed | {"seen": [str(_seen(asked, negotiation, found, step))]}) if can else typed,
        "faults": faults,
        "token": ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32),
    }
    return page(asked.request, "histories/restore.html", context, status=status)


def _at(negotiation: str, plural: str, record: str) -> str:
    return address(f"/negotiations/{negotiation}/{plural}/{record}/history")


def _back(negotiation: str, plural: str, record: str) -> str:
    return address(f"/negotiations/{negotiation}/{plural}/{record}")


def _number(text: str) -> int | None:
    """The revision behind which a page begins; whatever else is written there is the newest."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
