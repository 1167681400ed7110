"""What tests of forms share: filling them in, what may be wrong in them, and what must hold after saving."""

import csv
import re
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select
from starlette.testclient import TestClient

from app.commands.entries import By, restore_record
from app.commands.records import revision_of
from app.db import read_session, write_session
from app.domain.position import Cell, position
from app.domain.vocabulary import Basis, RecordType
from app.forms.base import FormModel, read_form
from app.forms.entries import with_report_faults
from app.models import Record
from app.models.loading import load_records
from app.queries.positions import AsOf, stored_cells
from app.web.deps import today
from tests.services.databases import engine_of as engine_of
from tests.services.databases import signed_in

GAZA = "/negotiations/gaza"


def form(client: TestClient, address: str) -> dict[str, str]:
    """The hidden fields of a form, as a browser would send them along."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', response.text)
    found: dict[str, str] = {}
    for name, value in hidden:
        found.setdefault(name, unescape(value))
    return found


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def spaced(html: str) -> str:
    """The same, with what stands in different elements apart."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def assert_cells_equal_the_rule(client: TestClient) -> None:
    """``position_cells`` is what the rule says, today and with hindsight, in every cell."""
    with read_session(engine_of(client)) as session:
        records = load_records(session, "gaza")
        holders = sorted({holder for holder, _ in records.cells()})
        for basis in (Basis.REPORTED, Basis.STATED):
            stored = stored_cells(session, "gaza", [AsOf(holder, today()) for holder in holders], basis)
            for holder, issue in records.cells():
                cell = position(records, holder, issue, today(), basis)
                found = stored.get((holder, issue, today()), Cell())
                for slot in (
                    "asks",
                    "refuses",
                    "accepted",
                    "others_say",
                    "says",
                    "possible",
                    "contested",
                    "empty",
                ):
                    assert getattr(found, slot) == getattr(cell, slot), (holder, issue, basis, slot)
                assert found.standing_count == cell.standing_count


def in_parallel(jobs: list[Any]) -> list[Any]:
    """Run the jobs at once; answers what they answered."""
    answers: list[Any] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(place: int) -> None:
        start.wait()
        answers[place] = jobs[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=1+1",
    "@SUM(A1)",
    "\x00",
    "a\x00b",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "x" * 1_000_000,
    "2024-02-30",
    "0000-01-01",
    "😀😀",
    "نزع السلاح",
    "פירוק הנשק",
    "\ud800",
    "\x1b[31m",
    "{{ 7*7 }}",
    "${7*7}",
    "'; DROP TABLE records; --",
    "../../etc/passwd",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://user:pass@example.org/",
    "http://[::1",
    "line\nbreak",
    "\u2028",
    "a|b",
    "null",
    "-1",
    "  ",
    "%00",
]


TEXTS = ("quote", "translation", "note")


def assert_kept_and_inert(
    model: type[FormModel],
    claim: Mapping[str, str],
    field: str,
    value: str,
    *,
    texts: Iterable[str] = TEXTS,
) -> None:
    """A form with this value in a field keeps what was typed, and takes it or says in words why not."""
    pairs = [*((name, text) for name, text in claim.items() if name != field), (field, value)]
    read = read_form(model, pairs)
    assert read.typed[field] == [value]
    faults = with_report_faults(read, today())
    assert all(fault[0].isupper() or fault[0] == "“" for fault in faults.values())
    kept = getattr(read.data, field, None)
    if isinstance(kept, str):
        assert not re.search("[\x00\ud800-\udfff]", kept), field
        # Texts in Arabic or Hebrew may need them; a single line does not.
        assert field in texts or not re.search("[\u202a-\u202e]", kept), field


def assert_answered_with_the_form(client: TestClient, plural: str, fields: Iterable[str], value: str) -> None:
    """This value in all fields at once is answered with the form, in which it does nothing."""
    body = b"%" if value == "%00" else value.encode("utf-8", "surrogatepass")
    names = list(fields) if len(body) < 1000 else ["summary"]
    encoded = b"&".join(name.encode() + b"=" + _quoted(body) for name in names)
    for address in (f"{GAZA}/{plural}/preview", f"{GAZA}/{plural}"):
        response = client.post(
            address, content=encoded, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert response.status_code in (200, 400, 413, 422)
        assert "<script>alert" not in response.text
        assert "<img src=x" not in response.text
        if response.status_code == 422:
            assert 'id="errors"' in response.text
        if value.strip().isprintable() and value.strip() and value != "%00" and len(value) < 1000:
            assert value in unescape(response.text)


def _quoted(text: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in text) if len(text) < 100_000 else text


REPORT = {
    "outlet": "Example Times",
    "published": "2026-02-28",
    "language": "en",
    "attributed_to": "Israeli officials",
    "anonymous": "yes",
    "speakers": "israel",
    "quote": "so they were told",
}


def enter(client: TestClient, plural: str, claim: Mapping[str, Any], **more: Any) -> str:
    """Report a record of a noun; answers where that leads."""
    token = form(client, f"{GAZA}/{plural}/new")["token"]
    response = client.post(f"{GAZA}/{plural}", data={"token": token, **claim, **more})
    assert response.status_code == 303, faults_of(response.text)
    address: str = response.headers["location"]
    return address


def refused(client: TestClient, address: str, claim: Mapping[str, Any], **more: Any) -> dict[str, str]:
    """Send what cannot be taken; answers what is said beside each field, once the form has come back."""
    response = client.post(address, data={"token": "t" * 40, **claim, **more})
    assert response.status_code == 422, response.headers.get("location")
    return faults_of(response.text)


def faults_of(html: str) -> dict[str, str]:
    """What is said beside each field, and above the form where it is of no field."""
    beside = re.findall(r'class="(?:w )?err" id="([\w-]+?)(?:-fault)?">([^<]*)', html)
    above = [("form", fault) for fault in re.findall(r"<li><b>([^<]*)</b></li>", html)]
    return {field: unescape(fault) for field, fault in (*beside, *above)}


def kept(html: str, field: str) -> str:
    """What a text field of a form holds."""
    name = re.escape(f'name="{field}"')
    found = re.search(rf'<input [^>]*{name}[^>]* value="([^"]*)"|<textarea [^>]*{name}[^>]*>\n([^<]*)', html)
    return unescape(next(filter(None, found.groups()), "")) if found else ""


def rows(package: Path, file: str) -> list[dict[str, str]]:
    """The rows of a file of a data package."""
    with (package / f"{file}.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def chosen(html: str, field: str) -> str:
    """What is chosen in a list of a form."""
    found = re.search(rf'<select id="{field}".*?</select>', html, re.DOTALL)
    selected = re.search(r'<option value="([^"]*)" selected', found[0]) if found else None
    return selected[1] if selected else ""


def assert_sent_often_it_is_one(
    client: TestClient, plural: str, claim: Mapping[str, Any], field: str
) -> None:
    """Sent eight times at once, and once more, one form makes one record; ``field`` is its words."""
    for number in range(2):
        data = {**claim, "token": form(client, f"{GAZA}/{plural}/new")["token"], field: f"Round {number}"}
        answers = in_parallel([lambda data=data: client.post(f"{GAZA}/{plural}", data=data)] * 8)
        answers.append(client.post(f"{GAZA}/{plural}", data=data))
        assert {(a.status_code, a.headers.get("location")) for a in answers} == {
            (303, answers[0].headers["location"])
        }
        with read_session(engine_of(client)) as session:
            words = or_(Record.title == f"Round {number}", Record.summary == f"Round {number}")
            assert session.scalar(select(func.count()).where(words)) == 1


def assert_of_eight_corrections_one_wins(
    client: TestClient, address: str, claim: Mapping[str, Any], field: str
) -> None:
    """Of eight corrections at once one is saved; the others come back with their text and the saved one."""
    forms = [
        {**form(client, f"{address}/edit"), **claim, field: f"Text number {n}", "reason": "a try"}
        for n in range(8)
    ]
    answers = in_parallel([lambda data=data: client.post(f"{address}/edit", data=data) for data in forms])
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    for number, answer in enumerate(answers):
        if number != winner:
            assert kept(answer.text, field) == f"Text number {number}"
            assert f"Text number {winner}" in words(answer.text)
    assert f"Text number {winner}" in client.get(address).text


def assert_restored_as_it_was(client: TestClient, type_: RecordType, record: str) -> None:
    """Retracted, a record leaves its page and every view; restored, its page is what it was before."""
    address = f"{GAZA}/{type_.value}s/{record}"
    before = words(client.get(address).text)
    anna = signed_in(client, "anna")
    retract = {**form(anna, f"{address}/edit"), "token": "r" * 40}
    assert refused(anna, f"{address}/retract", retract)["retraction"], "a reason is needed"
    answer = anna.post(f"{address}/retract", data={**retract, "token": "s" * 40, "reason": "Misread."})
    assert (answer.status_code, answer.headers.get("location")) == (303, address), faults_of(answer.text)
    gone = words(client.get(address).text)
    assert "This record was retracted" in gone
    assert "Misread." in gone
    assert f'"{address}' not in client.get(f"{GAZA}/timeline").text
    assert anna.get(f"{address}/edit").status_code == 404
    assert_cells_equal_the_rule(client)
    with write_session(engine_of(client)) as session:
        seen = revision_of(session, "gaza", type_, record)
        by = By(1, True, datetime.now(UTC))
        restore_record(session, "gaza", type_, record, by, reason="It was right.", seen=seen)
        session.commit()
    assert words(client.get(address).text) == before
    assert_cells_equal_the_rule(client)
