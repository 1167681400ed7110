"""The parameters of the API, described; they are read by the same forms as those of the pages."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Path

from app.domain.vocabulary import Basis, RecordType, Rests, SourceStatus, Track
from app.forms.filters import KINDS, RELAYS
from app.web.api.pages import LIMIT, MOST

Negotiation = Annotated[str, Path(description="The id of the negotiation.", examples=["gaza"])]
EDTF = "A date as far as it is known: 2024, 2024-04, 2024-04-03, 2024-04-03~ or an interval of two of these."


def query(name: str, description: str, example: str | int | None = None, **schema: Any) -> dict[str, Any]:
    """A parameter behind the question mark, as OpenAPI describes it."""
    found: dict[str, Any] = {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }
    if example is not None:
        found["example"] = example
    return found


def _one_of(words: Iterable[str]) -> list[str]:
    return [str(word) for word in words]


ON = query(
    "on", "The day as of which to answer, YYYY-MM-DD; today (UTC) if left out.", "2024-09-04", format="date"
)
BASIS = query(
    "basis",
    "What “as of” means: reported (if left out), what a reader could know on the day; stated, with "
    "hindsight, what had been stated by it; recorded, what this site itself showed at its end.",
    "reported",
    enum=_one_of(Basis),
)
VIEW = [ON, BASIS]
PAGED = [
    query(
        "limit",
        f"How many to answer with at most, from 1 to {MOST}; {LIMIT} if left out.",
        2,
        type="integer",
        minimum=1,
        maximum=MOST,
        default=LIMIT,
    ),
    query("after", "Where to go on: take it from the Link header with rel=next; it has no other meaning."),
]
_OF_RECORDS: Mapping[str, dict[str, Any]] = {
    one["name"]: one
    for one in (
        query("type", "Only records of this type.", enum=_one_of(RecordType)),
        query(
            "kind",
            "Only records of this kind; for a response it is the answer.",
            enum=_one_of(dict.fromkeys(kind for kinds in KINDS.values() for kind in kinds)),
        ),
        query("actor", "Only records of this actor: its holder, proposer, respondent, or whom it is about."),
        query("speaker", "Only records for or against which this actor, or a part of it, is heard."),
        query("issue", "Only records on this issue."),
        query(
            "track",
            "own_side: from its own side; others: only by others. Judged for the actor, if there is one.",
            enum=_one_of(Track),
        ),
        query("rests", "Only what rests on these speakers alone.", enum=_one_of(Rests)),
        query("denied", "1: only what somebody denies.", enum=["1"]),
        query("from", f"Only what may fall on or after this. {EDTF}"),
        query("to", f"Only what may fall on or before this. {EDTF}"),
        query("q", "Only records with these words in them, or in a quotation of them."),
    )
}
TIMELINE = list(_OF_RECORDS.values())


def filters_of(record_type: RecordType) -> list[dict[str, Any]]:
    """The filters of a list of records of one type."""
    found = [one for name, one in _OF_RECORDS.items() if name not in ("type", "kind")]
    if kinds := KINDS.get(record_type):
        kind = _OF_RECORDS["kind"]
        found.insert(0, kind | {"schema": kind["schema"] | {"enum": _one_of(kinds)}})
    return found


SOURCES = [
    query("outlet", "Only reports by this outlet."),
    query("language", "Only reports in this language (BCP 47)."),
    query("status", "Only reports with which their outlet has done this.", enum=_one_of(SourceStatus)),
    query(
        "relays",
        "relays: only reports that relay another; own: only those that relay none.",
        enum=_one_of(RELAYS),
    ),
    query("q", "Only reports with these words in their title."),
]
COLUMNS = query(
    "columns",
    "What stands side by side, separated by commas: an actor, actor@2024-04-03, proposal:id, "
    "latest:mediators or latest:agreed. If left out: every party, and the latest proposal reported.",
    "qatar@2024-02-07,qatar,latest:mediators",
)


def described(*parameters: dict[str, Any] | list[dict[str, Any]]) -> dict[str, Any]:
    """Parameters that a route reads from the address itself, for its description."""
    flat = [one for found in parameters for one in (found if isinstance(found, list) else [found])]
    return {"parameters": flat}
