"""Records, actors, issues, reports and links as JSON: what the pages show, a page at a time, whole."""

import csv
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.domain.vocabulary import RecordType
from app.web.api.records import EXAMPLES
from tests.services.databases import PUBLIC_URL, serving
from tests.web.filled import filled
from tests.web.test_timeline import statements

GAZA = "/api/v1/negotiations/gaza"
NOUNS = [f"{type_.value}s" for type_ in RecordType]


@pytest.fixture(scope="module")
def site(templates: Any) -> Iterator[TestClient]:
    """A reader on SQLite; that both databases give the same is shown once, by ``reader``."""
    with serving(f"sqlite:///{templates('sqlite', *(DEMO / name for name in PACKAGES))}") as client:
        yield client


def rows_of_package(name: str, file: str) -> list[dict[str, str]]:
    with (DEMO / name / f"{file}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def whole(client: TestClient, address: str, key: str) -> list[Any]:
    """All that a list has, read by following its links."""
    found: list[Any] = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.text)
        found += answer.json()[key]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        address = link[1].removeprefix(PUBLIC_URL) if link else ""
    return found


def test_every_list_read_to_its_end_has_what_the_package_has(reader: TestClient) -> None:
    """On the last day of all everything is known, so nothing may be missing and nothing there twice."""
    keys = {"sources": "id", "actors": "id", "issues": "id"} | dict.fromkeys(NOUNS, "id")
    for noun in keys:
        found = [one["id"] for one in whole(reader, f"{GAZA}/{noun}?limit=200", noun)]
        assert sorted(found) == sorted(row["id"] for row in rows_of_package("gaza", noun)), noun
    links = whole(reader, f"{GAZA}/links?limit=40", "links")
    columns = ("from", "relation", "to")
    assert [[link[name] for name in columns] for link in links] == [
        [row[name] for name in columns] for row in rows_of_package("gaza", "links")
    ]
    assert whole(reader, f"{GAZA}/coverage", "coverage") == []
    assert {one["id"] for one in whole(reader, "/api/v1/negotiations?limit=1", "negotiations")} == {
        "gaza",
        "gaza-april-2024",
    }


def test_a_record_has_its_columns_its_citations_and_on_which_track_it_stands(reader: TestClient) -> None:
    answer = reader.get(f"{GAZA}/demands/{EXAMPLES[RecordType.DEMAND]}?on=2024-09-04").json()
    (row,) = (r for r in rows_of_package("gaza", "demands") if r["id"] == answer["id"])
    assert answer["holders"] == row["holders"].split("|")
    assert answer["issues"] == row["issues"].split("|")
    assert {name: answer[name] or "" for name in ("kind", "summary", "stated", "quantity", "unit")} == {
        name: row[name] for name in ("kind", "summary", "stated", "quantity", "unit")
    }
    cited = [
        r
        for r in rows_of_package("gaza", "citations")
        if (r["subject_type"], r["subject"]) == ("demand", answer["id"])
    ]
    assert [(c["source"], "|".join(c["speakers"])) for c in answer["citations"]] == [
        (r["source"], r["speakers"]) for r in cited
    ]
    assert answer["as_of"] == {
        "on": "2024-09-04",
        "basis": "reported",
        "is_later": False,
        "is_possible": False,
    }
    assert answer["sides"][0]["track"] in ("own_side", "others")
    alone = reader.get(f"{GAZA}/demands/{answer['id']}/citations?on=2024-09-04").json()
    assert alone["citations"] == answer["citations"]


def test_a_proposal_has_its_terms_and_tells_nothing_ahead_of_the_day(site: TestClient) -> None:
    there = site.get(f"{GAZA}/proposals/israel-may-27-2024?on=2024-09-04").json()
    terms = [r["id"] for r in rows_of_package("gaza", "terms") if r["proposal"] == "israel-may-27-2024"]
    assert there["terms"] == [term["id"] for term in there["term_records"]] == terms
    ended = [row for row in rows_of_package("gaza", "proposals") if row["ended"] and row["outcome"]]
    assert ended
    for row in ended[:3]:
        own = site.get(f"{GAZA}/proposals/{row['id']}?on=2000-01-01").json()
        assert own["as_of"]["is_later"] is True
        last = site.get(f"{GAZA}/proposals/{row['id']}").json()
        assert (last["ended"], last["outcome"]) == (row["ended"], row["outcome"])
        assert last["as_of"]["on"] > own["as_of"]["on"]
        if row["ended"] > own["as_of"]["on"]:
            assert (own["ended"], own["outcome"]) == (None, None), row["id"]


def test_what_is_listed_on_a_day_names_nothing_that_was_not_known_by_it(site: TestClient) -> None:
    day = "2024-02-10"
    known = {
        noun: {one["id"] for one in whole(site, f"{GAZA}/{noun}?on={day}&limit=200", noun)} for noun in NOUNS
    }
    for demand in whole(site, f"{GAZA}/demands?on={day}&limit=200", "demands"):
        assert {demand["proposal"]} - {None} <= known["proposals"]
        assert {demand["overtaken_by"]} - {None} <= known["events"]
        assert set(demand["contradicts"]) <= known["demands"]
        assert all(c["published"] <= day for c in demand["citations"])
        assert demand["reported_on"] <= day
    for proposal in whole(site, f"{GAZA}/proposals?on={day}", "proposals"):
        assert {proposal["amends"]} - {None} <= known["proposals"]
        assert set(proposal["terms"]) <= known["terms"]
    for link in whole(site, f"{GAZA}/links?on={day}", "links"):
        assert {link["from"], link["to"]} <= known["demands"]


def test_the_next_page_is_of_the_same_day_and_a_place_is_nothing_to_be_made_by_hand(site: TestClient) -> None:
    answer = site.get(f"{GAZA}/demands?limit=3&actor=hamas")
    link = answer.headers["link"]
    assert f"on={answer.json()['on']}" in link
    assert "actor=hamas" in link
    assert "~" not in link
    for noun in (*NOUNS, "timeline", "sources", "actors", "issues", "links", "coverage"):
        for place in ("zzz", "=", "é", "Zm9v", "Mn4y", "LTF-LTE", "OTk5OTk5OTk5OTk5"):
            found = site.get(f"{GAZA}/{noun}", params={"after": place})
            assert found.status_code in (200, 422), (noun, place)
            if found.status_code == 422:
                assert found.json()["errors"]["after"].startswith("This is no place"), (noun, place)


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ("demands?limit=0", "limit", "from 1 to 200"),
        ("demands?limit=1000", "limit", "from 1 to 200"),
        ("sources?limit=x", "limit", "from 1 to 200"),
        ("timeline?type=x", "type", "is no type of record"),
        ("demands?actor=nobody", "actor", "Nobody here is called"),
        ("demands?issue=nothing", "issue", "No issue here is called"),
        ("remarks?on=2024-13-01", "on", "2024-13-01"),
        ("sources?status=x", "status", "does"),
        ("events?from=2025&to=2024", "to", "earlier date first"),
        ("actors?basis=x", "basis", "is no basis"),
        ("comparison?columns=nobody", "columns", "Nothing here is called"),
        ("comparison?columns=hamas@x", "columns", "x"),
        ("changes?from=2024-05-01&to=2024-04-01", "from", "days"),
        ("changes?from=x", "from", "x"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    site: TestClient, address: str, field: str, words: str
) -> None:
    answer = site.get(f"{GAZA}/{address}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["errors"][field]


def test_an_answer_may_be_kept_and_read_from_any_site_but_by_nobody_in_particular(site: TestClient) -> None:
    for address in ("demands", "proposals/israel-may-27-2024", "sources", "actors", "comparison", "changes"):
        answer = site.get(f"{GAZA}/{address}", headers={"origin": "https://elsewhere.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in answer.headers
        again = site.get(f"{GAZA}/{address}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = site.head(f"{GAZA}/{address}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["etag"] == answer.headers["etag"]
    asked = site.options(
        f"{GAZA}/demands",
        headers={"origin": "https://elsewhere.example", "access-control-request-method": "POST"},
    )
    assert asked.status_code == 204
    assert "POST" not in asked.headers["access-control-allow-methods"]
    assert "authorization" not in asked.headers["access-control-allow-headers"].lower()
    sent = site.post(f"{GAZA}/demands", json={}, headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in sent.headers
    assert "access-control-allow-origin" not in site.get("/negotiations/gaza").headers


def test_a_record_that_is_not_here_is_a_problem(site: TestClient) -> None:
    for address in (*(f"{noun}/none" for noun in NOUNS), "sources/none", "actors/none", "issues/none"):
        answer = site.get(f"{GAZA}/{address}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert site.get("/api/v1/negotiations/none/demands").status_code == 404
    past = site.get(f"{GAZA}/demands?basis=recorded&on=2020-01-01")
    assert past.status_code == 404
    assert "Nothing was recorded" in past.json()["title"]


def test_a_retracted_record_keeps_its_address_and_says_why(desk_client: TestClient) -> None:
    page = "/negotiations/gaza/demands/isr-2023-11-09-no-fuel"
    data = filled(desk_client, f"{page}/edit", reason="It was entered twice.")
    answer = desk_client.post(f"{page}/retract", data=data)
    assert answer.status_code == 303, answer.text
    gone = desk_client.get(f"/api/v1{page}")
    assert gone.status_code == 410
    assert gone.json()["detail"] == "It was entered twice."
    ids = {one["id"] for one in whole(desk_client, f"{GAZA}/demands?limit=200", "demands")}
    assert "isr-2023-11-09-no-fuel" not in ids


def test_positions_side_by_side_are_those_of_the_table(site: TestClient) -> None:
    answer = site.get(
        f"{GAZA}/comparison?columns=hamas@2024-02-07,israel,proposal:israel-may-27-2024,latest:agreed"
        "&on=2024-09-04"
    ).json()
    assert [column["type"] for column in answer["columns"]] == ["party", "party", "proposal", "proposal"]
    told = {issue["issue"]: issue for issue in site.get(f"{GAZA}/positions?on=2024-09-04").json()["issues"]}
    for issue in answer["issues"]:
        cell = next(cell for cell in issue["cells"] if cell["column"] == "israel")
        same = next(cell for cell in told[issue["issue"]]["cells"] if cell["holder"] == "israel")
        for slot in ("asks", "refuses", "accepted", "others_say", "says"):
            assert {claim["id"] for claim in cell[slot]} == {item["id"] for item in same[slot]}
        assert all(claim["track"] == "own_side" for claim in cell["asks"] + cell["refuses"])
        assert all(claim["track"] == "others" for claim in cell["others_say"])
    pair = site.get(f"{GAZA}/comparison?columns=israel,hamas&on=2024-09-04").json()["gap_counts"][0]
    assert pair["aligned"] + pair["overlapping"] + pair["apart"] + pair["not_comparable"] == pair["issues"]


def test_changes_are_those_of_the_page(site: TestClient) -> None:
    answer = site.get(f"{GAZA}/changes?from=2024-07-01&to=2024-07-31").json()
    page = site.get("/negotiations/gaza/changes?from=2024-07-01&to=2024-07-31").text
    assert answer["cells"]
    for cell in answer["cells"]:
        for line in cell["came"]:
            assert line["id"] in page
    for proposal in answer["put_forward"]:
        assert proposal in page


@pytest.mark.parametrize(
    "query",
    [
        "q=corridor&on=2024-09-04",
        "q=hamas&negotiation=gaza&track=others&to=2024-02",
        "q=Netzarim&type=demand",
    ],
)
def test_what_is_found_is_what_the_page_finds(site: TestClient, query: str) -> None:
    answer = site.get(f"/api/v1/search?{query}")
    page = unescape(site.get(f"/search?{query}").text)
    assert answer.json()["hits"]
    assert page.count('class="claim') >= len(answer.json()["hits"])
    for hit in answer.json()["names"] + answer.json()["hits"]:
        path, _, place = hit["page"].removeprefix(PUBLIC_URL).partition("#")
        assert f'href="{path.partition("?")[0]}' in page, hit
        assert not place or f"#{place}" in page
        assert hit["found"], hit
    pages = whole(site, f"/api/v1/search?{query}", "hits")
    assert len({(hit["negotiation"], hit["type"], hit["id"]) for hit in pages}) == len(pages)


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "q"), ("q=x&negotiation=none", "negotiation"), ("q=x&after=zz", "after"), ("q=x&actor=a", "actor")],
)
def test_a_search_that_cannot_be_made_is_told_so(site: TestClient, query: str, field: str) -> None:
    answer = site.get(f"/api/v1/search?{query}")
    assert (answer.status_code, field in answer.json()["errors"]) == (422, True), answer.text


def test_the_number_of_statements_does_not_grow_with_the_page(site: TestClient) -> None:
    for noun in ("demands", "proposals", "timeline", "sources"):
        counts = []
        for limit in (5, 30):
            with statements(site) as asked:
                assert site.get(f"{GAZA}/{noun}?limit={limit}&on=2024-09-04").status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1] < 30, noun
