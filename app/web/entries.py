"""Entering records of every noun: reported, cited, corrected, retracted. Each form is whole without scripts.

What the nouns do not have in common is in ``forms/<noun>.py`` and ``templates/<noun>/_claim.html``.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import RedirectResponse, Response

from app.commands import entries as commands
from app.commands.entries import By, Entry
from app.commands.records import Outdated
from app.db import ReadSession
from app.domain.attribution import attribution, speaker_words, track
from app.domain.dates import NotADate, parse_edtf
from app.domain.links import takes_nothing_down
from app.domain.quotes import Quote, place_near, place_of, places, words_around
from app.domain.redaction import WITHHELD
from app.domain.vocabulary import (
    Answer,
    Attribution,
    DemandKind,
    EventKind,
    LinkRelation,
    Outcome,
    RecordGrade,
    RecordType,
    RemarkKind,
    ReviewStatus,
    Setting,
    SourceKind,
    Track,
)
from app.forms.addresses import canonical, same_address
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.demands import DEMANDS
from app.forms.entries import (
    SAME_CLAIM,
    CiteForm,
    CorrectCitationForm,
    Known,
    Noun,
    RetractForm,
    WordsForm,
    as_chosen,
    citation_row,
    parts,
    relations,
    source_row,
    with_date,
    with_date_conflict,
    with_dated_faults,
    with_relation_fault,
    with_report_faults,
    with_said_again_faults,
    with_speaker_faults,
)
from app.forms.events import EVENTS
from app.forms.proposals import PROPOSALS
from app.forms.remarks import REMARKS
from app.forms.responses import RESPONSES
from app.forms.suggestions import Field, Suggestion
from app.models.loading import load_roster
from app.queries.accounts import Person
from app.queries.choices import known_choices, source_choice, source_choices
from app.queries.entries import Editable, EditableCitation, editable, editable_citation, publishes_at_once
from app.queries.histories import names_of
from app.queries.negotiations import Cast, cast_of, negotiation_head
from app.queries.readings import CitedRecord, known_addresses, reading_page, text_of
from app.queries.redactions import withheld_fields
from app.queries.standing import Standing, standing_choices, tracks_of
from app.queries.visibility import NoSuchRecord
from app.web.conflicts import (
    Compared,
    columns_with_theirs,
    compared_citation,
    compared_record,
    opened_on,
    outdated,
    taken,
    with_theirs,
)
from app.web.days import edtf_words
from app.web.deps import Asked, Asking, Sending, Sent, today
from app.web.labels import N_, label, noun_words
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import once
from app.web.values import Words

router = APIRouter(include_in_schema=False)

# The number of a citation or a note: one that no database has is none.
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

NOUNS: Mapping[str, Noun] = {noun.plural: noun for noun in (DEMANDS, PROPOSALS, RESPONSES, REMARKS, EVENTS)}

# What may be cited: a term by its own address, though it is entered with its proposal.
CITED: Mapping[str, RecordType] = {f"{type_.value}s": type_ for type_ in RecordType}


class _NounConvertor(Convertor[str]):
    """The plural of a noun that has a form, as part of an address."""

    regex = "|".join(NOUNS)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _CitedConvertor(_NounConvertor):
    """The plural of a noun whose records may be cited."""

    regex = "|".join(CITED)


register_url_convertor("noun", _NounConvertor())
register_url_convertor("cited", _CitedConvertor())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form of an entry stands: on a page of its own, or beside the report's text."""

    template: str = "entries/new.html"
    more: Mapping[str, Any] | None = None


@router.get("/negotiations/{negotiation}/{noun:noun}/new")
@allow(Permission.ENTER)
def new(asked: Asking, negotiation: str, noun: str) -> Response:
    """The empty form, or one with what an address already says of it."""
    items = asked.request.query_params.multi_items()
    form = read_form(NOUNS[noun].new, [(name, value) for name, value in items if value])
    return new_page(asked, negotiation, NOUNS[noun], form.typed, Faults())


@router.post("/negotiations/{negotiation}/{noun:noun}/preview")
@allow(Permission.ENTER)
def preview(sent: Sending, negotiation: str, noun: str) -> Response:
    """The form as it stands, with what readers would see and what is standing; nothing is kept."""
    form = NOUNS[noun]
    typed = with_date(read_form(form.new, sent.items).typed, form.dated)
    return new_page(sent, negotiation, form, _acted(form, typed), Faults())


@router.post("/negotiations/{negotiation}/{noun:noun}")
@allow(Permission.ENTER)
def create(sent: Sending, negotiation: str, noun: str) -> Response:
    """Record it, or add the report to the standing record that it repeats."""
    kind = NOUNS[noun]
    form: Form[Any] = read_form(kind.new, _dated(sent.items, kind))
    if _only_changes_the_form(form.typed):
        return new_page(sent, negotiation, kind, _acted(kind, form.typed), Faults())
    faults = entry_faults(sent, negotiation, kind, form)
    if faults or form.data is None:
        return new_page(sent, negotiation, kind, form.typed, faults, status=422)
    data = form.data
    typed = form.typed
    row = kind.row(data)
    chosen = relations(typed)
    same = [record for record, relation in chosen.items() if relation == SAME_CLAIM]
    entry = Entry(
        data.source or source_row(data),
        citation_row(data),
        row,
        kind.record_type,
        terms=kind.terms(typed) if kind.terms else (),
        relations=[
            (LinkRelation(relation), record, parts(typed).get(record))
            for record, relation in chosen.items()
            if relation != SAME_CLAIM
        ],
        selector=selector_of(sent, negotiation, typed),
        draft=typed.one("action") == "draft",
    )

    def save() -> str:
        if same:
            known = editable(sent.reading, negotiation, kind.record_type, same[0], sent.person).row
            # Only of what is said can it be said again on another day.
            is_again = kind.dated == "stated" and row["stated"] != known["stated"]
            stated = row["stated"] if is_again else None
            again = replace(entry, citation=citation_row(data, stated=stated))
            number = commands.cite_record(sent.session, negotiation, same[0], again, by(sent.person))
            return _after(sent, negotiation, kind.plural, same[0], number, typed)
        record = commands.record_entry(sent.session, negotiation, entry, by(sent.person))
        return _after(sent, negotiation, kind.plural, record, None, typed)

    def again(faults: Faults, status: int) -> Response:
        return new_page(sent, negotiation, kind, typed, faults, status=status)

    return once(
        sent.session,
        typed.one("token"),
        sent.person.account,
        sent.items,
        save,
        again,
        makes_at=sent.request.url.path,
    )


@router.get("/negotiations/{negotiation}/{noun:noun}")
@allow(Permission.READ_PUBLISHED)
def index(asked: Asking, negotiation: str, noun: str) -> Response:
    """All records of a noun, on the time line; for whoever goes back to a form that was sent, the form."""
    negotiation_head(asked.reading, negotiation)
    here = f"/negotiations/{negotiation}"
    if getattr(asked.request.state, "person", None):
        return RedirectResponse(address(f"{here}/{noun}/new"), status_code=303)
    of_type = NOUNS[noun].record_type.value
    return RedirectResponse(address(f"{here}/timeline", type=of_type), status_code=303)


@router.get("/negotiations/{negotiation}/{noun:cited}/{record}/cite")
@allow(Permission.ENTER)
def cite(asked: Asking, negotiation: str, noun: str, record: str) -> Response:
    items = asked.request.query_params.multi_items()
    typed = read_form(CiteForm, [(name, value) for name, value in items if value]).typed
    return _cite(asked, negotiation, noun, record, typed, Faults())


@router.post("/negotiations/{negotiation}/{noun:cited}/{record}/cite")
@allow(Permission.ENTER)
def create_citation(sent: Sending, negotiation: str, noun: str, record: str) -> Response:
    """Add a report to a record: that supports it, that says it was said again, or that denies it."""
    form: Form[Any] = read_form(CiteForm, sent.items)
    if _only_changes_the_form(form.typed):
        return _cite(sent, negotiation, noun, record, form.typed, Faults())
    faults = cite_faults(sent, negotiation, noun, record, form)
    if faults or form.data is None:
        return _cite(sent, negotiation, noun, record, form.typed, faults, status=422)
    data: CiteForm = form.data
    entry = Entry(
        data.source or source_row(data),
        citation_row(data, relation=data.relation, stated=data.stated),
        type=CITED[noun],
        selector=selector_of(sent, negotiation, form.typed),
        draft=form.typed.one("action") == "draft",
    )

    def save() -> str:
        number = commands.cite_record(sent.session, negotiation, record, entry, by(sent.person))
        return _after(sent, negotiation, noun, record, number, form.typed)

    def again(faults: Faults, status: int) -> Response:
        return _cite(sent, negotiation, noun, record, form.typed, faults, status=status)

    return once(
        sent.session,
        form.typed.one("token"),
        sent.person.account,
        sent.items,
        save,
        again,
        makes_at=sent.request.url.path,
    )


@router.get("/negotiations/{negotiation}/citations/{number}/edit")
@allow(Permission.ENTER)
def edit_citation(asked: Asking, negotiation: str, number: Number) -> Response:
    found = _editable_citation(asked, negotiation, number)
    typed = typed_citation(found.row) | {"seen": [str(found.seen)]}
    blanked = withheld_fields(asked.reading, negotiation).get(("citation", str(number)), ())
    if "attributed_to" in blanked and "attributed_to" not in found.row:
        # The form asks for a speaker; that is what readers are told of this one.
        typed["attributed_to"] = [WITHHELD]
    return _edit_citation(asked, negotiation, number, Typed(typed), Faults())


@router.post("/negotiations/{negotiation}/citations/{number}/edit")
@allow(Permission.ENTER)
def update_citation(sent: Sending, negotiation: str, number: Number) -> Response:
    """Correct a citation, with a reason; what was entered before stays in its history."""
    form: Form[Any] = read_form(CorrectCitationForm, sent.items)
    try:
        before = _editable_citation(sent, negotiation, number)
    except NoSuchRecord:
        # Not theirs to correct any more: what was typed is not lost for that, and nothing else is shown.
        editable_citation(sent.reading, negotiation, number, sent.person)
        words = "This report was published meanwhile; nothing was saved. Your text is here."
        typed = Typed({name: values for name, values in form.typed.items() if name != "base"})
        return _edit_citation(sent, negotiation, number, typed, Faults(form=words), 409)
    if (theirs := taken(form.typed.one("action"))) is not None:
        typed = outdated(form.typed, before.seen)
        typed = columns_with_theirs(typed, typed_citation(before.row), CITATION_COLUMNS, theirs)
        return _edit_citation(sent, negotiation, number, typed, Faults())
    faults = citation_faults(sent, negotiation, before, form)
    text, _, _ = text_of(sent.reading, negotiation, before.row["source"])
    faults = _with_quote_faults(faults, form.typed, text)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit_citation(sent, negotiation, number, form.typed, faults, status, conflict)

    if faults or form.data is None:
        return again(faults, 422)
    data: CorrectCitationForm = form.data

    def save() -> str:
        row = citation_row(data, relation=data.relation, stated=data.stated)
        commands.edit_citation(
            sent.session, negotiation, number, row, by(sent.person), reason=data.reason, seen=data.seen
        )
        if row.get("quote") != before.row.get("quote"):
            # Nobody chose its place: where its words stand at several, it is not known which.
            place = place_of(text, Quote(row.get("quote", ""))) if text else None
            around = words_around(text, place) if text and place else None
            commands.select_quote(sent.session, negotiation, number, around)
        return _corrected_address(
            sent, negotiation, f"{before.type.value}s", before.record, before.status, number
        )

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/citations/{number}/retract")
@allow(Permission.EDIT)
def retract_citation(sent: Sending, negotiation: str, number: Number) -> Response:
    """Retract one report of a record that was our mistake; the record stays with its others."""
    form: Form[Any] = read_form(RetractForm, sent.items)
    found = editable_citation(sent.reading, negotiation, number, sent.person)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        sent.reading.rollback()
        now = editable_citation(sent.reading, negotiation, number, sent.person)
        own = {"seen": [str(now.seen)], "retraction": [form.typed.one("reason")]}
        typed = Typed(typed_citation(now.row) | own)
        return _edit_citation(sent, negotiation, number, typed, _of_retraction(faults), status)

    if form.data is None:
        return again(form.faults, 422)
    data: RetractForm = form.data

    def save() -> str:
        commands.retract_citation(
            sent.session, negotiation, number, by(sent.person), reason=data.reason, seen=data.seen
        )
        return _record_address(sent, negotiation, f"{found.type.value}s", found.record, found.status)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _of_retraction(faults: Faults) -> Faults:
    """The faults of the smaller form, beside its own field."""
    return Faults({"retraction" if name == "reason" else name: words for name, words in faults.items()})


@router.get("/negotiations/{negotiation}/{noun:noun}/{record}/edit")
@allow(Permission.ENTER)
def edit(asked: Asking, negotiation: str, noun: str, record: str) -> Response:
    found = _editable(asked, negotiation, NOUNS[noun], record)
    return _edit(asked, negotiation, NOUNS[noun], found, _typed(NOUNS[noun], found), Faults())


@router.post("/negotiations/{negotiation}/{noun:noun}/{record}/edit")
@allow(Permission.ENTER)
def update(sent: Sending, negotiation: str, noun: str, record: str) -> Response:
    """Correct a record, with a reason. A form that is out of date is refused with both texts shown."""
    kind = NOUNS[noun]
    form: Form[Any] = read_form(kind.edit, _dated(sent.items, kind))
    try:
        found = _editable(sent, negotiation, kind, record)
    except NoSuchRecord:
        # Not theirs to correct any more, or retracted: what was typed is not lost for that.
        found = editable(sent.reading, negotiation, kind.record_type, record, sent.person, retracted=True)
        words = "This record was published or retracted meanwhile; nothing was saved. Your text is here."
        return _edit(sent, negotiation, kind, found, form.typed, Faults(form=words), 409)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(sent, negotiation, kind, found, form.typed, faults, status, conflict)

    if (theirs := taken(form.typed.one("action"))) is not None:
        typed = with_theirs(kind, outdated(form.typed, found.seen), _typed(kind, found), theirs)
        return _edit(sent, negotiation, kind, found, typed, Faults())
    if _only_changes_the_form(form.typed):
        return _edit(sent, negotiation, kind, found, _acted(kind, form.typed), Faults())
    faults = correction_faults(sent, negotiation, kind, found, form)
    faults = with_date_conflict(faults, sent.items, kind.dated)
    if faults or form.data is None:
        return again(faults, 422)
    data = form.data

    def save() -> str:
        row = kind.row(data)
        commands.edit_record(
            sent.session,
            negotiation,
            kind.record_type,
            record,
            {name: row.get(name) for name in kind.columns},
            by(sent.person),
            reason=data.reason,
            seen=data.seen,
            terms=kind.terms(form.typed) if kind.terms else None,
        )
        return _corrected_address(sent, negotiation, noun, record, found.status)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/{noun:noun}/{record}/retract")
@allow(Permission.EDIT)
def retract(sent: Sending, negotiation: str, noun: str, record: str) -> Response:
    """Retract a record that was our mistake, with a reason that its page will give."""
    kind = NOUNS[noun]
    form: Form[Any] = read_form(RetractForm, sent.items)
    _editable(sent, negotiation, kind, record)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        sent.reading.rollback()
        now = _editable(sent, negotiation, kind, record)
        typed = Typed(_typed(kind, now) | {"retraction": [form.typed.one("reason")]})
        return _edit(sent, negotiation, kind, now, typed, _of_retraction(faults), status)

    if form.data is None:
        return again(form.faults, 422)
    data: RetractForm = form.data

    def save() -> str:
        commands.retract_record(
            sent.session,
            negotiation,
            kind.record_type,
            record,
            by(sent.person),
            reason=data.reason,
            seen=data.seen,
        )
        return address(f"/negotiations/{negotiation}/{noun}/{record}")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/entries/sources")
@allow(Permission.ENTER)
def choices(asked: Asking, negotiation: str) -> Response:
    """Known reports that fit what is being typed; the form loads it beside the field."""
    head = negotiation_head(asked.reading, negotiation)
    query = asked.request.query_params
    typed = Typed(source=[query.get("source", "")])
    words = query.get("find", "")[:500]
    found = source_choices(asked.reading, negotiation, words, asked.person)
    context = base_context(asked.view, head, "new") | {"sources": found, "typed": typed, "searched": True}
    return page(asked.request, "entries/sources.html", context)


def by(person: Person) -> By:
    return By(person.account, person.edits, datetime.now(UTC))


def labelled(members: Iterable[Any]) -> list[tuple[str, str]]:
    return [(member.value, label(member)) for member in members]


# --- Reading what was sent ------------------------------------------------------------------------------


def _dated(items: Sequence[tuple[str, str]], kind: Noun) -> list[tuple[str, str]]:
    """The fields with the date as it was written, or as chosen from the calendar."""
    typed = Typed()
    for name, value in items:
        typed.setdefault(name, []).append(value)
    date = with_date(typed, kind.dated).one(kind.dated)
    return [(name, value) for name, value in items if name != kind.dated] + [(kind.dated, date)]


# What a button of the form says where it saves; every other one only changes the form.
SAVES = ("", "save", "next", "draft")


def _only_changes_the_form(typed: Typed) -> bool:
    return typed.one("action") not in SAVES


def _acted(kind: Noun, typed: Typed) -> Typed:
    return kind.acted(typed, typed.one("action")) if kind.acted else typed


# What the form of a citation can change.
CITATION_COLUMNS = (*WordsForm.model_fields, "relation", "stated")


def typed_citation(row: Mapping[str, str]) -> Typed:
    """A stored citation as its form would have been filled."""
    typed = Typed({name: [value] for name, value in row.items() if value != "no"})
    typed["speakers"] = row["speakers"].split("|") if "speakers" in row else []
    return typed


def citation_faults(asked: Asked, negotiation: str, found: EditableCitation, form: Form[Any]) -> Faults:
    """Everything that is wrong with a citation as it is to be."""
    known = _known(asked, negotiation)[1]
    faults = with_relation_fault(with_speaker_faults(Faults(form.faults), form.typed, known), form.typed)
    source = source_choice(asked.reading, negotiation, found.row["source"], asked.person)
    return with_said_again_faults(faults, form.typed, source.published if source else "")


def correction_faults(asked: Asked, negotiation: str, kind: Noun, found: Editable, form: Form[Any]) -> Faults:
    """Everything that is wrong with a record as it is to be."""
    faults = with_dated_faults(
        Faults(form.faults), form.typed, kind.dated, today(), found.reported_on, edtf_words
    )
    return kind.faults(faults, form.typed, _known(asked, negotiation, found)[1])


def entry_faults(sent: Sent, negotiation: str, kind: Noun, form: Form[Any]) -> Faults:
    """Everything that is wrong with a new entry."""
    cast, known = _known(sent, negotiation)
    printed = _printed(sent, negotiation, form.typed)
    faults = with_report_faults(form, today())
    faults = with_dated_faults(faults, form.typed, kind.dated, today(), printed, edtf_words)
    faults = kind.faults(with_speaker_faults(faults, form.typed, known), form.typed, known)
    faults = _with_quote_faults(faults, form.typed, _text(sent, negotiation, form.typed))
    faults = _with_hearsay_faults(sent, negotiation, faults, form.typed, kind, cast)
    return with_date_conflict(faults, sent.items, kind.dated)


def cite_faults(sent: Sent, negotiation: str, noun: str, record: str, form: Form[Any]) -> Faults:
    """Everything that is wrong with a further report of a record."""
    known = _known(sent, negotiation)[1]
    faults = with_speaker_faults(with_report_faults(form, today()), form.typed, known)
    faults = with_relation_fault(faults, form.typed)
    printed = _printed(sent, negotiation, form.typed)
    faults = with_said_again_faults(faults, form.typed, printed)
    faults = _with_quote_faults(faults, form.typed, _text(sent, negotiation, form.typed))
    return _with_too_early_faults(sent, negotiation, noun, record, faults, form.typed, printed)


def _with_hearsay_faults(
    asked: Asked, negotiation: str, faults: Faults, typed: Typed, kind: Noun, cast: Cast
) -> Faults:
    """What is said by others only cannot replace what is from its own side (domain.md §4)."""
    replaced = [other for other, relation in relations(typed).items() if relation == LinkRelation.REPLACES]
    if replaced and kind.record_type is RecordType.DEMAND:
        seen = _attributions(asked.reading, negotiation, typed, kind, cast)
        tracks = {holder: track([speaks]) for holder, speaks in seen.items() if holder}
        for other, theirs in tracks_of(asked.reading, negotiation, replaced, today()).items():
            if takes_nothing_down(tracks, theirs):
                words = "This is from its own side; what is only said by others never replaces that."
                faults.setdefault(f"relation-{other}", words)
    return faults


def _with_too_early_faults(
    asked: Asked, negotiation: str, noun: str, record: str, faults: Faults, typed: Typed, printed: str
) -> Faults:
    """Whether the report was printed before what it is to support: it was said before it was printed."""
    if noun not in NOUNS or typed.one("relation", "supports") != "supports":
        return faults
    try:
        found = editable(asked.reading, negotiation, CITED[noun], record, asked.person)
        dated = found.row[NOUNS[noun].dated]
        is_early = parse_edtf(printed).last < parse_edtf(dated).first
    except (NotADate, NoSuchRecord):
        return faults
    if is_early:
        words = (
            f"The record is dated {_shown(dated)}, after this report was printed: it tells of something else."
        )
        faults.setdefault("form", words)
    return faults


def _with_quote_faults(faults: Faults, typed: Typed, text: str | None) -> Faults:
    """Whether the quote stands in the report's text, where that is here; a tick lets it differ."""
    quote = typed.one("quote")
    if text and quote.strip() and not typed.one("quote_differs") and not places(text, quote):
        words = (
            "The report’s text does not have these words. Copy them as they stand there, or correct the text."
        )
        faults.setdefault("quote", words)
    return faults


def selector_of(asked: Asked, negotiation: str, typed: Typed) -> tuple[str, str] | None:
    """The words before and after the quote in the report's text; None where it does not stand there."""
    text = _text(asked, negotiation, typed)
    place = place_near(text, typed.one("quote"), typed.one("prefix"), typed.one("suffix")) if text else None
    return words_around(text, place) if text and place else None


def _text(asked: Asked, negotiation: str, typed: Typed) -> str | None:
    source = _source(asked, negotiation, typed)
    return text_of(asked.reading, negotiation, source.id)[0] if source else None


def _printed(asked: Asked, negotiation: str, typed: Typed) -> str:
    """When the report was published, whether it is known or new."""
    source = _source(asked, negotiation, typed)
    return source.published if source else typed.one("published").strip()


def _source(asked: Asked, negotiation: str, typed: Typed) -> Any:
    named = typed.one("source")
    return source_choice(asked.reading, negotiation, named, asked.person) if named else None


def _after(sent: Sent, negotiation: str, noun: str, record: str, number: int | None, typed: Typed) -> str:
    """Where a saved entry leads: back to the report's text, on to the next record of it, or to the record."""
    here = f"/negotiations/{negotiation}"
    source = _cited_source(sent, negotiation, noun, record, number)
    if typed.one("then") == "read":
        again = {"noun": typed.one("noun") or noun, "saved": f"{noun}/{record}"}
        return address(f"{here}/sources/{source}/read", **again)
    if typed.one("action") == "next":
        speaker = {"attributed_to": typed.one("attributed_to"), "anonymous": typed.one("anonymous")}
        said = {**speaker, "setting": typed.one("setting"), "speakers": typed.one("speakers")}
        kept = {name: value for name, value in said.items() if value}
        return address(f"{here}/{noun}/new", source=source, **kept)
    _, status = commands.entry_of(sent.session, negotiation, CITED[noun], record, number)
    return _record_address(sent, negotiation, noun, record, status)


def _cited_source(sent: Sent, negotiation: str, noun: str, record: str, number: int | None) -> str:
    """The source of the citation that was just made."""
    return commands.source_of(sent.session, negotiation, CITED[noun], record, number)


def _record_address(sent: Sent, negotiation: str, noun: str, record: str, status: ReviewStatus | None) -> str:
    """The page of a record; what waits has none, and is found among the entries."""
    here = f"/negotiations/{negotiation}"
    if status is not ReviewStatus.PUBLISHED:
        return address(f"{here}/entries")
    if noun == "terms":
        proposal = commands.proposal_of(sent.session, negotiation, record)
        return address(f"{here}/proposals/{proposal}")
    return address(f"{here}/{noun}/{record}")


def _corrected_address(
    sent: Sent, negotiation: str, noun: str, record: str, status: ReviewStatus, number: int | None = None
) -> str:
    """Where a correction leads: what waits for an editor, back to where that editor reads it."""
    if status in (ReviewStatus.SUBMITTED, ReviewStatus.RETURNED) and sent.person.edits:
        number, _ = commands.entry_of(sent.session, negotiation, CITED[noun], record, number)
        return address(f"/negotiations/{negotiation}/reviews/{number}")
    return _record_address(sent, negotiation, noun, record, status)


# --- Pages ----------------------------------------------------------------------------------------------


def _known(asked: Asked, negotiation: str, found: Editable | None = None) -> tuple[Cast, Known]:
    """Who takes part, and what a form may name; ``found`` is the record that it corrects."""
    negotiation_head(asked.reading, negotiation)
    cast = cast_of(asked.reading, negotiation)
    chosen = known_choices(asked.reading, negotiation, asked.person)
    return cast, Known(
        {actor.id: actor.name for actor in cast.participants()},
        {actor.id: actor.name for actor in cast.actors.values()},
        {issue.id: issue.title for issue in cast.issues.values()},
        chosen.proposals,
        chosen.terms,
        chosen.events,
        chosen.proposal_of,
        chosen.amends,
        found.id if found else "",
        [term["id"] for term in found.terms] if found else (),
    )


def form_context(
    asked: Asked, negotiation: str, typed: Typed, faults: Faults, found: Editable | None = None
) -> dict[str, Any]:
    """What every form of an entry is given: what to choose from, what was typed, what is wrong."""
    head = negotiation_head(asked.reading, negotiation)
    cast, known = _known(asked, negotiation, found)
    token = typed.one("token") if "form" not in faults else ""
    return base_context(asked.view, head, "new") | {
        "cast": cast,
        "known": known,
        "typed": typed,
        "faults": faults,
        "reading": None,
        **address_context(asked, negotiation, typed.one("url")),
        "publishes": publishes_at_once(asked.reading, negotiation, asked.person),
        "token": token or secrets.token_urlsafe(32),
        "source": _source(asked, negotiation, typed),
        "sources": source_choices(asked.reading, negotiation, typed.one("find")[:500], asked.person),
        "searched": bool(typed.one("find")),
        "words": {
            "holders": list(known.participants.items()),
            "actors": list(known.actors.items()),
            "issues": list(known.issues.items()),
            "kinds": labelled(DemandKind),
            "grades": labelled(RecordGrade),
            "answers": labelled(Answer),
            "remark_kinds": [*labelled(RemarkKind)[:-1], (RemarkKind.OTHER.value, N_("Something else"))],
            "event_kinds": labelled(EventKind),
            "outcomes": labelled(Outcome),
            "settings": labelled(Setting),
            "source_kinds": labelled(SourceKind),
            "attributions": labelled([Attribution.THIRD_PARTY, Attribution.MEDIATOR, Attribution.OPPONENT]),
            "relations": [
                ("", N_("no relation")),
                (SAME_CLAIM, N_("same claim: add this report to it")),
                ("restates", N_("restates it")),
                ("replaces", N_("replaces it")),
                ("contradicts", N_("contradicts it")),
                ("clarifies", N_("clarifies it")),
            ],
        },
    }


def address_context(asked: Asked, negotiation: str, url: str) -> dict[str, Any]:
    """What is here already under the address of a report, and how the address will be kept."""
    url = url.strip()[:2000]
    looks = url.startswith(("http://", "https://"))
    found = known_addresses(asked.reading, negotiation, same_address(url), asked.person) if looks else []
    kept = canonical(url) if looks else ""
    return {"already": found, "kept_address": kept if kept != url else ""}


def claim_context(asked: Asked, negotiation: str, kind: Noun, context: dict[str, Any]) -> dict[str, Any]:
    """What the form of a noun is given beside: its words, what readers would see, what is standing."""
    typed: Typed = context["typed"]
    sentences = _sentences(asked.reading, negotiation, kind, typed, context)
    standing = Standing()
    if not context["known"].record:
        standing = standing_choices(asked.reading, negotiation, kind.record_type, typed, today())
    return {
        "typed": as_chosen(typed, kind.dated),
        "noun": kind.plural,
        "noun_words": noun_words(kind.plural),
        "instead": _instead(negotiation, kind, typed),
        "terms": kind.shown_terms(typed) if kind.shown_terms else (),
        "standing": standing.choices,
        "standing_count": standing.count,
        "relations": relations(typed),
        "parts": parts(typed),
        "speaks_own": any(found["track"] is Track.OWN_SIDE for found in sentences),
        "sentences": sentences,
    }


def _instead(negotiation: str, kind: Noun, typed: Typed) -> list[tuple[str, str]]:
    """The forms of the other nouns, of the same report and speaker: their words and addresses."""
    said = {name: typed.one(name) for name in ("source", "attributed_to", "anonymous", "setting", "speakers")}
    here = f"/negotiations/{negotiation}"
    others = [plural for plural in NOUNS if plural != kind.plural]
    return [(noun_words(plural)["instead"], address(f"{here}/{plural}/new", **said)) for plural in others]


def _shown(date_typed: str) -> str:
    """A date in words, as far as it can be read."""
    try:
        return edtf_words(date_typed)
    except NotADate:
        return date_typed


def new_page(
    asked: Asked, negotiation: str, kind: Noun, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    """The form of an entry: on a page of its own or, where it was opened there, beside the report's text."""
    context = form_context(asked, negotiation, typed, faults)
    context |= claim_context(asked, negotiation, kind, context)
    if typed.one("then") == "read" and context["source"]:
        source = context["source"].id
        context["reading"] = reading_page(asked.reading, negotiation, source, asked.person)
        context |= address_context(asked, negotiation, context["reading"].source.url or "")
        context |= {
            "nouns": {plural: label(kind.record_type) for plural, kind in NOUNS.items()},
            "suggestion_words": lambda one: _suggestion_words(one, context["cast"]),
            "cited_href": lambda one: _cited_address(negotiation, one),
        }
        return page(asked.request, "readings/show.html", context, status=status)
    return page(asked.request, "entries/new.html", context, status=status)


def _suggestion_words(one: Suggestion, cast: Cast) -> str:
    """What taking over a suggestion would say."""
    if one.field is Field.ACTOR:
        return cast.name(one.value)
    if one.field is Field.DAY:
        words = edtf_words(one.value)
        return f"{words}, counted back from the day of the report" if one.counted else words
    return f"{one.value} {one.unit}".strip()


def _cited_address(negotiation: str, one: CitedRecord) -> str:
    """Where to look at what was recorded: its page, or its form while it waits."""
    here = f"/negotiations/{negotiation}"
    if one.status is not ReviewStatus.PUBLISHED:
        return address(f"{here}/citations/{one.number}/edit")
    return address(f"{here}/{'terms' if one.type is RecordType.TERM else one.type.value + 's'}/{one.record}")


def _attributions(
    session: ReadSession, negotiation: str, typed: Typed, kind: Noun, cast: Cast
) -> dict[str | None, Attribution]:
    """Who speaks, seen from each of those whose claim it is; from nobody, where it may be nobody's."""
    roster = load_roster(session, negotiation)
    speakers = [speaker for speaker in typed["speakers"] if speaker in cast.actors]
    coded = typed.one("attribution")
    by_hand = Attribution(coded) if coded in set(Attribution) else None
    holders: list[str | None] = [holder for holder in typed[kind.subjects] if holder in cast.actors]
    if not holders and kind.of_nobody:
        holders = [None]
    return {holder: attribution(speakers, by_hand, holder, roster) for holder in holders}


def _sentences(
    session: ReadSession, negotiation: str, kind: Noun, typed: Typed, context: dict[str, Any]
) -> list[dict[str, Any]]:
    """For each holder, the sentence that readers would see, and the track on which the claim would stand."""
    cast: Cast = context["cast"]
    source = context["source"]
    speaker = speaker_words(
        typed.one("attributed_to"), typed.one("public_wording"), anonymous=bool(typed.one("anonymous"))
    )
    return [
        {
            "holder": cast.name(holder) if holder else "",
            "attribution": speaks,
            "track": track([speaks]),
            "speaker": speaker,
            "outlet": source.outlet if source else typed.one("outlet"),
            "published": _shown(source.published if source else typed.one("published").strip()),
        }
        for holder, speaks in _attributions(session, negotiation, typed, kind, cast).items()
    ]


def _cite(
    asked: Asked,
    negotiation: str,
    noun: str,
    record: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
) -> Response:
    try:
        found = editable(asked.reading, negotiation, CITED[noun], record, asked.person)
    except NoSuchRecord:
        if not typed or noun not in NOUNS or asked.request.method == "GET":
            raise
        # The record is gone, what was typed is not: it may become one of its own.
        faults = Faults(faults | {"form": "This record is gone; report a new one instead."})
        return new_page(asked, negotiation, NOUNS[noun], typed, faults, status=422)
    context = form_context(asked, negotiation, typed, faults)
    context |= {"noun": noun, "record": record, "found": found, "noun_words": noun_words(noun)}
    return page(asked.request, "entries/cite.html", context, status=status)


def _edit_citation(
    asked: Asked,
    negotiation: str,
    number: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    if conflict:
        asked.reading.rollback()
    found = editable_citation(asked.reading, negotiation, number, asked.person)
    if conflict:
        typed = outdated(typed, found.seen)
    context = form_context(asked, negotiation, typed, faults)
    noun = f"{found.type.value}s"
    context |= {
        "noun": noun,
        "noun_words": noun_words(noun),
        "record": found.record,
        "number": number,
        "found": found,
        "conflict": _compared_citation(asked, negotiation, found, typed, context["cast"]),
    }
    return page(asked.request, "entries/citation.html", context, status=status)


def _compared_citation(
    asked: Asked, negotiation: str, found: EditableCitation, typed: Typed, cast: Cast
) -> list[Compared] | None:
    base = opened_on(typed)
    if base is None:
        return None
    items = [(name, value) for name, values in typed.items() for value in values]
    data = read_form(CorrectCitationForm, [*items, ("reason", "…")]).data
    mine = citation_row(data, relation=data.relation, stated=data.stated) if data else found.row
    return compared_citation(asked.reading, negotiation, found, base, mine, CITATION_COLUMNS, Words(cast))


def _editable(asked: Asked, negotiation: str, kind: Noun, record: str) -> Editable:
    """A record that this person may correct: published ones are the editors' (domain.md §8)."""
    found = editable(asked.reading, negotiation, kind.record_type, record, asked.person)
    if found.status is ReviewStatus.PUBLISHED and not asked.person.edits:
        raise NoSuchRecord(record)
    return found


def _editable_citation(asked: Asked, negotiation: str, number: int) -> EditableCitation:
    """A citation that this person may correct: published ones are the editors', with all that they say."""
    found = editable_citation(asked.reading, negotiation, number, asked.person)
    if found.status is ReviewStatus.PUBLISHED and not asked.person.edits:
        raise NoSuchRecord(str(number))
    return found


def _edit(
    asked: Asked,
    negotiation: str,
    kind: Noun,
    found: Editable,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    if conflict:
        # What was read before the form was refused may be older than what refused it.
        asked.reading.rollback()
        found = editable(asked.reading, negotiation, kind.record_type, found.id, asked.person, retracted=True)
        typed = outdated(typed, found.seen)
    context = form_context(asked, negotiation, typed, faults, found)
    context |= claim_context(asked, negotiation, kind, context)
    context |= {
        "record": found.id,
        "found": found,
        "conflict": _compared(asked, negotiation, kind, found, typed, context["cast"]),
    }
    return page(asked.request, "entries/edit.html", context, status=status)


def _compared(
    asked: Asked, negotiation: str, kind: Noun, found: Editable, typed: Typed, cast: Cast
) -> list[Compared] | None:
    """What somebody else has saved meanwhile beside what was typed; None where nobody has."""
    base = opened_on(typed)
    if base is None:
        return None
    items = [(name, value) for name, values in with_date(typed, kind.dated).items() for value in values]
    data = read_form(kind.edit, [*items, ("reason", "…")]).data
    mine = kind.row(data) if data else found.row
    terms = kind.terms(typed) if kind.terms else None
    words = Words(cast, names_of(asked.reading, negotiation, [found.row, mine], asked.person))
    return compared_record(asked.reading, negotiation, kind, found, base, mine, terms, words)


def _typed(kind: Noun, found: Editable) -> Typed:
    """A stored row as the form would have been filled."""
    return Typed(kind.typed(found.row, found.terms) | {"seen": [str(found.seen)]})
