"""Everything that can be wrong with a data package is named with its place, and then nothing is loaded."""

import csv
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.db import make_engine, migrate, read_session, write_session
from app.exchange.faults import MOST_FAULTS
from app.exchange.package import PackageFaults, check_package, import_package
from app.exchange.package_reading import read_package
from app.exchange.package_schema import FILE
from app.models import Base
from tests.make import talks, write_package
from tests.packages import NOW, contents, replace, zipped


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty database that stays empty."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('empty') / 'parley.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def faults_of(engine: Engine, path: Path) -> list[str]:
    with read_session(engine) as session:
        try:
            check_package(session, path)
        except PackageFaults as refusal:
            return [str(fault) for fault in refusal.faults]
    return []


Plant = Callable[[Path], object]


def text(file: str, old: str, new: str) -> Plant:
    return lambda package: replace(package / file, old.encode(), new.encode())


def raw(file: str, old: bytes, new: bytes) -> Plant:
    return lambda package: replace(package / file, old, new)


def cell(file: str, row: int, column: str, value: str) -> Plant:
    """Put a value into a cell; rows are counted from 1, and row 1 is on line 2."""

    def plant(package: Path) -> None:
        path = package / f"{file}.csv"
        with path.open(encoding="utf-8", newline="") as source:
            rows = list(csv.reader(source))
        rows[row][FILE[file].header.index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\r\n").writerows(rows)

    return plant


def row(file: str, **cells: str) -> Plant:
    """Add a row at the end of a file."""

    def plant(package: Path) -> None:
        with (package / f"{file}.csv").open("a", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\r\n")
            writer.writerow([cells.get(name, "") for name in FILE[file].header])

    return plant


def both(*plants: Plant) -> Plant:
    def plant(package: Path) -> None:
        for each in plants:
            each(package)

    return plant


def without(file: str) -> Plant:
    return lambda package: (package / file).unlink()


def as_lf(file: str) -> Plant:
    return lambda package: (package / file).write_bytes((package / file).read_bytes().replace(b"\r\n", b"\n"))


PLANTED: dict[str, tuple[Plant, str]] = {
    # the description
    "an unknown format": (
        text("datapackage.json", '"format": 1', '"format": 2'),
        "datapackage.json:6: parley.format: 2 is no format known here; write 1",
    ),
    "no format": (
        text("datapackage.json", '"parley"', '"parsley"'),
        "datapackage.json:1: parley.format: is missing; write 1",
    ),
    "an unknown edition": (
        raw("datapackage.json", b'"format": 1', b'"format": 1,\r\n  "edition": "first"'),
        'datapackage.json:7: parley.edition: "first" is no edition known here; leave it out, or write public',
    ),
    "a name that is none": (
        text("datapackage.json", '"name": "talks"', '"name": "Talks!"'),
        'datapackage.json:3: name: "Talks!" is not a name; write up to 200 lowercase letters',
    ),
    "a title that cannot be stored": (
        text("datapackage.json", '"title": "Talks"', '"title": "T\\ud800"'),
        'datapackage.json:4: title: "T\\ud800" is not a title; write it as text',
    ),
    "a description that is not JSON": (
        text("datapackage.json", '"title": "Talks",', '"title": "Talks"'),
        "datapackage.json:5: is not JSON (Expecting ',' delimiter); copy the one of an exported package",
    ),
    "a resource that no package has": (
        text("datapackage.json", '"name": "coverage"', '"name": "covers"'),
        'datapackage.json:1179: resources: "covers" is no file of a package; the files are negotiation.csv',
    ),
    "no description": (
        without("datapackage.json"),
        "datapackage.json: is missing; add the one of an exported",
    ),
    # files
    "a file that is missing": (
        without("coverage.csv"),
        "coverage.csv: is missing; add it, with at least its header",
    ),
    "a table that no package has": (
        lambda package: (package / "demand.csv").write_bytes(b"id\r\n"),
        "demand.csv: is no file of a package; the files are datapackage.json, negotiation.csv",
    ),
    "an empty file": (
        lambda package: (package / "coverage.csv").write_bytes(b""),
        "coverage.csv:1: the file is empty; begin it with the header actor,issue,searched_through,note",
    ),
    "a byte order mark": (
        raw("issues.csv", b"id,part_of", b"\xef\xbb\xbfid,part_of"),
        "issues.csv:1: the file begins with a byte order mark; save it as UTF-8 without one",
    ),
    "another encoding": (
        raw("issues.csv", b"What of J?", b"What of \xe9?"),
        "issues.csv:3: is not UTF-8 (byte 0xe9); save the file as UTF-8",
    ),
    "UTF-16": (
        lambda package: (package / "links.csv").write_bytes("from,relation,to,note\r\n".encode("utf-16")),
        "links.csv:1: the file is UTF-16; save it as UTF-8 without a byte order mark",
    ),
    "surrogates": (
        raw("issues.csv", b"What of J?", b"What of \xed\xa0\x80?"),
        "issues.csv:3: is not UTF-8 (byte 0xed); save the file as UTF-8",
    ),
    "a NUL": (
        text("issues.csv", "What of J?", "What of \0J?"),
        "issues.csv:3: question: holds a NUL character; remove it",
    ),
    "line ends of another kind": (
        as_lf("demands.csv"),
        "demands.csv:1: the line does not end in CR LF; end every line in CR LF, the last one too",
    ),
    "a file that breaks off": (
        text("coverage.csv", "Everything\r\n", "Everyth"),
        "coverage.csv:2: the file breaks off in this line; end every line in CR LF",
    ),
    "an open quote": (
        text("coverage.csv", "Everything", '"Everything'),
        "coverage.csv:2: a quote is opened and not closed; close it, and write a quote within a cell as",
    ),
    "a stray quote": (
        text("coverage.csv", "Everything", 'Every"thing"'),
        "coverage.csv:2: a quote stands beside other text; put the whole cell in quotes",
    ),
    "a short row": (
        text("coverage.csv", ",Everything", ""),
        "coverage.csv:2: the row has 3 cells; write 4",
    ),
    "a long row": (
        text("coverage.csv", "Everything", "Everything,and,more"),
        "coverage.csv:2: the row has 6 cells; write 4",
    ),
    "an empty line": (
        text("coverage.csv", "note\r\n", "note\r\n\r\n"),
        "coverage.csv:2: the line is empty; remove it",
    ),
    "an unknown column": (
        text("coverage.csv", "searched_through,note", "searched_through,remark"),
        "coverage.csv:1: remark: is no column of this file; the columns are actor, issue",
    ),
    "a missing column": (
        text("coverage.csv", "issue,searched_through,note\r\np,j,2024-01-05", "issue,note\r\np,j"),
        "coverage.csv:1: searched_through: is missing; add the column",
    ),
    "a column that is there twice": (
        text("coverage.csv", "searched_through,note", "searched_through,actor"),
        "coverage.csv:1: actor: is there 2 times; keep one column of this name",
    ),
    "a field without end": (
        cell("coverage", 1, "note", "x" * 20_001),
        "coverage.csv:2: note: is 20,001 characters long; write up to 20,000",
    ),
    "a row without end": (
        cell("coverage", 1, "note", "x" * 120_001),
        "coverage.csv:2: the row has 120,018 characters; write up to 120,000; is a quote left open?",
    ),
    "no negotiation": (
        text("negotiation.csv", "talks,Talks,,2023-11,2024\r\n", ""),
        "negotiation.csv:1: there is no row; write one, with the negotiation",
    ),
    "two negotiations": (
        row("negotiation", id="other", title="Other"),
        "negotiation.csv:3: there is a second row; write exactly one",
    ),
    # cells
    "an empty cell that is required": (
        cell("issues", 2, "question", ""),
        "issues.csv:3: question: is empty; write what it is; this column may not be empty",
    ),
    "a blank cell that is required": (
        cell("issues", 2, "question", "  "),
        "issues.csv:3: question: is blank; write",
    ),
    "a demand without a kind": (
        cell("demands", 1, "kind", ""),
        "demands.csv:2: kind: is empty; write one of demand, offer, acceptance",
    ),
    "a citation without a type": (
        row("citations", subject="d1", source="s1"),
        "citations.csv:10: subject_type: is empty; write one of demand, proposal, term",
    ),
    "a word that is none": (
        cell("demands", 1, "kind", "wish"),
        "demands.csv:2: kind: “wish” is none of its words; write one of demand, offer",
    ),
    "attribution coded as self": (
        cell("citations", 2, "attribution", "self"),
        "citations.csv:3: attribution: “self” is none of its words; write one of mediator, opp",
    ),
    "a date that is none": (
        cell("demands", 1, "stated", "1 January 2024"),
        "demands.csv:2: stated: “1 January 2024” is not a date; write a date such as 2024-04-03",
    ),
    "a day that no calendar has": (
        cell("sources", 1, "published", "2023-02-29"),
        "sources.csv:2: published: “2023-02-29” is not a day of the calendar; write a date such as",
    ),
    "a number with a zero before it": (
        row("scales", issue="j", version="1", rung="01", label="None"),
        "scales.csv:4: rung: “01” is not a whole number; write digits only",
    ),
    "neither yes nor no": (
        cell("citations", 1, "anonymous", "true"),
        "citations.csv:2: anonymous: “true” is neither; write yes or no",
    ),
    "an address that does not lead to the web": (
        cell("sources", 1, "url", "javascript:alert(1)"),
        "sources.csv:2: url: “javascript:alert(1)” is not a web address; write one that begins with https://",
    ),
    "an address with a hidden sign": (
        cell("sources", 1, "url", "https://example.org/\u202egpj"),
        "sources.csv:2: url: “https://example.org/[U+202E]gpj” is not a web address; write",
    ),
    "a language that is none": (
        cell("sources", 2, "language", "en_GB"),
        "sources.csv:3: language: “en_GB” is not a language tag; write a BCP 47 tag such as en",
    ),
    "an id in capitals": (
        row("actors", id="The-R", name="R"),
        "actors.csv:6: id: “The-R” is not an id; write up to 200 lowercase letters",
    ),
    "an id with a hidden sign": (
        row("actors", id="r\u202e", name="R"),
        "actors.csv:6: id: “r[U+202E]” is not an id; write",
    ),
    "an id that is too long": (
        row("actors", id="r" * 201, name="R"),
        f"actors.csv:6: id: “{'r' * 60}…” is not an id; write up to 200",
    ),
    "a reserved id": (
        row("actors", id="new", name="R"),
        "actors.csv:6: id: “new” is a reserved word; choose another id",
    ),
    "an id that is there twice": (
        row("actors", id="q", name="R"),
        "actors.csv:6: id: “q” is on line 3 already; give every row an id of its own",
    ),
    "an empty part": (
        cell("terms", 2, "obliged", "p||q"),
        "terms.csv:3: obliged: “p||q” has an empty part; write one | between two values",
    ),
    "a part that is there twice": (
        cell("demands", 2, "holders", "p|p"),
        "demands.csv:3: holders: “p” is there 2 times; name it once",
    ),
    # what rows say of one another
    "a reference to nothing": (
        cell("terms", 2, "issue", "k"),
        "terms.csv:3: issue: “k” is not in issues.csv; add its row there, or name one that is",
    ),
    "one of several references to nothing": (
        cell("citations", 1, "speakers", "p|r"),
        "citations.csv:2: speakers: “r” is not in actors.csv; add its row there",
    ),
    "a circle of parts": (
        cell("actors", 1, "part_of", "p-office"),
        "actors.csv:5: part_of: p-office → p → p-office is a circle; break it at one step",
    ),
    "a part of itself": (
        cell("issues", 1, "part_of", "i"),
        "issues.csv:2: part_of: i → i is a circle; break it at one step",
    ),
    "a circle of amendments": (
        cell("proposals", 1, "amends", "x2"),
        "proposals.csv:3: amends: x2 → x1 → x2 is a circle; break it at one step",
    ),
    "a circle of replacements": (
        row("links", **{"from": "d1", "relation": "replaces", "to": "d3"}),
        "links.csv:4: to: d1 → d3 → d2 → d1 is a circle; break it at one step",
    ),
    "a holder who takes no part": (
        cell("demands", 3, "holders", "p-office"),
        "demands.csv:4: holders: “p-office” is not in participants.csv; add its row there, with its role",
    ),
    "an answer of one who takes no part": (
        cell("responses", 1, "actor", "p-office"),
        "responses.csv:2: actor: “p-office” is not in participants.csv; add its row there, with its role",
    ),
    "a record that nobody reported": (
        cell("citations", 8, "subject_type", "term"),
        "events.csv:2: id: the event “e1” has no citation; add its row to citations.csv, with subject_type",
    ),
    "a citation of nothing": (
        row("citations", subject_type="term", subject="t9", source="s1"),
        "citations.csv:10: subject: “t9” is not in terms.csv; name the term that is cited",
    ),
    "a hand-coded attribution beside speakers": (
        cell("citations", 1, "attribution", "mediator"),
        "citations.csv:2: attribution: is coded by hand although there are speakers; leave it empty",
    ),
    "a term of another proposal": (
        cell("responses", 1, "term", "t2"),
        "responses.csv:2: term: “t2” is a term of “x2”; name a term of “x1”, or leave it empty",
    ),
    "a link to itself": (
        row("links", **{"from": "d3", "relation": "restates", "to": "d3"}),
        "links.csv:4: to: the link leads to where it comes from; name another demand",
    ),
    "half a placement": (
        cell("demands", 1, "rung_max", ""),
        "demands.csv:2: rung_max: is empty while scale_version is not; fill all of scale_version, rung_min",
    ),
    "a reason without a placement": (
        cell("terms", 1, "placement_reason", "Because"),
        "terms.csv:2: placement_reason: gives a reason for no placement; fill scale_version",
    ),
    "a placement on a version that is not there": (
        cell("demands", 1, "scale_version", "2"),
        "demands.csv:2: scale_version: “i” has no version 2 of a scale; add its rungs to scales.csv",
    ),
    "a placement on a rung that is not there": (
        cell("demands", 1, "rung_max", "7"),
        "demands.csv:2: rung_max: version 1 has no rung 7; its rungs are 0, 1",
    ),
    "a placement upside down": (
        both(cell("demands", 1, "rung_min", "1"), cell("demands", 1, "rung_max", "0")),
        "demands.csv:2: rung_min: 1 is above rung_max, 0; write the lower rung first",
    ),
    "a placement of a demand on two issues": (
        cell("demands", 1, "issues", "i|j"),
        "demands.csv:2: scale_version: there are several issues; place only what is on one issue",
    ),
    "a rung that is there twice": (
        row("scales", issue="i", version="1", rung="1", label="Again"),
        "scales.csv:4: rung: the rung is on line 3 already; give every rung of a version its own number",
    ),
    "a version before the first": (
        row("scales", issue="j", version="0", rung="0", label="None"),
        "scales.csv:4: version: “0” is no version; count versions from 1",
    ),
    "an end before the beginning": (
        cell("events", 1, "ends", "2023-12"),
        "events.csv:2: ends: “2023-12” is before starts, “2024-01-01”; write a date that is not earlier",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_is_named_with_its_place_and_remedy(name: str, sqlite: Engine, tmp_path: Path) -> None:
    plant, expected = PLANTED[name]
    package = write_package(tmp_path / "package", talks())
    plant(package)
    found = faults_of(sqlite, package)
    assert [fault for fault in found if fault.startswith(expected)], found
    # A fault does not drag others along.
    assert len(found) == (2 if name == "a record that nobody reported" else 1), found


def test_a_sound_package_has_no_fault(sqlite: Engine, tmp_path: Path) -> None:
    assert faults_of(sqlite, write_package(tmp_path / "package", talks())) == []


def test_a_row_over_several_lines_is_where_it_begins(sqlite: Engine, tmp_path: Path) -> None:
    tables = talks()
    tables["issues"][0] = {**tables["issues"][0], "description": "one\r\ntwo\nthree"}
    tables["issues"][1] = {**tables["issues"][1], "part_of": "k"}
    package = write_package(tmp_path / "package", tables)
    assert faults_of(sqlite, package) == [
        "issues.csv:5: part_of: “k” is not in issues.csv; add its row there, or name one that is"
    ]


TWELVE = (
    text("datapackage.json", '"format": 1', '"format": 7'),
    raw("sources.csv", b"Outlet of s2", b"\xe9"),
    cell("negotiation", 1, "ended", "2022"),
    row("actors", id="edit", name="R"),
    cell("participants", 2, "role", "referee"),
    row("scales", issue="i", version="1", rung="0", label="Again"),
    cell("demands", 1, "stated", "2024-02-30"),
    cell("demands", 3, "issues", "k"),
    row("links", **{"from": "d2", "relation": "clarifies", "to": "d2"}),
    cell("responses", 1, "term", "t2"),
    cell("citations", 1, "attribution", "opponent"),
    text("coverage.csv", ",Everything", ""),
)


def test_twelve_faults_are_all_named_and_nothing_is_loaded(engine: Engine, tmp_path: Path) -> None:
    package = write_package(tmp_path / "package", talks())
    for plant in TWELVE[2:]:
        plant(package)
    for plant in TWELVE[:2]:  # after those that need the files to be right
        plant(package)
    with write_session(engine) as session:
        with pytest.raises(PackageFaults) as refusal:
            import_package(session, package, now=NOW)
        session.commit()
    places = [(fault.file, fault.line, fault.column) for fault in refusal.value.faults]
    assert places == [
        ("datapackage.json", 6, "parley.format"),
        ("negotiation.csv", 2, "ended"),
        ("actors.csv", 6, "id"),
        ("participants.csv", 3, "role"),
        ("scales.csv", 4, "rung"),
        ("sources.csv", 3, None),
        ("demands.csv", 2, "stated"),
        ("demands.csv", 4, "issues"),
        ("links.csv", 4, "to"),
        ("responses.csv", 2, "term"),
        ("citations.csv", 2, "attribution"),
        ("coverage.csv", 2, None),
    ]
    assert rows_stored(engine) == 0


def rows_stored(engine: Engine) -> int:
    with read_session(engine) as session:
        return sum(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        )


def test_a_path_that_leads_nowhere_is_a_fault(sqlite: Engine, tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("Dear")
    assert faults_of(sqlite, tmp_path / "nowhere") == [
        "nowhere: does not exist; name the folder of a package, or a zip of one"
    ]
    [fault] = faults_of(sqlite, tmp_path / "letter.zip")
    assert fault.startswith("letter.zip: cannot be opened (File is not a zip file); name the folder")


# --- Hostile archives -----------------------------------------------------------------------------------


def _link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("notes.txt")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


HOSTILE: dict[str, tuple[dict[Any, bytes], str]] = {
    "a way out": ({"../outside.csv": b""}, "'../outside.csv': leads out of the archive"),
    "a way out in the middle": ({"a/../../b": b""}, "leads out of the archive"),
    "a place of its own": ({"/etc/passwd": b""}, "'/etc/passwd': leads out of the archive"),
    "a way out on Windows": ({"..\\outside.csv": b""}, "leads out of the archive"),
    "a drive": ({"c:outside.csv": b""}, "leads out of the archive"),
    "a link": ({_link(): b"/etc/passwd"}, "'notes.txt': is a link"),
    "a table that no package has": ({"wishes.csv": b""}, "wishes.csv: is no file of a package"),
    "too many entries": ({f"{n}.txt": b"" for n in range(1001)}, "entries; zip the folder of one package"),
    "two packages": ({"other/datapackage.json": b"{}"}, "holds several packages"),
    "a bomb": ({"coverage.csv": b"\0" * 8_000_000}, "unpacks to far more than it is"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(name: str, sqlite: Engine, tmp_path: Path) -> None:
    entries, expected = HOSTILE[name]
    package: dict[Any, bytes] = dict(contents(write_package(tmp_path / "in", talks())))
    archive = zipped(tmp_path / "package.zip", {**package, **entries})
    faults = faults_of(sqlite, archive)
    assert len(faults) == 1
    assert expected in faults[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "package.zip"]


def test_an_archive_that_lies_about_itself_is_refused(sqlite: Engine, tmp_path: Path) -> None:
    package = contents(write_package(tmp_path / "in", talks()))
    whole = zipped(tmp_path / "package.zip", package).read_bytes()
    packed = tmp_path / "lies.zip"

    def damaged(offset: int, value: bytes) -> list[str]:
        """The faults with some bytes of the directory's first entry overwritten."""
        at = whole.index(b"PK\x01\x02") + offset
        packed.write_bytes(whole[:at] + value + whole[at + len(value) :])
        return faults_of(sqlite, packed)

    assert "is encrypted" in damaged(8, b"\x01\x00")[0]
    assert "is packed in an unusual way" in damaged(10, b"\x0e\x00")[0]
    assert "cannot be unpacked" in damaged(16, b"\0\0\0\0")[0]
    assert "cannot be unpacked" in damaged(24, b"\x01\0\0\0")[0]
    assert "is too large" in damaged(24, b"\xff\xff\xff\x7f")[0]
    zipped(packed, package)
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("terms.csv", b"")
    assert "'terms.csv': is there twice" in faults_of(sqlite, packed)[0]
    assert "holds no datapackage.json" in faults_of(sqlite, zipped(packed, {"a.txt": b""}))[0]


def test_of_endless_faults_the_first_are_kept_and_the_others_counted(sqlite: Engine, tmp_path: Path) -> None:
    package = write_package(tmp_path / "talks", talks())
    links = package / "links.csv"
    broken, wrong = b'd"1,replaces,d2,\r\n' * 10, b"d1,wish,d2,\r\nd1,replaces,d2\r\n" * 5_000
    links.write_bytes(b"from,relation,to,note\r\n" + broken + wrong)
    read = read_package(package)
    assert len(read.faults) == MOST_FAULTS
    assert len(read.lost["links"]) < 10
    with read_session(sqlite) as session, pytest.raises(PackageFaults) as refusal:
        check_package(session, package)
    assert (len(refusal.value.faults), refusal.value.count) == (MOST_FAULTS, 10_010)


def test_a_package_of_too_many_rows_is_refused_in_words(tmp_path: Path) -> None:
    package = write_package(tmp_path / "talks", talks())
    rows = sum(len(rows) for rows in talks().values())
    assert not read_package(package, most_rows=rows).faults
    with pytest.raises(PackageFaults) as refusal:
        read_package(package, most_rows=rows - 1)
    assert str(refusal.value) == (
        "talks: has too many rows, the last of them in coverage.csv; "
        f"a package may have up to {rows - 1} rows in all its files"
    )
    links = package / "links.csv"
    links.write_bytes(links.read_bytes() + b'"\r\n' * rows)
    with pytest.raises(PackageFaults, match=r"has too many rows, the last of them in links\.csv"):
        read_package(package, most_rows=rows)
