"""Positions as JSON: every worked case through import and HTTP, and faults in words."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.web.api.positions import Positions
from tests.make import write_package
from tests.services.databases import KINDS, serving
from tests.web.reports import reports
from tests.web.test_timeline import statements

CASES = Path(__file__).parents[1] / "domain" / "cases"
GAZA = "/api/v1/negotiations/gaza/positions"
SLOTS = ("asks", "refuses", "accepted", "others_say", "says", "possible")
NOTHING: dict[str, Any] = {slot: set() for slot in (*SLOTS, "standing")} | {"contested": False}


def cases() -> list[Any]:
    return list(json.loads((CASES / "cases.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module", params=KINDS)
def worked(
    request: pytest.FixtureRequest, templates: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """The worked cases, each a negotiation of its own, in one database of either kind."""
    folder = tmp_path_factory.mktemp("cases")
    packages = []
    for number, case in enumerate(cases()):
        negotiation = [{**case["tables"]["negotiation"][0], "id": f"case-{number}"}]
        tables = {**case["tables"], "negotiation": negotiation}
        packages.append(write_package(folder / f"case-{number}", tables))
    template = templates(request.param, *packages)
    url = f"sqlite:///{template}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").url(template)
    with serving(url) as client:
        yield client


Cells = dict[tuple[str, str], dict[str, Any]]


def cells(client: TestClient, address: str) -> Cells:
    """The cells of an answer in the form of the worked cases: slots as sets of ids."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    found = {}
    for issue in response.json()["issues"]:
        for cell in issue["cells"]:
            ids = {slot: {item["id"] for item in cell[slot]} for slot in SLOTS}
            standing = set(cell["standing"])
            assert len(standing) == cell["standing_count"]
            marks = {"contested": cell["contested"], "empty": cell["empty"]}
            found[cell["holder"], issue["issue"]] = {**ids, "standing": standing, **marks}
    return found


def expected(cell: dict[str, Any]) -> dict[str, Any]:
    return {key: set(ids) if isinstance(ids, list) else ids for key, ids in cell.items()}


@pytest.mark.parametrize(("number", "case"), list(enumerate(cases())), ids=[case["name"] for case in cases()])
def test_each_worked_case_holds(worked: TestClient, number: int, case: dict[str, Any]) -> None:
    answers: dict[str, Cells] = {}
    for wanted in case["expect"]:
        address = f"/api/v1/negotiations/case-{number}/positions?on={wanted['on']}&basis={wanted['basis']}"
        if address not in answers:
            answers[address] = cells(worked, f"{address}&standing=1")
        found = answers[address]
        cell = found.get((wanted["holder"], wanted["issue"]), NOTHING | {"empty": "none"})
        assert cell == expected(wanted["cell"]), case["why"]


def gaza_cells() -> dict[tuple[str, str], Cells]:
    days: dict[tuple[str, str], Cells] = {}
    for cell in json.loads((CASES / "gaza-cells.json").read_text(encoding="utf-8")):
        of_day = days.setdefault((cell["on"], cell["basis"]), {})
        known = {key: value for key, value in cell.items() if key in (*NOTHING, "empty")}
        of_day[cell["holder"], cell["issue"]] = NOTHING | {"empty": None} | expected(known)
    return days


GAZA_CELLS = gaza_cells()


# The other database gives the same answers: tests.web.test_parity.
@pytest.mark.parametrize("demo_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("on", "basis"), list(GAZA_CELLS))
def test_every_cell_of_the_gaza_package_holds(reader: TestClient, on: str, basis: str) -> None:
    found = cells(reader, f"{GAZA}?on={on}&basis={basis}&standing=1")
    wanted = GAZA_CELLS[on, basis]
    assert set(wanted) <= set(found)
    for key, cell in found.items():
        assert cell == wanted.get(key, NOTHING | {"empty": "none"}), key


def test_the_answer_has_the_form_that_is_described(reader: TestClient) -> None:
    response = reader.get(f"{GAZA}?on=2024-09-04")
    answer = response.json()
    assert {name: answer[name] for name in ("negotiation", "on", "basis")} == {
        "negotiation": "gaza",
        "on": "2024-09-04",
        "basis": "reported",
    }
    assert list(answer) == ["negotiation", "on", "basis", "issues"]
    Positions.model_validate_json(response.content)
    assert [issue["issue"] for issue in answer["issues"]][:2] == [
        "ceasefire-duration",
        "permanent-end-of-war",
    ]
    cell = next(cell for cell in answer["issues"][0]["cells"] if cell["holder"] == "hamas")
    assert list(cell) == ["holder", *SLOTS, "standing_count", "contested", "empty"]
    (item,) = cell["accepted"]
    assert list(item) == ["type", "id", "since", "last_heard", "denied", "denied_by", "proposal", "terms"]
    assert (item["type"], item["since"]) == ("response", "2024-05-06")
    items = [item for issue in answer["issues"] for cell in issue["cells"] for item in cell["asks"]]
    assert {tuple(item) for item in items} == {("type", "id", "since", "last_heard", "denied", "denied_by")}


def test_what_somebody_denies_is_denied_whether_or_not_a_source_names_who(
    templates: Any, tmp_path: Path
) -> None:
    tables = reports()
    denial = {"subject_type": "demand", "subject": "placed", "source": "s3", "relation": "denies"}
    unnamed = {"attributed_to": "two officials", "anonymous": "yes", "attribution": "third_party"}
    tables["citations"] = [*tables["citations"], denial | unnamed]
    package = write_package(tmp_path / "denials", tables)
    found: dict[str, set[tuple[bool, bool]]] = {}
    with serving(f"sqlite:///{templates('sqlite', package)}") as client:
        here = "/api/v1/negotiations/reports"
        for on in ("2024-01-09", "2024-01-10"):
            issues = client.get(f"{here}/positions?on={on}").json()["issues"]
            cells = [cell for issue in issues for cell in issue["cells"]]
            compared = client.get(f"{here}/comparison?on={on}").json()["issues"]
            cells += [cell for issue in compared for cell in issue["cells"]]
            lines = [line for cell in cells for line in (*cell["asks"], *cell["others_say"])]
            found[on] = {
                (line["denied"], bool(line.get("denied_by"))) for line in lines if line["id"] == "placed"
            }
            named = {line["denied"] for line in lines if line["id"] == "denied"}
            assert named == ({True} if on == "2024-01-10" else set())
        assert client.get(f"{here}/demands/placed?on=2024-01-10").json()["denied_by"] == [
            "two officials (unnamed)"
        ]
    assert found == {"2024-01-09": {(False, False)}, "2024-01-10": {(True, False)}}


def test_every_party_has_a_cell_and_every_participant_who_holds_anything(reader: TestClient) -> None:
    def holders(on: str) -> list[str]:
        issues = reader.get(f"{GAZA}?on={on}").json()["issues"]
        assert len(issues) == 13
        return [cell["holder"] for cell in issues[0]["cells"]]

    assert holders("2020-01-01") == ["israel", "hamas", "pij"]
    assert holders("2024-09-04") == ["israel", "hamas", "pij", "qatar", "egypt", "united-states"]


def test_the_first_article_says_in_json_what_its_page_says(reader: TestClient) -> None:
    address = "/api/v1/negotiations/gaza-april-2024/positions"
    issues = reader.get(f"{address}?on=2024-04-03").json()["issues"]
    hamas = [cell for issue in issues for cell in issue["cells"] if cell["holder"] == "hamas"]
    assert {cell["empty"] for cell in hamas} == {"others_only", "none"}
    before = reader.get(f"{address}?on=2024-04-02").json()["issues"]
    assert {cell["empty"] for issue in before for cell in issue["cells"]} == {"none"}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("on=2024-04", "on", "is not a full day"),
        ("on=2024-02-30", "on", "is not a day of the calendar"),
        ("basis=x", "basis", "is no basis"),
        ("standing=yes", "standing", "cannot be used here"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    reader: TestClient, query: str, field: str, words: str
) -> None:
    response = reader.get(f"{GAZA}?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    problem = response.json()
    assert problem["status"] == 422
    assert words in problem["errors"][field]
    assert words in problem["detail"]


def test_a_negotiation_that_is_not_here_is_a_problem(reader: TestClient) -> None:
    response = reader.get("/api/v1/negotiations/none/positions")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_an_answer_that_has_not_changed_is_not_sent_again(reader: TestClient) -> None:
    tag = reader.get(f"{GAZA}?on=2024-09-04").headers["etag"]
    again = reader.get(f"{GAZA}?on=2024-09-04", headers={"if-none-match": tag})
    assert (again.status_code, again.text) == (304, "")


def test_the_number_of_statements_does_not_grow(reader: TestClient) -> None:
    counts = set()
    for day in ("2020-01-01", "2024-02-10", "2026-02-17"):
        with statements(reader) as asked:
            reader.get(f"{GAZA}?on={day}")
        counts.add(len(asked))
    assert len(counts) == 1
    assert counts.pop() < 10


def test_the_description_names_every_field_and_parameter(reader: TestClient) -> None:
    response = reader.get("/api/v1/openapi.json")
    assert response.status_code == 200
    schema = response.json()
    route = schema["paths"]["/api/v1/negotiations/{negotiation}/positions"]["get"]
    names = [parameter["name"] for parameter in route["parameters"]]
    assert names == ["negotiation", "on", "basis", "standing"]
    assert all(parameter["description"] for parameter in route["parameters"])
    assert {"200", "304", "308", "401", "404", "422"} == set(route["responses"])
    for name in ("Item", "AcceptedItem", "PositionCell", "IssuePositions", "Positions"):
        properties = schema["components"]["schemas"][name]["properties"]
        assert all("description" in field or "$ref" in str(field) for field in properties.values()), name
    text = json.dumps(schema)
    for reference in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert reference in schema["components"]["schemas"]


def test_many_readers_at_once_all_get_their_answer(demo_url: str) -> None:
    with serving(demo_url) as client:
        answers: list[int] = []
        address = "/api/v1/negotiations/gaza-april-2024/positions?on=2024-04-03"
        threads = [
            threading.Thread(target=lambda: answers.append(client.get(address).status_code))
            for _ in range(120)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200] * 120
