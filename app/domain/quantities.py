"""Quantities as reported: the text stays, bounds only where it names numbers (domain.md §5)."""

import re
from dataclasses import dataclass

# Fifteen digits: what every spreadsheet and JSON reader still holds exactly.
_NUMBER = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15}(?:\.\d{1,4})?)"
_ONE = re.compile(_NUMBER, re.ASCII)
_ABOUT = re.compile(rf"about {_NUMBER}", re.ASCII)
_RANGE = re.compile(rf"{_NUMBER}\s?[-–]\s?{_NUMBER}", re.ASCII)
_AT_LEAST = re.compile(rf"at least {_NUMBER}", re.ASCII)
_UP_TO = re.compile(rf"up to {_NUMBER}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and greatest number that the text allows; None where that end is open or vague."""

    least: float | None
    greatest: float | None


VAGUE = Bounds(None, None)


def bounds(text: str) -> Bounds:
    """The bounds of a quantity as reported.

    ``42``, ``1.2``, ``about 9``, ``700-1000``, ``700–1,000``, ``at least 30`` and ``up to 50`` have bounds;
    anything else ("several hundred") is vague, has none, and is never drawn as a number.
    """
    if match := (_ONE.fullmatch(text) or _ABOUT.fullmatch(text)):
        number = _number(match[1])
        return Bounds(number, number)
    if match := _RANGE.fullmatch(text):
        least, greatest = _number(match[1]), _number(match[2])
        return Bounds(least, greatest) if least <= greatest else VAGUE
    if match := _AT_LEAST.fullmatch(text):
        return Bounds(_number(match[1]), None)
    if match := _UP_TO.fullmatch(text):
        return Bounds(None, _number(match[1]))
    return VAGUE


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity that runs into the words of its claim, nothing said twice. ``value`` is empty where it is
    vague: a vague one is no number. ``is_apart`` says that the words do not go on from it.
    """

    value: str
    rest: str
    is_apart: bool = False


def run_in(quantity: str | None, unit: str | None, words: str) -> Figure:
    """The figure of a claim and the words that follow it; where these open with it, only that is set."""
    if not quantity or bounds(quantity) == VAGUE:
        return Figure("", words)
    dashed = quantity.replace("-", "–")
    for opening in (quantity, dashed):
        rest = words.removeprefix(opening)
        if rest != words and rest[:1] in {" ", "-"}:
            return Figure(dashed, rest.lstrip(" "))
    return Figure(f"{dashed} {unit}" if unit else dashed, words, is_apart=True)


def _number(text: str) -> float:
    return float(text.replace(",", ""))
