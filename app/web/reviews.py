"""The review desk: one's own entries on their way, what waits for an editor, and what is done with it.

Readers see none of it, and no contributor sees another's (domain.md §8).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from app.commands import reviews as commands
from app.commands.entries import Unpublished
from app.commands.records import NoSuchRecord
from app.commands.reviews import (
    ChangedSince,
    NamesDraft,
    NamesGone,
    NotAll,
    OwnEntry,
    RecordGone,
    TakenByAnother,
    Unsupported,
)
from app.domain.vocabulary import (
    Attribution,
    Outcome,
    RecordGrade,
    RecordType,
    ReviewStatus,
    Setting,
)
from app.exchange.package_schema import FILE
from app.forms.base import Faults, Form, Typed, read_form
from app.forms.reviews import PublishForm, ReturnForm
from app.queries.negotiations import Cast, negotiation_head
from app.queries.reviews import (
    Named,
    QueueCursor,
    ReviewPage,
    account_name,
    named_record,
    next_waiting,
    own_entries_page,
    queue_page,
    review_page,
    source_waits,
)
from app.web.deps import Asked, Asking, Sending, Sent
from app.web.entries import NOUNS, Number, by
from app.web.labels import N_, column_name, kind_label, label
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import edtf, joined, page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)

GONE = "This does not wait any more; somebody has dealt with it. What became of it is said below."


# --- One's own entries ----------------------------------------------------------------------------------


@router.get("/negotiations/{negotiation}/entries")
@allow(Permission.ENTER)
def own(asked: Asking, negotiation: str) -> Response:
    """One's own entries that readers do not see yet: drafts, returned ones, and those that wait."""
    return own_page(asked, negotiation, Faults())


@router.post("/negotiations/{negotiation}/entries/{number}/submit")
@allow(Permission.ENTER)
def submit(sent: Sending, negotiation: str, number: Number) -> Response:
    """Hand in a draft, or again what was returned."""
    negotiation_head(sent.reading, negotiation)

    def save() -> str:
        commands.submit_entry(sent.session, negotiation, number, by(sent.person))
        return address(f"/negotiations/{negotiation}/entries")

    def again(faults: Faults, status: int) -> Response:
        sent.reading.rollback()
        return own_page(sent, negotiation, faults, status)

    return once(sent.session, token_of(sent), sent.person.account, sent.items, save, again)


# --- The queue ------------------------------------------------------------------------------------------


@router.get("/negotiations/{negotiation}/reviews")
@allow(Permission.EDIT)
def index(asked: Asking, negotiation: str) -> Response:
    """What waits for an editor: entries by age or by source, and what readers say is wrong."""
    return queue(asked, negotiation, Faults())


@router.post("/negotiations/{negotiation}/sources/{source}/publish")
@allow(Permission.EDIT)
def publish_source(sent: Sending, negotiation: str, source: str) -> Response:
    """Publish everything of a source that waits, or nothing of it and say why."""
    negotiation_head(sent.reading, negotiation)
    form: Form[Any] = read_form(PublishForm, sent.items)

    def again(faults: Faults, status: int) -> Response:
        sent.reading.rollback()
        return queue(sent, negotiation, faults, status, by_source=True)

    if form.data is None:
        return again(Faults(form=_OPEN_ANEW), 422)
    seen = form.data.seen

    def save() -> str:
        try:
            count = commands.publish_source(sent.session, negotiation, source, by(sent.person), seen=seen)
        except NoSuchRecord:
            raise Refused(Faults(form="Nothing of this source waits any more.")) from None
        except NotAll as refusal:
            raise Refused(_why_not_all(sent, negotiation, source, refusal)) from None
        return address(f"/negotiations/{negotiation}/reviews", by="source", published=count)

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


# --- One entry ------------------------------------------------------------------------------------------


@router.get("/negotiations/{negotiation}/reviews/{number}")
@allow(Permission.EDIT)
def show(asked: Asking, negotiation: str, number: Number) -> Response:
    """One entry beside the sentence of its report. Opening it takes nothing."""
    return _show(asked, negotiation, number, Typed(), Faults())


@router.post("/negotiations/{negotiation}/reviews/{number}/take")
@allow(Permission.EDIT)
def take(sent: Sending, negotiation: str, number: Number) -> Response:
    """Take an entry to read it, or take it over from whoever does; colleagues see so."""

    def save() -> str:
        over = ("over", "yes") in sent.items
        commands.take_entries(sent.session, negotiation, [number], by(sent.person), over=over)
        return address(f"/negotiations/{negotiation}/reviews/{number}")

    return _decide(sent, negotiation, number, save)


@router.post("/negotiations/{negotiation}/reviews/{number}/leave")
@allow(Permission.EDIT)
def leave(sent: Sending, negotiation: str, number: Number) -> Response:
    """Let go of an entry, so that a colleague may read it."""

    def save() -> str:
        commands.leave_entries(sent.session, negotiation, [number], by(sent.person))
        return address(f"/negotiations/{negotiation}/reviews")

    return _decide(sent, negotiation, number, save)


@router.post("/negotiations/{negotiation}/reviews/{number}/publish")
@allow(Permission.EDIT)
def publish(sent: Sending, negotiation: str, number: Number) -> Response:
    """Publish an entry as it was read; it stands in its cell from now on."""
    found = review_page(sent.reading, negotiation, number, sent.person, datetime.now(UTC))
    form: Form[Any] = read_form(PublishForm, sent.items)
    if form.data is None:
        return _again(sent, negotiation, number, form.typed, Faults(form=_OPEN_ANEW), 422)
    seen = form.data.seen

    def save() -> str:
        who = by(sent.person)
        type_, record = commands.publish_entry(sent.session, negotiation, number, who, seen=seen)
        if form.typed.one("then") != "next":
            return address(f"/negotiations/{negotiation}/{type_.value}s/{record}")
        following = next_waiting(
            sent.session,
            negotiation,
            who.account,
            who.now,
            source=found.entry.source,
            own_too=not found.negotiation.two_people,
        )
        if following is None:
            return address(f"/negotiations/{negotiation}/reviews")
        commands.take_entries(sent.session, negotiation, [following], who)
        return address(f"/negotiations/{negotiation}/reviews/{following}")

    return _decide(sent, negotiation, number, save, form.typed)


@router.post("/negotiations/{negotiation}/reviews/{number}/return")
@allow(Permission.EDIT)
def send_back(sent: Sending, negotiation: str, number: Number) -> Response:
    """Give an entry back to its author, with what is to be mended; the comment is kept."""
    form: Form[Any] = read_form(ReturnForm, sent.items)
    if form.data is None:
        return _again(sent, negotiation, number, form.typed, form.faults, 422)
    comment = form.data.comment

    def save() -> str:
        commands.return_entry(sent.session, negotiation, number, by(sent.person), comment=comment)
        return address(f"/negotiations/{negotiation}/reviews")

    return _decide(sent, negotiation, number, save, form.typed)


def _decide(
    sent: Sent, negotiation: str, number: int, save: Callable[[], str], typed: Typed | None = None
) -> Response:
    """Do once what an editor has decided; say in words, on the page of the entry, what keeps it from it."""
    negotiation_head(sent.reading, negotiation)

    def in_words() -> str:
        with _refusals(sent, negotiation):
            return save()

    def again(faults: Faults, status: int) -> Response:
        return _again(sent, negotiation, number, typed or Typed(), faults, status)

    return once(sent.session, token_of(sent), sent.person.account, sent.items, in_words, again)


@contextmanager
def _refusals(sent: Sent, negotiation: str) -> Iterator[None]:
    try:
        yield
    except (*_REASONS, NoSuchRecord) as refusal:
        raise Refused(Faults(form=_why(sent, negotiation, refusal))) from None


# --- Why not --------------------------------------------------------------------------------------------

_OPEN_ANEW = "This form does not say what was read. Open the page anew and decide then."

_REASONS = (
    OwnEntry,
    TakenByAnother,
    ChangedSince,
    RecordGone,
    NamesDraft,
    NamesGone,
    Unpublished,
    Unsupported,
)

OWN_ENTRY = N_("In this negotiation nobody publishes an entry of their own; another editor has to read it.")


def _why(sent: Sent, negotiation: str, refusal: Exception) -> str:
    """Why an entry is not published or returned, in words."""
    if isinstance(refusal, OwnEntry):
        return OWN_ENTRY
    if isinstance(refusal, TakenByAnother):
        name = account_name(sent.reading, refusal.account)
        return f"{name} is reading this; nothing was done. Take it over, or leave it to {name}."
    if isinstance(refusal, ChangedSince):
        return "It was changed since you opened it. Read it as it is now, and decide then."
    if isinstance(refusal, RecordGone):
        return "The record that this is a report of was retracted. Return it to its author."
    if isinstance(refusal, NamesDraft):
        return "It names a record that its author has not handed in yet."
    if isinstance(refusal, NamesGone):
        what = "an event" if refusal.type is RecordType.EVENT else f"a {label(refusal.type).lower()}"
        return f"It names {what} that was retracted or merged into another. Return it to its author."
    if isinstance(refusal, Unpublished):
        named = named_record(sent.reading, negotiation, refusal.type, refusal.record, sent.person)
        what = label(refusal.type).lower()
        return f"It names the {what} “{named.words}”, which is not published yet. Publish that first."
    if isinstance(refusal, Unsupported):
        return "No report in support of this record is published yet. Publish one of those first."
    return GONE


def _why_not_all(sent: Sent, negotiation: str, source: str, refusal: NotAll) -> Faults:
    """Which entries of a source keep the others from being published, and why each."""
    of_source = source_waits(sent.reading, negotiation, source, refusal.reasons)
    names = ", ".join(sorted({entry.outlet for entry in of_source.values()}))
    faults = Faults(form=f"Nothing of {names or source} was published, because some of it cannot be yet:")
    for number, reason in refusal.reasons.items():
        words = of_source[number].words if number in of_source else str(number)
        faults[f"entry-{number}"] = f"“{words}”: {_why(sent, negotiation, reason)}"
    return faults


# --- Pages ----------------------------------------------------------------------------------------------


def token_of(sent: Sent) -> str:
    """The mark of the form that was sent."""
    return next((value for name, value in sent.items if name == "token"), "")


def own_page(asked: Asked, negotiation: str, faults: Faults, status: int = 200) -> Response:
    """One's own entries, with what could not be done."""
    before = asked.request.query_params.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 10 else None
    if before and number is None:
        faults, status = Faults(faults | {"before": _NO_PLACE}), 422
    found = own_entries_page(asked.reading, negotiation, asked.person, datetime.now(UTC), before=number)
    context = base_context(asked.view, found.negotiation, "entries") | {
        "found": found,
        "faults": faults,
        "token": secrets.token_urlsafe(32),
        "nouns": NOUNS,
        "publishes": asked.person.edits and not found.negotiation.two_people,
    }
    return page(asked.request, "reviews/own.html", context, status=status)


_NO_PLACE = "This is no place in the list; start from its beginning."


def queue(
    asked: Asked,
    negotiation: str,
    faults: Faults,
    status: int = 200,
    *,
    by_source: bool | None = None,
    typed: Mapping[int, str] | None = None,
) -> Response:
    """The queue; ``typed`` are answers to notes that could not be kept, by the number of the note."""
    query = asked.request.query_params
    by_source = query.get("by") == "source" if by_source is None else by_source
    cursor, fault = read_cursor(query.get("after", ""))
    if fault:
        faults, status = Faults(faults | {"after": fault}), 422
    notes_after = query.get("notes", "")
    found = queue_page(
        asked.reading,
        negotiation,
        datetime.now(UTC),
        by_source=by_source,
        after=cursor,
        notes_after=int(notes_after) if notes_after.isdecimal() and len(notes_after) < 10 else 0,
    )
    published = query.get("published", "")
    context = base_context(asked.view, found.negotiation, "reviews") | {
        "found": found,
        "faults": faults,
        "by_source": by_source,
        "after": _cursor_text(found.after),
        "token": secrets.token_urlsafe(32),
        "published": int(published) if published.isdecimal() and len(published) < 10 else 0,
        "typed": typed or {},
        "nouns": NOUNS,
        "own_entry": OWN_ENTRY,
    }
    return page(asked.request, "reviews/index.html", context, status=status)


def read_cursor(text: str) -> tuple[QueueCursor | None, str]:
    """A place in the queue as an address carries it, and what is wrong with it."""
    if not text:
        return None, ""
    at, _, key = text.partition("~")
    try:
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, _NO_PLACE
    if not key or len(key) > 200 or not key.isprintable():
        return None, _NO_PLACE
    return QueueCursor(moment, key), ""


def _cursor_text(cursor: QueueCursor | None) -> str:
    return f"{cursor.at.astimezone(UTC).isoformat()}~{cursor.key}" if cursor else ""


def _again(sent: Sent, negotiation: str, number: int, typed: Typed, faults: Faults, status: int) -> Response:
    # Whatever kept it from being done happened after this request began to read.
    sent.reading.rollback()
    return _show(sent, negotiation, number, typed, faults, status)


def _show(
    asked: Asked, negotiation: str, number: int, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    person = asked.person
    found = review_page(asked.reading, negotiation, number, person, datetime.now(UTC))
    entry = found.entry
    is_own = entry.account == person.account
    waits = entry.status is ReviewStatus.SUBMITTED or (is_own and entry.status is not ReviewStatus.PUBLISHED)
    taken_by_other = entry.taken is not None and entry.taken.account != person.account
    context = base_context(asked.view, found.negotiation, "reviews") | {
        "found": found,
        "faults": faults,
        "typed": typed,
        "token": secrets.token_urlsafe(32),
        "waits": waits,
        "is_own": is_own,
        "own_entry": OWN_ENTRY if is_own and found.negotiation.two_people else "",
        "taken_by_other": taken_by_other,
        "record_facts": facts(entry.type, found.row, found.cast, found.named),
        "term_facts": [
            facts(RecordType.TERM, row, found.cast, {}, skip=("proposal",)) for row in found.terms
        ],
        "citation_facts": citation_facts(found),
        "edits": _edits(found),
    }
    return page(asked.request, "reviews/show.html", context, status=status)


def _edits(found: ReviewPage) -> str | None:
    """Where the record is corrected: a term is within its proposal."""
    noun, record = f"{found.entry.type.value}s", found.entry.record
    if found.entry.type is RecordType.TERM:
        noun, record = "proposals", found.row["proposal"]
    if noun not in NOUNS:
        return None
    return address(f"/negotiations/{found.negotiation.id}/{noun}/{record}/edit")


# --- All that a record says -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """One column of a row as it is read: what it is called, and what it says.

    That is a ``word`` of ours, as ``name`` is not yet translated, or what somebody entered; ``named`` is the
    record that it names, where it names one.
    """

    name: str
    word: str = ""
    shown: str | Markup = ""
    named: Named | None = None


_ACTORS = ("holders", "proposed_by", "mediated_by", "actor", "about", "obliged", "tabled_by", "speakers")
_ISSUES = ("issues", "issue")
_DATES = ("stated", "presented", "ended", "starts", "ends", "deadline")
_VOCABULARIES: Mapping[str, Any] = {
    "outcome": Outcome,
    "grade": RecordGrade,
    "setting": Setting,
    "attribution": Attribution,
}
_KINDS = ("kind", "response", "remark")
_SAYS = {
    ("anonymous", "yes"): N_("yes"),
    ("anonymous", "no"): N_("no"),
    ("sensitive", "yes"): N_("yes"),
    ("relation", "supports"): N_("supports it"),
    ("relation", "denies"): N_("denies it"),
}


def facts(
    type_: RecordType,
    row: Mapping[str, str],
    cast: Cast,
    named: Mapping[str, Named],
    skip: Sequence[str] = (),
) -> list[Fact]:
    """Every column of a record that says something, in words."""
    found = []
    for name in _in_order(f"{type_.value}s", row):
        called = column_name(type_.value, name)
        if name in named:
            found.append(Fact(called, named=named[name]))
        elif name in _KINDS:
            found.append(Fact(called, kind_label(type_, row[name])))
        elif name not in ("id", *skip):
            found.append(_fact(called, name, row[name], cast))
    return found


def citation_facts(found: ReviewPage) -> list[Fact]:
    """Every column of a citation that says something; its quote is read in the report."""
    skip = ("subject_type", "subject", "source", "quote", "translation")
    return [
        _fact(column_name("citation", name), name, found.citation[name], found.cast)
        for name in _in_order("citations", found.citation)
        if name not in skip
    ]


def _in_order(file: str, row: Mapping[str, str]) -> list[str]:
    """The columns of a row that say something, in the order of a data package."""
    return [column.name for column in FILE[file].columns if row.get(column.name)]


def _fact(called: str, name: str, value: str, cast: Cast) -> Fact:
    if name in _ACTORS:
        names = [Markup("<bdi>{}</bdi>").format(cast.name(actor)) for actor in value.split("|")]
        return Fact(called, shown=joined(names))
    if name in _ISSUES:
        titles = {issue: cast.issues[issue].title for issue in value.split("|") if issue in cast.issues}
        return Fact(called, shown=joined(titles.get(issue, issue) for issue in value.split("|")))
    if name in _DATES:
        return Fact(called, shown=edtf(value))
    if name in _VOCABULARIES:
        return Fact(called, label(_VOCABULARIES[name](value)))
    if word := _SAYS.get((name, value)):
        return Fact(called, word)
    return Fact(called, shown=value)
