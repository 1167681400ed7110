"""What this site itself showed at the end of a day: a negotiation rebuilt from its revisions (domain.md §3).

The negotiation as it was recorded by then becomes a database of its own, which all queries read as they read
the one of today. So everything is right at once: positions, records that were retracted since, texts as they
stood. A snapshot is made when somebody asks for it, and the last few are kept.
"""

import json
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine

from app.commands.negotiations import NOUNS
from app.commands.snapshots import Snapshot, store_snapshot
from app.db import ReadSession, finished_engine, migrate, read_session, scratch_engine, write_session
from app.domain.redaction import INSTEAD
from app.domain.vocabulary import RecordType, ReviewStatus
from app.exchange.package_schema import FILE, FILES, SEPARATOR, Column
from app.queries.redactions import redactions
from app.queries.revisions import Recorded, Step, steps

# So many snapshots are kept, as long as nobody asks for others.
MOST = 8

# --- Rows, from revisions --------------------------------------------------------------------------------

_FILES = {noun: file for file, noun in NOUNS.items()}
_COLUMNS = {file.name: {*file.header} for file in FILES}
_COLUMNS["negotiation"] |= {"package_name", "package_title"}
_SUBJECTS = {f"{type_.value}s": type_ for type_ in RecordType}

Row = dict[str, str]


@dataclass(slots=True)
class _Known:
    """A row as it was last recorded, how far it had come, and why it was retracted if it was."""

    row: Row
    status: ReviewStatus
    reason: str | None = None


def snapshot_of(negotiation: str, through: int, revisions: Iterator[Step]) -> Snapshot:
    """The negotiation as its revisions up to ``through`` left it: what was published, or had been."""
    files: dict[str, dict[str, _Known]] = {file.name: {} for file in FILES}
    redirects: dict[tuple[str, str], str] = {}
    for step in revisions:
        after = json.loads(step.after) if step.after else {}
        if step.action == "reorder":
            for name, order in after.items():
                files[name] = _in_order(files[name], order)
        elif step.noun not in _FILES or step.action == "redact":
            continue
        elif step.action == "merge" or not after:
            name = _FILES[step.noun]
            files[name].pop(_key(name, step, json.loads(step.before or "{}")), None)
            if "merged_into" in after:
                redirects[step.noun, step.record] = after["merged_into"]
        else:
            _apply(files[_FILES[step.noun]], step, after)
    tables = {
        name: {key: known.row for key, known in rows.items() if known.status in _ONCE_PUBLISHED}
        for name, rows in files.items()
    }
    while _drop_what_hangs_in_the_air(tables):
        pass
    return Snapshot(
        negotiation,
        through,
        {
            name: [
                (row, 0 if FILE[name].has_id or name == "scales" else int(key)) for key, row in rows.items()
            ]
            for name, rows in tables.items()
        },
        {
            (type_, key): files[name][key].reason
            for name, type_ in _SUBJECTS.items()
            for key in tables[name]
            if files[name][key].status is ReviewStatus.RETRACTED
        },
        [int(key) for key in tables["citations"] if files["citations"][key].status is ReviewStatus.RETRACTED],
        [(noun, record, into) for (noun, record), into in redirects.items()],
    )


_ONCE_PUBLISHED = (ReviewStatus.PUBLISHED, ReviewStatus.RETRACTED)


def _apply(rows: dict[str, _Known], step: Step, after: Mapping[str, str]) -> None:
    name = _FILES[step.noun]
    row = {column: value for column, value in after.items() if column in _COLUMNS[name]}
    key = _key(name, step, row)
    known = rows.get(key)
    if "review" in after:
        status = ReviewStatus(after["review"])
    elif step.action == "edit" and known:
        # A correction publishes nothing, and brings nothing back.
        status = known.status
    else:
        status = ReviewStatus.PUBLISHED
    if step.action == "retract":
        reason = step.reason
    else:
        reason = known.reason if known and status is ReviewStatus.RETRACTED else None
    rows[key] = _Known(row, status, reason)


def _key(name: str, step: Step, row: Mapping[str, str]) -> str:
    """What a row is known by; a scale's rungs are recorded under their issue."""
    return "/".join(row[column] for column in FILE[name].natural_key) if name == "scales" else step.record


def _in_order(rows: dict[str, _Known], order: Sequence[str]) -> dict[str, _Known]:
    """The rows that are named, in the order given and the places that they had; the others as they were."""
    named = dict.fromkeys(key for key in order if key in rows)
    following = iter(named)
    keys = (next(following) if key in named else key for key in list(rows))
    return {key: rows[key] for key in keys}


def _drop_what_hangs_in_the_air(tables: dict[str, dict[str, Row]]) -> bool:
    """Leave out what cannot be without a row that is not there; answers whether anything was left out."""
    dropped = False
    for name, rows in tables.items():
        kept = {key: row for key, row in rows.items() if _stands(name, row, tables)}
        dropped = dropped or len(kept) < len(rows)
        tables[name] = kept
    return dropped


def _stands(name: str, row: Row, tables: Mapping[str, Mapping[str, Row]]) -> bool:
    """Whether a row can stand without the rows that are not there; what it can do without, it loses."""
    if "term" in row and row["term"] not in tables["terms"]:
        # An answer to a term is none to the whole.
        return False
    for column in FILE[name].columns:
        if column.to and column.name in row:
            _keep_named(row, column, tables[column.to])
        if column.filled and column.name not in row:
            if column.kind != "text":
                return False
            # Only what was blanked for somebody's safety leaves such a text empty.
            row[column.name] = INSTEAD
    if "scale_version" in row and not _is_placed(row, tables["scales"]):
        for name in _PLACEMENT:
            row.pop(name, None)
    if name == "citations":
        return row["subject"] in tables[f"{row['subject_type']}s"]
    return True


_PLACEMENT = ("scale_version", "rung_min", "rung_max", "placement_reason")


def _is_placed(row: Row, rungs: Mapping[str, Row]) -> bool:
    issue = row.get("issue") or row.get("issues")
    return all(f"{issue}/{row['scale_version']}/{row[end]}" in rungs for end in ("rung_min", "rung_max"))


def _keep_named(row: Row, column: Column, there: Mapping[str, Row]) -> None:
    named = row[column.name].split(SEPARATOR) if column.many else [row[column.name]]
    kept = [id_ for id_ in named if id_ in there]
    if len(kept) < len(named):
        row.pop(column.name)
        if kept:
            row[column.name] = SEPARATOR.join(kept)


# --- Snapshots as databases ------------------------------------------------------------------------------

# Negotiation, revision, and the newest redaction: what was blanked since is blanked in the past too.
_Key = tuple[str, int, int]


@dataclass(eq=False, slots=True)
class _Kept:
    """A snapshot: the engine that reads it, once it is made, and how many are reading or waiting for it."""

    file: Path
    making: Lock = field(default_factory=Lock)
    engine: Engine | None = None
    readers: int = 0


class Snapshots:
    """The snapshots that are kept, in files that only this process can read.

    Many threads may ask at once: a snapshot that several ask for is made once, and the others wait for it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._migrating = Lock()
        self._folder: Path | None = None
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._leaving: list[_Kept] = []
        self._made = 0

    @contextmanager
    def session(self, live: ReadSession, recorded: Recorded) -> Iterator[ReadSession]:
        """A session on the negotiation as it was recorded; what is not kept is made from ``live``."""
        kept = self._hold(recorded)
        try:
            with kept.making:
                # The system tidies its folder for temporary files now and then.
                if kept.engine is None or not kept.file.exists():
                    kept.engine = self._make(kept.file, live, recorded)
            with read_session(kept.engine) as session:
                yield session
        finally:
            with self._lock:
                kept.readers -= 1
                self._let_go()

    def give_up(self, negotiation: str) -> None:
        """Remove what is kept of a negotiation: something of its past was blanked."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == negotiation]:
                self._leaving.append(self._kept.pop(key))
            self._let_go()

    def close(self) -> None:
        """Remove everything; nobody reads any more."""
        with self._lock:
            for kept in (*self._kept.values(), *self._leaving):
                if kept.engine:
                    kept.engine.dispose()
            self._kept.clear()
            self._leaving.clear()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _hold(self, recorded: Recorded) -> _Kept:
        """The place of a snapshot, held until its reader has done. Those before a redaction are given up."""
        key = (recorded.negotiation, recorded.number, recorded.redaction)
        with self._lock:
            if self._folder is None or not self._folder.is_dir():
                self._leaving += self._kept.values()
                self._kept.clear()
                self._folder = Path(tempfile.mkdtemp(prefix="parley-"))
            if key not in self._kept:
                self._made += 1
                self._kept[key] = _Kept(self._folder / f"{self._made}.db")
            for other in list(self._kept):
                if other[0] == recorded.negotiation and other[2] < recorded.redaction:
                    self._leaving.append(self._kept.pop(other))
            kept = self._kept[key]
            self._kept.move_to_end(key)
            kept.readers += 1
            while len(self._kept) > MOST:
                self._leaving.append(self._kept.popitem(last=False)[1])
            self._let_go()
            return kept

    def _let_go(self) -> None:
        """Remove what is given up and read by nobody any more."""
        for kept in [kept for kept in self._leaving if not kept.readers]:
            self._leaving.remove(kept)
            if kept.engine:
                kept.engine.dispose()
            kept.file.unlink(missing_ok=True)

    def _empty(self, folder: Path) -> Path:
        """A file with the schema and nothing in it. Migrations are not for several threads at once."""
        file = folder / "empty.db"
        with self._migrating:
            if not file.exists():
                part = folder / "empty.part"
                part.unlink(missing_ok=True)
                part.touch(mode=0o600)
                engine = scratch_engine(part)
                migrate(engine)
                engine.dispose()
                part.rename(file)
        return file

    def _make(self, file: Path, live: ReadSession, recorded: Recorded) -> Engine:
        """Make the file of a snapshot. Reads the database of today, and locks nothing there."""
        snapshot = replace(
            snapshot_of(
                recorded.negotiation,
                recorded.number,
                steps(live, recorded.negotiation, recorded.number),
            ),
            blanked=[one for one in redactions(live) if one.negotiation == recorded.negotiation],
        )
        file.unlink(missing_ok=True)
        file.touch(mode=0o600)
        shutil.copyfile(self._empty(file.parent), file)
        engine = scratch_engine(file)
        try:
            with write_session(engine) as session:
                store_snapshot(session, snapshot)
                session.commit()
        finally:
            engine.dispose()
        return finished_engine(file)
