"""What programs hand in: taken once, however often it is sent, and published by nobody but an editor."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.commands.api_tokens import TooManyEntries, count_entry
from app.commands.entries import Unpublished
from app.commands.records import NoSuchRecord
from app.commands.submissions import SentBefore, SentWithOtherText, claim, settle
from app.commands.tokens import hashed
from app.domain.vocabulary import ReviewStatus
from app.forms.base import Faults
from app.web.api import problems
from app.web.api.shapes import told
from app.web.deps import Reads as Reading
from app.web.deps import Sent, ViewOf, Writes, person
from app.web.errors import problem
from app.web.paths import address
from app.web.render import public_url
from app.web.submissions import Refused

# Visible characters, with or without the quotation marks that the draft of the header asks for.
_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?', re.ASCII)
_BEING_TAKEN: set[str] = set()
_LOCK = Lock()

KEY = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A name of your own for this entry, such as a UUID. Sent again with the same body it "
        "makes nothing new and answers the same.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


class Entered(BaseModel):
    """What was made. Nobody but its author and, once it is handed in, the editors see it."""

    type: str = told("What kind of thing it is: source, citation, or the type of a record.", "demand")
    id: str = told("Its id; of a citation the number.", "holds-out-for-a-corridor")
    citation: int | None = told("The number of the citation that came with it.", 921)
    review: str = told("draft: its author’s alone; submitted: it waits for an editor.", "submitted")
    location: str = told(
        "Where it is read once it is published; until then there is nothing there.",
        "https://parley.example/api/v1/negotiations/gaza/demands/holds-out-for-a-corridor",
    )
    page: str = told(
        "The page on which its author, signed in, works on it.",
        "https://parley.example/negotiations/gaza/entries",
    )


_NO_KEY = {
    "type": "about:blank",
    "title": "The Idempotency-Key is missing",
    "status": 400,
    "detail": "Send a header Idempotency-Key with a name of your own for this entry.",
}
_WRONG = {
    "type": "about:blank",
    "title": "Something that was sent cannot be used",
    "status": 422,
    "detail": "citation.report.outlet: Name the outlet, or choose a known report.",
    "errors": {"citation.report.outlet": "Name the outlet, or choose a known report."},
}
OF_ENTRY: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "It was taken; nothing of it is published.",
        "headers": {
            "Location": {
                "description": "Where it is read once it is published.",
                "schema": {"type": "string"},
            }
        },
    },
    308: problems.OF_LIST[308],
    400: problems.fault("The Idempotency-Key is missing, or cannot be used.", _NO_KEY),
    401: problems.fault("No token was sent, or one that is not good any more."),
    403: problems.fault("The token may only read."),
    404: problems.fault("There is no such negotiation or record."),
    409: problems.fault(
        "An entry with this Idempotency-Key is being taken at this moment; ask again shortly."
    ),
    413: problems.fault("What was sent is too large."),
    422: problems.fault(
        "Something cannot be used, each fault named by its field; or the key was used for something else.",
        _WRONG,
    ),
    429: problems.fault("Too much was handed in of late; Retry-After says for how many seconds to wait."),
}


def sent_by_program(request: Request, reading: Reading, view: ViewOf, session: Writes) -> Sent:
    """What a route that takes an entry is given; its fields are those of the body, put in by ``taking``."""
    return Sent(request, reading, view, session, [])


Program = Annotated[Sent, Depends(sent_by_program)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What saving an entry came to. ``room`` is where it is read once it is published, ``page`` the page on
    which its author works on it, both behind the address of the negotiation.
    """

    negotiation: str
    type: str
    id: str
    citation: int | None
    review: ReviewStatus
    room: str
    page: str = "entries"


def take(sent: Sent, key: str | None, body: BaseModel, save: Callable[[], Taken]) -> Response:
    """Take an entry once, commit, and say where it is; the same key with the same body is answered the same.

    ``save`` raises Refused with the faults by field of the body.
    """
    found = _KEY.fullmatch(key or "")
    if found is None:
        words = "Send a header Idempotency-Key with a name of your own for this entry, of visible characters."
        title = "The Idempotency-Key cannot be used" if key else "The Idempotency-Key is missing"
        return problem(400, title, words)
    account, now = person(sent.request).account, datetime.now(UTC)
    token = hashed(f"api:{account}:{found[1]}")
    with _being_taken(token) as is_alone:
        if not is_alone:
            words = "An entry with this Idempotency-Key is being taken at this moment. Ask again shortly."
            return problem(409, "This is being taken", words)
        try:
            count_entry(sent.session, account, now=now)
            sent.session.commit()
            items = [("at", sent.request.scope["path"]), ("body", body.model_dump_json())]
            claim(sent.session, token, account, items, now=now)
            result = json.dumps(_entered(sent.request, save()).model_dump())
            settle(sent.session, token, result)
            sent.session.commit()
        except TooManyEntries as many:
            answer = problem(429, "Too much of late", "Too much was handed in of late. Wait, then go on.")
            answer.headers["retry-after"] = str(many.seconds)
            return answer
        except SentBefore as before:
            result = before.result
        except SentWithOtherText:
            words = "This Idempotency-Key was used for something else; take another."
            return _refused({"Idempotency-Key": words})
        except Refused as refusal:
            sent.session.rollback()
            return _refused(refusal.faults)
        except Unpublished as refusal:
            sent.session.rollback()
            named = f"{refusal.type.value} “{refusal.record}”"
            return _refused({"form": f"It names the {named}, which is not published yet."})
        except NoSuchRecord:
            sent.session.rollback()
            return _refused({"form": "Something that it names is not here, or cannot be added to."})
    location = json.loads(result)["location"]
    return Response(result, status_code=201, media_type="application/json", headers={"location": location})


def _refused(faults: Mapping[str, str]) -> Response:
    detail = "; ".join(f"{name}: {words}" for name, words in faults.items())
    return problem(422, "Something that was sent cannot be used", detail, errors=dict(faults))


@contextmanager
def _being_taken(token: str) -> Iterator[bool]:
    """Whether nobody else is sending an entry of this name meanwhile; other workers wait in the database."""
    with _LOCK:
        is_alone = token not in _BEING_TAKEN
        _BEING_TAKEN.add(token)
    try:
        yield is_alone
    finally:
        if is_alone:
            with _LOCK:
                _BEING_TAKEN.discard(token)


def _entered(request: Request, taken: Taken) -> Entered:
    here = f"/negotiations/{taken.negotiation}"
    site = public_url(request)
    return Entered(
        type=taken.type,
        id=taken.id,
        citation=taken.citation,
        review=taken.review.value,
        location=site + address(f"/api/v1{here}/{taken.room}"),
        page=site + address(f"{here}/{taken.page}"),
    )


def with_places(faults: Faults, places: Mapping[str, str]) -> Refused:
    """The faults of a form, by the field of the body in which each of them lies."""
    found = Faults()
    for name, words in faults.items():
        found.setdefault(places.get(name, name), words)
    return Refused(found)
