"""Releases: numbered, each with its checksum and what changed since the last, and never written twice."""

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from app.db import read_session, write_session
from app.exchange.package_writing import UnknownNegotiation
from app.exchange.releases import NotReleased, Released, release
from app.models import Record
from tests.make import talks, write_package
from tests.packages import contents, load


def _release(engine: Engine, folder: Path) -> Released:
    with read_session(engine) as session:
        return release(session, "talks", folder)


def test_each_release_says_what_changed_since_the_last(engine: Engine, tmp_path: Path) -> None:
    tables, folder = talks(), tmp_path / "releases"
    load(engine, write_package(tmp_path / "in", tables))
    first = _release(engine, folder)
    assert (first.version, first.added, first.changed, first.retracted) == (
        1,
        sum(map(len, tables.values())),
        0,
        0,
    )
    files = contents(first.package)
    assert b'"edition": "public"' in files.pop("datapackage.json")
    assert files.items() <= contents(tmp_path / "in").items()
    digest = hashlib.sha256(first.package.read_bytes()).hexdigest()
    assert (folder / "talks-1.zip.sha256").read_text() == f"{digest}  talks-1.zip\n"
    with pytest.raises(NotReleased, match="nothing has changed since version 1"):
        _release(engine, folder)
    tables["demands"][0] = {**tables["demands"][0], "summary": "Other words"}
    tables["sources"].append({**tables["sources"][0], "id": "s3"})
    load(engine, write_package(tmp_path / "in", tables))
    with write_session(engine) as session:
        session.execute(update(Record).where(Record.id == "w1").values(review_status="retracted"))
        session.commit()
    second = _release(engine, folder)
    assert (second.version, second.added, second.changed, second.retracted) == (2, 1, 1, 2)
    lines = (folder / "talks-2-changes.csv").read_bytes().decode().split("\r\n")
    assert lines == [
        "change,file,record",
        "added,sources,s3",
        "changed,demands,d1",
        "retracted,remarks,w1",
        "retracted,citations,remark/w1/s1/",
        "",
    ]
    again = tmp_path / "again"
    again.mkdir()
    (again / "talks-1.zip").write_bytes(first.package.read_bytes())
    repeated = _release(engine, again)
    for name in ("talks-2.zip", "talks-2.zip.sha256", "talks-2-changes.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert repeated.version == 2


def test_nothing_that_is_there_is_overwritten(engine: Engine, tmp_path: Path) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    with pytest.raises(UnknownNegotiation), read_session(engine) as session:
        release(session, "nowhere", tmp_path / "none")
    assert not (tmp_path / "none").exists()
    in_the_way = tmp_path / "talks-1-changes.csv"
    in_the_way.write_text("mine")
    with pytest.raises(NotReleased, match="already"):
        _release(engine, tmp_path)
    assert (in_the_way.read_text(), list(tmp_path.glob("*.zip*"))) == ("mine", [])
    in_the_way.unlink()
    (tmp_path / "talks-3.zip").write_bytes(b"no release")
    with pytest.raises(NotReleased, match="cannot be read as a release"):
        _release(engine, tmp_path)
    assert list(tmp_path.glob("talks-4*")) == []
    with pytest.raises(NotReleased, match="is not a folder"):
        _release(engine, tmp_path / "talks-3.zip")
