"""The filters of a view, as an address carries them: the day, the basis, the columns, the time line's.

A filter that cannot be used is named with its fault in words; what was typed is kept.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.dates import NotADate, parse_day, parse_edtf
from app.domain.search import fold
from app.domain.vocabulary import (
    Answer,
    Basis,
    DemandKind,
    EventKind,
    RecordType,
    RemarkKind,
    Rests,
    SourceStatus,
    Track,
)

# Enough for any id or phrase; a longer one is no filter but an accident.
LONGEST = 2000
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Faults(dict[str, str]):
    """What is wrong with what was submitted, in words, by field; a field without a fault says nothing."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class View:
    """As of which day, and on which basis, a page is read (domain.md §3).

    ``typed`` is what the address said, ``faults`` what is wrong with it, by field; where there are
    faults ``on`` and ``basis`` are the defaults.
    """

    on: date
    basis: Basis
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def is_past(self) -> bool:
        """Whether this is what the site showed then: nothing of it can be changed any more."""
        return self.basis is Basis.RECORDED


def read_view(query: Mapping[str, str], today: date) -> View:
    """The day and the basis of an address; the day defaults to ``today``, the basis to *reported*."""
    faults = Faults()
    on, basis = today, Basis.REPORTED
    if text := query.get("on", ""):
        try:
            on = parse_day(text)
        except NotADate as fault:
            faults["on"] = str(fault)
    if text := query.get("basis", ""):
        if text in set(Basis):
            basis = Basis(text)
        else:
            faults["basis"] = f"“{text}” is no basis; choose {any_of(Basis)}."
    if basis is Basis.RECORDED and on > today:
        faults["on"] = "This day is still to come; nothing was recorded by its end."
        on = today
    return View(on, basis, {name: query.get(name, "") for name in ("on", "basis")}, faults)


class Latest(StrEnum):
    """A proposal that is asked for by what it is on the day: which one that is, the day decides."""

    MEDIATORS = "mediators"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, the earlier first, between which changes are asked for; ``view`` is of the later one.

    ``typed`` and ``faults`` are those of the view and of both days.
    """

    start: date
    view: View

    @property
    def faults(self) -> Faults:
        return self.view.faults

    @property
    def earlier(self) -> View:
        """The view of the earlier day."""
        return View(self.start, self.view.basis)


def read_span(query: Mapping[str, str], today: date) -> Span:
    """The days *from* and *to* of an address: *to* defaults to its ``on``, *from* to a month before."""
    to = query.get("to", "").strip()
    view = read_view({**query, "on": to} if to else query, today)
    faults = Faults(view.faults)
    if "on" in faults:
        faults["to"] = faults.pop("on")
    start = a_month_before(view.on)
    if text := query.get("from", "").strip():
        try:
            start = parse_day(text)
        except NotADate as fault:
            faults["from"] = str(fault)
        else:
            if start >= view.on and "to" not in faults:
                faults["from"] = (
                    f"{text} is not before {view.on.isoformat()}; write the earlier of the two days first."
                )
    typed = {
        **view.typed,
        "on": query.get("on", ""),
        "from": query.get("from", ""),
        "to": query.get("to", ""),
    }
    return Span(start, View(view.on, view.basis, typed, faults))


def a_month_before(day: date) -> date:
    """The same day of the month before, or the last one that it has; never before the first of all days."""
    if day.year == 1 and day.month == 1:
        return date.min
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the positions table: a participant, on a day of its own if any, or a proposal."""

    actor: str | None = None
    day: date | None = None
    proposal: str | None = None
    latest: Latest | None = None

    def __str__(self) -> str:
        if self.latest is not None:
            return f"latest:{self.latest}"
        if self.proposal is not None:
            return f"proposal:{self.proposal}"
        return f"{self.actor}@{self.day.isoformat()}" if self.day else f"{self.actor}"


# More would be no comparison, and each is a cell for every issue.
MOST_COLUMNS = 12


def read_columns(text: str) -> tuple[list[Column], str | None]:
    """The columns of a comma-separated list, and what is wrong with it, if anything.

    Each is ``actor``, ``actor@day``, ``proposal:id``, ``latest:mediators`` or ``latest:agreed``.
    """
    columns: list[Column] = []
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        if CONTROLS.search(part):
            return columns, "A column is written actor, actor@2024-04-03 or proposal:id."
        if part.startswith("proposal:"):
            column = Column(proposal=part.removeprefix("proposal:"))
        elif part.startswith("latest:"):
            if part.removeprefix("latest:") not in set(Latest):
                return columns, f"“{part}” is no column; write latest:mediators or latest:agreed."
            column = Column(latest=Latest(part.removeprefix("latest:")))
        else:
            actor, at, day = part.partition("@")
            try:
                column = Column(actor=actor, day=parse_day(day) if at else None)
            except NotADate as fault:
                return columns, f"In “{part}”: {fault}."
        if column not in columns:
            columns.append(column)
    if len(columns) > MOST_COLUMNS:
        return columns[:MOST_COLUMNS], f"At most {MOST_COLUMNS} columns can stand side by side."
    return columns, None


# --- The time line ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the time line: the record behind, or before, which a page begins."""

    last_day: str
    first_day: str
    type: RecordType
    id: str

    def __str__(self) -> str:
        return f"{self.last_day}~{self.first_day}~{self.type}~{self.id}"


@dataclass(frozen=True, slots=True)
class TimelineFilters:
    """What of the time line is asked for, all of it at once; None and empty mean *any*.

    ``since`` and ``until`` are the first possible day of what was given as *from*, and the last of *to*:
    a record is selected where its own days overlap them. ``track`` and ``rests`` are judged for ``actor``
    where one is given, else for each of a record's actors alone. ``speaker`` is an actor who, or a part of
    whom, is heard in a report for or against the record. ``before`` asks for the page of what is
    older than a record, ``after`` for what is newer.
    """

    actor: str = ""
    speaker: str = ""
    issue: str = ""
    type: RecordType | None = None
    kind: str = ""
    track: Track | None = None
    rests: Rests | None = None
    denied: bool = False
    since: date | None = None
    until: date | None = None
    q: str = ""
    before: Cursor | None = None
    after: Cursor | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters as an address carries them on to another page, without the place in the list."""
        return {name: text for name, text in self.typed.items() if text and name not in ("before", "after")}


_TIMELINE_FIELDS = (
    "actor",
    "speaker",
    "issue",
    "type",
    "kind",
    "track",
    "rests",
    "denied",
    "from",
    "to",
    "q",
    "before",
    "after",
)
# A phrase longer than this is a text, not a search.
_LONGEST_PHRASE = 200
# By type; events and remarks share the word “other”. What is of another type has no kind.
KINDS: Mapping[RecordType, tuple[str, ...]] = {
    RecordType.DEMAND: tuple(DemandKind),
    RecordType.RESPONSE: tuple(Answer),
    RecordType.REMARK: tuple(RemarkKind),
    RecordType.EVENT: tuple(EventKind),
}


def read_timeline_filters(query: Mapping[str, str]) -> TimelineFilters:
    """The filters of the time line. Whether an actor or issue is known here, only the database can say."""
    typed = {name: query.get(name, "").strip() for name in _TIMELINE_FIELDS}
    faults = Faults()
    for name, text in typed.items():
        if len(text) > (_LONGEST_PHRASE if name == "q" else LONGEST) or CONTROLS.search(text):
            faults[name] = "This is too long, or has characters in it that nobody types."
    found = {name: "" if name in faults else text for name, text in typed.items()}
    record_type = track = None
    rests = _rests(found, faults)
    if text := found["type"]:
        if text in set(RecordType):
            record_type = RecordType(text)
        else:
            faults["type"] = f"“{text}” is no type of record; choose {any_of(RecordType)}."
    if (text := found["kind"]) and not any(text in kinds for kinds in KINDS.values()):
        faults["kind"] = f"“{text}” is no kind of record; choose one from the list."
    if text := found["track"]:
        if text in set(Track):
            track = Track(text)
        else:
            faults["track"] = f"“{text}” is no track; choose {any_of(Track)}."
    if found["denied"] not in ("", "1", "yes"):
        faults["denied"] = f"“{found['denied']}” cannot be used here; write 1, or leave it out."
    since, until = read_period(found, faults)
    if found["q"] and not fold(found["q"]).strip():
        faults["q"] = "There is nothing in this to search for; write a word."
    return TimelineFilters(
        actor=found["actor"],
        speaker=found["speaker"],
        issue=found["issue"],
        type=record_type,
        kind=found["kind"],
        track=track,
        rests=rests,
        denied=found["denied"] in ("1", "yes"),
        since=since,
        until=until,
        q=fold(found["q"]).strip(),
        before=read_cursor(found, "before", faults),
        after=read_cursor(found, "after", faults),
        typed=typed,
        faults=faults,
    )


def _rests(found: Mapping[str, str], faults: Faults) -> Rests | None:
    if not (text := found["rests"]):
        return None
    if text in set(Rests):
        return Rests(text)
    faults["rests"] = f"“{text}” is nobody on whom a record could rest; choose {any_of(Rests)}."
    return None


def read_rests(query: Mapping[str, str]) -> tuple[Rests | None, Faults]:
    """On whom the records of a list are to rest, and what is wrong with that, if anything."""
    faults = Faults()
    found = {"rests": query.get("rests", "").strip()[:LONGEST]}
    return _rests(found, faults), faults


def read_period(found: Mapping[str, str], faults: Faults) -> tuple[date | None, date | None]:
    """The first possible day of *from* and the last possible one of *to*; what is wrong, in ``faults``."""
    ends: dict[str, date | None] = {"from": None, "to": None}
    for name in ends:
        if text := found[name]:
            try:
                dated = parse_edtf(text)
            except NotADate as fault:
                faults[name] = f"{fault}."
            else:
                ends[name] = dated.first if name == "from" else dated.last
    since, until = ends["from"], ends["to"]
    if since and until and until < since:
        faults["to"] = f"“{found['to']}” is before “{found['from']}”; write the earlier date first."
    return since, until


def read_cursor(found: Mapping[str, str], name: str, faults: Faults) -> Cursor | None:
    """The place in the time line that a field names; what is wrong with it is put down in ``faults``."""
    if not (text := found[name]):
        return None
    last, first, record_type, record = [*text.split("~", 3), "", "", ""][:4]
    try:
        days = [parse_day(day).isoformat() for day in (last, first)]
        return Cursor(days[0], days[1], RecordType(record_type), record)
    except ValueError:
        faults[name] = f"“{text}” is no place in the time line; begin again from its first page."
        return None


# --- Proposals ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProposalFilters:
    """Which proposals are listed: those that an ``actor`` put forward, those that have ``ended`` or not; and
    the one ``after`` which the page begins. None and empty mean *any*.
    """

    actor: str = ""
    ended: bool | None = None
    after: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters as an address carries them on, without the place in the list."""
        return {name: text for name, text in self.typed.items() if text and name != "after"}


STATES = ("open", "ended")


def read_proposal_filters(query: Mapping[str, str]) -> ProposalFilters:
    """The filters of the list of proposals. Whether an actor is known here, only the database can say."""
    typed = {name: query.get(name, "").strip() for name in ("actor", "state", "after")}
    faults = Faults()
    for name, text in typed.items():
        if len(text) > LONGEST or CONTROLS.search(text):
            faults[name] = "This is too long, or has characters in it that nobody types."
    if "state" not in faults and typed["state"] not in ("", *STATES):
        faults["state"] = f"“{typed['state']}” is no state of a proposal; choose {any_of(STATES)}."
    found = {name: "" if name in faults else text for name, text in typed.items()}
    ended = found["state"] == "ended" if found["state"] else None
    return ProposalFilters(found["actor"], ended, found["after"], typed, faults)


def read_other(text: str) -> tuple[str, str | None]:
    """The proposal that another is compared with, and what is wrong with its name, if anything."""
    text = text.strip()
    if len(text) > LONGEST or CONTROLS.search(text):
        return "", "This is too long, or has characters in it that nobody types."
    return text, None


def any_of(words: Iterable[str]) -> str:
    """What can be chosen, in words: “a”, “b” or “c”."""
    *most, last = (f"“{word}”" for word in words)
    return f"{', '.join(most)} or {last}"


def read_place(text: str) -> tuple[int, str | None]:
    """The place in a list behind which a page begins, and what is wrong with it, if anything."""
    if not text:
        return 0, None
    if len(text) > 9 or not (text.isascii() and text.isdigit()):
        return 0, f"“{text[:40]}” is no place in the list; begin again from its first page."
    return int(text), None


# --- Reports ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceCursor:
    """A place in a list of reports by date: the day, and the voice or the report, behind which it goes on."""

    day: str
    voice: str

    def __str__(self) -> str:
        return f"{self.day}~{self.voice}"


@dataclass(frozen=True, slots=True)
class SourceFilters:
    """Which reports are asked for; None and empty mean *any*. ``relays`` tells those that relay another
    from those that are an outlet's own.
    """

    outlet: str = ""
    language: str = ""
    status: SourceStatus | None = None
    relays: bool | None = None
    q: str = ""
    after: SourceCursor | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters as an address carries them on to another page, without the place in the list."""
        return {
            name: text
            for name, text in self.typed.items()
            if text and name != "after" and name not in self.faults
        }


RELAYS = {"relays": True, "own": False}
_SOURCE_FIELDS = ("outlet", "language", "status", "relays", "q", "after")


def read_source_filters(query: Mapping[str, str]) -> SourceFilters:
    """The filters of the list of reports. Whether an outlet is known here, only the database can say."""
    typed = {name: query.get(name, "").strip() for name in _SOURCE_FIELDS}
    faults = Faults()
    for name, text in typed.items():
        if len(text) > (_LONGEST_PHRASE if name == "q" else LONGEST) or CONTROLS.search(text):
            faults[name] = "This is too long, or has characters in it that nobody types."
    found = {name: "" if name in faults else text for name, text in typed.items()}
    status = None
    if text := found["status"]:
        if text in set(SourceStatus):
            status = SourceStatus(text)
        else:
            faults["status"] = f"“{text}” is nothing that an outlet does; choose {any_of(SourceStatus)}."
    if (text := found["relays"]) and text not in RELAYS:
        faults["relays"] = f"“{text}” cannot be used here; choose {any_of(RELAYS)}."
    if found["q"] and not fold(found["q"]).strip():
        faults["q"] = "There is nothing in this to search for; write a word."
    after, fault = read_source_cursor(found["after"])
    if fault:
        faults["after"] = fault
    return SourceFilters(
        outlet=found["outlet"],
        language=found["language"],
        status=status,
        relays=RELAYS.get(found["relays"]),
        q=fold(found["q"]).strip(),
        after=after,
        typed=typed,
        faults=faults,
    )


def read_source_cursor(text: str) -> tuple[SourceCursor | None, str | None]:
    """The place in a list of reports behind which a page begins, and what is wrong with it, if anything."""
    if not text:
        return None, None
    day, _, voice = text.partition("~")
    try:
        parse_day(day)
    except NotADate:
        voice = ""
    if len(text) > LONGEST or CONTROLS.search(text) or not voice:
        return None, f"“{text[:40]}” is no place in the list; begin again from its first page."
    return SourceCursor(day, voice), None
