"""People: who may sign in, how they do, and how it ends (domain.md §8)."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.commands.passwords import Proof, WrongPassword, hash_password, settle_try
from app.commands.tokens import hashed, new_token
from app.db import WriteSession
from app.domain.vocabulary import AccountRole
from app.models import Account, AccountChange, ApiToken, Invitation, LoginLink, Session

SESSION_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=15)
# How old the note of when somebody was last seen may be; every request would be a write too many.
SEEN_EVERY = timedelta(minutes=15)


class NameTaken(Exception):
    """There is an account of this name already, or of one that differs in capitals only."""


class UnknownAccount(LookupError):
    """There is no account of this name."""


class LastAdmin(Exception):
    """Nobody would be left who may let people in."""


class LinkUsed(Exception):
    """The link was used already, is too old, or never was one."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. ``token`` goes into the cookie and is kept nowhere else."""

    token: str = field(repr=False)
    account: int
    name: str


# --- Accounts -------------------------------------------------------------------------------------------


def add_account(
    session: WriteSession, name: str, role: AccountRole, *, now: datetime, password: str | None = None
) -> int:
    """Add a person. Raises NameTaken and PasswordTooWeak. Without a password, by link only."""
    password_hash = hash_password(password) if password else None
    return insert_account(session, name, role, password_hash, now=now)


def insert_account(
    session: WriteSession, name: str, role: AccountRole, password_hash: str | None, *, now: datetime
) -> int:
    """Add a person whose password is hashed already. Raises NameTaken."""
    # A name that looks like somebody else's would pass for theirs.
    if _alike(name) in {_alike(taken) for taken in session.scalars(select(Account.name))}:
        raise NameTaken(name)
    account = Account(name=name, role=role, created_at=now, password_hash=password_hash)
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        raise NameTaken(name) from None
    return account.id


def _alike(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def change_account(
    session: WriteSession,
    name: str,
    *,
    now: datetime,
    role: AccountRole | None = None,
    disabled: bool | None = None,
    password: str | None = None,
    keep_an_admin: bool = False,
    by: int | None = None,
) -> None:
    """Change a person's role or password, or shut them out and let them in again.

    What changes of what they may do is kept with the account that did it, ``by``; none is the command line.

    A new role counts from the next request on. A new password, and being shut out, end every session; being
    shut out revokes the tokens of programs too.
    Whoever is shut out, or is no admin any more, takes along the invitations that nobody has used.
    Raises UnknownAccount, PasswordTooWeak and, with ``keep_an_admin``, LastAdmin.
    """
    password_hash = None if password is None else hash_password(password)
    # Held until the end: of two admins who shut each other out at once, the second finds that it is the last.
    admins = select(Account.id).where(Account.role == AccountRole.ADMIN, Account.disabled_at.is_(None))
    enabled_admins = session.scalars(admins.order_by(Account.id).with_for_update()).all()
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None:
        raise UnknownAccount(name)
    change = AccountChange(
        account=account.id,
        made_by=by,
        made_at=now,
        role_before=account.role,
        role=role or account.role,
        disabled_before=bool(account.disabled_at),
        disabled=bool(account.disabled_at) if disabled is None else disabled,
    )
    if (change.role_before, change.disabled_before) != (change.role, change.disabled):
        session.add(change)
    if role is not None:
        account.role = role
    if password_hash is not None:
        account.password_hash = password_hash
    if disabled is not None:
        account.disabled_at = (account.disabled_at or now) if disabled else None
    lets_nobody_in = bool(account.disabled_at) or account.role is not AccountRole.ADMIN
    if keep_an_admin and lets_nobody_in and list(enabled_admins) == [account.id]:
        raise LastAdmin
    if password_hash is not None or disabled:
        _end(session, account.id)
    if disabled:
        # Let in again, nobody has a program at work that they have forgotten.
        live = ApiToken.account == account.id, ApiToken.revoked_at.is_(None)
        session.execute(update(ApiToken).where(*live).values(revoked_at=now))
    if lets_nobody_in:
        open_ones = Invitation.invited_by == account.id, Invitation.accepted_at.is_(None)
        session.execute(delete(Invitation).where(*open_ones))
    session.flush()


def change_password(
    session: WriteSession, account: int, password_hash: str, proof: Proof | None, *, keep: str, now: datetime
) -> None:
    """Give a person a new password, hashed already, and end every session but the one of the token ``keep``.

    Raises WrongPassword where there is a password and ``proof`` is not of it.
    """
    person = settle_try(session, proof, now=now) if proof else session.get_one(Account, account)
    if person.id != account or (person.password_hash and not proof):
        raise WrongPassword
    person.password_hash = password_hash
    session.flush()
    _end(session, account, keep=keep)


# --- Signing in -----------------------------------------------------------------------------------------


def login_link(session: WriteSession, name: str, *, now: datetime) -> str:
    """A token that signs this person in once, within a quarter of an hour. Raises UnknownAccount."""
    account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    if account is None:
        raise UnknownAccount(name)
    token = new_token()
    session.add(LoginLink(token_hash=hashed(token), account=account.id, expires_at=now + LINK_LASTS))
    session.flush()
    return token


def sign_in(session: WriteSession, proof: Proof, *, browser: str | None, now: datetime) -> SignedIn:
    """Sign a person in whose password was right. Raises WrongPassword where it is so no longer."""
    account = settle_try(session, proof, now=now)
    return start_session(session, account.id, browser=browser, now=now)


def sign_in_by_link(session: WriteSession, token: str, *, browser: str | None, now: datetime) -> SignedIn:
    """Sign a person in by a link, which is used up by it. Raises LinkUsed."""
    used = session.execute(
        update(LoginLink)
        .where(LoginLink.token_hash == hashed(token), LoginLink.used_at.is_(None), LoginLink.expires_at > now)
        .values(used_at=now)
        .returning(LoginLink.account)
    ).scalar()
    account = session.get(Account, used) if used is not None else None
    if account is None or account.disabled_at:
        raise LinkUsed
    return start_session(session, account.id, browser=browser, now=now)


def start_session(session: WriteSession, account: int, *, browser: str | None, now: datetime) -> SignedIn:
    """Begin a session; ``browser`` is a plain word for it, for its owner alone.

    Ended sessions go, but for those that tell when a person was last seen.
    """
    token = new_token()
    session.add(
        Session(
            token_hash=hashed(token),
            account=account,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
            user_agent=browser,
        )
    )
    session.flush()
    newer = aliased(Session)
    has_newer = (
        select(newer.token_hash)
        .where(newer.account == Session.account, newer.seen_at > Session.seen_at)
        .correlate(Session)
        .exists()
    )
    ended = delete(Session).where(Session.expires_at <= now, has_newer)
    session.execute(ended, execution_options={"synchronize_session": False})
    return SignedIn(token, account, session.get_one(Account, account).name)


# --- Sessions -------------------------------------------------------------------------------------------


def sign_out(session: WriteSession, token: str) -> None:
    """End a session, wherever else its cookie may still lie."""
    _end_where(session, Session.token_hash == hashed(token))


def end_session(session: WriteSession, account: int, token_hash: str) -> None:
    """End one of a person's own sessions; nobody else's, and none where it is over already."""
    _end_where(session, Session.account == account, Session.token_hash == token_hash)


def end_other_sessions(session: WriteSession, account: int, *, keep: str) -> None:
    """End all of a person's sessions but the one of the token ``keep``."""
    _end_where(session, Session.account == account, Session.token_hash != hashed(keep))


def note_seen(session: WriteSession, token_hash: str, *, now: datetime) -> None:
    """Note that the person of this session is here."""
    still = Session.token_hash == token_hash, Session.expires_at > now
    session.execute(update(Session).where(*still).values(seen_at=now))


def _end(session: WriteSession, account: int, *, keep: str = "") -> None:
    """End a person's sessions, and the links by which another could begin."""
    end_other_sessions(session, account, keep=keep)
    session.execute(delete(LoginLink).where(LoginLink.account == account))


def _end_where(session: WriteSession, *which: ColumnElement[bool]) -> None:
    # It has expired as it began, so it is over by any clock. Of it stays when its person was last seen.
    ended = update(Session).where(*which).values(expires_at=Session.created_at, user_agent=None)
    session.execute(ended, execution_options={"synchronize_session": False})
