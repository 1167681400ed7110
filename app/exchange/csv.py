"""The time line as a file for spreadsheets: one row a record, only what was known by the day in it.

All columns from ``track`` to ``quote`` speak of the same citations: those that support the record, are
not retracted, and are on the track that the row shows. What others say of a claim from a holder's own
side is not in its row (domain.md §2). A term's are those of its proposal, but its own come first among
the outlets, addresses and quotes.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from app.domain.redaction import WITHHELD
from app.domain.vocabulary import Basis, RecordType
from app.queries.citations import CitationLine
from app.queries.records import RecordLine
from app.queries.timeline import TimelineRow

COLUMNS = (
    "record_type",
    "id",
    "date",
    "date_first",
    "date_last",
    "reported_on",
    "actors",
    "issues",
    "kind",
    "summary",
    "quantity",
    "quantity_min",
    "quantity_max",
    "unit",
    "condition",
    "proposal",
    "track",
    "attribution",
    "attributed_to",
    "anonymous",
    "origins",
    "denied_by",
    "outlets",
    "urls",
    "quote",
    "permalink",
)
_BETWEEN = "; "
BYTE_ORDER_MARK = "\ufeff"

# What makes a spreadsheet run a cell, after any blanks; a number that has a sign is only a number.
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)

Permalink = Callable[[RecordLine], str]


def file_name(negotiation: str, on: date, basis: Basis) -> str:
    """The name under which the file is saved; it says of what, as of when, and on which basis."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", negotiation)
    return f"{safe}-timeline-{on.isoformat()}-{basis.value}.csv"


def csv_bytes(chunks: Iterable[Sequence[TimelineRow]], *, permalink: Permalink, bom: bool) -> Iterator[bytes]:
    """The file, a chunk of rows at a time (RFC 4180, CRLF, UTF-8)."""
    yield _written([COLUMNS], BYTE_ORDER_MARK if bom else "")
    for rows in chunks:
        yield _written([_cells(row, permalink) for row in rows])


def _written(rows: Iterable[Sequence[Any]], before: str = "") -> bytes:
    text = io.StringIO(newline="")
    text.write(before)
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: TimelineRow, permalink: Permalink) -> list[Any]:
    record = row.record
    heard, printed = row.heard(), row.printed()
    return [
        record.type.value,
        record.id,
        record.dated,
        record.first_day,
        record.last_day,
        record.reported_on,
        _BETWEEN.join(row.actors),
        _BETWEEN.join(row.issues),
        record.kind,
        as_text(record.words),
        as_text(record.quantity),
        _number(record.quantity_min),
        _number(record.quantity_max),
        as_text(record.unit),
        as_text(record.condition),
        row.proposal.id if row.proposal else None,
        _BETWEEN.join(row.track(actor).value for actor in row.actors),
        _joined(_attributions(row)),
        as_text(_joined(line.speaker for line in heard)),
        _is_anonymous(heard),
        len({line.source.voice for line in heard}),
        as_text(_joined(_deniers(row.denials))),
        as_text(_joined(line.source.outlet for line in printed)),
        as_text(_joined(line.source.url or "" for line in printed)),
        as_text(_joined(_quote(line) for line in printed)),
        permalink(record),
    ]


def _quote(line: CitationLine) -> str:
    if line.is_withheld:
        return WITHHELD
    return "" if line.sensitive else line.quote or ""


def as_text(text: str | None) -> str | None:
    """A cell that no spreadsheet takes for a formula; a text that is a number stays one."""
    if not text or not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def _number(value: float | None) -> int | float | None:
    """A number without a fraction that is none."""
    return int(value) if value is not None and value.is_integer() else value


def _joined(values: Iterable[str]) -> str:
    """The different values, in their order; what is empty is left out."""
    return _BETWEEN.join(dict.fromkeys(value for value in values if value))


def _attributions(row: TimelineRow) -> Iterator[str]:
    """What the speakers are to the record's actors. An event has nobody to whom they could be anything."""
    if row.record.type is RecordType.EVENT:
        return
    for side in row.sides:
        for line in row.heard_by(side):
            for actor in side.actors or (None,):
                yield line.attribution(actor).value


def _is_anonymous(heard: Sequence[CitationLine]) -> str:
    """Whether everybody who is heard is unnamed: one named speaker makes it a claim with a name."""
    return "yes" if heard and all(line.anonymous for line in heard) else "no"


def _deniers(denials: Sequence[CitationLine]) -> Iterator[str]:
    """Who denies it: actors by their ids; where the source names none, its words, or the outlet."""
    for line in denials:
        yield from line.speakers or (line.speaker or line.source.outlet,)
