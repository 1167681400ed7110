"""Notes of readers: what somebody without an account says is wrong with a published record.

There is no name with a note and no address: how many came from one is counted by hashes that go within the
hour, as tries at passwords are (commands.passwords).
"""

import ipaddress
from datetime import datetime

from sqlalchemy import delete, func, insert, select, text, update

from app.commands.entries import By
from app.commands.records import NoSuchRecord, status_of
from app.commands.tokens import hashed
from app.db import WriteSession
from app.domain.reviews import NOTES_FROM_ALL, NOTES_FROM_ONE, NOTES_WITHIN
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import LoginAttempt, ReaderNote

# Before the hash of whatever a note is counted by; tries at passwords leave these rows alone.
COUNTED = "note:"
_ALL = f"{COUNTED}all"


class TooManyNotes(Exception):
    """Too many notes of late, from this address or altogether; a while must pass before the next."""


class SettledBefore(Exception):
    """Somebody has settled this note already; ``account`` is theirs, for editors only."""

    def __init__(self, account: int | None) -> None:
        super().__init__("settled before")
        self.account = account


def send_note(
    session: WriteSession,
    negotiation: str,
    type_: RecordType,
    record: str,
    words: str,
    *,
    address: str,
    now: datetime,
) -> int | None:
    """Take a reader's note on a published record into the editors' queue. Answers its number.

    The same words on the same record from the same address within the hour are one note: None the second
    time. Raises NoSuchRecord and TooManyNotes.
    """
    _one_at_a_time(session)
    if status_of(session, negotiation, type_, record) is not ReviewStatus.PUBLISHED:
        raise NoSuchRecord(record)
    sender = COUNTED + hashed(f"address:{_network(address)}")
    same = COUNTED + hashed("\n".join((sender, negotiation, type_, record, words)))
    since = LoginAttempt.at > now - NOTES_WITHIN
    rows = session.execute(
        select(LoginAttempt.who, func.count())
        .where(LoginAttempt.who.in_((sender, same, _ALL)), since)
        .group_by(LoginAttempt.who)
    )
    sent = {who: count for who, count in rows}  # noqa: C416 - rows are no pairs to a type checker
    if sent.get(same):
        return None
    if sent.get(sender, 0) >= NOTES_FROM_ONE or sent.get(_ALL, 0) >= NOTES_FROM_ALL:
        raise TooManyNotes
    session.execute(delete(LoginAttempt).where(LoginAttempt.who.startswith(COUNTED), ~since))
    session.execute(insert(LoginAttempt), [{"who": who, "at": now} for who in (sender, same, _ALL)])
    last = session.scalar(select(func.max(ReaderNote.number)).where(ReaderNote.negotiation == negotiation))
    number = (last or 0) + 1
    session.execute(
        insert(ReaderNote).values(
            negotiation=negotiation, number=number, type=type_, record=record, words=words, sent_at=now
        )
    )
    return number


def settle_note(session: WriteSession, negotiation: str, number: int, by: By, *, answer: str | None) -> None:
    """Settle a note, with an answer for colleagues if any. Raises NoSuchRecord and SettledBefore."""
    settled = session.scalar(
        update(ReaderNote)
        .where(
            ReaderNote.negotiation == negotiation,
            ReaderNote.number == number,
            ReaderNote.settled_at.is_(None),
        )
        .values(settled_at=by.now, settled_by=by.account, answer=answer)
        .returning(ReaderNote.number)
    )
    if settled is not None:
        return
    known = session.execute(
        select(ReaderNote.settled_by).where(
            ReaderNote.negotiation == negotiation, ReaderNote.number == number
        )
    ).first()
    if known is None:
        raise NoSuchRecord(str(number))
    raise SettledBefore(known.settled_by)


def _network(address: str) -> str:
    """The address as far as it tells senders apart: of IPv6 the half that one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)


def _one_at_a_time(session: WriteSession) -> None:
    """Notes are counted one after the other; SQLite lets one writer in at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": COUNTED})
