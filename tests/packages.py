"""What tests do with data packages: load, export, look into, spoil."""

import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.db import read_session, write_session
from app.exchange.package import Imported, export_package, import_package

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def load(engine: Engine, path: Path) -> Imported:
    """Import a package and keep it."""
    with write_session(engine) as session:
        imported = import_package(session, path, now=NOW)
        session.commit()
    return imported


def export(engine: Engine, negotiation: str, path: Path) -> Path:
    with read_session(engine) as session:
        export_package(session, negotiation, path)
    return path


def contents(path: Path) -> dict[str, bytes]:
    """The files of a folder or an archive."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, entries: Mapping[Any, bytes]) -> Path:
    """An archive of these entries, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in entries.items():
            archive.writestr(entry, data)
    return path


def replace(path: Path, old: bytes, new: bytes) -> None:
    """Change the one place of a file where ``old`` stands."""
    content = path.read_bytes()
    assert content.count(old) == 1, f"{old!r} is there {content.count(old)} times"
    path.write_bytes(content.replace(old, new))
