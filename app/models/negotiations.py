"""A negotiation: one process, complete in itself."""

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, DateWords, Id, Words


class Negotiation(Base):
    """``revision`` is raised by every published change and is what ETags are made of.

    ``last_revision`` and ``last_hash`` repeat the newest row of the revision chain outside its table,
    so that a chain whose tail was cut off shows (domain.md §7).
    """

    __tablename__ = "negotiations"
    __table_args__ = (CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(Words)
    summary: Mapped[str | None] = mapped_column(Words)
    started: Mapped[str | None] = mapped_column(DateWords)
    ended: Mapped[str | None] = mapped_column(DateWords)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    last_revision: Mapped[int] = mapped_column(Integer, default=0)
    last_hash: Mapped[str] = mapped_column(Id, default="")
