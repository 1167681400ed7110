"""Databases for tests, of both kinds: empty ones, and copies of one with the bundled negotiations."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.commands.accounts import add_account, login_link
from app.db import make_engine, migrate, write_session
from app.domain.vocabulary import AccountRole
from app.exchange.package import import_package
from app.main import create_app
from app.settings import Settings

KINDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", marks=pytest.mark.postgresql)]
PUBLIC_URL = "https://parley.example"


def lost_with_the_run(engine: Engine) -> Engine:
    """The engine, which on SQLite waits for no disk: what a test writes need not survive a crash."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine


@contextmanager
def engine_for(url: str) -> Iterator[Engine]:
    engine = lost_with_the_run(make_engine(url))
    try:
        yield engine
    finally:
        engine.dispose()


MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105 - of people who are made up
PEOPLE = {
    "anna": AccountRole.EDITOR,
    "ben": AccountRole.EDITOR,
    "carl": AccountRole.CONTRIBUTOR,
    "dora": AccountRole.CONTRIBUTOR,
    "root": AccountRole.ADMIN,
}


def load(url: str, *packages: Path) -> None:
    """Migrate a database, import packages into it, and let in the people of the tests."""
    with engine_for(url) as engine:
        migrate(engine)
        with write_session(engine) as session:
            for package in packages:
                import_package(session, package, now=MADE_AT)
            if packages:
                for name, role in PEOPLE.items():
                    add_account(
                        session, name, role, now=MADE_AT, password=PASSWORD if name == "anna" else None
                    )
            session.commit()


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def signed_in(client: TestClient, name: str) -> TestClient:
    """A client of the same application in whose browser this person is signed in."""
    other = TestClient(client.app, base_url="https://testserver", follow_redirects=False)
    other.portal = client.portal  # or each request starts an event loop, with threads, of its own
    with write_session(engine_of(client)) as session:
        # By a link: it takes no time, where a password takes as much as it should.
        token = login_link(session, name, now=datetime.now(UTC))
        session.commit()
    assert other.post(f"/login/{token}").status_code == 303
    return other


@contextmanager
def serving(url: str, **settings: Any) -> Iterator[TestClient]:
    """The application as a client sees it, on this database."""
    usual = {"public_url": PUBLIC_URL, "allowed_hosts": "*"}
    chosen = Settings(**{**usual, **settings}, database_url=SecretStr(url))
    with TestClient(create_app(chosen), base_url="http://testserver") as client:
        lost_with_the_run(engine_of(client))
        yield client


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """Answers, for a kind of database and packages, one that holds them, made once."""
    made: dict[tuple[str, tuple[Path, ...]], str] = {}

    def template(kind: str, *packages: Path) -> str:
        key = (kind, packages)
        if key not in made:
            if kind == "sqlite":
                file = tmp_path_factory.mktemp("template") / "parley.db"
                load(f"sqlite:///{file}", *packages)
                made[key] = str(file)
            else:
                server = request.getfixturevalue("postgresql_server")
                made[key] = server.create_database()
                load(server.url(made[key]), *packages)
        return made[key]

    return template


@contextmanager
def _copy(kind: str, template: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a copy of a template, gone at the end."""
    if kind == "sqlite":
        file = folder / "parley.db"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
    else:
        with request.getfixturevalue("postgresql_server").database(template) as url:
            yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, templates: Any, tmp_path: Path) -> Iterator[str]:
    """The address of an empty migrated database of either kind."""
    with _copy(request.param, templates(request.param), tmp_path, request) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty migrated database of either kind."""
    with engine_for(database_url) as engine:
        yield engine


@pytest.fixture(scope="session", params=KINDS)
def demo_url(request: pytest.FixtureRequest, templates: Any) -> str:
    """The address of a database of either kind with the bundled negotiations, for reading only."""
    template: str = templates(request.param, *(DEMO / name for name in PACKAGES))
    if request.param == "sqlite":
        return f"sqlite:///{template}"
    server = request.getfixturevalue("postgresql_server")
    # A copy: while somebody reads the template itself, no other can be made of it.
    url: str = server.url(server.create_database(template))
    return url


@pytest.fixture(scope="session")
def reader(demo_url: str) -> Iterator[TestClient]:
    """A reader of the bundled negotiations, on either kind of database."""
    with serving(demo_url) as client:
        yield client


@pytest.fixture(params=KINDS)
def desk_url(request: pytest.FixtureRequest, templates: Any, tmp_path: Path) -> Iterator[str]:
    """A database of its own with the bundled negotiations, for tests that write."""
    template = templates(request.param, *(DEMO / name for name in PACKAGES))
    with _copy(request.param, template, tmp_path, request) as url:
        yield url


@pytest.fixture
def desk(desk_url: str) -> Iterator[TestClient]:
    """A reader of a site to which people may write."""
    with serving(desk_url) as client:
        client.follow_redirects = False
        yield client
