"""Revisions: who changed what, when, from what to what, and why; nothing is lost (domain.md §7)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcTime, Words


class Revision(Base):
    """One change of one record. ``before`` and ``after`` are JSON objects, empty at its beginning or end.

    ``hash`` covers the row and the hash of the row before it in the same negotiation.
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
