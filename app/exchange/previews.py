"""What a package would do to a negotiation, to be looked at before it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.db import ReadSession
from app.exchange.package import Progress, checked, name_of
from app.exchange.package_reading import LARGEST_PACKAGE, MOST_ROWS, read_package
from app.exchange.package_rules import Hidden, Merged
from app.exchange.package_schema import FILE
from app.queries.packages import revision_of, unpublished_rows


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one file: rows that come in, that change, that are the same, and are published here only."""

    file: str
    added: int
    changed: int
    same: int
    left: int


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that would be added."""

    file: str
    key: str
    cells: Mapping[str, str]


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

    ``added`` and ``changed`` have the first of the rows that would be added and changed. Of those that are
    not published any more nothing is told but their number, ``unseen``. ``is_public`` says that the package
    is the edition for readers, which leaves something out.
    """

    negotiation: str
    title: str
    revision: int | None
    tallies: Sequence[Tally]
    added: Sequence[NewRow]
    changed: Sequence[ChangedRow]
    unseen: int
    reordered: Sequence[str]
    is_public: bool


def preview_package(
    session: ReadSession,
    path: Path,
    *,
    most: int,
    largest: int = LARGEST_PACKAGE,
    most_rows: int = MOST_ROWS,
    progress: Progress | None = None,
) -> Preview:
    """What importing the package would do, with all the same checks. Raises PackageFaults.

    ``most`` rows that come in are shown, and as many that change, with what they are now.
    """
    package = read_package(path, largest=largest, most_rows=most_rows, progress=progress)
    tables, reordered = checked(session, package, progress)
    negotiation = tables["negotiation"][0].cells["id"]
    hidden = unpublished_rows(session, negotiation)
    tallies: list[Tally] = []
    added: list[NewRow] = []
    changed: list[ChangedRow] = []
    unseen = 0
    for name, rows in tables.items():
        new = [row for row in rows if row.before is None]
        given = sum(row.line is not None for row in rows)
        left = sum(row.line is None and not _is_hidden(name, row, hidden) for row in rows)
        other = [row for row in rows if row.before is not None and row.cells != row.before]
        tallies.append(Tally(name, len(new), len(other), given - len(new) - len(other), left))
        added += [NewRow(name, name_of(FILE[name], row), row.cells) for row in new[: most - len(added)]]
        for row in other:
            key = name_of(FILE[name], row)
            if (name, key) in hidden:
                unseen += 1
            elif len(changed) < most:
                changed.append(ChangedRow(name, key, row.before or {}, row.cells))
    title = tables["negotiation"][0].cells["title"]
    revision = revision_of(session, negotiation)
    is_public = package.is_public
    return Preview(negotiation, title, revision, tallies, added, changed, unseen, list(reordered), is_public)


def _is_hidden(name: str, row: Merged, hidden: Hidden) -> bool:
    """Whether readers do not see a row that is stored; a link is as hidden as either of its ends."""
    if name == "links":
        return any(("demands", row.cells[end]) in hidden for end in ("from", "to"))
    return (name, name_of(FILE[name], row)) in hidden
