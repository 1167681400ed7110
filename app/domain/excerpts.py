"""What stands around a quote in the text that it is from: the sentence, and the ones beside it."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.quotes import Quote, Span, place_of, places, sentences

# How many characters are shown on either side of a quote at most.
REACH = 700


class Finding(StrEnum):
    """What looking for a quote in the text of its report has come to."""

    FOUND = "found"
    SEVERAL = "several"
    MISSING = "missing"
    PARAPHRASED = "paraphrased"
    NO_TEXT = "no_text"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote with the sentences around it; ``begins`` and ``ends`` where the text itself does.

    Where its words stand at ``times`` places and it is not known at which, it is shown at the first.
    """

    finding: Finding
    before: str = ""
    quote: str = ""
    after: str = ""
    begins: bool = True
    ends: bool = True
    times: int = 0


def excerpt(text: str | None, quote: Quote | None) -> Excerpt:
    """The place of a quote in a text, to be read with what stands around it. Nothing is found by guessing."""
    if text is None:
        return Excerpt(Finding.NO_TEXT)
    if quote is None:
        return Excerpt(Finding.PARAPHRASED)
    found = places(text, quote.words)
    if not found:
        return Excerpt(Finding.MISSING)
    place = place_of(text, quote)
    finding = Finding.FOUND if place else Finding.SEVERAL
    return _around(text, place or found[0], finding, len(found))


def _around(text: str, place: Span, finding: Finding, times: int) -> Excerpt:
    spans = sentences(text)
    touched = [n for n, span in enumerate(spans) if span.end > place.start and span.start < place.end]
    start, end = place.start, place.end
    if touched:
        start = min(start, spans[max(touched[0] - 1, 0)].start)
        end = max(end, spans[min(touched[-1] + 1, len(spans) - 1)].end)
    if place.start - start > REACH:
        start = text.find(" ", place.start - REACH, place.start) + 1 or place.start - REACH
    if end - place.end > REACH:
        end = max(text.rfind(" ", place.end, place.end + REACH), place.end)
    return Excerpt(
        finding,
        text[start : place.start],
        text[place.start : place.end],
        text[place.end : end],
        begins=not text[:start].strip(),
        ends=not text[end:].strip(),
        times=times,
    )
