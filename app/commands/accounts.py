"""People: who may sign in, how they do, and how it ends (domain.md §8).

Tokens are random and stored only as hashes; passwords as argon2id. An unknown name costs as much time as
a wrong password. Throttling slows down whoever guesses; it never locks an account for good.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.db import WriteSession
from app.domain.vocabulary import AccountRole
from app.models import Account, LoginAttempt, LoginLink, Session

SESSION_LASTS = timedelta(days=14)
LINK_LASTS = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)
# From one address on one name; from one address; and on one name from anywhere. The last does not count for
# an address from which this person has signed in before, so that strangers cannot lock the owner out.
TRIES_BY_PAIR, TRIES_BY_ADDRESS, TRIES_BY_NAME = 10, 30, 100
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1024

# Before the hash of a name and an address that have gone together once.
_KNOWN = "known:"

_passwords = PasswordHash((Argon2Hasher(),))
# What is compared against where there is no such name, so that the answer takes as long.
_NOBODY = _passwords.hash(secrets.token_urlsafe())


class NameTaken(Exception):
    """There is an account of this name already."""


class UnknownAccount(LookupError):
    """There is no account of this name."""


class PasswordTooWeak(ValueError):
    """The password cannot be used; the message says why."""


class SignInRefused(Exception):
    """Name or password is wrong, or the account is disabled; which of them is not said."""


class TooManyTries(Exception):
    """Too many failed sign-ins of late; a while must pass before the next."""


class LinkUsed(Exception):
    """The link was used already, is too old, or never was one."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. ``token`` goes into the cookie and is kept nowhere else."""

    token: str
    account: int
    name: str


def add_account(
    session: WriteSession, name: str, role: AccountRole, *, now: datetime, password: str | None = None
) -> int:
    """Add a person. Raises NameTaken and PasswordTooWeak. Without a password, by link only."""
    account = Account(
        name=name, role=role, created_at=now, password_hash=_hashed(password) if password else None
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        raise NameTaken(name) from None
    return account.id


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooWeak(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooWeak(f"A password has at most {LONGEST_PASSWORD} characters.")
    return _passwords.hash(password)


def change_account(
    session: WriteSession,
    name: str,
    *,
    now: datetime,
    role: AccountRole | None = None,
    disabled: bool | None = None,
    password: str | None = None,
) -> None:
    """Change a person's role or password, or shut them out and let them in again.

    A new role counts from the next request on. A new password, and being shut out, end every session.
    Raises UnknownAccount and PasswordTooWeak.
    """
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None:
        raise UnknownAccount(name)
    if role is not None:
        account.role = role
    if password is not None:
        account.password_hash = _hashed(password)
    if disabled is not None:
        account.disabled_at = now if disabled else None
    if password is not None or disabled:
        session.execute(delete(Session).where(Session.account == account.id))
    session.flush()


def login_link(session: WriteSession, name: str, *, now: datetime) -> str:
    """A token that signs this person in once, within a quarter of an hour. Raises UnknownAccount."""
    account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    if account is None:
        raise UnknownAccount(name)
    token = secrets.token_urlsafe(32)
    session.add(LoginLink(token_hash=hashed(token), account=account.id, expires_at=now + LINK_LASTS))
    session.flush()
    return token


def sign_in(session: WriteSession, name: str, password: str, *, address: str, now: datetime) -> SignedIn:
    """Sign a person in by name and password. Raises SignInRefused, and TooManyTries before it looks.

    A failed try is kept by the hash of the name and of the address; the caller commits it too.
    """
    by_name, by_address = hashed(f"name:{name.casefold()}"), hashed(f"address:{address}")
    by_pair = hashed(f"{by_name}:{by_address}")
    limits = {by_pair: TRIES_BY_PAIR, by_address: TRIES_BY_ADDRESS, by_name: TRIES_BY_NAME}
    tries = session.execute(
        select(LoginAttempt.who, func.count())
        .where(LoginAttempt.who.in_(limits), LoginAttempt.at > now - WINDOW)
        .group_by(LoginAttempt.who)
    )
    known_here = f"{_KNOWN}{by_pair}"
    if session.scalar(select(LoginAttempt.number).where(LoginAttempt.who == known_here).limit(1)):
        limits.pop(by_name)
    if any(count >= limits.get(who, count + 1) for who, count in tries):
        raise TooManyTries
    account = session.scalar(select(Account).where(Account.name == name))
    known = account.password_hash if account and account.password_hash else _NOBODY
    matches = _passwords.verify(password[:LONGEST_PASSWORD], known)
    if not matches or account is None or not account.password_hash or account.disabled_at:
        outdated = LoginAttempt.at <= now - WINDOW, ~LoginAttempt.who.startswith(_KNOWN)
        session.execute(delete(LoginAttempt).where(*outdated))
        session.add_all(LoginAttempt(who=who, at=now) for who in (by_pair, by_address, by_name))
        session.flush()
        raise SignInRefused
    session.execute(delete(LoginAttempt).where(LoginAttempt.who.in_([by_pair, known_here])))
    session.add(LoginAttempt(who=known_here, at=now))
    return _start(session, account, now)


def sign_in_by_link(session: WriteSession, token: str, *, now: datetime) -> SignedIn:
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
    return _start(session, account, now)


def _start(session: WriteSession, account: Account, now: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    session.execute(delete(Session).where(Session.expires_at <= now))
    session.add(
        Session(
            token_hash=hashed(token),
            account=account.id,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    session.flush()
    return SignedIn(token, account.id, account.name)


def sign_out(session: WriteSession, token: str) -> None:
    """End a session, wherever else its cookie may still lie."""
    session.execute(delete(Session).where(Session.token_hash == hashed(token)))


def hashed(token: str) -> str:
    """The form in which a random token is kept. It has enough randomness to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
