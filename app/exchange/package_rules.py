"""The rules that a package must keep before a word of it is loaded.

Cells are checked by their column's kind; what rows say of one another is checked on the negotiation
as it would be after the import, so that a package may rely on what is stored here already. Every
fault is found, not the first.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from app.domain.dates import HOW_TO_WRITE_A_DATE, Edtf, NotADate, parse_edtf
from app.domain.redirects import Redirects, kept
from app.domain.vocabulary import LinkRelation, ReviewStatus
from app.exchange.faults import Fault
from app.exchange.package_reading import HOW_TO_WRITE_AN_ID, KEBAB, LONGEST_ID, Package
from app.exchange.package_schema import FILE, FILES, NO, SEPARATOR, YES, Column

_RESERVED = ("new", "edit")  # they are pages beside those of the ids
_LONGEST_TEXT = 20_000
_LONGEST_URL = 2_000
_INTEGER = re.compile(r"0|[1-9][0-9]{0,8}")
_URL = re.compile(r"https?://[^\s/?#\\]+[^\s\\]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")

# A term may go without: its proposal is cited.
_CITED = {
    "demands": "demand",
    "proposals": "proposal",
    "responses": "response",
    "remarks": "remark",
    "events": "event",
}
_SUBJECTS = {**_CITED, "terms": "term"}
_NO_LATER_THAN = {
    "negotiation": ("started", "ended"),
    "participants": ("from", "to"),
    "proposals": ("presented", "ended"),
    "events": ("starts", "ends"),
}
_WAITING = (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED, ReviewStatus.RETURNED)
_PLACEMENT = ("scale_version", "rung_min", "rung_max")


class Merged(NamedTuple):
    """A row as it would be stored: the line of the package that it comes from, and what is stored now.

    ``line`` is None for a row that only is stored here, ``before`` None for a new one.
    """

    cells: Mapping[str, str]
    line: int | None
    before: Mapping[str, str] | None
    number: int


Wrong = tuple[str, str]
MergedTables = Mapping[str, Sequence[Merged]]


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """The faults as somebody would go through the files."""
    places = {file.path: place for place, file in enumerate(FILES)}
    columns = {
        (file.path, column.name): place
        for file in FILES
        for place, column in enumerate(file.columns)
    }  # fmt: skip
    return sorted(
        dict.fromkeys(faults),
        key=lambda fault: (
            places.get(fault.file, -1),
            fault.line or 0,
            columns.get((fault.file, fault.column or ""), -1),
        ),
    )


# --- Cells ----------------------------------------------------------------------------------------------


def check_cells(package: Package) -> None:
    """Check each row of the package for itself, and that ids are unique in their file."""
    for file in FILES:
        rows = package.tables[file.name]
        for column in file.columns:
            check = _checks(column)
            # Most cells of a column repeat a few values; texts do not.
            right: set[str] = set()
            for line, cells in rows:
                value = cells.get(column.name)
                if value in right:
                    continue
                wrong = check(value) if value is not None else _empty(column)
                if wrong:
                    package.fault(file.path, line, column.name, *wrong)
                elif value is not None and column.kind != "text":
                    right.add(value)
        if file.has_id:
            _check_unique(package, file.name)
    _check_one_negotiation(package)


def _empty(column: Column) -> Wrong | None:
    if not column.filled:
        return None
    if column.words:
        return "is empty", f"write one of {', '.join(column.words)}"
    return "is empty", "write what it is; this column may not be empty"


def _checks(column: Column) -> Callable[[str], Wrong | None]:
    """What is to be checked in a filled cell of this column."""

    def check(value: str) -> Wrong | None:
        if "\0" in value:
            return "holds a NUL character", "remove it"
        if column.filled and not value.strip():
            return "is blank", "write what it is; this column may not be empty"
        if not column.many:
            return one(value)
        values = value.split(SEPARATOR)
        for part in values:
            if not part.strip():
                return f"{_quoted(value)} has an empty part", f"write one {SEPARATOR} between two values"
            if values.count(part) > 1:
                return f"{_quoted(part)} is there {values.count(part)} times", "name it once"
            if wrong := one(part):
                return wrong
        return None

    one = _KINDS.get(column.kind) or (lambda value: _word(value, column))
    return check


def _text(value: str) -> Wrong | None:
    if len(value) > _LONGEST_TEXT:
        return f"is {len(value):,} characters long", f"write up to {_LONGEST_TEXT:,}"
    return None


def _id(value: str) -> Wrong | None:
    if KEBAB.fullmatch(value) and len(value) <= LONGEST_ID:
        return None
    return f"{_quoted(value)} is not an id", f"write {HOW_TO_WRITE_AN_ID}"


def _own_id(value: str) -> Wrong | None:
    if value in _RESERVED:
        return f"{_quoted(value)} is a reserved word", "choose another id"
    return _id(value)


def _date(value: str) -> Wrong | None:
    try:
        parse_edtf(value)
    except NotADate as refusal:
        problem, separator, remedy = str(refusal).partition("; ")
        if separator:
            return problem, remedy
        return f"{_quoted(value)} is not a date", f"write {HOW_TO_WRITE_A_DATE}"
    return None


def _integer(value: str) -> Wrong | None:
    if _INTEGER.fullmatch(value):
        return None
    return f"{_quoted(value)} is not a whole number", "write digits only, without leading zeros: 0, 1, 2 …"


def _boolean(value: str) -> Wrong | None:
    return None if value in (YES, NO) else (f"{_quoted(value)} is neither", f"write {YES} or {NO}")


def _url(value: str) -> Wrong | None:
    if len(value) > _LONGEST_URL:
        return f"is {len(value):,} characters long", f"write up to {_LONGEST_URL:,}"
    if _URL.fullmatch(value) and value.isprintable():
        return None
    return f"{_quoted(value)} is not a web address", "write one that begins with https:// or http://"


def _language(value: str) -> Wrong | None:
    if _LANGUAGE.fullmatch(value):
        return None
    return f"{_quoted(value)} is not a language tag", "write a BCP 47 tag such as en, ar or pt-BR"


def _word(value: str, column: Column) -> Wrong | None:
    if value in column.words:
        return None
    return f"{_quoted(value)} is none of its words", f"write one of {', '.join(column.words)}"


_KINDS: dict[str, Callable[[str], Wrong | None]] = {
    "text": _text,
    "id": _id,
    "own_id": _own_id,
    "date": _date,
    "integer": _integer,
    "boolean": _boolean,
    "url": _url,
    "language": _language,
}


def _quoted(value: str) -> str:
    """A value within a message: short, and with what cannot be seen written out."""
    shown = "".join(
        character if character.isprintable() else f"[U+{ord(character):04X}]" for character in value[:60]
    )
    return f"“{shown}…”" if len(value) > 60 else f"“{shown}”"


def _check_unique(package: Package, file: str) -> None:
    first: dict[str, int] = {}
    for line, cells in package.tables[file]:
        id_ = cells.get("id")
        if id_ is not None and first.setdefault(id_, line) != line:
            problem = f"{_quoted(id_)} is on line {first[id_]} already"
            package.fault(FILE[file].path, line, "id", problem, "give every row an id of its own")


def _check_one_negotiation(package: Package) -> None:
    rows = package.tables["negotiation"]
    if not rows and "negotiation" not in package.unread and not package.lost["negotiation"]:
        package.fault("negotiation.csv", 1, None, "there is no row", "write one, with the negotiation")
    for line, _ in rows[1:]:
        package.fault("negotiation.csv", line, None, "there is a second row", "write exactly one")


# --- What rows say of one another -----------------------------------------------------------------------


def waits(status: ReviewStatus) -> bool:
    """Whether an entry may still be published: nobody has decided on it yet."""
    return status in _WAITING


Hidden = Mapping[tuple[str, str], ReviewStatus]


def check_rows(
    package: Package, tables: MergedTables, redirects: Redirects | None = None, hidden: Hidden | None = None
) -> None:
    """Check the negotiation as it would be with this package in it.

    ``redirects`` are the records that were merged into others here: who names one is told where it went.
    ``hidden`` are the rows that readers do not see, by file and id or number: what a package says is public
    at once, so it may not name one, and nothing more than that is told of it (domain.md §8).
    """
    rules = _Rules(package, tables, redirects or {}, hidden or {})
    rules.references()
    rules.unpublished()
    rules.circles()
    rules.participants()
    rules.citations()
    rules.responses()
    rules.links()
    rules.placements()
    rules.scales()
    rules.days()


class _Rules:
    def __init__(self, package: Package, tables: MergedTables, redirects: Redirects, hidden: Hidden) -> None:
        self.package, self.tables, self.redirects, self.hidden = package, tables, redirects, hidden
        # What waits may still be published; what was retracted was public once.
        self.waiting = {key for key, status in hidden.items() if waits(status)}
        # That a row of the package has the id of one that waits is a fault of that row, told once.
        self.given = {
            (file.name, row.cells.get("id", ""))
            for file in FILES
            if file.has_id
            for row in tables[file.name]
            if row.line is not None
        } & self.waiting
        self.ids = {
            file.name: {row.cells.get("id") for row in tables[file.name]} | package.lost[file.name]
            for file in FILES
            if file.has_id
        }

    def _known(self, file: str, id_: str) -> bool:
        """Whether an id may be referred to; one of a row that could not be read is a fault already."""
        return id_ in self.ids[file] or file in self.package.unread or not KEBAB.fullmatch(id_)

    def _fault(self, file: str, row: Merged, column: str | None, problem: str, remedy: str) -> None:
        key = (file, row.cells.get("id") or str(row.number))
        if row.line is None and key in self.hidden:
            column, problem = None, "an entry that is not published here relies on what this package changes"
            remedy = "have it published or discarded first, or leave that as it is"
        elif row.line is None:
            # The package changes what this row relies on.
            problem = f"{_quoted(row.cells.get('id', ''))}, stored here already: {problem}"
        self.package.fault(FILE[file].path, row.line, column, problem, remedy)

    def references(self) -> None:
        """What a cell names must be there."""
        for file in FILES:
            for column in file.columns:
                if column.to is None:
                    continue
                for row in self.tables[file.name]:
                    cell = row.cells.get(column.name)
                    for id_ in _several(cell, column):
                        if id_ and not self._known(column.to, id_):
                            self._fault(file.name, row, column.name, *self._unknown(column.to, id_))
        for row in self.tables["sources"]:
            # What a source relays need not be here, but where it is, its name of today is wanted.
            origin = row.cells.get("origin", "")
            if ("source", origin) in self.redirects and origin not in self.ids["sources"]:
                self._fault("sources", row, "origin", *self._unknown("sources", origin))

    def unpublished(self) -> None:
        """What a row names is published, so that nothing hidden is shown with it (domain.md §8)."""
        if not self.hidden:
            return
        for file in FILES:
            for row in self.tables[file.name] if file.has_id else ():
                self._check_taken(file.name, row)
            for column in file.columns:
                if column.to or (file.name, column.name) == ("sources", "origin"):
                    for row in self.tables[file.name]:
                        self._check_named(file.name, column, row, column.to or "sources")
                elif (file.name, column.name) == ("citations", "subject"):
                    for row in self.tables[file.name]:
                        self._check_named(file.name, column, row, f"{row.cells.get('subject_type')}s")

    def _check_taken(self, file: str, row: Merged) -> None:
        """The id of a row is not that of an entry that nobody would see change."""
        key = (file, row.cells.get("id", ""))
        if row.line is None or key not in self.hidden:
            return
        # A package from before it was retracted changes nothing of it.
        if key in self.waiting or row.cells != row.before:
            self._fault(
                file,
                row,
                "id",
                f"{_quoted(key[1])} is taken by an entry that is not published here",
                "publish or discard that one first, or give the row another id",
            )

    def _check_named(self, file: str, column: Column, row: Merged, to: str) -> None:
        if row.line is None:
            return
        before = _several((row.before or {}).get(column.name), column)
        for id_ in _several(row.cells.get(column.name), column):
            # A package from before something was retracted still names it, and that shows nothing.
            if (to, id_) in self.hidden.keys() - self.given and (
                (to, id_) in self.waiting or id_ not in before
            ):
                problem = f"{_quoted(id_)} is not published here"
                self._fault(file, row, column.name, problem, "have it published first, or name one that is")

    def _unknown(self, file: str, id_: str) -> Wrong:
        """What is wrong with naming what is not there, and what would be right."""
        noun = file.removesuffix("s")
        if (noun, id_) in self.redirects:
            into = kept(self.redirects, noun, id_)
            return f"{_quoted(id_)} was merged into {_quoted(into)} here", f"name {_quoted(into)} instead"
        return f"{_quoted(id_)} is not in {FILE[file].path}", "add its row there, or name one that is"

    def circles(self) -> None:
        """Nothing is part of itself, amends itself or replaces itself, however many steps it takes."""
        for file, column in (("actors", "part_of"), ("issues", "part_of"), ("proposals", "amends")):
            edges = {
                (row.cells["id"], row.cells[column]): row
                for row in self.tables[file]
                if "id" in row.cells
                and column in row.cells
                and not {(file, row.cells["id"]), (file, row.cells[column])} & self.waiting
            }
            self._circles(file, column, edges)
        replaces = {
            (row.cells["from"], row.cells["to"]): row
            for row in self.tables["links"]
            if row.cells.get("relation") == LinkRelation.REPLACES.value
            and "from" in row.cells
            and "to" in row.cells
            and row.cells["from"] != row.cells["to"]
            and not {("demands", row.cells["from"]), ("demands", row.cells["to"])} & self.waiting
        }
        self._circles("links", "to", replaces)

    def _circles(self, file: str, column: str, edges: dict[tuple[str, str], Merged]) -> None:
        while True:
            graph: dict[str, set[str]] = defaultdict(set)
            for start, end in edges:
                graph[start].add(end)
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as refusal:
                # Each node of the circle is what the next one refers to.
                circle: list[str] = refusal.args[1][::-1]
                steps = list(pairwise(circle))
                last = max(steps, key=lambda step: edges[step].line or 0)
                at = steps.index(last)
                path = " → ".join([*(start for start, _ in steps[at:] + steps[:at]), last[0]])
                self._fault(file, edges[last], column, f"{path} is a circle", "break it at one step")
                del edges[last]
            else:
                return

    def participants(self) -> None:
        """Who holds a demand or answers a proposal takes part in the negotiation."""
        if "participants" in self.package.unread:
            return
        present = {row.cells.get("actor") for row in self.tables["participants"]}
        present |= self.package.lost["participants"]
        for file, column in (
            ("demands", FILE["demands"].columns[1]),
            ("responses", FILE["responses"].columns[3]),
        ):
            for row in self.tables[file]:
                for actor in _several(row.cells.get(column.name), column):
                    if actor not in present and actor in self.ids["actors"]:
                        self._fault(
                            file,
                            row,
                            column.name,
                            f"{_quoted(actor)} is not in participants.csv",
                            "add its row there, with its role",
                        )

    def citations(self) -> None:
        """Every record is cited, and every citation has its record (domain.md §1)."""
        cited: dict[str, set[str]] = defaultdict(set)
        files = {type_: file for file, type_ in _SUBJECTS.items()}
        for row in self.tables["citations"]:
            type_, subject = row.cells.get("subject_type", ""), row.cells.get("subject", "")
            cited[type_].add(subject)
            if type_ in files and subject and not self._known(files[type_], subject):
                problem, remedy = self._unknown(files[type_], subject)
                if (type_, subject) not in self.redirects:
                    remedy = f"name the {type_} that is cited"
                self._fault("citations", row, "subject", problem, remedy)
            if "speakers" in row.cells and "attribution" in row.cells:
                self._fault(
                    "citations",
                    row,
                    "attribution",
                    "is coded by hand although there are speakers",
                    "leave it empty: it is computed from them",
                )
        if "citations" in self.package.unread:
            return
        for file, type_ in _CITED.items():
            for row in self.tables[file]:
                id_ = row.cells.get("id")
                if id_ and id_ not in cited[type_] and id_ not in self.package.lost["citations"]:
                    remedy = f"add its row to citations.csv, with subject_type {type_}"
                    self._fault(file, row, "id", f"the {type_} {_quoted(id_)} has no citation", remedy)

    def responses(self) -> None:
        """A response that names a term names one of the proposal that it answers."""
        proposal_of = {row.cells.get("id"): row.cells.get("proposal") for row in self.tables["terms"]}
        for row in self.tables["responses"]:
            term, proposal = row.cells.get("term"), row.cells.get("proposal")
            if row.line is not None and {("terms", term), ("proposals", proposal)} & self.waiting:
                continue  # what belongs to what is not told of them
            if term in proposal_of and proposal_of[term] != proposal:
                problem = f"{_quoted(term or '')} is a term of {_quoted(proposal_of[term] or '')}"
                remedy = f"name a term of {_quoted(proposal or '')}, or leave it empty"
                self._fault("responses", row, "term", problem, remedy)

    def links(self) -> None:
        for row in self.tables["links"]:
            if "to" in row.cells and row.cells["to"] == row.cells.get("from"):
                self._fault(
                    "links", row, "to", "the link leads to where it comes from", "name another demand"
                )

    def placements(self) -> None:
        """A placement is whole, and on rungs that there are (domain.md §5)."""
        rungs: dict[tuple[str | None, str | None], set[str | None]] = defaultdict(set)
        for row in self.tables["scales"]:
            rungs[row.cells.get("issue"), row.cells.get("version")].add(row.cells.get("rung"))
        for file, column in (("demands", "issues"), ("terms", "issue")):
            for row in self.tables[file]:
                for at, problem, remedy in _misplaced(
                    row.cells, row.cells.get(column, ""), rungs, self.package
                ):
                    self._fault(file, row, at, problem, remedy)

    def scales(self) -> None:
        """Rungs are there once, and a version of a scale stays as it is once something is placed on it."""
        used = set()
        for file, column in (("demands", "issues"), ("terms", "issue")):
            for row in self.tables[file]:
                if row.before and "scale_version" in row.before:
                    used.add((row.before[column], row.before["scale_version"]))
        first: dict[tuple[str | None, ...], int | None] = {}
        for row in self.tables["scales"]:
            key = tuple(row.cells.get(name) for name in FILE["scales"].natural_key)
            if None in key:
                continue
            if key in first and row.line is not None:
                problem = f"the rung is on line {first[key]} already"
                self._fault("scales", row, "rung", problem, "give every rung of a version its own number")
            first.setdefault(key, row.line)
            if key[1] == "0":
                self._fault("scales", row, "version", "“0” is no version", "count versions from 1")
            if key[:2] in used and row.before != row.cells:
                column = "rung" if row.before is None else "label"
                problem = f"version {key[1]} is in use and cannot change"
                self._fault("scales", row, column, problem, "write a new version of the scale")

    def days(self) -> None:
        """What ends does not end before it begins."""
        for file, (start, end) in _NO_LATER_THAN.items():
            for row in self.tables[file]:
                began, ended = _parsed(row.cells.get(start)), _parsed(row.cells.get(end))
                if began and ended and ended.last < began.first:
                    problem = f"{_quoted(ended.text)} is before {start}, {_quoted(began.text)}"
                    self._fault(
                        file, row, end, problem, "write a date that is not earlier, or leave it empty"
                    )


def _misplaced(
    cells: Mapping[str, str],
    issues: str,
    rungs: Mapping[tuple[str | None, str | None], set[str | None]],
    package: Package,
) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the placement of a demand or a term: column, problem, remedy."""
    filled = [name for name in _PLACEMENT if name in cells]
    if not filled:
        if "placement_reason" in cells:
            yield "placement_reason", "gives a reason for no placement", f"fill {', '.join(_PLACEMENT)} too"
        return
    for name in _PLACEMENT:
        if name not in cells:
            yield name, f"is empty while {filled[0]} is not", f"fill all of {', '.join(_PLACEMENT)}, or none"
    if SEPARATOR in issues:
        yield "scale_version", "there are several issues", "place only what is on one issue"
        return
    version, least, greatest = (cells.get(name) for name in _PLACEMENT)
    if version is None or "scales" in package.unread or not _INTEGER.fullmatch(version):
        return
    there = rungs.get((issues, version))
    if not there:
        problem = f"{_quoted(issues)} has no version {version} of a scale"
        yield "scale_version", problem, "add its rungs to scales.csv, or name a version that is there"
        return
    for name, rung in (("rung_min", least), ("rung_max", greatest)):
        if rung is not None and rung not in there and _INTEGER.fullmatch(rung):
            known = ", ".join(sorted(filter(None, there), key=lambda known: (len(known), known)))
            yield name, f"version {version} has no rung {rung}", f"its rungs are {known}"
    if least and greatest and _INTEGER.fullmatch(least + greatest) and int(least) > int(greatest):
        yield "rung_min", f"{least} is above rung_max, {greatest}", "write the lower rung first"


def _several(cell: str | None, column: Column) -> list[str]:
    if cell is None:
        return []
    return cell.split(SEPARATOR) if column.many else [cell]


def _parsed(value: str | None) -> Edtf | None:
    try:
        return parse_edtf(value) if value else None
    except NotADate:
        return None
