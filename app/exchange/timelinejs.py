"""The time line as TimelineJS reads it: the columns of its own spreadsheet, in their order.

Its date columns take a day, a month or a year alone, so a date is put there as far as it is known and said in
words beside that; nothing is filled in (domain.md §3). Headline and text are HTML to it: ours are escaped.
The tool shows media beside each slide; no record has any, and none is made up.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.exchange.tables import Row, Table
from app.queries.timeline import TimelineRow

COLUMNS = (
    "Year",
    "Month",
    "Day",
    "Time",
    "End Year",
    "End Month",
    "End Day",
    "End Time",
    "Display Date",
    "Headline",
    "Text",
    "Media",
    "Media Credit",
    "Media Caption",
    "Media Thumbnail",
    "Type",
    "Group",
    "Background",
)


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide: its date as EDTF, or none for the title; ``headline`` and ``text`` are HTML. ``ends`` is when
    what is dated came to its end, if it is told apart from its beginning.
    """

    dated: str
    date_words: str
    headline: str
    text: str
    group: str = ""
    ends: str | None = None

    def row(self) -> Row:
        start, end = date_parts(self.dated, self.ends) if self.dated else (_NO_DATE, _NO_DATE)
        kind = "" if self.dated else "title"
        media = ("", "", "", "")
        return [*start, "", *end, "", self.date_words, self.headline, self.text, *media, kind, self.group, ""]


_NO_DATE = ("", "", "")


def date_parts(dated: str, ends: str | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Year, month and day of both ends of a date, each as far as it is known; the second may be empty."""
    start, _, until = dated.partition("/")
    if ends:
        until = ends.rpartition("/")[2]
    return _parts(start), _parts(until)


def _parts(part: str) -> tuple[str, ...]:
    if not part:
        return _NO_DATE
    numbers = [str(int(number)) for number in part.removesuffix("~").split("-")]
    return tuple([*numbers, "", ""][:3])


def slides_table(
    title: Slide, chunks: Iterable[Sequence[TimelineRow]], slide: Callable[[TimelineRow], Slide]
) -> Table:
    """The title first, and a slide for each record; the tool itself puts them in the order of their dates."""

    def rows() -> Iterator[Sequence[Row]]:
        yield [title.row()]
        for chunk in chunks:
            yield [slide(row).row() for row in chunk]

    return Table(COLUMNS, rows())
