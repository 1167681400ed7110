"""The form of a response: a party's answer to a proposal, or to one of its terms."""

from collections.abc import Mapping, Sequence

from app.domain.vocabulary import Answer, RecordType
from app.forms.base import EdtfDate, Faults, FormModel, Line, MaybeText, Typed
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


class AnswerForm(FormModel):
    """Who answers what, and how."""

    proposal: Line
    term: MaybeId = None
    actor: Line
    response: Answer
    summary: MaybeText = None
    stated: EdtfDate


class ResponseForm(CitationForm, AnswerForm):
    """A response with the report that it rests on."""


class EditForm(AnswerForm, CorrectionForm):
    """A response as it should have been recorded, and why."""


def _faults(faults: Faults, typed: Typed, known: Known) -> Faults:
    """What is wrong with the answer; a term has to be one of the proposal that is answered."""
    faults = with_choice_faults(
        faults,
        typed,
        [
            ("proposal", known.proposals, "Choose a proposal of this negotiation."),
            ("term", known.terms, "Choose a term of this proposal, or the whole of it."),
            ("actor", known.participants, "Choose a participant of this negotiation."),
        ],
    )
    term, proposal = typed.one("term"), typed.one("proposal")
    if term in known.terms and proposal in known.proposals and known.proposal_of.get(term) != proposal:
        words = "This is a term of another proposal. Choose one of this proposal, or the whole of it."
        faults.setdefault("term", words)
    return with_standing_faults(faults, typed)


def _row(data: AnswerForm) -> dict[str, str]:
    return filled(
        proposal=data.proposal,
        term=data.term,
        actor=data.actor,
        response=data.response,
        summary=data.summary,
        stated=data.stated,
    )


def _typed(row: Mapping[str, str], terms: Sequence[Mapping[str, str]]) -> Typed:
    return day_typed(Typed({name: [value] for name, value in row.items()}), "stated")


RESPONSES = Noun(
    record_type=RecordType.RESPONSE,
    new=ResponseForm,
    edit=EditForm,
    columns=tuple(AnswerForm.model_fields),
    dated="stated",
    subjects="actor",
    row=_row,
    faults=_faults,
    typed=_typed,
)
