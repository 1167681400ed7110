"""Redaction for safety: which fields of a record can be blanked, and what then stands in their place (§7)."""

import re
from collections.abc import Mapping

# What readers see where a quote or a speaker stood, and what stands in a field that cannot be empty. The two
# differ, as an outlet that is withheld is not the same as its speaker.
WITHHELD, INSTEAD = "withheld for safety", "Withheld for safety"
MARKERS = frozenset({WITHHELD, INSTEAD})

# The fields of each noun that somebody has written in words, and the report's stored text.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "demand": ("summary", "quantity", "unit", "condition", "placement_reason"),
    "proposal": ("title", "summary"),
    "term": ("summary", "phase", "quantity", "unit", "condition", "placement_reason"),
    "response": ("summary",),
    "remark": ("summary",),
    "event": ("title", "place", "summary"),
    "citation": (
        "quote",
        "translation",
        "attributed_to",
        "public_wording",
        "speakers",
        "locator",
        "note",
    ),
    "source": ("outlet", "title", "url", "author", "archive_url", "note", "text"),
    "link": ("note",),
}

# Those without which there is no row.
REQUIRED: Mapping[str, frozenset[str]] = {
    "demand": frozenset({"summary"}),
    "proposal": frozenset({"title"}),
    "term": frozenset({"summary"}),
    "remark": frozenset({"summary"}),
    "event": frozenset({"title"}),
    "source": frozenset({"outlet"}),
}

# The text of a report is kept beside its row, and why a record was changed in its revisions.
TEXT, REASON = "text", "reason"

# Of a name or a few words each tells who or what is meant, however short a word; of a longer text so many
# words in a row.
_NAME, _LONG_WORD, _IN_A_ROW = 5, 4, 4


def repeats(text: str, blanked: str) -> bool:
    """Whether a text repeats what was blanked, or enough of it to tell what it was; both folded.

    Rather too much is found than too little: what is lost is somebody's remark.
    """
    if blanked in text:
        return True
    words, said = re.findall(r"\w+", blanked), re.findall(r"\w+", text)
    if len(words) <= _NAME:
        return bool({word for word in words if len(word) >= _LONG_WORD} & set(said))
    runs = {tuple(words[at : at + _IN_A_ROW]) for at in range(len(words) - _IN_A_ROW + 1)}
    return any(tuple(said[at : at + _IN_A_ROW]) in runs for at in range(len(said)))


def without(noun: str, row: Mapping[str, str], fields: frozenset[str]) -> dict[str, str]:
    """The row without these fields; one that there must be says that it is withheld."""
    needed = REQUIRED.get(noun, frozenset())
    return {
        name: INSTEAD if name in fields else value
        for name, value in row.items()
        if name not in fields or name in needed
    }
