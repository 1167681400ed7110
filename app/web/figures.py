"""A quantity as a bold run-in: the figure, and the words that follow it, nothing said twice."""

from dataclasses import dataclass

from app.queries.records import RecordLine


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` is empty where the quantity is vague: a vague one is no number (domain.md §5)."""

    value: str
    rest: str


def figure(record: RecordLine) -> Figure:
    """The figure of a record and its summary; where the summary opens with the figure, only that is set."""
    words = record.words
    if not record.quantity or (record.quantity_min is None and record.quantity_max is None):
        return Figure("", words)
    quantity = record.quantity.replace("-", "–")
    for opening in (record.quantity, quantity):
        rest = words.removeprefix(opening)
        if rest != words and rest[:1] in {" ", "-"}:
            return Figure(quantity, rest.lstrip(" "))
    return Figure(f"{quantity} {record.unit}" if record.unit else quantity, words)


def condition(record: RecordLine) -> str:
    """The condition of a claim, unless its summary says it already."""
    words = record.condition or ""
    return "" if words.casefold() in record.words.casefold() else words


def number_words(number: float) -> str:
    """A number as reports write it: “1,500”, “3.5”."""
    return f"{number:,.4f}".rstrip("0").rstrip(".")
