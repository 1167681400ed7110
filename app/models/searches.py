"""Derived: what is found by searching, one row for everything that can be found, as the index reads it.

The index itself is the database's own (architecture.md “Speed”): on SQLite a table of FTS5 kept by triggers,
on PostgreSQL a column of ``tsvector``. Both are called ``search_words`` and made by the migrations; no model
knows them.
"""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Words

INDEX = "search_words"


class SearchText(Base):
    """``place`` orders all that is found, the newest last: its day, then a number of its own within it.

    ``noun`` is a type of record, *actor*, *issue* or *source*. ``words`` are the folded words that readers
    may see of it (domain/search.py), ``marks`` what it is filtered by.
    """

    __tablename__ = "search_texts"
    __table_args__ = (Index(None, "negotiation", "noun", "record", unique=True),)

    place: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"))
    noun: Mapped[str] = mapped_column(Id)
    record: Mapped[str] = mapped_column(Id)
    words: Mapped[str] = mapped_column(Words)
    marks: Mapped[str] = mapped_column(Words)


def is_index(name: str | None) -> bool:
    """Whether a table, a column or an index of a database is part of the index, which no model knows."""
    return (name or "").startswith(INDEX)
