"""The forms of what a person says of two demands, and of what has overtaken one."""

from app.domain.vocabulary import LinkRelation
from app.forms.base import FormModel, Line, MaybeText
from app.forms.entries import CorrectionForm, MaybeId


class LinkForm(FormModel):
    """What a demand does to another; ``part`` is which part of it, where not the whole."""

    relation: LinkRelation
    other: Line
    part: MaybeText = None


class CorrectLinkForm(CorrectionForm):
    """The part as it should have been said, and why."""

    part: MaybeText = None


class OvertakenForm(CorrectionForm):
    """The event that has overtaken a demand; none where nothing has."""

    event: MaybeId = None
