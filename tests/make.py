"""Makes what tests need: data packages of any size, as negotiations tend to be."""

import csv
import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from app.exchange.package_schema import FILES, datapackage

Row = Mapping[str, str]
Tables = dict[str, list[Row]]

_BEGINNING = date(2023, 11, 1)
_KINDS = ("demand", "condition", "offer", "rejection", "statement", "acceptance", "red_line", "withdrawal")
_KINDS_WEIGHTS = (360, 210, 190, 90, 80, 60, 5, 5)
_ANSWERS = ("accepted", "accepted_in_principle", "accepted_with_reservations", "rejected", "countered",
            "under_review")  # fmt: skip
_QUANTITIES = ("42", "700-1000", "at least 30", "up to 50", "about 9", "several hundred", "1,500", "3.5")
_QUOTES = (
    "“We will not sign half a ceasefire”, he said",
    "لن نقبل بوقف مؤقت لإطلاق النار",
    "לא נסכים להפסקת אש חלקית",
    'They call it "a pause", nothing more',
    "two lines\nin one cell",
)
_LANGUAGES = ("en", "ar", "he", "fr")


def write_package(
    path: Path, tables: Mapping[str, Sequence[Row]], *, name: str | None = None, title: str | None = None
) -> Path:
    """Write tables, in which empty columns may be left out, as a package; answers its folder."""
    path.mkdir(parents=True, exist_ok=True)
    negotiation = tables["negotiation"][0]
    text = datapackage(name or negotiation["id"], title or negotiation["title"])
    (path / "datapackage.json").write_bytes(text.encode())
    for file in FILES:
        with (path / file.path).open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\r\n")
            writer.writerow(file.header)
            writer.writerows(
                [row.get(column, "") for column in file.header] for row in tables.get(file.name, ())
            )
    return path


def make_package(
    path: Path,
    *,
    demands: int = 100,
    citations: int | None = None,
    negotiation: str = "made",
    issues: int = 12,
    parties: int = 2,
    days: int = 900,
    seed: int = 0,
) -> Path:
    """Write a package of that many demands, the same for the same arguments; answers its folder.

    A few cells hold most of it, one demand in five is linked to an earlier one, two reports in five relay
    another, and about a third is only said by others. ``citations`` are those of demands, at least one each.
    """
    tables = _Maker(negotiation, issues, parties, days, seed).tables(demands, citations or demands * 6 // 5)
    return write_package(path, tables)


def talks() -> Tables:
    """A small negotiation with a row of everything, to be changed and spoilt."""
    return {
        "negotiation": [{"id": "talks", "title": "Talks", "started": "2023-11", "ended": "2024"}],
        "actors": [
            {"id": "p", "name": "P", "kind": "state", "aliases": "People of P|ف"},
            {"id": "q", "name": "Q", "kind": "armed_group"},
            {"id": "m", "name": "M", "kind": "state"},
            {"id": "p-office", "name": "Office of P", "kind": "body", "part_of": "p"},
        ],
        "participants": [
            {"actor": "p", "role": "party", "from": "2023", "to": "2024"},
            {"actor": "q", "role": "party"},
            {"actor": "m", "role": "mediator"},
        ],
        "issues": [
            {"id": "i", "title": "I", "question": "What of I?"},
            {"id": "j", "part_of": "i", "title": "J", "question": "What of J?"},
        ],
        "scales": [
            {"issue": "i", "version": "1", "rung": "0", "label": "None"},
            {"issue": "i", "version": "1", "rung": "1", "label": "Some"},
        ],
        "sources": [
            _source("s1", "2024-01-02", url="https://example.org/1"),
            _source("s2", "2024-01", origin="a-wire-story", language="pt-BR"),
        ],
        "demands": [
            _demand("d1", "p", "i", "demand", "2024-01-01") | _placement("1", "0", "1", "As worded"),
            _demand("d2", "p|q", "i|j", "offer", "2024-01") | {"proposal": "x1", "overtaken_by": "e1"},
            _demand("d3", "q", "j", "condition", "2024"),
        ],
        "links": [
            {"from": "d2", "relation": "replaces", "to": "d1"},
            {"from": "d3", "relation": "replaces", "to": "d2"},
        ],
        "proposals": [
            {"id": "x1", "title": "First", "proposed_by": "m", "mediated_by": "m", "presented": "2024-01-01"}
            | {"ended": "2024-02", "outcome": "lapsed"},
            {"id": "x2", "title": "Second", "proposed_by": "p", "presented": "2024-02", "amends": "x1"},
        ],
        "terms": [
            {"id": "t1", "proposal": "x1", "issue": "i", "summary": "T1", "quantity": "42", "unit": "days"},
            {"id": "t2", "proposal": "x2", "issue": "j", "summary": "T2", "obliged": "p|q"},
        ],
        "responses": [
            {"id": "r1", "proposal": "x1", "term": "t1", "actor": "p", "response": "accepted"}
            | {"stated": "2024-01-02"},
        ],
        "remarks": [
            {"id": "w1", "about": "q", "remark": "hardened", "summary": "W1", "stated": "2024-01-02"}
        ],
        "events": [{"id": "e1", "title": "E1", "starts": "2024-01-01", "ends": "2024-01-03"}],
        "citations": [
            _citation("demand", "d1", "s1", speakers="p|q", anonymous="yes"),
            _citation("demand", "d2", "s1", attribution="third_party"),
            _citation("demand", "d3", "s2", relation="supports"),
            _citation("proposal", "x1", "s1", quote="“x”, he said"),
            _citation("proposal", "x2", "s1", stated="2024-02-01~"),
            _citation("response", "r1", "s1"),
            _citation("remark", "w1", "s1"),
            _citation("event", "e1", "s1"),
        ],
        "coverage": [{"actor": "p", "issue": "j", "searched_through": "2024-01-05", "note": "Everything"}],
    }


def _source(id_: str, published: str, language: str = "en", **more: str) -> Row:
    return {"id": id_, "outlet": f"Outlet of {id_}", "published": published, "language": language, **more}


def _demand(id_: str, holders: str, issues: str, kind: str, stated: str) -> dict[str, str]:
    summary = f"Summary of {id_}"
    return {
        "id": id_,
        "holders": holders,
        "issues": issues,
        "kind": kind,
        "summary": summary,
        "stated": stated,
    }


def _placement(version: str, least: str, greatest: str, reason: str) -> dict[str, str]:
    return {"scale_version": version, "rung_min": least, "rung_max": greatest, "placement_reason": reason}


def _citation(subject_type: str, subject: str, source: str, **more: str) -> Row:
    return {"subject_type": subject_type, "subject": subject, "source": source, **more}


class _Maker:
    def __init__(self, negotiation: str, issues: int, parties: int, days: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.negotiation, self.days = negotiation, days
        self.issues = [f"issue-{number}" for number in range(1, issues + 1)]
        self.parties = [f"party-{number}" for number in range(1, parties + 1)]
        self.mediators = ["mediator-1", "mediator-2"]
        # A dozen cells hold half of all there is.
        self.cells = [(party, issue) for issue in self.issues for party in self.parties]
        self.weights = list(itertools.accumulate(1 / (place + 6) for place in range(len(self.cells))))

    def tables(self, demands: int, citations: int) -> Tables:
        made = sorted(self.random.randrange(self.days) for _ in range(demands))
        rows: Tables = {
            "negotiation": [
                {"id": self.negotiation, "title": f"Talks: {self.negotiation}", "started": "2023-11"}
            ],
            "actors": list(self._actors()),
            "participants": [
                *({"actor": party, "role": "party"} for party in self.parties),
                *({"actor": mediator, "role": "mediator"} for mediator in self.mediators),
            ],
            "issues": [
                {"id": issue, "title": f"Title of {issue}", "question": f"What of {issue}?"}
                | ({"part_of": "issue-1"} if place and place % 7 == 0 else {})
                for place, issue in enumerate(self.issues)
            ],
            "scales": [
                {"issue": self.issues[0], "version": "1", "rung": str(rung), "label": f"Rung {rung}"}
                for rung in range(4)
            ],
        }
        self.sources = rows["sources"] = []
        self.citations = rows["citations"] = []
        self.links = rows["links"] = []
        rows["events"] = list(self._events(max(demands // 20, 1)))
        rows["proposals"], rows["terms"] = self._proposals(max(demands // 40, 1))
        rows["responses"] = list(self._responses(rows["proposals"]))
        rows["remarks"] = list(self._remarks(demands // 30))
        rows["demands"] = list(self._demands(made, citations, rows["proposals"], rows["events"]))
        rows["coverage"] = [
            {"actor": party, "issue": self.issues[-1], "searched_through": self._day(self.days // 2)}
            for party in self.parties
        ]
        return rows

    def _day(self, day: int) -> str:
        return (_BEGINNING + timedelta(days=day)).isoformat()

    def _dated(self, day: int) -> str:
        """A day, known as well as such days are."""
        text = self._day(day)
        chance = self.random.random()
        if chance < 0.9:
            return text
        if chance < 0.94:
            return f"{text}~"
        return text[:7] if chance < 0.97 else f"{self._day(day - 2)}/{text}"

    def _actors(self) -> Iterable[Row]:
        for party in self.parties:
            yield {
                "id": party,
                "name": party.title(),
                "kind": "state",
                "aliases": f"Government of {party}|{party.upper()}",
            }
            yield {"id": f"{party}-office", "name": f"Office of {party}", "kind": "body", "part_of": party}
        for mediator in self.mediators:
            yield {"id": mediator, "name": mediator.title(), "kind": "state"}

    def _cite(self, subject_type: str, subject: str, day: int, speaker: str, **more: str) -> None:
        """A citation and, for every other one, a source of its own."""
        if self.sources and self.random.random() < 0.3 and int(self.sources[-1]["day"]) >= day:
            source = self.sources[-1]["id"]
        else:
            number = len(self.sources) + 1
            source = f"source-{number}"
            printed = day + self.random.choice((0, 0, 0, 1, 1, 3, 10))
            row = {
                "id": source,
                "outlet": f"Outlet {self.random.randrange(40)}",
                "title": f"Report {number}, “as told”",
                "url": f"https://example.org/{source}",
                "published": self._day(printed),
                "language": self.random.choice(_LANGUAGES),
                "kind": "news_report",
                "day": str(printed),
            }
            if number > 10 and self.random.random() < 0.4:
                row["origin"] = f"source-{self.random.randrange(number - 9, number)}"
            if self.random.random() < 0.003:
                row |= {"status": "retracted", "status_date": self._day(printed + 30)}
            self.sources.append(row)
        row = {"subject_type": subject_type, "subject": subject, "source": source, "relation": "supports"}
        if self.random.random() < 0.7:
            row["quote"] = self.random.choice(_QUOTES)
        if speaker:
            row |= {"speakers": speaker, "attributed_to": f"a spokesman of {speaker}", "anonymous": "no"}
        self.citations.append(row | more)

    def _speaker(self, party: str) -> str:
        """Two in three speak for themselves."""
        chance = self.random.random()
        if chance < 0.65:
            return party if chance < 0.45 else f"{party}-office"
        others = [*self.parties, *self.mediators, ""]
        return self.random.choice([other for other in others if other != party])

    def _demands(
        self, made: list[int], citations: int, proposals: Sequence[Row], events: Sequence[Row]
    ) -> Iterable[Row]:
        last: dict[tuple[str, str], str] = {}
        spare = citations - len(made)
        for number, day in enumerate(made, 1):
            party, issue = self.random.choices(self.cells, cum_weights=self.weights)[0]
            id_ = f"demand-{number}"
            row = {
                "id": id_,
                "holders": party,
                "issues": issue,
                "kind": self.random.choices(_KINDS, _KINDS_WEIGHTS)[0],
                "summary": f"{party.title()} speaks of {issue}, for the {number}th time",
                "stated": self._dated(day),
            }
            chance = self.random.random()
            if chance < 0.04:
                row["holders"] = "|".join(self.parties[:2])
            elif chance < 0.07:
                row["issues"] = "|".join(dict.fromkeys((issue, self.issues[0])))
            elif chance < 0.2:
                row |= {"quantity": self.random.choice(_QUANTITIES), "unit": "days"}
            elif chance < 0.25:
                row["condition"] = "in exchange for prisoners, one for one"
            elif chance < 0.28:
                row["proposal"] = self.random.choice(proposals)["id"]
            elif chance < 0.29:
                row["overtaken_by"] = self.random.choice(events)["id"]
            elif issue == self.issues[0] and chance < 0.5:
                rung = str(self.random.randrange(4))
                row |= {
                    "scale_version": "1",
                    "rung_min": rung,
                    "rung_max": rung,
                    "placement_reason": "As worded",
                }
            yield row
            speaker = self._speaker(party)
            self._cite("demand", id_, day, speaker)
            while spare > 0 and self.random.random() < spare / (spare + len(made) - number + 1):
                spare -= 1
                again = day + self.random.choice((0, 0, 5, 20))
                more = {"stated": self._day(again)} if again > day else {}
                if self.random.random() < 0.03:
                    more["relation"] = "denies"
                self._cite("demand", id_, again, self.random.choice((speaker, self._speaker(party))), **more)
            if before := last.get((party, issue)):
                self._link(id_, row["kind"], before)
            last[party, issue] = id_

    def _link(self, id_: str, kind: str, before: str) -> None:
        """One in five says how it stands to the one before; a withdrawal nearly always."""
        if kind == "withdrawal":
            relation = self.random.choices(("replaces", ""), (9, 1))[0]
        else:
            relations = ("restates", "contradicts", "replaces", "clarifies", "")
            relation = self.random.choices(relations, (12, 4, 3, 1, 80))[0]
        if relation:
            self.links.append({"from": id_, "relation": relation, "to": before})

    def _events(self, count: int) -> Iterable[Row]:
        for number in range(1, count + 1):
            day = self.random.randrange(self.days)
            self._cite("event", f"event-{number}", day, "")
            yield {
                "id": f"event-{number}",
                "kind": self.random.choice(("talks_round", "military", "diplomatic")),
                "title": f"Event {number}",
                "starts": self._dated(day),
                "place": "Cairo",
            }

    def _proposals(self, count: int) -> tuple[list[Row], list[Row]]:
        proposals: list[Row] = []
        terms: list[Row] = []
        for number in range(1, count + 1):
            id_ = f"proposal-{number}"
            day = number * self.days // (count + 1)
            by = self.random.choice((*self.mediators, *self.parties))
            row = {"id": id_, "title": f"Outline {number}", "proposed_by": by, "presented": self._dated(day)}
            if number > 1 and self.random.random() < 0.5:
                row["amends"] = f"proposal-{number - 1}"
            proposals.append(row | {"mediated_by": "|".join(self.mediators), "day": str(day)})
            self._cite("proposal", id_, day, by)
            for place, issue in enumerate(self.random.sample(self.issues, min(5, len(self.issues))), 1):
                term = {
                    "id": f"{id_}-t{place}",
                    "proposal": id_,
                    "issue": issue,
                    "summary": f"Term on {issue}",
                }
                terms.append(
                    term | {"phase": "1", "quantity": "42", "unit": "days", "obliged": self.parties[0]}
                )
                if self.random.random() < 0.1:
                    self._cite("term", term["id"], day + 3, by)
        return proposals, terms

    def _responses(self, proposals: Sequence[Row]) -> Iterable[Row]:
        number = 0
        for proposal in proposals:
            for party in self.parties:
                number += 1
                day = int(proposal["day"]) + self.random.randrange(10)
                self._cite("response", f"response-{number}", day, self._speaker(party))
                row = {
                    "id": f"response-{number}",
                    "proposal": proposal["id"],
                    "actor": party,
                    "response": self.random.choice(_ANSWERS),
                    "stated": self._dated(day),
                }
                if self.random.random() < 0.2:
                    row["term"] = f"{proposal['id']}-t1"
                yield row

    def _remarks(self, count: int) -> Iterable[Row]:
        for number in range(1, count + 1):
            day = self.random.randrange(self.days)
            self._cite("remark", f"remark-{number}", day, self.random.choice(self.mediators))
            row = {"id": f"remark-{number}", "remark": "impasse", "summary": "The gaps are wide"}
            yield row | {"stated": self._dated(day), "about": self.random.choice((*self.parties, ""))}
