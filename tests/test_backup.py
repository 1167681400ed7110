"""A backup: whole, of one moment, taken while people write, and refused in words where it cannot be had."""

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from typer.testing import CliRunner, Result

from app.cli import DEMO, PACKAGES, app
from app.commands.accounts import add_account
from app.db import is_migrated, read_session, write_session
from app.domain.vocabulary import AccountRole
from app.models import Account
from tests.needs import find_postgresql
from tests.services.databases import engine_for

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(path: Path, database: str, **environment: str) -> Result:
    return CliRunner(env={"PARLEY_DATABASE_URL": database, "COLUMNS": "120", **environment}).invoke(
        app, ["backup", str(path)]
    )


@pytest.fixture(autouse=True)
def newest_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump refuses a server newer than itself, and the first on the PATH may be an old one."""
    if programs := find_postgresql():
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def sqlite_url(templates: Any, tmp_path: Path) -> str:
    shutil.copyfile(templates("sqlite"), tmp_path / "parley.db")
    return f"sqlite:///{tmp_path / 'parley.db'}"


@contextmanager
def restored(backup: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The backup as a database of its own."""
    if backup.read_bytes().startswith(b"SQLite"):
        with engine_for(f"sqlite:///{backup}") as engine:
            yield engine
        return
    with request.getfixturevalue("postgresql_server").database() as url:
        subprocess.run(
            ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", backup],
            check=True,
            timeout=60,
        )
        with engine_for(url) as engine:
            yield engine


def names(engine: Engine) -> list[str]:
    with read_session(engine) as session:
        return list(session.scalars(select(Account.name).order_by(Account.id)))


def write(engine: Engine, name: str) -> None:
    with write_session(engine) as session:
        add_account(session, name, AccountRole.EDITOR, now=NOW)
        session.commit()


def rows(engine: Engine) -> dict[str, int]:
    with read_session(engine) as session:
        return {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in ("negotiations", "demands", "citations", "revisions", "position_cells")
        }


def test_a_backup_taken_while_someone_writes_holds_all_that_was_committed_before(
    desk_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    backup = tmp_path / "backup"
    written: list[str] = []
    enough, done = threading.Event(), threading.Event()

    with engine_for(desk_url) as engine:
        there = names(engine)

        def go_on_writing() -> None:
            while not done.is_set():
                name = f"person {len(written)}"
                write(engine, name)
                written.append(name)
                if len(written) == 20:
                    enough.set()

        writer = threading.Thread(target=go_on_writing)
        writer.start()
        try:
            assert enough.wait(30)
            before = len(written)
            answer = run(backup, desk_url)
        finally:
            done.set()
            writer.join(30)
        assert (answer.exit_code, answer.stderr.startswith(f"Wrote {backup} (")) == (0, True), answer.stderr
        expected = rows(engine)
    with restored(backup, request) as copy:
        held = names(copy)
        assert held == [*there, *written][: len(held)]
        assert len(held) >= len(there) + before
        assert rows(copy) == expected
        assert is_migrated(copy)


def test_what_is_not_committed_is_not_in_it_and_does_not_hold_it_up(
    desk_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with engine_for(desk_url) as engine:
        write(engine, "committed")
        there = names(engine)
        with write_session(engine) as session:
            add_account(session, "open", AccountRole.EDITOR, now=NOW)
            session.flush()
            assert run(tmp_path / "backup", desk_url).exit_code == 0
    with restored(tmp_path / "backup", request) as copy:
        assert names(copy) == there


def test_only_its_owner_may_read_it_and_nothing_lies_beside_it(desk_url: str, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    mask = os.umask(0)
    try:
        assert run(tmp_path / "kept" / "backup", desk_url).exit_code == 0
    finally:
        os.umask(mask)
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["backup"]
    assert stat.S_IMODE((tmp_path / "kept" / "backup").stat().st_mode) == 0o600


def test_an_sqlite_backup_is_one_file_that_opens_without_writing(sqlite_url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    assert run(backup, sqlite_url).exit_code == 0
    with closing(sqlite3.connect(f"file:{backup}?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_there_is_never_overwritten(sqlite_url: str, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    backup.write_text("older")
    refused = run(backup, sqlite_url)
    assert (refused.exit_code, refused.stderr) == (1, f"Not backed up: {backup} is there already.\n")
    assert backup.read_text() == "older"
    other = tmp_path / "other.db"
    (tmp_path / "other.db.part").write_text("of another run")
    refused = run(other, sqlite_url)
    assert (refused.exit_code, "one was cut short; in that case remove it" in refused.stderr) == (1, True)
    assert (other.exists(), (tmp_path / "other.db.part").read_text()) == (False, "of another run")


def test_a_database_from_before_an_upgrade_can_be_backed_up(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE of_old (words)")
    assert run(tmp_path / "backup.db", f"sqlite:///{tmp_path / 'old.db'}").exit_code == 0


def test_a_folder_that_is_not_there_is_said_so(sqlite_url: str, tmp_path: Path) -> None:
    refused = run(tmp_path / "none" / "backup.db", sqlite_url)
    assert (refused.exit_code, "cannot be written (No such file or directory)" in refused.stderr) == (1, True)


@pytest.mark.parametrize("database", ["sqlite:///{}/none.db", "sqlite://", "sqlite:///{}/text.db"])
def test_what_is_no_database_is_refused_and_nothing_is_left(database: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("No database at all. " * 1000)
    refused = run(tmp_path / "backup.db", database.format(tmp_path))
    assert (refused.exit_code, "Traceback" in refused.stderr) == (1, False)
    assert refused.stderr.startswith(("There is no database file", "Not backed up: "))
    assert [file.name for file in tmp_path.iterdir()] == ["text.db"]


def test_a_damaged_database_gives_no_backup(templates: Any, tmp_path: Path) -> None:
    database = tmp_path / "damaged.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), database)
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(b"\xff" * 40_000)
    refused = run(tmp_path / "backup.db", f"sqlite:///{database}")
    assert refused.exit_code == 1
    assert "damaged" in refused.stderr or "malformed" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(tmp_path.glob("backup*"))


def test_without_pg_dump_it_says_what_to_install(tmp_path: Path) -> None:
    refused = run(tmp_path / "backup", "postgresql://someone:secret@127.0.0.1:1/name", PATH=str(tmp_path))
    assert (refused.exit_code, "pg_dump was not found; install" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_handed_to_pg_dump_where_no_one_else_sees_it(tmp_path: Path) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$@" >{tmp_path}/seen\necho "$PGPASSWORD" >{tmp_path}/secret\n')
    program.chmod(0o755)
    address = "postgresql://some%40one:s%3Acret@host.example:5433/name?sslmode=require"
    assert run(tmp_path / "backup", address, PATH=str(tmp_path)).exit_code == 0
    seen = (tmp_path / "seen").read_text()
    assert "--dbname=postgresql://some%40one@host.example:5433/name?sslmode=require" in seen
    assert "cret" not in seen
    assert (tmp_path / "secret").read_text() == "s:cret\n"


@pytest.mark.postgresql
def test_what_pg_dump_says_is_passed_on(postgresql_server: Any, tmp_path: Path) -> None:
    refused = run(tmp_path / "backup", postgresql_server.url("no_such_database"))
    assert refused.exit_code == 1
    assert 'database "no_such_database" does not exist' in refused.stderr
    assert list(tmp_path.iterdir()) == []
