"""The form of an event: context on the time line."""

from collections.abc import Mapping, Sequence

from app.domain.vocabulary import EventKind, RecordType
from app.forms.base import EdtfDate, Faults, FormModel, Line, MaybeDate, MaybeLine, MaybeText, Typed
from app.forms.entries import (
    CitationForm,
    CorrectionForm,
    Known,
    Noun,
    day_typed,
    filled,
    with_order_fault,
    with_standing_faults,
)


class HappeningForm(FormModel):
    """What happened, when and where. Its title is its heading here: a report has a title too."""

    heading: Line
    kind: EventKind
    starts: EdtfDate
    ends: MaybeDate = None
    place: MaybeLine = None
    summary: MaybeText = None


class EventForm(CitationForm, HappeningForm):
    """An event with the report that it rests on."""


class EditForm(HappeningForm, CorrectionForm):
    """An event as it should have been recorded, and why."""


def _faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    words = "This is before it begins; write a date that is not earlier."
    return with_standing_faults(with_order_fault(faults, typed, "starts", "ends", words), typed)


def _row(data: HappeningForm) -> dict[str, str]:
    return filled(
        kind=data.kind,
        title=data.heading,
        starts=data.starts,
        ends=data.ends,
        place=data.place,
        summary=data.summary,
    )


def _typed(row: Mapping[str, str], terms: Sequence[Mapping[str, str]]) -> Typed:
    typed = Typed({"heading" if name == "title" else name: [value] for name, value in row.items()})
    return day_typed(typed, "starts")


EVENTS = Noun(
    record_type=RecordType.EVENT,
    new=EventForm,
    edit=EditForm,
    columns=("title", *(name for name in HappeningForm.model_fields if name != "heading")),
    dated="starts",
    # An event has no track (domain.md §2).
    subjects="",
    of_nobody=True,
    row=_row,
    faults=_faults,
    typed=_typed,
)
