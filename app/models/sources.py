"""Sources: one publication each, and the origin that it relays."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import OutletGrade, ReviewStatus, SourceKind, SourceStatus
from app.models.base import Base, DateWords, Day, Id, UtcTime, Words, one_of, within


class Source(Base):
    """``origin`` is the report that this one relays, as entered; ``voice`` where the relays end.

    Sources of one voice count once. ``published_last`` is the last possible day of publication, the
    day from which it counts; ``retracted_from`` the day from which it supports nothing.
    """

    __tablename__ = "sources"
    __table_args__ = (
        CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),
        CheckConstraint("status <> 'retracted' OR retracted_from IS NOT NULL", name="retraction_has_a_day"),
        Index(None, "negotiation", "voice"),
    )

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    outlet: Mapped[str] = mapped_column(Words)
    title: Mapped[str | None] = mapped_column(Words)
    url: Mapped[str | None] = mapped_column(Words)
    published: Mapped[str] = mapped_column(DateWords)
    published_last: Mapped[str] = mapped_column(Day)
    language: Mapped[str] = mapped_column(Id)
    kind: Mapped[SourceKind | None] = mapped_column(one_of(SourceKind, "kind"))
    author: Mapped[str | None] = mapped_column(Words)
    origin: Mapped[str | None] = mapped_column(Id)
    voice: Mapped[str] = mapped_column(Id)
    archive_url: Mapped[str | None] = mapped_column(Words)
    status: Mapped[SourceStatus | None] = mapped_column(one_of(SourceStatus, "status"))
    status_date: Mapped[str | None] = mapped_column(DateWords)
    retracted_from: Mapped[str | None] = mapped_column(Day)
    grade: Mapped[OutletGrade | None] = mapped_column(one_of(OutletGrade, "grade"))
    note: Mapped[str | None] = mapped_column(Words)
    review_status: Mapped[ReviewStatus] = mapped_column(
        one_of(ReviewStatus, "review_status"), default=ReviewStatus.PUBLISHED
    )
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class SourceText(Base):
    """The text of a report as somebody pasted or typed it, for those who enter records; readers never see it.

    The newest ``number`` is the text; those before it were corrected. ``hash`` is the SHA-256 of ``words``
    in UTF-8, and stays when the words are blanked for safety.
    """

    __tablename__ = "source_texts"
    __table_args__ = (within("sources", "source"),)

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    source: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    words: Mapped[str | None] = mapped_column(Words)
    hash: Mapped[str] = mapped_column(Id)
    added_at: Mapped[datetime] = mapped_column(UtcTime)
    account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
