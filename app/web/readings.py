"""Reading a report: its text is given once, and records are read out of it one after the other."""

import secrets
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app.commands.sources import TextIsTheEditors, begin_source, keep_text
from app.domain.vocabulary import ReviewStatus, SourceKind
from app.exchange.articles import Article, is_html, plain, read_article
from app.forms.base import LONGEST_ARTICLE, Faults, Form, Typed, read_form
from app.forms.entries import day_typed
from app.forms.sources import SourceForm, source_columns, with_source_faults
from app.queries.choices import origin_choices
from app.queries.negotiations import negotiation_head
from app.queries.readings import (
    last_words,
    reading_page,
    reading_source,
    reports_begun,
    text_of,
)
from app.queries.visibility import NoSuchRecord
from app.web.deps import Asked, Asking, Sending, today
from app.web.entries import NOUNS, address_context, by, labelled, new_page
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/sources/new")
@allow(Permission.ENTER)
def new(asked: Asking, negotiation: str) -> Response:
    """The form of a report: its address, its text, and what it says of itself."""
    query = asked.request.query_params
    return _new(asked, negotiation, Typed({"url": [url]} if (url := query.get("url", "")) else {}), Faults())


@router.post("/negotiations/{negotiation}/sources/new")
@allow(Permission.ENTER)
def create(sent: Sending, negotiation: str) -> Response:
    """Begin a report and open its reading room; or, asked to, take title and date out of what was pasted."""
    form: Form[Any] = read_form(SourceForm, sent.items)
    typed = form.typed
    if typed.one("action") == "extract":
        return _new(sent, negotiation, _extracted(typed), Faults())
    faults = with_source_faults(form.faults, typed, today()) | _text_faults(typed)
    faults = Faults(faults)
    if faults or form.data is None:
        return _new(sent, negotiation, typed, faults, 422)
    row = source_columns(form.data)
    text = read_article(typed.one("text")).text

    def save() -> str:
        source = begin_source(sent.session, negotiation, row, text or None, by(sent.person))
        return address(f"/negotiations/{negotiation}/sources/{source}/read")

    def again(faults: Faults, status: int) -> Response:
        return _new(sent, negotiation, typed, faults, status)

    return once(
        sent.session,
        typed.one("token"),
        sent.person.account,
        sent.items,
        save,
        again,
        makes_at=sent.request.url.path,
    )


@router.get("/negotiations/{negotiation}/sources/{source}/read")
@allow(Permission.ENTER)
def show(asked: Asking, negotiation: str, source: str) -> Response:
    """The reading room: the report’s text on one side, the form of a record on the other."""
    query = asked.request.query_params
    reading_source(asked.reading, negotiation, source, asked.person)
    kind = NOUNS.get(query.get("noun", ""), NOUNS["demands"])
    typed = Typed({name: [value] for name, value in query.items() if value})
    typed |= {"source": [source], "then": ["read"], "noun": [kind.plural]}
    last = last_words(asked.reading, negotiation, source, asked.person)
    if kind.dated == "stated" and "stated" in last:
        typed |= day_typed(Typed(stated=[last["stated"]]), "stated")
    for name, value in last.items():
        if value != "no" and name != "stated":
            typed.setdefault(name, value.split("|") if name == "speakers" else [value])
    return new_page(asked, negotiation, kind, Typed(typed), Faults())


@router.get("/negotiations/{negotiation}/sources/{source}/text")
@allow(Permission.ENTER)
def edit_text(asked: Asking, negotiation: str, source: str) -> Response:
    """The form in which a report’s text is given or corrected."""
    text, version, _ = text_of(asked.reading, negotiation, source)
    here = reading_source(asked.reading, negotiation, source, asked.person)
    if version and here.status is ReviewStatus.PUBLISHED and not asked.person.edits:
        raise NoSuchRecord(source)
    return _text(asked, negotiation, source, Typed(text=[text or ""]), Faults())


@router.post("/negotiations/{negotiation}/sources/{source}/text")
@allow(Permission.ENTER)
def update_text(sent: Sending, negotiation: str, source: str) -> Response:
    """Give a report’s text, or correct it; what it was is kept, and no quote is attached anew."""
    typed = Typed()
    for name, value in sent.items:
        typed.setdefault(name, []).append(value)
    reading_source(sent.reading, negotiation, source, sent.person)
    faults = _text_faults(typed)
    text = read_article(typed.one("text")).text
    if not text:
        faults.setdefault("text", "Paste or type the report’s text.")

    def again(faults: Faults, status: int) -> Response:
        return _text(sent, negotiation, source, typed, faults, status)

    if faults:
        return again(faults, 422)

    def save() -> str:
        try:
            keep_text(sent.session, negotiation, source, text, by(sent.person))
        except TextIsTheEditors:
            words = "This report is published and its text is here: only editors correct it. Yours is below."
            raise Refused(Faults(text=words)) from None
        return address(f"/negotiations/{negotiation}/sources/{source}/read")

    return once(sent.session, typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/entries/addresses")
@allow(Permission.ENTER)
def addresses(asked: Asking, negotiation: str) -> Response:
    """What is here already under an address; the form loads it beside the field."""
    head = negotiation_head(asked.reading, negotiation)
    url = asked.request.query_params.get("url", "")
    context = base_context(asked.view, head, "new") | address_context(asked, negotiation, url)
    return page(asked.request, "readings/addresses.html", context)


def _extracted(typed: Typed) -> Typed:
    """The form with what the pasted page says of itself where nothing was typed; its text alone is kept."""
    pasted = typed.one("text")
    article = read_article(pasted) if is_html(pasted) else Article(plain(pasted))
    found = Typed(typed)
    for name in ("outlet", "title", "author", "published", "url", "language"):
        if not found.one(name).strip() and (value := getattr(article, name)):
            found[name] = [value]
    found["text"] = [article.text]
    return found


def _text_faults(typed: Typed) -> Faults:
    pasted = typed.one("text")
    if len(pasted) > LONGEST_ARTICLE:
        return Faults(text=f"This is too long: a text has at most {LONGEST_ARTICLE:,} characters.")
    if pasted.strip() and not read_article(pasted).text:
        return Faults(text="No article could be made out in this page. Paste its text instead.")
    return Faults()


def _token(typed: Typed, faults: Faults) -> str:
    return ("" if "form" in faults else typed.one("token")) or secrets.token_urlsafe(32)


def _new(asked: Asked, negotiation: str, typed: Typed, faults: Faults, status: int = 200) -> Response:
    head = negotiation_head(asked.reading, negotiation)
    context = base_context(asked.view, head, "new") | address_context(asked, negotiation, typed.one("url"))
    context |= {
        "typed": typed,
        "faults": faults,
        "token": _token(typed, faults),
        "begun": reports_begun(asked.reading, negotiation, asked.person),
        "origins": origin_choices(asked.reading, negotiation, asked.person),
        "words": {"source_kinds": labelled(SourceKind)},
    }
    return page(asked.request, "readings/new.html", context, status=status)


def _text(
    asked: Asked, negotiation: str, source: str, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    found = reading_page(asked.reading, negotiation, source, asked.person)
    context = base_context(asked.view, found.negotiation, "new") | {
        "reading": found,
        "typed": typed,
        "faults": faults,
        "token": _token(typed, faults),
    }
    return page(asked.request, "readings/text.html", context, status=status)
