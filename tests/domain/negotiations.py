"""Random small negotiations for property tests: few days, few actors, every kind of record and link."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from app.domain.vocabulary import Answer, DemandKind, LinkRelation

Row = dict[str, str]
Tables = dict[str, list[Row]]

FIRST = date(2024, 1, 28)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
PARTIES, HOLDERS, ISSUES = ("p", "q"), ("p", "q", "m"), ("i", "j")

days = st.sampled_from([day.isoformat() for day in DAYS])
dates = st.one_of(
    days,
    days,
    days.map(lambda day: day + "~"),
    st.sampled_from(["2024-01", "2024-02", "2024", "2024-01-30/2024-02-03"]),
)


def _some(draw: st.DrawFn, ids: list[str], most: int = 2) -> str:
    return "|".join(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=most, unique=True)))


@st.composite
def negotiations(draw: st.DrawFn) -> Tables:
    """The tables of a random negotiation; citations come in the order of their records."""
    tables: Tables = {
        "actors": [
            {"id": "p"},
            {"id": "q"},
            {"id": "m"},
            {"id": "p-office", "part_of": "p"},
            {"id": "q-office", "part_of": "q"},
        ],
        "participants": [
            {"actor": "p", "role": "party"},
            {"actor": "q", "role": "party"},
            {"actor": "m", "role": "mediator"},
        ],
        "issues": [{"id": "i"}, {"id": "j"}],
    }
    tables["sources"] = [_source(draw, n) for n in range(draw(st.integers(1, 5)))]
    tables["events"] = [{"id": "e0", "starts": draw(dates)}] if draw(st.booleans()) else []
    tables["demands"] = [
        {
            "id": f"d{n}",
            "holders": _some(draw, list(HOLDERS)),
            "issues": _some(draw, list(ISSUES)),
            "kind": draw(st.sampled_from(DemandKind)),
            "stated": draw(dates),
            "overtaken_by": "e0" if tables["events"] and draw(st.integers(0, 3)) == 0 else "",
        }
        for n in range(draw(st.integers(0, 6)))
    ]
    tables["proposals"] = [
        {"id": f"x{n}", "proposed_by": _some(draw, list(HOLDERS)), "presented": draw(dates)}
        for n in range(draw(st.integers(0, 2)))
    ]
    packages = [row["id"] for row in tables["proposals"]]
    tables["terms"] = [
        {"id": f"t{n}", "proposal": draw(st.sampled_from(packages)), "issue": draw(st.sampled_from(ISSUES))}
        for n in range(draw(st.integers(0, 4)) if packages else 0)
    ]
    tables["responses"] = [
        _response(draw, n, tables) for n in range(draw(st.integers(0, 4)) if packages else 0)
    ]
    tables["links"] = _links(draw, [row["id"] for row in tables["demands"]])
    tables["coverage"] = [
        {
            "actor": draw(st.sampled_from(HOLDERS)),
            "issue": draw(st.sampled_from(ISSUES)),
            "searched_through": draw(dates),
        }
        for _ in range(draw(st.integers(0, 1)))
    ]
    tables["citations"] = _citations(draw, tables)
    return tables


def _source(draw: st.DrawFn, number: int) -> Row:
    row = {"id": f"s{number}", "published": draw(st.one_of(days, days, days, st.just("2024-01")))}
    if draw(st.integers(0, 5)) == 0:
        row |= {"status": "retracted", "status_date": draw(days)}
    return row


def _response(draw: st.DrawFn, number: int, tables: Tables) -> Row:
    proposal = draw(st.sampled_from(tables["proposals"]))["id"]
    terms = [row["id"] for row in tables["terms"] if row["proposal"] == proposal]
    return {
        "id": f"r{number}",
        "proposal": proposal,
        "term": draw(st.sampled_from(terms)) if terms and draw(st.integers(0, 3)) == 0 else "",
        "actor": draw(st.sampled_from(HOLDERS)),
        "response": draw(st.sampled_from(Answer)),
        "stated": draw(dates),
    }


def _links(draw: st.DrawFn, demands: list[str]) -> list[Row]:
    """Links from later rows to earlier ones, so that nothing replaces itself in a circle."""
    links = []
    for _ in range(draw(st.integers(0, 5)) if len(demands) > 1 else 0):
        to = draw(st.integers(0, len(demands) - 2))
        start = draw(st.integers(to + 1, len(demands) - 1))
        relation = draw(st.sampled_from(LinkRelation))
        links.append({"from": demands[start], "relation": relation, "to": demands[to]})
    return links


def _citations(draw: st.DrawFn, tables: Tables) -> list[Row]:
    speakers = st.sampled_from(["p", "q", "m", "p-office", "q-office", "", "p|q"])
    sources = [row["id"] for row in tables["sources"]]
    rows = []
    for noun in ("demand", "proposal", "term", "response", "event"):
        for record in tables[f"{noun}s"]:
            for _ in range(draw(st.integers(0 if noun == "term" else 1, 2))):
                rows.append(
                    {
                        "subject_type": noun,
                        "subject": record["id"],
                        "source": draw(st.sampled_from(sources)),
                        "relation": "denies" if draw(st.integers(0, 5)) == 0 else "supports",
                        "speakers": draw(speakers),
                        "attribution": draw(st.sampled_from(["", "opponent", "mediator"])),
                        "anonymous": draw(st.sampled_from(["", "no", "yes", "yes"])),
                        "stated": draw(dates) if draw(st.integers(0, 3)) == 0 else "",
                    }
                )
    return rows


def renamed(tables: Any, names: dict[str, str]) -> Any:
    """The same tables with actors renamed, wherever a cell or a part of it is one."""
    if isinstance(tables, dict):
        return {key: renamed(value, names) for key, value in tables.items()}
    if isinstance(tables, list):
        return [renamed(value, names) for value in tables]
    return "|".join(names.get(part, part) for part in tables.split("|"))
