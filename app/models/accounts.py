"""People who may sign in, and their sessions. Readers need no account."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tokens import TokenRole
from app.domain.vocabulary import AccountRole
from app.models.base import Base, Day, Id, UtcTime, Words, one_of


class Account(Base):
    """``password_hash`` is empty for a person who signs in by a link only."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Id, unique=True)
    role: Mapped[AccountRole] = mapped_column(one_of(AccountRole, "role"))
    password_hash: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class AccountChange(Base):
    """That somebody's role was changed, or that they were shut out or let in again; by whom, and when.

    ``made_by`` is empty where it was done by a command on the server. Nothing of it is ever changed.
    """

    __tablename__ = "account_changes"
    __table_args__ = (Index(None, "account"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    role_before: Mapped[AccountRole] = mapped_column(one_of(AccountRole, "role_before"))
    role: Mapped[AccountRole] = mapped_column(one_of(AccountRole, "role"))
    disabled_before: Mapped[bool] = mapped_column(Boolean)
    disabled: Mapped[bool] = mapped_column(Boolean)


class Session(Base):
    """A signed-in browser. The token itself is never stored, only its hash."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account"),)

    token_hash: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    user_agent: Mapped[str | None] = mapped_column(Words)


class ApiToken(Base):
    """A token by which a program acts for a person, with no more than its ``role``; never stored itself.

    ``used_on`` is the last day on which it was used. One that was revoked stays, so that it is known for what
    it was.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (Index(None, "account"),)

    token_hash: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Words)
    role: Mapped[TokenRole] = mapped_column(one_of(TokenRole, "role"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_on: Mapped[str | None] = mapped_column(Day)


class Invitation(Base):
    """A link by which one person may make an account of this role, once. The token itself is never stored."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(Id, primary_key=True)
    role: Mapped[AccountRole] = mapped_column(one_of(AccountRole, "role"))
    invited_by: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))


class LoginLink(Base):
    """A link that signs a person in once, for a short while. The token itself is never stored."""

    __tablename__ = "login_links"

    token_hash: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LoginAttempt(Base):
    """A failed sign-in, by the hash of what was tried: the account's name, or the address it came from.

    Beside these, marked as known, the pairs of name and address that have gone together once.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "who", "at"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    who: Mapped[str] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(UtcTime)


class FormToken(Base):
    """A form that was taken: its token works once. ``digest`` is of what it said, ``result`` where it led.

    The same token with the same text is the same submission again; with other text it is a conflict.
    """

    __tablename__ = "form_tokens"
    __table_args__ = (Index(None, "account", "digest"),)

    token: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    used_at: Mapped[datetime] = mapped_column(UtcTime)
    digest: Mapped[str] = mapped_column(Id)
    result: Mapped[str] = mapped_column(Words)
