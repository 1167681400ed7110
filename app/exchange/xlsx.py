"""Tables as Excel workbooks: a header that stays, filters, real dates where a full day is known, and notes.

Rows go to the disk as they are read, so that a long table takes no more memory than a short one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]

from app.exchange.tables import DATES, Bound, Cell, Row, Table, Tally

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Excel's own limits: of a sheet, with its header, and of a cell, in UTF-16.
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
_CUT = " […]"

_FULL_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Before this day Excel counts a day that there never was.
_FIRST_DAY = date(1900, 3, 1)

_WIDE = {"summary": 60, "quote": 60, "condition": 30, "permalink": 40, "urls": 30, "url": 30, "outlets": 24}
_WIDE |= {"before_summary": 50, "after_summary": 50, "attributed_to": 28, "issue_title": 28, "id": 30}
_WIDE |= {"before_condition": 30, "after_condition": 30}
_USUAL_WIDTH = 14
_LONG = frozenset({"summary", "quote", "condition", "before_summary", "after_summary", "issue_title"})
_LONG |= {"attributed_to", "before_condition", "after_condition", "outlets"}

# The height of every row in points, enough for two lines: one for each row would have to be kept in memory,
# and not every program finds it out.
_HEIGHT = 30
# The width of the notes, in letters.
_NOTE = 80

Notes = Sequence[tuple[str, str]]


def workbook(
    table: Table,
    title: str,
    notes: Callable[[Tally], Notes],
    *,
    right_to_left: bool = False,
    most_rows: int = MOST_ROWS,
) -> IO[bytes]:
    """A file with the table in one sheet, or in as many as it takes, and with the notes in the second.

    The notes are asked for last, when the rows are counted. The caller closes the file, which is then gone.
    """
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it is read after this
    try:
        book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd",
            },
        )
        writer = _Writer(book, table.columns, title, right_to_left, most_rows)
        # In the order in which the sheets stand, whatever is written first.
        writer.next_sheet()
        beside = book.add_worksheet("Notes")
        for rows in table.chunks:
            for row in rows:
                writer.write(row)
        writer.end_sheet()
        _write_notes(book, beside, notes(writer.tally), right_to_left)
        book.close()
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def sent(file: IO[bytes]) -> Iterator[bytes]:
    """The file in parts; it is gone afterwards."""
    with file:
        while part := file.read(65_536):
            yield part


def reads_right_to_left(title: str) -> bool:
    """Whether a negotiation is named in a script that is read from the right: its first letter decides, as
    it does on the page (``dir="auto"``).
    """
    directions = (unicodedata.bidirectional(letter) for letter in title)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"


class _Writer:
    """The sheets of one table."""

    def __init__(
        self, book: Any, columns: Sequence[str], title: str, right_to_left: bool, most_rows: int
    ) -> None:
        self.book, self.columns, self.title = book, columns, title
        self.right_to_left, self.most_rows = right_to_left, most_rows
        self.sheets = 0
        self.tally = Tally()
        top = {"valign": "top", "reading_order": 0}
        self.head = book.add_format({**top, "bold": True, "bottom": 1, "bg_color": "#f4f1ea"})
        self.usual, self.long = book.add_format(top), book.add_format({**top, "text_wrap": True})
        self.day = book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"})

    def next_sheet(self) -> None:
        self.sheets += 1
        name = self.title if self.sheets == 1 else f"{self.title} {self.sheets}"
        self.sheet = self.book.add_worksheet(name)
        self.row = 0
        if self.right_to_left:
            self.sheet.right_to_left()
        for place, column in enumerate(self.columns):
            form = self.long if column in _LONG else self.usual
            self.sheet.set_column(place, place, _WIDE.get(column, _USUAL_WIDTH), form)
            self.sheet.write_string(0, place, column, self.head)
        if _LONG.intersection(self.columns):
            self.sheet.set_default_row(_HEIGHT)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.repeat_rows(0)

    def write(self, row: Row) -> None:
        if self.row + 1 == self.most_rows:
            self.end_sheet()
            self.next_sheet()
        self.row += 1
        self.tally.count(self.columns, row)
        for place, (column, cell) in enumerate(zip(self.columns, row, strict=True)):
            self._cell(place, column, cell)

    def _cell(self, place: int, column: str, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if not isinstance(cell, str):
            self.sheet.write_number(self.row, place, cell, self.usual)
        elif column in DATES and not isinstance(cell, Bound) and (day := _full_day(cell)):
            self.sheet.write_datetime(self.row, place, day, self.day)
        else:
            text = fitting(cell)
            self.tally.cut += text is not cell
            self.sheet.write_string(self.row, place, text, self.long if column in _LONG else self.usual)

    def end_sheet(self) -> None:
        last = len(self.columns) - 1
        self.sheet.autofilter(0, 0, self.row, last)
        # A quantity is kept as it was reported, and Excel is not to doubt that.
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.row + 1}"})


def _write_notes(book: Any, sheet: Any, notes: Notes, right_to_left: bool) -> None:
    if right_to_left:
        sheet.right_to_left()
    name = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    words = book.add_format({"valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, _NOTE)
    sheet.set_landscape()
    sheet.set_paper(9)
    for at, (label, text) in enumerate(notes):
        lines = max(1 + len(label) // 24, sum(1 + len(line) // _NOTE for line in text.splitlines() or [""]))
        sheet.set_row(at, lines * _HEIGHT / 2)
        sheet.write_string(at, 0, label, name)
        sheet.write_string(at, 1, fitting(text), words)


def _full_day(text: str) -> date | None:
    """The day of a date that is known to the day; None of any other, and where Excel has no such day."""
    if not _FULL_DAY.fullmatch(text):
        return None
    day = date.fromisoformat(text)
    return day if day >= _FIRST_DAY else None


def fitting(text: str) -> str:
    """A text that Excel takes: a longer one is cut, and says so."""
    if len(text) <= MOST_CHARACTERS // 2 or _length(text) <= MOST_CHARACTERS:
        return text
    left = text.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore")
    return left + _CUT


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
