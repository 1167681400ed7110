"""The form of a remark: what somebody says about a party or the talks."""

from collections.abc import Mapping, Sequence

from app.domain.vocabulary import RecordType, RemarkKind
from app.forms.base import EdtfDate, Faults, FormModel, Line, Typed
from app.forms.entries import (
    CitationForm,
    CorrectionForm,
    Known,
    MaybeId,
    Noun,
    day_typed,
    filled,
    with_choice_faults,
    with_standing_faults,
)


class SaidForm(FormModel):
    """What is said, about whom; without anybody it is about the talks.

    The form cannot call that ``about``: a date that is only about a day is marked by that word.
    """

    whom: MaybeId = None
    issue: MaybeId = None
    remark: RemarkKind
    summary: Line
    stated: EdtfDate


class RemarkForm(CitationForm, SaidForm):
    """A remark with the report that it rests on."""


class EditForm(SaidForm, CorrectionForm):
    """A remark as it should have been recorded, and why."""


def _faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    faults = with_choice_faults(
        faults,
        typed,
        [
            ("whom", known.actors, "Choose an actor of this negotiation, or the talks."),
            ("issue", known.issues, "Choose an issue of this negotiation, or none."),
        ],
    )
    return with_standing_faults(faults, typed)


def _row(data: SaidForm) -> dict[str, str]:
    return filled(
        about=data.whom,
        issue=data.issue,
        remark=data.remark,
        summary=data.summary,
        stated=data.stated,
    )


def _typed(row: Mapping[str, str], terms: Sequence[Mapping[str, str]]) -> Typed:
    typed = Typed({"whom" if name == "about" else name: [value] for name, value in row.items()})
    return day_typed(typed, "stated")


REMARKS = Noun(
    record_type=RecordType.REMARK,
    new=RemarkForm,
    edit=EditForm,
    columns=("about", "issue", "remark", "summary", "stated"),
    dated="stated",
    subjects="whom",
    of_nobody=True,
    row=_row,
    faults=_faults,
    typed=_typed,
)
