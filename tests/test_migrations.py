"""Migrations: one head, each up and down again, and the newest equal to the models. On both databases."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from app.db import is_migrated, migrate, migrations
from app.models import Base
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
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
