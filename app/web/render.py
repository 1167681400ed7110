"""Templates in, pages out: the environment, the addresses, and answers that may be kept."""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from app.domain.attribution import SENTENCES
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Attribution, Basis, Rests
from app.files import PACKAGE, folder
from app.forms.filters import View
from app.queries.revisions import Recorded
from app.web import labels
from app.web.days import age_words, datetime_attribute, day_words, edtf_words, moment_words, month_words
from app.web.figures import condition, figure, number_words
from app.web.foot import foot_of, is_public
from app.web.log import by_month
from app.web.meanings import meaning
from app.web.paths import address, href, outlet_address

TEMPLATES, STATIC = folder("templates"), folder("static")
# English is the only language yet.
TRANSLATIONS, LANGUAGE = NullTranslations(), "en"


@lru_cache(maxsize=64)
def static_address(name: str) -> str:
    """The address of a static file, with its digest, so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@lru_cache(maxsize=1)
def build() -> str:
    """A digest of everything that shapes a page but its data: code, templates and static files."""
    digest = hashlib.sha256()
    for top in (PACKAGE, TEMPLATES, STATIC):
        for directory, folders, files in os.walk(top):
            folders[:] = sorted(name for name in folders if name not in {"__pycache__", "demo"})
            for name in sorted(files):
                digest.update((Path(directory) / name).read_bytes())
    return digest.hexdigest()[:12]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(TRANSLATIONS, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "address": address,
        "static": static_address,
        "day_words": day_words,
        "month_words": month_words,
        "edtf_words": edtf_words,
        "datetime_attribute": datetime_attribute,
        "label": labels.label,
        "bases": list(Basis),
        "meaning": meaning,
        "as_of_words": labels.as_of_words,
        "latest_words": labels.latest_words,
        "why_words": labels.why_words,
        "number_words": number_words,
        "kind_label": labels.kind_label,
        "action_label": labels.action_label,
        "field_label": labels.field_label,
        "column_name": labels.column_name,
        "term_number": labels.term_number,
        "is_by": is_by,
        "sentence": sentence,
        "figure": figure,
        "condition": condition,
        "href": href,
        "outlet_address": outlet_address,
        "joined": joined,
        "by_month": by_month,
        "language": labels.language,
        "role_words": labels.role_words,
        "rests_on": lambda: list(Rests),
        "rests_words": labels.rests_words,
        "count_words": labels.count_words,
    }
    environment.filters["edtf"] = edtf
    environment.filters["cut"] = cut
    environment.filters["moment"] = moment
    environment.filters["age"] = age
    environment.filters["on_day"] = on_day
    return environment


def edtf(text: str, *, long: bool = False) -> Markup:
    """An EDTF date as a ``time`` element, with no more precision than is known."""
    attribute = datetime_attribute(text)
    words = escape(edtf_words(text, long=long))
    if attribute is None:
        return Markup("<time>{}</time>").format(words)
    return Markup('<time datetime="{}">{}</time>').format(attribute, words)


def cut(text: str, length: int) -> str:
    """A text on one line that is no longer than this; a longer one ends at a word, with an ellipsis."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    return words[:length].rpartition(" ")[0].rstrip(" ,;:–") + "…"


def moment(when: datetime) -> Markup:
    """A moment as a ``time`` element, to the minute."""
    return Markup('<time datetime="{:%Y-%m-%dT%H:%MZ}">{}</time>').format(when, moment_words(when))


def age(since: datetime) -> Markup:
    """How long ago a moment was, as a ``time`` element: “3 days”."""
    words = age_words(since, datetime.now(UTC))
    return Markup('<time datetime="{:%Y-%m-%dT%H:%MZ}">{}</time>').format(since.astimezone(UTC), words)


def on_day(when: datetime) -> Markup:
    """The day of a moment as a ``time`` element."""
    return edtf(when.date().isoformat())


def is_by(text: str, on: date) -> bool:
    """Whether an EDTF date is surely over by a day; nothing is told ahead of it."""
    return parse_edtf(text).last <= on


def sentence(attribution: Attribution, **parts: object) -> Markup:
    """The sentence of attribution with its parts as markup: holder, speaker, outlet, day."""
    return Markup(SENTENCES[attribution]).format(**parts)  # noqa: S704 - the patterns are our own


def joined(parts: Iterable[object]) -> Markup:
    """Names in a row, in the order of the record: “A, B and C”."""
    words = [escape(part) for part in parts]
    if len(words) < 2:
        return Markup("").join(words)
    return Markup(", ").join(words[:-1]) + Markup(" and ") + words[-1]


ENVIRONMENT = _environment()


def gettext(message: str, **values: object) -> str:
    """A sentence of the interface where no template says it: in a file, a feed, a calendar."""
    return TRANSLATIONS.gettext(message) % values


def etag(request: Request, revision: int, view: View | None = None) -> str | None:
    """A weak ETag of everything that shapes a public page: what was asked, the data, the day, the build.

    None for a person who is signed in: private pages are made anew and kept nowhere.
    """
    if getattr(request.state, "person", None):
        return None
    on = view.on.isoformat() if view else ""
    part = request.headers.get("hx-request-type", "")
    # What was recorded by a day stays so, whatever is published since; only a redaction reaches back.
    recorded: Recorded | None = getattr(request.state, "recorded", None)
    data = f"{recorded.number} {recorded.redaction}" if recorded else str(revision)
    # The foot of a page says on which day it was read.
    today = datetime.now(UTC).date().isoformat()
    codes = request.app.state.crosswalk.digest
    shape = "\n".join((request.url.path, request.url.query, part, data, on, today, build(), codes))
    return f'W/"{hashlib.sha256(shape.encode()).hexdigest()[:24]}"'


PUBLIC = {"cache-control": "public, max-age=0, must-revalidate", "vary": "HX-Request, Cookie"}


def not_modified(request: Request, tag: str | None) -> Response | None:
    """The empty answer to a reader who has this very page already; None where it must be made."""
    known = [known.strip() for known in request.headers.get("if-none-match", "").split(",")]
    if tag is None or (tag not in known and "*" not in known):
        return None
    return Response(status_code=304, headers={**PUBLIC, "etag": tag})


def public_url(request: Request) -> str:
    """The address of the site as readers reach it: the one set, else that of the request."""
    return request.app.state.settings.public_url or str(request.base_url).rstrip("/")


def page(
    request: Request, template: str, context: dict[str, Any], *, tag: str | None = None, status: int = 200
) -> HTMLResponse:
    """A whole page. With a ``tag`` it is public and may be kept; without, it is made anew each time."""
    site = public_url(request)
    foot = foot_of(request, site, context, status)
    shared = (foot.url if foot else site + address(request.url.path)) if is_public(request, status) else None
    html = ENVIRONMENT.get_template(template).render(
        public_url=site,
        foot=foot,
        shared_url=shared,
        person=getattr(request.state, "person", None),
        queue_length=getattr(request.state, "queue_length", 0),
        **context,
    )
    headers = {**PUBLIC, "etag": tag} if tag and status == 200 else {}
    return HTMLResponse(html, status_code=status, headers=headers)
