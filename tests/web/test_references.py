"""Reports for reference managers and records as linked data, as the programs that read them see them."""

import json
import re
import warnings
from typing import Any

import pytest
import rispy  # type: ignore[import-untyped]
from bibtexparser.entrypoint import parse_string
from citeproc import (  # type: ignore[import-untyped]
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from starlette.testclient import TestClient

from app.db import write_session
from app.domain.vocabulary import SourceKind, SourceStatus
from app.exchange.references import bibtex, csl_json, ris
from app.models import Citation as CitationRow
from app.models import Source
from app.queries.reports import SourceFull
from tests.services.databases import PUBLIC_URL, engine_of
from tests.web.reports import SENSITIVE

GAZA = "/negotiations/gaza"
END = "on=2026-03-01"
ENDS = ("csl.json", "bib", "ris")

STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
 <info><title>Plain</title><id>plain</id><updated>2024-01-01T00:00:00+00:00</updated></info>
 <citation><layout><text variable="title"/></layout></citation>
 <bibliography><layout><names variable="author"/><text variable="title" prefix=" “" suffix="” "/>
  <text variable="container-title"/><date variable="issued" form="text"/><text variable="URL"/></layout>
 </bibliography>
</style>"""


def _as_a_csl_processor_prints(items: Any, folder: Any) -> list[str]:
    style = folder / "plain.csl"
    style.write_text(STYLE)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ResourceWarning)
        made = CitationStylesBibliography(
            CitationStylesStyle(str(style), validate=False), CiteProcJSON(items), formatter.plain
        )
    for item in items:
        made.register(Citation([CitationItem(item["id"])]))
    return [str(entry) for entry in made.bibliography()]


def test_every_report_is_read_by_the_programs_for_which_it_is_written(
    reader: TestClient, tmp_path: Any
) -> None:
    page = reader.get(f"{GAZA}/sources?{END}").text
    texts = {}
    for end in ENDS:
        assert f'href="{GAZA}/sources.{end}?{END}"' in page
        response = reader.get(f"{GAZA}/sources.{end}?{END}")
        assert response.status_code == 200
        again = reader.get(f"{GAZA}/sources.{end}?{END}", headers={"if-none-match": response.headers["etag"]})
        assert again.status_code == 304
        texts[end] = response.text
    items = json.loads(texts["csl.json"])
    entries = parse_string(texts["bib"])
    records = rispy.loads(texts["ris"])
    assert entries.failed_blocks == []
    assert len(items) == len(entries.entries) == len(records) == 257
    assert all(not record.get("unknown_tag") for record in records)
    for item, entry, record in zip(items, entries.entries, records, strict=True):
        assert item["id"] == entry.key == record["id"]
        assert record["secondary_title"] == item["container-title"]
        assert ("title" in item) == ("title" in entry.fields_dict) == ("title" in record)
        assert item.get("URL") == (record.get("urls") or [None])[0]
    printed = _as_a_csl_processor_prints(items, tmp_path)
    assert len(printed) == 257
    assert all(item["container-title"].split()[0] in text for item, text in zip(items, printed, strict=True))


def test_a_report_has_its_files_on_its_page_and_nothing_is_made_up(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/sources/scmp-2023-12-25").text
    for end in ENDS:
        address = f"{GAZA}/sources/scmp-2023-12-25.{end}"
        assert page.count(f'href="{address}"') == 2, "in its head and on the page"
        assert reader.get(address).status_code == 200
    (item,) = json.loads(reader.get(f"{GAZA}/sources/scmp-2023-12-25.csl.json").text)
    assert item["issued"] == {"date-parts": [[2023, 12, 25]]}
    assert "accessed" not in item
    assert reader.get(f"{GAZA}/sources/nowhere.ris").status_code == 404
    assert reader.get(f"{GAZA}/sources.bib?on=then").status_code == 422
    early = json.loads(reader.get(f"{GAZA}/sources.csl.json?on=2023-11-30").text)
    assert 0 < len(early) < 50, "what was known by then"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("day", "basis"), [("2024-01-01", "reported"), ("2024-01-01", "stated"), ("2026-03-01", "recorded")]
)
def test_a_file_has_the_reports_of_the_page(reader: TestClient, day: str, basis: str) -> None:
    of_day = f"on={day}&basis={basis}"
    page = reader.get(f"{GAZA}/sources?{of_day}").text
    listed = re.search(r"(\d+) reports?, ", re.sub(r"<[^>]+>|\s+", " ", page))
    ids, older = set(), f"/api/v1{GAZA}/sources?{of_day}&limit=100"
    while older:
        response = reader.get(older)
        ids |= {f"gaza-{report['id']}" for report in response.json()["sources"]}
        older = response.links.get("next", {}).get("url", "").removeprefix(PUBLIC_URL)
    assert len(ids) == (int(listed[1]) if listed else 0)
    items = json.loads(reader.get(f"{GAZA}/sources.csl.json?{of_day}").text)
    assert {item["id"] for item in items} == ids
    assert [entry.key for entry in parse_string(reader.get(f"{GAZA}/sources.bib?{of_day}").text).entries] == [
        item["id"] for item in items
    ]
    records = rispy.loads(reader.get(f"{GAZA}/sources.ris?{of_day}").text)
    assert [record["id"] for record in records] == [item["id"] for item in items]


def _source(**more: Any) -> SourceFull:
    columns: dict[str, Any] = dict.fromkeys(SourceFull.__slots__)
    usual = {"id": "s", "outlet": "The Outlet", "published": "2024-04-03", "language": "en"}
    return SourceFull(**{**columns, **usual, **more})


DATES = [
    ("2024-04-03", [[2024, 4, 3]], "2024/04/03/", False),
    ("2024-04-03~", [[2024, 4, 3]], "2024/04/03/about", True),
    ("2024-04", [[2024, 4]], "2024/04//", False),
    ("2024", [[2024]], "2024///", False),
    ("2024-04-01/2024-04-03", [[2024, 4, 1], [2024, 4, 3]], "///2024-04-01 to 2024-04-03", False),
]


@pytest.mark.parametrize(("published", "parts", "in_ris", "about"), DATES)
def test_a_date_says_no_more_than_is_known(
    published: str, parts: list[list[int]], in_ris: str, about: bool
) -> None:
    source = _source(published=published)
    (item,) = json.loads(b"".join(csl_json("n", [source])))
    assert item["issued"] == {"date-parts": parts} | ({"circa": True} if about else {})
    entry = parse_string(b"".join(bibtex("n", [source])).decode()).entries[0]
    assert entry["date"] == published
    assert ("month" in entry.fields_dict) == (len(parts) == 1 and len(parts[0]) > 1)
    (record,) = rispy.loads(b"".join(ris("n", [source])).decode())
    assert record["date"] == in_ris


@settings(max_examples=30)
@given(
    title=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(
        str.strip
    ),
    kind=st.sampled_from(SourceKind),
    status=st.sampled_from(SourceStatus),
)
def test_whatever_a_report_is_called_it_stays_one_entry(
    title: str, kind: SourceKind, status: SourceStatus
) -> None:
    source = _source(
        title=title, author=title, kind=kind, status=status, archive_url="https://archive.example/{x}"
    )
    words = " ".join(title.split())
    (item,) = json.loads(b"".join(csl_json("n", [source])))
    assert item["title"] == words
    entries = parse_string(b"".join(bibtex("n", [source, source])).decode())
    assert len(entries.failed_blocks) <= 1, "the second has the key of the first"
    assert [*entries.entries[0].fields_dict][:3] == ["title", "author", "howpublished"]
    records = rispy.loads(b"".join(ris("n", [source, source])).decode())
    assert len(records) == 2
    assert records[0]["notes"][0] == "Archived: https://archive.example/{x}"


# --- Linked data ----------------------------------------------------------------------------------------


def _graph(client: TestClient, address: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/ld+json"
    claim, *annotations = response.json()["@graph"]
    assert claim["@type"] == "Claim"
    assert {one["type"] for one in annotations} <= {"Annotation"}
    return claim, annotations


def test_a_demand_is_a_claim_with_where_it_appeared_and_its_quotations(reader: TestClient) -> None:
    at = f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power"
    page = reader.get(f"{at}?on=2024-09-04").text
    assert f'<link rel="alternate" type="application/ld+json" href="{at}.jsonld?on=2024-09-04">' in page
    claim, annotations = _graph(reader, f"{at}.jsonld?on=2024-09-04")
    assert claim["@id"] == f"{PUBLIC_URL}{at}?on=2024-09-04"
    assert claim["text"] in page
    assert "Denied" in claim["keywords"]
    assert re.search("Denied by .*; ", claim["description"])
    denying = [one for one in annotations if one["motivation"] == "questioning"]
    assert denying
    against = {report["@id"] for report in claim["subjectOf"]}
    assert against == {one["target"]["source"] for one in denying}
    assert len(claim["appearance"]) == 2
    assert all(one["target"]["selector"]["exact"] for one in annotations if "selector" in one["target"])
    assert "author" not in claim
    assert "rating" not in json.dumps([claim, annotations]).lower()


@pytest.mark.one_database
@pytest.mark.parametrize("basis", ["reported", "stated"])
def test_what_is_not_known_yet_is_told_of_the_first_day_on_which_it_is_and_named_so(
    small: TestClient, basis: str
) -> None:
    at = "/negotiations/reports/demands/later"
    claim, annotations = _graph(small, f"{at}.jsonld?on=2024-01-01&basis={basis}")
    of_day = f"on=2024-01-02&basis={basis}"
    assert claim["@id"] == claim["url"] == f"{PUBLIC_URL}{at}?{of_day}"
    assert "on=2024-01-01" not in json.dumps([claim, annotations])
    assert (claim, annotations) == _graph(small, f"{at}.jsonld?{of_day}"), "as on that day, and no later"


@pytest.mark.one_database
def test_where_it_appeared_tells_the_two_tracks_apart(small: TestClient) -> None:
    claim, _ = _graph(small, "/negotiations/reports/demands/later.jsonld?on=2024-12-31")
    told = [
        (report["mainEntityOfPage"].split("?")[0][-2:], report["keywords"]) for report in claim["appearance"]
    ]
    assert told == [("s3", ["From its own side"]), ("s1", ["Said by others"]), ("s2", ["Said by others"])]
    assert [report["description"] for report in claim["appearance"]][:2] == [
        "P, from its own side: P; Outlet s3, 10 January 2024.",
        "P, as described by officials of Q (unnamed) (another party); Outlet s1, 2 January 2024.",
    ]
    joint, _ = _graph(small, "/negotiations/reports/demands/joint.jsonld?on=2024-12-31")
    # One report, which is the own side of the one holder alone.
    assert [report["keywords"] for report in joint["appearance"]] == [
        ["From its own side"],
        ["Said by others"],
    ]
    assert [report["description"].split(",")[0] for report in joint["appearance"]] == ["P", "Q"]
    denied, _ = _graph(small, "/negotiations/reports/demands/denied.jsonld?on=2024-12-31")
    (against,) = denied["subjectOf"]
    assert against["keywords"] == ["Denied"]
    assert against["description"].startswith("Denied by Q; ")


@pytest.mark.parametrize(
    "at",
    ["remarks/remark-il-2024-09-04-reduced-presence", "responses/r-november-truce-israel"],
)
def test_remarks_and_answers_are_claims_too(reader: TestClient, at: str) -> None:
    assert f'href="{GAZA}/{at}.jsonld"' in reader.get(f"{GAZA}/{at}").text
    claim, annotations = _graph(reader, f"{GAZA}/{at}.jsonld")
    assert claim["description"]
    assert annotations
    assert reader.get(f"{GAZA}/{at}.jsonld?on=never").status_code == 422


def test_a_sensitive_quotation_is_not_in_it(small: TestClient) -> None:
    response = small.get("/negotiations/reports/demands/denied.jsonld?on=2024-12-31")
    assert response.status_code == 200
    assert SENSITIVE not in response.text


def test_a_kept_copy_stands_beside_the_report_and_what_waits_is_not_linked(desk: TestClient) -> None:
    copy = "https://archive.example/copy"
    with write_session(engine_of(desk)) as session:
        of = (Source.negotiation == "gaza") & (Source.id == "scmp-2023-12-25")
        session.execute(update(Source).where(of).values(archive_url=copy))
        cited = (CitationRow.negotiation == "gaza") & (CitationRow.subject == "isr-2023-11-09-no-fuel")
        session.execute(update(CitationRow).where(cited).values(review_status="submitted"))
        session.commit()
    at = f"{GAZA}/demands/hamas-2023-12-25-rejects-giving-up-power"
    assert f'href="{copy}"' in desk.get(at).text
    assert desk.get(f"{GAZA}/sources/scmp-2023-12-25").text.count(f'href="{copy}"') == 2
    claim, annotations = _graph(desk, f"{at}.jsonld")
    assert copy in [report.get("archivedAt") for report in claim["appearance"]]
    assert {"type": "TimeState", "cached": copy} in [one["target"].get("state") for one in annotations]
    assert _graph(desk, f"{GAZA}/demands/isr-2023-11-09-no-fuel.jsonld")[1] == []
