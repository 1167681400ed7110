"""A wheel holds all that the product needs, and runs where there is no checkout."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("app", "migrations", "static", "templates", "LICENSE", "pyproject.toml", "setup.py")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a wheel is built from, because a build leaves folders behind."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name)
        else:
            shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network, over what an older build left behind."""
    older = source / "build" / "lib" / "app" / "templates"
    older.mkdir(parents=True)
    (older / "removed.html").touch()
    (older.parent / "removed.py").touch()
    wheels = tmp_path_factory.mktemp("wheels")
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(wheels), str(source))
    (made,) = wheels.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A percent sign, because a path goes through a configuration that reads it as the start of a name.
    folder = tmp_path_factory.mktemp("anywhere 100%")
    pip("install", "--no-compile", "--target", str(folder), str(wheel))
    return folder


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", arguments[0]]
    subprocess.run([*command, "--no-index", "--no-deps", *arguments[1:]], check=True, timeout=60)


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    }


def test_a_wheel_holds_every_file_and_no_top_level_name_but_app(source: Path, wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
        assert archive.read("app/static/app.css") == (source / "static" / "app.css").read_bytes()
    metadata = {name for name in held if ".dist-info/" in name}
    beside = files(source / "templates") | files(source / "static") | files(source / "migrations")
    assert held - metadata == files(source / "app") | {f"app/{name}" for name in beside}
    # Named outright, because two empty lists are equal too.
    needed = {"static/vendor/SHA256SUMS", "templates/base.html", "migrations/env.py", "demo/gaza/demands.csv"}
    assert {f"app/{name}" for name in needed} <= held


# In one process, because each spends a second on imports.
PREPARE = """
from app import cli, db
from app.web import render
for name in ("migrate", "demo"):
    cli.app([name], standalone_mode=False)
print(db.MIGRATIONS, render.TEMPLATES, render.STATIC, cli.DEMO, sep="\\n")
"""


def test_an_installed_wheel_makes_a_database_and_serves_it(
    source: Path, installed: Path, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    # What it depends on comes from where the tests run.
    environment |= {
        "PYTHONPATH": str(installed),
        "PARLEY_DATABASE_URL": f"sqlite:///{tmp_path / 'parley.db'}",
    }
    prepared = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=tmp_path,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        timeout=60,
    )
    assert {Path(line).parent for line in prepared.stdout.decode().splitlines()} == {installed / "app"}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [installed / "bin" / "parley", "serve", "--port", str(port)], cwd=tmp_path, env=environment
    )
    try:
        page = read(f"http://127.0.0.1:{port}/", server).decode()
        assert "Gaza" in page
        style = (source / "static" / "app.css").read_bytes()
        address = f"/static/app.css?v={hashlib.sha256(style).hexdigest()[:12]}"
        assert address in page
        assert read(f"http://127.0.0.1:{port}{address}", server) == style
        assert b"<table" in read(f"http://127.0.0.1:{port}/negotiations/gaza", server)
    finally:
        server.terminate()
        server.wait(20)


def read(address: str, server: subprocess.Popen[bytes]) -> bytes:
    """What is at an address, once the server is up."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with urlopen(address, timeout=10) as answer:  # noqa: S310 - this machine
                body: bytes = answer.read()
            return body
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            assert server.poll() is None, "the site did not start"
            time.sleep(0.05)
