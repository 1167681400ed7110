"""The review of entries, and what readers send in: what editors see and readers never do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import RecordType
from app.models.base import Base, Id, UtcTime, Words, one_of, within


class Review(Base):
    """An entry on its way to its readers: a citation that is not published, and the record that came with it.

    ``taken_by`` is the editor who is reading it; ``comment`` what an editor said on returning it.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        within("citations", "citation", to=("number",), ondelete="CASCADE"),
        CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name="taken_by_somebody"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    citation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    comment: Mapped[str | None] = mapped_column(Words)


class ReaderNote(Base):
    """What a reader says is wrong with a published record; there is no account and no name with it."""

    __tablename__ = "reader_notes"
    __table_args__ = (
        within("records", "type", "record", to=("type", "id")),
        Index(None, "negotiation", "settled_at"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    type: Mapped[RecordType] = mapped_column(one_of(RecordType, "type"))
    record: Mapped[str] = mapped_column(Id)
    words: Mapped[str] = mapped_column(Words)
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    answer: Mapped[str | None] = mapped_column(Words)
