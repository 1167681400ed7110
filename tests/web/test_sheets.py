"""Files of rows for spreadsheets: workbooks, the positions, what is compared, and TimelineJS."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.domain.dates import parse_edtf
from app.exchange.tables import Table
from app.exchange.timelinejs import COLUMNS as TIMELINEJS
from app.exchange.timelinejs import Slide
from app.exchange.xlsx import MOST_CHARACTERS, fitting, workbook
from tests.make import write_package
from tests.services.databases import PUBLIC_URL, serving
from tests.web.reports import ARABIC, HEBREW, SENSITIVE, reports

TALKS = "/negotiations/reports"
END = "on=2024-12-31"


@pytest.fixture(scope="module")
def talks(templates: Any, reports_package: Any) -> Iterator[TestClient]:
    with serving(f"sqlite:///{templates('sqlite', reports_package)}") as client:
        yield client


def book(client: TestClient, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return openpyxl.load_workbook(io.BytesIO(response.content))


def named(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet, each cell by the name of its column."""
    head, *rows = sheet.iter_rows()
    return [{top.value: cell for top, cell in zip(head, row, strict=True)} for row in rows]


def rows(client: TestClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


# --- The workbook -----------------------------------------------------------------------------------------


def test_a_workbook_has_a_header_that_stays_filters_dates_and_no_formula(talks: TestClient) -> None:
    response = talks.get(f"{TALKS}/timeline.xlsx?{END}")
    assert response.headers["content-type"].endswith("spreadsheetml.sheet")
    name = 'attachment; filename="reports-timeline-2024-12-31-reported.xlsx"'
    assert response.headers["content-disposition"] == name
    found = openpyxl.load_workbook(io.BytesIO(response.content))
    assert found.sheetnames == ["Time line", "Notes"]
    sheet = found["Time line"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert not sheet.sheet_view.rightToLeft
    lines = {line["id"].value: line for line in named(sheet)}
    formula = lines["formula"]
    assert [formula[name].value for name in ("summary", "condition", "unit", "quote", "quantity")] == [
        "=1+1", " +if they go", "@days", "@SUM(A1)", "-5",
    ]  # fmt: skip
    types = {cell.data_type for line in lines.values() for cell in line.values() if cell.value is not None}
    assert types == {"s", "n", "d"}, "texts, numbers and dates; no formula"
    assert (lines["hebrew"]["summary"].value, lines["arabic"]["quote"].value) == (HEBREW, ARABIC)
    days = {id_: line["date"].value for id_, line in lines.items()}
    assert days["formula"] == datetime(2024, 1, 1)  # noqa: DTZ001 - a day has no zone
    assert lines["formula"]["date"].is_date
    assert (days["month"], days["year"], days["arabic"]) == ("2024-01", "2023", "2024-02-02~")
    bounds = [lines["month"][name] for name in ("date_first", "date_last")]
    assert [(cell.value, cell.is_date) for cell in bounds] == [("2024-01-01", False), ("2024-01-31", False)]
    assert (lines["hebrew"]["quantity_max"].value, lines["hebrew"]["origins"].value) == (1000, 1)
    assert SENSITIVE not in str([cell.value for line in lines.values() for cell in line.values()])


@pytest.mark.one_database
def test_when_it_was_reported_is_a_date_only_where_a_report_is_known_to_be_of_that_day(
    reader: TestClient,
) -> None:
    sheet = book(
        reader, "/negotiations/gaza/timeline.xlsx?on=2024-04-01&actor=israel&from=2024-02&to=2024-02"
    )
    lines = {line["id"].value: line["reported_on"] for line in named(sheet["Time line"])}
    printed_in_february = lines["isr-2024-02-no-permanent"]
    assert (printed_in_february.value, printed_in_february.is_date) == ("2024-02-29", False)
    assert sum(cell.is_date for cell in lines.values()) > len(lines) / 2


def test_the_notes_say_of_what_as_of_when_which_and_how_many(talks: TestClient) -> None:
    address = f"{TALKS}/timeline.xlsx?on=2024-12-31&basis=stated&actor=q&denied=1&from=2024-01"
    notes = dict(book(talks, address)["Notes"].iter_rows(values_only=True))
    page = f"{PUBLIC_URL}{TALKS}/timeline?actor=q&denied=1&from=2024-01&on=2024-12-31&basis=stated"
    assert notes["Address"] == page
    assert (notes["As of"], notes["Basis"]) == (
        "31 December 2024",
        "With hindsight. What had been said by the end of the day, whenever it was published.",
    )
    assert (notes["Who"], notes["Denied"], notes["Stated from"]) == (
        "Q",
        "only what somebody denies",
        "2024-01",
    )
    assert (notes["Rows"], notes["Of these"]) == ("1", "1 demand")
    assert notes["Said by others"] == "1"
    assert notes["Licence"]
    assert talks.get(page.removeprefix(PUBLIC_URL)).status_code == 200


def test_a_negotiation_in_a_script_that_is_read_from_the_right_has_such_sheets(
    templates: Any, tmp_path: Any
) -> None:
    tables = reports()
    tables["negotiation"] = [{**tables["negotiation"][0], "title": f"2023: {ARABIC}"}]
    with serving(f"sqlite:///{templates('sqlite', write_package(tmp_path / 'talks', tables))}") as client:
        found = book(client, f"{TALKS}/positions.xlsx?{END}")
    assert [sheet.sheet_view.rightToLeft for sheet in found] == [True, True]


def test_what_excel_does_not_take_goes_on_in_a_further_sheet_or_is_cut_and_both_are_said() -> None:
    long = "ا" * 20_000 + "𝄞" * 20_000
    table = Table(("id", "summary"), [[[f"r{n}", long if n == 2 else "_x0041_ \x0b"] for n in range(7)]])
    told: list[tuple[int, int]] = []

    def notes(tally: Any) -> list[tuple[str, str]]:
        told.append((tally.rows, tally.cut))
        return [("Rows", str(tally.rows))]

    with workbook(table, "Lines", notes, most_rows=4) as file:
        found = openpyxl.load_workbook(file)
    assert found.sheetnames == ["Lines", "Notes", "Lines 2", "Lines 3"]
    kept = [
        row[0].value for name in ("Lines", "Lines 2", "Lines 3") for row in found[name].iter_rows(min_row=2)
    ]
    assert kept == [f"r{n}" for n in range(7)]
    assert told == [(7, 1)]
    assert {found[name]["A1"].value for name in ("Lines", "Lines 2", "Lines 3")} == {"id"}
    cut = found["Lines"]["B4"].value
    assert cut.endswith(" […]")
    assert len(cut.encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)
    assert fitting("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS


def test_a_long_table_takes_no_more_memory_than_a_short_one() -> None:
    columns = ("id", "summary", "date")

    def peak(rows: int) -> int:
        part = [["some-record", "A summary of a length that summaries have", "2024-01-01"]] * 200
        tracemalloc.start()
        with workbook(Table(columns, (part for _ in range(rows // 200))), "Lines", lambda tally: []):
            found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(200)
    assert peak(8_000) < 1.5 * peak(800)


# --- Positions and what is compared -----------------------------------------------------------------------


def test_the_positions_have_every_line_of_every_cell_on_its_own_track(talks: TestClient) -> None:
    found = rows(talks, f"{TALKS}/positions.csv?on=2024-01-09")
    later = next(row for row in found if row["id"] == "later")
    said = ("column", "place", "track", "attribution", "attributed_to", "outlet", "empty")
    assert [later[name] for name in said] == [
        "p", "others_say", "others", "opponent", "officials of Q (unnamed)", "Outlet s1", "",
    ]  # fmt: skip
    own = next(
        row for row in rows(talks, f"{TALKS}/positions.csv?on=2024-01-10&columns=p") if row["id"] == "later"
    )
    assert (own["place"], own["track"], own["attributed_to"]) == ("asks", "own_side", "P")
    nothing = rows(talks, f"{TALKS}/positions.csv?on=2024-01-09&columns=m")
    assert [(row["issue"], row["empty"], row["id"]) for row in nothing] == [
        ("i", "none", ""),
        ("j", "", "year"),
        ("k", "none", ""),
    ]
    terms = {row["id"]: row for row in found if row["place"] == "term"}
    assert terms["t1"]["tabled_by"] == "p"
    assert {row["place"] for row in found if row["column"] == "proposal:x"} >= {"proposal", "answer", "term"}


def test_the_columns_of_the_positions_are_those_of_the_page(talks: TestClient) -> None:
    chosen = "columns=q@2024-01-04,p,latest:mediators"
    found = rows(talks, f"{TALKS}/positions.csv?on=2024-03-05&{chosen}")
    assert list(dict.fromkeys(row["column"] for row in found if row["issue"])) == [
        "q@2024-01-04", "p", "latest:mediators",
    ]  # fmt: skip
    assert {row["as_of"] for row in found if row["column"].startswith("q@")} == {"2024-01-04"}
    notes = dict(book(talks, f"{TALKS}/positions.xlsx?on=2024-03-05&{chosen}")["Notes"].values)
    assert notes["Columns"] == "Q (4 Jan 2024); P; Mediators’ latest proposal: Second outline"
    assert notes["Address"].startswith(f"{PUBLIC_URL}{TALKS}?columns=q@2024-01-04,p,latest:mediators&on=")


def test_what_is_compared_says_how_far_or_why_not(reader: TestClient) -> None:
    address = "/negotiations/gaza/comparison.csv?on=2024-09-04&columns=hamas@2024-02-07,hamas,israel"
    found = rows(reader, address)
    assert {row["compared"] for row in found} == {"gap", "movement"}
    told = [row for row in found if row["result"] in ("apart", "aligned", "aligned_or_apart")]
    assert told
    assert all(row["steps_max"] and row["steps_of_scale"] for row in told)
    assert all(row["why_not"] for row in found if row["result"] == "not_comparable" and not row["quantity"])
    pairs = {
        (row["actor"], row["other_actor"]) for row in found if row["compared"] == "gap" and row["other_actor"]
    }
    assert pairs <= {("hamas", "israel"), ("israel", "hamas")}


def test_two_texts_are_compared_term_by_term(reader: TestClient) -> None:
    page = "/negotiations/gaza/proposals/hamas-july-2-2024/compare"
    query = "with=israel-may-27-2024&on=2024-09-04"
    found = rows(reader, f"{page}.csv?{query}")
    html = reader.get(f"{page}?{query}").text
    assert found
    for row in found:
        ids = [row[name] for name in ("before_id", "after_id") if row[name]]
        assert ids
        assert all(f"#term-{id_}" in html for id_ in ids[-1:])
    assert {row["became"] for row in found} & {"kept", "added", "dropped"}
    sheet = book(reader, f"{page}.xlsx?{query}")["Terms compared"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [row["issue_title"] for row in found]


# --- Profiles ---------------------------------------------------------------------------------------------


def test_a_plain_file_has_every_text_as_it_is(talks: TestClient) -> None:
    response = talks.get(f"{TALKS}/timeline.csv?{END}&profile=plain")
    assert response.content.startswith(b"record_type,id,date,")
    found = {row["id"]: row for row in rows(talks, f"{TALKS}/timeline.csv?{END}&profile=plain")}
    assert (found["formula"]["summary"], found["formula"]["quote"]) == ("=1+1", "@SUM(A1)")
    same = {row["id"]: row for row in rows(talks, f"{TALKS}/timeline.csv?{END}&profile=spreadsheet")}
    assert same["formula"]["summary"] == "'=1+1"


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("timeline.csv?profile=excel", "“excel” is no profile of this file"),
        ("positions.csv?profile=timelinejs", "“timelinejs” is no profile of this file"),
        ("positions.xlsx?columns=nobody", "Nothing here is called “nobody”"),
        ("comparison.csv?on=2024-13-01", "“2024-13-01” is not a day of the calendar"),
        ("proposals/x/compare.csv?with=nothing", "No proposal here is called “nothing”"),
        ("timeline.xlsx?actor=nobody", "Nobody here is called “nobody”"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(talks: TestClient, file: str, fault: str) -> None:
    response = talks.get(f"{TALKS}/{file}")
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert fault in response.text
    assert "etag" not in response.headers


def test_a_file_that_has_not_changed_is_not_sent_again(talks: TestClient) -> None:
    for file in ("positions.xlsx", "timeline.xlsx", "comparison.csv", "proposals/x/compare.xlsx"):
        tag = talks.get(f"{TALKS}/{file}?{END}").headers["etag"]
        again = talks.get(f"{TALKS}/{file}?{END}", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b""), file


# --- TimelineJS -------------------------------------------------------------------------------------------


def test_timelinejs_gets_its_own_columns_and_keeps_the_tracks_apart(talks: TestClient) -> None:
    address = f"{TALKS}/timeline.csv?{END}&profile=timelinejs"
    text = talks.get(address).content.decode()
    # As the spreadsheet that TimelineJS documents has them.
    assert text.splitlines()[0] == (
        "Year,Month,Day,Time,End Year,End Month,End Day,End Time,Display Date,Headline,Text,"
        "Media,Media Credit,Media Caption,Media Thumbnail,Type,Group,Background"
    )
    title, *slides = rows(talks, address)
    assert (title["Type"], title["Headline"]) == ("title", "Talks of P and Q")
    month = next(slide for slide in slides if "Some day in January" in slide["Headline"])
    dated = ("Year", "Month", "Day", "End Year", "Display Date")
    assert [month[name] for name in dated] == ["2024", "1", "", "", "Jan 2024"]
    about = next(slide for slide in slides if ARABIC in slide["Headline"])
    assert [about[name] for name in dated] == ["2024", "2", "2", "", "about 2 Feb 2024"]
    assert about["Group"] == "Q, from its own side"
    joint = next(slide for slide in slides if "Both say it" in slide["Headline"])
    assert joint["Group"] == "P, from its own side; Q, only said by others"
    assert all("<" not in slide["Headline"] for slide in slides)


def _part() -> st.SearchStrategy[str]:
    days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
    known = st.sampled_from([4, 7, 10])
    return st.builds(
        lambda day, far, about: day.isoformat()[:far] + about, days, known, st.sampled_from(["", "~"])
    )


@given(one=_part(), other=st.none() | _part())
def test_a_slide_is_dated_as_far_as_it_is_known_and_no_further(one: str, other: str | None) -> None:
    dated = "/".join(sorted([one, other], key=lambda part: parse_edtf(part).last)) if other else one
    try:
        parse_edtf(dated)
    except ValueError:
        return
    row = dict(zip(TIMELINEJS, Slide(dated, "words", "", "").row(), strict=True))
    parts = dated.split("/")
    for part, before in zip((*parts, "")[:2], ("", "End "), strict=True):
        cells = [row[f"{before}{name}"] for name in ("Year", "Month", "Day")]
        known = [str(int(number)) for number in part.removesuffix("~").split("-")] if part else []
        assert cells == [*known, "", "", ""][:3]
    assert (row["Time"], row["End Time"], row["Type"]) == ("", "", "")
