"""A form sent once makes one record, however often it arrives (domain.md §7)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text, update

from app.db import WriteSession
from app.models import FormToken

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,86}", re.ASCII)


class NoToken(ValueError):
    """The form carries no token of its own; it must be opened anew."""


class SentBefore(Exception):
    """This very form was taken already; ``result`` is where it led."""

    def __init__(self, result: str) -> None:
        super().__init__("sent before")
        self.result = result


class SentWithOtherText(Exception):
    """A form with this token was taken already, and it said something else."""


# Whoever goes back in the browser within this time and sends the same once more has sent it once.
SENT_ONCE_FOR = timedelta(hours=1)


def claim(
    session: WriteSession,
    token: str,
    account: int,
    items: Sequence[tuple[str, str]],
    *,
    now: datetime,
    makes_at: str = "",
) -> None:
    """Take a form's token, or say what became of it. Raises NoToken, SentBefore and SentWithOtherText.

    A second submission waits here until the first has ended, and then sees what it led to. A form that
    makes a record, ``makes_at`` this address, makes none of the very words that the same person has just sent
    there with another token.
    """
    if not _TOKEN.fullmatch(token):
        raise NoToken
    said = digest([*items, ("", makes_at)] if makes_at else items)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:token, 0))"), {"token": token})
    known = session.execute(
        select(FormToken.digest, FormToken.result, FormToken.account).where(FormToken.token == token)
    ).first()
    if known is None and makes_at and (led_to := _just_sent(session, account, said, now)):
        raise SentBefore(led_to)
    if known is None:
        session.execute(
            insert(FormToken).values(token=token, account=account, used_at=now, digest=said, result="")
        )
    elif (known.digest, known.account) == (said, account):
        raise SentBefore(known.result)
    else:
        raise SentWithOtherText


def _just_sent(session: WriteSession, account: int, said: str, now: datetime) -> str | None:
    return session.scalar(
        select(FormToken.result)
        .where(
            FormToken.account == account,
            FormToken.digest == said,
            FormToken.used_at > now - SENT_ONCE_FOR,
            FormToken.result != "",
        )
        .order_by(FormToken.used_at.desc())
        .limit(1)
    )


def forget_what_was_sent(session: WriteSession, account: int, *, now: datetime) -> None:
    """Let this person send the same words again as something new: what became of them before is given up.

    A form that is sent once more is still the same form.
    """
    long_ago = now - SENT_ONCE_FOR
    session.execute(
        update(FormToken)
        .where(FormToken.account == account, FormToken.used_at > long_ago)
        .values(used_at=long_ago)
    )


def settle(session: WriteSession, token: str, result: str) -> None:
    """Note where the form led, for whoever sends it again."""
    session.execute(update(FormToken).where(FormToken.token == token).values(result=result))


def digest(items: Sequence[tuple[str, str]]) -> str:
    """What a form said, but for its token, as a digest."""
    said = "\n".join(f"{name}={value}" for name, value in items if name != "token")
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
