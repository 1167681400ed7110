"""The form of a demand: the report first, who says it, the claim, and what it does to what is standing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.domain.dates import NotADate, parse_edtf
from app.domain.vocabulary import (
    Attribution,
    CitationRelation,
    DemandKind,
    LinkRelation,
    RecordGrade,
    Setting,
    SourceKind,
)
from app.forms.base import (
    FILL_IN,
    EdtfDate,
    Faults,
    Form,
    FormModel,
    Line,
    MaybeAddress,
    MaybeDate,
    MaybeLine,
    MaybeText,
    Typed,
    nothing,
)

MaybeSetting = Annotated[Setting | None, BeforeValidator(nothing)]
MaybeKind = Annotated[SourceKind | None, BeforeValidator(nothing)]
MaybeGrade = Annotated[RecordGrade | None, BeforeValidator(nothing)]


def _not_self(value: Attribution | None) -> Attribution | None:
    if value is Attribution.SELF:
        raise ValueError("Where no actor is named as speaker, nobody speaks for the holder.")
    return value


MaybeAttribution = Annotated[Attribution | None, BeforeValidator(nothing), AfterValidator(_not_self)]
MaybeId = Annotated[Annotated[Line, StringConstraints(max_length=200)] | None, BeforeValidator(nothing)]
Checked = Annotated[bool, BeforeValidator(lambda value: value in ("yes", "on", True))]
Several = Annotated[list[Line], Field(min_length=1)]


class ReportForm(FormModel):
    """The report: a known source, or a new one."""

    source: MaybeLine = None
    outlet: MaybeLine = None
    title: MaybeLine = None
    url: MaybeAddress = None
    published: MaybeDate = None
    language: MaybeLine = None
    source_kind: MaybeKind = None
    origin: MaybeId = None


class WordsForm(FormModel):
    """Who says it, in what words."""

    speakers: list[Line] = Field(default_factory=list)
    attribution: MaybeAttribution = None
    attributed_to: Line
    public_wording: MaybeLine = None
    anonymous: Checked = False
    setting: MaybeSetting = None
    quote: MaybeText = None
    translation: MaybeText = None
    sensitive: Checked = False
    locator: MaybeLine = None
    note: MaybeText = None


class CitationForm(ReportForm, WordsForm):
    """A report, and who says it there."""


class ClaimForm(FormModel):
    """What is claimed, about whom."""

    holders: Several
    issues: Several
    kind: DemandKind
    summary: Line
    condition: MaybeLine = None
    stated: EdtfDate
    quantity: MaybeLine = None
    unit: MaybeLine = None
    deadline: MaybeDate = None
    proposal: MaybeLine = None
    grade: MaybeGrade = None


class DemandForm(CitationForm, ClaimForm):
    """A demand with the report that it rests on."""


class CiteForm(CitationForm):
    """A further report of a demand: for it or against it, said on the same day or again."""

    relation: str = "supports"
    stated: MaybeDate = None


class EditForm(ClaimForm):
    reason: Line
    seen: int


class CorrectCitationForm(WordsForm):
    """A citation as it should have been entered; its source stays."""

    relation: str = "supports"
    stated: MaybeDate = None
    reason: Line
    seen: int


class RetractForm(FormModel):
    reason: Line
    seen: int


SAME_CLAIM = "same"
_PREFIX = "relation-"
_ID = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)


def relations(typed: Typed) -> dict[str, str]:
    """What the person said of each standing demand: its id and a relation, or *same*; none where nothing."""
    return {
        name.removeprefix(_PREFIX): values[0]
        for name, values in typed.items()
        if name.startswith(_PREFIX) and values and values[0]
    }


def with_date(typed: Typed) -> Typed:
    """The day chosen from the calendar, with “about” where that is ticked, unless a date was written out."""
    found = Typed(typed)
    if not found.one("stated").strip() and (day := found.one("stated_day").strip()):
        found["stated"] = [f"{day}~" if found.one("about") else day]
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from, by id: a form may name nothing else."""

    participants: Mapping[str, str]
    actors: Mapping[str, str]
    issues: Mapping[str, str]
    proposals: Mapping[str, str]


def with_report_faults(form: Form[DemandForm] | Form[CiteForm], today: date) -> Faults:
    """What is wrong between the fields of the report, of the speaker and of the dates."""
    typed, faults = form.typed, Faults(form.faults)
    if not typed.one("source").strip():
        for name, words in (
            ("outlet", "Name the outlet, or choose a known report."),
            ("published", "Say when it was published."),
            ("language", "Say in which language it is."),
        ):
            if not typed.one(name).strip():
                faults.setdefault(name, words)
        language = typed.one("language").strip()
        if language and not _LANGUAGE.fullmatch(language):
            faults.setdefault("language", "Write a language as en, ar, he or pt-BR.")
        _not_later(faults, "published", typed, today, "A report cannot be published after today.")
    return faults


def with_claim_faults(faults: Faults, typed: Typed, today: date, printed: str = "") -> Faults:
    """What is wrong with the date of the claim; ``printed`` is when its report was published."""
    _not_later(faults, "stated", typed, today, "Nothing can have been stated after today.")
    try:
        last = parse_edtf(printed).last
        _not_later(faults, "stated", typed, last, f"It was said before it was printed, by {printed}.")
    except NotADate:
        pass
    if faults["stated"] == FILL_IN:
        # Nobody is asked for the less exact field first.
        faults["stated_day"] = faults.pop("stated")
    return faults


def with_said_again_faults(faults: Faults, typed: Typed, printed: str) -> Faults:
    """What is wrong with the day on which a speaker said it again; ``printed`` is its report's date."""
    try:
        last = parse_edtf(printed).last
    except NotADate:
        return faults
    _not_later(faults, "stated", typed, last, f"It was said before it was printed, by {printed}.")
    return faults


def with_date_conflict(faults: Faults, items: Sequence[tuple[str, str]]) -> Faults:
    """What is wrong where the calendar and the field for less exact dates say different things."""
    said = {name: value.strip() for name, value in items}
    day, stated = said.get("stated_day", ""), said.get("stated", "")
    if day and stated and stated.removesuffix("~") != day:
        faults.setdefault("stated", "The calendar says another day; empty one of the two.")
    return faults


def _not_later(faults: Faults, name: str, typed: Typed, today: date, words: str) -> None:
    try:
        if parse_edtf(typed.one(name).strip()).first > today:
            faults.setdefault(name, words)
    except NotADate:
        pass


def with_choice_faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    """What was chosen that is not there to choose."""
    for name, choices, words in (
        ("holders", known.participants, "Choose participants of this negotiation."),
        ("issues", known.issues, "Choose issues of this negotiation."),
        ("speakers", known.actors, "Choose actors of this negotiation."),
        ("proposal", known.proposals, "Choose a proposal of this negotiation."),
    ):
        chosen = [value for value in typed[name] if value]
        if any(value not in choices for value in chosen):
            faults.setdefault(name, words)
        elif len(chosen) != len(set(chosen)):
            faults.setdefault(name, "Choose each only once.")
    for demand, relation in relations(typed).items():
        if relation not in {*LinkRelation, SAME_CLAIM} or not _ID.fullmatch(demand):
            faults.setdefault(f"{_PREFIX}{demand}", "Choose what your claim does to this one.")
    chosen = list(relations(typed).values())
    if SAME_CLAIM in chosen and len(chosen) > 1:
        faults.setdefault("standing", "The same claim adds to that one alone; choose nothing else.")
    return faults


def with_relation_fault(faults: Faults, typed: Typed) -> Faults:
    if typed.one("relation", "supports") not in set(CitationRelation):
        faults["relation"] = "Choose whether the report supports or denies it."
    return faults


# --- From a form to the rows of a data package -------------------------------------------------------


def source_row(data: ReportForm) -> dict[str, str]:
    return _row(
        outlet=data.outlet,
        title=data.title,
        url=data.url,
        published=data.published,
        language=data.language,
        kind=data.source_kind,
        origin=data.origin,
    )


def citation_row(data: WordsForm, *, relation: str = "supports", stated: str | None = None) -> dict[str, str]:
    return _row(
        relation=relation,
        quote=data.quote,
        translation=data.translation,
        speakers="|".join(data.speakers),
        attributed_to=data.attributed_to,
        public_wording=data.public_wording,
        anonymous="yes" if data.anonymous else "no",
        setting=data.setting,
        stated=stated,
        attribution=None if data.speakers else data.attribution,
        sensitive="yes" if data.sensitive else None,
        locator=data.locator,
        note=data.note,
    )


def demand_row(data: ClaimForm) -> dict[str, str]:
    return _row(
        holders="|".join(data.holders),
        issues="|".join(data.issues),
        kind=data.kind,
        summary=data.summary,
        quantity=data.quantity,
        unit=data.unit,
        condition=data.condition,
        deadline=data.deadline,
        stated=data.stated,
        grade=data.grade,
        proposal=data.proposal,
    )


def _row(**values: str | None) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value}
