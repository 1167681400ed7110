"""The form of a scale: its rungs in order, one a line."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from app.forms.base import FormModel, Line, Typed
from app.forms.entries import CorrectionForm

LEAST_RUNGS, MOST_RUNGS = 2, 30


def _written(labels: list[str]) -> list[str]:
    """The lines that say something."""
    return [label for label in labels if label.strip()]


def _a_ladder(labels: list[str]) -> list[str]:
    if len(labels) < LEAST_RUNGS:
        raise ValueError("A scale has two rungs at least, one for each pole.")
    if len(labels) > MOST_RUNGS:
        raise ValueError(f"These are {len(labels)} rungs; write at most {MOST_RUNGS}.")
    if len({label.casefold() for label in labels}) < len(labels):
        raise ValueError("Two rungs say the same; each says something else.")
    return labels


Rungs = Annotated[list[Line], BeforeValidator(_written), AfterValidator(_a_ladder)]


class ScaleForm(FormModel):
    """A version of a scale; ``seen`` is the newest revision of the scale of its issue."""

    label: Rungs
    seen: int


class CorrectScaleForm(CorrectionForm, ScaleForm):
    """A version as it should have been written, and why."""


def acted(typed: Typed, action: str) -> Typed:
    """The lines after a button that only changes the form: add, or out, up and down with a place from 0."""
    labels = list(typed["label"])
    what, _, place = action.partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(labels)
    if what == "add" and len(labels) < MOST_RUNGS:
        labels.append("")
    elif at < len(labels):
        label = labels.pop(at)
        if what in ("up", "down"):
            labels.insert(max(at - 1, 0) if what == "up" else at + 1, label)
        elif what != "out":
            labels.insert(at, label)
    return Typed(typed | {"label": labels})
