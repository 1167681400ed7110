"""Packages handed in to be loaded: kept for a day at most, out of everybody's sight but the editors'."""

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from app.db import WriteSession
from app.models import Upload, UploadPart
from app.models.uploads import UploadState

KEPT_FOR = timedelta(days=1)
# Nobody is known to work on it any more when nothing was said of it for so long.
QUIET_FOR = timedelta(minutes=15)
# So much may wait at once, of all editors together.
MOST_WAITING, MOST_BYTES = 20, 256 * 1024 * 1024


class TooManyUploads(Exception):
    """So much waits already that nothing more is taken in."""


class NotAsItWas(Exception):
    """The package has come further, or is gone, since the page was shown."""


def keep_upload(
    session: WriteSession, account: int, name: str, parts: Iterable[bytes], *, now: datetime
) -> str:
    """Keep a package that was handed in until it is confirmed or discarded; answers its id.

    What has waited for a day is gone then. Raises TooManyUploads. The caller commits.
    """
    sweep_uploads(session, now=now)
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.state != UploadState.LOADED
        )
    ).one()
    if count >= MOST_WAITING or total >= MOST_BYTES:
        raise TooManyUploads
    id_ = secrets.token_urlsafe(24)
    session.execute(
        insert(Upload).values(
            id=id_,
            account=account,
            name=name,
            size=0,
            created_at=now,
            state=UploadState.CHECKING,
            step="",
            done=0,
            total=0,
            touched_at=now,
        )
    )
    size = 0
    for number, content in enumerate(parts):
        size += len(content)
        session.execute(insert(UploadPart).values(upload=id_, number=number, content=content))
    session.execute(update(Upload).where(Upload.id == id_).values(size=size))
    return id_


def sweep_uploads(session: WriteSession, *, now: datetime) -> None:
    """Forget what has waited for longer than a day."""
    forget_uploads(
        session, list(session.scalars(select(Upload.id).where(Upload.created_at < now - KEPT_FOR)))
    )


def forget_uploads(session: WriteSession, uploads: Iterable[str] | None = None) -> None:
    """Forget packages that wait, with all that was found in them; every one, unless some are named."""
    parts, whole = delete(UploadPart), delete(Upload)
    if uploads is not None:
        ids = list(uploads)
        parts, whole = parts.where(UploadPart.upload.in_(ids)), whole.where(Upload.id.in_(ids))
    session.execute(parts)
    session.execute(whole)


def forget_bytes(session: WriteSession, upload: str) -> None:
    """Forget what was handed in, and keep what became of it."""
    session.execute(delete(UploadPart).where(UploadPart.upload == upload))


def hold(session: WriteSession, upload: str, *states: UploadState) -> Any:
    """The package, held against everybody else until this transaction ends. Raises NotAsItWas."""
    found = session.execute(
        select(Upload.id, Upload.state, Upload.revision, Upload.negotiation, Upload.touched_at)
        .where(Upload.id == upload)
        .with_for_update()
    ).first()
    if found is None or found.state not in states:
        raise NotAsItWas
    return found


def seen_revision(session: WriteSession, upload: str) -> int | None:
    """The revision of its negotiation at which a package was checked. Raises NotAsItWas where it is gone."""
    found = session.execute(select(Upload.revision).where(Upload.id == upload)).first()
    if found is None:
        raise NotAsItWas
    revision: int | None = found.revision
    return revision


def turn(session: WriteSession, upload: str, state: UploadState, *, now: datetime, **values: Any) -> None:
    """Say how far a package has come: its work begins, or has ended."""
    fresh = {"step": "", "done": 0, "total": 0, "touched_at": now}
    session.execute(update(Upload).where(Upload.id == upload).values(state=state, **fresh, **values))


def note_progress(
    session: WriteSession, upload: str, step: str, done: int, total: int, *, now: datetime
) -> None:
    """Say how far the work on a package is."""
    session.execute(
        update(Upload).where(Upload.id == upload).values(step=step, done=done, total=total, touched_at=now)
    )


def as_report(found: Mapping[str, Any]) -> str:
    """What was found, as it is kept."""
    return json.dumps(found, ensure_ascii=False)
