"""Packages handed in by a form: looked at first, public only when they are confirmed, and loaded once."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from secrets import token_urlsafe
from time import sleep
from typing import Any

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from app.cli import DEMO
from app.commands.entries import By, Entry, record_entry
from app.db import read_session, write_session
from app.models import Account, Negotiation, Record, Revision, Upload, UploadPart
from tests.make import talks, write_package
from tests.packages import contents, load
from tests.services.databases import engine_of, signed_in

GAZA = "/negotiations/gaza"
RECORD = "isr-2023-11-09-no-fuel"


def _zip(files: dict[str, bytes], folder: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return target.getvalue()


def _gaza(old: bytes = b"", new: bytes = b"") -> bytes:
    """The bundled package with some words of its demands changed."""
    files = contents(DEMO / "gaza")
    files["demands.csv"] = files["demands.csv"].replace(old, new)
    return _zip(files, "gaza/")


def _hand_in(client: TestClient, content: bytes, name: str = "mine.zip", token: str = "") -> Any:
    return client.post(
        "/imports/new",
        data={"token": token or token_urlsafe(32)},
        files={"package": (name, content, "application/zip")},
    )


def _settled(client: TestClient, address: str) -> str:
    """The page of a package when the work on it is over."""
    for _ in range(600):
        text = client.get(address).text
        if 'id="how-far"' not in text:
            return unescape(re.sub(r"\s+", " ", text))
        sleep(0.05)  # the work needs the processor too
    raise AssertionError(text)


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def _act(client: TestClient, address: str, action: str) -> Any:
    return client.post(address, data={"action": action})


def _count(client: TestClient, model: Any) -> int:
    with read_session(engine_of(client)) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _change(client: TestClient, statement: Any) -> None:
    with write_session(engine_of(client)) as session:
        session.execute(statement)
        session.commit()


OLD, NEW = b"Fuel deliveries into Gaza are refused", b"Fuel deliveries into the Strip are refused"


def test_a_package_is_looked_at_and_then_loaded_once(desk: TestClient) -> None:
    anna, token, package = signed_in(desk, "anna"), token_urlsafe(32), _gaza(OLD, NEW)
    assert 'href="/imports/new"' in anna.get("/").text
    sent = _hand_in(anna, package, token=token)
    assert sent.status_code == 303, sent.text
    at = sent.headers["location"]
    assert _hand_in(anna, package, token=token).headers["location"] == at, "sent twice, taken once"
    html = _settled(anna, at)
    assert re.search("<del>Gaza</del>.*<ins>the Strip</ins>", html)
    text = _plain(html)
    assert "No fault was found. 0 to add, 1 to change." in text
    assert "Demands–1486–" in text
    assert RECORD in text
    assert "the Strip" not in desk.get(f"{GAZA}/demands/{RECORD}").text, "nothing is public yet"
    assert _act(anna, at, "load").status_code == 303
    assert "0 added, 1 changed." in _settled(anna, at)
    assert "the Strip" in desk.get(f"{GAZA}/demands/{RECORD}").text
    assert _count(anna, UploadPart) == 0, "what was handed in is not kept"
    before = _count(anna, Revision)
    assert _act(anna, at, "load").status_code == 303
    assert _count(anna, Revision) == before
    with read_session(engine_of(anna)) as session:
        newest = session.execute(
            select(Account.name, Revision.reason)
            .join(Account, Account.id == Revision.account)
            .order_by(Revision.number.desc())
            .limit(1)
        ).one()
    assert tuple(newest) == ("anna", "import")


def _talks(folder: Path, summary: str = "") -> Path:
    """A small negotiation, with other words of one demand."""
    tables = talks()
    if summary:
        tables["demands"][0] = {**tables["demands"][0], "summary": summary}
    return write_package(folder / (summary or "talks"), tables)


def test_what_has_changed_since_it_was_looked_at_is_looked_at_again(desk: TestClient, tmp_path: Path) -> None:
    anna = signed_in(desk, "anna")
    at = _hand_in(anna, _zip(contents(_talks(tmp_path)))).headers["location"]
    assert "A new negotiation: “Talks”" in _settled(anna, at)
    assert desk.get("/negotiations/talks").status_code == 404
    load(engine_of(desk), _talks(tmp_path, "As others have it"))
    _act(anna, at, "load")
    text = _plain(_settled(anna, at))
    assert "Somebody has changed the negotiation since you looked at this." in text
    assert "0 to add, 1 to change." in text
    assert "As others have it" in text
    assert "As others have it" in desk.get("/negotiations/talks/demands/d1").text
    _act(anna, at, "load")
    assert "0 added, 1 changed." in _settled(anna, at)
    assert "As others have it" not in desk.get("/negotiations/talks/demands/d1").text


def test_faults_are_listed_with_their_place_a_page_at_a_time(desk_client: TestClient) -> None:
    kinds = re.compile(rb",(demand|offer),")
    files = contents(DEMO / "gaza")
    files["demands.csv"] = kinds.sub(b",wish,", files["demands.csv"])
    at = _hand_in(desk_client, _zip(files)).headers["location"]
    first = _settled(desk_client, at)
    found = re.search(r"(\d+) faults; nothing can be loaded", first)
    assert found
    assert int(found[1]) > 200
    assert "demands.csv:3: kind" in first
    assert "“wish” is none of its words" in first
    assert first.count('scope="row"') == 100
    more = desk_client.get(f"{at}?from=100").text
    assert "Faults 101 to 200" in more
    assert desk_client.get(f"{at}?from=many").status_code == 422
    assert _act(desk_client, at, "load").status_code == 303
    assert "nothing can be loaded" in _settled(desk_client, at)
    assert _act(desk_client, at, "discard").headers["location"] == "/imports/new"
    assert desk_client.get(at).status_code == 404


def _bomb() -> bytes:
    return _zip({"datapackage.json": b"{}", "demands.csv": b"0" * 6_000_000})


def _endless_list() -> bytes:
    whole = bytearray(_zip({"datapackage.json": b"{}"}))
    end = whole.rindex(b"PK\x05\x06")
    whole[end + 12 : end + 16] = (900_000_000).to_bytes(4, "little")
    return bytes(whole)


HOSTILE = {
    "no zip": (b"PK no more", "cannot be opened"),
    "a bomb": (_bomb(), "unpacks to far more than it is"),
    "a list without end": (_endless_list(), "lists far too many entries"),
    "a way out": (_zip({"datapackage.json": b"{}", "../demands.csv": b""}), "leads out of the archive"),
    "an absolute name": (_zip({"datapackage.json": b"{}", "/etc/passwd": b""}), "leads out of the archive"),
    "two packages": (_zip({"a/datapackage.json": b"{}", "b/datapackage.json": b"{}"}), "several packages"),
    "too deep": (_zip({"a/b/datapackage.json": b"{}"}), "holds no datapackage.json"),
    "another encoding": (_zip({"datapackage.json": b"\xff\xfe{"}), "is not UTF-8"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_package_is_refused_in_words(desk_client: TestClient, name: str) -> None:
    content, words = HOSTILE[name]
    at = _hand_in(desk_client, content, name='C:\\x\\<b>&"\x07.zip').headers["location"]
    text = desk_client.get(at).text
    assert words in text
    assert "<b>&" not in text
    _act(desk_client, at, "discard")


def test_the_form_keeps_to_its_limits(desk_client: TestClient) -> None:
    nothing = desk_client.post("/imports/new", data={"token": token_urlsafe(32)})
    assert (nothing.status_code, "Choose the zip of a package." in nothing.text) == (422, True)
    assert _hand_in(desk_client, b"x" * (33 * 1024 * 1024)).status_code == 413
    sent = [_hand_in(desk_client, b"x%d" % place) for place in range(21)]
    assert [one.status_code for one in sent] == [303] * 20 + [422]
    assert "packages wait already" in sent[-1].text
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    _change(desk_client, update(Upload).values(created_at=long_ago))
    assert desk_client.get(sent[0].headers["location"]).status_code == 404
    assert _hand_in(desk_client, b"x").status_code == 303
    assert _count(desk_client, Upload) == 1, "what has waited for a day is gone"


def test_only_editors_hand_in_and_nobody_loads_alone_where_two_are_asked_for(
    desk: TestClient, tmp_path: Path
) -> None:
    assert desk.get("/imports/new").headers["location"].startswith("/login")
    assert _hand_in(signed_in(desk, "carl"), b"x").status_code == 403
    anna, ben = signed_in(desk, "anna"), signed_in(desk, "ben")
    load(engine_of(desk), _talks(tmp_path, "What a draft says"))
    _change(desk, update(Negotiation).where(Negotiation.id == "talks").values(two_people=True))
    at = _hand_in(anna, _zip(contents(_talks(tmp_path)))).headers["location"]
    assert "1 to change" in _plain(_settled(anna, at))
    refused = _act(anna, at, "load")
    assert (refused.status_code, "asks for two people" in refused.text) == (422, True)
    _act(ben, at, "load")
    assert "0 added, 1 changed." in _settled(ben, at)


def _drafted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> str:
    """Draft a demand that comes by the id “mine”; answers its id."""
    monkeypatch.setattr("app.commands.entries.slug", lambda _: "mine")
    said = {"attributed_to": "somebody", "attribution": "third_party"}
    record = {"holders": "p", "issues": "i", "kind": "demand", "summary": "What a draft says"}
    with write_session(engine_of(client)) as session:
        entry = Entry("s1", said, {**record, "stated": "2024-01-01"}, draft=True)
        carl = session.scalars(select(Account.id).where(Account.name == "carl")).one()
        id_ = record_entry(session, "talks", entry, By(carl, edits=False, now=datetime.now(UTC)))
        session.commit()
    return id_


def test_what_waits_is_not_changed_unseen_whenever_it_was_entered(
    desk: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = signed_in(desk, "anna")
    load(engine_of(desk), _talks(tmp_path))
    tables = talks()
    tables["demands"] = [*tables["demands"], {**tables["demands"][0], "id": "mine", "summary": "Of the file"}]
    tables["citations"] = [*tables["citations"], {**tables["citations"][0], "subject": "mine"}]
    package = _zip(contents(write_package(tmp_path / "more", tables)))
    at = _hand_in(anna, package).headers["location"]
    text = _plain(_settled(anna, at))
    assert "2 to add, 0 to change" in text
    assert re.search(
        r"What would be added Demandsmine.*SummaryOf the file.*Reports of records9 \(mine\)", text
    )
    assert _drafted(desk, monkeypatch) == "mine"
    _act(anna, at, "load")
    text = _plain(_settled(anna, at))
    assert "1 fault; nothing can be loaded" in text
    assert "“mine” is taken by an entry that is not published here" in text
    assert "What a draft says" not in text
    with read_session(engine_of(desk)) as session:
        draft = select(Record.summary, Record.review_status).where(Record.id == "mine")
        assert session.execute(draft).all() == [("What a draft says", "draft")]
    at = _hand_in(anna, _zip(contents(_talks(tmp_path)))).headers["location"]
    assert "Demands––3–" in _plain(_settled(anna, at)), "what others draft is not counted"


def test_long_work_says_how_far_it_is_and_interrupted_work_is_begun_again(desk_client: TestClient) -> None:
    at = _hand_in(desk_client, _gaza()).headers["location"]
    assert "nothing would change" in _settled(desk_client, at)
    id_ = at.rpartition("/")[2]
    now = datetime.now(UTC)
    of = update(Upload).where(Upload.id == id_)
    _change(desk_client, of.values(state="loading", step="positions", done=3, total=8, touched_at=now))
    text = desk_client.get(at).text
    assert "Working out the positions." in text
    assert 'max="8" value="3"' in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert 'data-hx-trigger="every 1s"' in text
    _act(desk_client, at, "check")
    assert "how-far" in desk_client.get(at).text, "somebody is at work on it"
    _change(desk_client, of.values(touched_at=now - timedelta(hours=1)))
    assert "The work on it was interrupted" in desk_client.get(at).text
    _act(desk_client, at, "check")
    assert "nothing would change" in _settled(desk_client, at)
