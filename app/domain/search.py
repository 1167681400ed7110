"""Text as it is searched: folded, so that spelling with or without accents and vowel signs is found."""

import unicodedata

# Combining classes of marks that people leave out when they type: Hebrew points, Arabic vowel signs, and
# accents below and above. Others change the letter (Indic viramas, kana voicing, Thai vowels) and stay.
_LEFT_OUT = frozenset({1, *range(10, 37), *range(202, 235)})
_TATWEEL = "\u0640"


def fold(text: str) -> str:
    """The text in one compatible form, without case, accents, Arabic vowel signs or Hebrew points."""
    if text.isascii():
        return text.lower()
    folded = _bare(_bare(text).casefold())
    return unicodedata.normalize("NFKC", folded)


def _bare(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.combining(character) not in _LEFT_OUT
        and character != _TATWEEL
        and unicodedata.category(character) != "Cf"
    )
