"""Text as it is searched: folded, in words, and found again in the text as it stands.

Spelling with or without accents, vowel signs and points, and letters that are written one for the other, is
the same. The index only proposes; what is found is decided here, on the text that a reader may see.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

# Combining classes of marks that people leave out when they type: Hebrew points, Arabic vowel signs, and
# accents below and above. Others change the letter (Indic viramas, kana voicing, Thai vowels) and stay.
_LEFT_OUT = frozenset({1, *range(10, 37), *range(202, 235)})
_TATWEEL = "\u0640"
# Letters of one sound that are typed one for the other: alef wasla; ya without dots, of Persian and of Urdu;
# kaf of Persian; ha at the end of a word, with dots or without.
_INSTEAD = {
    "\u0671": "\u0627",
    "\u0649": "\u064a",
    "\u06cc": "\u064a",
    "\u06d2": "\u064a",
    "\u06a9": "\u0643",
    "\u0629": "\u0647",
    "\u06c1": "\u0647",
}


class _Bare(dict[int, int | None]):
    """What each character becomes where accents are left out; learned as characters turn up."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        category = unicodedata.category(character)
        is_left_out = (
            unicodedata.combining(character) in _LEFT_OUT
            or character == _TATWEEL
            or category == "Cf"  # direction marks and joiners
        )
        if is_left_out:
            self[code] = None
        elif category == "Nd":
            self[code] = ord(str(unicodedata.decimal(character)))
        else:
            self[code] = ord(_INSTEAD.get(character, character))
        return self[code]


_BARE = _Bare()


def fold(text: str) -> str:
    """The text in one compatible form, without case, accents, Arabic vowel signs or Hebrew points."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text).translate(_BARE).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", bare).translate(_BARE))


# --- Words ----------------------------------------------------------------------------------------------


class _Shapes(dict[int, str]):
    """What each character is to a word: one of these letters, or a full stop for what is in none."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = _shape(character, unicodedata.category(character))
        return self[code]


# Within a word: apostrophes of every kind, and the strokes of Hebrew initials.
_APOSTROPHES = "'`\u00b4\u2018\u2019\u02bc\u02be\u02bf\u02bb\u05f3\u2032"
_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb'
# Written without spaces between words: every character stands for itself.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def _shape(character: str, category: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character == "\u05f4":
        return '"'
    if character in _QUOTES:
        return '"'
    if character in ",\u066c":
        return ","
    if _UNSPACED.match(character) and category[0] == "L":
        return "c"
    if category[0] == "N":
        return "d"
    if "\u0590" <= character <= "\u05ff" and category[0] in "LM":
        return "h"
    if category[0] in "LM" or category == "Cf":
        return "l"
    return "."


_SHAPES = _Shapes()
# Letters and figures, with what stands between them in one word: an apostrophe, the stroke of Hebrew
# initials, the comma of thousands. A character of a script without spaces stands with its marks alone.
_RUN = re.compile(r"cl*|[lhd]+(?:(?:'(?=[lhd])|(?<=h)\"(?=h)|(?<=d),(?=ddd(?!d)))[lhd]+)*")
_BETWEEN = re.compile(f"[{re.escape(_APOSTROPHES + _QUOTES)}\u05f4,\u066c]")
_POSSESSIVE = re.compile(f"(?<=.)[{re.escape(_APOSTROPHES)}]s$", re.IGNORECASE)
# What is written together with an Arabic word, or a Hebrew one, and said as a word of its own elsewhere.
_ARABIC_ARTICLE = re.compile(
    "(?:[\u0648\u0641]?[\u0628\u0643]?\u0627\u0644|[\u0648\u0641]?\u0644\u0644)(?=[\u0621-\u064a]{2})"
)
_HEBREW_PREFIX = re.compile("[\u05d5\u05de\u05e9\u05d4\u05db\u05dc\u05d1](?=[\u05d0-\u05ea]{3})")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: folded, and where it stands in the text as written."""

    text: str
    start: int
    end: int

    def forms(self) -> Iterator[str]:
        """The word, and what is left of it without an article or the like written together with it."""
        yield self.text
        yield from bare_forms(self.text)


def bare_forms(word: str) -> Iterator[str]:
    """An Arabic word without its article and what stands before that, a Hebrew one without its prefixes."""
    if not word or word[0] < "\u05d0":
        return
    if article := _ARABIC_ARTICLE.match(word):
        yield word[article.end() :]
    for _ in range(2):
        if not _HEBREW_PREFIX.match(word):
            return
        word = word[1:]
        yield word


def words_of(text: str) -> list[Word]:
    """The words of a text in their order."""
    found = []
    for run in _RUN.finditer(text.translate(_SHAPES)):
        start, end = run.span()
        written = text[start:end]
        folded = _BETWEEN.sub("", fold(_POSSESSIVE.sub("", written)))
        if folded.isalnum():
            found.append(Word(folded, start, end))
        else:
            # A sign may stand for several words, and marks of direction for none.
            parts = re.finditer("[clhd]+", folded.translate(_SHAPES))
            found += [Word(folded[part.start() : part.end()], start, end) for part in parts]
    return found


# What stands between two texts of a document: a phrase does not reach from one into the other.
_APART = " ~ "


def document(texts: Iterable[str]) -> str:
    """Texts as the index keeps them: folded words with spaces between, further forms at the end."""
    kept: list[str] = []
    forms: dict[str, None] = {}
    for text in texts:
        words = words_of(text)
        if words:
            kept.append(" ".join(word.text for word in words))
            forms |= dict.fromkeys(form for word in words for form in bare_forms(word.text))
    if forms:
        kept.append(" ".join(forms))
    return _APART.join(kept)


# --- Places and marks in the index -----------------------------------------------------------------------

# A place is a day and a number within it, so that what is found stands in the order of its days; what has no
# day comes before everything else, the newest first.
WITHIN_DAY = 40
NO_DAY = date.max


def first_place(day: date) -> int:
    """The least place that something of a day can have."""
    return day.toordinal() << WITHIN_DAY


def mark(kind: str, id_: str) -> str:
    """How the index knows what something is filtered by; no word of a text looks like it."""
    return f"~{kind}:{id_}"


# Of what may be of an earlier day than the one that it stands under.
SEVERAL_DAYS = mark("days", "several")


# --- What is sought -------------------------------------------------------------------------------------

# A word that is being typed is completed from so many letters on.
_BEGUN = 3


@dataclass(frozen=True, slots=True)
class Sought:
    """Words that must stand one after the other; of the last, with ``begins``, only the beginning."""

    words: tuple[str, ...]
    begins: bool = False

    def spans(self, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Where it stands among the words of a text."""
        length = len(self.words)
        if length == 1:
            sought = self.words[0]
            for word in words:
                if any(self._is(form, sought) for form in word.forms()):
                    yield word.start, word.end
            return
        texts = [word.text for word in words]
        for at in range(len(words) - length + 1):
            before, last = texts[at : at + length - 1], texts[at + length - 1]
            if before == list(self.words[:-1]) and self._is(last, self.words[-1]):
                yield words[at].start, words[at + length - 1].end

    def _is(self, word: str, sought: str) -> bool:
        return word.startswith(sought) if self.begins else word == sought


def read_sought(text: str) -> tuple[Sought, ...]:
    """What a line asks for: every word of it, and every “phrase” within quotation marks.

    The last word counts as begun where it is not in a phrase, and every word that ends with a star.
    """
    found: list[Sought] = []
    shape = text.translate(_SHAPES)
    # A stroke between two Hebrew letters is none of the marks around a phrase.
    marks = [at.start() for at in re.finditer(r"(?<!h)\"|\"(?!h)", shape)]
    pieces, start = [], 0
    for place, at in enumerate(marks):
        # One that is not closed yet is none.
        is_phrase = place % 2 == 1
        pieces.append((text[start:at], is_phrase))
        start = at + 1
    pieces.append((text[start:], False))
    for piece, is_phrase in pieces:
        words = words_of(piece)
        if is_phrase:
            if words:
                found.append(Sought(tuple(word.text for word in words)))
            continue
        for group in _together(words):
            end = group[-1].end
            begins = piece[end : end + 1] == "*"
            found.append(Sought(tuple(word.text for word in group), begins and _is_begun(group)))
    last_words = words_of(pieces[-1][0])
    if found and last_words:
        group = _together(last_words)[-1]
        found[-1] = Sought(found[-1].words, _is_begun(group))
    return tuple(dict.fromkeys(found))


def _is_begun(group: Sequence[Word]) -> bool:
    return len(group[-1].text) >= _BEGUN


def _together(words: Sequence[Word]) -> list[list[Word]]:
    """Words with nothing between them belong together: those of a script without spaces."""
    groups: list[list[Word]] = []
    for word in words:
        if groups and groups[-1][-1].end >= word.start:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


# --- What is shown --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text, and whether it is what was sought."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A text in parts; ``sought`` are the places, in what was sought, of what stands in it.

    ``starts`` and ``ends`` are false where the text goes on before or behind what is shown.
    """

    parts: tuple[Part, ...]
    sought: frozenset[int]
    starts: bool = True
    ends: bool = True


def look(text: str, sought: Sequence[Sought], *, longest: int | None = None) -> Found:
    """What is sought, as far as it stands in a text, with so many characters of the text around it."""
    words = words_of(text)
    spans: list[tuple[int, int]] = []
    seen = set()
    for place, each in enumerate(sought):
        if of_it := list(each.spans(words)):
            spans += of_it
            seen.add(place)
    start, end = _window(text, words, sorted(spans), longest)
    parts: list[Part] = []
    at = start
    for first, last in sorted(spans):
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        parts += [Part(text[at:first])] if at < first else []
        parts.append(Part(text[first:last], True))
        at = last
    parts += [Part(text[at:end])] if at < end else []
    return Found(tuple(parts), frozenset(seen), not text[:start].strip(), not text[end:].strip())


def _window(
    text: str, words: Sequence[Word], spans: Sequence[tuple[int, int]], longest: int | None
) -> tuple[int, int]:
    """So much of a text as is shown: with its first hit a third of the way in, cut between words."""
    if longest is None or len(text) <= longest:
        return 0, len(text)
    hit = spans[0][0] if spans else 0
    wanted = max(0, min(hit - longest // 3, len(text) - longest))
    starts = [word.start for word in words if wanted <= word.start <= hit]
    start = starts[0] if starts and wanted else wanted
    ends = [word.end for word in words if start < word.end <= start + longest]
    end = len(text) if start + longest >= len(text) else (ends[-1] if ends else start + longest)
    return start, end
