"""Remarks: what somebody says about a party or the process."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, within


class Remark(Base):
    """A remark knows nothing that its record does not; without an actor it is about the process."""

    __tablename__ = "remarks"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        CheckConstraint("type = 'remark'", name="type"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="remark")
