"""Issues, their scales, and the checks that found nothing."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, DateWords, Day, Id, Words, within


class Issue(Base):
    """One question on the table; a sub-question is ``part_of`` a wider one."""

    __tablename__ = "issues"
    __table_args__ = (
        within("issues", "part_of"),
        CheckConstraint("part_of <> id", name="not_part_of_itself"),
        CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),
    )

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    part_of: Mapped[str | None] = mapped_column(Id)
    title: Mapped[str] = mapped_column(Words)
    question: Mapped[str] = mapped_column(Words)
    description: Mapped[str | None] = mapped_column(Words)


class ScaleRung(Base):
    """A rung of an issue's scale; rung 0 is one pole. A version is immutable once used."""

    __tablename__ = "scale_rungs"
    __table_args__ = (
        within("issues", "issue"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("rung >= 0", name="rung_from_zero"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    issue: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rung: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(Words)


class Coverage(Base):
    """Someone searched through a day for an actor's position on an issue, and found none."""

    __tablename__ = "coverage"
    __table_args__ = (
        within("actors", "actor"),
        within("issues", "issue"),
        Index(None, "negotiation", "actor", "issue"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(Id)
    issue: Mapped[str] = mapped_column(Id)
    searched_through: Mapped[str] = mapped_column(DateWords)
    searched_through_last: Mapped[str] = mapped_column(Day)
    note: Mapped[str | None] = mapped_column(Words)
