"""What is searched for, and among what, as an address carries it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.search import Sought, read_sought
from app.domain.vocabulary import RecordType, Track
from app.forms.filters import CONTROLS, LONGEST, Faults, any_of, read_period

# A longer line is a text, not a search; more words narrow nothing down any further.
LONGEST_LINE, MOST_WORDS = 200, 20

# What can be found beside records.
NAMES = ("actor", "issue")
NOUNS = (*RecordType, "source", *NAMES)

_FIELDS = ("q", "negotiation", "type", "actor", "issue", "from", "to", "track", "before")
# They turn up in what is pasted, and say nothing of the words.
_DIRECTIONS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """Words, and what they are looked for in; None and empty mean *any*.

    ``since`` and ``until`` are the first possible day of *from* and the last of *to*: a record is found where
    its own days overlap them. ``before`` is the place in the list behind which a page begins.
    """

    sought: tuple[Sought, ...] = ()
    negotiation: str = ""
    type: str = ""
    actor: str = ""
    issue: str = ""
    since: date | None = None
    until: date | None = None
    track: Track | None = None
    before: int | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def chosen(self) -> dict[str, str]:
        """The words and filters as an address carries them on, without the place in the list."""
        return {name: text for name, text in self.typed.items() if text and name != "before"}

    @property
    def narrows(self) -> bool:
        """Whether anything but the words decides what is found."""
        return any(self.typed.get(name) for name in _FIELDS if name not in ("q", "before"))


def read_search_filters(query: Mapping[str, str]) -> SearchFilters:
    """What an address asks for. Whether a negotiation, actor or issue is known, only the database can say."""
    typed = {name: query.get(name, "").strip() for name in _FIELDS}
    typed["q"] = _DIRECTIONS.sub("", typed["q"])
    faults = Faults()
    for name, text in typed.items():
        if CONTROLS.search(text):
            faults[name] = "There are characters in this that nobody types; write it again."
            typed[name] = CONTROLS.sub("\ufffd", text)
        elif name == "q" and len(text) > LONGEST_LINE:
            faults[name] = f"This is too long to search for; write at most {LONGEST_LINE} characters."
        elif len(text) > LONGEST:
            faults[name] = "This is too long."
    found = {name: "" if name in faults else text for name, text in typed.items()}
    sought = read_sought(found["q"])
    if found["q"] and not sought:
        faults["q"] = "There is nothing in this to search for; write a word."
    if sum(len(each.words) for each in sought) > MOST_WORDS:
        faults["q"] = f"These are too many words to search for; {MOST_WORDS} are the most."
    track = None
    if (text := found["type"]) and text not in NOUNS:
        faults["type"] = f"“{text}” is no type of record; choose {any_of(NOUNS)}."
    if text := found["track"]:
        if text in set(Track):
            track = Track(text)
        else:
            faults["track"] = f"“{text}” is no track; choose {any_of(Track)}."
    for name, words in (("actor", "An actor"), ("issue", "An issue")):
        if found[name] and not found["negotiation"] and "negotiation" not in faults:
            faults[name] = f"{words} belongs to one negotiation; choose that first."
    since, until = read_period(found, faults)
    return SearchFilters(
        sought=sought,
        negotiation=found["negotiation"],
        type=found["type"],
        actor=found["actor"],
        issue=found["issue"],
        since=since,
        until=until,
        track=track,
        before=_read_before(found["before"], faults),
        typed=typed,
        faults=faults,
    )


def _read_before(text: str, faults: Faults) -> int | None:
    if not text:
        return None
    if len(text) > 19 or not (text.isascii() and text.isdigit()):
        faults["before"] = "This is no place in the list; begin again from its first page."
        return None
    return min(int(text), 2**63 - 1)
