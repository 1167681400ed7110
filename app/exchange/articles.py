"""An article out of the HTML that somebody pasted: its main text alone, and what the page says of itself.

Nothing is ever fetched. What comes out is plain text: no markup of the page is kept.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.dates import NotADate, parse_edtf

# No tag reaches into the next one: thousands that are never closed would each be read to the end.
_HTML = re.compile(
    r"<(?:!doctype|html|head|body|article|div|p|h[1-6]|span|br|a|table|section)\b[^<>]*>", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"<html\b[^<>]*?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Line ends that a browser shows as such, and the spaces that only steer line breaks.
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")
_BLANKS = re.compile(r"\n{3,}")
_TAG = re.compile(r"<(meta|time)\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,50})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_LINKED = re.compile(r"\"datePublished\"\s*:\s*\"([^\"]{0,100})\"")
# A day or a month, whatever time of the day follows.
_STATED = re.compile(r"\s*(\d{4}-\d\d(?:-\d\d)?)(?![\d-])", re.ASCII)
# Where a page states when it was published, what is meant for nothing else first.
_PUBLISHED = (
    "article:published_time",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "pubdate",
    "publish-date",
    "date",
)


@dataclass(frozen=True, slots=True)
class Article:
    """An article as far as it could be made out; what is not known is empty.

    ``published`` is a day or a month that the page states.
    """

    text: str
    title: str = ""
    author: str = ""
    published: str = ""
    outlet: str = ""
    url: str = ""
    language: str = ""


def is_html(pasted: str) -> bool:
    """Whether what was pasted is the source of a page rather than its text."""
    return bool(_HTML.search(pasted))


def read_article(pasted: str) -> Article:
    """The article in what was pasted: a page's main text with its title and date, or plain text as it is."""
    if not is_html(pasted):
        return Article(plain(pasted))
    # It takes a second to load, and most requests have no need of it. It warns of how it would fetch.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import trafilatura

    found = trafilatura.bare_extraction(
        pasted, with_metadata=True, include_comments=False, include_tables=True, favor_recall=True
    )
    if found is None:
        return Article("")
    known = found if isinstance(found, dict) else found.as_dict()
    language = _LANGUAGE.search(pasted)
    return Article(
        text=plain(known.get("text") or ""),
        title=_line(known.get("title")),
        author=_line(known.get("author")),
        published=_published(pasted, _line(known.get("date"))),
        outlet=_line(known.get("sitename")),
        url=_line(known.get("url")),
        language=language[1] if language else _line(known.get("language")),
    )


def plain(text: str) -> str:
    """A text as it is kept: line ends alike, no control characters, nothing before and after it."""
    return _BLANKS.sub("\n\n", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))).strip()


def _published(page: str, guessed: str) -> str:
    """When a page says itself that it was published, and never more exactly (domain.md §3).

    Of several dates in one place, ``guessed`` says which is meant; it is taken from nowhere else.
    """
    stated: dict[str, set[str]] = {}
    for place, words in _statements(page):
        if date := _date(words):
            stated.setdefault(place, set()).add(date)
    for place in (*_PUBLISHED[:2], "linked", *_PUBLISHED[2:], "time"):
        dates = stated.get(place, set())
        if len(dates) > 1:
            dates &= {guessed}
        if dates:
            return dates.pop()
    return ""


def _statements(page: str) -> Iterator[tuple[str, str]]:
    """What may state the date of a page, by its place: a name of its metadata, linked data, a time in it."""
    for tag in _TAG.finditer(page):
        of_tag = {name.lower(): "".join(values) for name, *values in _ATTRIBUTE.findall(tag[2])}
        if tag[1].lower() == "time":
            yield "time", of_tag.get("datetime", "")
            continue
        for name in ("property", "name", "itemprop"):
            yield of_tag.get(name, "").lower(), of_tag.get("content", "")
    for found in _LINKED.finditer(page):
        yield "linked", found[1]


def _date(words: str) -> str:
    found = _STATED.match(words)
    try:
        return parse_edtf(found[1]).text if found else ""
    except NotADate:
        return ""


def _line(words: object) -> str:
    return " ".join(plain(str(words)).split()) if words else ""
