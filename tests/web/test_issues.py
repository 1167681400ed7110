"""The issues, and the page of one: its question, its scales, where each side stands and how it came there."""

import csv
import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from app.cli import DEMO
from app.queries import parallels
from tests.web.test_demands import END, words
from tests.web.test_positions import GAZA, _Words

TALKS = "/negotiations/reports/issues"
END_OF_WAR = f"{GAZA}/issues/permanent-end-of-war"


def board(client: TestClient, address: str) -> dict[str, str]:
    """The first row of the table of positions, by column."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    parser = _Words()
    parser.feed(response.text.split("</table>")[0])
    return next(cells for issue, cells in parser.cells.items() if issue != "answers")


@dataclass
class Line:
    """A row of the parallel histories: the words of its columns, and the records in each."""

    words: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)
    tracks: dict[str, list[str]] = field(default_factory=dict)


class _Parallel(HTMLParser):
    """The parallel histories of a page: months, and the rows under each."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[str] = []
        self.months: list[str] = []
        self.lines: list[Line] = []
        self.older = self.newer = ""
        self._inside = self._head = False
        self._column = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._inside = found.get("class") == "para"
        if tag == "a" and found.get("rel") in ("next", "prev") and found["href"].endswith("#histories"):
            setattr(self, "older" if found["rel"] == "next" else "newer", found["href"])
        if not self._inside:
            return
        if tag == "thead":
            self._head = True
        if tag == "tr" and not self._head:
            self.lines.append(Line())
        if tag in ("td", "th"):
            scope = found.get("scope")
            self._column = {"col": "head", "rowgroup": "month"}.get(scope or "", found.get("data-col", "day"))
            if self._column == "head":
                self.columns.append("")
            elif self._column == "month":
                self.lines.pop()
                self.months.append("")
        if self._column and self.lines and found.get("id"):
            self.lines[-1].records.setdefault(self._column, []).append(found["id"])
            self.lines[-1].tracks.setdefault(self._column, []).append(found.get("class", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._head = False
        if tag in ("td", "th"):
            self._column = ""
        if tag == "table":
            self._inside = False
            self.columns = [words.strip() for words in self.columns]
            for line in self.lines:
                line.words = {column: words.strip() for column, words in line.words.items()}

    def handle_data(self, data: str) -> None:
        if not self._inside or not self._column:
            return
        if self._column == "head":
            self.columns[-1] = _joined(self.columns[-1], data)
        elif self._column == "month":
            self.months[-1] = _joined(self.months[-1], data)
        else:
            words = self.lines[-1].words
            words[self._column] = _joined(words.get(self._column, ""), data)

    @property
    def ids(self) -> list[str]:
        return [one for line in self.lines for ids in line.records.values() for one in ids]


def _joined(words: str, more: str) -> str:
    return re.sub(r"\s+", " ", words + more).lstrip()


def histories(client: TestClient, address: str) -> _Parallel:
    response = client.get(address)
    assert response.status_code == 200, response.text
    parser = _Parallel()
    parser.feed(response.text)
    return parser


def test_an_issue_has_its_question_description_and_subquestions(small: TestClient) -> None:
    page = words(small, f"{TALKS}/i?{END}")
    assert "Issue Ceasefire How long? All of it." in page
    rows = re.findall(r'<th scope="row"[^>]*id="(\w+)"', small.get(f"{TALKS}/i?{END}").text)
    assert rows == ["i", "j"]
    assert "Issue · part of Ceasefire First phase" in words(small, f"{TALKS}/j?{END}")


def test_the_parties_stand_side_by_side_as_in_the_table(small: TestClient) -> None:
    here = board(small, f"{TALKS}/k?{END}")
    parser = _Words()
    parser.feed(small.get(f"/negotiations/reports?{END}&columns=p,q").text)
    assert here == parser.cells["k"]
    assert set(here) == {"P", "Q"}


def test_the_scale_shows_its_rungs_in_order(small: TestClient) -> None:
    page = words(small, f"{TALKS}/i?{END}")
    assert "Its scale" in page
    assert "0 Not at all 1 For a time 2 For good" in page
    assert "Its scale" not in words(small, f"{TALKS}/k?{END}")


def test_an_issue_that_is_not_here_is_not_found(small: TestClient) -> None:
    assert small.get(f"{TALKS}/none").status_code == 404


# --- Parallel histories -----------------------------------------------------------------------------------


def test_the_records_of_the_parties_stand_in_columns_along_one_time_axis(small: TestClient) -> None:
    found = histories(small, f"{TALKS}/k?{END}")
    assert found.columns == ["P", "Day, proposals and events", "Q"]
    assert found.months == ["February 2024", "January 2024"]
    rows = {line.words["day"][:10].strip(): line for line in found.lines}
    fourth = rows["4 Jan 2024"]
    assert fourth.tracks == {"P": ["claim own"]}, "an id stands once"
    assert "Together with Q" in fourth.words["P"]
    assert "Also on Ceasefire" in fourth.words["P"]
    assert "Own side: an official of P (unnamed), Outlet s2" in fourth.words["P"]
    assert "Others say · statement" in fourth.words["Q"], "each holder is judged alone"
    first = rows["1 Jan 2024"]
    assert first.records["day"] == ["proposal-x"]
    assert "several hundred" not in first.words["day"].split("More aid")[0]


def test_a_proposal_stands_between_them_with_its_terms_and_answers(small: TestClient) -> None:
    found = histories(small, f"{TALKS}/j?{END}&parties=p,m,q")
    row = next(line for line in found.lines if "proposal-x" in line.records.get("day", []))
    said = row.words["day"]
    assert "First outline Put forward by P Phase 1: 42 days: A short halt" in said
    assert "Q: accepted with reservations, 4 Jan 2024" in said
    assert "Q: accepted (on this term), 9 Jan 2024 (said by others)" in said
    assert found.columns == ["P", "M", "Day, proposals and events", "Q"]
    year = next(line for line in found.lines if line.words["day"] == "2023")
    assert year.records["M"] == ["demand-year"]


def test_where_a_record_is_placed_stands_as_a_figure(small: TestClient) -> None:
    page = histories(small, f"{TALKS}/i?{END}")
    placed = next(line for line in page.lines if "demand-placed" in line.records.get("P", []))
    assert "Demand On the scale: 1–2 For a time, or for good" in placed.words["P"]


def test_an_issue_shows_the_records_of_the_questions_under_it_and_says_so(small: TestClient) -> None:
    assert "proposal-x" in histories(small, f"{TALKS}/i?{END}").ids
    assert "With the records of the questions under it: First phase" in words(small, f"{TALKS}/i?{END}")


def test_only_what_is_known_by_the_day_stands_there_on_either_basis(small: TestClient) -> None:
    assert histories(small, f"{TALKS}/k?on=2024-01-01").ids == []
    early = histories(small, f"{TALKS}/k?on=2024-01-02")
    assert set(early.ids) == {"demand-formula", "demand-later"}, "the term on it has a report of its own"
    later = early
    tracks = [track for line in later.lines for track in line.tracks.get("P", []) if "others" in track]
    assert tracks == ["claim others"]
    hindsight = words(small, f"{TALKS}/k?on=2024-01-15&basis=stated")
    assert "Possible by then Their dates do not say whether they were before 15 Jan 2024" in hindsight
    assert "demand-month" not in histories(small, f"{TALKS}/k?on=2024-01-15&basis=stated").ids


@pytest.mark.parametrize("query", ["on=2026-03-01", "on=2024-09-04&basis=stated&parties=hamas,qatar,israel"])
def test_pages_follow_one_another_and_each_record_and_event_stands_on_one(
    reader: TestClient, query: str
) -> None:
    address, seen, sizes = f"{END_OF_WAR}?{query}", [], []
    while address:
        found = histories(reader, address)
        said = [one for one in found.ids if not one.startswith("event-")]
        sizes.append(len(said))
        seen += found.ids
        before, address = address, found.older
        if address:
            back = histories(reader, unescape(histories(reader, address).newer))
            assert back.ids == found.ids, before
    assert len(seen) == len(set(seen))
    assert max(sizes) <= parallels.PAGE
    if "parties" not in query:
        with (DEMO / "gaza" / "demands.csv").open() as file:
            on_issue = [
                row for row in csv.DictReader(file) if "permanent-end-of-war" in row["issues"].split("|")
            ]
        parties = {"israel", "hamas", "pij"}
        expected = {f"demand-{row['id']}" for row in on_issue if parties & set(row["holders"].split("|"))}
        assert {one for one in seen if one.startswith("demand-")} == expected


def test_whose_histories_are_shown_is_chosen_in_the_address(reader: TestClient) -> None:
    chosen = histories(reader, f"{END_OF_WAR}?on=2024-09-04&parties=qatar,hamas")
    assert chosen.columns == ["Qatar", "Day, proposals and events", "Hamas"]
    assert not [one for one in chosen.ids if one.startswith("demand-isr")]
    sent = reader.get(f"{END_OF_WAR}?on=2024-09-04&party=hamas&party=egypt", follow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["location"] == f"{END_OF_WAR}?on=2024-09-04&parties=hamas,egypt#histories"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("parties=hamas,nobody", "Nobody here is called “nobody”"),
        ("parties=a,b,c,d,e,f,g", "At most 6 histories"),
        ("before=here", "“here” is no place"),
        ("from=soon", "“soon” is not a date"),
        ("on=2024-05-06&earlier=2024-05-06", "This is not before the day of the page"),
        ("earlier=2024-05", "“2024-05” is not a full day"),
        ("from=2024-05&to=2024-01", "“2024-01” is before “2024-05”"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(reader: TestClient, query: str, fault: str) -> None:
    response = reader.get(f"{END_OF_WAR}?{query}")
    assert response.status_code == 422
    assert fault in unescape(response.text)


def test_days_with_nothing_but_events_come_together(reader: TestClient) -> None:
    found = histories(reader, f"{END_OF_WAR}?on=2024-05-06")
    days = [line.words["day"] for line in found.lines]
    assert any(re.match(r"\d events?, ", day) for day in days)


# --- Known then and with hindsight --------------------------------------------------------------------------


def test_the_other_basis_is_told_where_it_reads_differently(small: TestClient) -> None:
    page = words(small, f"{TALKS}/k?on=2024-01-02")
    assert "The same day with hindsight What had been said by this day" in page
    then = words(small, f"{TALKS}/k?on=2024-01-02&basis=stated")
    assert "The same day, as known by then What a reader could know on this day" in then
    assert "With hindsight the same positions stand on 31 Dec 2024;" in words(small, f"{TALKS}/k?{END}")


def test_the_sides_are_compared_on_the_day_and_with_an_earlier_one(reader: TestClient) -> None:
    page = words(reader, f"{END_OF_WAR}?on=2024-05-06&parties=israel,hamas")
    assert "How far apart on 6 May 2024 apart by 2–3 of 5 steps" in page
    moved = words(reader, f"{END_OF_WAR}?on=2024-05-06&parties=israel,hamas&earlier=2024-02-10")
    assert "How far apart, and who moved from 10 Feb 2024 to 6 May 2024" in moved
    assert "Hamas, 10 Feb 2024 to 6 May 2024: unchanged" in moved
    table = words(reader, f"{GAZA}?on=2024-05-06&columns=israel,hamas")
    assert re.search(r"end the war for good\? ?(All issues )?apart by 2–3 of 5 steps", table)


# --- The list of issues ----------------------------------------------------------------------------------


def test_the_list_counts_the_records_of_each_side_on_each_track(small: TestClient) -> None:
    page = words(small, f"{TALKS}?{END}")
    assert (
        "Ceasefire How long? 4 own side 0 own side 1 said by others nothing recorded 3 rungs 1 Mar 2024"
        in page
    )
    assert "Aid How much? 4 own side 1 own side 2 said by others nothing recorded none" in page, (
        "gone is gone"
    )
    early = words(small, f"{TALKS}?on=2024-01-05")
    assert (
        "Aid How much? 2 own side 1 said by others 0 own side 1 said by others nothing recorded none" in early
    )


def test_the_counts_of_the_list_are_those_of_the_csv(reader: TestClient) -> None:
    with (DEMO / "gaza" / "demands.csv").open() as file:
        demands = list(csv.DictReader(file))
    page = words(reader, f"{GAZA}/issues?on=2026-03-01")
    for issue in ("Disarmament Are armed groups disarmed, and how?",):
        counted = re.search(rf"{re.escape(issue)} (\d+) own side (?:(\d+) said by others)?", page)
        assert counted
        israel = [d for d in demands if "disarmament" in d["issues"].split("|") and "israel" in d["holders"]]
        assert int(counted[1]) + int(counted[2] or 0) == len(israel)


def test_every_issue_leads_to_its_neighbours(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/issues?on=2024-05-06").text
    order = re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"', page)
    assert len(order) == 13
    second = reader.get(unescape(order[1])).text
    assert f'href="{order[0]}" rel="prev"' in second
    assert f'href="{order[2]}" rel="next"' in second


def test_what_somebody_denies_is_counted_and_one_click_away(reader: TestClient) -> None:
    for day, count in (("2025-08-02", 0), ("2025-08-03", 1)):
        page = unescape(reader.get(f"{GAZA}/issues/disarmament?on={day}").text)
        links = re.findall(r'href="([^"]+denied=1[^"]*)">Denied \((\d+)\)', page)
        assert [int(found) for _, found in links] == ([count] if count else [])
    address = links[0][0]
    assert "on=2025-08-03" in address
    assert "issue=disarmament" in address
    listed = reader.get(address.replace("/timeline", "/timeline.csv")).text
    assert len(list(csv.reader(listed.splitlines()))) == 2
