"""What changed between two days, issue by issue: the cells of both days side by side, and what came between.

Read from the same change points as the table of positions, so neither can tell what the other does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, select

from app.db import ReadSession
from app.domain.cells import cell_from_json
from app.domain.changes import (
    CellChange,
    Line,
    Turn,
    compare,
    how_it_came,
    how_it_went,
    passed_by,
    taken_down,
)
from app.domain.claims import Key
from app.domain.position import Cell, Fate, Item, fates
from app.domain.vocabulary import Basis, LinkRelation, RecordType
from app.models import ChangeDay, Link, PositionCell, Proposal, Record, RecordActor, RecordIssue
from app.models.loading import load_fates
from app.queries.cells import AsOf, Claim, claims_of, stored_cells
from app.queries.negotiations import ActorHead, Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.proposal_columns import ended_by
from app.queries.records import RecordLine, is_known, known_by, records_of
from app.queries.timeline import TimelineRow, rows_of
from app.queries.visibility import published

# Of all days between, so many changes of cells are read, the latest first; and of one cell so many lines.
MOST_BETWEEN = 400
MOST_IN_A_CELL = 8
# Proposals and answers, each.
MOST_RECORDS = 30

CellKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line with what turned in it; ``by`` is the record that replaced, withdrew or rejected it."""

    claim: Claim
    turns: tuple[Turn, ...]
    by: RecordLine | None = None

    @property
    def is_own(self) -> bool:
        return self.claim.is_own

    def has(self, turn: str) -> bool:
        return Turn(turn) in self.turns


@dataclass(frozen=True, slots=True)
class CellChanges:
    """What changed in one cell. ``days`` is on how many days it did, ``more_between`` how many lines that
    came and went are not listed, ``down`` what stood behind the table and was taken down, ``standing`` how
    many more stand behind it than on the earlier day.
    """

    holder: str
    issue: str
    days: int = 0
    came: Sequence[ChangedLine] = ()
    stayed: Sequence[ChangedLine] = ()
    went: Sequence[ChangedLine] = ()
    between: Sequence[ChangedLine] = ()
    more_between: int = 0
    down: Sequence[ChangedLine] = ()
    contested: bool | None = None
    standing: int = 0
    dropped: Sequence[Claim] = ()
    searched: str | None = None
    is_nothing: bool = True


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """``cells`` has one for every party and issue, and those of other participants that changed.

    ``answers`` are responses to proposals, ``put_forward`` and ``ended`` proposals, of these days;
    ``last_before`` is the last day of change before them.
    """

    negotiation: NegotiationHead
    cast: Cast
    start: date
    end: date
    basis: Basis
    cells: Mapping[CellKey, CellChanges] = field(default_factory=dict)
    others: Sequence[CellKey] = ()
    put_forward: Sequence[TimelineRow] = ()
    answers: Sequence[TimelineRow] = ()
    ended: Sequence[TimelineRow] = ()
    more_records: bool = False
    change_days: Sequence[str] = ()
    last_before: str | None = None

    @property
    def before_that(self) -> date | None:
        """The day before the last change before these days: what changed then is read from its end."""
        day = date.fromisoformat(self.last_before) if self.last_before else date.min
        return day - timedelta(days=1) if day > date.min else None

    @property
    def columns(self) -> list[ActorHead]:
        """The parties of whose cells at least one changed."""
        return [party for party in self.cast.parties() if not self._is_unchanged(party)]

    @property
    def unchanged(self) -> list[str]:
        """The names of the parties for which nothing changed on any issue."""
        return [party.name for party in self.cast.parties() if self._is_unchanged(party)]

    def of(self, issue: str) -> list[CellChanges]:
        return [self.cells[party.id, issue] for party in self.columns]

    def _is_unchanged(self, party: ActorHead) -> bool:
        return all(self.cells[party.id, issue].is_nothing for issue in self.cast.issues)

    @property
    def count(self) -> int:
        """In how many cells something changed."""
        return sum(not cell.is_nothing for cell in self.cells.values())


def changes_page(
    earlier: ReadSession, later: ReadSession, negotiation: str, start: date, end: date, basis: Basis
) -> ChangesPage:
    """What changed from the end of one day to the end of another. Raises NoSuchRecord.

    The two days are read each from its own session: with the basis *recorded* they are two pasts.
    """
    head = negotiation_head(later, negotiation)
    cast = cast_of(later, negotiation)
    holders = [actor.id for actor in cast.participants()]
    before = _cells(earlier, negotiation, holders, start, basis)
    after = _cells(later, negotiation, holders, end, basis)
    keys = [(holder, issue) for issue in cast.issues for holder in holders]
    days, between = _between(later, negotiation, holders, start, end, basis)
    compared = {key: compare(before.get(key, Cell()), after.get(key, Cell())) for key in keys}
    passed = {
        key: passed_by(between[key], compared[key], before.get(key, Cell()))
        for key in keys
        if between.get(key)
    }
    aimed = _aimed_at(later, negotiation, start, end, basis)
    reading = _Reading(earlier, later, negotiation, start, end, basis, compared, passed, aimed)
    cells = {
        key: reading.cell(key, days.get(key, 0))
        for key in keys
        if cast.actors[key[0]].is_party
        or not compared[key].is_nothing
        or passed.get(key)
        or reading.down.get(key)
    }
    put_forward, answers, ended, more = _packages(later, negotiation, cast, start, end, basis)
    return ChangesPage(
        head,
        cast,
        start,
        end,
        basis,
        cells,
        [key for key in cells if not cast.actors[key[0]].is_party],
        put_forward,
        answers,
        ended,
        more,
        _change_days(later, negotiation, start, end, basis),
        _last_before(later, negotiation, start, basis),
    )


def _last_before(session: ReadSession, negotiation: str, start: date, basis: Basis) -> str | None:
    return session.scalar(
        select(func.max(ChangeDay.day)).where(
            ChangeDay.negotiation == negotiation,
            ChangeDay.basis == basis.clock,
            ChangeDay.day <= start.isoformat(),
        )
    )


def _cells(
    session: ReadSession, negotiation: str, holders: Sequence[str], on: date, basis: Basis
) -> dict[CellKey, Cell]:
    asked = [AsOf(holder, on) for holder in holders]
    found = stored_cells(session, negotiation, asked, basis)
    return {(holder, issue): cell for (holder, issue, _), cell in found.items()}


def _change_points(
    negotiation: str, holders: Iterable[str], start: date, end: date, basis: Basis
) -> ColumnElement[bool]:
    """The change points of these holders' cells after the first day, up to the second."""
    return and_(
        PositionCell.negotiation == negotiation,
        PositionCell.basis == basis.clock,
        PositionCell.holder.in_(list(holders)),
        PositionCell.from_day > start.isoformat(),
        PositionCell.from_day <= end.isoformat(),
    )


def _between(
    session: ReadSession, negotiation: str, holders: Sequence[str], start: date, end: date, basis: Basis
) -> tuple[dict[CellKey, int], dict[CellKey, list[Cell]]]:
    """On how many days each cell changed, and what the cells showed on these days, the latest of them."""
    points = _change_points(negotiation, holders, start, end, basis)
    counted = session.execute(
        select(PositionCell.holder, PositionCell.issue, func.count())
        .where(points)
        .group_by(PositionCell.holder, PositionCell.issue)
    )
    days = {(holder, issue): count for holder, issue, count in counted}
    rows = session.execute(
        select(
            PositionCell.holder,
            PositionCell.issue,
            PositionCell.shown,
            PositionCell.possible,
            PositionCell.contested,
            PositionCell.empty,
            PositionCell.standing_count,
        )
        .where(points)
        .order_by(PositionCell.from_day.desc(), PositionCell.holder, PositionCell.issue)
        .limit(MOST_BETWEEN)
    ).all()
    found: dict[CellKey, list[Cell]] = defaultdict(list)
    for holder, issue, shown, possible, contested, empty, standing in reversed(rows):
        cell = cell_from_json(shown, possible, contested=contested, empty=empty, standing_count=standing)
        found[holder, issue].append(cell)
    return days, dict(found)


def _aimed_at(
    session: ReadSession, negotiation: str, start: date, end: date, basis: Basis
) -> dict[CellKey, set[Key]]:
    """The demands that a record of these days is said to replace, by the cells in which they stand."""
    rows = session.execute(
        select(RecordActor.actor, RecordIssue.issue, Link.to_demand)
        .select_from(Record)
        .join(Link, and_(Link.negotiation == Record.negotiation, Link.from_demand == Record.id))
        .join(
            RecordActor,
            and_(
                RecordActor.negotiation == Link.negotiation,
                RecordActor.type == RecordType.DEMAND,
                RecordActor.record == Link.to_demand,
                RecordActor.part == "holder",
            ),
        )
        .join(
            RecordIssue,
            and_(
                RecordIssue.negotiation == Link.negotiation,
                RecordIssue.type == RecordType.DEMAND,
                RecordIssue.record == Link.to_demand,
            ),
        )
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            published(Record),
            Link.relation == LinkRelation.REPLACES,
            known_by(end, basis),
            not_(known_by(start, basis)),
        )
        .order_by(Record.last_day.desc(), Link.to_demand, RecordActor.actor, RecordIssue.issue)
        .limit(MOST_BETWEEN)
    )
    found: dict[CellKey, set[Key]] = defaultdict(set)
    for holder, issue, demand in rows:
        found[holder, issue].add((RecordType.DEMAND, demand))
    return dict(found)


def _change_days(session: ReadSession, negotiation: str, start: date, end: date, basis: Basis) -> list[str]:
    return list(
        session.scalars(
            select(ChangeDay.day)
            .where(
                ChangeDay.negotiation == negotiation,
                ChangeDay.basis == basis.clock,
                ChangeDay.day > start.isoformat(),
                ChangeDay.day <= end.isoformat(),
            )
            .order_by(ChangeDay.day)
        )
    )


class _Reading:
    """The texts, the speakers and the fates of all lines of the page, read together."""

    def __init__(
        self,
        earlier: ReadSession,
        later: ReadSession,
        negotiation: str,
        start: date,
        end: date,
        basis: Basis,
        compared: Mapping[CellKey, CellChange],
        passed: Mapping[CellKey, Sequence[Line]],
        aimed: Mapping[CellKey, set[Key]],
    ) -> None:
        self.aimed = aimed
        self.start, self.basis, self.compared = start, basis, compared
        self.listed = {key: lines[-MOST_IN_A_CELL:] for key, lines in passed.items()}
        self.passed = passed
        went = [(holder, line) for (holder, _), change in compared.items() for line in change.went]
        here = [
            (holder, line)
            for (holder, issue), change in compared.items()
            for line in (*change.came, *change.stayed, *self.listed.get((holder, issue), ()))
        ]
        dropped = [(holder, demand) for (holder, _), change in compared.items() for demand in change.dropped]
        items = [(holder, line.item) for holder, line in here]
        items += [(holder, Item(RecordType.DEMAND, demand, "", "")) for holder, demand in dropped]
        claims = claims_of(later, negotiation, items, end, basis)
        self.claims = {
            (holder, item.type, item.id): claim for (holder, item), claim in zip(items, claims, strict=True)
        }
        gone = claims_of(earlier, negotiation, [(holder, line.item) for holder, line in went], start, basis)
        self.gone = {(holder, *line.key): claim for (holder, line), claim in zip(went, gone, strict=True)}
        known = [line.key for change in compared.values() for line in change.came]
        self.earlier = records_of(earlier, negotiation, set(known)) if earlier is not later else {}
        self.has_two_pasts = earlier is not later
        self.later = records_of(later, negotiation, {line.key for _, line in went})
        self.down: dict[CellKey, list[Key]] = {}
        self.fates = self._fates(later, negotiation, end)
        self.taken = self._taken(later, negotiation, end)
        by = {fate.by for found in self.fates.values() for fate in found.values() if fate.by}
        self.by = records_of(later, negotiation, by)

    def _fates(self, session: ReadSession, negotiation: str, end: date) -> dict[CellKey, dict[Key, Fate]]:
        """What has become, by the later day, of the lines that are not shown any more."""
        wanted = {
            key: {line.key for line in (*change.went, *self.listed.get(key, ()))} | self.aimed.get(key, set())
            for key, change in self.compared.items()
            if change.went or self.listed.get(key) or self.aimed.get(key)
        }
        if not wanted:
            return {}
        demands = {id_ for keys in wanted.values() for kind, id_ in keys if kind is RecordType.DEMAND}
        records = load_fates(session, negotiation, wanted, demands)
        found = {}
        for (holder, issue), keys in wanted.items():
            all_fates = fates(records, holder, issue, end, self.basis.clock)
            found[holder, issue] = {key: fate for key, fate in all_fates.items() if key in keys}
            if aimed := self.aimed.get((holder, issue)):
                before = fates(records, holder, issue, self.start, self.basis.clock)
                change = self.compared[holder, issue]
                listed = {line.key for line in (*change.went, *self.listed.get((holder, issue), ()))}
                down = [key for key in taken_down(before, all_fates) if key in aimed and key not in listed]
                self.down[holder, issue] = sorted(down)
        return found

    def _taken(
        self, session: ReadSession, negotiation: str, end: date
    ) -> dict[tuple[str, RecordType, str], Claim | None]:
        """What was taken down from behind the table, as it is read on the later day."""
        places = [(key[0], record) for key, down in self.down.items() for record in down]
        lines = records_of(session, negotiation, {record for _, record in places})
        items = [
            (holder, Item(*record, lines[record].dated, lines[record].dated))
            for holder, record in places
            if record in lines
        ]
        claims = claims_of(session, negotiation, items, end, self.basis) if items else []
        return {
            (holder, item.type, item.id): claim for (holder, item), claim in zip(items, claims, strict=True)
        }

    def cell(self, key: CellKey, days: int) -> CellChanges:
        change = self.compared[key]
        listed = self.listed.get(key, ())
        holder = key[0]
        # Every withdrawal by which a cell is empty is shown with its day, as the table shows it.
        dropped = [self.claims.get((holder, RecordType.DEMAND, demand)) for demand in change.dropped]
        return CellChanges(
            *key,
            days,
            came=[found for line in change.came if (found := self._came(holder, line))],
            stayed=[
                ChangedLine(claim, line.turns)
                for line in change.stayed
                if (claim := self.claims.get((holder, *line.key)))
            ],
            went=[found for line in change.went if (found := self._went(key, line, self.gone))],
            between=[found for line in listed if (found := self._went(key, line, self.claims))],
            more_between=len(self.passed.get(key, ())) - len(listed),
            down=[
                found
                for record in self.down.get(key, ())
                if (found := self._went(key, Line("", Item(*record, "", "")), self.taken))
            ],
            contested=change.contested,
            standing=change.standing,
            dropped=[claim for claim in dropped if claim],
            searched=change.searched,
            is_nothing=change.is_nothing and not listed and not self.down.get(key),
        )

    def _came(self, holder: str, line: Line) -> ChangedLine | None:
        claim = self.claims.get((holder, *line.key))
        if claim is None:
            return None
        was_here = line.key in self.earlier if self.has_two_pasts else True
        known = was_here and is_known(claim.record, self.start, self.basis)
        return ChangedLine(claim, (how_it_came(known_before=known),))

    def _went(
        self, key: CellKey, line: Line, claims: Mapping[tuple[str, RecordType, str], Claim | None]
    ) -> ChangedLine | None:
        claim = claims.get((key[0], *line.key))
        if claim is None:
            return None
        fate = self.fates.get(key, {}).get(line.key)
        is_here = not self.has_two_pasts or claims is not self.gone or line.key in self.later
        turn, by = how_it_went(line, fate, is_recorded=is_here)
        return ChangedLine(claim, (turn,), self.by.get(by) if by else None)


def _packages(
    session: ReadSession, negotiation: str, cast: Cast, start: date, end: date, basis: Basis
) -> tuple[list[TimelineRow], list[TimelineRow], list[TimelineRow], bool]:
    """The proposals put forward, the answers given and the proposals that ended on these days."""
    new = and_(known_by(end, basis), not_(known_by(start, basis)))
    ended = and_(
        Record.type == RecordType.PROPOSAL,
        known_by(end, basis),
        Proposal.outcome.is_not(None),
        Proposal.ended.is_not(None),
        # What begins behind the day is not over by it; the rest is told from the dates as they are read.
        Proposal.ended < f"{end.isoformat()}~~",
    )
    fresh = {
        kind: _subjects(session, negotiation, and_(Record.type == kind, new))
        for kind in (RecordType.PROPOSAL, RecordType.RESPONSE)
    }
    over = _over(session, ended, negotiation, start, end)
    subjects = [*fresh[RecordType.PROPOSAL], *fresh[RecordType.RESPONSE], *over]
    rows = {
        row.record.subject: row
        for row in rows_of(session, negotiation, cast, list(dict.fromkeys(subjects)), end, basis)
    }
    return (
        [rows[key] for key in fresh[RecordType.PROPOSAL][:MOST_RECORDS]],
        [rows[key] for key in fresh[RecordType.RESPONSE][:MOST_RECORDS]],
        [rows[key] for key in over[:MOST_RECORDS]],
        any(len(found) > MOST_RECORDS for found in (*fresh.values(), over)),
    )


def _subjects(session: ReadSession, negotiation: str, which: ColumnElement[bool]) -> list[Key]:
    rows = session.execute(
        select(Record.type, Record.id)
        .outerjoin(
            Proposal,
            and_(
                Record.type == RecordType.PROPOSAL,
                Proposal.negotiation == Record.negotiation,
                Proposal.id == Record.id,
            ),
        )
        .where(Record.negotiation == negotiation, published(Record), which)
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.type, Record.id)
        .limit(MOST_RECORDS + 1)
    )
    return [(kind, id_) for kind, id_ in rows]


def _over(
    session: ReadSession, which: ColumnElement[bool], negotiation: str, start: date, end: date
) -> list[Key]:
    """The proposals whose end may be told on the later day and not on the earlier (domain.md §3)."""
    rows = session.execute(
        select(Record.id, Proposal.outcome, Proposal.ended)
        .join(Proposal, and_(Proposal.negotiation == Record.negotiation, Proposal.id == Record.id))
        .where(Record.negotiation == negotiation, published(Record), which)
        .order_by(Proposal.ended.desc(), Record.id)
    )
    over = [
        (RecordType.PROPOSAL, id_)
        for id_, outcome, ended in rows
        if ended_by(outcome, ended, end) and not ended_by(outcome, ended, start)
    ]
    return over[: MOST_RECORDS + 1]
