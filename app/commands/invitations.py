"""Letting people in: a link by which one person makes an account, once (domain.md §8)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.commands.accounts import insert_account
from app.commands.tokens import hashed
from app.db import WriteSession
from app.domain.vocabulary import AccountRole
from app.models import Invitation

INVITATION_LASTS = timedelta(days=7)


class InvitationOver(Exception):
    """The link was used, was withdrawn, is too old, or never was one; which of them is not said."""


class InvitedBefore(Exception):
    """There is an invitation by this very link already."""


def invite(session: WriteSession, token: str, role: AccountRole, *, account: int, now: datetime) -> None:
    """Open an invitation by this link, for a week. Raises InvitedBefore."""
    outdated = Invitation.accepted_at.is_(None), Invitation.expires_at <= now
    session.execute(delete(Invitation).where(*outdated))
    if session.scalar(select(Invitation.token_hash).where(Invitation.token_hash == hashed(token))):
        raise InvitedBefore
    session.add(
        Invitation(
            token_hash=hashed(token),
            role=role,
            invited_by=account,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
    )
    session.flush()


def withdraw(session: WriteSession, token_hash: str) -> None:
    """Close an invitation. One that was used stays: somebody came by it."""
    unused = Invitation.token_hash == token_hash, Invitation.accepted_at.is_(None)
    session.execute(delete(Invitation).where(*unused))


def accept(session: WriteSession, token: str, name: str, password_hash: str, *, now: datetime) -> int:
    """Make the account that somebody was invited to, and use the link up.

    Raises InvitationOver and NameTaken; after either the caller rolls back, and the link is as it was.
    """
    mine = Invitation.token_hash == hashed(token)
    role = session.execute(
        update(Invitation)
        .where(mine, Invitation.accepted_at.is_(None), Invitation.expires_at > now)
        .values(accepted_at=now)
        .returning(Invitation.role)
    ).scalar()
    if role is None:
        raise InvitationOver
    account = insert_account(session, name, role, password_hash, now=now)
    session.execute(update(Invitation).where(mine).values(accepted_by=account))
    return account
