"""Who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import ReadSession, WriteSession
from app.domain.vocabulary import AccountRole
from app.models import Account, Session


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person. Contributors are never named to readers (domain.md §8)."""

    account: int
    name: str
    role: AccountRole

    @property
    def edits(self) -> bool:
        return self.role in (AccountRole.EDITOR, AccountRole.ADMIN)


def person_of(session: ReadSession | WriteSession, token_hash: str, now: datetime) -> Person | None:
    """The person whose session this is; None where it has ended or the account is disabled."""
    row = session.execute(
        select(Account.id, Account.name, Account.role)
        .join(Session, Session.account == Account.id)
        .where(Session.token_hash == token_hash, Session.expires_at > now, Account.disabled_at.is_(None))
    ).first()
    return Person(*row) if row else None
