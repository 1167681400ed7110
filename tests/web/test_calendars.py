"""The calendar: rounds of talks and deadlines on whole days, no more exact than they are known."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from starlette.testclient import TestClient

from app.domain.dates import NotADate, parse_edtf
from app.exchange.calendar import LONGEST_SPAN, Entry, calendar_bytes
from tests.make import write_package
from tests.services.databases import PUBLIC_URL, serving, signed_in
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
