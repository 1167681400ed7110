"""What every record has in common: its dates on three clocks, its actors and issues, its review.

Demands, proposals, terms, responses, remarks and events each have a row here; what only one of them
knows is in the table of its own noun. The time line, citations and visibility need this table alone.
"""

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import Answer, DemandKind, EventKind, RecordType, RemarkKind, ReviewStatus
from app.models.base import Base, DateWords, Day, Id, Words, one_of, within

# What an actor is to a record. The first four are those for whom a record's track is judged.
SUBJECT_PARTS = ("holder", "proposed_by", "responds", "about")
PARTS = (*SUBJECT_PARTS, "mediated_by", "obliged", "tabled_by")


def _words(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Record(Base):
    """``dated`` is the date as known: stated, presented or begun. ``first_day`` and ``last_day`` are its
    first and last possible day, the last capped by ``reported_on``, the day of the earliest supporting
    citation. ``stated_by`` is the day from which the record counts with hindsight (domain.md §3).
    """

    __tablename__ = "records"
    __table_args__ = (
        CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        CheckConstraint("last_day <= reported_on", name="said_before_printed"),
        CheckConstraint(f"type <> 'demand' OR kind IN ({_words(DemandKind)})", name="kind_of_demand"),
        CheckConstraint(f"type <> 'response' OR kind IN ({_words(Answer)})", name="kind_of_response"),
        CheckConstraint(f"type <> 'remark' OR kind IN ({_words(RemarkKind)})", name="kind_of_remark"),
        CheckConstraint(f"type <> 'event' OR kind IN ({_words(EventKind)})", name="kind_of_event"),
        CheckConstraint("kind IS NOT NULL OR type NOT IN ('demand', 'response')", name="kind_is_known"),
        CheckConstraint("kind IS NULL OR type NOT IN ('proposal', 'term')", name="kind_is_none"),
        CheckConstraint("title IS NOT NULL OR type NOT IN ('proposal', 'event')", name="title_is_known"),
        CheckConstraint(
            "summary IS NOT NULL OR type NOT IN ('demand', 'term', 'remark')", name="summary_is_known"
        ),
        Index("ix_records_time_line", "negotiation", "last_day", "first_day", "type", "id"),
        Index("ix_records_by_type", "negotiation", "type", "last_day", "first_day", "id"),
    )

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    type: Mapped[RecordType] = mapped_column(one_of(RecordType, "type"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str | None] = mapped_column(Id)
    title: Mapped[str | None] = mapped_column(Words)
    summary: Mapped[str | None] = mapped_column(Words)
    search_text: Mapped[str] = mapped_column(Words)
    dated: Mapped[str] = mapped_column(DateWords)
    first_day: Mapped[str] = mapped_column(Day)
    last_day: Mapped[str] = mapped_column(Day)
    reported_on: Mapped[str] = mapped_column(Day)
    stated_by: Mapped[str] = mapped_column(Day)
    review_status: Mapped[ReviewStatus] = mapped_column(
        one_of(ReviewStatus, "review_status"), default=ReviewStatus.PUBLISHED
    )
    retraction_reason: Mapped[str | None] = mapped_column(Words)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class RecordActor(Base):
    """An actor of a record and its part in it: holder, proposed_by, mediated_by, responds …

    A term repeats the ``proposed_by`` of its proposal, so that its actors are found as any other's.
    """

    __tablename__ = "record_actors"
    __table_args__ = (
        within("records", "type", "record", to=("type", "id"), ondelete="CASCADE"),
        within("actors", "actor"),
        CheckConstraint(f"part IN ({_words(PARTS)})", name="part"),
        Index("ix_record_actors_by_actor", "negotiation", "actor", "type", "record"),
        CheckConstraint("ordinal = 0 OR part NOT IN ('responds', 'about')", name="only_one"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    part: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Id)


class RecordIssue(Base):
    """An issue of a record; several only for a demand that cannot be parted."""

    __tablename__ = "record_issues"
    __table_args__ = (
        within("records", "type", "record", to=("type", "id"), ondelete="CASCADE"),
        within("issues", "issue"),
        CheckConstraint("ordinal = 0 OR type = 'demand'", name="only_one"),
        Index("ix_record_issues_by_issue", "negotiation", "issue", "type", "record"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    issue: Mapped[str] = mapped_column(Id)
