"""The work on a package that was handed in: it is checked, looked at, and loaded once it is confirmed.

Whatever process does it, what it finds and how far it is stands in the database, where all of them see it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.commands import revisions
from app.commands.uploads import (
    NotAsItWas,
    as_report,
    forget_bytes,
    hold,
    note_progress,
    seen_revision,
    turn,
)
from app.db import passing_session, read_session, write_session
from app.exchange.faults import MOST_FAULTS, PackageFaults
from app.exchange.package import Progress, negotiation_of, store_package
from app.exchange.package_reading import read_package
from app.exchange.previews import preview_package
from app.models.uploads import UploadState
from app.queries.packages import revision_of
from app.queries.uploads import upload_parts

log = logging.getLogger("parley")

# A package as it is handed in, and unpacked: a hundred times the largest negotiation known.
LARGEST_UPLOAD, LARGEST_UNPACKED = 32 * 1024 * 1024, 192 * 1024 * 1024
# So many rows are taken in: a hundred times those of the largest negotiation known.
MOST_UPLOADED_ROWS = 250_000
# So many rows that would be added or change are kept: more nobody reads in one go.
MOST_SHOWN = 100
_NOTED_EVERY = 1.0


def check_upload(engine: Engine, upload: str, progress: Progress | None = None, notice: str = "") -> None:
    """Find out what is wrong with a package, or what it would do; ``notice`` is kept with what is found."""
    with _in_words(engine, upload), _spooled(engine, upload) as path:
        try:
            with read_session(engine) as session:
                preview = preview_package(
                    session,
                    path,
                    most=MOST_SHOWN,
                    largest=LARGEST_UNPACKED,
                    most_rows=MOST_UPLOADED_ROWS,
                    progress=_noted(engine, upload, progress),
                )
        except PackageFaults as refusal:
            _end(engine, upload, UploadState.FAULTY, report=_faults(refusal))
            return
        _end(
            engine,
            upload,
            UploadState.READY,
            negotiation=preview.negotiation,
            revision=preview.revision,
            report=as_report({**asdict(preview), "notice": notice}),
        )


def load_upload(engine: Engine, upload: str, account: int, progress: Progress | None = None) -> None:
    """Load a package that was confirmed, in one transaction with its end, so that it is loaded once.

    Where the negotiation has changed since it was looked at, nothing is loaded, and it is checked anew.
    """
    now = datetime.now(UTC)
    noted = _noted(engine, upload, progress)
    with _in_words(engine, upload), _spooled(engine, upload) as path:
        package = read_package(path, largest=LARGEST_UNPACKED, most_rows=MOST_UPLOADED_ROWS, progress=noted)
        with write_session(engine) as session:
            revisions.lock(session, negotiation_of(package) or "")
            is_as_seen = revision_of(session, negotiation_of(package) or "") == seen_revision(session, upload)
            if is_as_seen:
                done = store_package(session, package, now=now, account=account, progress=noted)
            # Not before: the progress is noted in the same row.
            hold(session, upload, UploadState.LOADING)
            if is_as_seen:
                report = as_report({"created": done.created, "changed": done.changed})
                turn(session, upload, UploadState.LOADED, now=now, report=report)
                forget_bytes(session, upload)
            else:
                turn(session, upload, UploadState.CHECKING, now=now)
            session.commit()
    if not is_as_seen:
        check_upload(engine, upload, progress, notice="changed")


@contextmanager
def _spooled(engine: Engine, upload: str) -> Iterator[Path]:
    """What was handed in, as a file that only this process may read, gone at the end."""
    with TemporaryDirectory(prefix="parley-") as folder:
        path = Path(folder) / "package.zip"
        with read_session(engine) as session, path.open("wb") as file:
            file.writelines(upload_parts(session, upload))
        yield path


@contextmanager
def _in_words(engine: Engine, upload: str) -> Iterator[None]:
    """Whatever goes wrong is said on the page; a package that has come further is left alone."""
    try:
        yield
    except NotAsItWas:
        return
    except PackageFaults as refusal:
        _end(engine, upload, UploadState.FAULTY, report=_faults(refusal))
    except Exception as error:
        log.exception("a package that was handed in could not be worked on", exc_info=error)
        with suppress(OperationalError):
            _end(engine, upload, UploadState.BROKEN)


def _end(engine: Engine, upload: str, state: UploadState, **values: object) -> None:
    with write_session(engine) as session:
        try:
            hold(session, upload, UploadState.CHECKING, UploadState.LOADING)
        except NotAsItWas:
            return  # discarded meanwhile
        turn(session, upload, state, now=datetime.now(UTC), **values)
        session.commit()


def _faults(refusal: PackageFaults) -> str:
    faults = [asdict(fault) for fault in refusal.faults[:MOST_FAULTS]]
    return as_report({"count": refusal.count, "faults": faults})


def _noted(engine: Engine, upload: str, progress: Progress | None) -> Progress:
    """Progress that all processes see, as often as it is worth a write."""
    last = monotonic()

    def note(step: str, done: int, total: int) -> None:
        nonlocal last
        if progress:
            progress(step, done, total)
        if monotonic() - last < _NOTED_EVERY:
            return
        last = monotonic()
        # While a package is stored in SQLite nobody else may write: there it is only known here.
        with suppress(OperationalError), passing_session(engine) as session:
            note_progress(session, upload, step, done, total, now=datetime.now(UTC))
            session.commit()

    return note
