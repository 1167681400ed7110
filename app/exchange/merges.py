"""Merging two records of one noun that are the same: two sources, two actors, two demands (domain.md §7).

What named the one names the other from then on, whatever it has come to. A change of the cast can change what
every record of the negotiation says of whom, so it goes through the same door as an import: all rows are
checked by the same rules, and everything derived is derived anew.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.commands import revisions
from app.commands.merges import begin_merge, end_merge, require_mergeable
from app.commands.negotiations import NOUNS, Entry, store_negotiation
from app.commands.revisions import Change
from app.db import WriteSession
from app.domain.attribution import Roster
from app.domain.vocabulary import CitationRelation
from app.exchange.faults import PackageFaults
from app.exchange.package_reading import Package
from app.exchange.package_rules import Merged, check_rows, in_order
from app.exchange.package_schema import FILE, FILES, SEPARATOR, File
from app.queries.merges import statuses_of
from app.queries.packages import PackageRow, package_rows
from app.queries.visibility import NoSuchRecord

# What can be merged, by the file that has its rows.
MERGED = {"sources": "source", "actors": "actor", "demands": "demand"}

Row = dict[str, str]
Key = tuple[str, str]


class CannotMerge(ValueError):
    """These two are not one."""


class IntoItself(CannotMerge):
    """A record is merged into another, not into itself."""


class PartOfIt(CannotMerge):
    """What an actor is part of cannot become part of itself."""


class OtherHolders(CannotMerge):
    """Demands of other holders are other demands."""


class OtherIssues(CannotMerge):
    """Demands on other issues are other demands."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What merging would do: which rows change, by file and key, and which are there twice then.

    ``gone`` maps what there is no more of to what stands in its place; empty where nothing does.
    """

    tables: Mapping[str, list[Entry]]
    gone: Mapping[tuple[str, str], str]
    before: Mapping[tuple[str, str], Row] = field(default_factory=dict)

    def moved(self, hidden: Collection[Key]) -> Counter[str]:
        """How many rows of each noun name the other then, but for those that are hidden from a person."""
        return Counter(
            NOUNS[name]
            for name, entries in self.tables.items()
            for entry in entries
            if entry.row != entry.before and (NOUNS[name], _key(name, entry.row, entry.number)) not in hidden
        )


def plan_merge(session: Session, negotiation: str, file: str, record: str, into: str) -> Plan:
    """What merging a record into another would do. Raises CannotMerge and NoSuchRecord."""
    stored = {
        each.name: list(package_rows(session, negotiation, each.name, unpublished=True)) for each in FILES
    }
    rows = {row.cells.get("id"): row.cells for row in stored[file]}
    if record not in rows or into not in rows:
        raise NoSuchRecord(record)
    _refuse(file, rows[record], rows[into], stored)
    statuses = statuses_of(session, negotiation, "citation")
    return _Merge(file, rows[record], rows[into], stored, statuses).plan()


def merge_records(
    session: WriteSession,
    negotiation: str,
    file: str,
    record: str,
    into: str,
    *,
    reason: str,
    edits: bool,
    now: datetime,
    account: int,
) -> None:
    """Merge a record into another of its noun; the caller commits.

    Raises CannotMerge, NoSuchRecord, and PackageFaults where what would come of it breaks a rule.
    """
    revisions.lock(session, negotiation)
    noun = MERGED[file]
    require_mergeable(session, negotiation, noun, record, into, account=account, edits=edits)
    plan = plan_merge(session, negotiation, file, record, into)
    _check(plan)
    reviews = {key: statuses_of(session, negotiation, key) for key in ("citation", noun)}
    gone = []
    for (name, key), instead in plan.gone.items():
        beside = reviews.get(NOUNS[name], {}).get(key)
        before = plan.before[name, key] | ({"review": beside} if beside else {})
        after = {"merged_into": instead} if instead else None
        gone.append(Change("merge", NOUNS[name], key, before, after, reason))
    begin_merge(session, negotiation, noun, record, into)
    store_negotiation(session, plan.tables, now=now, account=account, reason=reason, gone=gone)
    end_merge(session, negotiation, {(NOUNS[name], key): to for (name, key), to in plan.gone.items()})


def _check(plan: Plan) -> None:
    """Hold what would come of it against the rules of a package. Raises PackageFaults."""
    package = Package(tables={each.name: [] for each in FILES})
    tables = {
        name: [Merged(dict(entry.row), None, entry.before, entry.number) for entry in entries]
        for name, entries in plan.tables.items()
    }
    check_rows(package, tables)
    if package.faults:
        raise PackageFaults(in_order(package.faults), package.more)


def _refuse(file: str, gone: Row, kept: Row, stored: Mapping[str, list[PackageRow]]) -> None:
    if gone["id"] == kept["id"]:
        raise IntoItself
    if file == "actors":
        above = {row.cells["id"]: row.cells["part_of"] for row in stored["actors"] if "part_of" in row.cells}
        if gone["id"] in Roster(above, {}).lineage(kept["id"]):
            raise PartOfIt
    if file == "demands":
        for column, refusal in (("holders", OtherHolders), ("issues", OtherIssues)):
            if set(gone[column].split(SEPARATOR)) != set(kept[column].split(SEPARATOR)):
                raise refusal


def _key(name: str, row: Mapping[str, str], number: int) -> str:
    return row["id"] if FILE[name].has_id else str(number) if number else row["issue"]


class _Merge:
    """Two records of a file becoming one, row by row."""

    def __init__(
        self,
        file: str,
        gone: Row,
        kept: Row,
        stored: Mapping[str, list[PackageRow]],
        statuses: Mapping[str, str],
    ) -> None:
        self.file, self.gone, self.kept, self.stored = file, gone, kept, stored
        # How far citations have come that are not published.
        self.statuses = statuses
        self.out: dict[tuple[str, str], str] = {(file, gone["id"]): kept["id"]}

    def plan(self) -> Plan:
        tables = {}
        for each in FILES:
            rows = [
                Entry(self._named(each, row.cells), row.cells, row.number) for row in self.stored[each.name]
            ]
            if each.name == self.file:
                rows = [entry for entry in rows if entry.row["id"] != self.gone["id"]]
            tables[each.name] = self._once(each.name, rows)
        before = {
            (name, _key(name, row.cells, row.number)): row.cells
            for name, rows in self.stored.items()
            for row in rows
        }
        return Plan(tables, self.out, {key: before[key] for key in self.out})

    def _named(self, file: File, cells: Row) -> Row:
        """A row with the one that is kept wherever it named the one that goes."""
        row = dict(cells)
        for column in file.columns:
            if column.to == self.file and column.name in row:
                ids = [self._instead(id_) for id_ in row[column.name].split(SEPARATOR)]
                row[column.name] = SEPARATOR.join(dict.fromkeys(ids))
        if file.name == "citations" and self.file == "demands" and row["subject_type"] == "demand":
            row = self._cited(row)
        if file.name == "sources" and self.file == "sources":
            row = self._relaying(row)
        if file.name == "actors" and cells["id"] == self.kept["id"] and self.file == "actors":
            row = self._also_called(row)
        return row

    def _instead(self, id_: str) -> str:
        return self.kept["id"] if id_ == self.gone["id"] else id_

    def _cited(self, row: Row) -> Row:
        """A citation of the demand that goes: said on the day of that one, where it was another day."""
        if row["subject"] != self.gone["id"]:
            return row
        row["subject"] = self.kept["id"]
        if (
            row.get("relation") != CitationRelation.DENIES.value
            and self.gone["stated"] != self.kept["stated"]
        ):
            row.setdefault("stated", self.gone["stated"])
        return row

    def _relaying(self, row: Row) -> Row:
        """Who relays the one that goes relays the other; that one, what the first relayed."""
        if row.get("origin") != self.gone["id"]:
            return row
        origin = self.kept["id"] if row["id"] != self.kept["id"] else self.gone.get("origin", "")
        del row["origin"]
        return row | ({"origin": origin} if origin and origin != row["id"] else {})

    def _also_called(self, row: Row) -> Row:
        """The names of the one that goes are further names of the other."""
        names = [*row.get("aliases", "").split(SEPARATOR), self.gone["name"]]
        names += self.gone.get("aliases", "").split(SEPARATOR)
        further = [name for name in dict.fromkeys(names) if name and name != row["name"]]
        return row | ({"aliases": SEPARATOR.join(further)} if further else {})

    # --- What is there twice then

    def _once(self, name: str, rows: list[Entry]) -> list[Entry]:
        if name == "links":
            rows = self._without(
                name, rows, [entry for entry in rows if entry.row["from"] == entry.row["to"]]
            )
        if name not in ("links", "citations", "participants", "coverage"):
            return rows
        stay: dict[tuple[str, ...], list[Entry]] = {}
        for entry in rows:
            if entry.row == entry.before:
                stay.setdefault(_sameness(name, entry.row), []).append(entry)
        double: list[tuple[Entry, str]] = []
        for entry in rows:
            if entry.row == entry.before:
                continue
            same = _sameness(name, entry.row)
            there = [other for other in stay.get(same, ()) if self._stands_for(name, other, entry)]
            if there:
                double.append((entry, str(there[0].number)))
            else:
                stay.setdefault(same, []).append(entry)
        for entry, instead in double:
            self.out[name, str(entry.number)] = instead
        gone = {entry.number for entry, _ in double}
        return [entry for entry in rows if entry.number not in gone]

    def _without(self, name: str, rows: list[Entry], gone: list[Entry]) -> list[Entry]:
        numbers = {entry.number for entry in gone}
        self.out |= {(name, str(number)): "" for number in numbers}
        return [entry for entry in rows if entry.number not in numbers]

    def _stands_for(self, name: str, there: Entry, other: Entry) -> bool:
        """Whether a row that is there may stand for another that says the same."""
        if name == "participants":
            # Two times of one role are two rows; a role for all time covers any other.
            times = [(entry.row.get("from"), entry.row.get("to")) for entry in (there, other)]
            return times[0] == times[1] or (None, None) in times
        if name == "citations":
            # One that waits supports nothing yet.
            status = self.statuses.get(str(there.number))
            return status is None or status == self.statuses.get(str(other.number))
        return True


# What makes two rows the same, by file; of a citation its note or place may differ.
_SAME = {
    "links": ("from", "relation", "to"),
    "participants": ("actor", "role"),
    "coverage": ("actor", "issue", "searched_through"),
    "citations": ("subject_type", "subject", "source", "relation", "quote", "speakers", "stated"),
}


def _sameness(name: str, row: Mapping[str, str]) -> tuple[str, ...]:
    usual = {"relation": CitationRelation.SUPPORTS.value} if name == "citations" else {}
    return tuple(row.get(column, usual.get(column, "")) for column in _SAME[name])
