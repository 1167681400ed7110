"""Demands: what only a demand knows, and the links between demands."""

from sqlalchemy import CheckConstraint, Float, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import LinkRelation, RecordGrade
from app.models.base import PLACEMENT_IS_WHOLE, Base, DateWords, Id, Words, one_of, within


class Demand(Base):
    """``placement_issue`` is the demand's one issue where it is placed on that issue's scale."""

    __tablename__ = "demands"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        within("proposals", "proposal"),
        within("events", "overtaken_by"),
        within(
            "scale_rungs",
            "placement_issue",
            "scale_version",
            "rung_min",
            to=("issue", "version", "rung"),
            name="fk_demands_rung_min_scale_rungs",
        ),
        within(
            "scale_rungs",
            "placement_issue",
            "scale_version",
            "rung_max",
            to=("issue", "version", "rung"),
            name="fk_demands_rung_max_scale_rungs",
        ),
        CheckConstraint("type = 'demand'", name="type"),
        CheckConstraint(PLACEMENT_IS_WHOLE, name="placement_is_whole"),
        Index(None, "negotiation", "proposal"),
        CheckConstraint("(placement_issue IS NULL) = (scale_version IS NULL)", name="placement_has_an_issue"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="demand")
    quantity: Mapped[str | None] = mapped_column(Words)
    quantity_min: Mapped[float | None] = mapped_column(Float)
    quantity_max: Mapped[float | None] = mapped_column(Float)
    unit: Mapped[str | None] = mapped_column(Words)
    condition: Mapped[str | None] = mapped_column(Words)
    deadline: Mapped[str | None] = mapped_column(DateWords)
    grade: Mapped[RecordGrade | None] = mapped_column(one_of(RecordGrade, "grade"))
    proposal: Mapped[str | None] = mapped_column(Id)
    overtaken_by: Mapped[str | None] = mapped_column(Id)
    placement_issue: Mapped[str | None] = mapped_column(Id)
    scale_version: Mapped[int | None] = mapped_column(Integer)
    rung_min: Mapped[int | None] = mapped_column(Integer)
    rung_max: Mapped[int | None] = mapped_column(Integer)
    placement_reason: Mapped[str | None] = mapped_column(Words)


class Link(Base):
    """A person's word that one demand replaces, restates, contradicts or clarifies another."""

    __tablename__ = "links"
    __table_args__ = (
        within("demands", "from_demand"),
        within("demands", "to_demand"),
        CheckConstraint("from_demand <> to_demand", name="not_to_itself"),
        Index(None, "negotiation", "from_demand"),
        Index(None, "negotiation", "to_demand"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    from_demand: Mapped[str] = mapped_column(Id)
    relation: Mapped[LinkRelation] = mapped_column(one_of(LinkRelation, "relation"))
    to_demand: Mapped[str] = mapped_column(Id)
    note: Mapped[str | None] = mapped_column(Words)
