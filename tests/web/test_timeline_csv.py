"""The time line as a file: the same rows as its pages, safe to open, and nothing said that is not known."""

import csv
import io
from collections.abc import Mapping

import pytest
from starlette.testclient import TestClient

from app.exchange.csv import COLUMNS
from tests.services.databases import PUBLIC_URL
from tests.web.reports import ARABIC, HEBREW, SENSITIVE
from tests.web.test_timeline import END, GAZA, TALKS, pages, statements

Rows = list[dict[str, str]]


def rows(client: TestClient, address: str) -> Rows:
    response = client.get(address)
    assert response.status_code == 200, response.text
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def talks(small: TestClient) -> Mapping[str, dict[str, str]]:
    return {row["id"]: row for row in rows(small, f"{TALKS}.csv?{END}")}


FILTERS = [
    "on=2024-02-07",
    "on=2024-03-20&basis=stated&type=demand",
    "on=2024-01-25&basis=stated",
    "on=2024-03-15&actor=hamas",
    "on=2025-01-15&actor=israel&issue=hostage-release&track=own_side",
    "on=2024-06-09&track=others&type=demand",
    "on=2024-12-31&from=2024-02&to=2024-03",
    "on=2024-09-04&type=response&kind=rejected",
    "on=2025-10-09&q=Netzarim",
    "on=2026-02-17&denied=1",
    "on=2026-02-17&type=event&from=2025",
    "on=2024-09-04&actor=qatar&before=2024-06-01~2024-06-01~demand~a",
]


@pytest.mark.parametrize("query", FILTERS)
def test_the_file_has_the_rows_of_all_pages_in_their_order(reader: TestClient, query: str) -> None:
    listed = [f"{row['record_type']}-{row['id']}" for row in rows(reader, f"{GAZA}.csv?{query}")]
    filters = query.partition("&before")[0]
    assert listed == pages(reader, f"{GAZA}?{filters}")
    assert listed


def test_the_file_is_as_spreadsheets_and_programs_expect_it(small: TestClient) -> None:
    response = small.get(f"{TALKS}.csv?on=2024-12-31&basis=stated")
    assert response.content.startswith(b"\xef\xbb\xbfrecord_type,id,date,")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = response.headers["content-disposition"]
    assert disposition == 'attachment; filename="reports-timeline-2024-12-31-stated.csv"'
    assert response.headers["x-content-type-options"] == "nosniff"
    plain = small.get(f"{TALKS}.csv?on=2024-12-31&basis=stated&bom=0").content
    assert plain == response.content[3:]
    lines = plain.split(b"\r\n")
    assert lines[0].decode() == ",".join(COLUMNS)
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert small.get(f"{TALKS}.csv?bom=maybe").status_code == 422


def test_a_text_that_a_spreadsheet_would_run_is_only_a_text(talks: Mapping[str, dict[str, str]]) -> None:
    row = talks["formula"]
    assert row["summary"] == "'=1+1"
    assert row["condition"] == "' +if they go"
    assert row["unit"] == "'@days"
    assert row["quote"] == "'@SUM(A1)"
    assert row["outlets"] == "Outlet s1; =cmd|' /C calc'!A0", "only the first character of a cell is run"
    assert row["quantity"] == "-5", "a number is left alone"
    assert row["date"] == "2024-01-01"


def test_every_script_survives(talks: Mapping[str, dict[str, str]]) -> None:
    assert (talks["hebrew"]["summary"], talks["hebrew"]["quote"]) == (HEBREW, HEBREW)
    assert (talks["arabic"]["summary"], talks["arabic"]["quote"]) == (ARABIC, ARABIC)


def test_dates_say_no_more_than_is_known(talks: Mapping[str, dict[str, str]]) -> None:
    dates = ("date", "date_first", "date_last", "reported_on")
    assert [talks["month"][name] for name in dates] == ["2024-01", "2024-01-01", "2024-01-31", "2024-03-01"]
    assert [talks["year"][name] for name in dates] == ["2023", "2023-01-01", "2023-12-31", "2024-01-05"]
    assert talks["arabic"]["date"] == "2024-02-02~"


def test_quantities_have_bounds_only_where_they_are_numbers(talks: Mapping[str, dict[str, str]]) -> None:
    bounds = ("quantity", "quantity_min", "quantity_max", "unit")
    assert [talks["hebrew"][name] for name in bounds] == ["700–1,000", "700", "1000", "trucks"]
    assert [talks["t1"][name] for name in bounds] == ["42", "42", "42", "days"]
    assert [talks["t2"][name] for name in bounds] == ["several hundred", "", "", "trucks"]


def test_tracks_stand_apart_for_each_actor(talks: Mapping[str, dict[str, str]]) -> None:
    said = ("actors", "track", "attribution", "attributed_to", "anonymous", "origins")
    assert [talks["joint"][name] for name in said] == [
        "p; q", "own_side; others", "self; opponent",
        "an official of P (unnamed); an official of P (unnamed)", "yes; yes", "1; 1",
    ]  # fmt: skip
    assert [talks["w1"][name] for name in said] == ["q", "others", "opponent", "the office", "no", "1"]
    assert [talks["w2"][name] for name in said] == ["", "", "mediator", "M", "no", "1"]
    assert [talks["e"][name] for name in said] == ["", "", "", "", "no", "1"]
    assert [talks["gone"][name] for name in said] == ["q", "others", "", "", "no", "0"]
    assert [talks["formula"][name] for name in said] == ["p", "own_side", "self", "the office", "no", "2"]


def test_hearsay_is_not_in_the_row_of_what_is_from_its_own_side(small: TestClient) -> None:
    columns = ("track", "attribution", "attributed_to", "origins", "outlets", "quote")
    (early,) = rows(small, f"{TALKS}.csv?on=2024-01-09&q=hearsay")
    assert [early[name] for name in columns] == [
        "others", "opponent; third_party", "officials of Q (unnamed)", "1", "Outlet s1; Outlet s2",
        "they say so",
    ]  # fmt: skip
    assert early["anonymous"] == "no", "one report speaks in its own voice"
    (late,) = rows(small, f"{TALKS}.csv?on=2024-01-10&q=hearsay")
    assert [late[name] for name in columns] == ["own_side", "self", "P", "1", "Outlet s3", "we say so"]


def test_what_others_say_of_one_actor_is_not_counted_for_another_whose_own_side_says_so(
    reader: TestClient,
) -> None:
    (row,) = [
        one
        for one in rows(reader, "/negotiations/gaza/timeline.csv?on=2026-03-01&type=proposal")
        if one["id"] == "sharm-phase-one"
    ]
    parts = {name: row[name].split("; ") for name in ("actors", "track", "attribution", "origins")}
    assert set(parts["track"]) == {"own_side", "others"}
    shown = reader.get("/api/v1/negotiations/gaza/proposals/sharm-phase-one?on=2026-03-01").json()
    origins = {actor: side["origins"] for side in shown["sides"] for actor in side["actors"]}
    assert dict(zip(parts["actors"], map(int, parts["origins"]), strict=True)) == origins
    assert len(set(origins.values())) > 1


def test_denials_name_who_denies_and_sensitive_quotes_stay_out(small: TestClient) -> None:
    response = small.get(f"{TALKS}.csv?{END}")
    assert SENSITIVE not in response.text
    (row,) = rows(small, f"{TALKS}.csv?{END}&denied=1")
    assert (row["denied_by"], row["quote"]) == ("q", "")


def test_a_term_is_on_the_track_of_its_proposal_and_its_own_report_comes_first(
    talks: Mapping[str, dict[str, str]],
) -> None:
    row = talks["t2"]
    assert (row["proposal"], row["track"], row["issues"]) == ("x", "others", "k")
    assert row["outlets"] == "Outlet s3; Outlet s1"
    assert row["quote"] == "several hundred trucks"


def test_permalinks_are_whole_addresses_that_answer(
    small: TestClient, talks: Mapping[str, dict[str, str]]
) -> None:
    assert talks["t1"]["permalink"] == f"{PUBLIC_URL}/negotiations/reports/proposals/x#term-t1"
    assert talks["r1"]["permalink"] == f"{PUBLIC_URL}/negotiations/reports/proposals/x#response-r1"
    assert talks["w1"]["permalink"] == f"{PUBLIC_URL}/negotiations/reports/remarks/w1"
    for row in talks.values():
        path, _, place = row["permalink"].removeprefix(PUBLIC_URL).partition("#")
        response = small.get(path)
        assert response.status_code == 200, path
        assert f'id="{place}"' in response.text or not place


def test_what_is_possible_by_the_day_is_not_in_the_file(small: TestClient) -> None:
    ids = [row["id"] for row in rows(small, f"{TALKS}.csv?on=2024-01-15&basis=stated")]
    assert "month" not in ids
    assert "formula" in ids


def test_the_file_is_read_in_chunks_of_a_constant_number_of_statements(reader: TestClient) -> None:
    with statements(reader) as asked:
        found = rows(reader, f"{GAZA}.csv?on=2026-02-17")
    chunks = len(found) // 200 + 1
    assert len(found) > 600
    assert len(asked) <= 10 + 11 * chunks


def test_a_file_that_has_not_changed_is_not_sent_again(small: TestClient) -> None:
    tag = small.get(f"{TALKS}.csv?{END}").headers["etag"]
    again = small.get(f"{TALKS}.csv?{END}", headers={"if-none-match": tag})
    assert (again.status_code, again.text) == (304, "")


def test_a_wrong_filter_is_answered_in_words(small: TestClient) -> None:
    response = small.get(f"{TALKS}.csv?actor=nobody")
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("text/html")
    assert "Nobody here is called “nobody”" in response.text
    assert "etag" not in response.headers
