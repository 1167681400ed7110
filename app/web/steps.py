"""Revisions as editors read them: what was done, by whom, to what, and which words it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.redaction import FIELDS
from app.domain.vocabulary import RecordType
from app.queries.histories import HistoryPage, Step
from app.web.labels import action_label, column_name
from app.web.values import Field, Words, changed_fields, plain_fields


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A revision in words. ``about`` says what of the record it was of, where it was not the record itself;
    ``withheld`` which of its fields were blanked; ``restore`` whether what it left can be brought back."""

    step: Step
    action: str
    about: str
    is_new: bool
    fields: Sequence[Field]
    withheld: Sequence[str]
    restore: bool


# What a row says of where it belongs is said above it.
_SAID_ABOVE = frozenset({"subject_type", "subject", "id", "proposal_of"})
# What was done says itself how far the review has come since.
_SAID_BY_ACTION = frozenset({"submit", "return", "publish"})


def shown_steps(found: HistoryPage) -> list[ShownStep]:
    """The revisions of a history, each with its fields word by word."""
    words = Words(found.cast, found.names)
    return [_shown(step, found, words) for step in found.steps]


def _shown(step: Step, found: HistoryPage, words: Words) -> ShownStep:
    before, after = _texts(step.before), _texts(step.after)
    is_new = step.action == "create"
    if step.action in ("redact", "merge", "reorder", "remove", "discard"):
        fields: list[Field] = []
        if step.action in ("remove", "discard"):
            fields = plain_fields(words, step.noun, before)
    elif is_new:
        fields = plain_fields(words, step.noun, after)
    else:
        fields = changed_fields(words, step.noun, before, after)
        if step.action in _SAID_BY_ACTION:
            fields = [field for field in fields if field.column != "review"]
    return ShownStep(
        step=step,
        action=action_label(step.noun, step.action),
        about=_about(step, found, words),
        is_new=is_new,
        fields=[field for field in fields if field.column not in _SAID_ABOVE],
        withheld=_withheld(step),
        restore=found.can_restore(step),
    )


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in row.items() if isinstance(value, str)}


def _withheld(step: Step) -> list[str]:
    """The names of the fields that were blanked: by this revision, or in it by a later one."""
    if step.action == "redact":
        places = {str(name) for name in step.after.get("fields", ())}
    else:
        places = set(step.erased)
    columns = {place.rpartition(".")[2] for place in places}
    order = {name: at for at, name in enumerate(FIELDS.get(step.noun, ()))}
    return [
        column_name(step.noun, name) for name in sorted(columns, key=lambda name: (order.get(name, 99), name))
    ]


def _about(step: Step, found: HistoryPage, words: Words) -> str:
    """What of the record a revision was of: a report, a term, another demand; empty for the record itself."""
    row = {**step.before, **step.after}
    if step.noun == found.noun:
        # Of what was merged into it, the id that it had.
        return "" if step.record == found.record else step.record
    if step.noun == "citation":
        now = found.subjects.get(step.key)
        source = row.get("source") or (now.row.get("source", "") if now else "")
        return words.of("citation", "source", source)
    if step.noun == "link":
        other = row.get("to") if row.get("from") == found.record else row.get("from")
        return words.of("link", "to", other or "")
    if step.noun == "participant":
        return words.of("participant", "role", row.get("role", ""))
    if step.noun in set(RecordType):
        return words.names.records.get(step.key) or row.get("summary") or row.get("title") or step.record
    return ""
