"""Setting up a negotiation through its forms: from nothing to the first demand in its cell."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from itertools import count
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from app.commands.accounts import add_account
from app.commands.positions import rebuild_cells
from app.db import read_session, write_session
from app.exchange.package import import_package
from app.models import Account, Negotiation, Participant, PositionCell, Revision
from app.queries.packages import package_rows
from tests.make import Tables, write_package
from tests.services.databases import KINDS, MADE_AT, PEOPLE, serving, signed_in

NEW = "/negotiations/new"
REPORTS = "/negotiations/reports/setup"
ACTORS, ROLES, ISSUES = f"{REPORTS}/actors", f"{REPORTS}/participants", f"{REPORTS}/issues"

_numbers = count(1)

# What ``begin`` sets up by forms.
BEGUN: Tables = {
    "negotiation": [{"id": "talks-of-p-and-q", "title": "Talks of P and Q", "started": "2024-01"}],
    "actors": [
        {"id": "p", "name": "P", "kind": "state"},
        {"id": "q", "name": "Q", "aliases": "The Q|ق"},
        {"id": "m", "name": "M"},
        {"id": "office-of-p", "name": "Office of P", "kind": "body"},
    ],
    "participants": [
        {"actor": "p", "role": "party"},
        {"actor": "q", "role": "party"},
        {"actor": "m", "role": "mediator", "from": "2024-02"},
    ],
    "issues": [
        {"id": "ceasefire", "title": "Ceasefire", "question": "How long?"},
        {"id": "aid", "title": "Aid", "question": "How much?"},
        {"id": "first-phase", "part_of": "ceasefire", "title": "First phase", "question": "How long?"},
    ],
}


@pytest.fixture(scope="module", params=KINDS)
def desk(
    request: pytest.FixtureRequest,
    templates: Any,
    reports_package: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    """A reader of a site with the small negotiation ``reports``, to which people may write.

    Made from the empty template: PostgreSQL copies no database that readers of other tests have open.
    """
    template = templates(request.param)
    with ExitStack() as stack:
        if request.param == "sqlite":
            file = tmp_path_factory.mktemp("desk") / "parley.db"
            shutil.copyfile(template, file)
            url = f"sqlite:///{file}"
        else:
            url = stack.enter_context(request.getfixturevalue("postgresql_server").database(template))
        client = stack.enter_context(serving(url))
        client.follow_redirects = False
        with write_session(engine_of(client)) as session:
            import_package(session, reports_package, now=MADE_AT)
            for name in ("anna", "ben", "carl"):
                add_account(session, name, PEOPLE[name], now=MADE_AT, password=None)
            session.commit()
        yield client


# Everybody signs in once.
@pytest.fixture(scope="module")
def anna(desk: TestClient) -> TestClient:
    return signed_in(desk, "anna")


@pytest.fixture(scope="module")
def ben(desk: TestClient) -> TestClient:
    return signed_in(desk, "ben")


@pytest.fixture(scope="module")
def carl(desk: TestClient) -> TestClient:
    return signed_in(desk, "carl")


@pytest.fixture
def talks(desk: TestClient, tmp_path: Path) -> str:
    """The address of talks of P and Q of its own, set up and without a record."""
    id_ = f"talks-{next(_numbers)}"
    package = write_package(
        tmp_path / "in", {**BEGUN, "negotiation": [{**BEGUN["negotiation"][0], "id": id_}]}
    )
    with write_session(engine_of(desk)) as session:
        import_package(session, package, now=MADE_AT)
        session.commit()
    return f"/negotiations/{id_}"


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
    return engine


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def hidden(client: TestClient, page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to ``action``, as a browser would send them along."""
    html = client.get(page).text
    form = html[html.index(f'action="{action}"') :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: unescape(value) for name, value in fields}


def send(client: TestClient, action: str, page: str = "", status: int = 303, **typed: str) -> str:
    """Fill in the form that stands on ``page`` and send it; answers where it led, or what came back.

    Where no page is named, the form is not opened first unless it corrects something.
    """
    if action.endswith(("/edit", "/setup")):
        page = page or action
    fields = hidden(client, page, action) if page else {"token": token_urlsafe(32)}
    response = client.post(action, data={**fields, **typed})
    assert response.status_code == status, response.text
    return response.headers["location"] if status == 303 else response.text


def begin(client: TestClient) -> str:
    """The talks of P and Q, with M as mediator, two issues and a sub-question; answers their address."""
    setup = send(client, NEW, NEW, title="Talks of P and Q", started="2024-01")
    send(client, f"{setup}/actors/new", setup, name="P", kind="state", takes_part="party")
    send(client, f"{setup}/actors/new", name="Q", takes_part="party", aliases="The Q\r\nق\r\n")
    send(client, f"{setup}/actors/new", name="M")
    send(client, f"{setup}/actors/new", name="Office of P", kind="body")
    send(client, f"{setup}/participants/new", setup, actor="m", role="mediator", held_from="2024-02")
    send(client, f"{setup}/issues/new", setup, issue="Ceasefire", question="How long?")
    send(client, f"{setup}/issues/new", issue="Aid", question="How much?")
    send(client, f"{setup}/issues/new", issue="First phase", question="How long?", under="ceasefire")
    return setup.removesuffix("/setup")


def report(client: TestClient, talks: str, page: str = "", **claim: str) -> None:
    usual = {
        "outlet": "Example Times",
        "published": "2024-03-02",
        "language": "en",
        "attributed_to": "the office of P",
        "speakers": "office-of-p",
        "holders": "p",
        "issues": "first-phase",
        "kind": "demand",
        "summary": "Forty days at first",
        "stated": "2024-03-01",
    }
    send(client, f"{talks}/demands", page, 303, **{**usual, **claim})


def revisions(client: TestClient, talks: str) -> list[tuple[str, str, str]]:
    """What anna changed, in order."""
    with read_session(engine_of(client)) as session:
        rows = session.execute(
            select(Revision.action, Revision.noun, Revision.record, Account.name)
            .outerjoin(Account, Account.id == Revision.account)
            .where(Revision.negotiation == talks.rpartition("/")[2])
            .order_by(Revision.number)
        ).all()
    return [(action, noun, record) for action, noun, record, name in rows if name == "anna"]


def cells(client: TestClient, talks: str, *, rebuilt: bool = False) -> list[tuple[Any, ...]]:
    with write_session(engine_of(client)) as session:
        if rebuilt:
            rebuild_cells(session, talks.rpartition("/")[2])
        table = PositionCell.__table__
        return sorted(map(tuple, session.execute(select(table))), key=repr)


def test_from_nothing_to_the_first_demand_in_its_cell(desk: TestClient, anna: TestClient) -> None:
    send(anna, NEW, NEW, title="Others", id="other")
    assert "No party and no issue is named here yet." in words(desk.get("/negotiations/other").text)
    assert "Set up" not in desk.get("/negotiations/other").text
    assert "Set up this negotiation" in anna.get("/negotiations/other").text
    assert "No party and no issue is named here yet." in words(desk.get("/").text)
    talks = begin(anna)
    page = words(desk.get(talks).text)
    assert "No demand is recorded here yet. Report the first one" in page
    assert "nothing recorded" in page.lower()
    html = desk.get(talks).text
    assert re.findall(r'<th scope="row" id="([^"]+)"', html) == [
        "ceasefire",
        "first-phase",
        "aid",
    ]
    report(anna, talks, f"{talks}/demands/new")
    cell = words(desk.get(f"{talks}/positions/p/first-phase").text)
    assert "Forty days at first" in cell
    assert "P, as described by the office of P; Example Times, 2 Mar 2024" in cell
    assert "No demand is recorded" not in desk.get(talks).text
    actor = words(desk.get(f"{talks}/actors/q").text)
    assert "Also: The Q, ق" in actor
    assert "Mediator, since Feb 2024" in words(desk.get(f"{talks}/actors/m").text)
    for file, rows in BEGUN.items():
        with read_session(engine_of(desk)) as session:
            stored = [row.cells for row in package_rows(session, "talks-of-p-and-q", file)]
        assert stored == rows, file
    assert revisions(desk, talks)[:3] == [
        ("create", "negotiation", "talks-of-p-and-q"),
        ("create", "actor", "p"),
        ("create", "participant", "1"),
    ]


def test_a_changed_cast_changes_what_stands_where_at_once(
    desk: TestClient, anna: TestClient, talks: str
) -> None:
    report(anna, talks)
    report(anna, talks, speakers="m", attributed_to="M", issues="aid", summary="Two hundred a day")
    cell, aid = f"{talks}/positions/p/first-phase", f"{talks}/positions/p/aid"
    tag = desk.get(cell).headers["etag"]
    assert "(a mediator)" in words(desk.get(aid).text)
    send(anna, f"{talks}/setup/actors/office-of-p/edit", name="Office of P", kind="body", belongs_to="p")
    assert desk.get(cell, headers={"if-none-match": tag}).status_code == 200
    assert "P, from its own side: the office of P; Example Times" in words(desk.get(cell).text)
    report(
        anna,
        talks,
        speakers="q",
        attributed_to="Q",
        issues="ceasefire",
        summary="All of it",
        stated="2024-02",
    )
    ceasefire = f"{talks}/positions/p/ceasefire"
    assert "as described by Q (another party)" in words(desk.get(ceasefire).text)
    send(anna, f"{talks}/setup/participants/new", actor="q", role="mediator")
    assert "as described by Q (a mediator)" in words(desk.get(ceasefire).text)
    assert cells(desk, talks) == cells(desk, talks, rebuilt=True), (
        "what is stored is what would be computed anew"
    )


@pytest.mark.one_database
def test_the_order_is_that_of_columns_and_lines(desk: TestClient, anna: TestClient, talks: str) -> None:
    def move(what: str, to: str, status: int = 303) -> None:
        send(anna, f"{talks}/setup/{what}/move", status=status, to=to)

    def lines() -> list[str]:
        return re.findall(r'<th scope="row" id="([^"]+)"', desk.get(talks).text)

    def columns() -> list[str]:
        return list(dict.fromkeys(re.findall(r'data-col="([^"]+)"', desk.get(talks).text)))

    assert (lines(), columns()) == (["ceasefire", "first-phase", "aid"], ["P", "Q"])
    tag = desk.get(talks).headers["etag"]
    move("issues/aid", "earlier")
    assert lines() == ["aid", "ceasefire", "first-phase"]
    assert desk.get(talks).headers["etag"] != tag
    move("issues/aid", "earlier")
    assert lines() == ["aid", "ceasefire", "first-phase"], "the first of all stays the first"
    move("issues/aid", "later")
    move("participants/1", "later")
    assert (lines(), columns()) == (["ceasefire", "first-phase", "aid"], ["Q", "P"])
    assert revisions(desk, talks)[-1] == ("reorder", "negotiation", talks.rpartition("/")[2])
    with read_session(engine_of(desk)) as session:
        after = session.scalar(select(Revision.after).order_by(Revision.recorded_at.desc()).limit(1))
    assert json.loads(after or "") == {"participants": ["2", "1", "3"]}
    # That the lists were put in order makes nobody's text out of date.
    send(anna, f"{talks}/setup", title="Talks between P and Q")


FAULTS = [
    (NEW, {"title": " "}, "title", "Fill this in."),
    (NEW, {"title": "T", "started": "2024-02-30"}, "started", "is not a day"),
    (NEW, {"title": "T", "id": "reports"}, "id", "“reports” is there already."),
    (NEW, {"title": "T", "id": "Not an id"}, "id", "“Not an id” is not an id. Write up to"),
    (NEW, {"title": "New"}, "id", "“new” is a reserved word. Choose another"),
    (REPORTS, {"title": "T", "started": "2024", "ended": "2023"}, "ended", "is before the beginning, “2024”"),
    (f"{ACTORS}/new", {"name": "A\u202eB"}, "name", "turns the direction of writing"),
    (f"{ACTORS}/new", {"name": "P"}, "actor_id", "“p” is there already."),
    (f"{ACTORS}/new", {"name": "A", "aliases": "B\nB"}, "aliases", "“B” is there 2 times. Name it once."),
    (f"{ACTORS}/new", {"name": "A", "aliases": "B|C"}, "aliases", "A name cannot hold “|”"),
    (f"{ACTORS}/new", {"name": "A", "aliases": "\n".join(map(str, range(101)))}, "aliases", "at most 100"),
    (f"{ACTORS}/new", {"name": "A", "kind": "nation"}, "kind", "Choose one of these"),
    (f"{ACTORS}/new", {"name": "A", "belongs_to": "nobody"}, "belongs_to", "Choose an actor"),
    (f"{ACTORS}/p/edit", {"name": "H", "belongs_to": "p-office"}, "belongs_to", "→ p is a circle."),
    (f"{ROLES}/new", {"actor": "", "role": "party"}, "actor", "Fill this in."),
    (f"{ROLES}/new", {"actor": "nobody", "role": "party"}, "actor", "Choose an actor"),
    (f"{ROLES}/new", {"actor": "p", "role": "side"}, "role", "Choose one of these"),
    (f"{ROLES}/1/edit", {"held_from": "2024", "held_to": "2023"}, "held_to", "before the"),
    (f"{ISSUES}/new", {"issue": "I", "question": ""}, "question", "Fill this in."),
    (f"{ISSUES}/new", {"issue": "I", "question": "Q?", "under": "nothing"}, "under", "Choose an issue"),
    (f"{ISSUES}/k/edit", {"issue": "I", "question": "Q\x00?"}, "question", "a control character"),
]  # fmt: skip


@pytest.mark.one_database
def test_each_fault_stands_beside_its_field_and_nothing_typed_is_lost(
    desk: TestClient, anna: TestClient
) -> None:
    for action, typed, field, fault in FAULTS:
        page = send(anna, action, status=422, **typed)
        beside = re.search(rf'<span class="err" id="{field}-fault">(.*?)</span>', page)
        assert beside, (action, typed)
        assert fault in unescape(beside[1]), (action, typed)
        assert re.search(rf'id="{field}" name="{field}"[^>]* aria-invalid="true"', page), (action, typed)
        assert f'<a href="#{field}">' in page[page.index('id="errors"') :]
        shown = unescape(page)
        for name, value in typed.items():
            if name not in ("kind", "belongs_to", "under", "actor", "role"):
                assert value in shown.replace("\r\n", "\n"), (action, name)
            elif value in ("p", "p-office", "party"):
                assert f'<option value="{value}" selected>' in page, (action, name)
    assert revisions(desk, "reports") == []
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(Negotiation.id).where(Negotiation.title.in_(["T", "New"]))) is None


@pytest.mark.one_database
def test_what_is_not_there_is_not_found(anna: TestClient) -> None:
    token = hidden(anna, REPORTS, REPORTS)["token"]
    for address in ("actors/nobody/edit", "participants/999/edit", "participants/x/edit", "issues/none/edit"):
        assert anna.get(f"{REPORTS}/{address}").status_code == 404, address
        assert anna.post(f"{REPORTS}/{address}", data={"token": token}).status_code == 404, address
    assert anna.post(f"{REPORTS}/issues/none/move", data={"token": token, "to": "later"}).status_code == 404
    assert anna.get("/negotiations/nothing/setup").status_code == 404
    assert anna.post("/negotiations/nothing/setup/issues/new", data={"token": token}).status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["", "carl"])
def test_readers_and_contributors_are_refused(desk: TestClient, carl: TestClient, name: str) -> None:
    who = carl if name else desk
    rooms = ("actors/new", "actors/p/edit", "participants/new", "participants/1/edit", "issues/new")
    for address in ("/negotiations/new", REPORTS, *(f"{REPORTS}/{room}" for room in rooms)):
        for answer in (who.get(address), who.post(address, data={"title": "T", "name": "N"})):
            if name:
                assert answer.status_code == 403, address
            else:
                assert answer.headers["location"].startswith("/login"), address
    assert who.post(f"{REPORTS}/issues/k/move", data={"to": "earlier"}).status_code in (303, 403)
    assert "/setup" not in who.get("/negotiations/reports").text
    assert "/negotiations/new" not in who.get("/").text
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(Negotiation.title).where(Negotiation.id == "reports")) != "T"


@pytest.mark.one_database
def test_the_same_form_twice_makes_one(desk: TestClient, anna: TestClient, talks: str) -> None:
    fields = {**hidden(anna, NEW, NEW), "title": "Once only"}
    first, second = (anna.post(NEW, data=fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"] == "/negotiations/once-only/setup"
    other = anna.post(NEW, data=fields | {"title": "Once more"})
    assert other.status_code == 409
    assert "Once more" in other.text
    setup = f"{talks}/setup"
    added = {**hidden(anna, setup, f"{setup}/participants/new"), "actor": "p", "role": "party"}
    for _ in range(2):
        assert anna.post(f"{setup}/participants/new", data=added).status_code == 303
    with read_session(engine_of(desk)) as session:
        found = session.scalars(
            select(Participant.role).where(
                Participant.actor == "p", Participant.negotiation == talks.rpartition("/")[2]
            )
        ).all()
    assert found == ["party", "party"], "the role for a second time, and not a third"
    moved = {**hidden(anna, setup, f"{setup}/participants/1/move"), "to": "later"}
    for _ in range(2):
        assert anna.post(f"{setup}/participants/1/move", data=moved).status_code == 303
    assert [noun for action, noun, _ in revisions(desk, talks) if action == "reorder"] == ["negotiation"]


@pytest.mark.one_database
def test_the_second_of_two_editors_sees_both_texts(anna: TestClient, ben: TestClient, talks: str) -> None:
    setup = f"{talks}/setup"
    address = f"{setup}/issues/aid/edit"
    opened = hidden(anna, address, address)
    send(ben, address, issue="Relief", question="What of the relief?", description="As ben has it")
    typed = {"issue": "Supplies", "question": "What of the supplies?", "description": "As anna has it"}
    late = anna.post(address, data=opened | typed)
    assert late.status_code == 409
    assert "As ben has it" in late.text
    assert "As anna has it" in late.text
    assert "Relief" in anna.get(setup).text
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', late.text))
    assert anna.post(address, data=again | typed).status_code == 303
    assert "Supplies" in anna.get(setup).text


@pytest.mark.one_database
def test_a_role_held_twice_keeps_its_two_times_and_a_name_without_latin_letters_is_numbered(
    desk: TestClient, anna: TestClient, talks: str
) -> None:
    send(
        anna,
        f"{talks}/setup/participants/new",
        f"{talks}/setup",
        actor="m",
        role="mediator",
        held_from="2025",
    )
    send(anna, f"{talks}/setup/participants/4/edit", held_from="2025", held_to="2026")
    send(anna, f"{talks}/setup/participants/3/edit", held_from="2024-02", held_to="2024-06")
    actor = words(desk.get(f"{talks}/actors/m").text)
    assert "Mediator, Feb 2024 – Jun 2024" in actor
    assert "Mediator, 2025 – 2026" in actor
    assert send(anna, f"{talks}/setup/actors/new", name="قطر") == f"{talks}/setup#actor-actor-1"
    assert send(anna, f"{talks}/setup/actors/new", name="مصر") == f"{talks}/setup#actor-actor-2"


@pytest.mark.one_database
def test_a_draft_stays_a_draft_whatever_is_set_up(
    desk: TestClient, anna: TestClient, carl: TestClient, talks: str
) -> None:
    report(carl, talks, summary="Sesquipedalian draft")
    send(anna, f"{talks}/setup/actors/office-of-p/edit", name="Office of P", belongs_to="p")
    send(anna, f"{talks}/setup/participants/new", actor="m", role="host")
    for address in (talks, f"{talks}/positions/p/first-phase", f"{talks}/timeline", f"{talks}/timeline.csv"):
        assert "Sesquipedalian" not in desk.get(address).text, address
    assert "No demand is recorded here yet." in words(desk.get(talks).text)
    assert "Sesquipedalian" in carl.get(f"{talks}/entries").text
