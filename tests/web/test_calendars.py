"""The calendar: rounds of talks and deadlines on whole days, no more exact than they are known."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from starlette.testclient import TestClient

from app.db import read_session
from app.domain.dates import NotADate, parse_edtf
from app.domain.vocabulary import Basis
from app.exchange.calendar import LONGEST_SPAN, Entry, calendar_bytes
from app.queries.calendars import calendar_page
from app.web.deps import today
from tests.make import Tables, write_package
from tests.services.databases import KINDS, PUBLIC_URL, engine_of, serving, signed_in
from tests.web.filled import correct
from tests.web.forms import GAZA
from tests.web.reports import ARABIC, reports
from tests.web.test_feeds import retract

ICS = f"{GAZA}/calendar.ics"


def read(client: TestClient, address: str) -> Any:
    """The calendar at an address, as a calendar program takes it."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    found = Calendar.from_ical(response.content)
    assert not [error for part in found.walk() for error in getattr(part, "errors", ())]
    return found


def events(calendar: Any) -> dict[str, Any]:
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_rounds_of_talks_are_spans_of_whole_days_with_their_place(reader: TestClient) -> None:
    found = events(read(reader, ICS))
    assert len(found) == 21, "every round of talks, and nothing else: no deadline is recorded here"
    doha = found["gaza-event-doha-round-july-2025@parley"]
    assert (doha.decoded("dtstart"), doha.decoded("dtend")) == (date(2025, 7, 6), date(2025, 7, 25))
    assert doha["dtstart"].params["value"] == "DATE"
    assert (str(doha["summary"]), str(doha["location"])) == ("Talks: Doha proximity talks", "Doha")
    assert (doha["transp"], doha["sequence"]) == ("TRANSPARENT", 0)
    assert doha["url"] == f"{PUBLIC_URL}{GAZA}/events/doha-round-july-2025"
    assert doha.decoded("dtstamp") == doha.decoded("last-modified")
    assert doha.decoded("dtstamp").date() == date(2026, 3, 1)
    one_day = found["gaza-event-paris-meeting-2024-01-28@parley"]
    assert one_day.decoded("dtend") - one_day.decoded("dtstart") == timedelta(days=1)
    early = events(read(reader, f"{ICS}?on=2025-07-10"))
    assert "gaza-event-doha-round-july-2025@parley" not in early or (
        early["gaza-event-doha-round-july-2025@parley"].decoded("dtend") == date(2025, 7, 7)
    )
    assert len(early) < len(found)
    assert set(events(read(reader, f"{ICS}?on=2026-03-01&basis=recorded"))) == set(found)


def test_a_change_is_told_by_its_number_and_its_day_and_what_is_retracted_is_gone(desk: TestClient) -> None:
    anna = signed_in(desk, "anna")
    event = f"{GAZA}/events/paris-meeting-2024-01-28"
    correct(anna, event, place="Versailles")
    found = events(read(desk, ICS))["gaza-event-paris-meeting-2024-01-28@parley"]
    assert (str(found["location"]), found["sequence"]) == ("Versailles", 1)
    assert found.decoded("last-modified").date() > date(2026, 3, 1)
    assert "anna" not in desk.get(ICS).text
    tag = desk.get(ICS).headers["etag"]
    assert desk.get(ICS, headers={"if-none-match": tag}).status_code == 304
    retract(anna, event)
    assert "gaza-event-paris-meeting-2024-01-28@parley" not in events(read(desk, ICS))


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory, templates: Any) -> Iterator[TestClient]:
    """The small negotiation with rounds and deadlines that are known too little."""
    tables = reports()
    days = {"month": "2024-01", "about": "2024-01-05~", "year": "2023", "range": "2023-12-30/2024-01-02"}
    tables["events"] = [
        *tables["events"],
        *(
            {"id": f"round-{id_}", "kind": "talks_round", "title": f"{ARABIC}; {id_}", "starts": starts}
            for id_, starts in days.items()
        ),
    ]
    tables["citations"] = [
        *tables["citations"],
        *({"subject_type": "event", "subject": f"round-{id_}", "source": "s3"} for id_ in days),
    ]
    package = write_package(tmp_path_factory.mktemp("dated") / "talks", tables)
    with serving(f"sqlite:///{templates('sqlite', package)}") as client:
        yield client


def test_a_date_that_is_known_too_little_says_so_and_a_whole_year_is_only_listed(dated: TestClient) -> None:
    calendar = read(dated, "/negotiations/reports/calendar.ics?on=2024-12-31")
    found = events(calendar)
    month = found["reports-event-round-month@parley"]
    assert (month.decoded("dtstart"), month.decoded("dtend")) == (date(2024, 1, 1), date(2024, 2, 1))
    assert str(month["summary"]) == f"Talks: {ARABIC}; month (Jan 2024)"
    about = found["reports-event-round-about@parley"]
    assert str(about["summary"]).endswith("(about 5 Jan 2024)")
    assert about.decoded("dtend") == date(2024, 1, 6)
    span = found["reports-event-round-range@parley"]
    assert (span.decoded("dtstart"), span.decoded("dtend")) == (date(2023, 12, 30), date(2024, 1, 3))
    assert str(span["summary"]) == f"Talks: {ARABIC}; range"
    assert "reports-event-round-year@parley" not in found
    assert f"2023: Talks: {ARABIC}; year" in str(calendar["description"])
    deadline = found["reports-deadline-placed@parley"]
    assert str(deadline["summary"]) == "Deadline – P, from its own side: For a time, or for good (Jun 2024)"


def _deadlines(*rows: dict[str, str], **cited: tuple[str, str]) -> Tables:
    """The small negotiation with these demands besides, each cited from its own side by a report."""
    tables = reports()
    usual = {"holders": "p", "issues": "k", "kind": "demand", "summary": "By then", "stated": "2024-01-02"}
    tables["demands"] = [*tables["demands"], *({**usual, **row} for row in rows)]
    tables["citations"] = [
        *tables["citations"],
        *(
            {"subject_type": "demand", "subject": row["id"], "source": row_source, "speakers": speaker}
            for row in rows
            for row_source, speaker in [cited.get(row["id"], ("s5", row.get("holders", "p").split("|")[0]))]
        ),
    ]
    return tables


def test_a_deadline_of_what_stands_no_more_is_left_out_and_what_speaks_against_one_is_said(
    templates: Any, tmp_path: Path
) -> None:
    tables = _deadlines(
        {"id": "old", "deadline": "2024-07-01"},
        {"id": "newer", "deadline": "2024-08-01", "stated": "2024-02-28"},
        {"id": "ended", "deadline": "2024-07-02"},
        {"id": "ends", "kind": "withdrawal", "stated": "2024-02-28"},
        # Two hold it, and the one drops whatever it held there.
        {"id": "both", "holders": "p|q", "issues": "j", "deadline": "2024-07-03"},
        {"id": "alone", "issues": "j", "deadline": "2024-07-04"},
        {"id": "drops", "issues": "j", "kind": "withdrawal", "stated": "2024-02-28"},
        {"id": "moot", "deadline": "2024-07-05", "overtaken_by": "e"},
        {"id": "refuted", "deadline": "2024-07-06"},
        {"id": "moot-and-refuted", "deadline": "2024-07-07", "overtaken_by": "e"},
        {"id": "unsupported", "deadline": "2024-07-08"},
        newer=("s7", "p"),
        ends=("s7", "p"),
        drops=("s7", "p"),
        both=("s1", "p"),
        moot=("s1", "p"),
        unsupported=("s4", "p"),
    )
    tables["links"] = [
        *tables["links"],
        {"from": "newer", "relation": "replaces", "to": "old"},
        {"from": "ends", "relation": "replaces", "to": "ended"},
    ]
    denial = {"subject_type": "demand", "source": "s7", "relation": "denies", "speakers": "q"}
    tables["citations"] = [
        *tables["citations"], denial | {"subject": "refuted"}, denial | {"subject": "moot-and-refuted"},
    ]  # fmt: skip
    package = write_package(tmp_path / "talks", tables)
    with serving(f"sqlite:///{templates('sqlite', package)}") as client:

        def told(view: str) -> dict[str, str]:
            found = events(read(client, f"/negotiations/reports/calendar.ics?{view}"))
            return {
                id_.removeprefix("reports-deadline-").removesuffix("@parley"): str(event["summary"])
                .partition(" – ")[0]
                for id_, event in found.items()
                if id_.startswith("reports-deadline-")
            }  # fmt: skip

        # Before its replacement, its withdrawal and the denials were printed, everything stood.
        before = told("on=2024-02-05")
        assert set(before) == {"placed", "old", "ended", "both", "alone", "moot", "refuted",
                               "moot-and-refuted", "unsupported"}  # fmt: skip
        assert before["refuted"] == "Deadline"
        assert told("on=2024-01-09")["moot"] == "Deadline", "the event is not known yet"
        now = {
            "placed": "Deadline",
            "newer": "Deadline",
            "both": "Deadline",
            "moot": "Deadline, overtaken by an event",
            "refuted": "Deadline, denied",
            "moot-and-refuted": "Deadline, overtaken by an event, and denied",
        }
        assert told("on=2024-12-31") == told("on=2024-12-31&basis=stated") == now
        assert told("") == told(f"on={today()}&basis=recorded") == now


@pytest.mark.parametrize("kind", KINDS)
def test_of_more_days_than_a_calendar_holds_it_has_those_to_come_and_then_the_latest(
    templates: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    days = ["2023", "2024-03-31", "2024-04", "2024-04-03~", "2024-01/2024-05", "2024-06-01", "2025~"]
    stated = [f"2024-01-{30 - number}" for number in range(len(days))]
    rows = [
        {"id": f"d{number}", "deadline": day, "stated": on}
        for number, (day, on) in enumerate(zip(days, stated, strict=True))
    ]
    package = write_package(tmp_path / "talks", _deadlines(*rows))
    template = templates(kind, package)
    url = f"sqlite:///{template}"
    if kind == "postgresql":
        url = request.getfixturevalue("postgresql_server").url(template)
    with serving(url) as client, read_session(engine_of(client)) as session:

        def nearest(most: int) -> list[str]:
            monkeypatch.setattr("app.queries.calendars.MOST", most)
            page = calendar_page(session, session, "reports", date(2024, 4, 2), Basis.REPORTED)
            return [one.row.record.id for one in page.deadlines]

        # The deadline of the small negotiation itself is June.
        assert nearest(20) == ["d3", "d2", "d4", "d5", "placed", "d6", "d1", "d0"]
        assert nearest(3) == ["d3", "d2", "d4"]


def test_the_page_of_the_negotiation_leads_to_it_and_a_wrong_day_is_refused(dated: TestClient) -> None:
    assert 'href="/negotiations/reports/calendar.ics"' in dated.get("/negotiations/reports").text
    response = dated.get("/negotiations/reports/calendar.ics?on=soon")
    assert response.status_code == 422
    assert "“soon” is not a full day" in response.text


def _part() -> st.SearchStrategy[str]:
    days = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))
    ends = st.sampled_from(["", "~"])
    return st.builds(
        lambda day, far, end: day.isoformat()[:far] + end, days, st.sampled_from([4, 7, 10]), ends
    )


@given(parts=st.lists(_part(), min_size=1, max_size=2))
def test_an_entry_covers_all_days_on_which_it_may_be_and_no_other(parts: list[str]) -> None:
    try:
        dated = parse_edtf("/".join(parts))
    except NotADate:
        return
    entry = Entry(
        "u@x", "Talks", "", dated, dated.text, None, "", "https://example.org", "c", date(2026, 1, 1), 0
    )
    calendar = Calendar.from_ical(calendar_bytes("n", "d", "beside", "https://example.org", [entry], "en"))
    is_exact = all(len(part) == 10 for part in parts)
    found = list(calendar.walk("VEVENT"))
    if not is_exact and (dated.last - dated.first).days >= LONGEST_SPAN:
        assert not found
        assert dated.text in str(calendar["description"])
        return
    (event,) = found
    assert event.decoded("dtstart") == dated.first
    if dated.last < date.max:
        assert event.decoded("dtend") == dated.last + timedelta(days=1)
    assert (str(event["summary"]) == "Talks") == is_exact
    assert is_exact or dated.text in str(event["summary"])
