"""Revisions: who changed what, when, from what to what, and why; nothing is lost (domain.md §7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcTime, Words


class Revision(Base):
    """One change of one record. ``before`` and ``after`` are JSON objects, empty at its beginning or end.

    ``hash`` covers the row and the hash of the row before it in the same negotiation. It covers each field
    through a salted hash of its own, so that a field can be erased for somebody's safety and the chain still
    holds: ``salts`` is the secret that the fields' salts are made from, or, once a field was erased, a JSON
    object of those that are left; ``erased`` then has the hashes of the erased fields (domain.md §7).
    The database refuses every other change of a row, and its removal.
    """

    __tablename__ = "revisions"
    __table_args__ = (Index(None, "negotiation", "noun", "record"),)

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcTime)
    account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    action: Mapped[str] = mapped_column(Id)
    noun: Mapped[str] = mapped_column(Id)
    record: Mapped[str] = mapped_column(Id)
    before: Mapped[str | None] = mapped_column(Words)
    after: Mapped[str | None] = mapped_column(Words)
    reason: Mapped[str | None] = mapped_column(Words)
    hash: Mapped[str] = mapped_column(Id)
    salts: Mapped[str] = mapped_column(Words)
    erased: Mapped[str | None] = mapped_column(Words)


class Redaction(Base):
    """That a field of a record was blanked for somebody's safety, and when; never what it said."""

    __tablename__ = "redactions"

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    noun: Mapped[str] = mapped_column(Id)
    record: Mapped[str] = mapped_column(Id)
    field: Mapped[str] = mapped_column(Id)
    redacted_at: Mapped[datetime] = mapped_column(UtcTime)
    account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Redirect(Base):
    """A record that was merged into another of its noun: its address leads there for good."""

    __tablename__ = "redirects"

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    noun: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    into: Mapped[str] = mapped_column(Id)
