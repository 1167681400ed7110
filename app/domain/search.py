"""Text as it is searched: folded, so that spelling with or without accents and vowel signs is found."""

import unicodedata

# Combining classes of marks that people leave out when they type: Hebrew points, Arabic vowel signs, and
# accents below and above. Others change the letter (Indic viramas, kana voicing, Thai vowels) and stay.
_LEFT_OUT = frozenset({1, *range(10, 37), *range(202, 235)})
_TATWEEL = "\u0640"


class _Bare(dict[int, int | None]):
    """What each character becomes where accents are left out; learned as characters turn up."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        is_left_out = (
            unicodedata.combining(character) in _LEFT_OUT
            or character == _TATWEEL
            or unicodedata.category(character) == "Cf"  # direction marks and joiners
        )
        self[code] = None if is_left_out else code
        return self[code]


_BARE = _Bare()


def fold(text: str) -> str:
    """The text in one compatible form, without case, accents, Arabic vowel signs or Hebrew points."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text).translate(_BARE).casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", bare).translate(_BARE))
