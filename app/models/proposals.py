"""Proposals, their terms, and the parties' responses to either."""

from sqlalchemy import CheckConstraint, Float, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import Outcome
from app.models.base import PLACEMENT_IS_WHOLE, Base, DateWords, Id, Words, one_of, within


class Proposal(Base):
    __tablename__ = "proposals"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        within("proposals", "amends"),
        CheckConstraint("type = 'proposal'", name="type"),
        CheckConstraint("amends <> id", name="not_amending_itself"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="proposal")
    amends: Mapped[str | None] = mapped_column(Id)
    ended: Mapped[str | None] = mapped_column(DateWords)
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome, "outcome"))


class Term(Base):
    """A proposal's text on one issue; its place in the proposal is its record's ordinal."""

    __tablename__ = "terms"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        within("proposals", "proposal"),
        within(
            "scale_rungs",
            "issue",
            "scale_version",
            "rung_min",
            to=("issue", "version", "rung"),
            name="fk_terms_rung_min_scale_rungs",
        ),
        within(
            "scale_rungs",
            "issue",
            "scale_version",
            "rung_max",
            to=("issue", "version", "rung"),
            name="fk_terms_rung_max_scale_rungs",
        ),
        within("issues", "issue"),
        UniqueConstraint("negotiation", "proposal", "id"),
        CheckConstraint("type = 'term'", name="type"),
        CheckConstraint(PLACEMENT_IS_WHOLE, name="placement_is_whole"),
        Index(None, "negotiation", "issue"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="term")
    proposal: Mapped[str] = mapped_column(Id)
    issue: Mapped[str] = mapped_column(Id)
    phase: Mapped[str | None] = mapped_column(Words)
    quantity: Mapped[str | None] = mapped_column(Words)
    quantity_min: Mapped[float | None] = mapped_column(Float)
    quantity_max: Mapped[float | None] = mapped_column(Float)
    unit: Mapped[str | None] = mapped_column(Words)
    condition: Mapped[str | None] = mapped_column(Words)
    scale_version: Mapped[int | None] = mapped_column(Integer)
    rung_min: Mapped[int | None] = mapped_column(Integer)
    rung_max: Mapped[int | None] = mapped_column(Integer)
    placement_reason: Mapped[str | None] = mapped_column(Words)


class Response(Base):
    """A party's answer to a whole proposal or, where ``term`` is set, to one term of that proposal."""

    __tablename__ = "responses"
    __table_args__ = (
        within("records", "type", "id", to=("type", "id")),
        within("proposals", "proposal"),
        within("terms", "proposal", "term", to=("proposal", "id")),
        CheckConstraint("type = 'response'", name="type"),
        Index(None, "negotiation", "proposal"),
    )

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    type: Mapped[str] = mapped_column(Id, default="response")
    proposal: Mapped[str] = mapped_column(Id)
    term: Mapped[str | None] = mapped_column(Id)
