"""The ground of every table: naming, text types that sort alike on both databases, UTC times."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, ForeignKeyConstraint, MetaData, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """All tables. Constraints are named, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# The "C" collation on PostgreSQL orders text by code point, as SQLite does: both give the same pages.
Id = String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
Words = Text().with_variant(TEXT(collation="C"), "postgresql")
# A full day, YYYY-MM-DD, kept as text: SQLite's DATE affinity would turn '2030' into a number.
Day = String(10).with_variant(VARCHAR(10, collation="C"), "postgresql")
DateWords = String(40).with_variant(VARCHAR(40, collation="C"), "postgresql")


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone; this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def one_of(words: type[StrEnum] | Sequence[StrEnum], name: str) -> Enum:
    """A column type for a closed vocabulary, or a part of one, held by a CHECK constraint.

    It is stored as its words; of a part of a vocabulary the words are read back as plain text.
    """
    options: dict[str, Any] = {"native_enum": False, "create_constraint": True, "length": 40}
    if isinstance(words, type):
        return Enum(words, name=name, values_callable=lambda all_: [one.value for one in all_], **options)
    return Enum(*(word.value for word in words), name=name, **options)


def within(table: str, *columns: str, to: Sequence[str] = ("id",), **options: Any) -> ForeignKeyConstraint:
    """A foreign key that stays within one negotiation (domain.md §1: complete in itself)."""
    return ForeignKeyConstraint(
        ["negotiation", *columns],
        [f"{table}.negotiation", *(f"{table}.{column}" for column in to)],
        **options,
    )


PLACEMENT_IS_WHOLE = (
    "(scale_version IS NULL AND rung_min IS NULL AND rung_max IS NULL) OR "
    "(scale_version IS NOT NULL AND rung_min IS NOT NULL AND rung_max IS NOT NULL AND rung_min <= rung_max)"
)
