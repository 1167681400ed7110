"""What changed between two days, as a reader gets it."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.make import talks, write_package
from tests.services.databases import KINDS, serving
from tests.web.test_positions import table

GAZA = "/negotiations/gaza"
COUNTS = re.compile(r"\(\d+ reports[^)]*\)")
JULY = f"{GAZA}/changes?from=2024-07-01&to=2024-07-31"


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_july_2024_is_told_issue_by_issue_and_party_by_party(reader: TestClient) -> None:
    cells = table(reader, JULY)
    hamas = cells["permanent-end-of-war"]["Hamas"]
    assert hamas.startswith("New Acceptance 6 Jul 2024 Hamas drops its demand")
    assert "Own side: Hamas official, unnamed, AP (Manila Bulletin)" in hamas
    assert "Not in the table any more 11 Jun 2024 Demand:" in hamas
    assert "Still standing, behind a later one" in hamas
    assert cells["ceasefire-duration"] == {"Israel": "Nothing changed", "Hamas": "Nothing changed"}
    assert "Others say · condition 4 Jul 2024" in cells["hostage-release"]["Hamas"]


def test_what_reads_the_same_on_both_days_is_not_listed_and_what_differs_is(reader: TestClient) -> None:
    changes = table(reader, JULY)
    columns = "columns=israel,hamas"
    before = table(reader, f"{GAZA}?on=2024-07-01&{columns}")
    after = table(reader, f"{GAZA}?on=2024-07-31&{columns}")
    for issue, parties in changes.items():
        for party, text in parties.items():
            # More reports of the same are no change; and a cell may have read otherwise between both days.
            one, other = (COUNTS.sub("", day[issue][party]) for day in (before, after))
            same = one == other
            assert (text == "Nothing changed") <= same, (issue, party)
            assert same <= (text == "Nothing changed" or "on days between" in text), (issue, party)


def test_a_line_that_gave_way_says_to_which_record(reader: TestClient) -> None:
    page = reader.get(JULY).text
    assert re.search(
        r'Said again since</b>; <a href="/negotiations/gaza/demands/[^"]+">see the record of', page
    )


def test_what_was_replaced_behind_the_table_is_told_too(reader: TestClient) -> None:
    hamas = table(reader, JULY)["permanent-end-of-war"]["Hamas"]
    behind = hamas.partition("Replaced; it stood behind a later one")[2]
    assert behind.startswith(" 4 May 2024 Demand:")
    assert (
        "Replaced ; see the record of 6 Jul 2024" in behind or "Replaced; see the record of 6 Jul" in behind
    )


def test_proposals_and_answers_of_these_days_are_listed_and_others_are_not(reader: TestClient) -> None:
    text = words(reader.get(JULY).text)
    put_forward = text.partition("Proposals put forward")[2].partition("Answers given")[0]
    assert "Hamas text of 2 July 2024" in put_forward
    assert "27 May" not in put_forward
    quiet = words(reader.get(f"{GAZA}/changes?from=2024-07-09&to=2024-07-17").text)
    assert quiet.count("None in these days") >= 2
    assert "On no issue did anything change for Israel, Hamas and Palestinian Islamic Jihad." in quiet


@pytest.fixture(scope="module", params=KINDS)
def endings(
    request: pytest.FixtureRequest, templates: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A reader of talks with proposals put forward on one day, which ended at different times."""
    tables = talks()
    tables["proposals"] = [
        {"id": id_, "title": id_.upper(), "proposed_by": "m", "presented": "2024-01-01", "ended": ended}
        | {"outcome": "lapsed"}
        for id_, ended in (("x1", "2024-02-20"), ("x2", "2024"), ("x3", "2024-01-05"), ("x4", "2024-01-06"))
    ]
    cited = {"subject_type": "proposal", "source": "s1", "attribution": "third_party"}
    tables["citations"] = [row for row in tables["citations"] if row["subject_type"] != "proposal"]
    tables["citations"] += [{**cited, "subject": row["id"]} for row in tables["proposals"]]
    package = write_package(tmp_path_factory.mktemp("package") / "endings", tables)
    template = templates(request.param, package)
    url = f"sqlite:///{template}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").url(template)
    with serving(url) as client:
        yield client


@pytest.mark.parametrize(
    ("days", "ended"),
    [
        ("from=2024-02-01&to=2024-02-29", ["x1"]),
        ("from=2024-01-05&to=2024-01-31", ["x4"]),
        ("from=2024-12-01&to=2024-12-30", []),
        ("from=2024-12-01&to=2025-01-15", ["x2"]),
    ],
)
def test_an_end_is_told_on_its_days_however_many_proposals_there_are(
    endings: TestClient, monkeypatch: pytest.MonkeyPatch, days: str, ended: list[str]
) -> None:
    monkeypatch.setattr("app.queries.changes.MOST_RECORDS", 1)
    page = endings.get(f"/negotiations/talks/changes?{days}").text.partition('id="ended"')[2]
    assert re.findall(r'id="proposal-(\w+)"', page) == ended


def test_what_changed_leads_to_both_days_side_by_side_and_to_the_history(reader: TestClient) -> None:
    page = reader.get(JULY).text
    links = {unescape(link) for link in re.findall(r'href="([^"]+)"', page)}
    beside = f"{GAZA}?on=2024-07-31&columns=hamas@2024-07-01,hamas@2024-07-31"
    assert beside in links
    assert f"{GAZA}/positions/hamas/permanent-end-of-war?on=2024-07-31" in links
    assert reader.get(beside).status_code == 200


def test_the_later_day_is_that_of_the_view_and_the_earlier_a_month_before(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/changes?on=2024-03-31").text
    assert 'name="from" type="date" value="2024-02-29"' in page
    assert 'name="to" type="date" value="2024-03-31"' in page
    assert "Between the end of 29 February 2024 and the end of 31 March 2024" in words(page)


@pytest.mark.parametrize(
    ("query", "fault", "typed"),
    [
        ("from=2024-08-01&to=2024-07-31", "2024-08-01 is not before 2024-07-31", "2024-08-01"),
        ("from=2024-07-31&to=2024-07-31", "write the earlier of the two days first", "2024-07-31"),
        ("from=July&to=2024-07-31", "July", 'value="July"'),
        ("from=2024-07-01&to=soon", "soon", 'value="soon"'),
        ("from=2024-07-01&to=2024-07-31&basis=rumour", "“rumour” is no basis", "2024-07-01"),
        ("from=2024-07-01&to=2999-01-01&basis=recorded", "This day is still to come", "2999-01-01"),
        ("from=2024-07-01&basis=recorded", "its records begin on 2026-03-01", "2024-07-01"),
    ],
)
def test_what_cannot_be_compared_is_said_beside_its_field(
    reader: TestClient, query: str, fault: str, typed: str
) -> None:
    response = reader.get(f"{GAZA}/changes?{query}")
    assert response.status_code == 422
    assert fault in words(response.text)
    assert typed in unescape(response.text)
    assert "Nothing is shown until both days are right" in response.text


def test_with_hindsight_the_same_days_read_by_when_it_was_stated(reader: TestClient) -> None:
    page = reader.get(f"{JULY}&basis=stated")
    assert page.status_code == 200
    assert "with hindsight" in page.text
    rooms = re.search(r'<nav [^>]*id="rooms".*?</nav>', page.text, re.DOTALL)
    assert rooms
    assert f"{GAZA}?on=2024-07-31&amp;basis=stated" in rooms[0]


def test_a_negotiation_that_nobody_knows_is_no_page(reader: TestClient) -> None:
    assert reader.get("/negotiations/nowhere/changes").status_code == 404


def test_days_without_a_change_lead_to_the_last_one_before(reader: TestClient) -> None:
    page = unescape(reader.get(f"{GAZA}/changes?from=2026-10-28&to=2026-11-28").text)
    assert "no position changed" in page
    assert "The last change before was on 17 Feb 2026." in page
    (address,) = re.findall(r'href="([^"]+)">What changed then', page)
    assert "2 positions (each one party on one issue) changed" in reader.get(address).text
