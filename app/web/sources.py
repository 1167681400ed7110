"""A source: the publication, the report that it relays, what it is cited for; and its correction."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.commands.records import Outdated
from app.commands.sources import correct_source
from app.domain.dates import NotADate, parse_edtf
from app.domain.vocabulary import OutletGrade, SourceKind, SourceStatus
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.filters import Faults as AddressFaults
from app.forms.filters import read_place, read_rests, read_source_filters
from app.forms.sources import (
    SOURCE_COLUMNS,
    CorrectSourceForm,
    corrected_columns,
    typed_source,
    with_source_faults,
    with_status_faults,
)
from app.queries.choices import origin_choices
from app.queries.entries import newest_row
from app.queries.histories import names_of, row_at
from app.queries.negotiations import cast_of, negotiation_head
from app.queries.origins import sources_page
from app.queries.readings import reading_source
from app.queries.sources import source_page
from app.queries.supports import rests_page, stated_after
from app.web.conflicts import columns_with_theirs, compared_row, opened_on, outdated, taken
from app.web.deps import Asked, Asking, Sending, ViewOf, ViewReads, today
from app.web.entries import by, labelled
from app.web.paths import address
from app.web.positions import base_context
from app.web.records import show_record
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import once
from app.web.values import Words

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/sources")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """The reports that are known as of the day of the view, each origin with what relays it."""
    filters = read_source_filters(request.query_params)
    return show_record(
        request,
        session,
        view,
        negotiation,
        "sources/index.html",
        lambda on, basis: sources_page(session, negotiation, filters, on, basis),
        filters.faults,
        more={
            "room": "sources",
            "typed": filters.typed,
            "chosen": filters.chosen,
            "carried": filters.chosen,
            "statuses": list(SourceStatus),
        },
    )


@router.get("/negotiations/{negotiation}/sources/{source}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, source: str) -> Response:
    """A source with everything that is known of it as of the day of the view."""
    after, fault = read_place(request.query_params.get("after", ""))
    rests, faults = read_rests(request.query_params)
    return show_record(
        request,
        session,
        view,
        negotiation,
        "sources/show.html",
        lambda on, basis: source_page(session, negotiation, source, on, basis, after=after, rests=rests),
        AddressFaults(faults | ({"after": fault} if fault else {})),
        more={"room": "sources", "rests": rests, "carried": {"rests": rests.value} if rests else {}},
    )


@router.get("/negotiations/{negotiation}/sources/{source}/edit")
@allow(Permission.EDIT)
def edit(asked: Asking, negotiation: str, source: str) -> Response:
    """The form of a source: our own mistakes, and what its outlet has done with it since."""
    row, seen = _stored(asked, negotiation, source)
    typed = Typed(typed_source(row) | {"seen": [str(seen)]})
    if row.get("status") == SourceStatus.RETRACTED and "status_date" not in row:
        typed["undated"] = ["yes"]
    return _edit(asked, negotiation, source, typed, Faults())


@router.post("/negotiations/{negotiation}/sources/{source}/edit")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str, source: str) -> Response:
    """Correct a source, with a reason; then all that rests on it is listed."""
    row, seen = _stored(sent, negotiation, source)
    form: Form[Any] = read_form(CorrectSourceForm, sent.items)
    if (theirs := taken(form.typed.one("action"))) is not None:
        typed = outdated(form.typed, seen)
        typed = columns_with_theirs(typed, typed_source(row), SOURCE_COLUMNS, theirs)
        return _edit(sent, negotiation, source, typed, Faults())
    faults = source_faults(sent, negotiation, source, form)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(sent, negotiation, source, form.typed, faults, status, conflict)

    if faults or form.data is None:
        return again(faults, 422)
    data: CorrectSourceForm = form.data

    def save() -> str:
        columns = corrected_columns(data)
        correct_source(
            sent.session,
            negotiation,
            source,
            {name: columns.get(name) for name in SOURCE_COLUMNS},
            by(sent.person),
            reason=data.reason,
            seen=data.seen,
        )
        return address(f"/negotiations/{negotiation}/sources/{source}/rests")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/sources/{source}/rests")
@allow(Permission.EDIT)
def rests(asked: Asking, negotiation: str, source: str) -> Response:
    """What rests on a source, and what would have no support without it."""
    reading_source(asked.reading, negotiation, source, asked.person)
    found = rests_page(asked.reading, negotiation, source, today())
    context = base_context(asked.view, found.negotiation, "") | {"found": found}
    return page(asked.request, "sources/rests.html", context)


def source_faults(asked: Asked, negotiation: str, source: str, form: Form[Any]) -> Faults:
    """Everything that is wrong with a source as it is to be."""
    typed = form.typed
    faults = with_source_faults(Faults(form.faults), typed, today())
    faults = with_status_faults(faults, typed, source, today())
    try:
        printed = parse_edtf(typed.one("published")).last
        later, others = stated_after(asked.reading, negotiation, source, printed, asked.person)
    except NotADate:
        later, others = [], False
    if later or others:
        named = ", ".join(f"{type_.value} “{record}”" for type_, record in later[:5])
        if others:
            named += (
                ", and others that are not handed in yet" if named else "records that are not handed in yet"
            )
        words = f"What rests on it says that it was stated later: {named}. Correct the dates there first."
        faults.setdefault("published", words)
    return faults


def _stored(asked: Asked, negotiation: str, source: str) -> tuple[Mapping[str, str], int]:
    """A source that this person may correct, as last recorded. Raises NoSuchRecord."""
    reading_source(asked.reading, negotiation, source, asked.person)
    return newest_row(asked.reading, negotiation, "source", source)


def _edit(
    asked: Asked,
    negotiation: str,
    source: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    if conflict:
        asked.reading.rollback()
    row, seen = _stored(asked, negotiation, source)
    if conflict:
        typed = outdated(typed, seen)
    head = negotiation_head(asked.reading, negotiation)
    context = base_context(asked.view, head, "") | {
        "source": source,
        "row": row,
        "typed": typed,
        "faults": faults,
        "token": ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32),
        "origins": origin_choices(asked.reading, negotiation, asked.person),
        "words": {
            "kinds": labelled(SourceKind),
            "statuses": labelled(SourceStatus),
            "grades": [(grade, f"{grade}: {words}") for grade, words in labelled(OutletGrade)],
        },
        "conflict": None,
    }
    if (base := opened_on(typed)) is not None:
        items = [(name, value) for name, values in typed.items() for value in values]
        data = read_form(CorrectSourceForm, [*items, ("reason", "…")]).data
        mine = corrected_columns(data) if data else row
        was = row_at(asked.reading, negotiation, "source", source, base)
        names = names_of(asked.reading, negotiation, [was, row, mine], asked.person)
        words = Words(cast_of(asked.reading, negotiation), names)
        context["conflict"] = compared_row(words, "source", SOURCE_COLUMNS, was, row, mine)
    return page(asked.request, "sources/edit.html", context, status=status)
