"""Two texts word by word: what went, what came, what stayed; in any script (domain.md §7)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# Texts with more words than this between their first and last difference are shown as replaced: nobody reads
# such a comparison, and making it takes too long.
_MOST_WORDS = 1500

# The columns that name several records in no order that means anything: a form has them in its own.
SEVERAL = frozenset(("holders", "issues", "proposed_by", "mediated_by", "obliged", "tabled_by", "speakers"))

# What stayed is shortened where it is longer than this, to so many words beside each difference.
_LONG, _BESIDE = 40, 12


class Change(StrEnum):
    """What became of a run of words. ``GAP`` stands for unchanged words that are left out."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words with the spaces behind them."""

    change: Change
    text: str


def differences(before: str, after: str, *, shorten: bool = True) -> list[Piece]:
    """The pieces of which both texts are made: without the new ones the old text, without the gone ones the
    new one. With ``shorten`` a long run that stayed is a gap in its middle.

    Words that differ in the spaces behind them alone are the same, unless nothing else differs.
    """
    if before == after:
        return _shortened([Piece(Change.SAME, after)] if after else [], shorten)
    old, new = _words(before), _words(after)
    if [word for word, _ in old] == [word for word, _ in new]:
        # Only spaces differ: they are all there is to show.
        old, new = [(word + space, "") for word, space in old], [(word + space, "") for word, space in new]
    return _shortened(_pieces(old, new), shorten)


_Words = list[tuple[str, str]]


def _pieces(old: _Words, new: _Words) -> list[Piece]:
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    last = len(old) - end
    runs = [(old[:start], new[:start]), *_between(old[start:last], new[start : len(new) - end])]
    runs.append((old[last:], new[len(new) - end :]))
    pieces: list[Piece] = []
    for place, (gone, came) in enumerate(runs):
        if place % 2:
            pieces += [Piece(Change.GONE, _text(gone)), Piece(Change.NEW, _text(came))]
        else:
            # The space before what went is there in the old text alone.
            went = place + 1 < len(runs) and runs[place + 1][0]
            space = gone[-1][1] if went and gone and not came[-1][1] else ""
            pieces.append(Piece(Change.SAME, _text(came) + space))
    return [piece for piece in pieces if piece.text]


def _alike(one: _Words, other: _Words) -> int:
    """With how many equal words both begin."""
    pairs = zip(one, other, strict=False)
    return next(
        (at for at, ((a, _), (b, _)) in enumerate(pairs) if a != b),
        min(len(one), len(other)),
    )


def _between(old: _Words, new: _Words) -> list[tuple[_Words, _Words]]:
    """What differs and what stayed, in turn, what differs first and last: the old words and the new."""
    if max(len(old), len(new)) > _MOST_WORDS:
        return [(old, new)]
    matcher = SequenceMatcher(None, [word for word, _ in old], [word for word, _ in new])
    runs: list[tuple[_Words, _Words]] = [([], [])]
    for kind, i, j, k, l in matcher.get_opcodes():  # noqa: E741 - the names of the manual
        if kind == "equal" and any(_is_word(word) for word, _ in new[k:l]):
            runs += [(old[i:j], new[k:l]), ([], [])]
        else:
            # A comma between two changed words belongs to them.
            runs[-1] = (runs[-1][0] + old[i:j], runs[-1][1] + new[k:l])
    return runs


def _shortened(pieces: Sequence[Piece], shorten: bool) -> list[Piece]:
    if not shorten:
        return list(pieces)
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        words = _words(piece.text) if piece.change is Change.SAME else []
        if len(words) <= _LONG:
            found.append(piece)
            continue
        # Where the whole stayed, its beginning says which text it is.
        head = words[:_BESIDE] if place or len(pieces) == 1 else []
        tail = words[-_BESIDE:] if place < len(pieces) - 1 else []
        found += [
            Piece(Change.SAME, _text(head)),
            Piece(Change.GAP, _text(words[len(head) : len(words) - len(tail)])),
            Piece(Change.SAME, _text(tail)),
        ]
    return [piece for piece in found if piece.text]


def _text(words: Sequence[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in words)


def _is_word(text: str) -> bool:
    return unicodedata.category(text[0])[0] in "LN" if text else False


def _words(text: str) -> _Words:
    """The words of a text, each with the space behind it; signs stand alone.

    Scripts that leave no space between words are taken apart into their letters. Space before the first
    word is a word of its own.
    """
    words: list[list[str]] = []
    for character in text:
        if character.isspace():
            if words:
                words[-1][1] += character
            else:
                words.append(["", character])
            continue
        joins = bool(words) and not words[-1][1] and bool(words[-1][0])
        if joins and _continues(words[-1][0][-1], character):
            words[-1][0] += character
        else:
            words.append([character, ""])
    return [(word, space) for word, space in words]


def _continues(last: str, character: str) -> bool:
    """Whether a character belongs to the word that ends with ``last``."""
    kind = unicodedata.category(character)[0]
    if kind == "M" or character in "\u200c\u200d":  # marks, and what joins or parts letters within a word
        return True
    before = unicodedata.category(last)[0]
    if kind not in "LN" or before not in "LNM":
        return False
    return not _stands_alone(character) and not _stands_alone(last)


# Scripts without spaces between words: South East Asian ones, and Chinese and Japanese.
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x31FF), (0x3400, 0x9FFF),
             (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # fmt: skip


def _stands_alone(character: str) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in _UNSPACED)


def in_the_old_order(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """A row as it is to be, its lists as they were where they name the same: to put them in another order
    is no change."""
    return {
        name: before[name]
        if name in SEVERAL and name in before and set(value.split("|")) == set(before[name].split("|"))
        else value
        for name, value in after.items()
    }
