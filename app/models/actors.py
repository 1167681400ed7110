"""Actors, their other names, and the roles that they have in a negotiation."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import ActorKind, Role
from app.models.base import Base, DateWords, Id, Words, one_of, within


class Actor(Base):
    __tablename__ = "actors"
    __table_args__ = (
        within("actors", "part_of"),
        CheckConstraint("part_of <> id", name="not_part_of_itself"),
        CheckConstraint("id NOT IN ('new', 'edit')", name="id_not_reserved"),
    )

    negotiation: Mapped[str] = mapped_column(Id, ForeignKey("negotiations.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Words)
    kind: Mapped[ActorKind | None] = mapped_column(one_of(ActorKind, "kind"))
    part_of: Mapped[str | None] = mapped_column(Id)


class ActorAlias(Base):
    """Another name of an actor, in any script."""

    __tablename__ = "actor_aliases"
    __table_args__ = (within("actors", "actor"),)

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    actor: Mapped[str] = mapped_column(Id, primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    alias: Mapped[str] = mapped_column(Words)


class Participant(Base):
    """An actor in a role, for a time; an actor may hold several, and one of them more than once."""

    __tablename__ = "participants"
    __table_args__ = (within("actors", "actor"), Index(None, "negotiation", "actor"))

    negotiation: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(Id)
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    from_date: Mapped[str | None] = mapped_column(DateWords)
    to_date: Mapped[str | None] = mapped_column(DateWords)
