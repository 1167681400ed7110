"""Blanking for somebody's safety: an admin ticks what must go; it goes everywhere at once (domain.md §7)."""

import secrets
from typing import Any

from fastapi import APIRouter
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from app.commands.redactions import redact
from app.db import scrub
from app.domain.redaction import FIELDS, TEXT
from app.exchange.snapshots import Snapshots
from app.forms.base import Faults, Typed
from app.queries.histories import NOUNS
from app.queries.redactions import RedactionPage, Subject, redaction_page
from app.web.deps import Asked, Asking, Sending, engine_of
from app.web.labels import N_, column_name
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import once
from app.web.values import Words

router = APIRouter(include_in_schema=False)


class _RedactedConvertor(Convertor[str]):
    """The plural of a noun of whose records something can be blanked; a term is met in its proposal."""

    regex = "|".join(plural for plural, noun in NOUNS.items() if noun in FIELDS and plural != "terms")

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("redacted", _RedactedConvertor())

_SEPARATOR = "/"
# A text is shown as far as it takes to know it.
_SHOWN = 160


@router.get("/negotiations/{negotiation}/{plural:redacted}/{record}/redact")
@allow(Permission.ADMIN)
def show(asked: Asking, negotiation: str, plural: str, record: str) -> Response:
    """Everything that somebody has written in a record, to be ticked."""
    return _show(asked, negotiation, plural, record, Typed(), Faults())


@router.post("/negotiations/{negotiation}/{plural:redacted}/{record}/redact")
@allow(Permission.ADMIN)
def blank(sent: Sending, negotiation: str, plural: str, record: str) -> Response:
    """Blank what is ticked; why is kept nowhere."""
    typed = Typed()
    for name, value in sent.items:
        typed.setdefault(name, []).append(value)
    found = redaction_page(sent.reading, negotiation, plural, record, sent.person)
    chosen: dict[tuple[str, str], set[str]] = {}
    faults = Faults()
    for value in typed["blank"]:
        parts = tuple(value.split(_SEPARATOR))
        if parts not in found.offers():
            faults["blank"] = "What was ticked is not here any more, or was blanked already; look again."
            continue
        noun, id_, name = parts
        chosen.setdefault((noun, id_), set()).add(name)
    if not chosen:
        faults.setdefault("blank", "Tick what is to be blanked.")
    if not typed.one("safety"):
        faults["safety"] = "Say that it is for somebody’s safety: for nothing else is the past changed."

    def again(faults: Faults, status: int) -> Response:
        return _show(sent, negotiation, plural, record, typed, faults, status)

    if faults:
        return again(faults, 422)

    def save() -> str:
        redact(sent.session, negotiation, chosen, **sent.stamp)
        return address(f"/negotiations/{negotiation}/{plural}/{record}/history")

    answer = once(sent.session, typed.one("token"), sent.person.account, sent.items, save, again)
    if answer.status_code == 303:
        # Whoever still reads what was there before keeps it from being removed: this request first.
        sent.reading.rollback()
        sent.session.rollback()
        snapshots: Snapshots = sent.request.app.state.snapshots
        snapshots.give_up(negotiation)
        if not scrub(engine_of(sent.request)):
            answer.headers["location"] = address(answer.headers["location"], left="1")
    return answer


def _show(
    asked: Asked,
    negotiation: str,
    plural: str,
    record: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
) -> Response:
    if status != 200:
        asked.reading.rollback()
    found = redaction_page(asked.reading, negotiation, plural, record, asked.person)
    words = Words(found.cast, found.names)
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "at": address(f"/negotiations/{negotiation}/{plural}/{record}"),
        "groups": [_group(subject, found, words) for subject in found.subjects],
        "typed": typed,
        "faults": faults,
        "token": ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32),
    }
    return page(asked.request, "redactions/show.html", context, status=status)


def _group(subject: Subject, found: RedactionPage, words: Words) -> dict[str, Any]:
    """One record, or what belongs to it, with what can be ticked of it."""
    noun, record = subject.key
    row = subject.row
    about = row.get("title") or row.get("summary") or record
    if noun == "citation":
        about = words.of("citation", "source", row.get("source", ""))
    elif noun == "link":
        about = words.of("link", "to", row["to"] if row.get("from") == found.record else row.get("from", ""))
    elif noun == "source":
        about = row.get("title") or row.get("outlet", record)
    return {
        "legend": N_("The same words in another record") if subject.repeats else LEGENDS[noun],
        "about": about,
        "speaks_own": subject.speaks_own,
        "fields": [
            {
                "value": _SEPARATOR.join((noun, record, one.name)),
                "name": column_name(noun, one.name),
                "text": _shortened(one.value if one.name == TEXT else words.of(noun, one.name, one.value)),
            }
            for one in subject.fields
        ],
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


LEGENDS = {
    "demand": N_("The demand"),
    "proposal": N_("The proposal"),
    "term": N_("A term"),
    "response": N_("The response"),
    "remark": N_("The remark"),
    "event": N_("The event"),
    "citation": N_("A report of it"),
    "link": N_("A link"),
    "source": N_("The source"),
}
