"""basis=recorded: what this site itself showed at the end of a day, on every page, whatever came later."""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Connection, Engine, event, select, update
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.commands.entries import By, Entry, edit_record, record_entry, retract_record
from app.commands.records import revision_of
from app.commands.revisions import Change, append
from app.db import write_session
from app.domain.vocabulary import RecordType
from app.models import Account, Negotiation
from app.web.deps import view, view_reads
from app.web.security import Permission
from tests.services.databases import MADE_AT, serving, signed_in

GAZA = "/negotiations/gaza"
DEMAND = "hamas-2024-04-24-disarm-for-state"
THEN, DURING, LATER = "2026-03-01", "2026-03-05", "2026-03-10"


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def by(client: TestClient, name: str, day: str) -> By:
    with write_session(engine_of(client)) as session:
        account = session.scalars(select(Account).where(Account.name == name)).one()
        return By(account.id, name in ("anna", "ben"), datetime.fromisoformat(f"{day}T10:00:00+00:00"))


def note_something(client: TestClient, day: str) -> None:
    """A revision that changes nothing that readers see: what was recorded before is read from a snapshot."""
    with write_session(engine_of(client)) as session:
        change = Change("edit", "setting", "gaza", {"two_people": "no"}, {"two_people": "yes"})
        append(session, "gaza", [change], now=datetime.fromisoformat(f"{day}T10:00:00+00:00"))
        session.commit()


def change_demand(client: TestClient, day: str, *, summary: str = "", reason: str = "a mistake") -> None:
    """Correct the demand, or retract it where there is no other summary."""
    with write_session(engine_of(client)) as session:
        who = by(client, "anna", day)
        seen = revision_of(session, "gaza", "demand", DEMAND)
        if summary:
            columns = {"summary": summary}
            edit_record(session, "gaza", RecordType.DEMAND, DEMAND, columns, who, reason=reason, seen=seen)
        else:
            retract_record(session, "gaza", RecordType.DEMAND, DEMAND, who, reason=reason, seen=seen)
        session.commit()


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


# --- The same on every route -----------------------------------------------------------------------------

ADDRESSES = [
    GAZA,
    f"{GAZA}?columns=hamas@2024-02-07,hamas,israel,egypt,proposal:israel-may-27-2024",
    f"{GAZA}/positions/hamas/governance-of-gaza",
    f"{GAZA}/positions?rests=opponent",
    f"{GAZA}/timeline",
    f"{GAZA}/timeline?q=Netzarim&type=demand",
    f"{GAZA}/timeline?actor=hamas&issue=disarmament&track=others&denied=1",
    f"{GAZA}/timeline?rests=opponent",
    f"{GAZA}/timeline.csv",
    f"{GAZA}/positions.csv",
    f"{GAZA}/comparison.csv?columns=hamas@2024-02-07,hamas,israel",
    f"{GAZA}/demands/{DEMAND}",
    f"{GAZA}/proposals",
    f"{GAZA}/proposals/israel-may-27-2024",
    f"{GAZA}/proposals/israel-may-27-2024/compare",
    f"{GAZA}/sources/lbci-2023-11-08",
    f"{GAZA}/sources",
    f"{GAZA}/outlets/TASS",
    f"{GAZA}/actors",
    f"{GAZA}/actors/hamas",
    f"{GAZA}/actors/egypt",
    f"{GAZA}/issues/permanent-end-of-war",
    f"{GAZA}/issues",
    f"{GAZA}/demands/nothing",
    "/search?q=corridor&negotiation=gaza",
    f"/api/v1{GAZA}/positions",
    f"/api/v1{GAZA}/positions?standing=1",
    f"/api/v1{GAZA}/timeline?type=demand",
    f"/api/v1{GAZA}/proposals",
    f"/api/v1{GAZA}/sources",
    f"/api/v1{GAZA}/actors",
    f"/api/v1{GAZA}/issues/disarmament",
    f"/api/v1{GAZA}/links",
    f"/api/v1{GAZA}/comparison?columns=hamas@2024-02-07,hamas,latest:agreed",
]


@pytest.fixture(scope="module")
def later(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site to which something was added later, so that the past is read from the revisions."""
    file = tmp_path_factory.mktemp("later") / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    with serving(f"sqlite:///{file}") as client:
        note_something(client, LATER)
        yield client


def plain(text: str) -> str:
    """A page but for what says on which basis it is read."""
    text = re.sub(r'<section class="asof".*?</section>', "", text, flags=re.DOTALL)
    text = re.sub(r'<p class="basis">.*?</p>', "", text, flags=re.DOTALL)
    text = re.sub(r'<p class="note later" role="note"><b class="tag">As recorded here.*?</p>', "", text)
    text = re.sub(r'<p class="foot noprint"><a rel="nofollow".*?</p>', "", text)
    text = re.sub(r'<option value="(recorded|reported)".*?</option>', "", text)
    # The day offered first comes from the strip of days; hindsight is compared with what was reported.
    text = re.sub(r'(name="add_day" type="date" required) value="[\d-]*"', r"\1", text)
    text = re.sub(r'<section class="stands otherwise".*?</section>', "", text, flags=re.DOTALL)
    text = text.replace("as this site showed it at the end of that day", "as known by then")
    text = text.replace(" (as known by then)", "")
    text = re.sub(r"\?on=[\d-]+&basis=recorded(?=#|\r|$)", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"basis=recorded|recorded(?=\"|&#34;)", lambda found: found[0].replace("cord", "port"), text
    )
    return " ".join(text.split())


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_route_shows_again_what_it_showed(later: TestClient, address: str) -> None:
    mark = "&" if "?" in address else "?"
    # From a snapshot, and from the database of today: nothing came after it.
    for on in (THEN, LATER):
        known = later.get(f"{address}{mark}on={on}&basis=reported")
        recorded = later.get(f"{address}{mark}on={on}&basis=recorded")
        assert recorded.status_code == known.status_code
        assert plain(recorded.text) == plain(known.text)


def test_every_route_of_readers_that_takes_a_basis_reads_what_it_asks_for(later: TestClient) -> None:
    taken = {
        route.path: {dependency.call for dependency in route.dependant.dependencies}
        for route in routes(later.app.routes)  # type: ignore[attr-defined]
        if getattr(route.endpoint, "permission", None) is Permission.READ_PUBLISHED
        # A reader's note is on the record of today.
        and not route.path.endswith("/note")
    }
    # Only of a negotiation is it kept what was recorded by a day, and a search may be of all; what can be
    # taken away of one is of no day.
    apart = {"/search", "/api/v1/search", "/negotiations/{negotiation}/data"}
    assert {path for path, calls in taken.items() if view in calls and view_reads not in calls} == apart
    assert "/negotiations/{negotiation}/timeline.csv" in taken


def routes(found: Any) -> Iterator[APIRoute]:
    for route in found:
        nested = getattr(route, "original_router", None) or getattr(route, "router", None)
        if isinstance(route, APIRoute):
            yield route
        elif nested is not None:
            yield from routes(nested.routes)


# --- What was changed since ------------------------------------------------------------------------------


def test_a_demand_reads_as_it_did_before_it_was_corrected_and_stands_where_it_was_retracted(
    desk: TestClient,
) -> None:
    page = f"{GAZA}/demands/{DEMAND}"
    summary = re.search(r"<h1[^>]*>(?:<bdi>)?(.*?)(?:</bdi>)?</h1>", desk.get(page).text, flags=re.DOTALL)
    assert summary
    said = words(summary[1])
    change_demand(desk, DURING, summary="Would keep its arms.")
    assert "Would keep its arms." in words(desk.get(page).text)
    assert "Would keep its arms." in words(desk.get(f"{page}?on={THEN}").text)
    recorded = words(desk.get(f"{page}?on={THEN}&basis=recorded").text)
    assert said in recorded
    assert "Would keep its arms." not in recorded
    assert "This is what this site showed at the end of 1 March 2026." in recorded
    change_demand(desk, LATER, reason="Never said so")
    for day, expected in ((THEN, said), ("2026-03-09", "Would keep its arms.")):
        for address in (page, f"{GAZA}/timeline.csv"):
            assert expected in words(desk.get(f"{address}?on={day}&basis=recorded").text), (day, address)
            assert expected not in words(desk.get(f"{address}?on={day}").text)
    assert "Never said so" in desk.get(page).text
    assert "Never said so" in desk.get(f"{page}?on={LATER}&basis=recorded").text
    note_something(desk, "2026-03-20")
    assert "Never said so" in desk.get(f"{page}?on={LATER}&basis=recorded").text


@pytest.mark.one_database
def test_what_waits_is_never_there_and_what_was_published_is_from_then_on(desk: TestClient) -> None:
    entry = Entry(
        {"outlet": "Zanzibar Post", "published": "2026-02-27", "language": "en"},
        {"speakers": "hamas", "quote": "zanzibar"},
        {
            "holders": "hamas",
            "issues": "disarmament",
            "kind": "offer",
            "summary": "Zanzibar",
            "stated": "2026-02",
        },
    )
    with write_session(engine_of(desk)) as session:
        record_entry(session, "gaza", entry, by(desk, "carl", DURING))
        session.commit()
    note_something(desk, LATER)
    addresses = [
        f"{GAZA}/timeline.csv?",
        f"{GAZA}/positions/hamas/disarmament?",
        f"{GAZA}/issues/disarmament?",
        f"/api/v1{GAZA}/positions?standing=1&",
    ]
    for client in (desk, signed_in(desk, "dora"), signed_in(desk, "anna")):
        for address in addresses:
            for day in (DURING, LATER):
                response = client.get(f"{address}on={day}&basis=recorded")
                assert response.status_code == 200
                assert "zanzibar" not in response.text.lower(), (address, day)


# --- Kept, and kept fresh --------------------------------------------------------------------------------


@pytest.mark.one_database
def test_a_second_request_is_answered_from_the_same_snapshot_or_not_at_all(desk: TestClient) -> None:
    change_demand(desk, DURING, summary="Would keep its arms.")
    replays: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *others: object) -> None:
        if "ORDER BY revisions.number" in statement:
            replays.append(statement)

    event.listen(engine_of(desk), "before_cursor_execute", note)
    address = f"{GAZA}?on={THEN}&basis=recorded"
    first = desk.get(address)
    assert (first.status_code, first.headers["cache-control"]) == (200, "public, max-age=0, must-revalidate")
    for other in (
        address,
        f"{GAZA}/timeline?on={THEN}&basis=recorded",
        f"{GAZA}?on=2026-03-04&basis=recorded",
    ):
        assert desk.get(other).status_code == 200
    assert len(replays) == 1
    tag = {"if-none-match": first.headers["etag"]}
    change_demand(desk, LATER)
    assert desk.get(address, headers=tag).status_code == 304
    assert desk.get(address).text == first.text
    private = signed_in(desk, "anna").get(address)
    assert (private.headers["cache-control"], "etag" in private.headers) == ("no-store", False)
    with write_session(engine_of(desk)) as session:
        session.execute(update(Negotiation).values(last_redaction=Negotiation.last_revision))
        session.commit()
    assert desk.get(address, headers=tag).status_code == 200
    assert len(replays) == 2


@pytest.mark.one_database
def test_a_page_of_today_is_not_taken_for_that_of_the_day_when_it_is_over(desk: TestClient) -> None:
    address = f"{GAZA}?on={DURING}&basis=recorded"
    morning = desk.get(address)
    change_demand(desk, DURING, summary="Would keep its arms.")
    note_something(desk, LATER)
    evening = desk.get(address, headers={"if-none-match": morning.headers["etag"]})
    assert evening.status_code == 200
    assert evening.headers["etag"] != morning.headers["etag"]


# --- What is said ----------------------------------------------------------------------------------------


@pytest.mark.one_database
def test_a_day_before_the_first_record_says_so_and_leads_on(desk: TestClient) -> None:
    page = desk.get(f"{GAZA}?on=2024-09-04&basis=recorded&columns=hamas&path=x")
    assert page.status_code == 404
    assert "Nothing was recorded here by 4 September 2024" in words(page.text)
    links = [unescape(link) for link in re.findall(r'<p><a href="([^"]+)"', page.text)]
    assert links == [
        f"{GAZA}?columns=hamas&on=2024-09-04",
        f"{GAZA}?columns=hamas&on={MADE_AT.date()}&basis=recorded",
    ]
    assert [desk.get(link).status_code for link in links] == [200, 200]
    answer = desk.get(f"/api/v1{GAZA}/positions?on=2024-09-04&basis=recorded")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "its records begin on 2026-03-01" in answer.json()["detail"]
    assert desk.get("/negotiations/nowhere?on=2024-09-04&basis=recorded").status_code == 404


@pytest.mark.one_database
def test_every_page_says_that_it_is_as_recorded_and_carries_it_on(desk: TestClient) -> None:
    note_something(desk, LATER)
    query = f"on={THEN}&basis=recorded"
    table = desk.get(f"{GAZA}?{query}").text
    assert re.search(r'aria-current="true">As recorded here</a>', table)
    assert "as this site showed it at the end of that day" in words(table)
    footer = re.search(r"<tfoot.*?</tfoot>", table, flags=re.DOTALL)
    assert footer
    assert f"{GAZA}?{query}" in unescape(footer[0])
    assert "as this site showed it at the end of that day" in footer[0]
    links = {unescape(link) for link in re.findall(rf'href="({GAZA}/(?:positions|demands)[^"]*)"', table)}
    assert len(links) > 20
    assert [link for link in links if query not in link and not link.endswith("/new")] == []
    file = desk.get(f"{GAZA}/timeline.csv?{query}")
    assert "gaza-timeline-2026-03-01-recorded.csv" in file.headers["content-disposition"]
    assert f"{GAZA}/demands/{DEMAND}?{query}" in file.text
    answer = desk.get(f"/api/v1{GAZA}/positions?{query}").json()
    assert (answer["on"], answer["basis"]) == (THEN, "recorded")


@pytest.mark.one_database
def test_nothing_can_be_changed_on_a_page_of_the_past(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    page = f"{GAZA}/demands/{DEMAND}"
    assert "At the desk" in anna.get(page).text
    for day in (THEN, LATER):
        assert "At the desk" not in anna.get(f"{page}?on={day}&basis=recorded").text


@pytest.mark.one_database
def test_a_day_to_come_has_not_been_recorded(desk: TestClient) -> None:
    page = desk.get(f"{GAZA}?basis=recorded&on=2999-01-01")
    assert page.status_code == 422
    assert "This day is still to come" in page.text


def test_what_changed_on_this_site_is_told_by_what_it_showed_on_both_days(desk: TestClient) -> None:
    change_demand(desk, DURING, summary="Would keep its arms.")
    note_something(desk, LATER)
    days = f"from={THEN}&to={DURING}"
    told = words(desk.get(f"{GAZA}/changes?{days}&basis=recorded").text)
    assert "as this site showed it" in told
    assert desk.get(f"{GAZA}/changes?{days}&basis=reported").status_code == 200
