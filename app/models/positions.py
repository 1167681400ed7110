"""Derived: the change points of every cell, so that any day is one index seek (architecture.md)."""

from sqlalchemy import Boolean, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import Basis, Empty
from app.models.base import Base, Day, Id, Words, one_of, within

# Change points are kept for these two; what was *recorded* by a day is worked out from the revisions.
KEPT = (Basis.REPORTED, Basis.STATED)
KEPT_BASIS = one_of(KEPT, "basis")


class PositionCell(Base):
    """A cell as it reads from ``from_day`` until its next row. ``shown`` and ``possible`` are JSON:
    the slots with their items, and the items that only may be by then.
    """

    __tablename__ = "position_cells"
    __table_args__ = (
        within("actors", "holder"),
        within("issues", "issue"),
        {"sqlite_with_rowid": False},
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    basis: Mapped[Basis] = mapped_column(KEPT_BASIS, primary_key=True)
    holder: Mapped[str] = mapped_column(Id, primary_key=True)
    issue: Mapped[str] = mapped_column(Id, primary_key=True)
    from_day: Mapped[str] = mapped_column(Day, primary_key=True)
    shown: Mapped[str] = mapped_column(Words)
    possible: Mapped[str] = mapped_column(Words)
    contested: Mapped[bool] = mapped_column(Boolean)
    empty: Mapped[Empty | None] = mapped_column(one_of(Empty, "empty"))
    standing_count: Mapped[int] = mapped_column(Integer)


class ChangeDay(Base):
    """Derived: a day on which cells of a negotiation change, and how many of them."""

    __tablename__ = "change_days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    basis: Mapped[Basis] = mapped_column(KEPT_BASIS, primary_key=True)
    day: Mapped[str] = mapped_column(Day, primary_key=True)
    cells: Mapped[int] = mapped_column(Integer)
