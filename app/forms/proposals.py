"""The form of a proposal: who put it forward, when, and its terms, one after another."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.domain.links import closes_circle
from app.domain.vocabulary import Outcome, RecordType
from app.forms.base import (
    EdtfDate,
    Faults,
    FormModel,
    Line,
    MaybeDate,
    MaybeLine,
    MaybeText,
    Text,
    Typed,
    nothing,
    read_form,
)
from app.forms.entries import (
    CHOOSE_ACTORS,
    CitationForm,
    CorrectionForm,
    Known,
    MaybeId,
    Noun,
    day_typed,
    filled,
    relations,
    with_choice_faults,
    with_order_fault,
    with_standing_faults,
)

MaybeOutcome = Annotated[Outcome | None, BeforeValidator(nothing)]
Several = Annotated[list[Line], Field(min_length=1)]


class PackageForm(FormModel):
    """A package as a whole. Its title is its heading here: a report has a title too."""

    heading: Line
    proposed_by: Several
    mediated_by: list[Line] = Field(default_factory=list)
    presented: EdtfDate
    amends: MaybeId = None
    ended: MaybeDate = None
    outcome: MaybeOutcome = None
    summary: MaybeText = None


class ProposalForm(CitationForm, PackageForm):
    """A proposal with the report that it rests on."""


class EditForm(PackageForm, CorrectionForm):
    """A proposal as it should have been recorded, and why."""


class TermForm(FormModel):
    """The proposal's text on one issue."""

    id: MaybeId = None
    issue: Line
    phase: MaybeLine = None
    summary: Text
    quantity: MaybeLine = None
    unit: MaybeLine = None
    obliged: list[Line] = Field(default_factory=list)
    condition: MaybeLine = None
    tabled_by: list[Line] = Field(default_factory=list)


# Each sends up to two dozen fields, and a form may send two thousand.
MOST_TERMS = 60
_FIELD = re.compile(rf"term-([1-9][0-9]{{0,2}})-({'|'.join(TermForm.model_fields)})", re.ASCII)
_ACTION = re.compile(r"term-([1-9][0-9]{0,2})-(up|down|remove)", re.ASCII)


def terms_typed(typed: Typed) -> dict[int, Typed]:
    """What was typed of each term, by the number that the form gives it, in order."""
    found: dict[int, Typed] = {}
    for name, values in typed.items():
        if of_term := _FIELD.fullmatch(name):
            found.setdefault(int(of_term[1]), Typed())[of_term[2]] = values
    return dict(sorted(found.items()))


def shown_terms(typed: Typed) -> list[int]:
    """The terms to be filled in; an empty one where there are none."""
    return list(terms_typed(typed)) or [1]


def _is_empty(term: Typed) -> bool:
    """Whether nothing was said in a new term; one that is recorded is taken out by its button alone."""
    return not any(value.strip() for values in term.values() for value in values)


def _filled_terms(typed: Typed) -> dict[int, Typed]:
    return {number: term for number, term in terms_typed(typed).items() if not _is_empty(term)}


def _acted(typed: Typed, action: str) -> Typed:
    """The fields with a term more, or with one moved or taken out; numbered anew from 1."""
    terms = terms_typed(typed)
    numbers, rows = list(terms), list(terms.values())
    moved = _ACTION.fullmatch(action)
    if action == "add-term":
        if not rows:
            # The empty one that is shown where there is none.
            rows.append(Typed(issue=[""]))
        if len(rows) < MOST_TERMS:
            rows.append(Typed(issue=[""]))
    elif moved and int(moved[1]) in numbers:
        at = numbers.index(int(moved[1]))
        row = rows.pop(at)
        if moved[2] != "remove":
            rows.insert(max(at - 1, 0) if moved[2] == "up" else at + 1, row)
    else:
        return typed
    found = Typed({name: values for name, values in typed.items() if not _FIELD.fullmatch(name)})
    for number, row in enumerate(rows, 1):
        found |= {f"term-{number}-{name}": values for name, values in row.items()}
    return found


def _faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    """What is wrong with the package, and with each of its terms."""
    faults = with_choice_faults(
        faults,
        typed,
        [
            ("proposed_by", known.actors, CHOOSE_ACTORS),
            ("mediated_by", known.actors, CHOOSE_ACTORS),
            ("amends", dict(known.other_proposals()), "Choose another proposal of this negotiation."),
        ],
    )
    amends = typed.one("amends")
    if known.record and amends and closes_circle(known.amends.items(), known.record, amends):
        faults.setdefault("amends", "That one amends this one already; choose one that does not.")
    words = "This is before it was presented; write a date that is not earlier."
    faults = with_order_fault(faults, typed, "presented", "ended", words)
    faults = with_standing_faults(faults, typed)
    terms = _filled_terms(typed)
    if len(terms) > (most := max(MOST_TERMS, len(known.own_terms))):
        faults.setdefault("terms", f"A proposal takes at most {most} terms here; take some out.")
    if relations(typed) and terms and not known.record:
        words = "The same claim adds this report alone. Take the terms out, or correct them on its own page."
        faults.setdefault("standing", words)
    seen: set[str] = set()
    for number, term in terms.items():
        found = _term_faults(term, known)
        id_ = term.one("id").strip()
        if id_ and (id_ not in known.own_terms or id_ in seen):
            found["id"] = "This is no term of this proposal; take it out, and add it as a new one."
        seen.add(id_)
        for name, fault in found.items():
            faults.setdefault(f"term-{number}-{name}", fault)
    return faults


def _term_faults(term: Typed, known: Known) -> Faults:
    items = [(name, value) for name, values in term.items() for value in values]
    choices = [
        ("issue", known.issues, "Choose an issue of this negotiation."),
        ("obliged", known.actors, CHOOSE_ACTORS),
        ("tabled_by", known.actors, CHOOSE_ACTORS),
    ]
    return with_choice_faults(read_form(TermForm, items).faults, term, choices)


def _row(data: PackageForm) -> dict[str, str]:
    return filled(
        title=data.heading,
        proposed_by="|".join(data.proposed_by),
        mediated_by="|".join(data.mediated_by),
        presented=data.presented,
        amends=data.amends,
        ended=data.ended,
        outcome=data.outcome,
        summary=data.summary,
    )


def _terms(typed: Typed) -> list[dict[str, str]]:
    """The rows of the terms, in order; those that are recorded already with their ids."""
    rows = []
    for term in _filled_terms(typed).values():
        data = read_form(TermForm, [(name, value) for name, values in term.items() for value in values]).data
        if data:
            rows.append(
                filled(
                    id=data.id,
                    phase=data.phase,
                    issue=data.issue,
                    summary=data.summary,
                    quantity=data.quantity,
                    unit=data.unit,
                    obliged="|".join(data.obliged),
                    condition=data.condition,
                    tabled_by="|".join(data.tabled_by),
                )
            )
    return rows


def _typed(row: Mapping[str, str], terms: Sequence[Mapping[str, str]]) -> Typed:
    typed = Typed()
    for name, value in row.items():
        several = name in ("proposed_by", "mediated_by")
        typed["heading" if name == "title" else name] = value.split("|") if several else [value]
    for number, term in enumerate(terms, 1):
        for name in TermForm.model_fields:
            if said := term.get(name):
                several = name in ("obliged", "tabled_by")
                typed[f"term-{number}-{name}"] = said.split("|") if several else [said]
    return day_typed(typed, "presented")


PROPOSALS = Noun(
    record_type=RecordType.PROPOSAL,
    new=ProposalForm,
    edit=EditForm,
    columns=("title", *(name for name in PackageForm.model_fields if name != "heading")),
    dated="presented",
    subjects="proposed_by",
    row=_row,
    faults=_faults,
    typed=_typed,
    terms=_terms,
    shown_terms=shown_terms,
    acted=_acted,
)
