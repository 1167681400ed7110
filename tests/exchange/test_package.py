"""Data packages: what goes out is what came in, byte for byte."""

import csv
from pathlib import Path

import frictionless
import pytest
from sqlalchemy import Engine

from app.cli import DEMO, PACKAGES
from app.db import read_session
from app.exchange.package import NotAPackage, UnknownNegotiation, check_package
from app.exchange.package_schema import FILES, datapackage
from tests.make import make_package, talks, write_package
from tests.packages import contents, export, load, replace, zipped
from tests.services.databases import engine_for


def test_the_bundled_packages_go_out_as_they_came_in(demo_url: str, tmp_path: Path) -> None:
    negotiations = {"gaza": "gaza", "seed-article": "gaza-april-2024"}
    assert set(PACKAGES) == set(negotiations)
    with engine_for(demo_url) as engine:
        for name, negotiation in negotiations.items():
            assert contents(export(engine, negotiation, tmp_path / name)) == contents(DEMO / name)


@pytest.mark.parametrize("name", PACKAGES)
def test_the_schema_writes_the_description_of_a_bundled_package(name: str) -> None:
    with (DEMO / name / "negotiation.csv").open(encoding="utf-8", newline="") as source:
        title = next(csv.DictReader(source))["title"]
    assert datapackage(name, title).encode() == (DEMO / name / "datapackage.json").read_bytes()
    for file in FILES:
        header = (DEMO / name / file.path).read_bytes().split(b"\r\n")[0].decode()
        assert header.split(",") == list(file.header)


def test_a_made_package_goes_out_as_it_came_in(engine: Engine, tmp_path: Path) -> None:
    package = make_package(tmp_path / "in", demands=300, parties=3)
    load(engine, package)
    assert contents(export(engine, "made", tmp_path / "out")) == contents(package)


def test_name_title_and_texts_are_kept_as_given(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    tables["issues"][0] = {
        **tables["issues"][0],
        "description": ' two\r\nlines,\n"quoted" \u200fעברית ',
        "title": "I ",
    }
    tables["actors"][0] = {**tables["actors"][0], "aliases": " leading|trailing "}
    package = write_package(tmp_path / "in", tables, name="other-name", title="Another title")
    load(engine, package)
    assert contents(export(engine, "talks", tmp_path / "out")) == contents(package)


def test_a_zip_is_the_same_package_and_the_same_bytes_each_time(engine: Engine, tmp_path: Path) -> None:
    package = write_package(tmp_path / "in", talks())
    load(engine, package)
    one, two = export(engine, "talks", tmp_path / "1.zip"), export(engine, "talks", tmp_path / "2.zip")
    assert one.read_bytes() == two.read_bytes()
    assert contents(one) == contents(package)
    with read_session(engine) as session:
        plan = check_package(session, one)
    assert (plan.created, plan.changed, plan.reordered) == (0, 0, False)


def test_a_zip_may_hold_the_folder_and_what_a_mac_adds(engine: Engine, tmp_path: Path) -> None:
    package = contents(write_package(tmp_path / "in", talks()))
    extra = {"__MACOSX/talks/._demands.csv": b"", "talks/notes.txt": b"mine"}
    entries = {**{f"talks/{name}": data for name, data in package.items()}, **extra}
    load(engine, zipped(tmp_path / "talks.zip", entries))
    assert contents(export(engine, "talks", tmp_path / "out")) == package


def test_missing_optional_columns_are_empty_and_columns_may_change_places(
    engine: Engine, tmp_path: Path
) -> None:
    package = write_package(tmp_path / "in", talks())
    replace(package / "coverage.csv", b"actor,issue,searched_through,note\r\np,j,2024-01-05,Everything",
            b"searched_through,issue,actor\r\n2024-01-05,j,p")  # fmt: skip
    load(engine, package)
    out = export(engine, "talks", tmp_path / "out")
    assert (out / "coverage.csv").read_bytes() == b"actor,issue,searched_through,note\r\np,j,2024-01-05,\r\n"


def test_an_unknown_negotiation_cannot_be_exported(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(UnknownNegotiation, match="there is no negotiation “nowhere”"):
        export(engine, "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_replaces_a_package_and_nothing_else(engine: Engine, tmp_path: Path) -> None:
    package = write_package(tmp_path / "in", talks())
    load(engine, package)
    photos, file, old = tmp_path / "photos", tmp_path / "letter.txt", tmp_path / "old.zip"
    photos.mkdir()
    (photos / "beach.jpg").write_bytes(b"sea")
    file.write_text("Dear")
    zipped(old, {"beach.jpg": b"sea"})
    for path in (photos, file, old):
        before = path.read_bytes() if path.is_file() else contents(path)
        with pytest.raises(NotAPackage, match=path.name):
            export(engine, "talks", path)
        assert before == (path.read_bytes() if path.is_file() else contents(path))
    replace(package / "actors.csv", b"People of P", b"People")
    assert b"People of P" in (export(engine, "talks", package) / "actors.csv").read_bytes()


@pytest.mark.parametrize("name", [*PACKAGES, "made"])
def test_the_reference_reader_of_data_packages_finds_no_fault(name: str, tmp_path: Path) -> None:
    package = make_package(tmp_path / "made", demands=100) if name == "made" else DEMO / name
    report = frictionless.validate(str(package / "datapackage.json"))
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len(FILES)
    assert report.stats["warnings"] == 0
