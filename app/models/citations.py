"""Citations: a record tied to a source, through its speakers."""

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import Attribution, CitationRelation, RecordType, ReviewStatus, Setting
from app.models.base import Base, DateWords, Day, Id, Words, one_of, within


class Citation(Base):
    """``relation`` empty means *supports*. ``stated`` is set where this speaker said it on another day;
    ``stated_first`` and ``stated_last`` are its days, capped by the day of publication.

    ``attribution`` is what was coded by hand where no actor speaks; the computed one, per holder, is in
    ``citation_attributions``.
    """

    __tablename__ = "citations"
    __table_args__ = (
        within("records", "subject_type", "subject", to=("type", "id")),
        within("sources", "source"),
        CheckConstraint("attribution <> 'self'", name="never_coded_as_self"),
        CheckConstraint("(stated IS NULL) = (stated_last IS NULL)", name="stated_has_days"),
        Index(None, "negotiation", "subject_type", "subject"),
        Index(None, "negotiation", "source"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    subject_type: Mapped[RecordType] = mapped_column(one_of(RecordType, "subject_type"))
    subject: Mapped[str] = mapped_column(Id)
    source: Mapped[str] = mapped_column(Id)
    relation: Mapped[CitationRelation | None] = mapped_column(one_of(CitationRelation, "relation"))
    quote: Mapped[str | None] = mapped_column(Words)
    translation: Mapped[str | None] = mapped_column(Words)
    search_text: Mapped[str] = mapped_column(Words)
    attributed_to: Mapped[str | None] = mapped_column(Words)
    public_wording: Mapped[str | None] = mapped_column(Words)
    anonymous: Mapped[bool | None] = mapped_column(Boolean)
    setting: Mapped[Setting | None] = mapped_column(one_of(Setting, "setting"))
    stated: Mapped[str | None] = mapped_column(DateWords)
    stated_first: Mapped[str | None] = mapped_column(Day)
    stated_last: Mapped[str | None] = mapped_column(Day)
    attribution: Mapped[Attribution | None] = mapped_column(one_of(Attribution, "attribution"))
    sensitive: Mapped[bool | None] = mapped_column(Boolean)
    locator: Mapped[str | None] = mapped_column(Words)
    note: Mapped[str | None] = mapped_column(Words)
    review_status: Mapped[ReviewStatus] = mapped_column(
        one_of(ReviewStatus, "review_status"), default=ReviewStatus.PUBLISHED
    )
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class CitationSpeaker(Base):
    """An actor whom the source names, or to whom it assigns, the speaker."""

    __tablename__ = "citation_speakers"
    __table_args__ = (
        within("citations", "citation", to=("number",), ondelete="CASCADE"),
        within("actors", "actor"),
        Index(None, "negotiation", "actor"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    citation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Id)


class CitationAttribution(Base):
    """Derived: who speaks, seen from one holder of the record (domain.md §2)."""

    __tablename__ = "citation_attributions"
    __table_args__ = (
        within("citations", "citation", to=("number",), ondelete="CASCADE"),
        within("actors", "holder"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    citation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(Id, primary_key=True)
    attribution: Mapped[Attribution] = mapped_column(one_of(Attribution, "attribution"))


class CitationSelector(Base):
    """Where in the report's text the quote stands: the words before and after it. Never shown to readers."""

    __tablename__ = "citation_selectors"
    __table_args__ = (within("citations", "citation", to=("number",), ondelete="CASCADE"),)

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    citation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    prefix: Mapped[str] = mapped_column(Words)
    suffix: Mapped[str] = mapped_column(Words)
