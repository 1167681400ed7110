"""The charts of an issue and the tables beside them: the same facts, and nothing that nobody said."""

import csv
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from app.cli import DEMO
from app.domain.dates import parse_edtf
from app.domain.quantities import VAGUE, bounds
from tests.web.test_demands import END, words
from tests.web.test_positions import GAZA

STEP = 52


def table(name: str) -> list[dict[str, str]]:
    with (DEMO / "gaza" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


DEMANDS = {row["id"]: row for row in table("demands")}
TERMS = {row["id"]: row for row in table("terms")}
ON_SCALES = sorted({row["issue"] for row in table("scales")})
WITH_FIGURES = sorted(
    {issue for row in DEMANDS.values() if row["quantity"] for issue in row["issues"].split("|")}
    | {row["issue"] for row in TERMS.values() if row["quantity"]}
)


@dataclass
class Drawn:
    """One link of a chart: its classes, its words, and the shapes in it."""

    css: set[str]
    title: str = ""
    shapes: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def points(self) -> list[tuple[float, float]]:
        """Where its own marks or diamonds stand."""
        found = [
            re.match(r"M([\d.]+) ([\d.]+)m", shape["d"])
            for kind, shape in self.shapes
            if kind in ("mk", "dm")
        ]
        return [(float(at[1]), float(at[2])) for at in found if at]

    def of(self, kind: str) -> list[dict[str, str]]:
        return [shape for of_kind, shape in self.shapes if of_kind == kind]


@dataclass
class Chart:
    frame: dict[str, str]
    drawn: dict[str, Drawn] = field(default_factory=dict)
    table: dict[str, list[str]] = field(default_factory=dict)
    ticks: list[tuple[float, float]] = field(default_factory=list)
    vague: str = ""


class _Charts(HTMLParser):
    """Every chart of a page with the table that follows it."""

    def __init__(self) -> None:
        super().__init__()
        self.charts: list[Chart] = []
        self._chart: Chart | None = None
        self._mark: Drawn | None = None
        self._row: list[str] | None = None
        self._text: list[str] | None = None
        self._tick: float | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "svg" and found.get("role") == "group" and "chart" in found.get("class", ""):
            self._chart = Chart(found)
            self.charts.append(self._chart)
        if tag == "a" and self._chart is not None and "data-mark" in found:
            self._mark = self._chart.drawn[found["data-mark"]] = Drawn(set(found["class"].split()))
        if self._mark is not None and tag in ("line", "rect", "path"):
            self._mark.shapes.append((found["class"], found))
        if tag == "text" and self._chart is not None and found.get("class") == "tick":
            self._tick = float(found["y"]) - 4
        if tag == "tr" and "data-mark" in found:
            self._row = self.charts[-1].table[found["data-mark"]] = []
        if tag in ("td", "th") and self._row is not None:
            self._row.append("")
        if tag == "time" and self._row:
            self._row[-1] += f"[{found.get('datetime', '')}]"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._mark = None
        if tag == "svg":
            self._chart = None
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._tick is not None and self._chart is not None:
            self._chart.ticks.append((self._tick, float(data.replace(",", ""))))
            self._tick = None
        elif self._mark is not None:
            self._mark.title += data
        elif self._row:
            self._row[-1] += data


def charts_of(client: TestClient, address: str) -> list[Chart]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    parser = _Charts()
    # The figures of a unit with only one have a table and no chart.
    page = re.sub(r'<h4 id="unit-\d+">(?:(?!<h4|<svg).)*?</table>', "", response.text, flags=re.DOTALL)
    parser.feed(page)
    return parser.charts


def scale_chart(charts: list[Chart]) -> Chart | None:
    return next((chart for chart in charts if chart.frame.get("id") == "scale-chart"), None)


def rung_of(chart: Chart, y: float) -> int:
    return round((float(chart.frame["data-base"]) - y) / STEP)


def day_of(chart: Chart, x: float) -> date:
    frame = chart.frame
    since, until = (date.fromisoformat(frame[name]) for name in ("data-since", "data-until"))
    share = (x - float(frame["data-left"])) / (float(frame["data-right"]) - float(frame["data-left"]))
    return since + timedelta(days=round(share * (until - since).days))


def rungs_in_words(cell: str) -> set[int]:
    return {int(figure) for figure in re.findall(r"\d+", cell)}


@pytest.mark.parametrize(
    "query",
    [
        "on=2026-03-01",
        "on=2024-09-04&parties=hamas,israel",
        "on=2024-09-04&basis=stated&parties=egypt,hamas,israel",
        "on=2026-03-01&from=2024-05&to=2024-06",
    ],
)
def test_the_chart_of_a_scale_and_its_table_say_the_same(reader: TestClient, query: str) -> None:
    seen = 0
    for issue in ON_SCALES:
        chart = scale_chart(charts_of(reader, f"{GAZA}/issues/{issue}?{query}"))
        if chart is None:
            continue
        assert set(chart.drawn) == set(chart.table), issue
        since = date.fromisoformat(chart.frame["data-since"])
        slack = timedelta(days=1)
        for key, drawn in chart.drawn.items():
            seen += 1
            when, who, what, rungs, until = chart.table[key]
            kind, _, id_ = key.split(" ")[0].partition("-")
            row = DEMANDS[id_] if kind == "demand" else TERMS[id_]
            assert rungs_in_words(rungs) == {int(row["rung_min"]), int(row["rung_max"])}, key
            points = drawn.points()
            assert {rung_of(chart, y) for _, y in points} <= rungs_in_words(rungs)
            dated = parse_edtf(key.split(" ")[-1])
            days = {day for day in (dated.first, dated.last) if day >= since}
            if points:
                assert {rung_of(chart, y) for _, y in points} == rungs_in_words(rungs), key
            for x, _ in points:
                assert min(abs(day_of(chart, x) - day) for day in days) <= slack, (key, when)
            if dated.first < dated.last and len(days) == 2:
                assert drawn.of("span"), "a date that is not a day is a span"
            lines = drawn.of("run") + drawn.of("edge")
            assert {rung_of(chart, float(line["y1"])) for line in lines} <= rungs_in_words(rungs)
            if until.strip().startswith("no line"):
                assert not lines, key
            else:
                shown = re.search(r"\[([\d-]+)\]", until)
                assert shown
                end = max(day_of(chart, float(line["x2"])) for line in lines)
                assert abs(end - date.fromisoformat(shown[1])) <= slack, key
            assert ("Replaced" in until or "Withdrawn" in until or "rejected" in until) == any(
                words in drawn.title for words in ("Replaced on", "Withdrawn on", "rejected on")
            )
            own = "own side" in who
            assert own == ("own" in drawn.css), key
            assert ("Denied by" in what) == bool(drawn.of("no")) or not points
            assert what.split("  ")[0].strip()[:20] in unescape(drawn.title)
            assert own == (", own side:" in drawn.title)
    assert seen > 5


def own_sides() -> dict[str, set[str]]:
    """For each demand the actors whose own side supports it, worked out from the tables alone."""
    above = {row["id"]: row["part_of"] for row in table("actors")}
    found: dict[str, set[str]] = {}
    for row in table("citations"):
        if row["subject_type"] == "demand" and row["relation"] != "denies":
            for speaker in filter(None, row["speakers"].split("|")):
                while speaker:
                    found.setdefault(row["subject"], set()).add(speaker)
                    speaker = above[speaker]
    return found


def test_nothing_said_by_others_is_drawn_as_the_own_side_or_joined_to_it(reader: TestClient) -> None:
    own = own_sides()
    hearsay = 0
    for issue in ON_SCALES:
        chart = scale_chart(charts_of(reader, f"{GAZA}/issues/{issue}?on=2026-03-01"))
        assert chart
        for key, drawn in chart.drawn.items():
            assert len({"own", "hear", "draft"} & drawn.css) == 1
            if key.startswith("demand-"):
                record, holder, _ = key.removeprefix("demand-").split(" ")
                assert ("own" in drawn.css) == (holder in own.get(record, ())), key
            if "own" in drawn.css:
                continue
            hearsay += 1
            for join in drawn.of("join"):
                ends = {rung_of(chart, float(join[name])) for name in ("y1", "y2")}
                assert ends <= rungs_in_words(chart.table[key][3]), "its own range, not a step"
    assert hearsay > 20


def test_every_figure_of_a_chart_is_a_number_of_its_report(reader: TestClient) -> None:
    drawn_at_all = 0
    for issue in WITH_FIGURES:
        for chart in charts_of(reader, f"{GAZA}/issues/{issue}?on=2026-03-01"):
            if "data-unit" not in chart.frame:
                continue
            assert set(chart.drawn) == set(chart.table), (issue, chart.frame["data-unit"])
            (y0, v0), (y1, v1) = chart.ticks[0], chart.ticks[-1]
            for key, drawn in chart.drawn.items():
                drawn_at_all += 1
                kind, _, id_ = key.split(" ")[0].partition("-")
                row = DEMANDS[id_] if kind == "demand" else TERMS[id_]
                found = bounds(row["quantity"])
                assert found != VAGUE, "what is vague is no number"
                numbers = {value for value in (found.least, found.greatest) if value is not None}
                heights = {v0 + (y - y0) / (y1 - y0) * (v1 - v0) for _, y in drawn.points()}
                assert len(heights) == len(numbers), key
                for height, number in zip(sorted(heights), sorted(numbers), strict=True):
                    assert abs(height - number) <= v1 / 100, key
                assert row["quantity"] in chart.table[key][3]
                assert f"({row['quantity']} {row['unit']})" in drawn.title
                assert not drawn.of("join"), "figures are not joined"
                assert ("own side" in chart.table[key][1]) == ("own" in drawn.css)
    assert drawn_at_all > 80


def test_what_is_vague_is_listed_and_not_drawn(reader: TestClient) -> None:
    address = f"{GAZA}/issues/prisoner-release?on=2024-04-03"
    assert "Not drawn, no number: Israel, own side, 3 Apr 2024: several hundred" in words(reader, address)
    for chart in charts_of(reader, address):
        assert not any("several hundred" in drawn.title for drawn in chart.drawn.values())


def test_what_is_not_placed_is_counted_in_words_each_track_alone(reader: TestClient) -> None:
    page = words(reader, f"{GAZA}/issues/permanent-end-of-war?on=2026-03-01&parties=israel,hamas")
    said = re.search(
        r"Not placed, so not drawn: (\d+) from the sides themselves, (\d+) only said by others", page
    )
    assert said
    unplaced = sum(
        holder in row["holders"].split("|")
        for row in DEMANDS.values()
        for holder in ("israel", "hamas")
        if "permanent-end-of-war" in row["issues"].split("|") and not row["scale_version"]
    )
    assert int(said[1]) + int(said[2]) == unplaced


def test_a_line_that_began_before_the_time_of_the_chart_runs_into_it(reader: TestClient) -> None:
    chart = scale_chart(
        charts_of(reader, f"{GAZA}/issues/permanent-end-of-war?on=2026-03-01&from=2024-08&to=2024-08")
    )
    assert chart
    key = "demand-il-2024-07-07-resume-fighting israel 2024-07-07"
    assert not chart.drawn[key].points()
    assert {float(line["x1"]) for line in chart.drawn[key].of("edge")} == {float(chart.frame["data-left"])}
    assert "[2024-07-07]" in chart.table[key][0]


def test_every_link_of_a_chart_leads_to_its_record(reader: TestClient) -> None:
    page = reader.get(f"{GAZA}/issues/disarmament?on=2026-03-01").text
    svg = page[page.index('id="scale-chart"') :]
    links = re.findall(r'<a class="[^"]*" href="([^"]+)" data-mark="([^" ]+)', svg[: svg.index("</svg>")])
    assert links
    for href, mark in links[:4]:
        assert reader.get(unescape(href)).status_code == 200
        assert mark.partition("-")[2] in href


def test_a_range_of_rungs_is_a_band_between_its_rungs(
    small: TestClient,
) -> None:
    (chart,) = charts_of(small, f"/negotiations/reports/issues/i?{END}")
    placed = chart.drawn["demand-placed p 2024-01-01"]
    assert {rung_of(chart, y) for _, y in placed.points()} == {1, 2}
    assert placed.of("band")
    assert "Not placed, so not drawn: 3 from the sides themselves, 1 only said by others." in words(
        small, f"/negotiations/reports/issues/i?{END}"
    )


def test_an_issue_on_which_nothing_can_be_drawn_has_no_chart(small: TestClient) -> None:
    assert 'id="charts"' not in small.get("/negotiations/reports/issues/i?on=2023-01-01").text


def test_the_time_that_is_drawn_is_narrowed_by_links_to_a_year_and_a_month(reader: TestClient) -> None:
    address = f"{GAZA}/issues/disarmament?on=2026-03-01&parties=hamas,israel"
    page = reader.get(address).text
    assert f'href="{address}&from=2025&to=2025#charts"'.replace("&", "&amp;") in page
    year = reader.get(f"{address}&from=2025&to=2025").text
    assert f'href="{address}&from=2025-03&to=2025-03#charts"'.replace("&", "&amp;") in year
    chart = scale_chart(charts_of(reader, f"{address}&from=2025&to=2025"))
    assert chart
    assert (chart.frame["data-since"], chart.frame["data-until"]) == ("2025-01-01", "2025-12-31")
