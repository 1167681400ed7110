"""Tables as CSV (RFC 4180, CRLF, UTF-8): for spreadsheets, which run what looks like a formula, or plain."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from app.exchange.tables import TIMELINE, Cell, Row, Table

# The columns of the time line, by which the file has been known.
COLUMNS = TIMELINE
BYTE_ORDER_MARK = "\ufeff"

# What makes a spreadsheet run a cell, after any blanks; a number that has a sign is only a number.
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


class Profile(StrEnum):
    """For whom a CSV file is: a *spreadsheet* opens it by its byte order mark and may run its cells; a
    program reads it *plain*, every text as it is; *timelinejs* has the columns of that tool, which finds them
    by their names, and is filled in by way of a spreadsheet: no mark, and nothing that is run.
    """

    SPREADSHEET = "spreadsheet"
    PLAIN = "plain"
    TIMELINEJS = "timelinejs"


def csv_bytes(table: Table, profile: Profile = Profile.SPREADSHEET, *, bom: bool = True) -> Iterator[bytes]:
    """The file, a chunk of rows at a time."""
    is_plain = profile is Profile.PLAIN
    marked = bom and profile is Profile.SPREADSHEET
    yield _written([table.columns], BYTE_ORDER_MARK if marked else "")
    for rows in table.chunks:
        yield _written(rows if is_plain else [[as_text(cell) for cell in row] for row in rows])


def _written(rows: Iterable[Row | Sequence[str]], before: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(before)
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def as_text(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula; a text that is a number stays one."""
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"
