"""The forms that set up a negotiation: itself, its actors, their roles in it, and its issues.

Each field has a name of its own, because the forms stand together on one page.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from app.domain.vocabulary import ActorKind, Role
from app.forms.base import Faults, FormModel, Line, MaybeDate, MaybeLine, MaybeText, Typed, nothing

MOST_ALIASES = 100
_SEPARATOR = "|"


def _one_a_line(value: Any) -> Any:
    """The lines of what was written into one field, those that say nothing left out."""
    lines = [line.strip() for text in value for line in re.split(r"\r\n|\r|\n", text)]
    return [line for line in lines if line]


def _few(aliases: list[str]) -> list[str]:
    if len(aliases) > MOST_ALIASES:
        raise ValueError(f"These are {len(aliases)} names; write at most {MOST_ALIASES}.")
    return aliases


def _no_separator(alias: str) -> str:
    if _SEPARATOR in alias:
        raise ValueError(f"A name cannot hold “{_SEPARATOR}”, which files put between two names.")
    return alias


Alias = Annotated[Line, AfterValidator(_no_separator)]
Aliases = Annotated[list[Alias], BeforeValidator(_one_a_line), AfterValidator(_few)]
MaybeActorKind = Annotated[ActorKind | None, BeforeValidator(nothing)]
MaybeRole = Annotated[Role | None, BeforeValidator(nothing)]


class NegotiationForm(FormModel):
    """The negotiation itself."""

    title: Line
    summary: MaybeText = None
    started: MaybeDate = None
    ended: MaybeDate = None


class NewNegotiationForm(NegotiationForm):
    id: MaybeLine = None


class CorrectNegotiationForm(NegotiationForm):
    seen: int


class ActorForm(FormModel):
    """An actor: its names, what it is, and what it is part of."""

    name: Line
    kind: MaybeActorKind = None
    belongs_to: MaybeLine = None
    aliases: Aliases = Field(default_factory=list)


class NewActorForm(ActorForm):
    """``takes_part`` is the role that it is given at once, if any."""

    actor_id: MaybeLine = None
    takes_part: MaybeRole = None


class CorrectActorForm(ActorForm):
    seen: int


class TimesForm(FormModel):
    """From when to when a role was held, as far as that is known."""

    held_from: MaybeDate = None
    held_to: MaybeDate = None


class NewParticipantForm(TimesForm):
    """An actor's role in the negotiation."""

    actor: Line
    role: Role


class CorrectParticipantForm(TimesForm):
    seen: int


class IssueForm(FormModel):
    """One question on the table."""

    issue: Line
    question: Line
    description: MaybeText = None
    under: MaybeLine = None


class NewIssueForm(IssueForm):
    issue_id: MaybeLine = None


class CorrectIssueForm(IssueForm):
    seen: int


# The column of each field, by the file of the package that it belongs to.
COLUMNS: dict[str, dict[str, str]] = {
    "negotiation": {
        "id": "id",
        "title": "title",
        "summary": "summary",
        "started": "started",
        "ended": "ended",
    },
    "actors": {
        "actor_id": "id",
        "name": "name",
        "kind": "kind",
        "belongs_to": "part_of",
        "aliases": "aliases",
    },
    "participants": {"actor": "actor", "role": "role", "held_from": "from", "held_to": "to"},
    "issues": {
        "issue_id": "id",
        "under": "part_of",
        "issue": "title",
        "question": "question",
        "description": "description",
    },
}


def row_of(file: str, data: FormModel) -> dict[str, str]:
    """What a form says, as a row of a data package; empty columns are left out."""
    row = {}
    for field, column in COLUMNS[file].items():
        if value := getattr(data, field, None):
            row[column] = _SEPARATOR.join(value) if isinstance(value, list) else str(value)
    return row


def typed_of(file: str, row: Mapping[str, str]) -> Typed:
    """A row as its form would have been filled."""
    typed = Typed()
    for field, column in COLUMNS[file].items():
        if column in row:
            typed[field] = [row[column].replace(_SEPARATOR, "\n") if field == "aliases" else row[column]]
    return typed


def field_of(file: str, column: str | None) -> str | None:
    """The field that fills a column; None where the forms have none."""
    return next((field for field, its in COLUMNS.get(file, {}).items() if its == column), None)


def with_choice_faults(
    faults: Faults, typed: Typed, *, actors: Collection[str], issues: Collection[str]
) -> Faults:
    """What was chosen that is not there to choose."""
    for name, choices, words in (
        ("belongs_to", actors, "Choose an actor of this negotiation."),
        ("actor", actors, "Choose an actor of this negotiation."),
        ("under", issues, "Choose an issue of this negotiation."),
    ):
        if (chosen := typed.one(name).strip()) and chosen not in choices:
            faults.setdefault(name, words)
    return faults
