"""Feeds as Atom (RFC 4287, paged as RFC 5005 says)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """``day`` is all that is told of when it was. ``terms`` say what it is of, for programs."""

    id: str
    title: str
    day: date
    address: str
    summary: str
    terms: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """``page`` is what a reader opens, ``address`` the feed itself, ``older`` its next page, if any."""

    id: str
    title: str
    subtitle: str
    day: date
    address: str
    page: str
    older: str | None
    language: str
    entries: Sequence[Entry]


def tag_uri(negotiation: str, *parts: object) -> str:
    """A name that stays, wherever the site moves (RFC 4151): it is made of no address."""
    return "tag:parley,2026:" + ":".join(quote(str(part), safe="-._~=,") for part in (negotiation, *parts))


def atom_bytes(feed: Feed) -> bytes:
    """The document. It bears no name of anybody who entered or changed something."""
    top = Element("feed", {"xmlns": _ATOM, "xml:lang": feed.language})
    _text(top, "id", feed.id)
    _text(top, "title", feed.title)
    _text(top, "subtitle", feed.subtitle)
    _text(top, "updated", _moment(feed.day))
    _text(SubElement(top, "author"), "name", "Parley")
    _link(top, "self", feed.address, MEDIA_TYPE)
    _link(top, "alternate", feed.page, "text/html")
    if feed.older:
        _link(top, "next", feed.older, MEDIA_TYPE)
    for entry in feed.entries:
        one = SubElement(top, "entry")
        _text(one, "id", entry.id)
        _text(one, "title", entry.title)
        _text(one, "updated", _moment(entry.day))
        _link(one, "alternate", entry.address, "text/html")
        for term in entry.terms:
            SubElement(one, "category", {"term": term})
        _text(one, "summary", entry.summary)
    body: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return body


def _moment(day: date) -> str:
    """A day as Atom writes moments. The hour is not told (domain.md §8), so it is the day's beginning."""
    return f"{day.isoformat()}T00:00:00Z"


def _text(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = _FORBIDDEN.sub("", words)


def _link(parent: Element, relation: str, address: str, media_type: str) -> None:
    SubElement(parent, "link", {"rel": relation, "href": _FORBIDDEN.sub("", address), "type": media_type})
