"""Importing: what is stored, what follows from it, and what a second import changes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.cli import DEMO, PACKAGES
from app.db import read_session, write_session
from app.exchange.package import PackageFaults, check_package, import_package
from app.models import (
    Base,
    ChangeDay,
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Negotiation,
    PositionCell,
    Record,
    RecordActor,
    RecordIssue,
    Revision,
    Source,
)
from tests.make import Row, Tables, make_package, talks, write_package
from tests.packages import NOW, contents, export, load
from tests.services.databases import engine_for
from tests.services.databases import load as load_into_fresh


def stored(engine: Engine) -> dict[str, Sequence[Any]]:
    """Every row of every table."""
    with read_session(engine) as session:
        return every_row(session)


def every_row(session: Session) -> dict[str, Sequence[Any]]:
    return {
        table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
        for table in Base.metadata.sorted_tables
    }


def change(tables: Tables, file: str, key: str, **cells: str) -> None:
    """Change a row, found by what its first column holds."""
    at = next(place for place, row in enumerate(tables[file]) if next(iter(row.values())) == key)
    tables[file][at] = {**tables[file][at], **cells}


def cite(tables: Tables, subject_type: str, subject: str, source: str, **more: str) -> None:
    row: Row = {"subject_type": subject_type, "subject": subject, "source": source, **more}
    tables["citations"].append(row)


def source(id_: str, published: str, **more: str) -> Row:
    return {"id": id_, "outlet": "Outlet", "published": published, "language": "en", **more}


# --- What follows from the rows -------------------------------------------------------------------------


def dates_of(engine: Engine, type_: str, id_: str) -> tuple[str, ...]:
    with read_session(engine) as session:
        columns = (Record.dated, Record.first_day, Record.last_day, Record.reported_on, Record.stated_by)
        return tuple(session.execute(select(*columns).where(Record.type == type_, Record.id == id_)).one())


def test_a_record_has_the_days_that_its_reports_allow(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    tables["sources"] += [
        source("early", "2024-01-15"),
        source("late", "2024-03-01"),
        source("no", "2023-12"),
    ]
    change(tables, "demands", "d2", stated="2024")
    tables["citations"] = [row for row in tables["citations"] if row["subject"] not in ("d2", "d3")]
    cite(tables, "demand", "d2", "late")
    cite(tables, "demand", "d2", "early")
    cite(tables, "demand", "d2", "no", relation="denies")
    cite(tables, "demand", "d3", "no", relation="denies")
    cite(tables, "term", "t1", "late", stated="2024-02-20~")
    load(engine, write_package(tmp_path / "in", tables))
    # Said before it was printed, by the earliest that supports it (§3).
    assert dates_of(engine, "demand", "d2") == (
        "2024", "2024-01-01", "2024-01-15", "2024-01-15", "2024-01-15",
    )  # fmt: skip
    # Nobody supports it: it was never reported.
    assert dates_of(engine, "demand", "d3") == (
        "2024", "2024-01-01", "2024-12-31", "9999-12-31", "2024-12-31",
    )  # fmt: skip
    # Dated as its proposal, visible from a report of its own.
    assert dates_of(engine, "term", "t1") == (
        "2024-01-01", "2024-01-01", "2024-01-01", "2024-03-01", "2024-02-20",
    )  # fmt: skip
    # Presented “in February”, but printed on 2 January.
    assert dates_of(engine, "term", "t2") == (
        "2024-02", "2024-01-02", "2024-01-02", "2024-01-02", "2024-01-02",
    )  # fmt: skip


def test_sources_know_their_voice_and_when_they_fell_silent(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    tables["sources"] += [
        source("relay", "2024-01-03", origin="s2"),
        source("gone", "2024-01", status="retracted", status_date="2024-02"),
        source("void", "2024-01", status="retracted"),
    ]
    load(engine, write_package(tmp_path / "in", tables))
    with read_session(engine) as session:
        rows = session.execute(select(Source.id, Source.voice, Source.published_last, Source.retracted_from))
        found = {id_: tuple(rest) for id_, *rest in rows}
    assert found == {
        "s1": ("s1", "2024-01-02", None),
        "s2": ("a-wire-story", "2024-01-31", None),
        "relay": ("a-wire-story", "2024-01-03", None),
        "gone": ("gone", "2024-01-31", "2024-02-29"),
        "void": ("void", "2024-01-31", "2024-01-31"),
    }


def test_each_holder_has_its_own_attribution(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    cite(tables, "demand", "d2", "s1", speakers="p-office")
    cite(tables, "term", "t2", "s1", speakers="m")
    load(engine, write_package(tmp_path / "in", tables))
    with read_session(engine) as session:
        rows = session.execute(
            select(
                Citation.subject,
                Citation.number,
                CitationAttribution.holder,
                CitationAttribution.attribution,
            )
            .join(CitationAttribution, CitationAttribution.citation == Citation.number)
            .order_by(Citation.number, CitationAttribution.holder)
        )
        found = [tuple(map(str, row)) for row in rows]
    assert found == [
        ("d1", "1", "p", "self"),
        ("d2", "2", "p", "third_party"),
        ("d2", "2", "q", "third_party"),
        ("d3", "3", "q", "third_party"),
        ("x1", "4", "m", "third_party"),
        ("x2", "5", "p", "third_party"),
        ("r1", "6", "p", "third_party"),
        ("w1", "7", "q", "third_party"),
        ("d2", "9", "p", "self"),
        ("d2", "9", "q", "opponent"),
        ("t2", "10", "p", "mediator"),
    ]


def test_a_term_has_the_actors_of_its_proposal(engine: Engine, tmp_path: Path) -> None:
    load(engine, write_package(tmp_path / "in", talks()))
    with read_session(engine) as session:
        rows = session.execute(
            select(RecordActor.record, RecordActor.part, RecordActor.ordinal, RecordActor.actor)
            .where(RecordActor.type == "term")
            .order_by(RecordActor.record, RecordActor.part.desc(), RecordActor.ordinal)
        )
        assert [tuple(row) for row in rows] == [
            ("t1", "proposed_by", 0, "m"),
            ("t2", "proposed_by", 0, "p"),
            ("t2", "obliged", 0, "p"),
            ("t2", "obliged", 1, "q"),
        ]


# --- A second import ------------------------------------------------------------------------------------


def test_importing_a_package_again_changes_nothing(demo_url: str) -> None:
    with engine_for(demo_url) as engine, write_session(engine) as session:
        before = every_row(session)
        for name in PACKAGES:
            again = import_package(session, DEMO / name, now=NOW)
            assert (again.created, again.changed, again.reordered, again.revision) == (0, 0, False, 1)
        assert every_row(session) == before


def test_what_was_derived_from_a_changed_row_is_derived_anew(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    change(tables, "proposals", "x1", proposed_by="q", presented="2023-12-30")
    change(tables, "sources", "s1", published="2024-01-20", origin="s2")
    change(tables, "actors", "p-office", part_of="q")
    tables["participants"].append({"actor": "m", "role": "party"})
    change(tables, "demands", "d2", holders="q|m", issues="j")
    change(tables, "terms", "t1", proposal="x2")
    change(tables, "responses", "r1", proposal="x2", actor="q")
    again = {"id": "r2", "proposal": "x2", "term": "t1", "actor": "p", "response": "rejected"}
    tables["responses"].append({**again, "stated": "2024-02-02"})
    cite(tables, "response", "r2", "s2")
    cite(tables, "demand", "d1", "s2", speakers="p-office|q", relation="denies")
    cite(tables, "term", "t2", "s2")
    imported = load(engine, write_package(tmp_path / "in", tables))
    assert (imported.created, imported.changed, imported.revision) == (5, 6, 2)
    assert facts(engine) == facts_of_the_export(engine, tmp_path)


def test_what_a_package_leaves_out_stays(engine: Engine, tmp_path: Path) -> None:
    whole = talks()
    load(engine, write_package(tmp_path / "in", whole))
    part = talks()
    for file in ("links", "coverage", "remarks", "scales", "terms", "responses"):
        part[file] = []
    part["demands"] = [part["demands"][2]]
    part["citations"] = [row for row in part["citations"] if row["subject"] == "d3"]
    before = stored(engine)
    imported = load(engine, write_package(tmp_path / "part", part))
    assert (imported.created, imported.changed, imported.reordered) == (0, 0, False)
    assert stored(engine) == before


def test_a_new_row_takes_its_place_among_the_others(engine: Engine, tmp_path: Path) -> None:
    tables = make_package(tmp_path / "made", demands=20)
    load(engine, tables)
    lines = (tables / "demands.csv").read_bytes().splitlines(keepends=True)
    new = lines[3].replace(b"demand-3,", b"demand-3b,")
    (tables / "demands.csv").write_bytes(b"".join([*lines[:2], new, *lines[2:]]))
    citations = (tables / "citations.csv").read_bytes().splitlines(keepends=True)
    cited = next(line for line in citations if line.startswith(b"demand,demand-3,"))
    citations.insert(1, cited.replace(b"demand-3,", b"demand-3b,"))
    (tables / "citations.csv").write_bytes(b"".join(citations))
    imported = load(engine, tables)
    assert (imported.created, imported.changed, imported.reordered, imported.revision) == (2, 0, False, 2)
    assert contents(export(engine, "made", tmp_path / "out")) == contents(tables)


def test_another_order_of_rows_is_one_change(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    for file in ("actors", "participants", "demands", "citations", "scales"):
        tables[file].reverse()
    package = write_package(tmp_path / "in", tables)
    imported = load(engine, package)
    assert (imported.created, imported.changed, imported.reordered, imported.revision) == (0, 0, True, 2)
    with read_session(engine) as session:
        last = session.scalars(select(Revision).order_by(Revision.number.desc()).limit(1)).one()
    assert (last.action, last.noun, last.record) == ("reorder", "negotiation", "talks")
    assert '"actors":["p-office","m","q","p"]' in (last.after or "")
    assert contents(export(engine, "talks", tmp_path / "out")) == contents(package)


def test_rows_without_an_id_are_known_by_what_they_join(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    cite(tables, "demand", "d1", "s1", quote="once more")
    load(engine, write_package(tmp_path / "in", tables))
    tables["citations"][0] = {**tables["citations"][0], "relation": "supports", "quote": "first"}
    tables["citations"][-1] = {**tables["citations"][-1], "quote": "second"}
    tables["links"][1] = {**tables["links"][1], "note": "as they say"}
    tables["coverage"].append({"actor": "q", "issue": "i", "searched_through": "2024-01-05"})
    imported = load(engine, write_package(tmp_path / "in", tables))
    assert (imported.created, imported.changed) == (1, 3)
    with read_session(engine) as session:
        quotes = (
            select(Citation.number, Citation.quote).where(Citation.subject == "d1").order_by(Citation.number)
        )
        assert [tuple(row) for row in session.execute(quotes)] == [(1, "first"), (9, "second")]


def test_a_scale_in_use_cannot_change(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    change(tables, "scales", "i", label="Nothing")
    tables["scales"].append({"issue": "i", "version": "1", "rung": "2", "label": "All"})
    tables["scales"].append({"issue": "i", "version": "2", "rung": "0", "label": "Nothing"})
    with write_session(engine) as session, pytest.raises(PackageFaults) as refusal:
        import_package(session, write_package(tmp_path / "in", tables), now=NOW)
    assert [str(fault) for fault in refusal.value.faults] == [
        "scales.csv:2: label: version 1 is in use and cannot change; write a new version of the scale",
        "scales.csv:4: rung: version 1 is in use and cannot change; write a new version of the scale",
    ]


def test_a_change_that_spoils_what_is_stored_is_a_fault(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    before = stored(engine)
    change(tables, "terms", "t1", proposal="x2")
    tables["responses"] = []
    package = write_package(tmp_path / "in", tables)
    with read_session(engine) as session, pytest.raises(PackageFaults) as refusal:
        check_package(session, package)
    assert [str(fault) for fault in refusal.value.faults] == [
        "responses.csv: term: “r1”, stored here already: “t1” is a term of “x2”; "
        "name a term of “x1”, or leave it empty"
    ]
    assert stored(engine) == before


def test_a_dry_run_says_what_an_import_would_do_and_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    package = write_package(tmp_path / "in", tables)
    before = stored(engine)
    with write_session(engine) as session:
        plan = check_package(session, package)
        session.commit()
    assert plan.created == sum(map(len, tables.values()))
    assert stored(engine) == before
    load(engine, package)
    change(tables, "demands", "d1", summary="Another")
    tables["actors"].reverse()
    with read_session(engine) as session:
        plan = check_package(session, write_package(tmp_path / "in", tables))
    assert (plan.negotiation, plan.created, plan.changed, plan.reordered) == ("talks", 0, 1, True)


def test_two_negotiations_do_not_know_each_other(engine: Engine, tmp_path: Path) -> None:
    tables = talks()
    load(engine, write_package(tmp_path / "in", tables))
    tables["negotiation"] = [{"id": "others", "title": "Others"}]
    change(tables, "demands", "d1", kind="rejection")
    load(engine, write_package(tmp_path / "others", tables))
    with read_session(engine) as session:
        kinds = select(Record.negotiation, Record.kind).where(Record.id == "d1").order_by(Record.negotiation)
        assert [tuple(row) for row in session.execute(kinds)] == [
            ("others", "rejection"),
            ("talks", "demand"),
        ]
        revisions = session.scalars(select(Negotiation.revision)).all()
    assert revisions == [1, 1]


def facts(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that is derived; citations by their place, because their numbers tell when they came."""
    whole = (Record, RecordActor, RecordIssue, Source, PositionCell, ChangeDay)
    by_place = {
        "speakers": select(Citation.ordinal, CitationSpeaker.ordinal, CitationSpeaker.actor).join(
            CitationSpeaker, CitationSpeaker.citation == Citation.number
        ),
        "attributions": select(
            Citation.ordinal, CitationAttribution.holder, CitationAttribution.attribution
        ).join(CitationAttribution, CitationAttribution.citation == Citation.number),
        "citations": select(*(column for column in Citation.__table__.columns if column.name != "number")),
    }
    with read_session(engine) as session:
        selects = {model.__tablename__: select(model.__table__) for model in whole} | by_place
        return {name: sorted(map(tuple, session.execute(rows)), key=repr) for name, rows in selects.items()}


def facts_of_the_export(engine: Engine, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What is derived where the same records come in for the first time."""
    package = export(engine, "talks", folder / "export")
    url = f"sqlite:///{folder / 'fresh.db'}"
    load_into_fresh(url, package)
    with engine_for(url) as fresh:
        return facts(fresh)
