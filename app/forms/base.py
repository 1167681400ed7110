"""Forms: what was submitted, read into a model; every fault in words beside its field, nothing typed lost."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
)

from app.domain.dates import NotADate, parse_edtf

Model = TypeVar("Model", bound=BaseModel)

FILL_IN = "Fill this in."

LONGEST_LINE, LONGEST_TEXT = 1000, 20_000
# A whole article, or the source of its page.
LONGEST_ARTICLE = 700_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"[\n\r\t\u2028\u2029]")
# They turn the direction of what follows: in a single line they can only mislead.
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


class Faults(dict[str, str]):
    """What is wrong with what was submitted, in words, by field; a field without a fault says nothing."""

    def __missing__(self, name: str) -> str:
        return ""


class Typed(dict[str, list[str]]):
    """What was typed, by field, as it was typed; a field that was not there is empty."""

    def __missing__(self, name: str) -> list[str]:
        return []

    def one(self, name: str, default: str = "") -> str:
        return self[name][0] if self[name] else default


@dataclass(frozen=True, slots=True)
class Form(Generic[Model]):
    """A form that came in: its data if it can be used, and always what was typed."""

    data: Model | None
    typed: Typed
    faults: Faults


class FormModel(BaseModel):
    """What a form may hold. Fields that it does not know are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_form(model: type[Model], items: Sequence[tuple[str, str]]) -> Form[Model]:
    """Read submitted pairs of name and value into a model; never raises for what a person typed."""
    typed = Typed()
    for name, value in items:
        typed.setdefault(name, []).append(value)
    several = {name for name, field in model.model_fields.items() if _takes_several(field.annotation)}
    values: dict[str, Any] = {
        name: [value for value in found if value] if name in several else found[0]
        for name, found in typed.items()
        if name in model.model_fields
    }
    try:
        return Form(model.model_validate(values), typed, Faults())
    except ValidationError as error:
        faults = Faults()
        for fault in error.errors(include_url=False, include_input=False):
            name = str(fault["loc"][0]) if fault["loc"] else "form"
            faults.setdefault(name, fault_words(fault["type"], fault["msg"], fault.get("ctx", {})))
        return Form(None, typed, faults)


def _takes_several(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) in (list, tuple)


# What is said where a value is of another kind than its field, by what the model calls the fault.
_KINDS = {
    "string_type": "Write this as text.",
    "string_unicode": "This holds half a character that no text can hold; type it again.",
    "list_type": "Write this as a list.",
    "bool_type": "Write true or false.",
    "bool_parsing": "Write true or false.",
    "model_type": "Write this as an object with its fields.",
    "model_attributes_type": "Write this as an object with its fields.",
}


def fault_words(kind: str, message: str, context: dict[str, Any]) -> str:
    """What is said of a value that a model refuses."""
    if kind == "missing":
        return FILL_IN
    if kind in ("string_too_short", "too_short"):
        return FILL_IN
    if kind == "string_too_long":
        return f"This is too long: write at most {context['max_length']} characters."
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "extra_forbidden":
        return "There is no such field; take it out."
    if kind == "enum":
        return f"Choose one of these: {context['expected']}."
    return message.removeprefix("Value error, ")


def _no_controls(text: str) -> str:
    if _SURROGATES.search(text):
        raise ValueError("This holds half a character that no text can hold; type it again.")
    if _CONTROLS.search(text):
        raise ValueError("This holds a control character; take it out.")
    return text


def _plain_line_ends(text: str) -> str:
    # Browsers send both characters, whatever the text held when it was shown.
    return text.replace("\r\n", "\n")


def _single_line(text: str) -> str:
    _no_controls(text)
    if _LINE_ENDS.search(text):
        raise ValueError("Write this on one line.")
    if _BIDI.search(text):
        raise ValueError("This holds a character that turns the direction of writing; take it out.")
    return text


def _edtf(text: str) -> str:
    try:
        parse_edtf(text)
    except NotADate as fault:
        raise ValueError(f"{fault}.") from None
    return text


def web_address(text: str) -> str:
    """An http or https address. It is kept and shown; nobody here ever fetches it."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", text):
        raise ValueError("Write a whole address that begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Leave name and password out of the address.")
    return text


def nothing(value: Any) -> Any:
    """An empty field says nothing."""
    return None if isinstance(value, str) and not value.strip() else value


_line = StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE)
_text = StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)

Line = Annotated[str, _line, AfterValidator(_single_line)]
Text = Annotated[str, _text, AfterValidator(_plain_line_ends), AfterValidator(_no_controls)]
EdtfDate = Annotated[str, _line, AfterValidator(_single_line), AfterValidator(_edtf)]
WebAddress = Annotated[str, _line, AfterValidator(_single_line), AfterValidator(web_address)]
MaybeLine = Annotated[Line | None, BeforeValidator(nothing)]
MaybeText = Annotated[Text | None, BeforeValidator(nothing)]
MaybeDate = Annotated[EdtfDate | None, BeforeValidator(nothing)]
MaybeAddress = Annotated[WebAddress | None, BeforeValidator(nothing)]
