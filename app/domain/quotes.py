"""Quotes in the text that they are from: found by their words, and by the words before and after them.

A quote that no longer occurs is said to be gone; nothing is attached again by guessing.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# How many characters before and after a quote are kept to tell its place from others with the same words.
CONTEXT = 40

_SAME = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'",
        "–": "-", "—": "-", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as recorded, with the words before and after it where those are known."""

    words: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, from ``start`` to before ``end``, counted in characters."""

    start: int
    end: int


def places(text: str, words: str) -> list[Span]:
    """Every place at which these words stand in a text, whatever its spaces, quotation marks and dashes."""
    plain = words.strip().translate(_SAME)
    if not plain:
        return []
    pattern = r"\s+".join(re.escape(word) for word in _SPACE.split(plain) if word)
    return [Span(found.start(), found.end()) for found in re.finditer(pattern, _plain(text))]


def place_of(text: str, quote: Quote) -> Span | None:
    """The place of a quote in a text: the one with its words around it, or its only one; else None.

    Where its words stand at several places and none of them has the words around it, it is not known which.
    """
    found = places(text, quote.words)
    if len(found) > 1 and (quote.prefix or quote.suffix):
        found = [span for span in found if _is_around(text, span, quote)] or found
    return found[0] if len(found) == 1 else None


def words_around(text: str, span: Span) -> tuple[str, str]:
    """The words before and after a place, to know it by again."""
    return text[max(0, span.start - CONTEXT) : span.start], text[span.end : span.end + CONTEXT]


def place_near(text: str, words: str, prefix: str, suffix: str) -> Span | None:
    """The place of words that were just chosen in the text; the first one where nothing tells them apart."""
    known = place_of(text, Quote(words, prefix, suffix))
    found = places(text, words)
    return known or (found[0] if found else None)


def sentences(text: str) -> list[Span]:
    """The sentences of a text; the end of a line ends one too."""
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for end in re.finditer(r"[.!?…؟。][\"'”’»)\]]*(?=\s|$)", line.group()):
            spans.append(Span(start, line.start() + end.end()))
            start = line.start() + end.end()
        if text[start : line.end()].strip():
            spans.append(Span(start, line.end()))
    return [Span(_after_space(text, span), span.end) for span in spans if text[span.start : span.end].strip()]


def _after_space(text: str, span: Span) -> int:
    return span.start + len(text[span.start : span.end]) - len(text[span.start : span.end].lstrip())


def _is_around(text: str, span: Span, quote: Quote) -> bool:
    before, after = _plain(text[: span.start]), _plain(text[span.end :])
    return before.endswith(quote.prefix.translate(_SAME)) and after.startswith(quote.suffix.translate(_SAME))


@lru_cache(maxsize=8)
def _plain(text: str) -> str:
    """A text of the same length in which marks that mean the same are the same."""
    return text.translate(_SAME)
