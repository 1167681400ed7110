"""A backup put in the place of the database, with everything blanked that was blanked since (domain.md §7).

A backup from before a redaction still says what was blanked. The database of today knows what was, or a file
that was written from it: it is blanked again before anybody reads the backup.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.commands.redactions import Blanked, redact_again
from app.db import MIGRATIONS, make_engine, migrate, read_session, scrub, write_session
from app.queries.redactions import redactions


class NotRestored(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many fields were blanked again, and where what was there before is now."""

    blanked: int
    kept_as: Path | None


def restore(
    backup: Path, database: Path, *, now: datetime, replace: bool = False, more: Sequence[Blanked] = ()
) -> Restored:
    """Put a backup in the place of an SQLite database, with the newest schema; the site must be stopped.

    What is there stays beside it under another name. Blanked again is what the database of today or ``more``
    says was blanked. Raises NotRestored.
    """
    _check(backup)
    known = list(more)
    if database.exists():
        if database.samefile(backup):
            raise NotRestored(f"{backup} is the database itself")
        _require_alone(database)
        if _holds_anything(database) and not replace:
            raise NotRestored(
                f"the database {database} is not empty; --replace puts the backup in its place, and what is "
                "there stays beside it under another name"
            )
        known += _known(database)
    part = database.with_name(f"{database.name}.restoring")
    if part.exists():
        raise NotRestored(f"there is a file {part}: a restore was cut short; remove it")
    try:
        blanked = _prepare(backup, part, known, now)
        kept_as = _set_aside(database, now)
        part.rename(database)
    except OSError as error:
        raise NotRestored(f"{database} cannot be written ({error.strerror})") from None
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            part.with_name(part.name + ending).unlink(missing_ok=True)
    _sync(database.parent)
    return Restored(blanked, kept_as)


def _check(backup: Path) -> None:
    """Whether the file is a whole SQLite backup of a version that is known here. Raises NotRestored."""
    try:
        with backup.open("rb") as file:
            beginning = file.read(16)
    except OSError as error:
        raise NotRestored(f"{backup} cannot be read ({error.strerror})") from None
    if beginning.startswith(b"PGDMP"):
        raise NotRestored(
            f"{backup} is a backup of PostgreSQL: restore it with pg_restore, then run parley redact-again"
        )
    if not beginning.startswith(b"SQLite format 3\0"):
        raise NotRestored(f"{backup} is no backup")
    try:
        address = f"{backup.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as copy:
            faults = [str(fault) for (fault,) in copy.execute("PRAGMA integrity_check")]
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise NotRestored(f"{backup} is no backup of Parley ({error})") from None
    if faults != ["ok"]:
        raise NotRestored(f"{backup} is damaged ({faults[0].splitlines()[-1]})")
    try:
        ScriptDirectory(str(MIGRATIONS)).get_revision(version[0] if version else "?")
    except CommandError:
        raise NotRestored(f"{backup} is of a newer version of Parley than this one") from None


def _require_alone(database: Path) -> None:
    """Whether nobody else has a database open; its log is taken into it. Raises NotRestored."""
    with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            raise NotRestored(f"somebody has {database} open; stop the site first") from None
        except sqlite3.DatabaseError as error:
            raise NotRestored(f"{database} is no database ({error})") from None


def _holds_anything(database: Path) -> bool:
    """Whether there is a negotiation or an account in it."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        return any(
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608 - names of ours
            for table in ("negotiations", "accounts")
            if table in tables
        )


def _known(database: Path) -> list[Blanked]:
    """What the database of today says was blanked; an older one does not know of any such thing."""
    engine = make_engine(f"sqlite:///{database}")
    try:
        return known_here(engine)
    except DBAPIError:
        return []
    finally:
        engine.dispose()


def _prepare(backup: Path, part: Path, known: Sequence[Blanked], now: datetime) -> int:
    """Copy the backup, bring it to the newest schema, and blank in it what is known to have been blanked."""
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shutil.copyfile(backup, part)
    engine = make_engine(f"sqlite:///{part}")
    try:
        migrate(engine)
        blanked = blank_again(engine, known, now)
    except DBAPIError as error:
        raise NotRestored(f"the backup cannot be brought to this version ({error.orig})") from None
    finally:
        engine.dispose()
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        # One file from here on: nothing of it lies in a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    return blanked


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Give the database that is there another name."""
    if not database.exists():
        return None
    aside = _free(database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}"))
    database.rename(aside)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    return aside


def _free(path: Path) -> Path:
    """Take a name that no file bears, with a number where need be: two restores may fall into one second."""
    for number in count(1):
        free = path if number == 1 else path.with_name(f"{path.name}-{number}")
        try:
            # An empty file keeps the name until the database takes it, so that nothing is ever overwritten.
            os.close(os.open(free, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return free
    raise AssertionError("numbers do not end")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- What was blanked, as a file ---------------------------------------------------------------------------


def known_here(engine: Engine) -> list[Blanked]:
    """Everything that was ever blanked in a database."""
    with read_session(engine) as session:
        return [Blanked(*one) for one in redactions(session)]


def blank_again(engine: Engine, known: Sequence[Blanked], now: datetime) -> int:
    """Blank in a database what is known to have been blanked, and clear its files of it."""
    with write_session(engine) as session:
        blanked = redact_again(session, known, now=now)
        session.commit()
    if blanked:
        scrub(engine)
    return blanked


_FIELDS = ("negotiation", "noun", "record", "field", "redacted_at")


def write_known(engine: Engine, path: Path) -> int:
    """Write what was blanked to a new file, to be blanked again in a restored backup. Raises NotRestored.

    It says where something was, never what.
    """
    known = known_here(engine)
    lines = [
        json.dumps(
            {name: getattr(one, name) for name in _FIELDS[:-1]} | {"redacted_at": one.redacted_at.isoformat()}
        )
        for one in known
    ]
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise NotRestored(f"{path} cannot be written ({error.strerror})") from None
    return len(known)


def read_known(path: Path) -> list[Blanked]:
    """Read what was blanked from a file. Raises NotRestored."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotRestored(f"{path} cannot be read ({error})") from None
    known = []
    for number, line in enumerate(lines, 1):
        try:
            known.append(_read(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            raise NotRestored(f"line {number} of {path} does not say what was blanked") from None
    return known


def _read(found: Any) -> Blanked:
    """One line of such a file. Raises ValueError, KeyError and TypeError for anything else."""
    negotiation, noun, record, name = (found[one] for one in _FIELDS[:-1])
    moment = datetime.fromisoformat(found["redacted_at"])
    if moment.tzinfo is None or not all(isinstance(word, str) for word in (negotiation, noun, record, name)):
        raise ValueError("not as it is written")
    return Blanked(negotiation, noun, record, name, moment)
