"""A backup put back: what was blanked since is blanked in it, and nothing is lost by mistake."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from app.cli import DEMO, PACKAGES, app
from app.commands.redactions import redact
from app.db import is_migrated, read_session, scrub, write_session
from app.exchange.restore import restore
from app.models import Citation, Negotiation, Redaction, Revision
from app.queries.revisions import verify
from tests.needs import find_postgresql
from tests.services.databases import engine_for

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def run(url: str, *arguments: object) -> Result:
    return CliRunner(env={"PARLEY_DATABASE_URL": url, "COLUMNS": "200"}).invoke(app, [*map(str, arguments)])


@pytest.fixture
def site(templates: Any, tmp_path: Path) -> tuple[Path, str]:
    """The file and the address of an SQLite database with the bundled negotiations."""
    file = tmp_path / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    return file, f"sqlite:///{file}"


def quoted(url: str) -> tuple[str, str]:
    """The number and the quote of a citation."""
    with engine_for(url) as engine, read_session(engine) as session:
        number, quote = session.execute(
            select(Citation.number, Citation.quote)
            .where(Citation.negotiation == "gaza", func.length(Citation.quote) > 60)
            .order_by(Citation.number)
        ).first() or (0, "")
        return str(number), quote or ""


def blank(url: str, number: str) -> None:
    with engine_for(url) as engine:
        with write_session(engine) as session:
            redact(session, "gaza", {("citation", number): {"quote"}}, now=NOW, account=None)
            session.commit()
        assert scrub(engine)


def assert_blanked(url: str, quote: str) -> None:
    """It is nowhere, it is told that it was, and the chain holds."""
    with engine_for(url) as engine:
        assert is_migrated(engine)
        with read_session(engine) as session:
            assert verify(session) is None
            assert session.scalars(select(Citation.number).where(Citation.quote == quote)).first() is None
            assert session.scalars(select(Revision.number).where(Revision.after.contains(quote))).all() == []
            assert session.execute(select(Redaction.field, Redaction.redacted_at)).all() == [("quote", NOW)]
            last, newest = session.execute(
                select(Negotiation.last_redaction, Negotiation.last_revision).where(Negotiation.id == "gaza")
            ).one()
            assert 0 < last <= newest
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        assert quote.encode() not in file.read_bytes()


def test_what_was_blanked_after_the_backup_is_blanked_in_it(site: tuple[Path, str], tmp_path: Path) -> None:
    file, url = site
    number, quote = quoted(url)
    backup = tmp_path / "old.backup"
    assert run(url, "backup", backup).exit_code == 0
    blank(url, number)
    assert quote.encode() in backup.read_bytes()
    refused = run(url, "restore", backup)
    assert (refused.exit_code, "is not empty; --replace" in refused.stderr) == (1, True)
    done = run(url, "restore", backup, "--replace")
    assert done.exit_code == 0, done.stderr
    assert "1 field was blanked again" in done.stderr
    assert_blanked(url, quote)
    beside = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("parley.db"))
    assert [name for name in beside if ".replaced-" not in name] == ["parley.db"]
    assert len(beside) == 2, "what was there stays"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run(url, "restore", backup, "--replace")
    assert again.exit_code == 0, again.stderr
    assert_blanked(url, quote)


def test_restores_within_one_second_keep_everything_that_was_there(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    file, url = site
    backup = tmp_path / "a.backup"
    assert run(url, "backup", backup).exit_code == 0
    kept = []
    for number in range(3):
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"PRAGMA user_version = {number + 1}")
        done = restore(backup, file, now=NOW, replace=True)
        assert done.kept_as is not None
        kept.append(done.kept_as)
    assert [path.name.partition(".replaced-")[2] for path in kept] == [
        "20260305T120000Z",
        "20260305T120000Z-2",
        "20260305T120000Z-3",
    ]
    for number, path in enumerate(kept):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA user_version").fetchone() == (number + 1,)


def test_where_the_database_is_lost_a_file_says_what_was_blanked(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    file, url = site
    number, quote = quoted(url)
    backup, known = tmp_path / "old.backup", tmp_path / "known"
    assert run(url, "backup", backup).exit_code == 0
    blank(url, number)
    assert run(url, "redactions", known).exit_code == 0
    assert [json.loads(line)["field"] for line in known.read_text().splitlines()] == ["quote"]
    assert quote[:20] not in known.read_text()
    assert run(url, "redactions", known).exit_code == 1, "a file that is there is not overwritten"
    file.unlink()
    done = run(url, "restore", backup, "--redactions", known)
    assert done.exit_code == 0, done.stderr
    assert_blanked(url, quote)
    assert run(url, "redact-again", known).stderr.startswith("0 fields")
    assert_blanked(url, quote)


def test_what_is_no_backup_and_a_database_in_use_are_refused_and_nothing_changes(
    site: tuple[Path, str], tmp_path: Path
) -> None:
    file, url = site
    backup = tmp_path / "a.backup"
    assert run(url, "backup", backup).exit_code == 0
    (tmp_path / "junk").write_bytes(b"junk")
    (tmp_path / "dump").write_bytes(b"PGDMP and so on")
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE of_something_else (words)")
    shutil.copyfile(backup, tmp_path / "newer")
    with closing(sqlite3.connect(tmp_path / "newer")) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    shutil.copyfile(backup, tmp_path / "damaged")
    with (tmp_path / "damaged").open("r+b") as damaged:
        damaged.seek(200_000)
        damaged.write(b"\xff" * 20_000)
    before = file.read_bytes()
    for name, why in (
        ("junk", "is no backup"),
        ("dump", "a backup of PostgreSQL"),
        ("other", "is no backup of Parley"),
        ("newer", "is of a newer version"),
        ("damaged", "damaged"),
        ("nothing", "cannot be read"),
        ("parley.db", "is the database itself"),
    ):
        refused = run(url, "restore", tmp_path / name, "--replace")
        assert (refused.exit_code, why in refused.stderr) == (1, True), (name, refused.stderr)
    (tmp_path / "wrong").write_text('{"negotiation": "gaza"}\n')
    refused = run(url, "restore", backup, "--replace", "--redactions", tmp_path / "wrong")
    assert (refused.exit_code, "line 1 of" in refused.stderr) == (1, True)
    with engine_for(url) as engine, engine.connect():
        refused = run(url, "restore", backup, "--replace")
        assert (refused.exit_code, "stop the site first" in refused.stderr) == (1, True)
    assert file.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if "restoring" in path.name or "replaced" in path.name]


def test_postgresql_is_blanked_again_after_it_was_restored(
    postgresql_server: Any, templates: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if programs := find_postgresql():
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    template = templates("postgresql", *(DEMO / name for name in PACKAGES))
    backup, known = tmp_path / "old.backup", tmp_path / "known"
    with postgresql_server.database(template) as url:
        number, quote = quoted(url)
        assert run(url, "backup", backup).exit_code == 0
        blank(url, number)
        assert_blanked(url, quote)
        assert run(url, "redactions", known).exit_code == 0
        refused = run(url, "restore", backup)
        assert (refused.exit_code, "pg_restore" in refused.stderr) == (1, True)
    with postgresql_server.database() as url:
        subprocess.run(
            ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", backup], check=True, timeout=60
        )
        done = run(url, "redact-again", known)
        assert (done.exit_code, "1 field was" in done.stderr) == (0, True), done.stderr
        assert_blanked(url, quote)
