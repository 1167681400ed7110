"""Entering demands: reported, cited, corrected, retracted. Every form is whole without JavaScript."""

import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.commands import demands as commands
from app.commands.demands import By, Entry
from app.commands.records import Outdated
from app.db import ReadSession, WriteSession
from app.domain.attribution import attribution, speaker_words, track
from app.domain.dates import NotADate
from app.domain.vocabulary import (
    Attribution,
    Basis,
    DemandKind,
    LinkRelation,
    RecordGrade,
    Setting,
    SourceKind,
    Track,
)
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.demands import (
    SAME_CLAIM,
    CiteForm,
    CorrectCitationForm,
    DemandForm,
    EditForm,
    Known,
    RetractForm,
    citation_row,
    demand_row,
    relations,
    source_row,
    with_choice_faults,
    with_claim_faults,
    with_date,
    with_date_conflict,
    with_relation_fault,
    with_report_faults,
    with_said_again_faults,
)
from app.models.loading import load_roster
from app.queries.accounts import Person
from app.queries.choices import source_choice, source_choices, standing_choices
from app.queries.entries import editable_citation, editable_demand, entries_page
from app.queries.negotiations import Cast, cast_of, negotiation_head
from app.queries.proposals import proposal_choices
from app.queries.visibility import NoSuchRecord
from app.web.days import edtf_words
from app.web.deps import FormItems, PersonOf, Reads, ViewOf, Writes, today
from app.web.labels import N_, label
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import once

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/demands/new")
@allow(Permission.ENTER)
def new(request: Request, session: Reads, view: ViewOf, negotiation: str) -> Response:
    """The empty form, or one with what an address already says of it."""
    typed = Typed({name: [value] for name, value in request.query_params.items() if value})
    return _new(request, session, view, negotiation, Form(None, typed, Faults()))


@router.post("/negotiations/{negotiation}/demands/preview")
@allow(Permission.ENTER)
def preview(request: Request, session: Reads, view: ViewOf, negotiation: str, items: FormItems) -> Response:
    """The form as it stands, with what readers would see and what is standing; nothing is kept."""
    form = read_form(DemandForm, items)
    return _new(request, session, view, negotiation, Form(None, with_date(form.typed), Faults()))


@router.post("/negotiations/{negotiation}/demands")
@allow(Permission.ENTER)
def create(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    items: FormItems,
) -> Response:
    """Record the demand, or add the report to the standing one that it repeats."""
    _, known = _known(reading, negotiation)
    form: Form[Any] = read_form(DemandForm, _dated(items))
    faults = with_report_faults(form, today())
    printed = _printed(reading, negotiation, form.typed)
    faults = with_choice_faults(with_claim_faults(faults, form.typed, today(), printed), form.typed, known)
    faults = with_date_conflict(faults, items)
    if faults or form.data is None:
        return _new(request, reading, view, negotiation, Form(None, form.typed, faults), status=422)
    data: DemandForm = form.data
    by = _by(person)
    chosen = relations(form.typed)
    same = [demand for demand, relation in chosen.items() if relation == SAME_CLAIM]
    source = data.source or source_row(data)

    def save() -> str:
        if same:
            stated = data.stated if data.stated != _stated(reading, negotiation, same[0]) else None
            entry = Entry(source, citation_row(data, stated=stated))
            commands.cite_demand(session, negotiation, same[0], entry, by)
            return same[0]
        links = [(LinkRelation(relation), demand, None) for demand, relation in chosen.items()]
        entry = Entry(source, citation_row(data), demand_row(data), links)
        return commands.record_demand(session, negotiation, entry, by)

    def again(faults: Faults, status: int) -> Response:
        return _new(request, reading, view, negotiation, Form(None, form.typed, faults), status=status)

    return _once(session, form.typed.one("token"), person, items, negotiation, save, again)


@router.get("/negotiations/{negotiation}/demands/{demand}/cite")
@allow(Permission.ENTER)
def cite(request: Request, session: Reads, view: ViewOf, negotiation: str, demand: str) -> Response:
    return _cite(request, session, view, negotiation, demand, Form(None, Typed(), Faults()))


@router.post("/negotiations/{negotiation}/demands/{demand}/cite")
@allow(Permission.ENTER)
def create_citation(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    demand: str,
    items: FormItems,
) -> Response:
    """Add a report to a demand: that supports it, that says it was said again, or that denies it."""
    _, known = _known(reading, negotiation)
    form: Form[Any] = read_form(CiteForm, items)
    if form.typed.one("action") == "find":
        return _cite(request, reading, view, negotiation, demand, Form(None, form.typed, Faults()))
    faults = with_choice_faults(with_report_faults(form, today()), form.typed, known)
    faults = with_relation_fault(faults, form.typed)
    faults = with_said_again_faults(faults, form.typed, _printed(reading, negotiation, form.typed))
    if faults or form.data is None:
        return _cite(request, reading, view, negotiation, demand, Form(None, form.typed, faults), status=422)
    data: CiteForm = form.data
    entry = Entry(
        data.source or source_row(data), citation_row(data, relation=data.relation, stated=data.stated)
    )

    def save() -> str:
        commands.cite_demand(session, negotiation, demand, entry, _by(person))
        return demand

    def again(faults: Faults, status: int) -> Response:
        return _cite(
            request, reading, view, negotiation, demand, Form(None, form.typed, faults), status=status
        )

    return _once(session, form.typed.one("token"), person, items, negotiation, save, again)


@router.get("/negotiations/{negotiation}/demands/{demand}/citations/{number}/edit")
@allow(Permission.EDIT)
def edit_citation(
    request: Request, session: Reads, view: ViewOf, negotiation: str, demand: str, number: int
) -> Response:
    row, seen = editable_citation(session, negotiation, demand, number)
    typed = Typed({name: [value] for name, value in row.items() if value != "no"} | {"seen": [str(seen)]})
    typed["speakers"] = row["speakers"].split("|") if "speakers" in row else []
    return _edit_citation(request, session, view, negotiation, demand, number, typed, Faults())


@router.post("/negotiations/{negotiation}/demands/{demand}/citations/{number}/edit")
@allow(Permission.EDIT)
def update_citation(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    demand: str,
    number: int,
    items: FormItems,
) -> Response:
    """Correct a citation, with a reason; what was entered before stays in its history."""
    before, _ = editable_citation(reading, negotiation, demand, number)
    _, known = _known(reading, negotiation)
    form: Form[Any] = read_form(CorrectCitationForm, items)
    faults = with_relation_fault(with_choice_faults(Faults(form.faults), form.typed, known), form.typed)
    source = source_choice(reading, negotiation, before["source"])
    faults = with_said_again_faults(faults, form.typed, source.published if source else "")
    if faults or form.data is None:
        return _edit_citation(
            request, reading, view, negotiation, demand, number, form.typed, faults, status=422
        )
    data: CorrectCitationForm = form.data

    def save() -> str:
        row = citation_row(data, relation=data.relation, stated=data.stated)
        commands.edit_citation(
            session, negotiation, number, row, _by(person), reason=data.reason, seen=data.seen
        )
        return demand

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit_citation(
            request,
            reading,
            view,
            negotiation,
            demand,
            number,
            form.typed,
            faults,
            status=status,
            conflict=conflict,
        )

    return _once(session, form.typed.one("token"), person, items, negotiation, save, again)


@router.get("/negotiations/{negotiation}/demands/{demand}/edit")
@allow(Permission.EDIT)
def edit(request: Request, session: Reads, view: ViewOf, negotiation: str, demand: str) -> Response:
    row, seen = editable_demand(session, negotiation, demand)
    return _edit(request, session, view, negotiation, demand, _typed(row, seen), Faults())


@router.post("/negotiations/{negotiation}/demands/{demand}/edit")
@allow(Permission.EDIT)
def update(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    demand: str,
    items: FormItems,
) -> Response:
    """Correct a demand, with a reason. A form that is out of date is refused with both texts shown."""
    _, known = _known(reading, negotiation)
    form: Form[Any] = read_form(EditForm, _dated(items))
    faults = with_choice_faults(
        with_claim_faults(Faults(form.faults), form.typed, today()), form.typed, known
    )
    if faults or form.data is None:
        return _edit(request, reading, view, negotiation, demand, form.typed, faults, status=422)
    data: EditForm = form.data

    def save() -> str:
        row = demand_row(data)
        commands.edit_demand(
            session, negotiation, demand, row, _by(person), reason=data.reason, seen=data.seen
        )
        return demand

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(
            request, reading, view, negotiation, demand, form.typed, faults, status=status, conflict=conflict
        )

    return _once(session, form.typed.one("token"), person, items, negotiation, save, again)


@router.post("/negotiations/{negotiation}/demands/{demand}/retract")
@allow(Permission.EDIT)
def retract(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    demand: str,
    items: FormItems,
) -> Response:
    """Retract a demand that was our mistake, with a reason that its page will give."""
    form: Form[Any] = read_form(RetractForm, items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        row, seen = editable_demand(reading, negotiation, demand)
        typed = Typed(_typed(row, seen) | {"retraction": [form.typed.one("reason")]})
        faults = Faults({"retraction" if name == "reason" else name: words for name, words in faults.items()})
        return _edit(
            request, reading, view, negotiation, demand, typed, faults, status=status, conflict=conflict
        )

    if form.data is None:
        return again(form.faults, 422)
    data: RetractForm = form.data

    def save() -> str:
        commands.retract_demand(session, negotiation, demand, _by(person), reason=data.reason, seen=data.seen)
        return demand

    return _once(session, form.typed.one("token"), person, items, negotiation, save, again)


@router.get("/negotiations/{negotiation}/entries")
@allow(Permission.ENTER)
def index(request: Request, session: Reads, view: ViewOf, person: PersonOf, negotiation: str) -> Response:
    """A contributor's own entries that wait; for editors, everybody's."""
    found = entries_page(session, negotiation, None if person.edits else person.account)
    context = base_context(view, found.negotiation, "entries") | {
        "found": found,
        "token": secrets.token_urlsafe(32),
        "gone": False,
    }
    return page(request, "entries/index.html", context)


@router.post("/negotiations/{negotiation}/entries/{number}/publish")
@allow(Permission.EDIT)
def publish(
    request: Request,
    session: Writes,
    reading: Reads,
    view: ViewOf,
    person: PersonOf,
    negotiation: str,
    number: int,
    items: FormItems,
) -> Response:
    """Publish what a contributor has entered; it stands in its cell from now on."""

    def save() -> str:
        return commands.publish_entry(session, negotiation, number, _by(person))

    def again(faults: Faults, status: int) -> Response:
        found = entries_page(reading, negotiation, None)
        context = base_context(view, found.negotiation, "entries") | {
            "found": found,
            "token": secrets.token_urlsafe(32),
            "gone": True,
        }
        return page(request, "entries/index.html", context, status=status)

    negotiation_head(reading, negotiation)
    token = next((value for name, value in items if name == "token"), "")
    return _once(session, token, person, items, negotiation, save, again)


@router.get("/negotiations/{negotiation}/demands/new/sources")
@allow(Permission.ENTER)
def choices(request: Request, session: Reads, view: ViewOf, negotiation: str) -> Response:
    """Known reports that fit what is being typed; the form loads it beside the field."""
    head = negotiation_head(session, negotiation)
    typed = Typed(source=[request.query_params.get("source", "")])
    found = source_choices(session, negotiation, request.query_params.get("find", "")[:500])
    context = base_context(view, head, "new") | {"sources": found, "typed": typed, "searched": True}
    return page(request, "demands/choices.html", context)


def _once(
    session: WriteSession,
    token: str,
    person: Person,
    items: list[tuple[str, str]],
    negotiation: str,
    save: Callable[[], str],
    again: Callable[..., Response],
) -> Response:
    """Save a form once, and go to the record, or to what waits where it is not published yet."""

    def saved() -> str:
        demand = save()
        where = "entries" if not person.edits else f"demands/{demand}"
        return address(f"/negotiations/{negotiation}/{where}")

    return once(session, token, person.account, items, saved, again)


def _by(person: Person) -> By:
    return By(person.account, person.edits, datetime.now(UTC))


def _dated(items: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields with the date as it was written, or as chosen from the calendar."""
    typed = Typed()
    for name, value in items:
        typed.setdefault(name, []).append(value)
    stated = with_date(typed).one("stated")
    return [(name, value) for name, value in items if name != "stated"] + [("stated", stated)]


def _printed(session: ReadSession, negotiation: str, typed: Typed) -> str:
    """When the report was published, whether it is known or new."""
    source = source_choice(session, negotiation, typed.one("source")) if typed.one("source") else None
    return source.published if source else typed.one("published").strip()


def _stated(session: ReadSession, negotiation: str, demand: str) -> str:
    row, _ = editable_demand(session, negotiation, demand)
    return row["stated"]


def _known(session: ReadSession, negotiation: str) -> tuple[Cast, Known]:
    negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    view_day = today()
    proposals = {
        proposal: title
        for proposal, title, _ in proposal_choices(session, negotiation, view_day, Basis.REPORTED)
    }
    return cast, Known(
        {actor.id: actor.name for actor in cast.participants()},
        {actor.id: actor.name for actor in cast.actors.values()},
        {issue.id: issue.title for issue in cast.issues.values()},
        proposals,
    )


def _form_context(
    session: ReadSession, view: Any, negotiation: str, typed: Typed, faults: Faults
) -> dict[str, Any]:
    """What every form of a demand is given: what to choose from, what was typed, what is wrong."""
    head = negotiation_head(session, negotiation)
    cast, known = _known(session, negotiation)
    token = typed.one("token") if "form" not in faults else ""
    return base_context(view, head, "new") | {
        "cast": cast,
        "known": known,
        "typed": typed,
        "faults": faults,
        "token": token or secrets.token_urlsafe(32),
        "words": {
            "holders": list(known.participants.items()),
            "issues": list(known.issues.items()),
            "kinds": _labelled(DemandKind),
            "settings": _labelled(Setting),
            "source_kinds": _labelled(SourceKind),
            "grades": _labelled(RecordGrade),
            "attributions": _labelled([Attribution.MEDIATOR, Attribution.OPPONENT]),
            "relations": [
                ("", N_("no relation")),
                (SAME_CLAIM, N_("same claim: add this report to it")),
                ("restates", N_("restates it")),
                ("replaces", N_("replaces it")),
                ("contradicts", N_("contradicts it")),
            ],
        },
    }


def _shown(date_typed: str) -> str:
    """A date in words, as far as it can be read."""
    try:
        return edtf_words(date_typed)
    except NotADate:
        return date_typed


def _labelled(members: Iterable[Any]) -> list[tuple[str, str]]:
    return [(member.value, label(member)) for member in members]


def _new(
    request: Request, session: ReadSession, view: Any, negotiation: str, form: Form[Any], status: int = 200
) -> Response:
    typed = form.typed
    context = _form_context(session, view, negotiation, typed, form.faults)
    cast: Cast = context["cast"]
    holders = [actor for actor in typed["holders"] if actor in cast.actors]
    issues = [issue for issue in typed["issues"] if issue in cast.issues]
    source = source_choice(session, negotiation, typed.one("source")) if typed.one("source") else None
    sentences = _sentences(session, negotiation, typed, cast, source)
    context |= {
        "standing": standing_choices(session, negotiation, holders, issues, today()),
        "relations": relations(typed),
        "speaks_own": any(found["track"] is Track.OWN_SIDE for found in sentences),
        "source": source,
        "sources": source_choices(session, negotiation, typed.one("find")[:500]),
        "searched": bool(typed.one("find")),
        "sentences": sentences,
    }
    return page(request, "demands/new.html", context, status=status)


def _sentences(
    session: ReadSession, negotiation: str, typed: Typed, cast: Cast, source: Any
) -> list[dict[str, Any]]:
    """For each holder, the sentence that readers would see, and the track on which the claim would stand."""
    roster = load_roster(session, negotiation)
    coded = typed.one("attribution")
    speaker = speaker_words(
        typed.one("attributed_to"), typed.one("public_wording"), anonymous=bool(typed.one("anonymous"))
    )
    found = []
    for holder in typed["holders"]:
        if holder in cast.actors:
            speaks = attribution(
                [speaker for speaker in typed["speakers"] if speaker in cast.actors],
                Attribution(coded) if coded in set(Attribution) else None,
                holder,
                roster,
            )
            found.append(
                {
                    "holder": cast.name(holder),
                    "attribution": speaks,
                    "track": track([speaks]),
                    "speaker": speaker,
                    "outlet": source.outlet if source else typed.one("outlet"),
                    "published": _shown(source.published if source else typed.one("published").strip()),
                }
            )
    return found


def _cite(
    request: Request,
    session: ReadSession,
    view: Any,
    negotiation: str,
    demand: str,
    form: Form[Any],
    status: int = 200,
) -> Response:
    try:
        row, _ = editable_demand(session, negotiation, demand)
    except NoSuchRecord:
        if not form.typed:
            raise
        # The demand is gone, what was typed is not: it may become one of its own.
        faults = Faults(form.faults | {"form": "This demand is gone; report a new one instead."})
        return _new(request, session, view, negotiation, Form(None, form.typed, faults), status=422)
    context = _form_context(session, view, negotiation, form.typed, form.faults)
    typed = form.typed
    context |= {
        "demand": demand,
        "row": row,
        "source": source_choice(session, negotiation, typed.one("source")) if typed.one("source") else None,
        "sources": source_choices(session, negotiation, typed.one("find")[:500]),
        "searched": bool(typed.one("find")),
    }
    return page(request, "demands/cite.html", context, status=status)


def _edit_citation(
    request: Request,
    session: ReadSession,
    view: Any,
    negotiation: str,
    demand: str,
    number: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    context = _form_context(session, view, negotiation, typed, faults)
    if conflict:
        typed = Typed(typed | {"seen": [str(conflict.revision)]})
    context |= {
        "demand": demand,
        "number": number,
        "typed": typed,
        "newest": conflict.newest if conflict else None,
    }
    return page(request, "demands/citation.html", context, status=status)


def _edit(
    request: Request,
    session: ReadSession,
    view: Any,
    negotiation: str,
    demand: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    context = _form_context(session, view, negotiation, typed, faults)
    if conflict:
        typed = Typed(typed | {"seen": [str(conflict.revision)]})
    context |= {"demand": demand, "typed": typed, "newest": conflict.newest if conflict else None}
    return page(request, "demands/edit.html", context, status=status)


def _typed(row: Any, seen: int) -> Typed:
    """A stored row as the form would have been filled."""
    typed = Typed(
        {name: value.split("|") if name in ("holders", "issues") else [value] for name, value in row.items()}
    )
    typed["seen"] = [str(seen)]
    day = row["stated"].removesuffix("~")
    if len(day) == 10:
        # An exact day stands in the calendar; the field for less exact dates stays free.
        typed |= {"stated": [""], "stated_day": [day], "about": ["yes"] if day != row["stated"] else []}
    return Typed(typed)
