"""What the charts of an issue draw: records placed on its newest scale, and quantities by their unit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union_all

from app.db import ReadSession
from app.domain.charts import Mark, Run, runs
from app.domain.dates import parse_edtf
from app.domain.position import Fate, Standing, fates
from app.domain.vocabulary import Attribution, RecordType
from app.models import Citation, CitationAttribution, Demand, Record, Source, Term
from app.models.joins import cites, has_actor, in_source, is_on, is_upheld, of_citation, supports
from app.models.loading import load_deciding
from app.queries.citations import CitationLine, Subject, counts_by
from app.queries.parallels import Asked
from app.queries.records import RecordLine, known_by, records_of
from app.queries.scales import Scale
from app.queries.tallies import Tally, tallies
from app.queries.timeline import TimelineRow
from app.queries.visibility import published

# More marks could not be told apart; the newest are drawn, and others where a shorter time is asked for.
MOST_DRAWN = 160
# So many of a side's latest placements before the time of a chart may still run into it.
CARRIED = 3
# What is drawn at least, so that a single day is not as wide as the page.
LEAST_DAYS = 28
_TAKEN_DOWN = (Standing.REPLACED, Standing.WITHDRAWN, Standing.REJECTED)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mark with what is said of it in words. ``said_again`` where a citation dates it anew.

    ``by`` is what took it down, and ``fate`` how; ``number`` that of its proposal in the list of the chart.
    """

    run: Run
    row: TimelineRow
    dated: str
    said_again: bool
    fate: Standing
    by: RecordLine | None
    reason: str | None
    number: int | None

    @property
    def mark(self) -> Mark:
        return self.run.mark

    @property
    def is_term(self) -> bool:
        return self.row.record.type is RecordType.TERM


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one unit: those that are numbers, and the vague ones, which are only listed."""

    unit: str
    drawn: Sequence[Drawn]
    vague: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of an issue from ``since`` to ``until``; ``first`` and ``last`` are all that there is.

    ``left_out`` says that only the newest are drawn. ``unplaced`` are the records of the same time that
    stand on no rung of the scale, ``unsupported`` those that no report supports any more.
    """

    since: date
    until: date
    first: date | None = None
    last: date | None = None
    scale: Scale | None = None
    older_versions: int = 0
    placed: Sequence[Drawn] = ()
    figures: Sequence[Figures] = ()
    unplaced: Tally = field(default_factory=Tally)
    unsupported: int = 0
    left_out: bool = False

    @property
    def proposals(self) -> list[tuple[int, TimelineRow]]:
        """The numbered proposals of the chart of the scale, with a row of each."""
        found = {drawn.number: drawn.row for drawn in self.placed if drawn.number is not None}
        return sorted(found.items())


@dataclass(frozen=True, slots=True)
class _Placed:
    least: int
    greatest: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """Which records are drawn in the charts, with their place on the scale, before they are read."""

    since: date | None
    until: date
    first: date | None
    last: date | None
    scales: Sequence[Scale]
    keys: Sequence[Any] = ()
    carried: Sequence[Any] = ()
    left_out: bool = False

    @property
    def scale(self) -> Scale | None:
        return self.scales[0] if self.scales else None

    @property
    def subjects(self) -> list[Subject]:
        return [(kind, record) for kind, record, *_ in (*self.keys, *self.carried)]


def find_marks(
    session: ReadSession, asked: Asked, scales: Sequence[Scale], since: date | None, until: date | None
) -> Marks:
    """What is drawn of the first of the issues, in a number of statements that does not grow."""
    scale = scales[0] if scales else None
    until = min(until or asked.on, asked.on)
    first, last = _extent(session, asked, scale)
    if first is None or (since and since > until):
        return Marks(since, until, first, last, scales)
    keys = _keys(session, asked, scale, since, until)
    carried = _carried(session, asked, scale, since) if since and scale else []
    return Marks(since, until, first, last, scales, keys[:MOST_DRAWN], carried, len(keys) > MOST_DRAWN)


def charts(session: ReadSession, asked: Asked, marks: Marks, read: Mapping[Subject, TimelineRow]) -> Charts:
    """The charts of the first of the issues, of rows that are read already."""
    scale, since, until = marks.scale, marks.since, marks.until
    if marks.first is None or (since and since > until):
        return Charts(since or until, until, marks.first, marks.last, scale, max(0, len(marks.scales) - 1))
    keys, carried = marks.keys, marks.carried
    rows = [read[subject] for subject in marks.subjects if subject in read]
    placed = {
        (kind, record): _Placed(*rest) for kind, record, *rest in (*keys, *carried) if rest[0] is not None
    }
    told = _Told(session, asked, rows, placed)
    on_scale = told.drawn(_on_scale(rows, placed, asked.parties), until)
    start = since or min((date.fromisoformat(row.record.first_day) for row in rows), default=until)
    if not since:
        start = start.replace(day=1)
    if until - date.min > timedelta(days=LEAST_DAYS):
        start = min(start, until - timedelta(days=LEAST_DAYS))
    before = {(kind, record) for kind, record, *_ in carried}
    return Charts(
        start,
        until,
        marks.first,
        marks.last,
        scale,
        max(0, len(marks.scales) - 1),
        [one for one in on_scale if one.run.end > start or one.mark.last >= start],
        _figures(told, [row for row in rows if row.record.subject not in before], asked.parties, until),
        _unplaced(session, asked, scale, start, until),
        sum(not row.evidence.reports for row in rows if row.record.subject not in before),
        marks.left_out,
    )


def _is_drawn(asked: Asked, scale: Scale | None) -> ColumnElement[bool]:
    """Placed on the newest scale of the issue, or with a quantity; of a shown party, or in a proposal."""
    issue = asked.issues[0]
    version = scale.version if scale else -1
    of_demand = and_(
        Record.type == RecordType.DEMAND,
        or_(_is_placed(Demand.placement_issue, Demand, issue, version), Demand.quantity.is_not(None)),
        is_on([issue]),
        has_actor("holder", asked.parties),
    )
    of_term = and_(
        Record.type == RecordType.TERM,
        Term.issue == issue,
        or_(Term.scale_version == version, Term.quantity.is_not(None)),
    )
    return or_(of_demand, of_term)


def _is_placed(column: Any, noun: Any, issue: str, version: int) -> ColumnElement[bool]:
    return and_(column == issue, noun.scale_version == version)


def _selected(asked: Asked, scale: Scale | None, *columns: Any) -> Select[Any]:
    """The records that may be drawn, with these columns."""
    return (
        select(*columns)
        .select_from(Record)
        .outerjoin(
            Demand,
            and_(
                Record.type == RecordType.DEMAND,
                Demand.negotiation == Record.negotiation,
                Demand.id == Record.id,
            ),
        )
        .outerjoin(
            Term,
            and_(
                Record.type == RecordType.TERM, Term.negotiation == Record.negotiation, Term.id == Record.id
            ),
        )
        .where(
            Record.negotiation == asked.negotiation,
            published(Record),
            known_by(asked.on, asked.basis),
            _is_drawn(asked, scale),
        )
    )


def _extent(session: ReadSession, asked: Asked, scale: Scale | None) -> tuple[date | None, date | None]:
    """The first and the last day of all that may be drawn."""
    row = session.execute(
        _selected(asked, scale, func.min(Record.first_day), func.max(Record.last_day))
    ).one()
    first, last = (date.fromisoformat(day) if day else None for day in row)
    return first, last


def _columns(asked: Asked, scale: Scale | None) -> list[Any]:
    """Type, id, and the rungs with their reason, where the record stands on the newest scale."""
    version = scale.version if scale else -1
    demand_here = and_(Demand.placement_issue == asked.issues[0], Demand.scale_version == version)
    here = or_(demand_here, Term.scale_version == version)
    return [
        Record.type,
        Record.id,
        *(
            case((here, func.coalesce(getattr(Demand, name), getattr(Term, name))))
            for name in ("rung_min", "rung_max", "placement_reason")
        ),
    ]


def _keys(
    session: ReadSession, asked: Asked, scale: Scale | None, since: date | None, until: date
) -> list[Any]:
    """What is drawn of a time, newest first, and one more than can be."""
    wanted = _selected(asked, scale, *_columns(asked, scale)).where(Record.first_day <= until.isoformat())
    if since:
        wanted = wanted.where(Record.last_day >= since.isoformat())
    order = (Record.last_day.desc(), Record.first_day.desc(), Record.type, Record.id)
    return list(session.execute(wanted.order_by(*order).limit(MOST_DRAWN + 1)))


def _carried(session: ReadSession, asked: Asked, scale: Scale, since: date) -> list[Any]:
    """The latest of each side's own before a time: its line may run into it."""
    parts = []
    for party in asked.parties:
        own = exists(
            select(1)
            .select_from(Citation)
            .join(Source, in_source())
            .join(CitationAttribution, of_citation(CitationAttribution))
            .where(
                cites(),
                CitationAttribution.holder == party,
                CitationAttribution.attribution == Attribution.SELF,
                supports(),
                is_upheld(asked.on),
                counts_by(asked.on, asked.basis),
                published(Citation),
            )
        )
        wanted = (
            _selected(asked, scale, *_columns(asked, scale))
            .where(
                Record.last_day < since.isoformat(),
                Record.type == RecordType.DEMAND,
                Demand.placement_issue == asked.issues[0],
                Demand.scale_version == scale.version,
                own,
            )
            .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.id)
            .limit(CARRIED)
        )
        parts.append(select(*wanted.subquery().c))
    found: list[Any] = list(session.execute(union_all(*parts))) if parts else []
    return list({(row[0], row[1]): row for row in found}.values())


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A record on a day on which one of its holders, or somebody of it, said so."""

    mark: Mark
    row: TimelineRow
    dated: str
    said_again: bool = False


def _sightings(
    row: TimelineRow, parties: Sequence[str], least: float | None, greatest: float | None
) -> Iterable[_Sighting]:
    """A record for each shown party that holds it or put it forward; a term of no such party, once."""
    record = row.record
    if not row.evidence.reports:
        return
    first, last = date.fromisoformat(record.first_day), date.fromisoformat(record.last_day)
    holders = [actor for actor in row.actors if actor in parties]
    if not holders and record.type is RecordType.TERM:
        mark = Mark(record.subject, None, own=False, first=first, last=last, least=least, greatest=greatest)
        yield _Sighting(mark, row, record.dated)
    for holder in holders:
        side = row.side(holder)
        if not side.evidence.reports:
            continue
        mark = Mark(record.subject, holder, side.is_own, first, last, least, greatest)
        yield _Sighting(mark, row, record.dated)
        if record.type is RecordType.TERM:
            continue
        for stated in dict.fromkeys(_said_again(row.heard_by(side), record.dated)):
            again = parse_edtf(stated[0]).capped(date.fromisoformat(stated[1]))
            mark = Mark(record.subject, holder, side.is_own, again.first, again.last, least, greatest)
            yield _Sighting(mark, row, stated[0], said_again=True)


def _said_again(lines: Sequence[CitationLine], dated: str) -> Iterable[tuple[str, str]]:
    for line in lines:
        if line.stated and line.stated_last and line.stated != dated:
            yield line.stated, line.stated_last


def _on_scale(
    rows: Sequence[TimelineRow], placed: Mapping[Subject, _Placed], parties: Sequence[str]
) -> list[_Sighting]:
    return [
        one
        for row in rows
        if (on := placed.get(row.record.subject))
        for one in _sightings(row, parties, on.least, on.greatest)
    ]


class _Told:
    """What has become of the records that are drawn, read together."""

    def __init__(
        self,
        session: ReadSession,
        asked: Asked,
        rows: Sequence[TimelineRow],
        placed: Mapping[Subject, _Placed],
    ) -> None:
        self.placed = placed
        demands = {row.record.id for row in rows if row.record.type is RecordType.DEMAND}
        packages = {row.record.proposal for row in rows if row.record.type is RecordType.TERM}
        records = load_deciding(
            session, asked.negotiation, demands, {one for one in packages if one}, asked.cast.roster()
        )
        self.fates: dict[tuple[Subject, str], Fate] = {
            (key, party): fate
            for party in asked.parties
            for key, fate in fates(records, party, asked.issues[0], asked.on, asked.basis).items()
        }
        by = {fate.by for fate in self.fates.values() if fate.by and fate.standing in _TAKEN_DOWN}
        self.lines = records_of(session, asked.negotiation, by)
        # In the order in which they were put forward.
        terms = sorted(
            (row for row in rows if row.record.type is RecordType.TERM and row.record.subject in placed),
            key=lambda row: (row.record.last_day, row.record.first_day, row.record.proposal),
        )
        self.numbers = {
            package: number
            for number, package in enumerate(dict.fromkeys(row.record.proposal for row in terms), 1)
        }

    def drawn(self, sightings: Sequence[_Sighting], until: date) -> list[Drawn]:
        """These with their lines, the oldest first."""
        order = sorted(
            (self._ended(one) for one in sightings),
            key=lambda one: (one.mark.last, one.mark.first, one.mark.key, one.mark.holder or ""),
        )
        found = runs([one.mark for one in order], until)
        return [self._drawn(one, run) for one, run in zip(order, found, strict=True)]

    def _fate(self, mark: Mark) -> Fate:
        return self.fates.get((mark.key, mark.holder or ""), Fate(Standing.STANDS, None))

    def _ended(self, one: _Sighting) -> _Sighting:
        fate = self._fate(one.mark)
        line = self.lines.get(fate.by) if fate.by and fate.standing in _TAKEN_DOWN else None
        ended = date.fromisoformat(line.first_day) if line else None
        if fate.standing is Standing.WITHDRAWAL:
            ended = one.mark.last
        mark = one.mark
        return _Sighting(
            Mark(mark.key, mark.holder, mark.own, mark.first, mark.last, mark.least, mark.greatest, ended),
            one.row,
            one.dated,
            one.said_again,
        )

    def _drawn(self, one: _Sighting, run: Run) -> Drawn:
        fate = self._fate(one.mark)
        placed = self.placed.get(one.mark.key)
        return Drawn(
            run,
            one.row,
            one.dated,
            one.said_again,
            fate.standing,
            self.lines.get(fate.by) if fate.by and fate.standing in _TAKEN_DOWN else None,
            placed.reason if placed else None,
            self.numbers.get(one.row.record.proposal) if one.row.record.type is RecordType.TERM else None,
        )


def _figures(told: _Told, rows: Sequence[TimelineRow], parties: Sequence[str], until: date) -> list[Figures]:
    """The quantities by their unit, the unit of most figures first; vague ones apart."""
    by_unit: dict[str, list[_Sighting]] = defaultdict(list)
    for row in rows:
        record = row.record
        if record.quantity:
            found = _sightings(row, parties, record.quantity_min, record.quantity_max)
            by_unit[record.unit or ""] += found
    figures = []
    for unit, sightings in by_unit.items():
        drawn = told.drawn(sightings, until)
        numbers = [one for one in drawn if one.mark.is_drawn]
        figures.append(Figures(unit, numbers, [one for one in drawn if not one.mark.is_drawn]))
    return sorted(figures, key=lambda one: (-len(one.drawn), -len(one.vague), one.unit))


def _unplaced(session: ReadSession, asked: Asked, scale: Scale | None, since: date, until: date) -> Tally:
    """The records of the shown parties in this time that stand on no rung of the newest scale."""
    if not scale:
        return Tally()
    issue = asked.issues[0]
    placed = exists(
        select(1).where(
            Demand.negotiation == Record.negotiation,
            Demand.id == Record.id,
            _is_placed(Demand.placement_issue, Demand, issue, scale.version),
        )
    )
    counted = tallies(
        session,
        asked.negotiation,
        asked.on,
        asked.basis,
        issues=[issue],
        only=[~placed, Record.last_day >= since.isoformat(), Record.first_day <= until.isoformat()],
    )
    of_shown = [tally for (_, holder), tally in counted.items() if holder in asked.parties]
    return Tally(sum(one.own for one in of_shown), sum(one.others for one in of_shown))
