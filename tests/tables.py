"""Tables of a package, as dictionaries with empty columns left out, turned into the rule's records."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain import records
from app.domain.attribution import Roster
from app.domain.dates import parse_edtf
from app.domain.position import Cell
from app.domain.vocabulary import Answer, Attribution, DemandKind, LinkRelation, Role

Tables = Mapping[str, Sequence[Mapping[str, str]]]


def records_from(tables: Tables) -> records.Records:
    """The records of a package's tables, in the order of the tables."""
    sources = {row["id"]: row for row in tables.get("sources", ())}
    cited: dict[tuple[str, str], list[records.Citation]] = {}
    for row in tables.get("citations", ()):
        cited.setdefault((row["subject_type"], row["subject"]), []).append(
            _citation(row, sources[row["source"]])
        )

    def citations(subject_type: str, subject: str) -> tuple[records.Citation, ...]:
        return tuple(cited.get((subject_type, subject), ()))

    return records.Records(
        roster=_roster(tables),
        demands=[
            records.Demand(
                row["id"],
                _parts(row["holders"]),
                _parts(row["issues"]),
                DemandKind(row["kind"]),
                parse_edtf(row["stated"]),
                citations("demand", row["id"]),
                row.get("overtaken_by") or None,
                ordinal,
            )
            for ordinal, row in enumerate(tables.get("demands", ()))
        ],
        proposals=[
            records.Proposal(
                row["id"],
                _parts(row["proposed_by"]),
                parse_edtf(row["presented"]),
                citations("proposal", row["id"]),
            )
            for row in tables.get("proposals", ())
        ],
        terms=[
            records.Term(row["id"], row["proposal"], row["issue"], citations("term", row["id"]), ordinal)
            for ordinal, row in enumerate(tables.get("terms", ()))
        ],
        responses=[
            records.Response(
                row["id"],
                row["proposal"],
                row["actor"],
                Answer(row["response"]),
                parse_edtf(row["stated"]),
                citations("response", row["id"]),
                row.get("term") or None,
                ordinal,
            )
            for ordinal, row in enumerate(tables.get("responses", ()))
        ],
        events=[
            records.Event(row["id"], parse_edtf(row["starts"]), citations("event", row["id"]))
            for row in tables.get("events", ())
        ],
        links=[
            records.Link(row["from"], LinkRelation(row["relation"]), row["to"])
            for row in tables.get("links", ())
        ],
        coverage=[
            records.Coverage(row["actor"], row["issue"], parse_edtf(row["searched_through"]))
            for row in tables.get("coverage", ())
        ],
    )


def cell_ids(cell: Cell) -> dict[str, Any]:
    """A cell in the form of the worked cases: slots as sets of ids."""
    slots = ("asks", "refuses", "accepted", "others_say", "says", "possible", "standing")
    return {
        **{slot: sorted(item.id for item in getattr(cell, slot)) for slot in slots},
        "contested": cell.contested,
        "empty": cell.empty.value if cell.empty else None,
    }


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _roster(tables: Tables) -> Roster:
    roles: dict[str, set[Role]] = {}
    for row in tables.get("participants", ()):
        roles.setdefault(row["actor"], set()).add(Role(row["role"]))
    part_of = {row["id"]: row["part_of"] for row in tables.get("actors", ()) if row.get("part_of")}
    return Roster(part_of, {actor: frozenset(held) for actor, held in roles.items()})


def _citation(row: Mapping[str, str], source: Mapping[str, str]) -> records.Citation:
    published = parse_edtf(source["published"]).last
    retracted: date | None = None
    if source.get("status") == "retracted":
        retracted = parse_edtf(source["status_date"]).last
    return records.Citation(
        published=published,
        supports=(row.get("relation") or "supports") == "supports",
        speakers=_parts(row.get("speakers", "")),
        coded=Attribution(row["attribution"]) if row.get("attribution") else None,
        said=parse_edtf(row["stated"]).capped(published) if row.get("stated") else None,
        retracted=retracted,
        unnamed=row.get("anonymous") == "yes",
    )
