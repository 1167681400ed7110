"""What the forms of every noun have in common: the report, who says it, and in what words."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.domain.dates import NotADate, parse_edtf
from app.domain.vocabulary import Attribution, CitationRelation, RecordType, Setting, SourceKind
from app.forms.addresses import canonical
from app.forms.base import (
    FILL_IN,
    LONGEST_LINE,
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


def _not_self(value: Attribution | None) -> Attribution | None:
    if value is Attribution.SELF:
        raise ValueError("Where no actor is named as speaker, nobody speaks for the holder.")
    return value


MaybeAttribution = Annotated[Attribution | None, BeforeValidator(nothing), AfterValidator(_not_self)]
MaybeId = Annotated[Annotated[Line, StringConstraints(max_length=200)] | None, BeforeValidator(nothing)]
Checked = Annotated[bool, BeforeValidator(lambda value: value in ("yes", "on", True))]


def _origin(text: str | None) -> str | None:
    if text is not None and not _NAME.fullmatch(text):
        raise ValueError("Write a name of small letters, digits and hyphens, such as reuters-2024-04-03.")
    return text


_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
# The report that another relays: an id of one that is here, or a name in the form of one.
Origin = Annotated[MaybeId, AfterValidator(_origin)]


class ReportForm(FormModel):
    """The report: a known source, or a new one."""

    source: MaybeLine = None
    outlet: MaybeLine = None
    title: MaybeLine = None
    url: MaybeAddress = None
    published: MaybeDate = None
    language: MaybeLine = None
    source_kind: MaybeKind = None
    origin: Origin = None


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


class CiteForm(CitationForm):
    """A further report of a record: for it or against it, said on the same day or again."""

    relation: str = "supports"
    stated: MaybeDate = None


class CorrectCitationForm(WordsForm):
    """A citation as it should have been entered; its source stays."""

    relation: str = "supports"
    stated: MaybeDate = None
    reason: Line
    seen: int


class CorrectionForm(FormModel):
    """Why a record is corrected, and the revision that the form was opened on."""

    reason: Line
    seen: int


class RetractForm(CorrectionForm):
    """Why a record is retracted."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from, by id: a form may name nothing else.

    ``proposal_of`` gives the proposal of each term, ``amends`` the proposal that each one amends.
    ``record`` is the record that is corrected, with its terms; empty for a new one.
    """

    participants: Mapping[str, str]
    actors: Mapping[str, str]
    issues: Mapping[str, str]
    proposals: Mapping[str, str]
    terms: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    proposal_of: Mapping[str, str] = field(default_factory=dict)
    amends: Mapping[str, str] = field(default_factory=dict)
    record: str = ""
    own_terms: Collection[str] = ()

    def actors_with(self, chosen: Sequence[str]) -> list[tuple[str, str]]:
        """The participants, and behind them whichever other actors were chosen already."""
        others = [actor for actor in chosen if actor in self.actors and actor not in self.participants]
        return [*self.participants.items(), *((actor, self.actors[actor]) for actor in others)]

    def other_proposals(self) -> list[tuple[str, str]]:
        """Every proposal but the one that is corrected."""
        return [(proposal, words) for proposal, words in self.proposals.items() if proposal != self.record]

    def terms_offered(self, proposal: str, term: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """The terms of a proposal under its title, in its order; beside them one of another that is chosen.

        That one is a fault, which is said when the form is sent; until then nothing that was chosen is lost.
        """
        offered = [(proposal, [own for own in self.terms if self.proposal_of.get(own) == proposal])]
        if term in self.terms and self.proposal_of.get(term) != proposal:
            offered.append((self.proposal_of.get(term, ""), [term]))
        return [
            (self.proposals.get(of, ""), [(own, self.terms[own]) for own in terms])
            for of, terms in offered
            if terms
        ]


@dataclass(frozen=True, slots=True)
class Noun:
    """The form of one noun: what it may hold, and how that becomes a row of a data package and back.

    ``dated`` is the column with the record's date, ``subjects`` the field that names for whom its track is
    judged (domain.md §2); ``columns`` all that the form can change. ``faults`` finds what is wrong with the
    noun's own fields; ``acted`` what the fields are after a button that only changes the form;
    ``shown_terms`` the numbers of the terms that are there to be filled in. What may be ``of_nobody`` has no
    track where no subject is chosen.
    """

    record_type: RecordType
    new: type[FormModel]
    edit: type[FormModel]
    columns: Sequence[str]
    dated: str
    subjects: str
    row: Callable[[Any], dict[str, str]]
    faults: Callable[[Faults, Typed, Known], Faults]
    typed: Callable[[Mapping[str, str], Sequence[Mapping[str, str]]], Typed]
    terms: Callable[[Typed], list[dict[str, str]]] | None = None
    shown_terms: Callable[[Typed], list[int]] | None = None
    of_nobody: bool = False
    acted: Callable[[Typed, str], Typed] | None = None

    @property
    def plural(self) -> str:
        return f"{self.record_type.value}s"


CHOOSE_ACTORS = "Choose actors of this negotiation."
# What is offered where the day of a record is missing and that of its report is known.
OF_THAT_DAY = {
    "stated": "if that is when it was said, enter it.",
    "presented": "if that is when it was put forward, enter it.",
}
SO_THEN = "if it was then, enter it."
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)


def with_date(typed: Typed, name: str = "stated") -> Typed:
    """The day chosen from the calendar, with “about” where that is ticked, unless a date was written out."""
    found = Typed(typed)
    if not found.one(name).strip() and (day := found.one(f"{name}_day").strip()):
        found[name] = [f"{day}~" if found.one("about") else day]
    return found


def as_chosen(typed: Typed, name: str = "stated") -> Typed:
    """The same without what came from the calendar alone, as the form is shown again."""
    derived = with_date(Typed(typed | {name: [""]}), name).one(name)
    return Typed(typed | {name: [""]}) if derived and derived == typed.one(name) else typed


def with_report_faults(form: Form[Any], today: date) -> Faults:
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
        if language and not LANGUAGE.fullmatch(language):
            faults.setdefault("language", "Write a language as en, ar, he or pt-BR.")
        _not_later(faults, "published", typed, today, "A report cannot be published after today.")
    return faults


def with_dated_faults(
    faults: Faults,
    typed: Typed,
    name: str,
    today: date,
    printed: str = "",
    words_of: Callable[[str], str] = str,
) -> Faults:
    """What is wrong with the date of a record; ``printed`` is when its report was published.

    A day that is missing is never taken from the report: it is only named, for whoever knows better.
    ``words_of`` says a date in words.
    """
    _not_later(faults, name, typed, today, "This is after today; a report tells of what has been.")
    with suppress(NotADate):
        done = "It was said" if name == "stated" else "It was so"
        words = f"{done} before it was printed, by {printed}."
        _not_later(faults, name, typed, parse_edtf(printed).last, words)
    if faults[name] == FILL_IN:
        # Nobody is asked for the less exact field first.
        faults[f"{name}_day"] = faults.pop(name)
        with suppress(NotADate):
            parse_edtf(printed)
            faults[f"{name}_day"] += (
                f" The report is of {words_of(printed)}: {OF_THAT_DAY.get(name, SO_THEN)}"
            )
    return faults


def with_said_again_faults(faults: Faults, typed: Typed, printed: str) -> Faults:
    """What is wrong with the day on which a speaker said it again; ``printed`` is its report's date."""
    try:
        last = parse_edtf(printed).last
    except NotADate:
        return faults
    _not_later(faults, "stated", typed, last, f"This is after the report was printed, on {printed}.")
    return faults


def with_date_conflict(faults: Faults, items: Sequence[tuple[str, str]], name: str = "stated") -> Faults:
    """What is wrong where the calendar and the field for less exact dates say different things."""
    said = {name: value.strip() for name, value in items}
    day, stated = said.get(f"{name}_day", ""), said.get(name, "")
    if day and stated and stated.removesuffix("~") != day:
        faults.setdefault(name, "The calendar says another day; empty one of the two.")
    return faults


def _not_later(faults: Faults, name: str, typed: Typed, today: date, words: str) -> None:
    try:
        if parse_edtf(typed.one(name).strip()).first > today:
            faults.setdefault(name, words)
    except NotADate:
        pass


def with_choice_faults(
    faults: Faults, typed: Typed, choices: Sequence[tuple[str, Mapping[str, str], str]]
) -> Faults:
    """What was chosen that is not there to choose: each field, what it may name, and what is said else."""
    for name, known, words in choices:
        chosen = [value for value in typed[name] if value]
        if any(value not in known for value in chosen):
            faults.setdefault(name, words)
        elif len(chosen) != len(set(chosen)):
            faults.setdefault(name, "Choose each only once.")
    return faults


def with_speaker_faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    return with_choice_faults(faults, typed, [("speakers", known.actors, CHOOSE_ACTORS)])


def with_order_fault(faults: Faults, typed: Typed, start: str, end: str, words: str) -> Faults:
    """What is wrong where something ends before it begins."""
    with suppress(NotADate):
        if parse_edtf(typed.one(end).strip()).last < parse_edtf(typed.one(start).strip()).first:
            faults.setdefault(end, words)
    return faults


SAME_CLAIM = "same"
_PREFIX, _PART = "relation-", "part-"
_ID = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)


def relations(typed: Typed) -> dict[str, str]:
    """What the person said of each standing record: its id and a relation, or *same*; none where nothing."""
    return {
        name.removeprefix(_PREFIX): values[0]
        for name, values in typed.items()
        if name.startswith(_PREFIX) and values and values[0]
    }


def parts(typed: Typed) -> dict[str, str]:
    """Which part of each standing record is meant, where the person said so."""
    return {
        name.removeprefix(_PART): values[0].strip()
        for name, values in typed.items()
        if name.startswith(_PART) and values and values[0].strip()
    }


def with_standing_faults(
    faults: Faults, typed: Typed, allowed: Collection[str] = (SAME_CLAIM,), words: str = ""
) -> Faults:
    """What is wrong with what was said of the records that are standing."""
    chosen = relations(typed)
    for record, relation in chosen.items():
        if relation not in allowed or not _ID.fullmatch(record):
            faults.setdefault(f"{_PREFIX}{record}", words or "Choose whether it is the same, or nothing.")
    if SAME_CLAIM in chosen.values() and len(chosen) > 1:
        faults.setdefault("standing", "The same claim adds to that one alone; choose nothing else.")
    for record, part in parts(typed).items():
        # Of a record to which nothing is related there is no part to be meant.
        if record in chosen and (len(part) > LONGEST_LINE or not part.isprintable()):
            faults.setdefault(f"{_PART}{record}", "Write this on one line, and shorter.")
    return faults


def with_relation_fault(faults: Faults, typed: Typed) -> Faults:
    if typed.one("relation", "supports") not in set(CitationRelation):
        faults["relation"] = "Choose whether the report supports or denies it."
    return faults


# --- From a form to the rows of a data package -------------------------------------------------------


def source_row(data: ReportForm) -> dict[str, str]:
    return filled(
        outlet=data.outlet,
        title=data.title,
        url=canonical(data.url) if data.url else None,
        published=data.published,
        language=data.language,
        kind=data.source_kind,
        origin=data.origin,
    )


def citation_row(data: WordsForm, *, relation: str = "supports", stated: str | None = None) -> dict[str, str]:
    return filled(
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


def filled(**values: str | None) -> dict[str, str]:
    """A row of a data package: columns that are empty are left out."""
    return {name: str(value) for name, value in values.items() if value}


def day_typed(typed: Typed, name: str) -> Typed:
    """An exact day as it stands in the calendar; the field for less exact dates stays free."""
    date_ = typed.one(name)
    day = date_.removesuffix("~")
    if len(day) != 10:
        return typed
    about = ["yes"] if day != date_ else []
    return Typed(typed | {name: [""], f"{name}_day": [day], "about": about})
