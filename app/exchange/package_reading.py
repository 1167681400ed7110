"""A data package as it lies on disk: a folder, or a zip of one, of strict CSV files.

What comes in is whatever somebody sends: nothing is written anywhere, no more is unpacked than a
package can need, and a row is either read as it was meant or named as a fault.
"""

import csv
import json
import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from app.exchange.faults import MOST_FAULTS, Fault, PackageFaults
from app.exchange.package_schema import FILE, FILES, FORMAT, PUBLIC, File

DESCRIPTION = "datapackage.json"
_NAMES = (DESCRIPTION, *(file.path for file in FILES))
_TABLES = ", ".join(file.path for file in FILES)

# Room for a hundred times the largest negotiation known.
LARGEST_PACKAGE = 512 * 1024 * 1024
# A row of a few letters takes a hundred times its bytes once it is read.
MOST_ROWS = 2_000_000
_LARGEST_DESCRIPTION = 1024 * 1024
_MOST_ENTRIES = 1000
_LARGEST_LIST = 1024 * 1024
# Where the end of the list is to be found: its own length, and the longest comment.
_END_OF_LIST = 22 + 65_535
# CSV of the same few words deflates well, but not like a bomb.
_LARGEST_RATIO = 200
_RATIO_COUNTS_FROM = 4 * 1024 * 1024
# What Python's reader refuses anyway; a row of it is an unclosed quote.
_LONGEST_ROW = 120_000

# A row has far fewer columns.
_MOST_CELLS = 50

_FIELD = r'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_RECORD = re.compile(rf"({_FIELD}(?:,{_FIELD})*+)(\r\n|\n|\r|\Z)")
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 200
HOW_TO_WRITE_AN_ID = f"up to {LONGEST_ID} lowercase letters, digits and single hyphens between them"


class Line(NamedTuple):
    """A row, the line on which it begins, and its cells by column, empty ones left out."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Package:
    """What a package says, file by file, with all that is wrong in how it says it.

    ``unread`` has the files of which nothing is known, ``lost`` the ids of rows that could not be read:
    that something refers to them is no fault of its own. ``is_public`` marks the edition that readers take
    away: it leaves out what they do not see unasked. The first faults are kept, ``more`` counts the rest.
    """

    name: str = ""
    title: str | None = None
    is_public: bool = False
    tables: dict[str, list[Line]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    more: int = 0
    unread: set[str] = field(default_factory=set)
    lost: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def fault(self, file: str, line: int | None, column: str | None, problem: str, remedy: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(file, line, column, problem, remedy))
        else:
            self.more += 1

    def lose(self, file: str, cells: Iterable[str]) -> None:
        """Remember what a row that could not be read may have been called."""
        if not self.more:
            self.lost[file].update(islice(cells, _MOST_CELLS))


def read_package(
    path: Path,
    *,
    largest: int = LARGEST_PACKAGE,
    most_rows: int = MOST_ROWS,
    progress: Callable[[str, int, int], None] | None = None,
) -> Package:
    """Read a folder or a zip of up to so many bytes, unpacked, and so many rows in all its files.

    Raises PackageFaults where there is nothing to read.
    """
    package, room = Package(), most_rows
    with _opened(path, largest) as contents:
        for name in contents.unknown:
            package.fault(name, None, None, "is no file of a package", f"the files are {', '.join(_NAMES)}")
        described = _read_description(contents, package)
        for place, file in enumerate(FILES):
            if progress:
                progress("files", place, len(FILES))
            package.tables[file.name] = []
            if file.path in contents.sizes:
                read = _read_table(file, contents.read(file.path), package, room)
                if read > room:
                    remedy = f"a package may have up to {most_rows:,} rows in all its files"
                    raise _unreadable(path, f"has too many rows, the last of them in {file.path}", remedy)
                room -= read
            elif file.name == "negotiation" or file.name in described:
                header = ",".join(file.header)
                package.fault(
                    file.path, None, None, "is missing", f"add it, with at least its header {header}"
                )
                package.unread.add(file.name)
    return package


# --- Folder and zip -----------------------------------------------------------------------------------

_ONE_FOLDER = "zip the folder of one package and nothing else"


@dataclass(frozen=True, slots=True)
class _Contents:
    """The files of a package with their sizes, to be read one by one; and tables that no package has."""

    sizes: Mapping[str, int]
    unknown: list[str]
    read: Callable[[str], bytes]


@contextmanager
def _opened(path: Path, largest: int) -> Iterator[_Contents]:
    if path.is_dir():
        yield _folder(path, largest)
        return
    if not path.exists():
        raise _unreadable(path, "does not exist", "name the folder of a package, or a zip of one")
    _check_list(path)
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as refusal:
        problem = f"cannot be opened ({refusal})"
        raise _unreadable(path, problem, "name the folder of a package, or a zip of one") from None
    with archive:
        yield _zip(path, archive, largest)


def _check_list(path: Path) -> None:
    """Refuse an archive whose list of entries alone is huge, before anything reads it whole."""
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END_OF_LIST, 0))
        end = file.read().rpartition(b"PK\x05\x06")[2]
        if int.from_bytes(end[8:12], "little") > _LARGEST_LIST:
            raise _unreadable(path, "lists far too many entries", _ONE_FOLDER)


def _unreadable(path: Path, problem: str, remedy: str) -> PackageFaults:
    return PackageFaults([Fault(path.name, None, None, problem, remedy)])


def _folder(path: Path, largest: int) -> _Contents:
    names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
    sizes = {name: (path / name).stat().st_size for name in names if name in _NAMES}
    _check_size(path, sum(sizes.values()), largest)
    return _Contents(sizes, _unknown(names), lambda name: (path / name).read_bytes())


def _zip(path: Path, archive: zipfile.ZipFile, largest: int) -> _Contents:
    """The package in an archive, at its top or in its only folder; checked before anything is unpacked."""
    files = _members(path, archive)
    known = {name: entry for name, entry in files.items() if name in _NAMES}
    unpacked = sum(entry.file_size for entry in known.values())
    _check_size(path, unpacked, largest)
    if unpacked > _RATIO_COUNTS_FROM and unpacked > _LARGEST_RATIO * sum(
        e.compress_size for e in known.values()
    ):
        raise _unreadable(path, "unpacks to far more than it is", _ONE_FOLDER)

    def read(name: str) -> bytes:
        try:
            with archive.open(known[name]) as member:
                # One byte more than was promised shows that the promise was false.
                content = member.read(known[name].file_size + 1)
        except (
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            zipfile.BadZipFile,
            zlib.error,
        ) as refusal:
            raise _unreadable(path, f"cannot be unpacked ({refusal})", "zip the package anew") from None
        if len(content) != known[name].file_size:
            raise _unreadable(path, f"cannot be unpacked ({name} is not as long as it says)", _ONE_FOLDER)
        return content

    return _Contents({name: entry.file_size for name, entry in known.items()}, _unknown(files), read)


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The archive's entries that lie beside its ``datapackage.json``, by name."""
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise _unreadable(path, f"has {len(entries):,} entries", _ONE_FOLDER)
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    faults = []
    for entry in entries:
        inside = PurePosixPath(entry.filename)
        if problem := _what_is_wrong(entry, inside in members):
            faults.append(
                Fault(f"{path.name}: {ascii(entry.filename)[:200]}", None, None, problem, _ONE_FOLDER)
            )
        # A Mac adds a folder of its own.
        elif not entry.is_dir() and inside.parts[0] != "__MACOSX":
            members[inside] = entry
    if faults:
        raise PackageFaults(faults)
    tops = {inside.parent for inside in members if inside.name == DESCRIPTION and len(inside.parts) <= 2}
    if not tops:
        raise _unreadable(path, f"holds no {DESCRIPTION}", _ONE_FOLDER)
    if len(tops) > 1:
        raise _unreadable(path, "holds several packages", _ONE_FOLDER)
    return {inside.name: entry for inside, entry in members.items() if inside.parent in tops}


def _what_is_wrong(entry: zipfile.ZipInfo, is_there: bool) -> str | None:
    inside = PurePosixPath(entry.filename)
    if (
        not inside.parts
        or inside.is_absolute()
        or ".." in inside.parts
        or re.search(r"[\\:]", entry.filename)
    ):
        return "leads out of the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way"
    return "is there twice" if is_there else None


def _check_size(path: Path, size: int, largest: int) -> None:
    if size > largest:
        raise _unreadable(path, "is too large", f"a package may have up to {largest >> 20} MB")


def _unknown(names: Iterable[str]) -> list[str]:
    """Tables that no package has. Anything else that lies there (a readme, say) is left alone."""
    return sorted(name for name in names if name.lower().endswith(".csv") and name not in _NAMES)


# --- datapackage.json ---------------------------------------------------------------------------------

_AS_EXPORTED = "copy the one of an exported package"


def _read_description(contents: _Contents, package: Package) -> set[str]:
    """Check ``datapackage.json``; answers the names of the files that it speaks of."""
    found, text = _read_json(contents, package)
    if found is None:
        return set()

    def fault(key: str, column: str, problem: str, remedy: str) -> None:
        before, is_there, _ = text.partition(json.dumps(key, ensure_ascii=False))
        package.fault(DESCRIPTION, before.count("\n") + 1 if is_there else 1, column, problem, remedy)

    parley = found.get("parley")
    format_ = parley.get("format") if isinstance(parley, dict) else None
    if format_ is None:
        fault("parley", "parley.format", "is missing", f"write {FORMAT}")
    elif format_ != FORMAT or isinstance(format_, bool):
        fault("format", "parley.format", f"{_short(format_)} is no format known here", f"write {FORMAT}")
    edition = parley.get("edition") if isinstance(parley, dict) else None
    package.is_public = edition == PUBLIC
    if edition not in (None, PUBLIC):
        problem = f"{_short(edition)} is no edition known here"
        fault("edition", "parley.edition", problem, f"leave it out, or write {PUBLIC}")
    name = found.get("name")
    if isinstance(name, str) and len(name) <= LONGEST_ID and KEBAB.fullmatch(name):
        package.name = name
    else:
        fault("name", "name", f"{_short(name)} is not a name", f"write {HOW_TO_WRITE_AN_ID}")
    title = found.get("title")
    if isinstance(title, str) and title.strip() and not _cannot_be_stored(title):
        package.title = title
    elif title is not None:
        fault("title", "title", f"{_short(title)} is not a title", "write it as text, or leave it out")
    resources = found.get("resources", [])
    if not isinstance(resources, list):
        fault("resources", "resources", "is not a list", _AS_EXPORTED)
        return set()
    described = set()
    for resource in resources:
        named = resource.get("name") if isinstance(resource, dict) else None
        file = FILE.get(named) if isinstance(named, str) else None
        if file and resource.get("path") == file.path:
            described.add(file.name)
        else:
            key = named if isinstance(named, str) else "resources"
            fault(key, "resources", f"{_short(named)} is no file of a package", f"the files are {_TABLES}")
    return described


def _read_json(contents: _Contents, package: Package) -> tuple[dict[str, Any] | None, str]:
    def fault(line: int | None, problem: str, remedy: str) -> tuple[None, str]:
        package.fault(DESCRIPTION, line, None, problem, remedy)
        return None, ""

    if DESCRIPTION not in contents.sizes:
        return fault(None, "is missing", "add the one of an exported package")
    if contents.sizes[DESCRIPTION] > _LARGEST_DESCRIPTION:
        return fault(None, "is too large", _AS_EXPORTED)
    try:
        text = contents.read(DESCRIPTION).decode("utf-8")
        found = json.loads(text)
    except UnicodeDecodeError as refusal:
        return fault(1, f"is not UTF-8 (byte {refusal.start})", "save it as UTF-8")
    except json.JSONDecodeError as refusal:
        return fault(refusal.lineno, f"is not JSON ({refusal.msg})", _AS_EXPORTED)
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        return fault(1, "is not the description of a package", _AS_EXPORTED)
    if not isinstance(found, dict):
        return fault(1, "is not the description of a package", _AS_EXPORTED)
    return found, text


def _short(value: Any) -> str:
    return json.dumps(value)[:80]


def _cannot_be_stored(text: str) -> bool:
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)


# --- CSV ----------------------------------------------------------------------------------------------


class _Faults:
    """The faults of one file."""

    def __init__(self, file: File, package: Package) -> None:
        self.file, self.package = file, package

    def add(self, line: int, column: str | None, problem: str, remedy: str) -> None:
        self.package.fault(self.file.path, line, column, problem, remedy)


def _read_table(file: File, content: bytes, package: Package, most: int) -> int:
    """The rows of a file; what cannot be read as a row is a fault and left out.

    Answers how many lines of the file there were, and gives up after ``most``.
    """
    faults = _Faults(file, package)
    text = _decode(content, faults)
    records = _Records(text, faults, most)
    rows = csv.reader(records, strict=True)
    header = next(rows, None)
    if header is None:
        faults.add(1, None, "the file is empty", f"begin it with the header {','.join(file.header)}")
        package.unread.add(file.name)
        return 0
    if not _check_header(file, header, records.line, faults):
        package.unread.add(file.name)
        return 0
    table = package.tables[file.name]
    # Most cells repeat a few values: each is kept once.
    known: dict[str, str] = {}
    for row in rows:
        line = records.line
        if len(row) == len(header):
            cells = {
                name: known.setdefault(cell, cell) for name, cell in zip(header, row, strict=True) if cell
            }
            table.append(Line(line, cells))
        elif row:
            faults.add(line, None, f"the row has {_counted(len(row), 'cell')}", f"write {len(header)}")
            package.lose(file.name, row)
        else:
            faults.add(line, None, "the line is empty", "remove it")
    if "\0" in text:
        for line, cells in table:
            for column, cell in cells.items():
                if "\0" in cell:
                    faults.add(line, column, "holds a NUL character", "remove it")
    return records.count - 1


def _decode(content: bytes, faults: _Faults) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(1, None, "the file is UTF-16", "save it as UTF-8 without a byte order mark")
        return content.decode("utf-16", errors="replace")
    if content.startswith(b"\xef\xbb\xbf"):
        faults.add(1, None, "the file begins with a byte order mark", "save it as UTF-8 without one")
        content = content[3:]
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as refusal:
        line = content.count(b"\n", 0, refusal.start) + 1
        faults.add(
            line, None, f"is not UTF-8 (byte 0x{content[refusal.start]:02x})", "save the file as UTF-8"
        )
        return content.decode("utf-8", errors="replace")


class _Records(Iterator[str]):
    """The records of RFC 4180, a broken one skipped; of more than ``most`` below the header no more is read.

    ``line`` is the one on which the last record began, ``count`` how many there were, broken ones too.
    """

    def __init__(self, text: str, faults: _Faults, most: int) -> None:
        self.line, self.count = 1, 0
        self._read = self._reading(text, faults, most)

    def __next__(self) -> str:
        return next(self._read)

    def _reading(self, text: str, faults: _Faults, most: int) -> Iterator[str]:
        for self.line, record in _records(text, faults):
            self.count += 1
            if record is not None:
                yield record
            if self.count > most + 1:
                return


def _records(text: str, faults: _Faults) -> Iterator[tuple[int, str | None]]:
    """The records, each with the line on which it begins; None in the place of a broken one."""
    at, line, line_ends_told = 0, 1, False
    while at < len(text):
        match = _RECORD.match(text, at)
        end = match.end() if match else text.find("\n", at) + 1 or len(text)
        if match is None:
            faults.add(line, None, *_what_is_broken(text[at:end]))
            faults.package.lose(faults.file.name, re.split('[,"\r\n]', text[at:end], maxsplit=_MOST_CELLS))
            yield line, None
        elif end - at > _LONGEST_ROW:
            problem = f"the row has {end - at:,} characters"
            faults.add(line, None, problem, f"write up to {_LONGEST_ROW:,}; is a quote left open?")
            yield line, None
        else:
            if match[2] != "\r\n" and not line_ends_told:
                line_ends_told = True
                problem = "the line does not end in CR LF" if match[2] else "the file breaks off in this line"
                faults.add(line, None, problem, "end every line in CR LF, the last one too")
            yield line, match[1] + "\r\n"
        line += text.count("\n", at, end)
        at = end


def _what_is_broken(record: str) -> tuple[str, str]:
    if record.count('"') % 2:
        return "a quote is opened and not closed", 'close it, and write a quote within a cell as ""'
    return "a quote stands beside other text", 'put the whole cell in quotes and write a quote in it as ""'


def _check_header(file: File, header: list[str], line: int, faults: _Faults) -> bool:
    """Whether the rows below can be read; what is wrong with the header is a fault of its own."""
    sound = True
    for name in dict.fromkeys(header):
        if name not in file.header:
            faults.add(line, name, "is no column of this file", f"the columns are {', '.join(file.header)}")
        if header.count(name) > 1:
            faults.add(line, name, f"is there {header.count(name)} times", "keep one column of this name")
            sound = False
    for column in file.columns:
        if column.filled and column.name not in header:
            faults.add(line, column.name, "is missing", "add the column; none of its cells may be empty")
            sound = False
    return sound


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
