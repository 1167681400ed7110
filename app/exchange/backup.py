"""A copy of the whole database in one file, taken while people go on reading and writing.

It holds everything that was committed before it began, and nothing by halves. It is written under a name that
ends in `.part` and gets its own name when it is whole, so that a backup cut short is never mistaken for one.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError


class NotBackedUp(Exception):
    """No backup was made, and nothing is left behind; the message says why."""


def back_up(engine: Engine, path: Path) -> int:
    """Write the database to a new file that only its owner may read; answers its size in bytes.

    SQLite becomes an SQLite file, checked; PostgreSQL an archive for `pg_restore`, made by `pg_dump`.
    Raises NotBackedUp, also where there is such a file already.
    """
    if engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:"):
        raise NotBackedUp("a database in memory is gone with its process")
    _refuse_what_is_there(path)
    part = path.with_name(path.name + ".part")
    try:
        # Made before anything is in it, so that no one else can read the copy even for a moment.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise NotBackedUp(
            f"there is a file {part}: a backup is being written, or one was cut short; in that case remove it"
        ) from None
    except OSError as error:
        raise NotBackedUp(f"{path} cannot be written ({error.strerror})") from None
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, part)
        else:
            _dump_postgresql(engine.url, part)
        _refuse_what_is_there(path)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(part.name + "-journal").unlink(missing_ok=True)
    _sync(path.parent)
    return path.stat().st_size


def _refuse_what_is_there(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise NotBackedUp(f"{path} is there already")


def _copy_sqlite(engine: Engine, part: Path) -> None:
    try:
        with closing(engine.raw_connection()) as pooled, closing(sqlite3.connect(part)) as copy:
            # In one step: it reads one moment and holds up no writer, where a copy in several steps would
            # begin anew after every write.
            cast(sqlite3.Connection, pooled.driver_connection).backup(copy)
            # A copy of a WAL database is one too, and would want files beside it even to be read.
            copy.execute("PRAGMA journal_mode=DELETE")
            faults = [str(fault) for (fault,) in copy.execute("PRAGMA integrity_check")]
    except DBAPIError as error:
        raise NotBackedUp(f"the database cannot be opened ({error.orig})") from None
    except sqlite3.Error as error:
        raise NotBackedUp(f"the database cannot be copied ({error})") from None
    if faults != ["ok"]:
        raise NotBackedUp(f"the database is damaged ({faults[0].splitlines()[-1]})")
    _sync(part)


def _dump_postgresql(url: URL, part: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise NotBackedUp("pg_dump was not found; install the client programs of PostgreSQL")
    # The password goes by the environment: every user of the machine sees the command line.
    without_password = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=url.query,
    ).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password is not None else {}
    dump = subprocess.run(  # noqa: S603 - the program is the one on the PATH, and no shell reads the address
        [program, "--format=custom", "--no-password", f"--file={part}", f"--dbname={without_password}"],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if dump.returncode != 0:
        lines = [line.removeprefix("pg_dump: ") for line in dump.stderr.splitlines() if line.strip()]
        raise NotBackedUp("; ".join(lines) or f"pg_dump ended with status {dump.returncode}")


def _sync(path: Path) -> None:
    """Wait until a file, or the name of one in its folder, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
