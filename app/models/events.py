"""Events: context on the time line."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, DateWords, Id, Words, within


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        CheckConstraint("type = 'event'", name="type"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="event")
    ends: Mapped[str | None] = mapped_column(DateWords)
    place: Mapped[str | None] = mapped_column(Words)
