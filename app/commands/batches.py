"""Many rows at once: what an import writes, by the thousand and without objects in between."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table, bindparam, delete, insert, select, update

from app.db import WriteSession
from app.models import Base

Row = tuple[Any, ...]

# SQLite prepares the checks of a table once for a statement, not once for a row: half the time.
_ROWS_OF_A_STATEMENT = 100

# In a smaller table no plan goes far astray.
_WORTH_STATISTICS = 1000


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a table as plain tuples in the order of ``columns``, those of the primary key first.

    Values are as a driver takes them. ``defaults`` are further columns that a new row gets and that
    are left alone afterwards.
    """

    model: type[Base]
    columns: tuple[str, ...]
    rows: Sequence[Row]
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        table = self.model.__table__
        assert isinstance(table, Table)  # noqa: S101 - every model is a plain table
        return table

    @property
    def key_length(self) -> int:
        return len(self.table.primary_key.columns)


def read_rows(session: WriteSession, batch: Batch, negotiation: str) -> list[Row]:
    """The rows of one negotiation that are stored now, with the columns of the batch."""
    table = batch.table
    whose = table.columns[batch.columns[0]]
    statement = select(*(table.columns[name] for name in batch.columns)).where(whose == negotiation)
    return [tuple(row) for row in session.execute(statement)]


def insert_rows(session: WriteSession, batch: Batch, rows: Sequence[Row] | None = None) -> None:
    """Add the rows, or those given in their place: by COPY on PostgreSQL, by one statement on SQLite."""
    rows = batch.rows if rows is None else rows
    if not rows:
        return
    columns = (*batch.columns, *batch.defaults)
    values = tuple(batch.defaults.values())
    connection = session.connection()
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(batch.table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row + values)
        return
    moments = [index for index, value in enumerate(rows[0]) if isinstance(value, datetime)]
    if moments:
        rows = [_with_moments_as_text(row, moments) for row in rows]
    one = str(insert(batch.table).compile(dialect=connection.dialect, column_keys=list(columns)))
    many = one + (", " + one[one.rindex("(") :]) * (_ROWS_OF_A_STATEMENT - 1)
    complete = [row + values for row in rows]
    rest = len(complete) % _ROWS_OF_A_STATEMENT
    together = range(0, len(complete) - rest, _ROWS_OF_A_STATEMENT)
    if together:
        connection.exec_driver_sql(
            many, [tuple(chain.from_iterable(complete[at : at + _ROWS_OF_A_STATEMENT])) for at in together]
        )
    if rest:
        connection.exec_driver_sql(one, complete[-rest:])


def _with_moments_as_text(row: Row, moments: Sequence[int]) -> Row:
    """The row as SQLAlchemy would store it on SQLite, which knows no moments."""
    values = list(row)
    for index in moments:
        values[index] = values[index].astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return tuple(values)


def update_rows(session: WriteSession, batch: Batch, rows: Sequence[Row]) -> None:
    """Give stored rows, found by their key, the values of these."""
    if not rows:
        return
    statement = update(batch.table).values({name: bindparam(f"new_{name}") for name in _rest(batch)})
    for name in _key(batch):
        statement = statement.where(batch.table.columns[name] == bindparam(f"key_{name}"))
    names = [*(f"key_{name}" for name in _key(batch)), *(f"new_{name}" for name in _rest(batch))]
    session.connection().execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


def delete_rows(session: WriteSession, batch: Batch, keys: Sequence[Row]) -> None:
    """Remove the rows that have these keys."""
    if not keys:
        return
    statement = delete(batch.table)
    for name in _key(batch):
        statement = statement.where(batch.table.columns[name] == bindparam(f"key_{name}"))
    names = [f"key_{name}" for name in _key(batch)]
    session.connection().execute(statement, [dict(zip(names, key, strict=True)) for key in keys])


def gather_statistics(session: WriteSession, batches: Sequence[Batch]) -> None:
    """Let PostgreSQL know how much has come in: it plans what is read next as if the tables were empty."""
    connection = session.connection()
    large = [batch.table.name for batch in batches if len(batch.rows) >= _WORTH_STATISTICS]
    if large and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(large)}")


@contextmanager
def uncollected() -> Iterator[None]:
    """Work that makes objects by the million and frees none of them, without searching for garbage.

    The search takes a third of the time of a large import.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _key(batch: Batch) -> tuple[str, ...]:
    return batch.columns[: batch.key_length]


def _rest(batch: Batch) -> tuple[str, ...]:
    return batch.columns[batch.key_length :]
