"""Who is signed in, and who may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.db import ReadSession, WriteSession
from app.domain.tokens import TokenRole, role_by
from app.domain.vocabulary import AccountRole
from app.models import Account, AccountChange, ApiToken, Invitation, Session
from app.queries.visibility import NoSuchRecord


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person. Contributors are never named to readers (domain.md §8)."""

    account: int
    name: str
    role: AccountRole
    seen_at: datetime

    @property
    def edits(self) -> bool:
        return self.role in (AccountRole.EDITOR, AccountRole.ADMIN)

    @property
    def lets_in(self) -> bool:
        return self.role is AccountRole.ADMIN


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as admins see it. ``seen_at`` is empty for a person who has never signed in."""

    number: int
    name: str
    role: AccountRole
    since: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What was changed of what somebody may do. ``made_by`` is empty for a command on the server."""

    number: int
    name: str
    made_by: str | None
    at: datetime
    role_before: AccountRole
    role: AccountRole
    disabled_before: bool
    disabled: bool


# So many changes are shown, the newest first; none is ever lost.
CHANGES = 20


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that nobody has used yet. Its ``key`` names it and lets nobody in."""

    key: str
    role: AccountRole
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    people: Sequence[AccountLine]
    invitations: Sequence[InvitationLine]


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A browser in which a person is signed in; ``browser`` is empty where it is not known."""

    key: str
    began_at: datetime
    seen_at: datetime
    browser: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A person's own account."""

    since: datetime
    has_password: bool
    sessions: Sequence[OwnSession]


def person_of(session: ReadSession | WriteSession, token_hash: str, now: datetime) -> Person | None:
    """The person whose session this is; None where it has ended or the account is disabled."""
    row = session.execute(
        select(Account.id, Account.name, Account.role, Session.seen_at)
        .join(Session, Session.account == Account.id)
        .where(Session.token_hash == token_hash, Session.expires_at > now, Account.disabled_at.is_(None))
    ).first()
    return Person(*row) if row else None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token that may be used, or has only run out. Its ``key`` names it and lets nobody in."""

    key: str
    name: str
    role: TokenRole
    created_at: datetime
    expires_at: datetime
    used_on: str | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sends a token. ``person`` is empty where it may only read."""

    account: int
    person: Person | None
    used_on: str | None


def bearer_of(session: ReadSession, token_hash: str, now: datetime) -> Bearer | None:
    """Who sends this token, with what both it and its person may do now; None where it opens nothing."""
    row = session.execute(
        select(Account.id, Account.name, Account.role, ApiToken.role, ApiToken.used_on)
        .join(ApiToken, ApiToken.account == Account.id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    account, name, own, role, used_on = row
    may = role_by(role, own)
    return Bearer(account, Person(account, name, may, now) if may else None, used_on)


def tokens_of(session: ReadSession, account: int) -> list[TokenLine]:
    """A person's tokens that nobody has revoked, the newest first."""
    rows = session.execute(
        select(
            ApiToken.token_hash,
            ApiToken.name,
            ApiToken.role,
            ApiToken.created_at,
            ApiToken.expires_at,
            ApiToken.used_on,
        )
        .where(ApiToken.account == account, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.token_hash)
    )
    return [TokenLine(*row) for row in rows]


def people_page(session: ReadSession, now: datetime) -> PeoplePage:
    """Everybody who has an account, those shut out last, and the invitations that are open."""
    open_ones = (
        select(Invitation.token_hash, Invitation.role, Account.name, Invitation.expires_at)
        .join(Account, Account.id == Invitation.invited_by)
        .where(Invitation.accepted_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.expires_at, Invitation.token_hash)
    )
    return PeoplePage(
        people=sorted(_lines(session), key=lambda line: (bool(line.disabled_at), line.name.casefold())),
        invitations=[InvitationLine(*row) for row in session.execute(open_ones)],
    )


def account_line(session: ReadSession, number: int) -> AccountLine:
    """One account. Raises NoSuchRecord."""
    for line in _lines(session, number):
        return line
    raise NoSuchRecord(number)


def account_changes(session: ReadSession, number: int | None = None) -> Sequence[ChangeLine]:
    """Whose role was changed, and who was shut out or let in again, by whom: the newest of them, first.

    Of one account, or of all.
    """
    whose, by = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            whose.id,
            whose.name,
            by.name,
            AccountChange.made_at,
            AccountChange.role_before,
            AccountChange.role,
            AccountChange.disabled_before,
            AccountChange.disabled,
        )
        .join(whose, whose.id == AccountChange.account)
        .outerjoin(by, by.id == AccountChange.made_by)
        .where(*([AccountChange.account == number] if number is not None else []))
        .order_by(AccountChange.number.desc())
        .limit(CHANGES)
    )
    return [ChangeLine(*row) for row in rows]


def is_only_admin(session: ReadSession, number: int) -> bool:
    """Whether nobody else may let people in."""
    admins = select(Account.id).where(Account.role == AccountRole.ADMIN, Account.disabled_at.is_(None))
    return list(session.scalars(admins)) == [number]


def _lines(session: ReadSession, number: int | None = None) -> list[AccountLine]:
    seen = select(Session.account, func.max(Session.seen_at).label("at")).group_by(Session.account).subquery()
    accounts = select(
        Account.id, Account.name, Account.role, Account.created_at, seen.c.at, Account.disabled_at
    ).outerjoin(seen, seen.c.account == Account.id)
    if number is not None:
        accounts = accounts.where(Account.id == number)
    return [AccountLine(*row) for row in session.execute(accounts)]


def account_page(session: ReadSession, account: int, token_hash: str, now: datetime) -> AccountPage:
    """A person's own account; ``token_hash`` is of the session that looks at it, which comes first."""
    since, password_hash = session.execute(
        select(Account.created_at, Account.password_hash).where(Account.id == account)
    ).one()
    sessions = session.execute(
        select(Session.token_hash, Session.created_at, Session.seen_at, Session.user_agent)
        .where(Session.account == account, Session.expires_at > now)
        .order_by(Session.token_hash != token_hash, Session.seen_at.desc(), Session.token_hash)
    )
    return AccountPage(
        since=since,
        has_password=password_hash is not None,
        sessions=[
            OwnSession(key, began, seen, browser or "", key == token_hash)
            for key, began, seen, browser in sessions
        ],
    )


def invited_role(session: ReadSession, token_hash: str, now: datetime) -> AccountRole | None:
    """The role that an invitation offers; None where it is not open, whatever the reason."""
    return session.scalar(
        select(Invitation.role).where(
            Invitation.token_hash == token_hash,
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > now,
        )
    )


def name_invited(session: ReadSession | WriteSession, token_hash: str) -> str | None:
    """The name that somebody has taken by this invitation; None where nobody has."""
    return session.scalar(
        select(Account.name)
        .join(Invitation, Invitation.accepted_by == Account.id)
        .where(Invitation.token_hash == token_hash)
    )
