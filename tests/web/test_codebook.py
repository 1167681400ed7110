"""The codebook: no column without a meaning, and the same columns as the files themselves."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.exchange.package_schema import FILES
from app.web.columns import package_listings, table_listings, unused_meanings
from tests.services.databases import serving
from tests.web.pages import GAZA


def test_every_column_of_every_file_has_a_meaning_and_no_meaning_is_left_over(reader: TestClient) -> None:
    assert list(unused_meanings()) == []
    listed = list(csv.DictReader(io.StringIO(reader.get("/data.csv").text, newline="")))
    assert all(row["meaning"] or row["type"] for row in listed)
    files = {listing.name: [column.name for column in listing.columns] for listing in table_listings()}
    for name, path in (("Time line", "timeline"), ("Positions", "positions"), ("Comparison", "comparison")):
        text = reader.get(f"{GAZA}/{path}.csv?on=2024-04-03&profile=plain").text
        assert text.splitlines()[0].split(",") == files[name]
    text = reader.get(f"{GAZA}/timeline.csv?on=2024-04-03&profile=timelinejs").content.decode("utf-8-sig")
    assert text.splitlines()[0].split(",") == files["TimelineJS"]
    in_csv = [(row["file"], row["column"]) for row in listed]
    for listing in (*package_listings(), *table_listings()):
        assert all(column.meaning.endswith((".", ":")) for column in listing.columns), listing.key
        assert [(listing.name, column.name) for column in listing.columns] == [
            one for one in in_csv if one[0] == listing.name
        ]
    assert [listing.name for listing in package_listings()] == [file.path for file in FILES]
    assert ("Citation (API)", "relation") in in_csv, "what the API answers is in it too"


def test_the_page_explains_every_word(reader: TestClient) -> None:
    response = reader.get("/data")
    assert f'href="{GAZA}/data"' in response.text
    assert reader.get("/data", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    for word in ("red_line", "accepted_in_principle", "own_side", "dropped_by"):
        assert f"<dt><code>{word}</code></dt>" in response.text


@pytest.mark.parametrize(("file", "rows"), [("sources", "257"), ("demands", "487"), ("citations", "920")])
def test_a_negotiation_counts_what_its_package_has(reader: TestClient, file: str, rows: str) -> None:
    page = reader.get(f"{GAZA}/data").text
    assert f'<a href="/data#{file}">' in page
    assert page.partition(f'<a href="/data#{file}">')[2].partition("</td>")[0].endswith(f"<td>{rows}")


def test_every_file_that_is_offered_is_there(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/data?on=2024-04-03").text
    offered = [part.partition('"')[0] for part in page.partition('<dl class="facts">')[2].split('href="')[1:]]
    files = [one for one in offered if "." in one.rpartition("/")[2]]
    assert len(files) >= 12
    for one in files:
        assert reader.get(one.replace("&amp;", "&")).status_code == 200, one


def test_codes_of_other_data_sets_are_columns_only_where_they_are_given(
    templates: Any, tmp_path: Path, reader: TestClient
) -> None:
    file = tmp_path / "codes.toml"
    file.write_text('[negotiations.gaza.actors]\nhamas.wikidata = "Q123"\n')
    address = f"{GAZA}/timeline.csv?on=2024-04-03&profile=plain&type=demand"
    assert "wikidata" not in reader.get(address).text + reader.get("/data.csv").text
    template = templates("sqlite", *(DEMO / name for name in PACKAGES))
    with serving(f"sqlite:///{template}", crosswalk=file) as client:
        response = client.get(address)
        rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
        assert {row["actors_wikidata"] for row in rows if row["actors"] == "hamas"} == {"Q123"}
        assert {row["actors_wikidata"] for row in rows if row["actors"] == "israel"} == {""}
        assert "actors_wikidata" in client.get("/data.csv").text
        assert "Wikidata ids of the actors" in client.get("/data").text
        assert response.headers["etag"] != reader.get(address).headers["etag"]
