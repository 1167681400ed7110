"""Tokens by which programs act for a person: made, used, revoked; and how much they may hand in."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from app.commands.tokens import hashed
from app.db import WriteSession
from app.domain.tokens import ENTRIES_FROM_ONE, ENTRIES_WITHIN, MOST_TOKENS, TokenRole, may_be_given
from app.models import Account, ApiToken, LoginAttempt

# Before the hash of what entries of programs are counted by; tries at passwords leave these rows alone.
COUNTED = "api:"


class TooManyTokens(Exception):
    """This person has as many tokens as anybody needs; one has to be revoked first."""


class MoreThanTheirs(Exception):
    """The token would be allowed to do more than its person."""


class TooManyEntries(Exception):
    """Too much was handed in of late; ``seconds`` must pass before the next."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too many entries")
        self.seconds = seconds


def make_token(
    session: WriteSession, account: int, token: str, name: str, role: TokenRole, *, days: int, now: datetime
) -> None:
    """Keep the hash of a token that its person is shown. Raises TooManyTokens and MoreThanTheirs."""
    own = session.execute(select(Account.role).where(Account.id == account).with_for_update()).scalar_one()
    if not may_be_given(role, own):
        raise MoreThanTheirs
    live = ApiToken.account == account, ApiToken.revoked_at.is_(None)
    if (session.scalar(select(func.count()).where(*live)) or 0) >= MOST_TOKENS:
        raise TooManyTokens
    session.execute(
        insert(ApiToken).values(
            token_hash=hashed(token),
            account=account,
            name=name,
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )


def revoke_token(session: WriteSession, account: int, key: str, *, now: datetime) -> None:
    """End a token of this person; nobody else's, and one that is over stays so."""
    live = ApiToken.account == account, ApiToken.token_hash == key, ApiToken.revoked_at.is_(None)
    session.execute(update(ApiToken).where(*live).values(revoked_at=now))


def note_used(session: WriteSession, token_hash: str, *, day: date) -> None:
    """Note that a token was used on a day."""
    session.execute(update(ApiToken).where(ApiToken.token_hash == token_hash).values(used_on=day.isoformat()))


def count_entry(session: WriteSession, account: int, *, now: datetime) -> None:
    """Count something that a person's programs hand in, kept or not; the caller commits.

    Raises TooManyEntries, and then has counted nothing.
    """
    who = COUNTED + hashed(f"account:{account}")
    since = now - ENTRIES_WITHIN
    count, first = session.execute(
        select(func.count(), func.min(LoginAttempt.at)).where(
            LoginAttempt.who == who, LoginAttempt.at > since
        )
    ).one()
    if count >= ENTRIES_FROM_ONE:
        raise TooManyEntries(max(1, int((first + ENTRIES_WITHIN - now).total_seconds())))
    session.execute(
        delete(LoginAttempt).where(LoginAttempt.who.startswith(COUNTED), LoginAttempt.at <= since)
    )
    session.execute(insert(LoginAttempt).values(who=who, at=now))
