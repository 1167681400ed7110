"""A negotiation: one process, complete in itself."""

from sqlalchemy import Boolean, CheckConstraint, Integer, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, DateWords, Id, Words


class Negotiation(Base):
    """``revision`` is raised by every published change and is what ETags are made of.

    ``last_revision`` and ``last_hash`` repeat the newest row of the revision chain outside its table,
    so that a chain whose tail was cut off shows (domain.md §7). ``package_name`` and ``package_title``
    are set where the data package that it came in has a name or a title of its own. ``two_people`` asks that
    nobody publishes an entry of their own. ``last_redaction`` is the number of the newest revision that
    erased something: what was kept of an earlier state is not to be shown any more.
    """

    __tablename__ = "negotiations"
    __table_args__ = (CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(Words)
    summary: Mapped[str | None] = mapped_column(Words)
    started: Mapped[str | None] = mapped_column(DateWords)
    ended: Mapped[str | None] = mapped_column(DateWords)
    package_name: Mapped[str | None] = mapped_column(Id)
    package_title: Mapped[str | None] = mapped_column(Words)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    last_revision: Mapped[int] = mapped_column(Integer, default=0)
    last_hash: Mapped[str] = mapped_column(Id, default="")
    last_redaction: Mapped[int] = mapped_column(Integer, server_default="0")
    two_people: Mapped[bool] = mapped_column(Boolean, server_default=false())
