"""An article out of the HTML that somebody pasted: its main text alone, and what the page says of itself.

Nothing is ever fetched. What comes out is plain text: no markup of the page is kept.
"""

import re
import warnings
from dataclasses import dataclass

_HTML = re.compile(
    r"<(?:!doctype|html|head|body|article|div|p|h[1-6]|span|br|a|table|section)\b[^>]*>", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"<html\b[^>]*?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Line ends that a browser shows as such, and the spaces that only steer line breaks.
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029]")
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as far as it could be made out; what is not known is empty. ``published`` is a day."""

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
        published=_line(known.get("date")),
        outlet=_line(known.get("sitename")),
        url=_line(known.get("url")),
        language=language[1] if language else _line(known.get("language")),
    )


def plain(text: str) -> str:
    """A text as it is kept: line ends alike, no control characters, nothing before and after it."""
    return _BLANKS.sub("\n\n", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))).strip()


def _line(words: object) -> str:
    return " ".join(plain(str(words)).split()) if words else ""
