"""The command line, from outside: what it prints, what it leaves behind, and how it refuses."""

import filecmp
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner, Result

from app.cli import DEMO, app

ROOT = Path(__file__).parents[1]


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'parley.db'}"


def run(*arguments: str, database: str) -> Result:
    """The command as a shell would run it, without the second that a new interpreter takes."""
    return CliRunner(env={"PARLEY_DATABASE_URL": database, "COLUMNS": "120"}).invoke(app, arguments)


def test_from_an_empty_folder_to_a_package_that_is_byte_equal(database: str, tmp_path: Path) -> None:
    refused = run("demo", database=database)
    assert (refused.exit_code, "Run: parley migrate" in refused.stderr) == (1, True)
    assert run("migrate", database=database).exit_code == 0
    assert run("demo", database=database).exit_code == 0
    again = run("demo", database=database)
    assert (again.exit_code, "holds negotiations already" in again.stderr) == (1, True)
    assert run("demo", "--if-empty", database=database).exit_code == 0
    imported = run("import", str(DEMO / "gaza"), database=database)
    assert (imported.exit_code, "“gaza”: 0 added, 0 changed." in imported.stderr) == (0, True)
    assert run("export", "gaza", str(tmp_path / "out"), database=database).exit_code == 0
    compared = filecmp.dircmp(DEMO / "gaza", tmp_path / "out")
    assert (compared.left_only, compared.right_only) == ([], [])
    _, different, missing = filecmp.cmpfiles(DEMO / "gaza", tmp_path / "out", compared.common, shallow=False)
    assert (different, missing) == ([], [])


def test_a_dry_run_lists_and_loads_nothing(database: str) -> None:
    run("migrate", database=database)
    dry = run("import", str(DEMO / "seed-article"), "--dry-run", database=database)
    assert (dry.exit_code, "No fault found." in dry.stderr) == (0, True)
    missing = run("export", "gaza-april-2024", "/nowhere/at/all", database=database)
    assert (missing.exit_code, "there is no negotiation “gaza-april-2024”" in missing.stderr) == (1, True)


def test_a_package_with_faults_lists_them_all_and_exits_1(database: str, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    for file in (DEMO / "seed-article").iterdir():
        text = file.read_bytes()
        if file.name == "demands.csv":
            text = text.replace(b",offer,", b",bid,", 1).replace(b"2024-04-03,,", b"2024-02-30,,", 1)
        (package / file.name).write_bytes(text)
    run("migrate", database=database)
    refused = run("import", str(package), database=database)
    assert refused.exit_code == 1
    assert "demands.csv:8: kind:" in refused.stderr
    assert "demands.csv:2: stated:" in refused.stderr
    assert "2 faults; nothing was loaded." in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://someone:secret@host/name", "PARLEY_DATABASE_URL: write sqlite:///FILE or postgresql://"),
        ("postgresql://someone:secret@127.0.0.1:1/name", "The database cannot be used"),
        ("sqlite:////no/such/folder/parley.db", "There is no folder"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_so_without_its_secret(address: str, words: str) -> None:
    refused = run("migrate", database=address)
    assert refused.exit_code == 1
    assert words in refused.stderr
    assert "secret" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_every_command_explains_itself(database: str) -> None:
    for command in ("serve", "demo", "migrate", "import", "export"):
        helped = run(command, "--help", database=database)
        assert helped.exit_code == 0
        assert len(helped.stdout.split()) > 10


def test_verify_names_the_first_broken_link_and_exits_1(database: str) -> None:
    run("migrate", database=database)
    run("import", str(DEMO / "seed-article"), database=database)
    whole = run("verify", database=database)
    assert whole.exit_code == 0
    assert whole.stdout.startswith("“gaza-april-2024”: whole from revision 1 to 60; the newest hash is ")
    unknown = run("verify", "gaza", database=database)
    assert (unknown.exit_code, "there is no negotiation “gaza”" in unknown.stderr) == (1, True)
    with sqlite3.connect(database.removeprefix("sqlite:///")) as connection:
        connection.execute("DROP TRIGGER revisions_are_not_changed")
        connection.execute("UPDATE revisions SET reason = 'none' WHERE number = 7")
    connection.close()
    broken = run("verify", "gaza-april-2024", database=database)
    words = "Broken: “gaza-april-2024”, revision 7: it is not what was recorded.\n"
    assert (broken.exit_code, broken.stdout) == (1, words)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
    return number


def test_serve_prints_its_address_answers_there_and_ends_when_told(database: str, port: int) -> None:
    run("migrate", database=database)
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "PARLEY_DATABASE_URL": database},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        assert server.stderr.readline() == f"Parley is at http://127.0.0.1:{port}/\n"
        deadline = time.monotonic() + 20
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    page = answer.read().decode()
                break
            except OSError:
                assert time.monotonic() < deadline, "the site did not start"
                time.sleep(0.05)
        assert "No negotiation is recorded here yet." in page
    finally:
        server.send_signal(signal.SIGINT)
        _, rest = server.communicate(timeout=20)
    assert "Traceback" not in rest


def test_a_site_does_not_start_with_codes_that_cannot_be_used(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "codes.toml"
    file.write_text("[negotiations.gaza.actors]\nhamas.wikidata = 123\n")
    monkeypatch.setenv("PARLEY_CROSSWALK", str(file))
    refused = run("serve", database=database)
    assert refused.exit_code == 1
    assert (
        "PARLEY_CROSSWALK cannot be used:\ncodes.toml: negotiations.gaza.actors.hamas.wikidata: "
        in refused.stderr
    )


def test_a_release_is_numbered_and_made_only_where_something_has_changed(
    database: str, tmp_path: Path
) -> None:
    run("migrate", database=database)
    run("import", str(DEMO / "seed-article"), database=database)
    made = run("release", "gaza-april-2024", str(tmp_path / "releases"), database=database)
    assert (made.exit_code, "Version 1: " in made.stderr) == (0, True)
    assert sorted(path.name for path in (tmp_path / "releases").iterdir()) == [
        "gaza-april-2024-1-changes.csv",
        "gaza-april-2024-1.zip",
        "gaza-april-2024-1.zip.sha256",
    ]
    again = run("release", "gaza-april-2024", str(tmp_path / "releases"), database=database)
    assert (again.exit_code, "nothing has changed since version 1" in again.stderr) == (1, True)
