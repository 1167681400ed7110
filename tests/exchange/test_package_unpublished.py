"""Packages beside entries that readers do not see: what is loaded is public, and shows nothing of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from app.db import make_engine, migrate, read_session, write_session
from app.models import Citation, Record, Source
from app.queries.visibility import published
from tests.exchange.test_package_faults import faults_of
from tests.make import Tables, talks, write_package
from tests.packages import contents, export, load


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'parley.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def _change(engine: Engine, model: Any, key: Any, **values: Any) -> None:
    with write_session(engine) as session:
        session.execute(update(model).where(model.negotiation == "talks", key).values(**values))
        session.commit()


def _with_seconds() -> Tables:
    """The small negotiation with one more of what can be hidden, called “hidden”."""
    tables = talks()
    for file in ("sources", "demands", "events", "proposals", "terms"):
        tables[file] = [*tables[file], {**tables[file][0], "id": "hidden"}]
    for type_ in ("demand", "event", "proposal"):
        cited = {**tables["citations"][1], "subject_type": type_, "subject": "hidden"}
        tables["citations"] = [*tables["citations"], cited]
    return tables


def _beside_hidden(engine: Engine, folder: Path, status: str = "draft") -> None:
    load(engine, write_package(folder / "before", _with_seconds()))
    _change(engine, Record, Record.id == "hidden", review_status=status)
    _change(engine, Citation, Citation.subject == "hidden", review_status=status)
    _change(engine, Source, Source.id == "hidden", review_status=status)


NAMING = {
    "citations.csv:2: source": ("citations", 0, "source"),
    "citations.csv:2: subject": ("citations", 0, "subject"),
    "sources.csv:3: origin": ("sources", 1, "origin"),
    "demands.csv:2: proposal": ("demands", 0, "proposal"),
    "demands.csv:2: overtaken_by": ("demands", 0, "overtaken_by"),
    "links.csv:3: from": ("links", 1, "from"),
    "links.csv:3: to": ("links", 1, "to"),
    "proposals.csv:3: amends": ("proposals", 1, "amends"),
    "terms.csv:3: proposal": ("terms", 1, "proposal"),
    "responses.csv:2: proposal": ("responses", 0, "proposal"),
    "responses.csv:2: term": ("responses", 0, "term"),
}


def test_a_package_names_only_what_is_published(sqlite: Engine, tmp_path: Path) -> None:
    _beside_hidden(sqlite, tmp_path)
    _change(sqlite, Record, (Record.id == "hidden") & (Record.type == "term"), summary="What it says")
    for place, (file, row, column) in NAMING.items():
        tables = talks()
        rows = [dict(each) for each in tables[file]]
        rows[row][column] = "hidden"
        found = faults_of(sqlite, write_package(tmp_path / place.replace(" ", "-"), {**tables, file: rows}))
        expected = f"{place}: “hidden” is not published here; have it published first, or name one that is"
        assert expected in found, place
        assert len(found) == 1, "nothing more is told of it"


def test_what_was_retracted_may_stay_named_where_it_was(sqlite: Engine, tmp_path: Path) -> None:
    _beside_hidden(sqlite, tmp_path, "retracted")
    old = write_package(tmp_path / "old", _with_seconds())
    assert faults_of(sqlite, old) == []
    tables = talks()
    tables["demands"] = [{**tables["demands"][0], "overtaken_by": "hidden"}, *tables["demands"][1:]]
    assert len(faults_of(sqlite, write_package(tmp_path / "new", tables))) == 1


def test_of_what_a_package_breaks_unseen_no_more_is_told(sqlite: Engine, tmp_path: Path) -> None:
    load(sqlite, write_package(tmp_path / "before", talks()))
    _change(sqlite, Record, Record.id == "r1", review_status="draft")
    tables = talks()
    tables["terms"] = [{**tables["terms"][0], "proposal": "x2"}, tables["terms"][1]]
    del tables["responses"]
    tables["citations"] = [row for row in tables["citations"] if row["subject"] != "r1"]
    assert faults_of(sqlite, write_package(tmp_path / "moved", tables)) == [
        "responses.csv: an entry that is not published here relies on what this package changes; "
        "have it published or discarded first, or leave that as it is"
    ]


def test_a_citation_is_as_hidden_as_its_source(sqlite: Engine, tmp_path: Path) -> None:
    load(sqlite, write_package(tmp_path / "before", talks()))
    _change(sqlite, Source, Source.id == "s2", review_status="draft")
    with read_session(sqlite) as session:
        seen = session.scalar(select(func.count()).select_from(Citation).where(published(Citation)))
    assert seen == len(talks()["citations"]) - 1
    out = contents(export(sqlite, "talks", tmp_path / "out"))
    assert b",s2," not in out["citations.csv"]


def test_the_id_of_an_entry_that_waits_is_taken(sqlite: Engine, tmp_path: Path) -> None:
    _beside_hidden(sqlite, tmp_path)
    found = faults_of(sqlite, write_package(tmp_path / "again", _with_seconds()))
    assert {fault.partition(":")[0] for fault in found} == {
        "sources.csv",
        "demands.csv",
        "proposals.csv",
        "terms.csv",
        "events.csv",
    }
    assert len(found) == 5, "what names one of them is no fault of its own"
    assert found[0] == (
        "sources.csv:4: id: “hidden” is taken by an entry that is not published here; "
        "publish or discard that one first, or give the row another id"
    )


def test_a_changed_row_of_what_was_retracted_is_refused(sqlite: Engine, tmp_path: Path) -> None:
    _beside_hidden(sqlite, tmp_path, "retracted")
    tables = _with_seconds()
    tables["demands"][-1] = {**tables["demands"][-1], "summary": "Something else"}
    assert len(faults_of(sqlite, write_package(tmp_path / "changed", tables))) == 1


def test_a_citation_that_waits_is_not_the_one_of_a_package(sqlite: Engine, tmp_path: Path) -> None:
    package = write_package(tmp_path / "before", talks())
    load(sqlite, package)
    first = Citation.number == 1
    _change(sqlite, Citation, first, review_status="draft", quote="What a draft quotes")
    assert load(sqlite, package).created == 1
    with read_session(sqlite) as session:
        assert session.scalars(select(Citation.quote).where(first)).one() == "What a draft quotes"
    done = load(sqlite, export(sqlite, "talks", tmp_path / "out"))
    assert (done.created, done.changed, done.reordered) == (0, 0, False)
