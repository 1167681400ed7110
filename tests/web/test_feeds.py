"""Feeds: what was published, corrected, taken down or blanked, as readers may know it, and nothing else."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import read_session, write_session
from app.domain.vocabulary import Basis
from app.exchange.atom import Entry, Feed, atom_bytes
from app.exchange.package import import_package
from app.forms.filters import read_timeline_filters
from app.models import Record, Revision
from app.queries.feeds import feed_page
from app.queries.negotiations import cast_of
from app.web.deps import today
from tests.make import write_package
from tests.services.databases import PUBLIC_URL, load, serving, signed_in
from tests.web.desk import send
from tests.web.filled import correct, filled
from tests.web.forms import GAZA, engine_of, form
from tests.web.reports import reports
from tests.web.test_entries import report
from tests.web.test_redaction import blank, offered

FEED = f"{GAZA}/feed.atom"


def read(client: TestClient, address: str) -> Any:
    """The feed at an address, as a feed reader takes it."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def retract(client: TestClient, record: str) -> None:
    hidden = {**form(client, f"{record}/edit"), "token": "r" * 40}
    sent = client.post(f"{record}/retract", data={**hidden, "reason": "Misread."})
    assert sent.status_code == 303, sent.text


def titles(client: TestClient, address: str = FEED, most: int = 6) -> list[str]:
    return [entry.title for entry in read(client, address).entries[:most]]


def test_a_record_is_followed_from_its_publication_to_its_end(desk: TestClient) -> None:
    anna, carl = signed_in(desk, "anna"), signed_in(desk, "carl")
    before = read(desk, FEED)
    assert len(before.entries) == 50
    report(carl, summary="Waits for an editor.")
    assert read(desk, FEED).entries[0].id == before.entries[0].id, "what waits is nobody's but the desk's"
    address = report(anna)
    said = "Hamas, from its own side: Would store its arms under supervision."
    newest = read(desk, FEED)
    first = newest.entries[0]
    assert (first.title, first.link) == (f"Published: {said}", f"{PUBLIC_URL}{address}")
    assert first.summary == "Offer, 27 Feb 2026. a Hamas official (unnamed), via Example Times."
    assert newest.entries[1].id == before.entries[0].id, "its report came along and is no entry"
    assert first.updated == newest.feed.updated == f"{today()}T00:00:00Z", "readers are told the day alone"
    correct(anna, address, summary="Would store some of its arms.")
    now = "Hamas, from its own side: Would store some of its arms."
    # As it stands now, never as it was.
    assert titles(desk, most=2) == [f"Corrected: {now}", f"Published: {now}"]
    assert read(desk, FEED).entries[1].id == first.id
    cite = {"outlet": "Other Post", "published": "2026-03-01", "language": "en", "attributed_to": "x"}
    hidden = form(anna, f"{address}/cite")
    sent = anna.post(f"{address}/cite", data={**hidden, **cite, "relation": "supports"})
    assert sent.status_code == 303
    assert titles(desk, most=1) == [f"A report added: {now}"]
    for one in (f"{GAZA}/issues/disarmament/feed.atom", f"{GAZA}/actors/hamas/feed.atom"):
        assert titles(desk, one, 1) == [f"A report added: {now}"]
    assert titles(desk, f"{GAZA}/timeline.atom?q=some+of+its+arms&actor=hamas") == [
        f"A report added: {now}", f"Corrected: {now}", f"Published: {now}",
    ]  # fmt: skip
    assert now not in str(titles(desk, f"{GAZA}/actors/egypt/feed.atom", 50))
    retract(anna, address)
    text = desk.get(FEED).text
    assert titles(desk, most=4) == ["Demand taken down"] * 4
    assert read(desk, FEED).entries[3].id == first.id
    assert titles(desk, f"{GAZA}/issues/disarmament/feed.atom", 1) == ["Demand taken down"]
    assert titles(desk, f"{GAZA}/timeline.atom?q=some+of+its+arms") == []
    for word in ("arms under", "some of its arms", "Misread", "anna", "carl", "Example Times"):
        assert word not in text.partition(before.entries[0].id)[0], word


def test_links_and_what_an_outlet_did_with_its_report_are_told(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    one, other = report(anna), report(anna, summary="Would keep its arms.", stated="2026-02-26")
    sent = send(anna, f"{one}/links", other=other.rpartition("/")[2], relation="replaces")
    assert sent.status_code == 303
    said = "Hamas, from its own side: Would store its arms under supervision."
    assert titles(desk, most=1) == [f"Linked to another: {said}"]
    source = f"{GAZA}/sources/scmp-2023-12-25"
    changed = filled(
        anna, f"{source}/edit", status="retracted", status_date="2026-03-02", reason="It says so."
    )
    assert anna.post(f"{source}/edit", data=changed).status_code == 303
    entry = read(desk, FEED).entries[0]
    assert entry.title == "What is known of a report corrected: South China Morning Post, 25 Dec 2023"
    assert (entry.summary, entry.link) == ("Retracted by the outlet, 2 Mar 2026", f"{PUBLIC_URL}{source}")
    assert titles(desk, f"{GAZA}/actors/hamas/feed.atom", 1) == [f"Linked to another: {said}"]


def test_what_was_blanked_is_told_and_not_repeated(desk: TestClient) -> None:
    anna, root = signed_in(desk, "anna"), signed_in(desk, "root")
    address = report(anna, summary="Would hide xyzzy.")
    assert blank(root, address, "/summary").status_code == 303
    text = desk.get(FEED).text
    assert "Would hide" not in text
    first = titles(desk, most=1)[0]
    assert first.startswith("Something blanked for somebody’s safety")


def test_what_was_blanked_before_anybody_could_read_it_is_not_told(desk: TestClient) -> None:
    anna, carl, root = signed_in(desk, "anna"), signed_in(desk, "carl"), signed_in(desk, "root")
    address = report(anna)
    before = read(desk, FEED).entries[0].id
    known = set(offered(root, address))
    cite = {"outlet": "Other Post", "published": "2026-03-01", "language": "en", "relation": "supports",
            "attributed_to": "a cook", "anonymous": "yes", "attribution": "third_party",
            "quote": "They would hide xyzzy."}  # fmt: skip
    sent = carl.post(f"{address}/cite", data={**form(carl, f"{address}/cite"), **cite})
    assert sent.status_code == 303, sent.text
    (quote,) = [value for value in set(offered(root, address)) - known if value.endswith("/quote")]
    assert blank(root, address, quote).status_code == 303
    assert read(desk, FEED).entries[0].id == before, "a report that waited is nobody's but the desk's"
    report(carl, summary="Waits for an editor.")
    with read_session(engine_of(desk)) as session:
        waits = session.scalar(select(Record.id).where(Record.summary == "Waits for an editor."))
    assert blank(root, f"{GAZA}/demands/{waits}", "/summary").status_code == 303
    assert read(desk, FEED).entries[0].id == before
    public = [value for value in known if value.startswith("citation/") and value.endswith("/quote")]
    assert blank(root, address, *public).status_code == 303
    first = titles(desk, most=1)[0]
    assert first.startswith("Something blanked for somebody’s safety in a report: Hamas, from its own side")


def test_a_merged_record_leads_to_the_one_that_stands(desk: TestClient, tmp_path: Path) -> None:
    anna = signed_in(desk, "anna")
    one, other = report(anna), report(anna, summary="Would keep its arms.", stated="2026-02-26")
    gone = other.rpartition("/")[2]
    into = one.rpartition("/")[2]
    hidden = form(anna, f"{other}/merge?into={into}")
    sent = anna.post(f"{other}/merge", data={**hidden, "token": "m" * 40, "reason": "They are one."})
    assert sent.status_code == 303, sent.text
    entries = read(desk, FEED).entries
    told = [entry for entry in entries if entry.title.startswith("Merged into another: ")]
    assert {entry.link for entry in told} == {f"{PUBLIC_URL}{one}"}
    assert gone not in desk.get(FEED).text.partition(told[-1].id)[0]


def test_pages_follow_one_another_and_an_unchanged_one_is_not_sent_again(reader: TestClient) -> None:
    address, ids = FEED, []
    pages = 0
    while address:
        feed = read(reader, address)
        ids += [entry.id for entry in feed.entries]
        pages += 1
        address = next((link.href for link in feed.feed.links if link.rel == "next"), "")
        address = address.removeprefix(PUBLIC_URL)
        assert len(feed.entries) <= 50
    assert len(ids) == len(set(ids))
    with read_session(engine_of(reader)) as session:
        kinds = ("demand", "proposal", "term", "response", "remark", "event")
        of_records = select(func.count()).where(Revision.negotiation == "gaza", Revision.noun.in_(kinds))
        assert len(ids) == session.scalar(of_records)
    numbers = [int(id_.split(":")[3]) for id_ in ids]
    assert numbers == sorted(numbers, reverse=True)
    tag = reader.get(FEED).headers["etag"]
    again = reader.get(FEED, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_looks_through_a_bounded_part_of_the_chain_and_none_is_left_out(reader: TestClient) -> None:
    with read_session(engine_of(reader)) as session:
        cast = cast_of(session, "gaza")
        asked = (
            session,
            "gaza",
            cast,
            read_timeline_filters({"issue": "disarmament"}),
            today(),
            Basis.REPORTED,
        )
        whole = [change.number for change in feed_page(*asked).changes]
        found: list[int] = []
        before, pages = None, 0
        while pages == 0 or before:
            page = feed_page(*asked, before, window=40)
            found += [change.number for change in page.changes]
            before, pages = page.older, pages + 1
    assert found == whole
    assert 1 < pages < 10


@pytest.fixture(scope="module")
def talks(templates: Any, reports_package: Any) -> Any:
    with serving(f"sqlite:///{templates('sqlite', reports_package)}") as client:
        yield client


def test_ids_do_not_change_with_the_address(templates: Any, reports_package: Any, talks: TestClient) -> None:
    feed = "/negotiations/reports/feed.atom"
    here = read(talks, feed)
    with serving(
        f"sqlite:///{templates('sqlite', reports_package)}", public_url="https://moved.example"
    ) as moved:
        there = read(moved, feed)
    assert [entry.id for entry in here.entries] == [entry.id for entry in there.entries]
    assert here.feed.id == there.feed.id
    assert all(id_.startswith("tag:parley,2026:reports:") for id_ in (here.feed.id, here.entries[0].id))
    assert there.entries[0].link.startswith("https://moved.example/")


def test_pages_lead_to_their_feeds(talks: TestClient) -> None:
    def feeds(page: str) -> list[str]:
        html = talks.get(page).text
        found = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', html)
        assert all(f'<a href="{one}"' in html for one in found[-1:]), "in sight too"
        return found

    here = "/negotiations/reports"
    assert feeds(here) == [f"{here}/feed.atom"]
    assert feeds(f"{here}/issues/k") == [f"{here}/feed.atom", f"{here}/issues/k/feed.atom"]
    assert feeds(f"{here}/actors/q") == [f"{here}/feed.atom", f"{here}/actors/q/feed.atom"]
    kept = f"{here}/timeline.atom?actor=q"
    assert feeds(f"{here}/timeline?actor=q&on=2024-12-31") == [f"{here}/feed.atom", kept]
    for address in (kept, f"{here}/issues/k/feed.atom"):
        assert read(talks, address).entries


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("timeline.atom?actor=nobody", 422, "Nobody here is called “nobody”"),
        ("timeline.atom?basis=recorded", 422, "A feed tells of what is public now"),
        ("feed.atom?on=2024-12-31", 422, "leave the day out"),
        ("issues/k/feed.atom?on=2024-12-31&basis=stated", 422, "leave the day out"),
        ("timeline.atom?actor=q&on=soon", 422, "leave the day out"),
        ("feed.atom?change=x", 422, "“x” is no place in the feed"),
        ("issues/nothing/feed.atom", 404, "nothing here"),
        ("actors/nobody/feed.atom", 404, "nothing here"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(
    talks: TestClient, address: str, status: int, words: str
) -> None:
    response = talks.get(f"/negotiations/reports/{address}")
    assert response.status_code == status
    if status == 422:
        assert words in response.text


def test_what_xml_cannot_hold_does_not_break_a_feed(tmp_path: Path) -> None:
    words = "a\x00b\x0b<c> & \ufffe\U0001d11e لن"
    entry = Entry("tag:x,2026:1", words, today(), "https://example.org/?a=1&b=2", words)
    feed = Feed(
        "tag:x,2026:f",
        words,
        words,
        today(),
        "https://example.org/f",
        "https://example.org/",
        None,
        "en",
        [entry],
    )
    found = feedparser.parse(atom_bytes(feed))
    assert not found.bozo
    assert (found.entries[0].link, "ab" in found.entries[0].title) == ("https://example.org/?a=1&b=2", True)


def test_a_package_that_comes_in_again_changed_is_told_as_changes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'parley.db'}"
    load(url, write_package(tmp_path / "one", reports()))
    tables = reports()
    tables["demands"] = [
        {**row, "summary": "Some day of January"} if row["id"] == "month" else row
        for row in tables["demands"]
    ]
    with serving(url) as client:
        before = [entry.id for entry in read(client, "/negotiations/reports/feed.atom").entries]
        with write_session(engine_of(client)) as session:
            import_package(session, write_package(tmp_path / "two", tables), now=datetime.now(UTC))
            session.commit()
        after = read(client, "/negotiations/reports/feed.atom").entries
    assert [entry.id for entry in after[1:]] == before[: len(after) - 1]
    assert after[0].title == "Corrected: P, from its own side: Some day of January"
