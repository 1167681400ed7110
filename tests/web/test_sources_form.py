"""Correcting a source, and what its outlet has done with it: all that rests on it follows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.commands.entries import By, Entry, record_entry
from app.db import read_session, write_session
from app.models import Account, Record, Source
from app.queries.revisions import verify
from tests.packages import load
from tests.services.databases import signed_in
from tests.web.derived import assert_as_if_imported
from tests.web.filled import correct, fields_of, filled
from tests.web.forms import engine_of, faults_of, spaced

REPORTS = "/negotiations/reports"


@pytest.fixture
def editor(desk: TestClient, reports_package: Path) -> TestClient:
    """An editor of the small negotiation in which every hard thing occurs."""
    load(engine_of(desk), reports_package)
    return signed_in(desk, "anna")


def of(client: TestClient, statement: Any) -> list[Any]:
    with read_session(engine_of(client)) as session:
        return [tuple(row) if len(row) > 1 else row[0] for row in session.execute(statement)]


def reported(client: TestClient, record: str) -> str:
    of_record = select(Record.reported_on).where(Record.negotiation == "reports", Record.id == record)
    found: str = of(client, of_record)[0]
    return found


def test_a_corrected_date_moves_the_dates_of_all_that_rests_on_it(
    editor: TestClient, desk: TestClient, tmp_path: Path
) -> None:
    assert reported(editor, "hebrew") == "2024-02-03"
    assert "Not known yet" in desk.get(f"{REPORTS}/demands/hebrew?on=2024-02-02").text
    tag = desk.get(REPORTS).headers["etag"]
    correct(editor, f"{REPORTS}/sources/s5", published="2024-02-02")
    assert reported(editor, "hebrew") == "2024-02-02"
    assert "Not known yet" not in desk.get(f"{REPORTS}/demands/hebrew?on=2024-02-02").text
    assert desk.get(REPORTS).headers["etag"] != tag
    assert_as_if_imported(editor, "reports", tmp_path)
    later = filled(editor, f"{REPORTS}/sources/s5/edit", published="2024-01", reason="x")
    refused = editor.post(f"{REPORTS}/sources/s5/edit", data=later)
    assert (refused.status_code, "stated later" in faults_of(refused.text)["published"]) == (422, True)
    assert fields_of(refused.text)["published"] == ["2024-01"]
    with read_session(engine_of(editor)) as session:
        assert verify(session) is None


def test_what_it_relays_makes_it_one_voice_with_that_and_with_all_that_relay_it(
    editor: TestClient, tmp_path: Path
) -> None:
    voices = select(Source.id, Source.voice).where(Source.negotiation == "reports").order_by(Source.id)
    assert dict(of(editor, voices))["s2"] == "s1"
    correct(editor, f"{REPORTS}/sources/s1", origin="s3")
    assert {id_ for id_, voice in of(editor, voices) if voice == "s3"} == {"s1", "s2", "s3"}
    assert_as_if_imported(editor, "reports", tmp_path)
    itself = filled(editor, f"{REPORTS}/sources/s3/edit", origin="s3", reason="x")
    assert "itself" in faults_of(editor.post(f"{REPORTS}/sources/s3/edit", data=itself).text)["origin"]


def test_a_retraction_by_the_outlet_counts_from_its_day_and_is_said_everywhere(
    editor: TestClient, desk: TestClient, tmp_path: Path
) -> None:
    address = f"{REPORTS}/sources/s1"
    data = filled(
        editor, f"{address}/edit", status="retracted", status_date="2024-02-15", reason="So they say."
    )
    answer = editor.post(f"{address}/edit", data=data)
    assert answer.headers["location"] == f"{address}/rests"
    rests = spaced(editor.get(f"{address}/rests").text)
    # Two of them are reported by others too.
    assert "4 records rest on this report; 2 have no other support now." in rests
    assert "No other support" in rests
    day = "Its source was retracted by the outlet on 15 Feb 2024"
    assert day in spaced(desk.get(f"{REPORTS}/demands/placed").text)
    assert day not in spaced(desk.get(f"{REPORTS}/demands/placed?on=2024-02-14").text)
    assert "15 Feb 2024" in spaced(desk.get(address).text)
    cell = f"{REPORTS}/positions/p/i"
    assert "its source was retracted" not in spaced(desk.get(f"{cell}?on=2024-02-14").text)
    assert "its source was retracted" in spaced(desk.get(f"{cell}?on=2024-02-15").text)
    assert_as_if_imported(editor, "reports", tmp_path)
    assert "What the outlet did with it" in spaced(editor.get(f"{address}/history").text)
    assert desk.get(f"{address}/rests").headers["location"].startswith("/login"), "that is for editors"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"status": "retracted"}, "status_date", "tick below"),
        ({"status": "retracted", "status_date": "2024-01-01"}, "status_date", "before it was published"),
        ({"status": "", "status_date": "2024-03-01"}, "status", "what the outlet has done"),
        ({"status": "corrected", "status_date": "2099"}, "status_date", "after today"),
        ({"status": "vanished"}, "status", "Choose one of these"),
        ({"outlet": ""}, "outlet", "Fill this in"),
        ({"url": "javascript:alert(1)"}, "url", "begins with https://"),
        ({"language": "en glish"}, "language", "Write a language as"),
        ({"published": "soon"}, "published", "is not a date"),
        ({"reason": ""}, "reason", "Fill this in"),
    ],
)
def test_each_fault_is_said_beside_its_field_and_nothing_typed_is_lost(
    editor: TestClient, changes: dict[str, str], field: str, words: str
) -> None:
    address = f"{REPORTS}/sources/s1/edit"
    data = filled(editor, address, **{"note": "A note <b>", "reason": "x", **changes})
    answer = editor.post(address, data=data)
    assert answer.status_code == 422
    assert words in faults_of(answer.text)[field]
    kept = fields_of(answer.text)
    assert kept["note"] == ["A note <b>"]
    assert all(kept[name] == [value] for name, value in changes.items() if name != "status")


@pytest.mark.one_database
def test_one_retracted_on_no_known_day_never_supported_anything(editor: TestClient, desk: TestClient) -> None:
    address = f"{REPORTS}/sources/s5/edit"
    data = filled(editor, address, status="retracted", undated="yes", reason="Found out later.")
    assert editor.post(address, data=data).status_code == 303
    assert of(editor, select(Source.retracted_from).where(Source.id == "s5")) == ["2024-02-03"]
    assert "Not half a ceasefire" not in desk.get(f"{REPORTS}?on=2024-02-03&columns=p").text
    assert fields_of(editor.get(address).text)["undated"] == ["yes"]


@pytest.mark.one_database
def test_a_waiting_source_is_corrected_unseen_and_a_draft_by_nobody_else(
    editor: TestClient, desk: TestClient
) -> None:
    carl = signed_in(desk, "carl")
    new = {"outlet": "Waiting News", "published": "2024-01-03", "language": "en", "attributed_to": "P"}
    for action in ("save", "draft"):
        page = carl.get(f"{REPORTS}/demands/formula/cite").text
        token = page.split('name="token" value="')[1].split('"')[0]
        data = {**new, "token": token, "relation": "supports", "action": action}
        assert carl.post(f"{REPORTS}/demands/formula/cite", data=data).status_code == 303
    waiting, draft = of(
        editor, select(Source.id).where(Source.outlet == "Waiting News").order_by(Source.ordinal)
    )
    tag = desk.get(REPORTS).headers["etag"]
    address = f"{REPORTS}/sources/{waiting}/edit"
    titled = filled(editor, address, title="Its title", reason="Was missing.")
    assert editor.post(address, data=titled).status_code == 303
    assert desk.get(REPORTS).headers["etag"] == tag
    assert of(editor, select(Source.title).where(Source.id == waiting)) == ["Its title"]
    for page in ("edit", "history", "merge", "rests"):
        assert editor.get(f"{REPORTS}/sources/{draft}/{page}").status_code == 404, page


@pytest.mark.one_database
def test_what_keeps_a_date_from_being_corrected_is_named_only_where_it_may_be_seen(
    editor: TestClient, desk: TestClient
) -> None:
    address = f"{REPORTS}/sources/s5/edit"
    with write_session(engine_of(editor)) as session:
        dora = session.scalars(select(Account.id).where(Account.name == "dora")).one()
        row = {
            "holders": "p",
            "issues": "i",
            "kind": "demand",
            "summary": "A xyzzyplugh",
            "stated": "2024-02-02",
        }
        entry = Entry("s5", {"attributed_to": "P", "speakers": "p"}, row, draft=True)
        record_entry(session, "reports", entry, By(dora, False, datetime.now(UTC)))
        session.commit()
    for published, said in (
        ("2024-02-01", "stated later: records that are not handed in yet. Correct"),
        ("2024-01", "stated later: demand “hebrew”, and others that are not handed in yet. Correct"),
    ):
        answer = editor.post(address, data=filled(editor, address, published=published, reason="x"))
        assert said in faults_of(answer.text)["published"]
        assert "xyzzyplugh" not in answer.text
