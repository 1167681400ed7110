"""What the page of an issue is asked for: whose histories, from where in them, and which time is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.dates import NotADate, parse_day
from app.forms.filters import CONTROLS, LONGEST, Cursor, Faults, read_cursor, read_period

# More would be too narrow to read side by side.
MOST_PARTIES = 6
_FIELDS = ("parties", "from", "to", "earlier", "before", "after")


@dataclass(frozen=True, slots=True)
class IssueFilters:
    """``parties`` are the participants whose histories stand side by side; none asks for the usual ones.

    ``since`` and ``until`` bound the time that the charts draw; ``earlier`` is the day from which movement is
    told. ``before`` asks for the page of what is older
    than a record, ``after`` for what is newer.
    """

    parties: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    earlier: date | None = None
    before: Cursor | None = None
    after: Cursor | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def chosen(self) -> dict[str, str]:
        """What the links of the page carry on, without the place in the histories."""
        names = ("parties", "from", "to", "earlier")
        return {name: self.typed[name] for name in names if self.typed[name] and name not in self.faults}

    @property
    def place(self) -> dict[str, str]:
        """The place in the histories, as an address carries it."""
        names = ("before", "after")
        return {name: self.typed[name] for name in names if self.typed[name] and name not in self.faults}


def read_issue_filters(query: Mapping[str, str], on: date) -> IssueFilters:
    """Read the address of a page as of a day. Whether those named take part, only the database can say."""
    typed = {name: query.get(name, "").strip() for name in _FIELDS}
    faults = Faults()
    for name, text in typed.items():
        if len(text) > LONGEST or CONTROLS.search(text):
            faults[name] = "This is too long, or has characters in it that nobody types."
    found = {name: "" if name in faults else text for name, text in typed.items()}
    parties = tuple(dict.fromkeys(part.strip() for part in found["parties"].split(",") if part.strip()))
    if len(parties) > MOST_PARTIES:
        faults["parties"] = f"At most {MOST_PARTIES} histories can stand side by side."
        parties = parties[:MOST_PARTIES]
    since, until = read_period(found, faults)
    if {"from", "to"} & set(faults):
        since = until = None
    earlier = None
    if text := found["earlier"]:
        try:
            earlier = parse_day(text)
        except NotADate as fault:
            faults["earlier"] = f"{fault}."
        else:
            if earlier >= on:
                faults["earlier"] = "This is not before the day of the page; write an earlier one."
                earlier = None
    return IssueFilters(
        parties,
        since,
        until,
        earlier,
        read_cursor(found, "before", faults),
        read_cursor(found, "after", faults),
        typed,
        faults,
    )
