"""The issues of a negotiation, and one issue with everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.db import ReadSession
from app.domain.vocabulary import Basis
from app.forms.filters import TimelineFilters
from app.forms.issues import IssueFilters
from app.models import Issue, PositionCell
from app.queries.cells import AsOf, CellPage, Claim, PartyColumn, cell_pages_on
from app.queries.charts import Charts, charts, find_marks
from app.queries.comparison import Comparison, PartyOn, also_needed, compare
from app.queries.negotiations import ActorHead, Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.parallels import Asked, Parallels, find_histories, parallels
from app.queries.scales import Scale, scales_of, steps_of
from app.queries.tallies import NO_RECORDS, Tally, tallies
from app.queries.timeline import counts_of, rows_of
from app.queries.visibility import NoSuchRecord


@dataclass(frozen=True, slots=True)
class IssuePage:
    """``issues`` are the issue and the sub-questions under it, with their scales and the parties' cells.

    ``parties`` are those whose histories stand side by side, ``silent`` the parties of whom nothing is
    recorded on the issue. ``otherwise`` are the columns that read differently on the other basis,
    ``denied`` how many records of the issue somebody denies.
    """

    negotiation: NegotiationHead
    cast: Cast
    issue: IssueHead
    description: str | None
    above: IssueHead | None
    previous: IssueHead | None
    next: IssueHead | None
    issues: Sequence[IssueHead]
    scales: Mapping[str, Sequence[Scale]]
    parties: Sequence[ActorHead]
    silent: Sequence[ActorHead]
    tallies: Mapping[str, Tally]
    columns: Sequence[PartyColumn]
    otherwise: Sequence[PartyColumn]
    histories: Parallels
    charts: Charts
    compared: Comparison
    is_chosen: bool
    denied: int

    @property
    def beside(self) -> Sequence[ActorHead]:
        """Those with a column in the histories: who was chosen, else who is heard in the time of the page."""
        heard = {actor for row in self.histories.rows for actor in row.parts["holder"]}
        heard |= {actor for row in self.histories.rows for actor in row.parts["about"]}
        return self.parties if self.is_chosen else [p for p in self.parties if p.id in heard] or self.parties

    @property
    def unheard(self) -> list[ActorHead]:
        """Those who have no column although their records would stand there."""
        return [party for party in self.parties if party not in self.beside]

    @property
    def proposals(self) -> tuple[()]:
        """The table of positions stands here without proposals."""
        return ()

    @property
    def others(self) -> list[ActorHead]:
        """Those who hold something on the issue and whose history is not shown."""
        shown = {party.id for party in self.parties}
        return [actor for actor in self.cast.actors.values() if actor.id in set(self.tallies) - shown]


def issue_page(
    session: ReadSession,
    cast: Cast,
    negotiation: str,
    issue: str,
    asked: IssueFilters,
    on: date,
    basis: Basis,
) -> IssuePage:
    """An issue as of a day. Raises NoSuchRecord.

    Without a choice the histories are those of the parties of whom anything is recorded on the issue.
    """
    head = negotiation_head(session, negotiation)
    if issue not in cast.issues:
        raise NoSuchRecord(f"issue/{issue}")
    here = cast.issues[issue]
    shown = [here, *_under(cast, issue)]
    ids = [one.id for one in shown]
    counted = _by_holder(tallies(session, negotiation, on, basis, issues=ids))
    parties = [cast.actors[party] for party in asked.parties if party in cast.actors]
    is_chosen = bool(parties)
    if not parties:
        heard = [party for party in cast.parties() if party.id in counted]
        parties = heard or cast.parties()
    order = list(cast.issues.values())
    place = order.index(here)
    scales = scales_of(session, negotiation, ids)
    cells = _cells(session, negotiation, cast, parties, shown, on, basis, asked.earlier)
    columns = _columns(cells[basis], parties, shown, on)
    whose = Asked(negotiation, cast, ids, [party.id for party in parties], on, basis)
    past = find_histories(session, whose, asked.before, asked.after)
    marks = find_marks(session, whose, scales.get(issue, ()), asked.since, asked.until)
    # One record stands in both: it is read once.
    both = list(dict.fromkeys((*past.subjects, *marks.subjects)))
    rows = {row.record.subject: row for row in rows_of(session, negotiation, cast, both, on, basis)}
    (denied,) = counts_of(session, negotiation, cast, [TimelineFilters(issue=issue, denied=True)], on, basis)
    return IssuePage(
        negotiation=head,
        cast=cast,
        issue=here,
        description=session.scalar(
            select(Issue.description).where(Issue.negotiation == negotiation, Issue.id == issue)
        ),
        above=cast.issues.get(here.part_of or ""),
        previous=order[place - 1] if place else None,
        next=order[place + 1] if place + 1 < len(order) else None,
        issues=shown,
        scales=scales,
        parties=parties,
        silent=[party for party in cast.parties() if party.id not in counted and party not in parties],
        tallies=counted,
        columns=columns,
        otherwise=_otherwise(columns, _columns(cells[other], parties, shown, on))
        if (other := _other(basis))
        else [],
        histories=parallels(session, whose, past, rows, scales),
        charts=charts(session, whose, marks, rows),
        compared=compare(
            [
                *(PartyOn(party.id, party.name, asked.earlier) for party in parties if asked.earlier),
                *(PartyOn(party.id, party.name, on) for party in parties),
            ],
            ids,
            cells[basis],
            steps_of(scales),
            cast.parties(),
        ),
        is_chosen=is_chosen,
        denied=denied,
    )


def _by_holder(counted: Mapping[tuple[str, str], Tally]) -> dict[str, Tally]:
    """The tallies of an issue and its sub-questions together, by holder."""
    found: dict[str, Tally] = {}
    for (_, holder), tally in counted.items():
        sum_ = found.get(holder, NO_RECORDS)
        found[holder] = Tally(sum_.own + tally.own, sum_.others + tally.others)
    return found


def _cells(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    parties: Sequence[ActorHead],
    shown: Sequence[IssueHead],
    on: date,
    basis: Basis,
    earlier: date | None,
) -> dict[Basis, dict[tuple[str, str, date], CellPage]]:
    """The cells of the day, those that they are compared with, and those of the day on the other basis."""
    now = [AsOf(party.id, on) for party in parties]
    then = [AsOf(one.holder, one.on) for one in _earlier(cast, parties, on, earlier)]
    wanted = {basis: list(dict.fromkeys([*now, *then]))}
    if other := _other(basis):
        wanted[other] = now
    return cell_pages_on(session, negotiation, wanted, Cast(cast.actors, {one.id: one for one in shown}))


def _other(basis: Basis) -> Basis | None:
    """With hindsight or, where that is asked for, as known by then.

    What this site showed on a day is known on one basis only.
    """
    if basis is Basis.RECORDED:
        return None
    return Basis.REPORTED if basis is Basis.STATED else Basis.STATED


def _earlier(cast: Cast, parties: Sequence[ActorHead], on: date, earlier: date | None) -> list[PartyOn]:
    """Whose cells of an earlier day are compared with those of the day, if one is asked for."""
    if not earlier:
        return []
    now = [PartyOn(party.id, party.name, on) for party in parties]
    then = [PartyOn(party.id, party.name, earlier) for party in parties]
    return [*then, *also_needed([*then, *now], cast.parties())]


def _columns(
    cells: Mapping[tuple[str, str, date], CellPage],
    parties: Sequence[ActorHead],
    shown: Sequence[IssueHead],
    on: date,
) -> list[PartyColumn]:
    return [
        PartyColumn(
            party.id, party.id, party.name, on, False, {one.id: cells[party.id, one.id, on] for one in shown}
        )
        for party in parties
    ]


def _otherwise(columns: Sequence[PartyColumn], elsewhere: Sequence[PartyColumn]) -> list[PartyColumn]:
    """The columns that read differently on the other basis."""
    return [
        column
        for column, here in zip(elsewhere, columns, strict=True)
        if any(_reads(column.cells[issue]) != _reads(here.cells[issue]) for issue in here.cells)
    ]


def _reads(cell: CellPage) -> tuple[object, ...]:
    """What a cell says, without how many more reports say it."""

    def lines(claims: Sequence[Claim]) -> list[tuple[object, ...]]:
        return [(claim.record.subject, claim.since, claim.last_heard, claim.is_own) for claim in claims]

    slots = (cell.asks, cell.refuses, cell.accepted, cell.others_say, cell.says, cell.possible, cell.dropped)
    return (*map(lines, slots), cell.empty, cell.contested, cell.searched_through)


def _under(cast: Cast, issue: str) -> list[IssueHead]:
    """The sub-questions of an issue, and theirs, in their order."""
    within = {issue}
    found = []
    for one in cast.issues.values():  # each stands after the wider one that it is part of
        if one.part_of in within:
            within.add(one.id)
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue in the list of all: how many records each has on it, and when a position last changed."""

    issue: IssueHead
    tallies: Mapping[str, Tally]
    last_change: str | None
    rungs: int

    def tally(self, actor: str) -> Tally:
        return self.tallies.get(actor, NO_RECORDS)


@dataclass(frozen=True, slots=True)
class IssuesPage:
    """The issues of a negotiation. ``actors`` are the parties, and who else holds anything by the day."""

    negotiation: NegotiationHead
    cast: Cast
    actors: Sequence[ActorHead]
    lines: Sequence[IssueLine]


def issues_page(session: ReadSession, negotiation: str, on: date, basis: Basis) -> IssuesPage:
    """The issues of a negotiation as of a day. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    counted = tallies(session, negotiation, on, basis)
    holding = {holder for _, holder in counted}
    changes = session.execute(
        select(PositionCell.issue, func.max(PositionCell.from_day))
        .where(
            PositionCell.negotiation == negotiation,
            PositionCell.basis == basis.clock,
            PositionCell.from_day <= on.isoformat(),
        )
        .group_by(PositionCell.issue)
    )
    changed: dict[str, str] = {row[0]: row[1] for row in changes}
    scales = scales_of(session, negotiation, list(cast.issues))
    return IssuesPage(
        head,
        cast,
        [actor for actor in cast.actors.values() if actor.is_party or actor.id in holding],
        [
            IssueLine(
                issue,
                {holder: tally for (on_issue, holder), tally in counted.items() if on_issue == issue.id},
                changed.get(issue.id),
                len(scales[issue.id][0].rungs) if issue.id in scales else 0,
            )
            for issue in cast.issues.values()
        ],
    )
