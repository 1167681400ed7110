"""The time line as a reader gets it: what it selects, in which order, and what each line says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

TALKS = "/negotiations/reports/timeline"
GAZA = "/negotiations/gaza/timeline"
END = "on=2024-12-31"


class Log(HTMLParser):
    """The lines of a time line: their ids in order, those that stand apart, and the words of each."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}
        self.possible: list[str] = []
        self.older = ""
        self.newer = ""
        self._line = ""
        self._apart = 0

    @property
    def ids(self) -> list[str]:
        return [line for line in self.words if line not in self.possible]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "section":
            self._apart = self._apart + 1 if "perhaps" in (found.get("class") or "") or self._apart else 0
        # What stands in a list beside the main one has no address there.
        if tag == "article" and found.get("id"):
            self._line = found["id"] or ""
            self.words[self._line] = ""
            if self._apart:
                self.possible.append(self._line)
        if tag == "a" and found.get("rel") == "next":
            self.older = found["href"] or ""
        if tag == "a" and found.get("rel") == "prev":
            self.newer = found["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "article" and self._line:
            self.words[self._line] = " ".join(self.words[self._line].split())
            self._line = ""
        if tag == "section" and self._apart:
            self._apart -= 1

    def handle_data(self, data: str) -> None:
        if self._line:
            self.words[self._line] += data


def log(client: TestClient, address: str) -> Log:
    response = client.get(address)
    assert response.status_code == 200, response.text
    found = Log()
    found.feed(response.text)
    return found


def pages(client: TestClient, address: str) -> list[str]:
    """The lines of a time line through all its pages."""
    ids: list[str] = []
    while address:
        page = log(client, address)
        ids += page.ids
        address = page.older
    return ids


@contextmanager
def statements(client: TestClient) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    engine = client.app.state.engine  # type: ignore[attr-defined]
    asked: list[str] = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", listener)


def test_records_of_every_type_stand_newest_first(small: TestClient) -> None:
    found = log(small, f"{TALKS}?{END}")
    assert found.ids == [
        "demand-again", "proposal-y", "demand-arabic", "demand-hebrew", "demand-month", "demand-gone",
        "response-r2", "event-e", "demand-joint", "response-r1", "demand-denied", "remark-w1", "remark-w2",
        "demand-later", "demand-formula", "demand-placed", "proposal-x", "term-t1", "term-t2", "demand-year",
    ]  # fmt: skip


def test_only_what_was_reported_by_the_day_is_there(small: TestClient) -> None:
    assert log(small, f"{TALKS}?on=2024-01-01").ids == []
    assert set(log(small, f"{TALKS}?on=2024-01-02").ids) == {
        "demand-formula", "demand-later", "demand-placed", "proposal-x", "term-t1",
    }  # fmt: skip
    before = log(small, f"{TALKS}?on=2024-01-05").words["demand-later"]
    assert "Said by others · demand" in before
    assert "officials of Q (unnamed) (another party), Outlet s1 (2 reports, 1 origin)" in before
    after = log(small, f"{TALKS}?on=2024-01-10").words["demand-later"]
    assert "P Demand" in after
    assert "Own side: P, Outlet s3" in after


def test_with_hindsight_what_may_be_by_the_day_stands_apart_on_the_first_page(small: TestClient) -> None:
    found = log(small, f"{TALKS}?on=2024-01-15&basis=stated")
    assert found.possible == ["demand-month"]
    assert "Own side: P, Outlet s7" in found.words["demand-month"]
    assert "demand-month" in log(small, f"{TALKS}?on=2024-01-31&basis=stated").ids
    assert log(small, f"{TALKS}?on=2024-01-15").possible == []
    assert log(small, f"{TALKS}?on=2024-01-15&basis=stated&actor=q").possible == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("actor=m", "proposal-y demand-year"),
        ("actor=p&issue=k", "demand-month demand-joint demand-later demand-formula term-t2"),
        ("speaker=m", "proposal-y response-r2 demand-denied remark-w2 proposal-x term-t2 demand-year"),
        (
            "speaker=p",
            "demand-again demand-hebrew demand-month demand-joint remark-w1 demand-later demand-formula"
            " demand-placed",
        ),
        ("speaker=p-office", "demand-joint remark-w1 demand-formula"),
        ("speaker=m&actor=q&type=demand", "demand-denied"),
        ("issue=j", "term-t1 demand-year"),
        ("type=remark", "remark-w1 remark-w2"),
        ("kind=statement", "demand-joint"),
        ("kind=impasse", "remark-w2"),
        ("type=event&kind=offer", ""),
        ("track=own_side&actor=q", "demand-arabic response-r1"),
        ("track=others&actor=q", "demand-gone response-r2 demand-joint demand-denied remark-w1"),
        ("track=own_side&issue=k", "demand-arabic demand-month demand-joint demand-later demand-formula"),
        ("track=others&actor=p", "proposal-x term-t1 term-t2"),
        ("rests=others&actor=q", "response-r2 demand-joint demand-denied remark-w1"),
        ("rests=opponent", "demand-joint remark-w1"),
        ("rests=opponent&actor=p", ""),
        ("rests=opponent_unnamed", "demand-joint"),
        ("rests=opponent_unnamed&track=own_side", ""),
        ("denied=1", "demand-denied"),
        ("denied=yes&actor=p", ""),
        ("from=2024-02&to=2024-02", "demand-arabic demand-hebrew"),
        ("from=2024-02-02", "demand-again proposal-y demand-arabic"),
        ("to=2024-01-01", "demand-month demand-formula demand-placed proposal-x term-t1 term-t2 demand-year"),
        ("from=2024-01-20&to=2024-01-25", "demand-month"),
        ("q=HEARSAY", "demand-later"),
        ("q==1%2B1", "demand-formula"),
        ("q=100%25", ""),
        ("q=_", ""),
        ("q=לא+נסכים", "demand-hebrew"),
        ("q=half a ceasefire", "demand-hebrew"),
        ("q=وقف", "demand-arabic"),
        ("q=several hundred trucks", "term-t2"),
        ("q=crossing&type=event", "event-e"),
    ],
)
def test_each_filter_selects_what_it_says(small: TestClient, query: str, ids: str) -> None:
    assert log(small, f"{TALKS}?{END}&{query}").ids == ids.split()


def test_a_track_is_that_of_the_day(small: TestClient) -> None:
    assert "demand-later" in log(small, f"{TALKS}?on=2024-01-05&track=others&actor=p").ids
    assert "demand-later" not in log(small, f"{TALKS}?on=2024-01-10&track=others&actor=p").ids
    assert "demand-later" in log(small, f"{TALKS}?on=2024-01-10&track=own_side").ids


def test_what_a_record_rests_on_is_that_of_the_day(small: TestClient) -> None:
    def found(rests: str, day: str, basis: str = "reported") -> bool:
        address = f"{TALKS}?on={day}&basis={basis}&rests={rests}&actor=p"
        return "demand-later" in log(small, address).ids

    assert found("opponent_unnamed", "2024-01-02")
    assert found("opponent", "2024-01-04")
    # The report relayed on the 5th is in the outlet's own voice: neither side.
    assert not found("opponent", "2024-01-05")
    assert found("others", "2024-01-05")
    # Its own side confirms it on the 10th; with hindsight it was said so all along.
    assert not found("others", "2024-01-10")
    assert not found("others", "2024-01-02", "stated")


def test_words_are_looked_for_only_in_quotations_that_are_known_by_the_day(small: TestClient) -> None:
    assert log(small, f"{TALKS}?on=2024-01-09&q=we say so").ids == []
    assert log(small, f"{TALKS}?on=2024-01-10&q=we say so").ids == ["demand-later"]


def test_each_line_says_who_says_so_and_what_speaks_against_it(small: TestClient) -> None:
    words = log(small, f"{TALKS}?{END}").words
    assert "P and Q Statement" in words["demand-joint"]
    assert "P: Own side: an official of P (unnamed), Outlet s2" in words["demand-joint"]
    assert "Q: Said by others: an official of P (unnamed) (another party)" in words["demand-joint"]
    assert "Denied by Q, Outlet s3, 10 Jan 2024" in words["demand-denied"]
    assert "No report supports this any more" in words["demand-gone"]
    assert "Contradicts the record of Jan 2024" in words["demand-formula"]
    assert "700–1,000 trucks" in words["demand-hebrew"]
    assert "To First outline. Own side: Q, Outlet s2" in words["response-r1"]
    assert "In First outline. M (a mediator), Outlet s1" in words["term-t1"]
    assert "The talks Remark: said to be at an impasse" in words["remark-w2"]
    assert "M (a mediator), Outlet s2" in words["remark-w2"]
    assert words["event-e"].endswith("Outlet s3, in its own voice")


def test_a_record_whose_month_is_not_known_stands_under_no_month(small: TestClient) -> None:
    page = small.get(f"{TALKS}?{END}&type=demand").text
    assert re.findall(r"<h2><time[^>]*>([^<]+)", page) == [
        "March 2024", "February 2024", "January 2024", "2023",
    ]  # fmt: skip


def test_pages_follow_one_another_without_gap_or_repetition(reader: TestClient) -> None:
    every = pages(reader, f"{GAZA}?on=2024-04-20&type=demand")
    assert len(every) == len(set(every)) > 150
    second = log(reader, log(reader, f"{GAZA}?on=2024-04-20&type=demand").older)
    assert second.ids == every[50:100]
    third = log(reader, second.older)
    assert log(reader, third.newer).ids == every[50:100]
    assert log(reader, second.newer).ids == every[:50]


def test_the_page_newer_than_the_first_is_the_first(reader: TestClient) -> None:
    first = log(reader, f"{GAZA}?on=2024-09-04")
    place = "2024-08-25~2024-08-25~demand~zzz"
    assert log(reader, f"{GAZA}?on=2024-09-04&after={place}").ids == first.ids


def test_the_number_of_statements_does_not_grow_with_what_is_shown(reader: TestClient) -> None:
    with statements(reader) as few:
        log(reader, f"{GAZA}?on=2023-12-26&type=demand")
    with statements(reader) as many:
        log(reader, f"{GAZA}?on=2026-02-17&type=demand")
    assert len(few) == len(many) <= 16
    with statements(reader) as filtered:
        log(reader, f"{GAZA}?on=2026-02-17&track=others&actor=hamas&denied=1&q=a&from=2023&to=2026")
    assert len(filtered) <= len(many)
    assert not any("OFFSET" in statement.replace("LIMIT ? OFFSET ?", "") for statement in many)


@pytest.mark.parametrize(
    ("query", "words", "typed"),
    [
        ("actor=nobody", "Nobody here is called “nobody”", '<option value="nobody" selected>'),
        ("speaker=nobody", "Nobody here is called “nobody”", '<option value="nobody" selected>'),
        ("issue=nothing", "No issue here is called “nothing”", '<option value="nothing" selected>'),
        ("type=treaty", "“treaty” is no type of record", '<option value="treaty" selected>'),
        ("kind=wish", "“wish” is no kind of record", '<option value="wish" selected>'),
        ("track=mine", "“mine” is no track", '<option value="mine" selected>'),
        ("rests=hope", "“hope” is nobody on whom", '<option value="hope" selected>'),
        ("denied=no", "“no” cannot be used here", ""),
        ("from=yesterday", "“yesterday” is not a date", 'value="yesterday"'),
        ("from=2024-05&to=2024-01", "“2024-01” is before “2024-05”", 'value="2024-05"'),
        ("q=" + "a" * 201, "too long", "a" * 201),
        ("q=%CC%81", "nothing in this to search for", ""),
        ("before=here", "“here” is no place in the time line", ""),
        ("on=2024-02-30", "is not a day of the calendar", 'value="2024-02-30"'),
        ("basis=other", "is no basis", ""),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused_beside_its_field(
    small: TestClient, query: str, words: str, typed: str
) -> None:
    response = small.get(f"{TALKS}?{query}&kind=" if "kind" not in query else f"{TALKS}?{query}")
    assert response.status_code == 422
    assert words in response.text
    assert typed in response.text
    name = query.split("=")[0] if "to=2024-01" not in query else "to"
    assert f'href="#{name}"' in response.text
    assert "<article" not in response.text, "nothing is shown as if it had been filtered"
    assert small.get(f"{TALKS}.csv?{query}").status_code == 422


def test_an_empty_list_says_what_to_do(small: TestClient) -> None:
    filtered = small.get(f"{TALKS}?{END}&actor=m&denied=1").text
    assert "matches all of these filters" in filtered
    assert f'href="{TALKS}?{END}">Clear the filters' in filtered
    early = small.get(f"{TALKS}?on=2020-01-01").text
    assert f'href="{TALKS}">Show what is known today' in early


def test_a_page_that_has_not_changed_is_not_sent_again(small: TestClient) -> None:
    tag = small.get(f"{TALKS}?{END}").headers["etag"]
    again = small.get(f"{TALKS}?{END}", headers={"if-none-match": tag})
    assert (again.status_code, again.text) == (304, "")
    other = small.get(f"{TALKS}?{END}&actor=p", headers={"if-none-match": tag})
    assert other.status_code == 200


def test_what_was_typed_is_shown_inert(small: TestClient) -> None:
    page = small.get(f'{TALKS}?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_negotiation_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get("/negotiations/none/timeline").status_code == 404
    assert small.get("/negotiations/none/timeline.csv").status_code == 404
