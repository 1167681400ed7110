"""Releases of a data set: numbered packages in a folder, each with its checksum and what has changed.

A release holds what readers may see. It is made once: no file that is there is ever written again.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.db import ReadSession
from app.exchange.package_schema import FILES, File
from app.exchange.package_writing import package_zip

CHANGES = ("change", "file", "record")


class NotReleased(Exception):
    """Nothing was written; the message says why."""


@dataclass(frozen=True, slots=True)
class Released:
    """A release that was made: its number, its package, and how much of it is new, other or gone."""

    version: int
    package: Path
    added: int
    changed: int
    retracted: int


def release(session: ReadSession, negotiation: str, folder: Path) -> Released:
    """Write the next release of a negotiation to a folder: package, checksum and list of changes.

    The same records after the same last release give the same bytes. Raises UnknownNegotiation, and
    NotReleased where nothing has changed since the last one, or something is in the way.
    """
    versions = _versions(negotiation, folder)
    version = max(versions, default=0) + 1
    package = folder / f"{negotiation}-{version}.zip"
    checksum = package.with_name(f"{package.name}.sha256")
    changes = package.with_name(f"{negotiation}-{version}-changes.csv")
    for path in (package, checksum, changes):
        if path.exists():
            raise NotReleased(f"there is a file {path} already")
    part = package.with_name(f"{package.name}.part")
    pieces = package_zip(session, negotiation, for_readers=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as target:
            target.writelines(pieces)
    except FileExistsError:
        raise NotReleased(
            f"there is {part}: a release is being made, or one was cut short; in that case remove it"
        ) from None
    try:
        before = versions.get(version - 1)
        if before and _digest(before) == _digest(part):
            raise NotReleased(f"nothing has changed since version {version - 1}")
        lines = list(_changes(before, part))
        _write(changes, _as_csv(lines))
        _write(checksum, f"{_digest(part)}  {package.name}\n")
        part.rename(package)
    finally:
        part.unlink(missing_ok=True)
    counts = {kind: sum(line[0] == kind for line in lines) for kind in ("added", "changed", "retracted")}
    return Released(version, package, **counts)


def _versions(negotiation: str, folder: Path) -> dict[int, Path]:
    """The releases of this negotiation that are in the folder, by their number."""
    pattern = re.compile(rf"{re.escape(negotiation)}-([1-9][0-9]{{0,5}})\.zip", re.ASCII)
    if not folder.is_dir():
        if folder.exists():
            raise NotReleased(f"{folder} is not a folder")
        return {}
    found = ((pattern.fullmatch(path.name), path) for path in folder.iterdir())
    return {int(match[1]): path for match, path in found if match}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def _as_csv(lines: list[tuple[str, str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([CHANGES, *lines])
    return text.getvalue()


# --- What changed ---------------------------------------------------------------------------------------


def _changes(before: Path | None, after: Path) -> Iterator[tuple[str, str, str]]:
    """Each row that came in, is another now, or is gone, by its file and what it is known by."""
    for file in FILES:
        old = _rows(file, before) if before else {}
        new = _rows(file, after)
        for key, digest in new.items():
            if key not in old:
                yield "added", file.name, key
            elif old[key] != digest:
                yield "changed", file.name, key
        for key in old:
            if key not in new:
                yield "retracted", file.name, key


def _rows(file: File, package: Path) -> Mapping[str, bytes]:
    """The rows of a file by what they are known by, each as a digest, so that two fit into memory."""
    rows: dict[str, bytes] = {}
    seen: dict[str, int] = {}
    with _opened(package, file.path) as text:
        for row in csv.DictReader(text):
            key = row["id"] if file.has_id else "/".join(row[name] for name in file.natural_key)
            if not file.has_id:
                seen[key] = seen.get(key, 0) + 1
                key = key if seen[key] == 1 else f"{key}/{seen[key]}"
            said = "\0".join(f"{name}={cell}" for name, cell in sorted(row.items()) if cell)
            rows[key] = hashlib.blake2b(said.encode(), digest_size=16).digest()
    return rows


@contextmanager
def _opened(package: Path, name: str) -> Iterator[io.TextIOWrapper]:
    try:
        with zipfile.ZipFile(package) as archive, archive.open(name) as member:
            yield io.TextIOWrapper(member, encoding="utf-8", newline="")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NotReleased(f"{package} cannot be read as a release ({error})") from None
