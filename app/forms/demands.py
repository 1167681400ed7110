"""The form of a demand: the claim, and what it does to what is standing."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.domain.vocabulary import DemandKind, LinkRelation, RecordGrade, RecordType
from app.forms.base import (
    LONGEST_LINE,
    EdtfDate,
    Faults,
    FormModel,
    Line,
    MaybeDate,
    MaybeLine,
    Typed,
    nothing,
)
from app.forms.entries import (
    CitationForm,
    CorrectionForm,
    Known,
    Noun,
    day_typed,
    filled,
    with_choice_faults,
)

MaybeGrade = Annotated[RecordGrade | None, BeforeValidator(nothing)]
Several = Annotated[list[Line], Field(min_length=1)]


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


class EditForm(ClaimForm, CorrectionForm):
    """A demand as it should have been recorded, and why."""


SAME_CLAIM = "same"
_PREFIX, _PART = "relation-", "part-"
_ID = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)


def relations(typed: Typed) -> dict[str, str]:
    """What the person said of each standing demand: its id and a relation, or *same*; none where nothing."""
    return {
        name.removeprefix(_PREFIX): values[0]
        for name, values in typed.items()
        if name.startswith(_PREFIX) and values and values[0]
    }


def parts(typed: Typed) -> dict[str, str]:
    """Which part of each standing demand is meant, where the person said so."""
    return {
        name.removeprefix(_PART): values[0].strip()
        for name, values in typed.items()
        if name.startswith(_PART) and values and values[0].strip()
    }


def _faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    """What is wrong with the claim, and with what was said of the standing ones."""
    faults = with_choice_faults(
        faults,
        typed,
        [
            ("holders", known.participants, "Choose participants of this negotiation."),
            ("issues", known.issues, "Choose issues of this negotiation."),
            ("proposal", known.proposals, "Choose a proposal of this negotiation."),
        ],
    )
    for demand, relation in relations(typed).items():
        if relation not in {*LinkRelation, SAME_CLAIM} or not _ID.fullmatch(demand):
            faults.setdefault(f"{_PREFIX}{demand}", "Choose what your claim does to this one.")
    chosen = list(relations(typed).values())
    if SAME_CLAIM in chosen and len(chosen) > 1:
        faults.setdefault("standing", "The same claim adds to that one alone; choose nothing else.")
    for demand, part in parts(typed).items():
        if len(part) > LONGEST_LINE or not part.isprintable():
            faults.setdefault(f"{_PART}{demand}", "Write this on one line, and shorter.")
    return faults


def _row(data: ClaimForm) -> dict[str, str]:
    return filled(
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


def _typed(row: Mapping[str, str], terms: Sequence[Mapping[str, str]]) -> Typed:
    several = ("holders", "issues")
    typed = {name: value.split("|") if name in several else [value] for name, value in row.items()}
    return day_typed(Typed(typed), "stated")


DEMANDS = Noun(
    record_type=RecordType.DEMAND,
    new=DemandForm,
    edit=EditForm,
    # What else a demand has, its placement and what overtook it, is set elsewhere.
    columns=tuple(ClaimForm.model_fields),
    dated="stated",
    subjects="holders",
    row=_row,
    faults=_faults,
    typed=_typed,
)
