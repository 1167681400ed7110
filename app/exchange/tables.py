"""What pages show as rows of named columns, for every format that has rows: CSV, Excel.

In the time line all columns from ``track`` to ``quote`` speak of the same citations: those that support the
record, are not retracted, and are on the track that the row shows. What others say of a claim from a
holder's own side is not in its row (domain.md §2). Where the record's actors stand on different tracks, each
of these columns has a part for every actor, in their order. A term's are those of its proposal, but its own
come first among the outlets, addresses and quotes. In the positions they speak of the one voice that the cell
names.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.redaction import WITHHELD
from app.domain.vocabulary import Basis, RecordType, Slot, Track
from app.queries.cells import CellPage, Claim, PartyColumn
from app.queries.citations import CitationLine, Evidence
from app.queries.comparison import Comparison, GapLine, IssueComparison, MovementLine, NotCompared
from app.queries.positions import PositionsPage
from app.queries.proposal_columns import ProposalColumn
from app.queries.records import RecordLine
from app.queries.terms import ComparePage
from app.queries.timeline import Side, TimelineRow

TIMELINE = (
    "record_type",
    "id",
    "date",
    "date_first",
    "date_last",
    "reported_on",
    "actors",
    "issues",
    "kind",
    "summary",
    "quantity",
    "quantity_min",
    "quantity_max",
    "unit",
    "condition",
    "proposal",
    "track",
    "attribution",
    "attributed_to",
    "anonymous",
    "origins",
    "denied_by",
    "outlets",
    "urls",
    "quote",
    "permalink",
)

# One row for each line of a cell, one for each term and each answer of a proposal's column, and one for a
# cell that has no line, which says why. ``place`` is the slot of the cell, or what else the line is.
POSITIONS = (
    "column",
    "actor",
    "as_of",
    "issue",
    "issue_title",
    "place",
    "record_type",
    "id",
    "date",
    "since",
    "last_heard",
    "reported_on",
    "kind",
    "summary",
    "quantity",
    "quantity_min",
    "quantity_max",
    "unit",
    "condition",
    "phase",
    "proposal",
    "track",
    "attribution",
    "attributed_to",
    "anonymous",
    "reports",
    "origins",
    "denied_by",
    "overtaken",
    "contested",
    "tabled_by",
    "outlet",
    "url",
    "more_standing",
    "empty",
    "searched_through",
    "permalink",
)

# One row for each pair that is compared on an issue, and for each reason why one is not (domain.md §5).
COMPARISON = (
    "issue",
    "issue_title",
    "compared",
    "actor",
    "as_of",
    "other_actor",
    "other_as_of",
    "result",
    "steps_min",
    "steps_max",
    "steps_of_scale",
    "accounts_differ",
    "quantity",
    "other_quantity",
    "quantity_apart_min",
    "quantity_apart_max",
    "why_not",
)

# One row for each term of two texts, with what became of it (domain.md §6).
TERMS = (
    "issue",
    "issue_title",
    "became",
    "before_proposal",
    "before_id",
    "before_phase",
    "before_summary",
    "before_quantity",
    "before_unit",
    "before_condition",
    "before_obliged",
    "before_tabled_by",
    "before_permalink",
    "after_proposal",
    "after_id",
    "after_phase",
    "after_summary",
    "after_quantity",
    "after_unit",
    "after_condition",
    "after_obliged",
    "after_tabled_by",
    "after_permalink",
)

# What a column's cells hold, where it is not text: a date as far as it is known. A number says so itself.
DATES = frozenset(
    {"date", "date_first", "date_last", "reported_on", "as_of", "other_as_of", "since", "last_heard"}
    | {"searched_through"}
)

BETWEEN = "; "


class Bound(str):
    """A day that is only the first or last of those that a date may mean; no format makes it a date."""

    __slots__ = ()


Cell = str | int | float | None
Row = Sequence[Cell]
Permalink = Callable[[RecordLine], str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of named columns, in chunks; read as they are written."""

    columns: Sequence[str]
    chunks: Iterable[Sequence[Row]]


def file_name(negotiation: str, what: str, on: date, basis: Basis, ending: str) -> str:
    """The name under which a file is saved; it says of what, as of when, and on which basis."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", f"{negotiation}-{what}")
    return f"{safe}-{on.isoformat()}-{basis.value}.{ending}"


# --- The time line ----------------------------------------------------------------------------------------


def timeline_table(chunks: Iterable[Sequence[TimelineRow]], permalink: Permalink) -> Table:
    return Table(TIMELINE, ([timeline_row(row, permalink) for row in rows] for rows in chunks))


def timeline_row(row: TimelineRow, permalink: Permalink) -> list[Cell]:
    record = row.record
    said = _said(row)
    is_full_day = record.dated == record.first_day == record.last_day
    return [
        record.type.value,
        record.id,
        record.dated,
        record.first_day if is_full_day else Bound(record.first_day),
        record.last_day if is_full_day else Bound(record.last_day),
        _reported_on(record, (*row.citations, *row.own)),
        BETWEEN.join(row.actors),
        BETWEEN.join(row.issues),
        record.kind,
        record.words,
        record.quantity,
        _number(record.quantity_min),
        _number(record.quantity_max),
        record.unit,
        record.condition,
        row.proposal.id if row.proposal else None,
        BETWEEN.join(row.track(actor).value for actor in row.actors),
        *said[:4],
        _joined(_deniers(row.denials)),
        *said[4:],
        permalink(record),
    ]


def _reported_on(record: RecordLine, citations: Iterable[CitationLine]) -> str:
    """When it was first reported; a bound, unless a report is known to be of that very day."""
    is_known = any(line.source.published == record.reported_on for line in citations)
    return record.reported_on if is_known else Bound(record.reported_on)


def _said(row: TimelineRow) -> Sequence[Cell]:
    """Who says so and where it stands: of all actors at once, or of each where their tracks differ."""
    if len({row.track(actor) for actor in row.actors}) < 2:
        return _said_of(row, row.sides)
    each = [_said_of(row, [row.side(actor)]) for actor in row.actors]
    return [BETWEEN.join(str(cell) for cell in cells) for cells in zip(*each, strict=True)]


def _said_of(row: TimelineRow, sides: Sequence[Side]) -> Sequence[Cell]:
    """Attributions, speakers, whether all are unnamed, origins, outlets, addresses and quotes."""
    heard, printed = row.heard(sides), row.printed(sides)
    return [
        _joined(_attributions(row, sides)),
        _joined(line.speaker for line in heard),
        _is_anonymous(heard),
        len({line.source.voice for line in heard}),
        _joined(line.source.outlet for line in printed),
        _joined(line.source.url or "" for line in printed),
        _joined(_quote(line) for line in printed),
    ]


def _quote(line: CitationLine) -> str:
    if line.is_withheld:
        return WITHHELD
    return "" if line.sensitive else line.quote or ""


def _number(value: float | None) -> int | float | None:
    """A number without a fraction that is none."""
    return int(value) if value is not None and value.is_integer() else value


def _joined(values: Iterable[str]) -> str:
    """The different values, in their order; what is empty is left out."""
    return BETWEEN.join(dict.fromkeys(value for value in values if value))


def _attributions(row: TimelineRow, sides: Sequence[Side]) -> Iterator[str]:
    """What the speakers are to the record's actors. An event has nobody to whom they could be anything."""
    if row.record.type is RecordType.EVENT:
        return
    for side in sides:
        for line in row.heard_by(side):
            for actor in side.actors or (None,):
                yield line.attribution(actor).value


def _is_anonymous(heard: Sequence[CitationLine]) -> str:
    """Whether everybody who is heard is unnamed: one named speaker makes it a claim with a name."""
    return _yes(bool(heard) and all(line.anonymous for line in heard))


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _deniers(denials: Sequence[CitationLine]) -> Iterator[str]:
    """Who denies it: actors by their ids; where the source names none, its words, or the outlet."""
    for line in denials:
        yield from line.speakers or (line.speaker or line.source.outlet,)


# --- Positions --------------------------------------------------------------------------------------------


def positions_table(page: PositionsPage, permalink: Permalink) -> Table:
    """Every cell of the table of positions, line by line, in the order of the page."""
    rows = _Positions(page, permalink)
    return Table(POSITIONS, ([[row.get(name) for name in POSITIONS] for row in part] for part in rows.read()))


_Named = dict[str, Cell]


class _Positions:
    """The rows of one table of positions."""

    def __init__(self, page: PositionsPage, permalink: Permalink) -> None:
        self.page, self.permalink = page, permalink
        self.ids = {actor.name: actor.id for actor in page.cast.actors.values()}

    def read(self) -> Iterator[list[_Named]]:
        """The answers to each proposal that is shown, then the issues one after the other."""
        yield [row for column in self.page.proposals for row in self._answers(column)]
        for issue in self.page.issues:
            head: _Named = {"issue": issue.id, "issue_title": issue.title}
            yield [head | row for column in self.page.columns for row in self._rows(column, issue.id)]

    def _rows(self, column: object, issue: str) -> Iterator[_Named]:
        if isinstance(column, PartyColumn):
            yield from self._cell(column, column.cells[issue])
        elif isinstance(column, ProposalColumn):
            yield from self._terms(column, issue)
        else:
            yield self._head(column) | {"empty": "no_such_text"}

    def _head(self, column: object) -> _Named:
        on = getattr(column, "on", self.page.on)
        return {
            "column": getattr(column, "key", None),
            "actor": getattr(column, "actor", None),
            "as_of": on.isoformat(),
        }

    def _answers(self, column: ProposalColumn) -> Iterator[_Named]:
        head = self._head(column)
        head["proposal"] = column.record.id
        yield (
            head
            | {"place": "proposal"}
            | self._record(column.record, column.evidence)
            | self._evidence(column.evidence)
        )
        for party in self.page.columns:
            if not isinstance(party, PartyColumn):
                continue
            of_party = head | {"actor": party.actor, "as_of": party.on.isoformat(), "place": "answer"}
            for answer in column.latest_answers(party.actor, party.on, self.page.basis):
                yield (
                    of_party | self._record(answer.record, answer.evidence) | self._evidence(answer.evidence)
                )

    def _terms(self, column: ProposalColumn, issue: str) -> Iterator[_Named]:
        head = self._head(column) | {"proposal": column.record.id}
        for term in column.terms.get(issue, ()):
            tabled = _joined(self.ids.get(name, name) for name in column.tabled_by.get(term.id, ()))
            yield (
                head
                | {"place": "term", "tabled_by": tabled}
                | self._record(term, column.evidence)
                | self._evidence(column.evidence)
            )
        if not column.terms.get(issue):
            yield head | {"empty": "not_in_this_text"}

    def _cell(self, column: PartyColumn, cell: CellPage) -> Iterator[_Named]:
        head = self._head(column)
        head["contested"] = _yes(cell.contested)
        head["more_standing"] = cell.standing_count
        head["empty"] = cell.empty.value if cell.empty else None
        lines = [(slot.value, claim) for slot in Slot for claim in getattr(cell, slot.value)]
        lines += [("dropped_by", claim) for claim in cell.dropped]
        lines += [("possible", claim) for claim in cell.possible]
        for place, claim in lines:
            yield head | {"place": place} | self._claim(claim)
            for term in claim.terms:
                # Who accepted a package is one thing, who told of its terms another.
                told = self._evidence(claim.text) if claim.text else {}
                yield head | {"place": "term_accepted"} | self._record(term, claim.text) | told
        if not lines:
            yield head | {"searched_through": cell.searched_through}

    def _claim(self, claim: Claim) -> _Named:
        found = self._record(claim.record, claim.evidence) | self._evidence(claim.evidence)
        return found | {
            "since": claim.since,
            "last_heard": claim.last_heard,
            "overtaken": _yes(claim.overtaken),
        }

    def _record(self, record: RecordLine, evidence: Evidence | None) -> _Named:
        voices = [evidence.voice] if evidence and evidence.voice else []
        return {
            "record_type": record.type.value,
            "id": record.id,
            "date": record.dated,
            "reported_on": _reported_on(record, voices),
            "kind": record.kind,
            "summary": record.words,
            "quantity": record.quantity,
            "quantity_min": _number(record.quantity_min),
            "quantity_max": _number(record.quantity_max),
            "unit": record.unit,
            "condition": record.condition,
            "phase": record.phase,
            "proposal": record.proposal or (record.id if record.type is RecordType.PROPOSAL else None),
            "permalink": self.permalink(record),
        }

    def _evidence(self, evidence: Evidence) -> _Named:
        voice = evidence.voice
        return {
            "track": evidence.track.value,
            "attribution": evidence.attribution.value if voice else None,
            "attributed_to": voice.speaker if voice else None,
            "anonymous": _yes(voice.anonymous) if voice else None,
            "reports": evidence.reports,
            "origins": evidence.origins,
            "denied_by": _joined(_deniers(evidence.denials)),
            "outlet": voice.source.outlet if voice else None,
            "url": voice.source.url if voice else None,
        }


# --- What is compared -------------------------------------------------------------------------------------


def comparison_table(page: PositionsPage) -> Table:
    """How far the parties shown are apart on each issue, how one moved, and where that cannot be said."""
    return Table(COMPARISON, [[[row.get(name) for name in COMPARISON] for row in _compared(page)]])


def _compared(page: PositionsPage) -> Iterator[_Named]:
    comparison: Comparison = page.comparison
    for issue in page.issues:
        head: _Named = {"issue": issue.id, "issue_title": issue.title}
        for row in _issue(comparison.issues.get(issue.id, IssueComparison())):
            yield head | row


def _issue(found: IssueComparison) -> Iterator[_Named]:
    yield from map(_gap, found.gaps)
    for reason in found.no_gap:
        yield {"compared": "gap", **_not_compared(reason)}
    yield from map(_movement, found.movements)
    for reason in found.no_movement:
        yield {"compared": "movement", **_not_compared(reason)}


def _gap(line: GapLine) -> _Named:
    steps, apart = line.gap.steps, line.difference
    result = "not_comparable"
    if line.gap.is_aligned:
        result = "aligned"
    elif steps:
        result = "aligned_or_apart" if line.gap.may_be_either else "apart"
    return {
        "compared": "gap",
        "actor": line.one.holder,
        "as_of": line.one.on.isoformat(),
        "other_actor": line.other.holder,
        "other_as_of": line.other.on.isoformat(),
        "result": result,
        "steps_min": steps.least if steps else None,
        "steps_max": steps.greatest if steps else None,
        "steps_of_scale": line.of,
        "accounts_differ": _yes(line.is_disputed),
        "quantity": f"{apart.one.text} {apart.one.unit}" if apart else None,
        "other_quantity": f"{apart.other.text} {apart.other.unit}" if apart else None,
        "quantity_apart_min": _number(apart.least) if apart else None,
        "quantity_apart_max": _number(apart.greatest) if apart else None,
    }


def _movement(line: MovementLine) -> _Named:
    steps = line.movement.steps
    return {
        "compared": "movement",
        "actor": line.later.holder,
        "as_of": line.earlier.on.isoformat(),
        "other_as_of": line.later.on.isoformat(),
        "other_actor": line.other.holder if line.other else None,
        "result": line.movement.direction.value if line.movement.direction else "not_comparable",
        "steps_min": steps.least if steps else None,
        "steps_max": steps.greatest if steps else None,
        "steps_of_scale": line.of,
    }


def _not_compared(reason: NotCompared) -> _Named:
    return {
        "actor": reason.party.holder if reason.party else None,
        "as_of": reason.party.on.isoformat() if reason.party else None,
        "result": "not_comparable",
        "why_not": reason.why.value,
    }


def terms_table(page: ComparePage, permalink: Permalink) -> Table:
    """Two proposals term by term, in the order of the page."""
    return Table(TERMS, [[[row.get(name) for name in TERMS] for row in _terms(page, permalink)]])


def _terms(page: ComparePage, permalink: Permalink) -> Iterator[_Named]:
    for issue, changes in page.changes.items():
        head: _Named = {"issue": issue, "issue_title": page.cast.issues[issue].title}
        for change in changes:
            row = head | {"became": _joined(one.value for one in change.became) or "kept"}
            for name, line, text in (
                ("before", change.before, change.pair.before),
                ("after", change.after, change.pair.after),
            ):
                if line and text:
                    row |= {
                        f"{name}_proposal": line.proposal,
                        f"{name}_id": line.id,
                        f"{name}_phase": line.phase,
                        f"{name}_summary": line.words,
                        f"{name}_quantity": line.quantity,
                        f"{name}_unit": line.unit,
                        f"{name}_condition": line.condition,
                        f"{name}_obliged": _joined(sorted(text.obliged)),
                        f"{name}_tabled_by": _joined(sorted(text.tabled_by)),
                        f"{name}_permalink": permalink(line),
                    }
            yield row


# --- Counts -----------------------------------------------------------------------------------------------


class Tally:
    """How many rows a table has, by type of record, and on each track apart (domain.md §2)."""

    def __init__(self) -> None:
        self.rows, self.cut = 0, 0
        self.types: dict[str, int] = {}
        self.tracks: dict[Track, int] = dict.fromkeys(Track, 0)

    def count(self, columns: Sequence[str], row: Row) -> None:
        named = dict(zip(columns, row, strict=True))
        self.rows += 1
        if record_type := named.get("record_type"):
            self.types[str(record_type)] = self.types.get(str(record_type), 0) + 1
        for track in Track:
            self.tracks[track] += track.value in str(named.get("track") or "").split(BETWEEN)
