"""Passwords: kept as argon2id, and slow to guess.

Hashing and comparing take as long as they should, so they happen between transactions and never inside
one: on SQLite every other writer would wait. An unknown name costs as much time as a wrong password.
Throttling slows down whoever guesses; it never locks an account for good.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, func, select

from app.commands.tokens import hashed
from app.db import WriteSession
from app.models import Account, LoginAttempt

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


class PasswordTooWeak(ValueError):
    """The password cannot be used; the message says why."""


class WrongPassword(Exception):
    """Name and password do not go together, or the account is disabled; which of them is not said."""


class TooManyTries(Exception):
    """Too many failed tries of late; a while must pass before the next."""


@dataclass(frozen=True, slots=True)
class Try:
    """A try at somebody's password. It counts as failed until it is settled: tries at once all count."""

    account: int | None
    password_hash: str = field(repr=False)
    pair: str
    counted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A try whose password was right."""

    account: int
    tried: Try


def require_password(password: str) -> None:
    """Refuse what cannot be a password. Raises PasswordTooWeak."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooWeak(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooWeak(f"A password has at most {LONGEST_PASSWORD} characters.")


def hash_password(password: str) -> str:
    """The form in which a password is kept; takes long. Raises PasswordTooWeak."""
    require_password(password)
    return _passwords.hash(password)


def begin_try(session: WriteSession, name: str, *, address: str, now: datetime) -> Try:
    """Count a try at a password by the hash of the name and of the address, and find what to compare with.

    The caller commits before the comparison. Raises TooManyTries, and then has counted nothing.
    """
    by_name, by_address = hashed(f"name:{name.casefold()}"), hashed(f"address:{address}")
    pair = hashed(f"{by_name}:{by_address}")
    limits = {pair: TRIES_BY_PAIR, by_address: TRIES_BY_ADDRESS, by_name: TRIES_BY_NAME}
    tries = session.execute(
        select(LoginAttempt.who, func.count())
        .where(LoginAttempt.who.in_(limits), LoginAttempt.at > now - WINDOW)
        .group_by(LoginAttempt.who)
    )
    known_here = select(LoginAttempt.number).where(LoginAttempt.who == _KNOWN + pair).limit(1)
    if session.scalar(known_here):
        limits.pop(by_name)
    if any(count >= limits.get(who, count + 1) for who, count in tries):
        raise TooManyTries
    # What has a word before its hash is kept longer: pairs that go together, and notes (commands.notes).
    outdated = LoginAttempt.at <= now - WINDOW, ~LoginAttempt.who.contains(":")
    session.execute(delete(LoginAttempt).where(*outdated))
    counted = [LoginAttempt(who=who, at=now) for who in (pair, by_address, by_name)]
    session.add_all(counted)
    session.flush()
    account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
    known = account.password_hash if account else None
    return Try(
        account.id if account and known else None,
        known or _NOBODY,
        pair,
        tuple(attempt.number for attempt in counted),
    )


def prove(tried: Try, password: str) -> Proof:
    """Compare a password; takes long, whoever it is. Raises WrongPassword."""
    matches = _passwords.verify(password[:LONGEST_PASSWORD], tried.password_hash)
    if not matches or tried.account is None:
        raise WrongPassword
    return Proof(tried.account, tried)


def is_password(session: WriteSession, account: int, password: str) -> bool:
    """Whether this is a person's password; ends the transaction that it is asked in. Takes long."""
    known = session.scalar(select(Account.password_hash).where(Account.id == account))
    session.rollback()
    return known is not None and _passwords.verify(password[:LONGEST_PASSWORD], known)


def settle_try(session: WriteSession, proof: Proof, *, now: datetime) -> Account:
    """The account whose password was right: its failed tries from this address are forgotten.

    Raises WrongPassword where the account has been disabled, or given another password, since the comparison.
    """
    account = session.scalar(
        select(Account).where(
            Account.id == proof.account,
            Account.disabled_at.is_(None),
            Account.password_hash == proof.tried.password_hash,
        )
    )
    if account is None:
        raise WrongPassword
    pair, known = proof.tried.pair, _KNOWN + proof.tried.pair
    forgotten = LoginAttempt.who.in_([pair, known]) | LoginAttempt.number.in_(proof.tried.counted)
    session.execute(delete(LoginAttempt).where(forgotten))
    session.add(LoginAttempt(who=known, at=now))
    session.flush()
    return account
