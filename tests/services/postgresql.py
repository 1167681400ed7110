"""A PostgreSQL server for the length of a test run: its own data, a unix socket only, gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from tests import needs

SUPERUSER = "parley"
SECONDS_TO_START = 30

_names = count(1)


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server; a database in it is named by a URL that SQLAlchemy and psycopg both take."""

    sockets: Path

    def url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"

    def create_database(self, template: str = "template1") -> str:
        """Copy `template`, which nobody may be connected to, and return the name of the copy."""
        name = f"parley_{next(_names)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop it under whoever is still connected: a pool that a test left open must not fail the next."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a fresh copy of `template`, dropped at the end."""
        name = self.create_database(template)
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One server for all tests, started by the first that asks."""
    programs = needs.find_postgresql()
    if not programs:
        needs.cannot_run(needs.NO_POSTGRESQL)
    # Not the usual temporary folder: the path of a socket may not be longer than 103 characters.
    folder = Path(tempfile.mkdtemp(prefix="parley-", dir="/tmp"))
    try:
        with _running(programs, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[PostgresqlServer]:
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, user)
    data = folder / "data"
    # Sorting by bytes is what SQLite does; the character type makes capitals and words work in every script.
    letters = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--lc-collate=C",
            f"--lc-ctype={letters}",
            "--lc-messages=C",
            "--no-sync",
        ],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    # Lost with the run, so nothing is made to survive a crash.
    settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    settings |= {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB", "autovacuum": "off"}
    settings |= {"listen_addresses": "", "unix_socket_directories": str(folder)}
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        server = PostgresqlServer(folder)
        _wait_until_it_answers(server, process, log)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # "fast": connections that tests left open do not hold it up
        process.wait()


def _wait_until_it_answers(server: PostgresqlServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError as refusal:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from refusal
            time.sleep(0.05)
        else:
            return
