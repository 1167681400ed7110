"""Redaction for safety: which fields of a record can be blanked, and what then stands in their place (§7)."""

from collections.abc import Mapping

# Where a field cannot be empty this stands in it; readers see it wherever a quote or a speaker stood.
WITHHELD = "withheld for safety"

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

# The text of a report is kept beside its row.
TEXT = "text"


def without(noun: str, row: Mapping[str, str], fields: frozenset[str]) -> dict[str, str]:
    """The row without these fields; one that there must be says that it is withheld."""
    needed = REQUIRED.get(noun, frozenset())
    return {
        name: WITHHELD if name in fields else value
        for name, value in row.items()
        if name not in fields or name in needed
    }
