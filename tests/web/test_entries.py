"""Reporting, citing, correcting and retracting a demand through its forms."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, insert, select
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from app.commands.entries import By, Entry, record_entry
from app.commands.reviews import return_entry
from app.db import read_session, write_session
from app.domain.vocabulary import RecordType, ReviewStatus
from app.exchange.package import import_package
from app.forms.demands import DemandForm
from app.models import Account, Citation, Demand, PositionCell, Record, Revision, SourceText
from app.web.security import Permission
from tests.services.databases import MADE_AT, serving, signed_in
from tests.web.forms import (
    GAZA,
    HOSTILE,
    assert_answered_with_the_form,
    assert_cells_equal_the_rule,
    assert_kept_and_inert,
    engine_of,
    form,
    in_parallel,
    words,
)

CLAIM = {
    "outlet": "Example Times",
    "published": "2026-02-28",
    "language": "en",
    "attributed_to": "a Hamas official",
    "anonymous": "yes",
    "speakers": "hamas",
    "holders": "hamas",
    "issues": "disarmament",
    "kind": "offer",
    "summary": "Would store its arms under supervision.",
    "stated": "2026-02-27",
    "quote": "the arms could be stored",
}


def report(client: TestClient, **claim: Any) -> str:
    """Report a demand; answers its address."""
    token = form(client, f"{GAZA}/demands/new")["token"]
    response = client.post(f"{GAZA}/demands", data={"token": token, **CLAIM, **claim})
    assert response.status_code == 303, response.text
    address: str = response.headers["location"]
    return address


# How often what happens at once is tried; a longer run takes more: PARLEY_TEST_ROUNDS=50.
ROUNDS = int(os.environ.get("PARLEY_TEST_ROUNDS", "3"))


def test_a_reported_demand_stands_in_its_cell_the_time_line_and_the_csv_at_once(desk: TestClient) -> None:
    before = desk.get(GAZA).headers["etag"]
    address = report(signed_in(desk, "anna"))
    page = desk.get(GAZA)
    assert page.headers["etag"] != before
    assert "Would store its arms under supervision." in page.text
    cell = words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert "Hamas, from its own side: a Hamas official (unnamed); Example Times, 28 Feb 2026" in cell
    assert address in desk.get(f"{GAZA}/timeline?q=supervision").text
    assert f"https://parley.example{address}" in desk.get(f"{GAZA}/timeline.csv?q=supervision").text
    assert "anna" not in desk.get(address).text
    assert_cells_equal_the_rule(desk)


def test_a_second_report_makes_one_line_with_two_origins(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    demand = address.rpartition("/")[2]
    second = {**CLAIM, "outlet": "Other Post", "published": "2026-03-01", f"relation-{demand}": "same"}
    token = form(anna, f"{GAZA}/demands/new")["token"]
    response = anna.post(f"{GAZA}/demands", data={"token": token, **second})
    assert (response.status_code, response.headers["location"]) == (303, address)
    assert "2 reports" in words(desk.get(f"{GAZA}?columns=hamas").text)
    assert "2 origins" in words(desk.get(address).text)
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(func.count()).where(Record.summary == CLAIM["summary"])) == 1
    assert_cells_equal_the_rule(desk)


def test_one_that_replaces_it_takes_it_down_and_retracted_lets_it_stand_again(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    first = report(anna)
    later = report(
        anna,
        summary="Would give its arms to a joint committee.",
        stated="2026-03-01",
        published="2026-03-01",
        **{f"relation-{first.rpartition('/')[2]}": "replaces"},
    )
    table = desk.get(f"{GAZA}?columns=hamas").text
    assert "joint committee" in table
    assert "under supervision" not in table
    history = words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert "replaced since" in history
    hidden = form(anna, f"{later}/edit")
    assert anna.post(f"{later}/retract", data=hidden).status_code == 422, "a reason is needed"
    hidden = form(anna, f"{later}/edit")
    response = anna.post(
        f"{later}/retract", data={**hidden, "token": hidden["token"] + "-r", "reason": "Misread."}
    )
    assert response.status_code == 303
    table = desk.get(f"{GAZA}?columns=hamas").text
    assert "joint committee" not in table
    assert "under supervision" in table
    gone = desk.get(later)
    assert (gone.status_code, "Misread." in gone.text) == (200, True)
    assert "joint committee" not in gone.text
    assert "joint committee" not in desk.get(f"{GAZA}/timeline.csv").text
    assert_cells_equal_the_rule(desk)


def test_a_correction_is_a_revision_with_its_reason_for_editors_only(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    hidden = form(anna, f"{address}/edit")
    claim = {name: CLAIM[name] for name in ("holders", "issues", "kind", "stated")}
    changed = {**hidden, **claim, "summary": "Would store its weapons.", "reason": "Closer to the wording."}
    assert anna.post(f"{address}/edit", data=changed).status_code == 303
    assert "Would store its weapons." in desk.get(f"{GAZA}?columns=hamas").text
    editors = words(anna.get(address).text)
    assert "Corrected by anna: Closer to the wording." in editors
    assert "Would store its arms under supervision weapons." in editors
    readers = desk.get(address).text
    assert "Closer to the wording" not in readers
    assert "anna" not in readers
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_a_denying_report_marks_the_demand(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna, speakers="egypt", attributed_to="Egyptian officials")
    hidden = form(anna, f"{address}/cite")
    denial = {
        **hidden,
        "outlet": "Other Post",
        "published": "2026-03-01",
        "language": "ar",
        "speakers": "hamas",
        "attributed_to": "Hamas statement",
        "relation": "denies",
    }
    assert anna.post(f"{address}/cite", data=denial).status_code == 303
    assert "Denied by Hamas statement" in words(desk.get(f"{GAZA}?columns=hamas").text)
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_a_contributors_entry_waits_and_is_seen_by_nobody_else(desk: TestClient) -> None:
    planted = "xyzzyplugh"
    tag = desk.get(GAZA).headers["etag"]
    carl = signed_in(desk, "carl")
    address = report(carl, summary=f"Would {planted} its arms.", outlet=f"Outlet {planted}", quote=planted)
    assert address == f"{GAZA}/entries"
    assert planted in carl.get(address).text
    assert planted in signed_in(desk, "anna").get(f"{GAZA}/reviews").text
    with read_session(engine_of(desk)) as session:
        demand = session.scalar(select(Record.id).where(Record.summary.contains(planted)))
    missing = desk.get(f"{GAZA}/demands/{'x' * len(demand or '')}")
    found = desk.get(f"{GAZA}/demands/{demand}")
    assert (found.status_code, found.text) == (missing.status_code, missing.text)
    assert desk.get(GAZA).headers["etag"] == tag
    assert_cells_equal_the_rule(desk)


# What is planted in everything that an entry says, followed by its status, and what it is looked for by.
SECRET, SOUGHT = "xyzzy", "plover"


def filled(path: str, values: Mapping[str, str], otherwise: str) -> str:
    """The address of a route, its parts filled in."""
    return re.sub(r"{(\w+)[^}]*}", lambda part: values.get(part[1], otherwise), path)


def plant(client: TestClient, type_: RecordType, row: dict[str, str], status: ReviewStatus) -> dict[str, str]:
    """An entry of carl's that says the secret wherever it can; answers what names it in an address."""
    said = (
        f"Words that make an id as long as it can be, and longer still, before {SOUGHT} and {SECRET}{status}"
    )
    source = {"outlet": said, "title": said, "published": "2026-02-28", "language": "en"}
    citation = {
        "quote": said,
        "attributed_to": said,
        "note": said,
        "speakers": "hamas",
        "relation": "supports",
    }
    column = "title" if type_ in (RecordType.PROPOSAL, RecordType.EVENT) else "summary"
    terms = [{"issue": "disarmament", "summary": said}] if type_ is RecordType.PROPOSAL else []
    entry = Entry(
        source, citation, {column: said, **row}, type_, terms=terms, draft=status is ReviewStatus.DRAFT
    )
    with write_session(engine_of(client)) as session:
        people = {name: id_ for id_, name in session.execute(select(Account.id, Account.name))}
        now = datetime.now(UTC)
        record = record_entry(session, "gaza", entry, By(people["carl"], False, now))
        number, source_id = session.execute(
            select(Citation.number, Citation.source).order_by(Citation.number.desc()).limit(1)
        ).one()
        text = {"words": said, "hash": "0" * 64, "added_at": now, "number": 1, "negotiation": "gaza"}
        session.execute(insert(SourceText).values(source=source_id, **text))
        if status is ReviewStatus.RETURNED:
            return_entry(session, "gaza", number, By(people["anna"], True, now), comment=said)
        session.commit()
    plural = f"{type_.value}s"
    named = {"noun": plural, "plural": plural, "number": str(number)}
    return named | {"source": source_id, "record": record}


@pytest.fixture
def lone_desk(templates: Any, tmp_path: Path) -> Iterator[TestClient]:
    """A reader of a site on SQLite alone: what is walked over there is many pages, and the same ones."""
    file = tmp_path / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    with serving(f"sqlite:///{file}") as client:
        client.follow_redirects = False
        yield client


def test_an_entry_that_waits_is_found_by_nobody_else_on_any_route_format_or_method(
    lone_desk: TestClient,
) -> None:
    desk = lone_desk
    demand = {"holders": "hamas", "issues": "disarmament", "kind": "offer", "stated": "2026-02-27"}
    draft = plant(desk, RecordType.DEMAND, demand, ReviewStatus.DRAFT)
    outline = {"presented": "2026-02-27", "proposed_by": "hamas"}
    planted = [
        draft,
        plant(desk, RecordType.PROPOSAL, outline, ReviewStatus.SUBMITTED),
        plant(desk, RecordType.EVENT, {"starts": "2026-02-27"}, ReviewStatus.RETURNED),
    ]
    assert not [part for one in planted for part in one.values() if SECRET in part or SOUGHT in part]
    found = list(routes(desk.app.routes))  # type: ignore[attr-defined]
    dora, anna = signed_in(desk, "dora"), signed_in(desk, "anna")
    # What is its author's alone is hidden from editors too; the rest is theirs to read.
    visits = [(desk, one, SECRET) for one in planted] + [(dora, one, SECRET) for one in planted[:2]]
    visits.append((anna, draft, f"{SECRET}{ReviewStatus.DRAFT}"))
    visited = set()
    for client, one, secret in visits:
        fixed = {"negotiation": "gaza", "actor": "hamas", "issue": "disarmament"} | one
        query = {"q": SOUGHT, "find": SOUGHT, "source": one["source"], "proposal": one["record"]}
        query |= {"term": f"{one['record']}-t01", "amends": one["record"], "holders": "hamas"}
        query |= {"issues": "disarmament", "columns": f"hamas,proposal:{one['record']}", "standing": "1"}
        for method, path, permission in found:
            if permission in (Permission.SIGN_OUT, Permission.ACCOUNT):
                continue
            if path.startswith("/api/") and client is not desk:
                continue  # a cookie counts for nothing there: everybody is answered as a reader
            address = filled(path, fixed, one["record"])
            if method == "GET":
                partly = {"hx-request": "true", "hx-request-type": "partial", "accept": "application/json"}
                answers = [client.get(address, params=query, headers=partly)]
                if (client, address) not in visited:
                    answers += [client.get(address), client.head(address)]
                visited.add((client, address))
            else:
                data = query | {"token": token_urlsafe(32), f"relation-{one['record']}": "restates"}
                answers = [client.post(address, data=data | {"then": "read", "seen": "1", "reason": SOUGHT})]
            for answer in answers:
                said = answer.text + str(answer.headers)
                assert secret not in said, (method, address)
    assert len({address for _, address in visited}) > 100
    assert SECRET in signed_in(desk, "carl").get(f"{GAZA}/entries").text


def test_the_same_form_sent_twice_makes_one_record_and_with_other_text_none_is_lost(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    token = form(anna, f"{GAZA}/demands/new")["token"]
    data = {"token": token, **CLAIM}
    answers = [anna.post(f"{GAZA}/demands", data=data) for _ in range(3)]
    assert {(a.status_code, a.headers["location"]) for a in answers} == {
        (303, answers[0].headers["location"])
    }
    other = anna.post(f"{GAZA}/demands", data={**data, "summary": "Another text."})
    assert (other.status_code, "Another text." in other.text) == (409, True)
    fresh = re.search(r'name="token" value="([^"]+)"', other.text)
    assert fresh
    assert fresh[1] != token
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(func.count()).where(Record.summary == CLAIM["summary"])) == 1


def test_eight_parallel_submits_make_one_record(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    for number in range(ROUNDS):
        token = form(anna, f"{GAZA}/demands/new")["token"]
        data = {"token": token, **CLAIM, "summary": f"Round {number}."}
        answers = in_parallel([lambda data=data: anna.post(f"{GAZA}/demands", data=data)] * 8)
        assert {answer.status_code for answer in answers} == {303}
        with read_session(engine_of(desk)) as session:
            assert session.scalar(select(func.count()).where(Record.summary == f"Round {number}.")) == 1


def test_of_eight_parallel_corrections_one_wins_and_the_others_keep_their_text(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    claim = {name: CLAIM[name] for name in ("holders", "issues", "kind", "stated")}
    for attempt in range(max(1, ROUNDS - 2)):
        forms = [
            {**form(anna, f"{address}/edit"), **claim, "summary": f"Text{attempt}n{n}.", "reason": "a try"}
            for n in range(8)
        ]
        answers = in_parallel([lambda data=data: anna.post(f"{address}/edit", data=data) for data in forms])
        assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
        winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
        for number, answer in enumerate(answers):
            if number != winner:
                assert f"Text{attempt}n{number}." in answer.text
                assert f"Text{attempt}n{winner}" in words(answer.text)
        assert f"Text{attempt}n{winner}." in desk.get(f"{GAZA}?columns=hamas").text


FIELDS = [
    "outlet",
    "title",
    "url",
    "published",
    "language",
    "source_kind",
    "origin",
    "attributed_to",
    "speakers",
    "attribution",
    "public_wording",
    "setting",
    "quote",
    "translation",
    "locator",
    "note",
    "holders",
    "issues",
    "kind",
    "summary",
    "condition",
    "stated",
    "quantity",
    "unit",
    "deadline",
    "proposal",
    "grade",
    "source",
    "relation-x",
    "token",
    "find",
    "anonymous",
    "about",
    "stated_day",
]


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_a_hostile_value_in_any_field_is_taken_or_refused_in_words_and_always_kept(value: str) -> None:
    for field in FIELDS:
        assert_kept_and_inert(DemandForm, CLAIM, field, value)


@pytest.mark.parametrize("value", HOSTILE, ids=[ascii(value)[:24] for value in HOSTILE])
def test_hostile_values_in_all_fields_at_once_are_answered_with_the_form(
    desk_client: TestClient, value: str
) -> None:
    assert_answered_with_the_form(desk_client, "demands", FIELDS, value)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_is_shown_inert(desk_client: TestClient, field: str) -> None:
    for value in (HOSTILE[0], HOSTILE[1]):
        response = desk_client.post(
            f"{GAZA}/demands", data={**CLAIM, "token": "t" * 40, "kind": "x", field: value}
        )
        assert response.status_code == 422
        assert value not in response.text


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("summary", "", "Fill this in."),
        ("summary", "two\nlines", "Write this on one line."),
        ("summary", "a\u202eb", "turns the direction of writing"),
        ("quote", "a\x00b", "holds a control character"),
        ("stated", "2024-02-30", "is not a day of the calendar"),
        ("stated", "2099-01-01", "after today"),
        ("url", "javascript:alert(1)", "begins with https://"),
        ("url", "https://me:secret@example.org", "Leave name and password out"),
        ("holders", "nobody", "Choose participants"),
        ("issues", "nothing", "Choose issues"),
        ("kind", "wish", "Choose one of these"),
        ("language", "en glish!", "Write a language as"),
        ("published", "soon", "is not a date"),
    ],
)
def test_each_fault_is_named_in_words_beside_its_field(
    desk_client: TestClient, field: str, value: str, fault: str
) -> None:
    token = form(desk_client, f"{GAZA}/demands/new")["token"]
    response = desk_client.post(f"{GAZA}/demands", data={"token": token, **CLAIM, field: value})
    assert response.status_code == 422
    assert re.search(rf'id="{field}-fault">[^<]*{re.escape(fault)}', unescape(response.text)), field
    for name, text in CLAIM.items():
        if name != field and name not in ("anonymous", "speakers", "holders", "issues", "kind"):
            assert text in unescape(response.text), f"{name} was lost"


# Who may do what (domain.md §8). A permission that is not here has no route: the test would not know it.
MAY = {
    Permission.READ_PUBLISHED: {"reader", "contributor", "editor", "admin"},
    Permission.SIGN_IN: {"reader", "contributor", "editor", "admin"},
    Permission.SIGN_OUT: {"contributor", "editor", "admin"},
    Permission.ACCOUNT: {"contributor", "editor", "admin"},
    Permission.ENTER: {"contributor", "editor", "admin"},
    Permission.EDIT: {"editor", "admin"},
    Permission.ADMIN: {"admin"},
}


def routes(found: Any) -> Iterator[tuple[str, str, Permission]]:
    """Every route of the application: its method, its path and what it declares."""
    for route in found:
        nested = getattr(route, "original_router", None)
        if nested is not None:
            yield from routes(nested.routes)
        elif endpoint := getattr(route, "endpoint", None):
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path, endpoint.permission


def test_each_role_may_do_what_is_its_own_on_every_route_and_nothing_else(lone_desk: TestClient) -> None:
    desk = lone_desk
    people = {
        "reader": desk,
        "contributor": signed_in(desk, "carl"),
        "editor": signed_in(desk, "anna"),
        "admin": signed_in(desk, "root"),
    }
    found = list(routes(desk.app.routes))  # type: ignore[attr-defined]
    assert len({path for _, path, _ in found}) > 30
    values = {
        "negotiation": "gaza",
        "actor": "hamas",
        "issue": "disarmament",
        "number": "1",
        "noun": "demands",
        "plural": "demands",
    }
    # Signing out comes last: it ends the sessions that the others need.
    for method, path, permission in sorted(found, key=lambda route: route[2] is Permission.SIGN_OUT):
        if path.startswith("/api/"):
            continue  # asked by tokens: tests.web.test_api_tokens
        address = filled(path, values, "isr-2023-11-09-no-fuel")
        for role, client in people.items():
            response = client.request(method, address)
            where = (method, path, role, response.status_code)
            to_login = urlsplit(response.headers.get("location", "")).path == "/login"
            if role in MAY[permission]:
                assert response.status_code != 403, where
                assert not to_login, where
                assert response.status_code < 500, where
            else:
                assert to_login if role == "reader" else response.status_code == 403, where


@pytest.mark.one_database
def test_signed_in_pages_are_kept_nowhere(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    for address in (GAZA, f"{GAZA}/timeline", f"{GAZA}/timeline.csv", "/", f"{GAZA}/demands/new"):
        response = anna.get(address)
        assert response.headers["cache-control"] == "no-store", address
        assert "etag" not in response.headers, address


def test_every_change_is_one_link_of_the_chain(desk: TestClient) -> None:
    with read_session(engine_of(desk)) as session:
        before = session.scalar(select(func.count()).select_from(Revision))
        cells = session.scalar(select(func.count()).select_from(PositionCell))
    report(signed_in(desk, "anna"))
    with read_session(engine_of(desk)) as session:
        nouns = session.scalars(select(Revision.noun).order_by(Revision.number.desc()).limit(3)).all()
        assert session.scalar(select(func.count()).select_from(Revision)) == (before or 0) + 3
        assert sorted(nouns) == ["citation", "demand", "source"]
        assert (session.scalar(select(func.count()).select_from(PositionCell)) or 0) > (cells or 0)


def test_a_waiting_report_moves_no_date_and_survives_an_import(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    address = report(anna, published="2026-03-01", stated="2026-02")
    hidden = form(carl, f"{address}/cite")
    earlier = {
        **hidden,
        "outlet": "Earlier News",
        "published": "2026-02-10",
        "language": "en",
        "speakers": "hamas",
        "attributed_to": "Hamas",
        "relation": "supports",
    }
    tag = desk.get(address).headers["etag"]
    assert carl.post(f"{address}/cite", data=earlier).status_code == 303
    assert desk.get(address).headers["etag"] == tag
    assert desk.get(f"{GAZA}?on=2026-02-20&columns=hamas").text.count("Would store its arms") == 0
    with write_session(engine_of(desk)) as session:
        import_package(session, DEMO / "gaza", now=MADE_AT)
        session.commit()
    assert "Earlier News" in carl.get(f"{GAZA}/entries").text
    assert desk.get(f"{GAZA}?on=2026-02-20&columns=hamas").text.count("Would store its arms") == 0
    assert "Would store its arms" in desk.get(f"{GAZA}?columns=hamas").text
    assert "Earlier News" not in desk.get(address).text
    assert_cells_equal_the_rule(desk)


@pytest.mark.one_database
def test_a_corrected_report_changes_the_track_at_once(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna)
    link = re.search(rf'href="({GAZA}/citations/\d+/edit)"', anna.get(address).text)
    assert link
    hidden = form(anna, link[1])
    corrected = {**hidden, "attributed_to": "Egyptian officials", "speakers": "egypt", "relation": "supports"}
    assert anna.post(link[1], data=corrected).status_code == 422, "a reason is needed"
    response = anna.post(link[1], data={**corrected, "reason": "It was the Egyptians who said so."})
    assert response.status_code == 303
    cell = words(desk.get(f"{GAZA}/positions/hamas/disarmament").text)
    assert "Hamas, as described by Egyptian officials (a mediator); Example Times, 28 Feb 2026" in cell
    outdated = anna.post(link[1], data={**corrected, "token": "t" * 40, "reason": "again"})
    assert (outdated.status_code, "As it was saved meanwhile" in outdated.text) == (409, True)
    assert_cells_equal_the_rule(desk)


def test_a_day_that_is_missing_is_asked_for_with_that_of_the_report_beside_it(
    desk_client: TestClient,
) -> None:
    for published, named in (("2026-02-28", "28 Feb 2026"), ("2026-02", "Feb 2026")):
        sent = {**CLAIM, "token": "t" * 40, "stated": "", "stated_day": "", "published": published}
        answer = desk_client.post(f"{GAZA}/demands", data={**sent, "action": "draft"})
        assert answer.status_code == 422
        offer = f"The report is of {named}: if that is when it was said, enter it."
        assert f'id="stated_day-fault">Fill this in. {offer}<' in answer.text
        assert re.search(r'id="stated_day" name="stated_day" type="date" value=""', answer.text), (
            "never filled in"
        )
    answer = desk_client.post(f"{GAZA}/demands", data={**sent, "published": "soon"})
    assert 'id="stated_day-fault">Fill this in.<' in answer.text


def test_a_date_after_the_report_or_two_different_dates_are_refused(desk_client: TestClient) -> None:
    late = desk_client.post(f"{GAZA}/demands", data={**CLAIM, "token": "t" * 40, "stated": "2026-03-05"})
    assert (late.status_code, "said before it was printed" in late.text) == (422, True)
    both = {**CLAIM, "token": "t" * 40, "stated_day": "2026-02-20"}
    two = desk_client.post(f"{GAZA}/demands", data=both)
    assert (two.status_code, "empty one of the two" in two.text) == (422, True)
    page = desk_client.get(f"{GAZA}/demands/isr-2023-11-09-no-fuel/edit").text
    assert 'name="stated_day" type="date" value="2023-11-09"' in page


@pytest.mark.one_database
def test_a_corrected_report_keeps_all_its_speakers_and_saving_it_unchanged_changes_nothing(
    desk: TestClient,
) -> None:
    anna = signed_in(desk, "anna")
    address = report(anna, speakers=["hamas", "qatar"])
    link = re.search(rf'href="({GAZA}/citations/\d+/edit)"', anna.get(address).text)
    assert link
    page = anna.get(link[1]).text
    assert len(re.findall(r'<option value="(?:hamas|qatar)" selected', page)) == 2
    tag = desk.get(address).headers["etag"]
    same = {
        **form(anna, link[1]),
        "speakers": ["hamas", "qatar"],
        "relation": "supports",
        "reason": "nothing",
    }
    same |= {name: CLAIM[name] for name in ("attributed_to", "anonymous", "quote")}
    assert anna.post(link[1], data=same).status_code == 303
    assert desk.get(address).headers["etag"] == tag


@pytest.mark.one_database
def test_a_demand_that_moves_to_another_issue_leaves_its_place_on_the_scale(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    with read_session(engine_of(desk)) as session:
        placed = session.scalars(
            select(Demand.id).where(
                Demand.negotiation == "gaza", Demand.placement_issue == "troop-withdrawal"
            )
        ).first()
    address = f"{GAZA}/demands/{placed}"
    hidden = form(anna, f"{address}/edit")
    moved = {
        **hidden,
        "holders": "israel",
        "issues": ["disarmament", "guarantees"],
        "kind": "demand",
        "summary": "Moved.",
        "stated": "2023-11",
        "reason": "It speaks of both.",
    }
    assert anna.post(f"{address}/edit", data=moved).status_code == 303
    with read_session(engine_of(desk)) as session:
        assert session.scalar(select(Demand.placement_issue).where(Demand.id == placed)) is None
    assert_cells_equal_the_rule(desk)


def test_a_report_of_the_same_claim_cannot_do_anything_else_besides(desk_client: TestClient) -> None:
    both = {**CLAIM, "token": "t" * 40, "relation-a": "same", "relation-b": "replaces"}
    response = desk_client.post(f"{GAZA}/demands", data=both)
    assert (response.status_code, "adds to that one alone" in response.text) == (422, True)


@pytest.mark.one_database
def test_nothing_typed_is_lost_when_the_demand_was_retracted_meanwhile(desk: TestClient) -> None:
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    address = report(anna)
    hidden = form(ben, f"{address}/cite")
    edit = form(anna, f"{address}/edit")
    assert (
        anna.post(f"{address}/retract", data={**edit, "token": "r" * 40, "reason": "Misread."}).status_code
        == 303
    )
    late = {
        **hidden,
        "outlet": "Late Paper",
        "published": "2026-03-01",
        "language": "en",
        "attributed_to": "Hamas",
        "speakers": "hamas",
        "relation": "supports",
    }
    response = ben.post(f"{address}/cite", data=late)
    assert (response.status_code, "Late Paper" in response.text) == (422, True)


@pytest.mark.parametrize("query", ["find=%00x", "source=%00", "find=x&source=%00"])
def test_no_address_of_the_form_fails_on_either_database(desk: TestClient, query: str) -> None:
    anna = signed_in(desk, "anna")
    for address in (f"{GAZA}/demands/new", f"{GAZA}/entries/sources"):
        assert anna.get(f"{address}?{query}").status_code == 200
    for field in ("find", "source", "relation-a\x00b", "origin", "language"):
        response = anna.post(f"{GAZA}/demands", data={**CLAIM, "token": "t" * 40, field: "\x00" + "x" * 900})
        assert response.status_code == 422 or field == "find", field


@pytest.mark.one_database
def test_words_that_could_unmask_a_speaker_are_the_editors_alone(desk: TestClient) -> None:
    verbatim, vaguer = "a bodyguard xyzzyplugh", "a person close to the talks"
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    address = report(anna, attributed_to=verbatim, public_wording=vaguer)
    link = re.search(rf'href="({GAZA}/citations/\d+/edit)"', anna.get(address).text)
    assert link
    assert verbatim in anna.get(link[1]).text
    assert carl.get(link[1]).status_code == 404
    typed = {**CLAIM, "token": "t" * 40, "seen": "1", "base": "1", "relation": "supports", "reason": "x"}
    for action in ("save", "theirs-attributed_to", "theirs"):
        assert verbatim not in carl.post(link[1], data=typed | {"action": action}).text
    assert vaguer in words(desk.get(address).text)
    source = re.search(rf'href="({GAZA}/sources/[\w-]+)', desk.get(address).text)
    assert source
    cell = f"{GAZA}/positions/hamas/disarmament"
    pages = [address, source[1], GAZA, cell, f"/api/v1{GAZA}/positions", f"{GAZA}/timeline", "/"]
    pages += [f"{GAZA}/timeline.csv", f"{GAZA}/timeline?q=xyzzyplugh", f"{GAZA}/actors/hamas"]
    pages += [
        f"{GAZA}/{file}" for file in ("positions.csv", "feed.atom", "calendar.ics", "actors/hamas/feed.atom")
    ]
    pages += [f"{GAZA}/issues/disarmament", f"{GAZA}?columns=hamas&standing=1", f"/api/v1{cell}"]
    own = [f"{address}/cite", f"{source[1]}/read", f"{GAZA}/demands/new?source={source[1].split('/')[-1]}"]
    own += [f"{source[1]}/read?noun=demands", f"{GAZA}/entries/sources?find=xyzzyplugh", f"{address}/edit"]
    for client, page in [(desk, page) for page in pages] + [(carl, page) for page in pages + own]:
        assert "xyzzyplugh" not in client.get(page).text.replace("q=xyzzyplugh", "").replace(
            'value="xyzzyplugh"', ""
        ), page
