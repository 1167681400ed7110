"""Packages handed in by a form: what is wrong with one, or what it would do, and then it is loaded or not.

Nothing of it is public, nor anywhere but here, before an editor confirms it.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Request
from sqlalchemy.exc import OperationalError
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.commands.negotiations import NOUNS
from app.commands.uploads import (
    KEPT_FOR,
    MOST_WAITING,
    QUIET_FOR,
    NotAsItWas,
    TooManyUploads,
    forget_uploads,
    hold,
    keep_upload,
    sweep_uploads,
    turn,
)
from app.exchange.faults import MOST_FAULTS, Fault
from app.exchange.uploads import LARGEST_UPLOAD, MOST_UPLOADED_ROWS, check_upload, load_upload
from app.forms.base import Faults
from app.models.uploads import UploadState
from app.queries.histories import names_of
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.uploads import UploadPage, upload_page, waiting_uploads
from app.queries.visibility import NoSuchRecord
from app.web.deps import Asked, Asking, Writes, engine_of, person
from app.web.labels import N_
from app.web.packages import FILE_WORDS
from app.web.paths import address
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once
from app.web.values import Field, Words, changed_fields, plain_fields
from app.web.works import Works

router = APIRouter(include_in_schema=False)

_PIECE = 256 * 1024
_FAULTS_A_PAGE = 100

# What is done at each step of the work.
STEPS = {
    "": N_("Waiting for its turn."),
    "files": N_("Reading the files."),
    "rows": N_("Checking what the rows say of one another."),
    "records": N_("Storing the records."),
    "positions": N_("Working out the positions."),
}


# --- Handing in -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """What the form was sent with: its fields, and the file, if any."""

    items: Sequence[tuple[str, str]]
    name: str
    file: BinaryIO | None

    def parts(self) -> Iterator[bytes]:
        if self.file:
            self.file.seek(0)
            while piece := self.file.read(_PIECE):
                yield piece

    def digest(self) -> str:
        found = hashlib.sha256()
        for piece in self.parts():
            found.update(piece)
        return found.hexdigest()


async def given(request: Request) -> AsyncIterator[Given]:
    async with request.form(max_files=1, max_fields=10, max_part_size=10_000) as form:
        items = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        file = form.get("package")
        if isinstance(file, UploadFile) and file.filename:
            # Some browsers send the path that it had.
            name = PurePath(file.filename.replace("\\", "/")).name
            yield Given(items, "".join(filter(str.isprintable, name))[:200] or "package.zip", file.file)
        else:
            yield Given(items, "", None)


@router.get("/imports/new")
@allow(Permission.EDIT)
def new(asked: Asking) -> Response:
    """The form, and what waits already."""
    return _new(asked.request, asked, Faults())


@router.post("/imports/new", max_body_size=LARGEST_UPLOAD + 64 * 1024)
@allow(Permission.EDIT)
def create(
    request: Request, asked: Asking, session: Writes, form: Annotated[Given, Depends(given)]
) -> Response:
    """Take a package in, and begin to check it."""
    account = person(request).account
    if form.file is None:
        return _new(request, asked, Faults(package="Choose the zip of a package."), 422)
    items = [*form.items, ("package", form.digest())]
    started = []

    def save() -> str:
        try:
            upload = keep_upload(session, account, form.name, form.parts(), now=datetime.now(UTC))
        except TooManyUploads as refusal:
            words = f"{MOST_WAITING} packages wait already, or very large ones. Load or discard some first."
            raise Refused(Faults(form=words)) from refusal
        started.append(upload)
        return address(f"/imports/{upload}")

    def again(faults: Faults, status: int) -> Response:
        return _new(request, asked, faults, status)

    answer = once(session, dict(form.items).get("token", ""), account, items, save, again)
    for upload in started:
        _works(request).start(upload, partial(check_upload, engine_of(request), upload))
    return answer


def _new(request: Request, asked: Asked, faults: Faults, status: int = 200) -> Response:
    context = {
        "faults": faults,
        "token": secrets.token_urlsafe(32),
        "largest": LARGEST_UPLOAD >> 20,
        "most_rows": MOST_UPLOADED_ROWS,
        "waiting": waiting_uploads(asked.reading, now=datetime.now(UTC), kept_for=KEPT_FOR),
    }
    return page(request, "imports/new.html", context, status=status)


# --- What was found, and what becomes of it -------------------------------------------------------------


@router.get("/imports/{upload}")
@allow(Permission.EDIT)
def show(asked: Asking, upload: str) -> Response:
    """How far a package has come: at work, what is wrong with it, what it would do, or what it did."""
    return _show(asked, upload, Faults())


@router.post("/imports/{upload}")
@allow(Permission.EDIT)
def update(asked: Asking, session: Writes, form: Annotated[Given, Depends(given)], upload: str) -> Response:
    """Load it, check it again, or discard it."""
    request, now = asked.request, datetime.now(UTC)
    action, engine = dict(form.items).get("action", ""), engine_of(request)
    found = upload_page(asked.reading, upload, now=now, kept_for=KEPT_FOR)
    try:
        if action == "discard":
            hold(session, upload, *UploadState)
            forget_uploads(session, [upload])
        elif action == "load":
            if _needs_another(asked, found):
                words = "This negotiation asks for two people: somebody else than who gave it in loads it."
                return _show(asked, upload, Faults(form=words), 422)
            hold(session, upload, UploadState.READY)
            turn(session, upload, UploadState.LOADING, now=now)
        elif action == "check":
            held = hold(session, upload, *(set(UploadState) - {UploadState.LOADED}))
            if _is_working(asked, found) and held.touched_at > now - QUIET_FOR:
                raise NotAsItWas
            turn(session, upload, UploadState.CHECKING, now=now)
        sweep_uploads(session, now=now)
        session.commit()
    except (NotAsItWas, OperationalError):
        # Somebody was quicker, or it is being stored just now: its page says how far it is.
        session.rollback()
        return RedirectResponse(address(f"/imports/{upload}"), status_code=303)
    if action == "discard":
        return RedirectResponse("/imports/new", status_code=303)
    if action == "load":
        work = partial(load_upload, engine, upload, person(request).account)
        _works(request).start(upload, work)
    elif action == "check":
        _works(request).start(upload, partial(check_upload, engine, upload))
    return RedirectResponse(address(f"/imports/{upload}"), status_code=303)


def _works(request: Request) -> Works:
    works: Works = request.app.state.works
    return works


def _is_working(asked: Asked, found: UploadPage) -> bool:
    return found.is_at_work or _works(asked.request).place(found.id) is not None


def _needs_another(asked: Asked, found: UploadPage) -> bool:
    """Whether the negotiation asks for two people, and this is the one who gave the package in (§8)."""
    head = _negotiation(asked, found)
    return bool(head and head.two_people and found.account == asked.person.account)


def _negotiation(asked: Asked, found: UploadPage) -> NegotiationHead | None:
    """The negotiation that the package is of, where it is here already."""
    try:
        return negotiation_head(asked.reading, found.negotiation or "")
    except NoSuchRecord:
        return None


# --- The page -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row that would be added or change: of which file, what it is called, and its fields that differ."""

    file: str
    key: str
    about: str
    fields: Sequence[Field]


def _show(asked: Asked, upload: str, faults: Faults, status: int = 200) -> Response:
    request, now = asked.request, datetime.now(UTC)
    found = upload_page(asked.reading, upload, now=now, kept_for=KEPT_FOR)
    place = _works(request).place(upload) or (found.step, found.done, found.total)
    head = _negotiation(asked, found)
    listed: list[Mapping[str, Any]] = found.report.get("faults", [])
    start = request.query_params.get("from", "0")
    if not (start.isdecimal() and start.isascii() and int(start[:6]) < max(len(listed), 1)):
        faults, start, status = (
            Faults(faults, **{"from": "Write the number of a fault to begin at."}),
            "0",
            422,
        )
    at = int(start)
    is_working = _is_working(asked, found)
    added, changed = _shown_rows(asked, found, head)
    context = {
        "found": found,
        "faults": faults,
        "works": is_working,
        "is_quiet": found.is_at_work and found.touched_at < now - QUIET_FOR,
        "began": found.touched_at,
        "step": STEPS.get(place[0], STEPS[""]),
        "done": place[1],
        "total": place[2],
        "head": head,
        "needs_another": _needs_another(asked, found),
        "faults_found": [Fault(**fault) for fault in listed[at : at + _FAULTS_A_PAGE]],
        "faults_kept": len(listed),
        "most_faults": MOST_FAULTS,
        "at": at,
        "page_size": _FAULTS_A_PAGE,
        "added": added,
        "rows": changed,
        "tallies": [one for one in found.report.get("tallies", ()) if any(_counts(one))],
        "sums": [sum(column) for column in zip(*map(_counts, found.report.get("tallies", ())), strict=True)],
        "words": FILE_WORDS,
    }
    return page(request, "imports/show.html", context, status=status)


def _counts(tally: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return tally["added"], tally["changed"], tally["same"], tally["left"]


def _shown_rows(
    asked: Asked, found: UploadPage, head: NegotiationHead | None
) -> tuple[list[ShownRow], list[ShownRow]]:
    """The rows that would be added, and those that would change, word by word."""
    added, changed = _rows(found, "added"), _rows(found, "changed")
    cells = [row["cells"] for row in added] + [row[side] for row in changed for side in ("before", "after")]
    if head:
        words = Words(cast_of(asked.reading, head.id), names_of(asked.reading, head.id, cells, asked.person))
    else:
        words = Words(Cast({}, {}))  # a new negotiation: nothing that it names has a name here yet
    return (
        [_shown(row, row["cells"], _told(words, NOUNS[row["file"]], row["cells"])) for row in added],
        [
            _shown(row, row["after"], changed_fields(words, NOUNS[row["file"]], row["before"], row["after"]))
            for row in changed
        ],
    )


def _told(words: Words, noun: str, cells: Mapping[str, str]) -> Sequence[Field]:
    """What a row says, without what stands above it already."""
    told = {column: value for column, value in cells.items() if column not in ("id", "subject_type")}
    return plain_fields(words, noun, told)


def _rows(found: UploadPage, name: str) -> Sequence[Mapping[str, Any]]:
    """Rows that were found in a package; of one that is loaded only their number is kept."""
    rows = found.report.get(name, [])
    return rows if isinstance(rows, list) else []


def _shown(row: Mapping[str, Any], cells: Mapping[str, str], fields: Sequence[Field]) -> ShownRow:
    about = cells.get("subject") or cells.get("actor") or cells.get("issue") or ""
    return ShownRow(row["file"], row["key"], about, fields)
