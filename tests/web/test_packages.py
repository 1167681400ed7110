"""The data package to take away: the bytes that the command writes, of what readers may see alone."""

import csv
import io
from pathlib import Path
from secrets import token_urlsafe
from time import sleep
from typing import Any

from sqlalchemy import update
from starlette.testclient import TestClient

from app.cli import DEMO
from app.db import write_session
from app.models import Citation, Record
from tests.packages import contents, export, load, zipped
from tests.services.databases import engine_of, signed_in
from tests.web.reports import SENSITIVE

GAZA = "/negotiations/gaza/package.zip"


def _rows(path: Path, file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(contents(path)[file].decode(), newline="")))


def _change(client: TestClient, model: Any, key: Any, **values: Any) -> None:
    with write_session(engine_of(client)) as session:
        session.execute(update(model).where(model.negotiation == "gaza", key).values(**values))
        session.commit()


def _saved(client: TestClient, address: str, path: Path) -> Path:
    response = client.get(address)
    assert response.status_code == 200
    path.write_bytes(response.content)
    return path


def test_the_package_that_is_sent_is_the_one_that_the_command_writes_but_marked(
    reader: TestClient, tmp_path: Path
) -> None:
    page = reader.get("/negotiations/gaza")
    assert f'href="{GAZA}"' in page.text
    response = reader.get(GAZA)
    assert response.headers["content-type"] == "application/zip"
    assert response.headers["content-disposition"] == 'attachment; filename="gaza-package.zip"'
    assert "content-encoding" not in response.headers
    sent = tmp_path / "sent.zip"
    sent.write_bytes(response.content)
    files = contents(sent)
    marked = b'"format": 1,\n  "edition": "public"\n'
    assert files["datapackage.json"].count(marked) == 1
    files["datapackage.json"] = files["datapackage.json"].replace(marked, b'"format": 1\n')
    assert files == contents(DEMO / "gaza")
    assert files == contents(export(engine_of(reader), "gaza", tmp_path / "written.zip"))
    assert response.content == reader.get(GAZA).content
    again = reader.get(GAZA, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert reader.get("/negotiations/nowhere/package.zip").status_code == 404


def test_what_waits_or_was_retracted_is_not_in_it(desk: TestClient, tmp_path: Path) -> None:
    hidden = "isr-2023-11-09-no-fuel"
    _change(desk, Record, Record.id == hidden, review_status="submitted")
    _change(desk, Citation, Citation.number == 900, public_wording="somebody", attributed_to="the cook")
    for name, client in (("reader", desk), ("editor", signed_in(desk, "anna"))):
        saved = _saved(client, GAZA, tmp_path / f"{name}.zip")
        assert hidden not in {row["id"] for row in _rows(saved, "demands.csv")}
        assert hidden not in {row["subject"] for row in _rows(saved, "citations.csv")}
        assert len(_rows(saved, "demands.csv")) == 486
        assert b"the cook" not in contents(saved)["citations.csv"], "the vaguer wording stands in its place"
        assert b",somebody," in contents(saved)["citations.csv"]
    assert desk.get(GAZA).headers["etag"]
    assert "etag" not in signed_in(desk, "anna").get(GAZA).headers


def test_a_sensitive_quotation_is_asked_for_on_its_page(small: TestClient, tmp_path: Path) -> None:
    sent = _saved(small, "/negotiations/reports/package.zip", tmp_path / "sent.zip")
    written = export(engine_of(small), "reports", tmp_path / "written.zip")
    assert SENSITIVE.encode() in contents(written)["citations.csv"]
    assert SENSITIVE.encode() not in contents(sent)["citations.csv"]


def test_what_readers_took_away_changes_nothing_when_it_is_loaded_back(
    desk: TestClient, tmp_path: Path
) -> None:
    engine = engine_of(desk)
    _change(desk, Citation, Citation.number == 900, public_wording="somebody", attributed_to="the cook")
    _change(desk, Citation, Citation.number == 901, sensitive=True, quote="What they said", translation="So")
    whole = contents(export(engine, "gaza", tmp_path / "whole"))
    sent = _saved(desk, GAZA, tmp_path / "sent.zip")
    assert b"the cook" not in contents(sent)["citations.csv"]
    done = load(engine, sent)
    assert (done.created, done.changed, done.reordered) == (0, 0, False)
    # Who changes the words that readers see means those.
    files = contents(sent)
    files["citations.csv"] = files["citations.csv"].replace(b",somebody,", b",an official,")
    assert load(engine, zipped(tmp_path / "other.zip", files)).changed == 1
    words = b"the cook,an official"
    expected = whole["citations.csv"].replace(b"the cook,somebody", words)
    assert contents(export(engine, "gaza", tmp_path / "after"))["citations.csv"] == expected
    assert expected.count(words) == 1
    anna = signed_in(desk, "anna")
    page = anna.post(
        "/imports/new",
        data={"token": token_urlsafe(32)},
        files={"package": ("p.zip", sent.read_bytes(), "application/zip")},
    ).headers["location"]
    while 'id="how-far"' in (text := anna.get(page).text):
        sleep(0.05)
    assert "This is the package that readers take away" in text
