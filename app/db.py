"""The database: engines for both kinds, and sessions that say whether they may write.

One request, one transaction. SQLite's driver is kept from opening transactions of its own: it would
lose concurrent updates. Reads begin plain; writes begin IMMEDIATE, so that two writers queue.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from app.files import folder

MIGRATIONS = folder("migrations")

# So many requests are answered at once (web.limits), and each holds two connections at most: one that reads,
# and one that writes or streams. PostgreSQL itself allows a hundred, unless told otherwise.
IN_FLIGHT = 40

# How long a writer waits for another on SQLite, in milliseconds.
_PATIENCE = 30_000


class ReadSession(Session):
    """A session that only reads."""


class WriteSession(Session):
    """A session that may write; the route or command line that opened it commits it."""


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql://…``; its errors repeat no values."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=IN_FLIGHT // 2,
        max_overflow=IN_FLIGHT + IN_FLIGHT // 2,
        pool_pre_ping=True,
    )


def _sqlite_engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = (
        {"poolclass": StaticPool} if in_memory else {"pool_size": 10, "max_overflow": 2 * IN_FLIGHT}
    )
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 30, "isolation_level": None},
        hide_parameters=True,
        **options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def scratch_engine(file: Path) -> Engine:
    """An engine for an SQLite file of our own that is being made: whatever fails, it is made again."""
    engine = create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"isolation_level": None}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_scratch)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def finished_engine(file: Path) -> Engine:
    """An engine for an SQLite file that nobody changes any more: it needs no lock to be read."""
    address = f"sqlite:///{file.absolute().as_uri()}?mode=ro&immutable=1&uri=true"
    engine = create_engine(
        address,
        connect_args={"check_same_thread": False, "isolation_level": None},
        hide_parameters=True,
        max_overflow=2 * IN_FLIGHT,
    )
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_scratch(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=OFF")
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("parley_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def read_session(engine: Engine) -> Iterator[ReadSession]:
    """A session for one read-only transaction; on PostgreSQL all its statements see one moment."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, ReadSession(connection) as session:
        yield session


@contextmanager
def write_session(engine: Engine) -> Iterator[WriteSession]:
    """A session for one transaction that may write. Whoever opened it commits; otherwise nothing stays."""
    with (
        engine.connect().execution_options(parley_writes=True) as connection,
        WriteSession(connection, autoflush=False) as session,
    ):
        yield session


@contextmanager
def passing_session(engine: Engine) -> Iterator[WriteSession]:
    """A write session for a note that may as well be left out: on SQLite it waits for no other writer.

    Raises OperationalError where there is one.
    """
    with write_session(engine) as session:
        if engine.dialect.name != "sqlite":
            yield session
            return
        connection = session.get_bind()
        assert isinstance(connection, Connection)  # noqa: S101 - what ``write_session`` binds
        cursor = connection.connection.cursor()
        try:
            cursor.execute("PRAGMA busy_timeout=0")
            yield session
        finally:
            cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            cursor.close()


def leave_no_trace(session: WriteSession) -> None:
    """Let what this connection removes be overwritten in the file, not only left out of account."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


# The tables that hold what somebody has written.
_WRITTEN = (
    "records",
    "demands",
    "proposals",
    "terms",
    "events",
    "links",
    "sources",
    "source_texts",
    "citations",
    "citation_speakers",
    "citation_attributions",
    "citation_selectors",
    "reviews",
    "reader_notes",
    "revisions",
    "form_tokens",
    "search_texts",
    "uploads",
    "upload_parts",
)

# How long it waits for those who still read what was there before, in milliseconds.
_SCRUBBING = 5_000


def scrub(engine: Engine) -> bool:
    """Let nothing be left in the database's files of what was removed from it; after the commit.

    SQLite writes the file anew and empties its log; PostgreSQL frees the rows that nobody sees any more, and
    forgets what it knew of their values. Answers whether it could be done: somebody may still be reading.
    """
    try:
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(_WRITTEN)}")
                # The words of an index stay in it when no row has them any more.
                connection.exec_driver_sql("REINDEX INDEX CONCURRENTLY search_words_of_texts")
            return True
        with closing(engine.raw_connection()) as pooled:
            cursor = pooled.cursor()
            cursor.execute(f"PRAGMA busy_timeout={_SCRUBBING}")
            try:
                cursor.execute("VACUUM")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                cursor.execute(f"PRAGMA busy_timeout={_PATIENCE}")
                cursor.close()
        return not busy
    except (DBAPIError, sqlite3.Error):
        return False


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema; does nothing where it is there already."""
    with engine.connect().execution_options(parley_writes=True) as connection:
        command.upgrade(migrations(connection), "head")
        connection.commit()


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for the migrations of this product, run on this connection."""
    config = Config()
    # Options are read with interpolation, and a path may hold a percent sign.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def is_migrated(engine: Engine) -> bool:
    """Whether the database has the schema that this version of the product was written for."""
    with engine.connect() as connection:
        newest = ScriptDirectory.from_config(migrations(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == newest
