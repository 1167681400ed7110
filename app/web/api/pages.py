"""Lists a page at a time: how many, where a page begins, and where the next one does."""

import base64
import binascii
from collections.abc import Mapping

from app.domain.dates import NotADate, parse_day
from app.forms.filters import LONGEST, Faults

LIMIT, MOST = 50, 200
WRONG_PLACE = "This is no place in the list; begin again from its first page."


def read_limit(query: Mapping[str, str], faults: Faults) -> int:
    """How many are asked for; what is wrong with that is put down in ``faults``."""
    text = query.get("limit", "")
    if not text:
        return LIMIT
    if len(text) <= 3 and text.isascii() and text.isdigit() and 1 <= int(text) <= MOST:
        return int(text)
    faults["limit"] = f"“{text[:40]}” cannot be used here; write a number from 1 to {MOST}."
    return LIMIT


def place(*parts: object) -> str:
    """A place in a list as an address carries it: nothing to be read or made by hand."""
    return base64.urlsafe_b64encode("~".join(map(str, parts)).encode()).decode().rstrip("=")


def read_place(query: Mapping[str, str], parts: int, faults: Faults) -> tuple[str, ...] | None:
    """The parts of the place behind which a page begins; None for the first page, or with a fault."""
    text = query.get("after", "")
    if not text:
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError
        known = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        found = tuple(known.split("~", parts - 1))
        if len(found) != parts or "\x00" in known:
            raise ValueError
    except (binascii.Error, ValueError):
        faults["after"] = WRONG_PLACE
        return None
    return found


def number(text: str, faults: Faults) -> int:
    """A part of a place that is a number."""
    if len(text) <= 9 and text.isascii() and text.isdigit():
        return int(text)
    faults["after"] = WRONG_PLACE
    return 0


def read_day_and(query: Mapping[str, str], faults: Faults) -> tuple[str, str] | None:
    """A place in a list by date: a day, and what tells apart those of one day."""
    behind = read_place(query, 2, faults)
    if not behind:
        return None
    try:
        return parse_day(behind[0]).isoformat(), behind[1]
    except NotADate:
        faults["after"] = WRONG_PLACE
        return None
