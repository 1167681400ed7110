"""The form of a demand: the claim, and what it does to what is standing."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.domain.vocabulary import DemandKind, LinkRelation, RecordGrade, RecordType
from app.forms.base import (
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
    SAME_CLAIM,
    CitationForm,
    CorrectionForm,
    Known,
    Noun,
    day_typed,
    filled,
    with_choice_faults,
    with_standing_faults,
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
    allowed = {*LinkRelation, SAME_CLAIM}
    return with_standing_faults(faults, typed, allowed, "Choose what your claim does to this one.")


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
