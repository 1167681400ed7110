"""What is said on the way of an entry to its readers, and what readers say of it afterwards."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.domain.reviews import LONGEST_NOTE
from app.forms.base import FormModel, Text, nothing


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value.replace("\r\n", "\n").strip()) > LONGEST_NOTE:
        raise ValueError(f"This is too long: write at most {LONGEST_NOTE} characters.")
    return value


ShortText = Annotated[Text, BeforeValidator(_short)]
MaybeShortText = Annotated[ShortText | None, BeforeValidator(nothing)]
Revision = Annotated[int, Field(ge=0, le=2**31 - 1)]


class PublishForm(FormModel):
    """What is published as it was read: ``seen`` is the newest revision then."""

    seen: Revision


class ReturnForm(FormModel):
    """Why an entry goes back to its author."""

    comment: Text


class NoteForm(FormModel):
    """What a reader says is wrong."""

    words: ShortText


class SettleForm(FormModel):
    """What became of a reader's note, for colleagues."""

    answer: MaybeShortText = None
