"""Everything that follows from the rows of a package: their days, voices, attributions, bounds and folds.

One place for it, so that a first import, a changed one and an edit all store the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.commands.batches import Batch, Row
from app.domain.attribution import Roster, attribution, resolve_origins
from app.domain.dates import Edtf, parse_edtf
from app.domain.quantities import VAGUE, bounds
from app.domain.search import fold
from app.domain.vocabulary import Attribution, CitationRelation, ReviewStatus, Role, SourceStatus
from app.models import (
    Actor,
    ActorAlias,
    Base,
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Coverage,
    Demand,
    Event,
    Issue,
    Link,
    Negotiation,
    Participant,
    Proposal,
    Record,
    RecordActor,
    RecordIssue,
    Remark,
    Response,
    ScaleRung,
    Source,
    Term,
)
from app.models.records import SUBJECT_PARTS

PackageRow = Mapping[str, str]
# The rows of one file in their order, each with the number that identifies it where it has no id.
Numbered = Sequence[tuple[PackageRow, int]]
_Columns = dict[str, Any]


class _Dates(NamedTuple):
    """When a record was stated and reported (domain.md §3)."""

    dated: str
    first: date
    last: date
    reported: date
    stated_by: date


class _Support(NamedTuple):
    """A supporting citation: the day on which it was printed, and when it was said, if at another time."""

    published: date
    said: Edtf | None


def derive(negotiation: str, tables: Mapping[str, Numbered], uncounted: Collection[int] = ()) -> list[Batch]:
    """The rows of every table that a package fills, in an order in which they may be written.

    ``uncounted`` are the numbers of citations that nobody has published yet: no date of a record may be
    moved by them.
    """
    return _Derivation(negotiation, tables, uncounted).batches()


class _Derivation:
    """One negotiation while its rows are worked out."""

    def __init__(self, negotiation: str, tables: Mapping[str, Numbered], uncounted: Collection[int]) -> None:
        self.negotiation = negotiation
        self.tables = tables
        self.published = {row["id"]: parse_edtf(row["published"]).last for row in self._rows("sources")}
        self.supports: dict[tuple[str, str], list[_Support]] = defaultdict(list)
        for row, number in self.tables.get("citations", ()):
            if row.get("relation") != CitationRelation.DENIES.value and number not in uncounted:
                support = _Support(self.published[row["source"]], self._said(row))
                self.supports[row["subject_type"], row["subject"]].append(support)
        self.records: list[_Columns] = []
        self.record_actors: list[_Columns] = []
        self.record_issues: list[_Columns] = []
        # Those for whom a record's track is judged (domain.md §2), by the record's type and id.
        self.subjects: dict[tuple[str, str], list[str]] = {}

    def batches(self) -> list[Batch]:
        """In the order of the foreign keys; rows that refer to their own table after what they refer to."""
        nouns = [
            _batch(Proposal, self._proposals()),
            _batch(Event, self._events()),
            _batch(Term, self._terms()),
            _batch(Demand, self._demands()),
            _batch(Response, self._responses()),
            _batch(Remark, self._remarks()),
        ]
        return [
            _batch(Negotiation, self._negotiation(), revision=0, last_revision=0, last_hash=""),
            _batch(Actor, self._actors()),
            _batch(ActorAlias, self._aliases()),
            _batch(Participant, self._participants()),
            _batch(Issue, self._issues()),
            _batch(ScaleRung, self._scales()),
            _batch(Source, self._sources(), review_status=ReviewStatus.PUBLISHED.value),
            _batch(Record, self.records, review_status=ReviewStatus.PUBLISHED.value),
            *nouns,
            _batch(Link, self._links()),
            _batch(RecordActor, self.record_actors),
            _batch(RecordIssue, self.record_issues),
            _batch(Citation, self._citations(), review_status=ReviewStatus.PUBLISHED.value),
            _batch(CitationSpeaker, self._speakers()),
            _batch(CitationAttribution, self._attributions()),
            _batch(Coverage, self._coverage()),
        ]

    def _rows(self, file: str) -> Iterator[PackageRow]:
        return (row for row, _ in self.tables.get(file, ()))

    def _placed(self, file: str) -> Iterator[tuple[int, PackageRow, int]]:
        """The rows of a file with their places in it, from 1, and their numbers."""
        return ((place, row, number) for place, (row, number) in enumerate(self.tables.get(file, ()), 1))

    # --- The negotiation, its actors, issues and sources ------------------------------------------

    def _negotiation(self) -> Iterator[_Columns]:
        for row in self._rows("negotiation"):
            yield {
                "id": row["id"],
                "title": row["title"],
                "summary": row.get("summary"),
                "started": row.get("started"),
                "ended": row.get("ended"),
                "package_name": row.get("package_name"),
                "package_title": row.get("package_title"),
            }

    def _actors(self) -> Iterator[_Columns]:
        for ordinal, row in _parents_first(self.tables.get("actors", ()), "part_of"):
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "ordinal": ordinal,
                "name": row["name"],
                "kind": row.get("kind"),
                "part_of": row.get("part_of"),
            }

    def _aliases(self) -> Iterator[_Columns]:
        for row in self._rows("actors"):
            for ordinal, alias in enumerate(_several(row, "aliases")):
                yield {
                    "negotiation": self.negotiation,
                    "actor": row["id"],
                    "ordinal": ordinal,
                    "alias": alias,
                }

    def _participants(self) -> Iterator[_Columns]:
        for ordinal, row, number in self._placed("participants"):
            yield {
                "negotiation": self.negotiation,
                "number": number,
                "ordinal": ordinal,
                "actor": row["actor"],
                "role": row["role"],
                "from_date": row.get("from"),
                "to_date": row.get("to"),
            }

    def _issues(self) -> Iterator[_Columns]:
        for ordinal, row in _parents_first(self.tables.get("issues", ()), "part_of"):
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "ordinal": ordinal,
                "part_of": row.get("part_of"),
                "title": row["title"],
                "question": row["question"],
                "description": row.get("description"),
            }

    def _scales(self) -> Iterator[_Columns]:
        for ordinal, row, _ in self._placed("scales"):
            yield {
                "negotiation": self.negotiation,
                "issue": row["issue"],
                "version": int(row["version"]),
                "rung": int(row["rung"]),
                "ordinal": ordinal,
                "label": row["label"],
            }

    def _sources(self) -> Iterator[_Columns]:
        voices = resolve_origins({row["id"]: row.get("origin") for row in self._rows("sources")})
        for ordinal, row, _ in self._placed("sources"):
            published = self.published[row["id"]]
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "ordinal": ordinal,
                "outlet": row["outlet"],
                "title": row.get("title"),
                "url": row.get("url"),
                "published": row["published"],
                "published_last": published.isoformat(),
                "language": row["language"],
                "kind": row.get("kind"),
                "author": row.get("author"),
                "origin": row.get("origin"),
                "voice": voices[row["id"]],
                "archive_url": row.get("archive_url"),
                "status": row.get("status"),
                "status_date": row.get("status_date"),
                "retracted_from": _retracted_from(row, published),
                "grade": row.get("grade"),
                "note": row.get("note"),
            }

    def _coverage(self) -> Iterator[_Columns]:
        for ordinal, row, number in self._placed("coverage"):
            yield {
                "negotiation": self.negotiation,
                "number": number,
                "ordinal": ordinal,
                "actor": row["actor"],
                "issue": row["issue"],
                "searched_through": row["searched_through"],
                "searched_through_last": parse_edtf(row["searched_through"]).last.isoformat(),
                "note": row.get("note"),
            }

    # --- Records ----------------------------------------------------------------------------------

    def _dates(self, type_: str, id_: str, dated: str) -> _Dates:
        """The days of a record, the last possible one capped by the day on which it was reported."""
        supports = self.supports.get((type_, id_), ())
        reported = min((support.published for support in supports), default=date.max)
        capped = parse_edtf(dated).capped(reported)
        return _Dates(dated, capped.first, capped.last, reported, capped.last)

    def _term_dates(self, id_: str, proposal: PackageRow) -> _Dates:
        """A term is dated as its proposal, and visible from its own citations where it has any."""
        dates = self._dates("proposal", proposal["id"], proposal["presented"])
        own = self.supports.get(("term", id_))
        if not own:
            return dates
        said = min(support.said.last if support.said else dates.last for support in own)
        return dates._replace(
            reported=max(dates.reported, min(support.published for support in own)),
            stated_by=max(dates.last, said),
        )

    def _record(
        self,
        type_: str,
        ordinal: int,
        row: PackageRow,
        dates: _Dates,
        *,
        kind: str | None = None,
        issues: Iterable[str] = (),
        **actors: Sequence[str],
    ) -> None:
        """Note what a record has in common with all others; ``actors`` are named by their part in it."""
        id_ = row["id"]
        words = [row[name] for name in ("title", "summary", "condition") if name in row]
        self.records.append(
            {
                "negotiation": self.negotiation,
                "type": type_,
                "id": id_,
                "ordinal": ordinal,
                "kind": kind,
                "title": row.get("title"),
                "summary": row.get("summary"),
                "search_text": fold("\n".join(words)),
                "dated": dates.dated,
                "first_day": dates.first.isoformat(),
                "last_day": dates.last.isoformat(),
                "reported_on": dates.reported.isoformat(),
                "stated_by": dates.stated_by.isoformat(),
            }
        )
        of_record = {"negotiation": self.negotiation, "type": type_, "record": id_}
        for part, ids in actors.items():
            for place, actor in enumerate(ids):
                self.record_actors.append(of_record | {"part": part, "ordinal": place, "actor": actor})
            if part in SUBJECT_PARTS:
                self.subjects[type_, id_] = list(ids)
        for place, issue in enumerate(issues):
            self.record_issues.append(of_record | {"ordinal": place, "issue": issue})

    def _proposals(self) -> Iterator[_Columns]:
        for ordinal, row in _parents_first(self.tables.get("proposals", ()), "amends"):
            self._record(
                "proposal",
                ordinal,
                row,
                self._dates("proposal", row["id"], row["presented"]),
                proposed_by=_several(row, "proposed_by"),
                mediated_by=_several(row, "mediated_by"),
            )
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "type": "proposal",
                "amends": row.get("amends"),
                "ended": row.get("ended"),
                "outcome": row.get("outcome"),
            }

    def _events(self) -> Iterator[_Columns]:
        for ordinal, row, _ in self._placed("events"):
            self._record(
                "event", ordinal, row, self._dates("event", row["id"], row["starts"]), kind=row.get("kind")
            )
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "type": "event",
                "ends": row.get("ends"),
                "place": row.get("place"),
            }

    def _terms(self) -> Iterator[_Columns]:
        proposals = {row["id"]: row for row in self._rows("proposals")}
        for ordinal, row, _ in self._placed("terms"):
            proposal = proposals[row["proposal"]]
            self._record(
                "term",
                ordinal,
                row,
                self._term_dates(row["id"], proposal),
                issues=[row["issue"]],
                proposed_by=_several(proposal, "proposed_by"),
                obliged=_several(row, "obliged"),
                tabled_by=_several(row, "tabled_by"),
            )
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "type": "term",
                "proposal": row["proposal"],
                "issue": row["issue"],
                "phase": row.get("phase"),
                **_quantity(row),
                "condition": row.get("condition"),
                **_placement(row),
            }

    def _demands(self) -> Iterator[_Columns]:
        for ordinal, row, _ in self._placed("demands"):
            issues = _several(row, "issues")
            self._record(
                "demand",
                ordinal,
                row,
                self._dates("demand", row["id"], row["stated"]),
                kind=row["kind"],
                issues=issues,
                holder=_several(row, "holders"),
            )
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "type": "demand",
                **_quantity(row),
                "condition": row.get("condition"),
                "deadline": row.get("deadline"),
                "grade": row.get("grade"),
                "proposal": row.get("proposal"),
                "overtaken_by": row.get("overtaken_by"),
                "placement_issue": issues[0] if "scale_version" in row else None,
                **_placement(row),
            }

    def _responses(self) -> Iterator[_Columns]:
        for ordinal, row, _ in self._placed("responses"):
            self._record(
                "response",
                ordinal,
                row,
                self._dates("response", row["id"], row["stated"]),
                kind=row["response"],
                responds=[row["actor"]],
            )
            yield {
                "negotiation": self.negotiation,
                "id": row["id"],
                "type": "response",
                "proposal": row["proposal"],
                "term": row.get("term"),
            }

    def _remarks(self) -> Iterator[_Columns]:
        for ordinal, row, _ in self._placed("remarks"):
            self._record(
                "remark",
                ordinal,
                row,
                self._dates("remark", row["id"], row["stated"]),
                kind=row.get("remark"),
                issues=_several(row, "issue"),
                about=_several(row, "about"),
            )
            yield {"negotiation": self.negotiation, "id": row["id"], "type": "remark"}

    def _links(self) -> Iterator[_Columns]:
        for ordinal, row, number in self._placed("links"):
            yield {
                "negotiation": self.negotiation,
                "number": number,
                "ordinal": ordinal,
                "from_demand": row["from"],
                "relation": row["relation"],
                "to_demand": row["to"],
                "note": row.get("note"),
            }

    # --- Citations --------------------------------------------------------------------------------

    def _said(self, row: PackageRow) -> Edtf | None:
        """When a citation's speaker said it, where that is not the record's own date."""
        if "stated" not in row:
            return None
        return parse_edtf(row["stated"]).capped(self.published[row["source"]])

    def _citations(self) -> Iterator[_Columns]:
        for ordinal, row, number in self._placed("citations"):
            said = self._said(row)
            words = [row[name] for name in ("quote", "translation") if name in row]
            yield {
                "negotiation": self.negotiation,
                "number": number,
                "ordinal": ordinal,
                "subject_type": row["subject_type"],
                "subject": row["subject"],
                "source": row["source"],
                "relation": row.get("relation"),
                "quote": row.get("quote"),
                "translation": row.get("translation"),
                "search_text": fold("\n".join(words)),
                "attributed_to": row.get("attributed_to"),
                "public_wording": row.get("public_wording"),
                "anonymous": _boolean(row, "anonymous"),
                "setting": row.get("setting"),
                "stated": row.get("stated"),
                "stated_first": said.first.isoformat() if said else None,
                "stated_last": said.last.isoformat() if said else None,
                "attribution": row.get("attribution"),
                "sensitive": _boolean(row, "sensitive"),
                "locator": row.get("locator"),
                "note": row.get("note"),
            }

    def _speakers(self) -> Iterator[_Columns]:
        for _, row, number in self._placed("citations"):
            for ordinal, actor in enumerate(_several(row, "speakers")):
                yield {
                    "negotiation": self.negotiation,
                    "citation": number,
                    "ordinal": ordinal,
                    "actor": actor,
                }

    def _attributions(self) -> Iterator[_Columns]:
        roles: dict[str, set[Role]] = defaultdict(set)
        for row in self._rows("participants"):
            roles[row["actor"]].add(Role(row["role"]))
        roster = Roster(
            {row["id"]: row["part_of"] for row in self._rows("actors") if "part_of" in row},
            {actor: frozenset(held) for actor, held in roles.items()},
        )
        known: dict[tuple[str | None, str | None, str], Attribution] = {}
        for _, row, number in self._placed("citations"):
            speakers, coded = row.get("speakers"), row.get("attribution")
            for holder in self.subjects.get((row["subject_type"], row["subject"]), ()):
                found = known.get((speakers, coded, holder))
                if found is None:
                    found = attribution(
                        _several(row, "speakers"), Attribution(coded) if coded else None, holder, roster
                    )
                    known[speakers, coded, holder] = found
                yield {
                    "negotiation": self.negotiation,
                    "citation": number,
                    "holder": holder,
                    "attribution": found.value,
                }


def _batch(model: type[Base], rows: Iterable[_Columns], **defaults: Any) -> Batch:
    columns: tuple[str, ...] = ()
    values: list[Row] = []
    for row in rows:
        columns = columns or tuple(row)
        values.append(tuple(row.values()))
    # Without rows the key alone will do: there is nothing to compare.
    return Batch(
        model, columns or tuple(column.name for column in model.__table__.primary_key), values, defaults
    )


def _parents_first(rows: Numbered, column: str) -> list[tuple[int, PackageRow]]:
    """The rows with their places, each after the one of the same file that ``column`` names.

    A database checks a foreign key as each row is written.
    """
    placed = {row["id"]: (place, row) for place, (row, _) in enumerate(rows, 1)}
    order: dict[str, tuple[int, PackageRow]] = {}
    for id_ in placed:
        trail = []
        at: str | None = id_
        # A parent that is not among the rows is stored already.
        while at is not None and at in placed and at not in order:
            trail.append(at)
            at = placed[at][1].get(column)
        order.update((step, placed[step]) for step in reversed(trail))
    return list(order.values())


def _several(row: PackageRow, column: str) -> list[str]:
    """The values of a cell that may hold several."""
    value = row.get(column)
    return value.split("|") if value else []


def _retracted_from(row: PackageRow, published: date) -> str | None:
    """The day from which a source supports nothing; one retracted on no known day never did."""
    if row.get("status") != SourceStatus.RETRACTED.value:
        return None
    return (parse_edtf(row["status_date"]).last if "status_date" in row else published).isoformat()


def _quantity(row: PackageRow) -> _Columns:
    found = bounds(row["quantity"]) if "quantity" in row else VAGUE
    return {
        "quantity": row.get("quantity"),
        "quantity_min": found.least,
        "quantity_max": found.greatest,
        "unit": row.get("unit"),
    }


def _placement(row: PackageRow) -> _Columns:
    columns: _Columns = {
        name: int(row[name]) if name in row else None for name in ("scale_version", "rung_min", "rung_max")
    }
    return columns | {"placement_reason": row.get("placement_reason")}


def _boolean(row: PackageRow, column: str) -> bool | None:
    return row[column] == "yes" if column in row else None
