"""The form of a coverage check: who searched for what, through which day, and where."""

from collections.abc import Collection, Mapping
from datetime import date

from app.domain.dates import NotADate, parse_edtf
from app.forms.base import EdtfDate, Faults, FormModel, Line, MaybeText, Typed
from app.forms.entries import CorrectionForm, filled, with_choice_faults


class CheckForm(FormModel):
    """A search that found nothing."""

    whose: Line
    issue: Line
    searched_through: EdtfDate
    note: MaybeText = None


class CorrectCheckForm(CheckForm, CorrectionForm):
    """A search as it should have been recorded, and why."""


def with_check_faults(
    faults: Faults, typed: Typed, *, actors: Collection[str], issues: Collection[str], today: date
) -> Faults:
    """What was chosen that is not there to choose, and a search of days that are not over."""
    faults = with_choice_faults(
        faults,
        typed,
        [
            ("whose", dict.fromkeys(actors, ""), "Choose an actor of this negotiation."),
            ("issue", dict.fromkeys(issues, ""), "Choose an issue of this negotiation."),
        ],
    )
    try:
        if parse_edtf(typed.one("searched_through").strip()).last > today:
            faults.setdefault(
                "searched_through", "Nobody can have searched through a day that is not here yet."
            )
    except NotADate:
        pass
    return faults


def row_of(data: CheckForm) -> dict[str, str]:
    return filled(actor=data.whose, issue=data.issue, searched_through=data.searched_through, note=data.note)


def typed_of(row: Mapping[str, str]) -> Typed:
    """A check as its form would have been filled."""
    return Typed({"whose" if name == "actor" else name: [value] for name, value in row.items()})
