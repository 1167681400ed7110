"""A quantity as a bold run-in: the figure, and the words that follow it; and the condition of a claim."""

from app.domain.quantities import Figure, run_in
from app.queries.records import RecordLine


def figure(record: RecordLine) -> Figure:
    """The figure of a record and its summary; where the summary opens with the figure, only that is set."""
    return run_in(record.quantity, record.unit, record.words)


def condition(record: RecordLine) -> str:
    """The condition of a claim, unless its summary says it already."""
    words = record.condition or ""
    return "" if words.casefold() in record.words.casefold() else words


def number_words(number: float) -> str:
    """A number as reports write it: “1,500”, “3.5”."""
    return f"{number:,.4f}".rstrip("0").rstrip(".")
