"""What a package would do to a negotiation, to be looked at before it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.db import ReadSession
from app.exchange.package import Progress, checked, name_of
from app.exchange.package_reading import LARGEST_PACKAGE, read_package
from app.exchange.package_schema import FILE
from app.queries.packages import revision_of, unpublished_rows


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one file: rows that come in, that change, that are the same, and that the package does not have."""

    file: str
    added: int
    changed: int
    same: int
    left: int


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that is here already and would be another."""

    file: str
    key: str
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of a negotiation; ``revision`` is the one that this was found at, None for a new one.

    ``changed`` has the first of the rows that would change. Of those that are not published yet nothing is
    told but their number, ``waiting``.
    """

    negotiation: str
    title: str
    revision: int | None
    tallies: Sequence[Tally]
    changed: Sequence[ChangedRow]
    waiting: int
    reordered: Sequence[str]


def preview_package(
    session: ReadSession,
    path: Path,
    *,
    most: int,
    largest: int = LARGEST_PACKAGE,
    progress: Progress | None = None,
) -> Preview:
    """What importing the package would do, with all the same checks. Raises PackageFaults.

    ``most`` rows that change are shown with what they are now.
    """
    tables, reordered = checked(session, read_package(path, largest=largest, progress=progress), progress)
    negotiation = tables["negotiation"][0].cells["id"]
    hidden = unpublished_rows(session, negotiation)
    tallies: list[Tally] = []
    changed: list[ChangedRow] = []
    waiting = 0
    for name, rows in tables.items():
        added = sum(row.before is None for row in rows)
        left = sum(row.line is None for row in rows)
        other = [row for row in rows if row.before is not None and row.cells != row.before]
        tallies.append(Tally(name, added, len(other), len(rows) - added - len(other) - left, left))
        for row in other:
            key = name_of(FILE[name], row)
            if (name, key) in hidden:
                waiting += 1
            elif len(changed) < most:
                changed.append(ChangedRow(name, key, row.before or {}, row.cells))
    title = tables["negotiation"][0].cells["title"]
    revision = revision_of(session, negotiation)
    return Preview(negotiation, title, revision, tallies, changed, waiting, list(reordered))
