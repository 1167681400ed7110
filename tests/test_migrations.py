"""Migrations: one head, each up and down again, and the newest equal to the models. On both databases."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text

from app.db import is_migrated, migrate, migrations, read_session
from app.models import Base, Revision
from app.models.searches import is_index
from app.queries.revisions import verify
from tests.make import talks, write_package
from tests.packages import load
from tests.services.databases import KINDS, engine_for


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Engine]:
    """A database of either kind with nothing in it."""
    if request.param == "sqlite":
        with engine_for(f"sqlite:///{tmp_path}/bare.db") as engine:
            yield engine
    else:
        with request.getfixturevalue("postgresql_server").database() as url, engine_for(url) as engine:
            yield engine


def scripts(engine: Engine) -> ScriptDirectory:
    with engine.connect() as connection:
        return ScriptDirectory.from_config(migrations(connection))


def tables(engine: Engine) -> dict[str, set[str]]:
    found = inspect(engine)
    return {name: {column["name"] for column in found.get_columns(name)} for name in found.get_table_names()}


def test_there_is_one_head(bare: Engine) -> None:
    assert len(scripts(bare).get_heads()) == 1


def test_each_migration_goes_up_down_and_up_again(bare: Engine) -> None:
    for script in reversed(list(scripts(bare).walk_revisions())):
        before = tables(bare)
        with bare.connect().execution_options(parley_writes=True) as connection:
            command.upgrade(migrations(connection), script.revision)
            connection.commit()
        after = tables(bare)
        assert after != before
        with bare.connect().execution_options(parley_writes=True) as connection:
            command.downgrade(migrations(connection), "-1")
            connection.commit()
        left = tables(bare)
        left.pop("alembic_version", None)
        before.pop("alembic_version", None)
        assert left == before
        with bare.connect().execution_options(parley_writes=True) as connection:
            command.upgrade(migrations(connection), script.revision)
            connection.commit()
        assert tables(bare) == after


def test_the_newest_schema_is_that_of_the_models(bare: Engine) -> None:
    assert not is_migrated(bare)
    migrate(bare)
    assert is_migrated(bare)
    with bare.connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: not is_index(name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def go(engine: Engine, revision: str) -> None:
    with engine.connect().execution_options(parley_writes=True) as connection:
        turn = command.downgrade if revision == "0001" else command.upgrade
        turn(migrations(connection), revision)
        connection.commit()


def old_chain_holds(engine: Engine) -> bool:
    """Whether each revision has the hash that it had before fields were hashed on their own."""
    previous = ""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM revisions ORDER BY number")).mappings().all()
        for row in rows:
            moment = datetime.fromisoformat(str(row["recorded_at"]))
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
            fixed = [
                row[name] for name in ("account", "action", "noun", "record", "before", "after", "reason")
            ]
            said = [
                previous,
                row["negotiation"],
                row["number"],
                moment.isoformat(timespec="microseconds"),
                *fixed,
            ]
            previous = sha256(
                json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
            ).hexdigest()
            if row["hash"] != previous:
                return False
        return rows != [] and connection.scalar(text("SELECT last_hash FROM negotiations")) == previous


def test_the_chain_of_what_is_recorded_holds_before_and_after_a_migration(
    bare: Engine, tmp_path: Path
) -> None:
    migrate(bare)
    tables = talks()
    load(bare, write_package(tmp_path / "in", tables))
    tables["demands"][0] = {**tables["demands"][0], "summary": "Another “word” – كلمة"}
    load(bare, write_package(tmp_path / "in", tables))
    go(bare, "0001")
    assert old_chain_holds(bare)
    go(bare, "head")
    with read_session(bare) as session:
        assert verify(session) is None
        kept = session.execute(select(func.count(), func.max(Revision.number))).one()
    assert tuple(kept) == (sum(map(len, tables.values())) + 1,) * 2
