"""Redaction for safety: what was blanked is found nowhere any more, and the chain still holds."""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from app.cli import DEMO
from app.db import read_session, write_session
from app.domain.redaction import INSTEAD, WITHHELD
from app.domain.vocabulary import RecordType
from app.exchange.package import import_package
from app.models import (
    Base,
    Citation,
    CitationAttribution,
    CitationSelector,
    Negotiation,
    ReaderNote,
    Record,
    Redaction,
    Revision,
    SourceText,
)
from app.queries.revisions import verify
from app.web.deps import today
from tests.packages import contents, export
from tests.services.databases import MADE_AT, signed_in
from tests.web.filled import confirm, correct, filled
from tests.web.forms import GAZA, assert_cells_equal_the_rule, engine_of, form, spaced
from tests.web.test_entries import routes

# Each is one word, so that nothing which is left of it can hide.
QUOTE, SPEAKER, ADDRESS, TEXT = "xyzzyquote", "plughspeaker", "frotzaddress", "rezrovtext"
SECRETS = (QUOTE, SPEAKER, ADDRESS, TEXT)


def of(client: TestClient, statement: Any) -> list[Any]:
    with read_session(engine_of(client)) as session:
        return [tuple(row) if len(row) > 1 else row[0] for row in session.execute(statement)]


@pytest.fixture
def planted(desk: TestClient) -> str:
    """The address of a demand whose report has secrets in all that is kept of it, and its past: yesterday."""
    with time_machine.travel(datetime.now(UTC) - timedelta(days=1)):
        return _plant(desk)


def _plant(desk: TestClient) -> str:
    anna = signed_in(desk, "anna")
    said = {
        "outlet": "Example Times",
        "published": "2026-02-28",
        "language": "en",
        "url": f"https://example.org/{ADDRESS}",
        "text": f"{TEXT} before. They said: {QUOTE} this is it, {SPEAKER} did. And so on for a while.",
        "action": "save",
    }
    token = form(anna, f"{GAZA}/sources/new")["token"]
    room = anna.post(f"{GAZA}/sources/new", data={**said, "token": token}).headers["location"]
    source = room.split("/")[-2]
    claim = {
        "source": source,
        "attributed_to": f"General {SPEAKER}",
        "speakers": "egypt",
        "holders": "hamas",
        "issues": "disarmament",
        "kind": "offer",
        "summary": "Would store its arms under supervision.",
        "stated": "2026-02-27",
        "quote": f"{QUOTE} this is it",
        # The next form begins with the speaker, and where this one led is kept.
        "action": "next",
    }
    token = form(anna, f"{GAZA}/demands/new")["token"]
    sent = anna.post(f"{GAZA}/demands", data={**claim, "token": token})
    assert SPEAKER in sent.headers["location"]
    demand = of(desk, select(Record.id).where(Record.summary == claim["summary"]))[0]
    address = f"{GAZA}/demands/{demand}"
    number = of(desk, select(Citation.number).where(Citation.subject == demand))[0]
    link = f"{GAZA}/citations/{number}/edit"
    # An older speaker, and a reason that repeats the name.
    data = filled(anna, link, attributed_to=f"Colonel {SPEAKER}", reason=f"{SPEAKER} is a colonel.")
    assert anna.post(link, data=data).status_code == 303
    with write_session(engine_of(desk)) as session:
        note = {"negotiation": "gaza", "number": 1, "type": RecordType.DEMAND, "record": demand}
        told = {"words": f"It was not {SPEAKER} who said so.", "sent_at": MADE_AT}
        session.execute(insert(ReaderNote).values(**note, **told))
        session.commit()
    return address


def offered(client: TestClient, record: str) -> list[str]:
    """What can be ticked of a record."""
    page = client.get(f"{record}/redact")
    assert page.status_code == 200, page.text
    return re.findall(r'name="blank" value="([^"]+)"', page.text)


def blank(client: TestClient, record: str, *endings: str) -> Any:
    chosen = [value for value in offered(client, record) if value.endswith(endings)]
    assert chosen
    token = form(client, f"{record}/redact")["token"]
    return client.post(f"{record}/redact", data={"token": token, "blank": chosen, "safety": "yes"})


def every_page(client: TestClient, record: str) -> Iterable[str]:
    """Every address that can be read, by the routes of the application, of this record and its report."""
    source = of(client, select(Citation.source).where(Citation.subject == record.rpartition("/")[2]))[0]
    number = of(client, select(Citation.number).where(Citation.subject == record.rpartition("/")[2]))[0]
    revision = of(client, select(Revision.number).where(Revision.record == str(number)))[0]
    values = {
        "negotiation": "gaza",
        "actor": "hamas",
        "issue": "disarmament",
        "number": str(number),
        "source": source,
        "demand": record.rpartition("/")[2],
        "record": record.rpartition("/")[2],
        "noun": "demands",
        "plural": "demands",
    }
    found = list(routes(client.app.routes))  # type: ignore[attr-defined]
    for method, path, _ in found:
        if method == "GET":
            yield re.sub(r"{(\w+)[^}]*}", lambda part: values.get(part[1], "x"), path)
    yield from (f"{GAZA}/sources/{source}/{page}" for page in ("history", "merge", "redact", "edit"))
    yield f"{record}/history/{revision}"
    past = (today() - timedelta(days=1)).isoformat()
    for query in ("", "?basis=stated", f"?basis=recorded&on={today()}", f"?basis=recorded&on={past}"):
        yield from (f"{GAZA}{query}", f"{record}{query}", f"{GAZA}/timeline.csv{query}")
    yield f"/api/v1{GAZA}/positions?standing=1"
    for word in SECRETS:
        yield f"{GAZA}/timeline?q={word}"
        yield f"{GAZA}/entries/sources?find={word}"
        yield f"{GAZA}/demands/isr-2023-11-09-no-fuel/merge?find={word}"


def found_in(client: TestClient, addresses: Iterable[str]) -> dict[str, list[str]]:
    """The secrets that each page shows, but for what it was itself asked for."""
    found = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code < 500, address
        shown = response.text + str(dict(response.headers))
        asked = address.rpartition("=")[2]
        here = [word for word in SECRETS if word in shown and word != asked]
        if here:
            found[address] = here
    return found


def test_what_was_blanked_is_found_nowhere(
    desk: TestClient,
    desk_url: str,
    planted: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    root = signed_in(desk, "root")
    source = of(desk, select(Citation.source).where(Citation.subject == planted.rpartition("/")[2]))[0]
    before = found_in(root, [planted, f"{GAZA}/sources/{source}/read"])
    assert {word for words in before.values() for word in words} == set(SECRETS), "they are there to be found"
    assert blank(root, planted, "/quote", "/attributed_to", "/url", "/text").status_code == 303
    # What the database holds is looked for below on both kinds; what pages make of it is the same on both.
    addresses = list(every_page(root, planted)) if desk_url.startswith("sqlite") else [planted]
    assert found_in(root, addresses) == {}
    assert found_in(desk, addresses) == {}
    page = spaced(desk.get(planted).text)
    assert f"[ {WITHHELD} ]" in page or f"[{WITHHELD}]" in page
    assert f"as described by {WITHHELD} (a mediator)" in page, "what the speaker was to the holder is kept"
    past = f"?basis=recorded&on={today() - timedelta(days=1)}"
    assert f"described by {WITHHELD}" in spaced(desk.get(f"{planted}{past}").text), "and so it was yesterday"
    assert WITHHELD in desk.get(f"{GAZA}/timeline.csv?q=supervision").text
    assert "paraphrased" not in page
    assert_cells_equal_the_rule(desk)
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None
        rows = (session.execute(table.select()) for table in Base.metadata.sorted_tables)
        dump = "\n".join(str(row) for table in rows for row in table)
    package = b"".join(contents(export(engine_of(desk), "gaza", tmp_path / "package")).values()).decode()
    logged = "\n".join(
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("httpx", "sqlalchemy"))
    )
    for word in SECRETS:
        assert word not in dump, word
        assert word not in package, word
        assert word not in logged, word
    if desk_url.startswith("sqlite"):
        file = Path(desk_url.removeprefix("sqlite:///"))
        for name in (file, file.with_name(f"{file.name}-wal")):
            content = name.read_bytes() if name.exists() else b""
            assert [word for word in SECRETS if word.encode() in content] == [], name
    hashes = of(desk, select(SourceText.words, SourceText.hash))
    assert [(words, len(kept)) for words, kept in hashes] == [(None, 64)]
    assert of(desk, select(CitationSelector.prefix)) == []
    assert of(desk, select(ReaderNote.words)) == [WITHHELD]
    told = of(desk, select(Revision.after).where(Revision.action == "redact"))
    assert {name for after in told for name in json.loads(after)["fields"]} == {
        "attributed_to",
        "quote",
        "reason",
        "speakers",
        "text",
        "url",
    }
    newest = of(
        desk, select(Negotiation.last_redaction, Negotiation.last_revision).where(Negotiation.id == "gaza")
    )
    assert newest[0][0] == newest[0][1]


@pytest.mark.one_database
def test_only_what_is_ticked_goes_and_only_for_safety(desk: TestClient, planted: str) -> None:
    root, anna = signed_in(desk, "root"), signed_in(desk, "anna")
    token = form(root, f"{planted}/redact")["token"]
    quote = next(value for value in offered(root, planted) if value.endswith("/quote"))
    for data, words in (
        ({"blank": quote}, "for somebody’s safety"),
        ({"safety": "yes"}, "Tick what is to be blanked"),
        ({"blank": "citation/1/quote", "safety": "yes"}, "not here any more"),
        ({"blank": "x", "safety": "yes"}, "not here any more"),
    ):
        refused = root.post(f"{planted}/redact", data={"token": token, **data})
        assert (refused.status_code, words in refused.text) == (422, True), data
    assert anna.get(f"{planted}/redact").status_code == 403
    assert anna.post(f"{planted}/redact", data={"blank": quote, "safety": "yes"}).status_code == 403
    assert of(desk, select(Redaction.field)) == []
    assert blank(root, planted, "/quote").status_code == 303
    assert SPEAKER in desk.get(planted).text
    assert QUOTE not in desk.get(planted).text
    # The same words go from the report's stored text, the rest of it stays.
    (stored,) = of(desk, select(SourceText.words))
    assert QUOTE not in stored
    assert TEXT in stored
    assert "Withheld for safety: Exact words" in spaced(anna.get(f"{planted}/history").text)
    assert of(desk, select(Redaction.field)) == ["quote"]


@pytest.mark.one_database
def test_what_must_not_be_empty_says_that_it_is_withheld_on_every_day(desk: TestClient, planted: str) -> None:
    root = signed_in(desk, "root")
    assert blank(root, planted, "/summary", "/outlet").status_code == 303
    for query in ("", f"?basis=recorded&on={today()}", f"?basis=recorded&on={today() - timedelta(days=1)}"):
        page = desk.get(f"{planted}{query}")
        assert INSTEAD in page.text, query
        assert "under supervision" not in page.text.replace("under-supervision", ""), query
    assert INSTEAD in desk.get(f"{GAZA}?columns=hamas").text
    assert blank(root, planted, "/attributed_to").status_code == 303
    number = of(desk, select(Citation.number).where(Citation.subject == planted.rpartition("/")[2]))[0]
    link = f"{GAZA}/citations/{number}/edit"
    anna = signed_in(desk, "anna")
    assert anna.post(link, data=filled(anna, link, note="Only this.", reason="x")).status_code == 303
    assert f"as described by {WITHHELD}" in spaced(desk.get(planted).text)
    assert_cells_equal_the_rule(desk)
    correct(anna, planted, summary="Said anew, without danger.")
    assert "Said anew, without danger." in desk.get(planted).text
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None


@pytest.mark.one_database
def test_of_its_own_side_only_the_person_goes_and_only_where_ticked_the_side_too(
    desk: TestClient, planted: str
) -> None:
    anna, root = signed_in(desk, "anna"), signed_in(desk, "root")
    new = form(anna, f"{GAZA}/setup/actors/new")
    person = {"name": "A person", "actor_id": "person", "kind": "person", "belongs_to": "hamas"}
    assert anna.post(f"{GAZA}/setup/actors/new", data={**new, **person}).status_code == 303
    number = of(desk, select(Citation.number).where(Citation.subject == planted.rpartition("/")[2]))[0]
    link = f"{GAZA}/citations/{number}/edit"
    data = filled(anna, link, speakers="person", reason="It was that person.")
    assert anna.post(link, data=data).status_code == 303
    assert blank(root, planted, "/attributed_to").status_code == 303
    assert filled(anna, link)["speakers"] == ["hamas"]
    assert f"from its own side: {WITHHELD}" in spaced(desk.get(planted).text)
    history = spaced(anna.get(f"{planted}/history").text)
    assert "A person" not in history
    assert blank(root, planted, "/speakers").status_code == 303
    assert filled(anna, link)["speakers"] == [""]
    assert "Only said by others" in spaced(desk.get(planted).text)
    assert f"as described by {WITHHELD}" in spaced(desk.get(planted).text)
    seen = select(CitationAttribution.attribution).where(CitationAttribution.citation == number)
    assert of(desk, seen)[0].value == "third_party"
    assert_cells_equal_the_rule(desk)
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None


def test_it_reaches_what_was_merged_into_it(desk: TestClient, planted: str) -> None:
    anna, root = signed_in(desk, "anna"), signed_in(desk, "root")
    token = form(anna, f"{GAZA}/demands/new")["token"]
    other = {"outlet": "Other Post", "published": "2026-03-01", "language": "en", "attributed_to": "x"}
    claim = {"holders": "hamas", "issues": "disarmament", "kind": "offer", "stated": "2026-02-27"}
    # At the end of what is too long for an address: that cannot be blanked.
    summary = f"Would store its arms in depots under the supervision of others, said {SPEAKER}."
    words = {"summary": summary, "quote": "other words"}
    sent = anna.post(f"{GAZA}/demands", data={"token": token, **other, **claim, **words})
    double = sent.headers["location"]
    assert confirm(
        anna, f"{double}/merge?into={planted.rpartition('/')[2]}", into="x", reason="x"
    ).status_code
    hidden = form(anna, f"{double}/merge?into={planted.rpartition('/')[2]}")
    merged = anna.post(f"{double}/merge", data={**hidden, "reason": "One."})
    assert merged.status_code == 303, merged.text
    assert SPEAKER in anna.get(f"{planted}/history").text
    assert blank(root, planted, "/summary", "/attributed_to").status_code == 303
    assert SPEAKER not in anna.get(f"{planted}/history").text
    dump = of(desk, select(Revision.before, Revision.after, Revision.reason))
    assert SPEAKER not in str(dump)
    with read_session(engine_of(desk)) as session:
        assert verify(session) is None


@pytest.mark.one_database
def test_an_old_package_does_not_bring_it_back(desk: TestClient) -> None:
    root = signed_in(desk, "root")
    quoted = select(Citation.subject, Citation.quote).where(
        Citation.negotiation == "gaza", Citation.subject_type == "demand", Citation.quote.is_not(None)
    )
    demand, quote = of(desk, quoted.order_by(Citation.number))[0]
    record = f"{GAZA}/demands/{demand}"
    assert blank(root, record, "/quote", "/attributed_to", "/summary").status_code == 303
    assert quote not in desk.get(record).text
    with write_session(engine_of(desk)) as session:
        imported = import_package(session, DEMO / "gaza", now=MADE_AT)
        session.commit()
    assert (imported.created, imported.changed) == (0, 0)
    assert quote not in desk.get(record).text
