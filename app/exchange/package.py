"""Data packages in: a whole negotiation as a folder of CSV files, or a zip of one.

All or nothing: a package is loaded when every row of it is right, and otherwise every fault is told.
What comes in goes out again, byte for byte.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.commands import revisions
from app.commands.batches import uncollected
from app.commands.negotiations import NOUNS, Entry, Imported, store_negotiation
from app.db import WriteSession
from app.domain.redirects import Redirects
from app.domain.redirects import kept as kept_record
from app.domain.vocabulary import CitationRelation
from app.exchange.faults import Fault, PackageFaults
from app.exchange.package_reading import Line, Package, read_package
from app.exchange.package_rules import Merged, check_cells, check_rows, in_order, waits
from app.exchange.package_schema import FILES, YES, File
from app.exchange.package_writing import NotAPackage, UnknownNegotiation, export_package
from app.models.loading import load_redirects
from app.queries.packages import PackageRow, has_negotiation, package_rows, unpublished_rows
from app.queries.redactions import withheld_fields

__all__ = [
    "Fault",
    "Imported",
    "NotAPackage",
    "PackageFaults",
    "Plan",
    "UnknownNegotiation",
    "check_package",
    "export_package",
    "import_package",
    "store_package",
]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    negotiation: str
    created: int
    changed: int
    reordered: bool
    is_public: bool


def import_package(
    session: WriteSession, path: Path, *, now: datetime, progress: Progress | None = None
) -> Imported:
    """Load a package: new rows are added, known ones changed, none removed; the caller commits.

    A package that is loaded already changes nothing. Raises PackageFaults, with everything that is
    wrong, and then nothing of it is stored.
    """
    with uncollected():
        package = read_package(path)
        return store_package(session, package, now=now, progress=progress)


def store_package(
    session: WriteSession,
    package: Package,
    *,
    now: datetime,
    account: int | None = None,
    reason: str = "import",
    action: str = "edit",
    progress: Progress | None = None,
) -> Imported:
    """Merge what a package says with what is stored, check all of it, and store it. Raises PackageFaults."""
    if id_ := negotiation_of(package):
        revisions.lock(session, id_)
    tables, reordered = checked(session, package)
    return store_negotiation(
        session,
        {name: [Entry(row.cells, row.before, row.number) for row in rows] for name, rows in tables.items()},
        reordered=reordered,
        now=now,
        account=account,
        reason=reason,
        action=action,
        progress=progress,
    )


def check_package(session: Session, path: Path) -> Plan:
    """What importing the package would do, with all the same checks. Raises PackageFaults."""
    package = read_package(path)
    tables, reordered = checked(session, package)
    rows = [row for table in tables.values() for row in table if row.cells != row.before]
    created = sum(row.before is None for row in rows)
    negotiation = tables["negotiation"][0].cells["id"]
    return Plan(negotiation, created, len(rows) - created, bool(reordered), package.is_public)


def negotiation_of(package: Package) -> str | None:
    """The id of the package's negotiation, as far as it can be known."""
    rows = package.tables["negotiation"]
    return rows[0].cells.get("id") if rows else None


Tables = dict[str, list[Merged]]


def checked(
    session: Session, package: Package, progress: Progress | None = None
) -> tuple[Tables, dict[str, list[str]]]:
    """The negotiation as it will be, and the order of the files whose known rows change places.

    Raises PackageFaults.
    """
    check_cells(package)
    if package.more:
        # What rows say of one another would only be counted.
        raise PackageFaults(in_order(package.faults), package.more)
    _note_name_and_title(package)
    negotiation = negotiation_of(package) or ""
    is_known = has_negotiation(session, negotiation)
    redirects = load_redirects(session, negotiation)
    blanked = withheld_fields(session, negotiation)
    hidden = unpublished_rows(session, negotiation)
    tables: Tables = {}
    reordered = {}
    for place, file in enumerate(FILES):
        if progress:
            progress("rows", place, len(FILES))
        stored: list[PackageRow] = []
        if is_known:
            stored = list(package_rows(session, negotiation, file.name, unpublished=True))
        waiting = {key for (of, key), status in hidden.items() if of == file.name and waits(status)}
        rows, moved = _merge(file, package.tables[file.name], stored, waiting, _given(redirects, file))
        if package.is_public and file.name == "citations":
            rows = [_as_a_whole(row) for row in rows]
        tables[file.name] = _keep_blanked(file, rows, blanked)
        if moved:
            reordered[file.name] = [name_of(file, row) for row in tables[file.name]]
    _refuse_merged(package, redirects)
    check_rows(package, tables, redirects, hidden)
    if package.faults:
        raise PackageFaults(in_order(package.faults), package.more)
    return tables, reordered


def _keep_blanked(
    file: File, rows: list[Merged], blanked: Mapping[tuple[str, str], set[str]]
) -> list[Merged]:
    """The rows without what was blanked for somebody's safety: it does not come back with an old package."""
    noun = NOUNS[file.name]
    if not any(of == noun for of, _ in blanked):
        return rows
    kept = []
    for row in rows:
        fields = blanked.get((noun, name_of(file, row)), set()) if row.before is not None else set()
        if "speakers" in fields:
            # What they were to the holders is coded in their place.
            fields = fields | {"attribution"}
        cells = {name: cell for name, cell in row.cells.items() if name not in fields}
        before = {name: cell for name, cell in (row.before or {}).items() if name in fields}
        kept.append(row._replace(cells=cells | before) if fields else row)
    return kept


def _as_a_whole(row: Merged) -> Merged:
    """A citation of the readers' edition with what that leaves out, where it is here already (domain.md §8).

    Where a vaguer wording covers the speaker it is the wording that the edition has, and that may change.
    """
    if row.line is None or row.before is None:
        return row
    cells, before = dict(row.cells), row.before
    if "public_wording" in before and "public_wording" not in cells:
        if "attributed_to" in cells:
            cells["public_wording"] = cells.pop("attributed_to")
        kept = {name: before[name] for name in ("attributed_to",) if name in before}
        cells |= {"public_wording": before["public_wording"]} | cells | kept
    if before.get("sensitive") == YES:
        cells = {name: before[name] for name in ("quote", "translation") if name in before} | cells
    return row._replace(cells=cells)


def _given(redirects: Redirects, file: File) -> int:
    """The highest number that a row of a file without ids was ever given and has lost."""
    noun = NOUNS[file.name]
    return max((int(row) for of, row in redirects if of == noun and row.isdigit()), default=0)


def _refuse_merged(package: Package, redirects: Redirects) -> None:
    """An id is never given again: it leads to the record that its own was merged into."""
    for file in FILES:
        noun = NOUNS[file.name]
        for line, cells in package.tables[file.name]:
            id_ = cells.get("id", "") if file.has_id else ""
            if (noun, id_) in redirects:
                into = kept_record(redirects, noun, id_)
                problem = f"“{id_}” was merged into “{into}” here"
                package.fault(file.path, line, "id", problem, f"write “{into}”, or choose another id")


def _note_name_and_title(package: Package) -> None:
    """Keep the name and title that ``datapackage.json`` has where they are not the negotiation's."""
    for _, cells in package.tables["negotiation"][:1]:
        if package.name and package.name != cells.get("id"):
            cells["package_name"] = package.name
        if package.title is not None and package.title != cells.get("title"):
            cells["package_title"] = package.title


def _merge(
    file: File,
    lines: Sequence[Line],
    stored: Sequence[PackageRow],
    waiting: Collection[str],
    given_before: int,
) -> tuple[list[Merged], bool]:
    """The rows of a file as they will be, and whether rows stored already change places.

    Rows are known by their id or, without one, by their natural key and its occurrence. A stored row
    that the package does not have stays behind the one that it stood behind. One without an id that is
    ``waiting`` to be published is none of the package's, whatever it says. ``given_before`` is the highest
    number of a row that there is no more of.
    """
    keys = _keys(file, [row.cells for row in stored if file.has_id or str(row.number) not in waiting])
    before: dict[Hashable, PackageRow] = {
        ("\0", row.number) if not file.has_id and str(row.number) in waiting else next(keys): row
        for row in stored
    }
    number = max([given_before, *(row.number for row in stored)])
    given: dict[Hashable, Merged] = {}
    extra: list[Merged] = []
    for key, (line, cells) in zip(_keys(file, [line.cells for line in lines]), lines, strict=True):
        if key in before:
            row = Merged(cells, line, before[key].cells, before[key].number)
        else:
            number += _is_numbered(file)
            row = Merged(cells, line, None, number)
        if key in given:
            extra.append(row)  # an id that is there twice: a fault already
        given[key] = row
    kept = [key for key in before if key in given]
    moved = kept != [key for key in given if key in before]
    behind: dict[Hashable, list[Merged]] = defaultdict(list)
    last: Hashable = None
    for key, stored_row in before.items():
        if key in given:
            last = key
        else:
            behind[last].append(Merged(stored_row.cells, None, stored_row.cells, stored_row.number))
    merged = behind[None]
    for key, row in given.items():
        merged.append(row)
        merged += behind.get(key, ())
    return merged + extra, moved


def _is_numbered(file: File) -> bool:
    """Whether rows are told apart by a number of ours; a rung has numbers of its own."""
    return bool(file.natural_key) and file.name != "scales"


def _keys(file: File, rows: Sequence[Mapping[str, str]]) -> Iterator[Hashable]:
    """What each row is known by."""
    if file.has_id:
        yield from (row.get("id", f"\0{place}") for place, row in enumerate(rows))
        return
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        key = tuple(row.get(name, "") for name in file.natural_key)
        if file.name == "citations" and not key[-1]:
            key = (*key[:-1], CitationRelation.SUPPORTS.value)  # what an empty relation means
        seen[key] += 1
        yield (*key, seen[key])


def name_of(file: File, row: Merged) -> str:
    """What a row is called in revisions: its id, or its number."""
    if file.has_id:
        return row.cells["id"]
    return str(row.number) if row.number else "/".join(row.cells[name] for name in file.natural_key)
