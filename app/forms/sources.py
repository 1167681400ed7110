"""The form of a source: one publication; its address is made the same for all who paste it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from courlan import normalize_url
from pydantic import AfterValidator

from app.domain.vocabulary import SourceKind
from app.forms.base import EdtfDate, Faults, FormModel, Line, MaybeAddress, MaybeLine, MaybeText, Typed
from app.forms.entries import LANGUAGE, MaybeId, MaybeKind, filled, with_dated_faults


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError("Write a language as en, ar, he or pt-BR.")
    return text


Language = Annotated[Line, AfterValidator(_language)]


class SourceForm(FormModel):
    """A publication as a person enters it. ``text`` is its text, for those who enter records alone."""

    outlet: Line
    title: MaybeLine = None
    url: MaybeAddress = None
    published: EdtfDate
    language: Language
    kind: MaybeKind = None
    author: MaybeLine = None
    origin: MaybeId = None
    archive_url: MaybeAddress = None
    note: MaybeText = None


def source_columns(data: SourceForm) -> dict[str, str]:
    """The columns of ``sources.csv`` that the form fills."""
    kind: SourceKind | None = data.kind
    return filled(
        outlet=data.outlet,
        title=data.title,
        url=canonical(data.url) if data.url else None,
        published=data.published,
        language=data.language,
        kind=kind,
        author=data.author,
        origin=data.origin,
        archive_url=data.archive_url,
        note=data.note,
    )


def with_source_faults(faults: Faults, typed: Typed, today: date) -> Faults:
    """What is wrong between the fields of a source."""
    faults = with_dated_faults(faults, typed, "published", today)
    if day := faults.pop("published_day", ""):
        faults["published"] = day
    return faults


# Hosts that serve the same page for small screens.
_MOBILE = ("m.", "mobile.", "amp.", "touch.")


def canonical(url: str) -> str:
    """An address without what differs from reader to reader: tracking, fragments, hosts for telephones.

    What it cannot read stays as it is. An address may be wrong for all that; it is never fetched.
    """
    parts = urlsplit(normalize_url(url, strict=False, trailing_slash=True))
    host = parts.netloc
    for prefix in _MOBILE:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    host = host.replace(".m.", ".", 1)  # en.m.wikipedia.org
    # Some sites keep the page itself in the fragment.
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme, host, parts.path, parts.query, fragment)) if parts.netloc else url


def same_address(url: str) -> str:
    """What two addresses of one page have in common, to recognise a known report by."""
    parts = urlsplit(canonical(url))
    host = parts.netloc.removeprefix("www.")
    return urlunsplit(("", host, parts.path.rstrip("/"), parts.query, parts.fragment)).removeprefix("//")


def typed_source(row: Mapping[str, str]) -> Typed:
    """A stored source as the form would have been filled."""
    return Typed({name: [value] for name, value in row.items()})
