"""The form of a source: one publication."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from app.domain.vocabulary import OutletGrade, SourceKind, SourceStatus
from app.forms.addresses import canonical
from app.forms.base import (
    EdtfDate,
    Faults,
    FormModel,
    Line,
    MaybeAddress,
    MaybeDate,
    MaybeLine,
    MaybeText,
    Typed,
    nothing,
)
from app.forms.entries import (
    LANGUAGE,
    Checked,
    CorrectionForm,
    MaybeKind,
    Origin,
    filled,
    with_dated_faults,
    with_order_fault,
)


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError("Write a language as en, ar, he or pt-BR.")
    return text


Language = Annotated[Line, AfterValidator(_language)]


class SourceForm(FormModel):
    """A publication as a person enters it. ``text`` is its text, for those who enter records alone."""

    outlet: Line
    title: MaybeLine = None
    url: MaybeAddress = None
    published: EdtfDate
    language: Language
    kind: MaybeKind = None
    author: MaybeLine = None
    origin: Origin = None
    archive_url: MaybeAddress = None
    note: MaybeText = None


MaybeStatus = Annotated[SourceStatus | None, BeforeValidator(nothing)]
MaybeOutletGrade = Annotated[OutletGrade | None, BeforeValidator(nothing)]


class CorrectSourceForm(SourceForm, CorrectionForm):
    """A publication as it should have been entered, or what its outlet has done with it since.

    ``undated`` says that nobody knows since when it is retracted: it supports nothing from its first day.
    """

    status: MaybeStatus = None
    status_date: MaybeDate = None
    undated: Checked = False
    grade: MaybeOutletGrade = None


# What the form of a source can change.
SOURCE_COLUMNS = (*SourceForm.model_fields, "status", "status_date", "grade")


def source_columns(data: SourceForm) -> dict[str, str]:
    """The columns of ``sources.csv`` that the form fills."""
    kind: SourceKind | None = data.kind
    return filled(
        outlet=data.outlet,
        title=data.title,
        url=canonical(data.url) if data.url else None,
        published=data.published,
        language=data.language,
        kind=kind,
        author=data.author,
        origin=data.origin,
        archive_url=data.archive_url,
        note=data.note,
    )


def with_source_faults(faults: Faults, typed: Typed, today: date) -> Faults:
    """What is wrong between the fields of a source."""
    faults = with_dated_faults(faults, typed, "published", today)
    if day := faults.pop("published_day", ""):
        faults["published"] = day
    return faults


def corrected_columns(data: CorrectSourceForm) -> dict[str, str]:
    """All columns of a source as they should be."""
    more = filled(status=data.status, status_date=data.status_date, grade=data.grade)
    return source_columns(data) | more


def with_status_faults(faults: Faults, typed: Typed, source: str, today: date) -> Faults:
    """What is wrong with what the outlet is said to have done, and with what the source relays."""
    status, since = typed.one("status"), typed.one("status_date").strip()
    if since and not status:
        faults.setdefault("status", "Say what the outlet has done with it since then.")
    if status == SourceStatus.RETRACTED and not since and not typed.one("undated"):
        words = "Say since when. Where nobody knows, tick below that it supports nothing from its first day."
        faults.setdefault("status_date", words)
    faults = with_dated_faults(faults, typed, "status_date", today)
    words = "This is before it was published; write a date that is not earlier."
    faults = with_order_fault(faults, typed, "published", "status_date", words)
    if typed.one("origin").strip() == source:
        faults.setdefault("origin", "A report does not relay itself.")
    return faults


def typed_source(row: Mapping[str, str]) -> Typed:
    """A stored source as the form would have been filled."""
    return Typed({name: [value] for name, value in row.items()})
