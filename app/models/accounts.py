"""People who may sign in, and their sessions. Readers need no account."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import AccountRole
from app.models.base import Base, Id, UtcTime, Words, one_of


class Account(Base):
    """``password_hash`` is empty for a person who signs in by a link only."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Id, unique=True)
    role: Mapped[AccountRole] = mapped_column(one_of(AccountRole, "role"))
    password_hash: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Session(Base):
    """A signed-in browser. The token itself is never stored, only its hash."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account"),)

    token_hash: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
