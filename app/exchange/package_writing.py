"""Data packages out: a negotiation as a folder of CSV files, or as a zip of one that is sent while made.

The same records give the same bytes, and no more than a few rows of them are in memory at once.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from app.exchange.package_reading import DESCRIPTION
from app.exchange.package_schema import FILES, PUBLIC, YES, datapackage
from app.queries.packages import has_negotiation, package_rows

# Of the text of a file so much is written at once.
_PIECE = 64 * 1024


class UnknownNegotiation(Exception):
    """There is no negotiation of this id here."""

    def __init__(self, negotiation: str) -> None:
        super().__init__(f"there is no negotiation “{negotiation}”")
        self.negotiation = negotiation


class NotAPackage(Exception):
    """The folder or file is something else and will not be overwritten."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}; name a new one, or a package to be replaced")
        self.path = path


def export_package(session: Session, negotiation: str, path: Path) -> None:
    """Write a negotiation as a package: a folder, or a zip of one where the path ends in ``.zip``.

    Published records only, a few rows at a time, with all that is kept of them. Replaces a package that is
    there. Raises UnknownNegotiation, and NotAPackage where something else is there.
    """
    if not has_negotiation(session, negotiation):
        raise UnknownNegotiation(negotiation)
    if path.suffix.lower() == ".zip":
        if path.exists() and not _is_zip_of_package(path):
            raise NotAPackage(path, "is not a zip of a package")
        with path.open("wb") as target:
            for piece in package_zip(session, negotiation):
                target.write(piece)
        return
    if path.exists() and not path.is_dir():
        raise NotAPackage(path, "is not a folder")
    if path.is_dir() and any(path.iterdir()) and not (path / DESCRIPTION).is_file():
        raise NotAPackage(path, "is a folder with something else in it")
    path.mkdir(parents=True, exist_ok=True)
    for name, pieces in _files(session, negotiation, for_readers=False):
        with (path / name).open("wb") as target:
            target.writelines(pieces)


def package_zip(session: Session, negotiation: str, *, for_readers: bool = False) -> Iterator[bytes]:
    """The zip of a package, a piece at a time; what readers may see alone with ``for_readers``.

    Raises UnknownNegotiation before the first piece.
    """
    if not has_negotiation(session, negotiation):
        raise UnknownNegotiation(negotiation)
    return _zipped(_files(session, negotiation, for_readers=for_readers))


def zip_name(negotiation: str) -> str:
    """The name under which a package is saved."""
    return f"{negotiation}-package.zip"


_Files = Iterable[tuple[str, Iterator[bytes]]]


def _files(session: Session, negotiation: str, *, for_readers: bool) -> _Files:
    """The files of a package by name, each a piece at a time."""
    described = next(iter(package_rows(session, negotiation, "negotiation"))).cells
    name = described.get("package_name", described["id"])
    title = described.get("package_title", described["title"])
    edition = PUBLIC if for_readers else ""
    yield DESCRIPTION, iter([datapackage(name, title, edition=edition).encode()])
    for file in FILES:
        rows: Iterable[Mapping[str, str]] = (
            row.cells for row in package_rows(session, negotiation, file.name)
        )
        if for_readers and file.name == "citations":
            rows = map(_as_readers_see_it, rows)
        yield file.path, _lines(file.header, rows)


def _as_readers_see_it(citation: Mapping[str, str]) -> dict[str, str]:
    """A citation without what its pages do not show unasked (domain.md §8).

    A vaguer wording stands in the place of the one that it is to cover; a sensitive quotation stays where it
    is asked for one by one, as in the other files.
    """
    cells = dict(citation)
    if wording := cells.pop("public_wording", ""):
        cells["attributed_to"] = wording
    if cells.get("sensitive") == YES:
        cells.pop("quote", None)
        cells.pop("translation", None)
    return cells


def _lines(header: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for cells in rows:
        writer.writerow([cells.get(name, "") for name in header])
        if text.tell() >= _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


class _Sink(io.RawIOBase):
    """Where a zip is written to, to be taken from there at once."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        taken = bytes(piece)  # type: ignore[call-overload]
        self.pieces.append(taken)
        return len(taken)

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def _zipped(files: _Files) -> Iterator[bytes]:
    with closing(_Sink()) as sink:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in files:
                # The time of writing would make the same records another file.
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                with archive.open(entry, "w") as member:
                    for piece in pieces:
                        member.write(piece)
                        if ready := sink.taken():
                            yield ready
        yield sink.taken()


def _is_zip_of_package(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return DESCRIPTION in (name.rpartition("/")[2] for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False
