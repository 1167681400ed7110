"""Packages that wait to be loaded, as editors see them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.db import ReadSession
from app.models import Account, Upload, UploadPart
from app.models.uploads import UploadState
from app.queries.visibility import NoSuchRecord

# Of those that wait so many are listed; no more can be there at once.
MOST = 50


@dataclass(frozen=True, slots=True)
class UploadPage:
    """A package that was handed in: by whom, how far it has come, and what was found in it."""

    id: str
    account: int
    person: str
    name: str
    size: int
    created_at: datetime
    state: UploadState
    step: str
    done: int
    total: int
    touched_at: datetime
    negotiation: str | None
    revision: int | None
    report: Mapping[str, Any]

    @property
    def is_at_work(self) -> bool:
        return self.state in (UploadState.CHECKING, UploadState.LOADING)


def upload_page(session: ReadSession, upload: str, *, now: datetime, kept_for: timedelta) -> UploadPage:
    """One of them. Raises NoSuchRecord, also where its time is over."""
    found = _uploads(session, now - kept_for, Upload.id == upload)
    if not found:
        raise NoSuchRecord(upload)
    return found[0]


def waiting_uploads(session: ReadSession, *, now: datetime, kept_for: timedelta) -> Sequence[UploadPage]:
    """All of them, the newest first."""
    return _uploads(session, now - kept_for)


def upload_parts(session: ReadSession, upload: str) -> Iterator[bytes]:
    """What was handed in, a piece at a time."""
    numbers = list(session.scalars(select(UploadPart.number).where(UploadPart.upload == upload)))
    for number in sorted(numbers):
        content = session.scalar(
            select(UploadPart.content).where(UploadPart.upload == upload, UploadPart.number == number)
        )
        yield content or b""


def _uploads(session: ReadSession, since: datetime, *only: Any) -> list[UploadPage]:
    rows: Any = session.execute(
        select(
            Upload.id,
            Upload.account,
            Account.name.label("person"),
            Upload.name,
            Upload.size,
            Upload.created_at,
            Upload.state,
            Upload.step,
            Upload.done,
            Upload.total,
            Upload.touched_at,
            Upload.negotiation,
            Upload.revision,
            Upload.report,
        )
        .join(Account, Account.id == Upload.account)
        .where(Upload.created_at >= since, *only)
        .order_by(Upload.created_at.desc(), Upload.id)
        .limit(MOST)
    )
    return [UploadPage(**{**row._mapping, "report": json.loads(row.report or "{}")}) for row in rows]
