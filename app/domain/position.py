"""What a party stands for on an issue, as of a day: the rule of domain.md §4, and its history.

``position`` applies the rule on one day. ``cell_history`` sweeps over the days on which something
changes and touches only what changed; both build the same lines and read the same cell off them.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.answers import Given, agreed, deciding
from app.domain.attribution import rests_on
from app.domain.claims import Case, Claim, Key, State
from app.domain.dates import Edtf
from app.domain.records import Records
from app.domain.vocabulary import Answer, Attribution, Basis, DemandKind, Empty, RecordType, Rests, Slot

ASKING = frozenset(
    {DemandKind.DEMAND, DemandKind.OFFER, DemandKind.CONDITION, DemandKind.RED_LINE, DemandKind.ACCEPTANCE}
)
YES = frozenset({Answer.ACCEPTED, Answer.ACCEPTED_IN_PRINCIPLE, Answer.ACCEPTED_WITH_RESERVATIONS})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a cell: the record that shows it, *since* its first day, *last heard* on its latest.

    Dates are EDTF as reported. ``proposal`` and ``terms`` are set for the slot *has accepted* only.
    """

    type: RecordType
    id: str
    since: str
    last_heard: str
    denied_by: tuple[str, ...] = ()
    denied: bool = False
    overtaken: bool = False
    order_unknown: bool = False
    proposal: str | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A holder's position on one issue as of a day; ``standing`` is filled by ``position`` only."""

    asks: tuple[Item, ...] = ()
    refuses: tuple[Item, ...] = ()
    accepted: tuple[Item, ...] = ()
    others_say: tuple[Item, ...] = ()
    says: tuple[Item, ...] = ()
    possible: tuple[Item, ...] = ()
    standing: tuple[Item, ...] = ()
    standing_count: int = 0
    contested: bool = False
    empty: Empty | None = Empty.NONE
    dropped_by: tuple[str, ...] = ()
    searched_through: str | None = None

    def shown(self) -> tuple[Item, ...]:
        """Every item of slots 1 to 5, in the order in which they are read."""
        return self.asks + self.refuses + self.accepted + self.others_say + self.says


NOTHING = Cell()


class Standing(StrEnum):
    """Whether a record of a cell stands on a day, and if not, what has become of it."""

    STANDS = "stands"
    RESTATED = "restated"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    WITHDRAWAL = "withdrawal"
    UNSUPPORTED = "unsupported"


class Fate(NamedTuple):
    """``by`` is the record that restates, replaces, withdraws or rejects it."""

    standing: Standing
    by: Key | None


def fates(records: Records, holder: str, issue: str, on: date, basis: Basis) -> dict[Key, Fate]:
    """What has become, by a day, of every record that speaks for the holder on the issue (domain.md §4)."""
    board = _Board(Case(records, holder, issue, basis))
    board.advance(on, None)
    return board.fates()


def still_stands(found: Iterable[Fate]) -> bool:
    """Whether a record of these fates, one for each of its cells, stands in any: a demand that one of its
    holders dropped is still the other's (domain.md §4).
    """
    return any(fate.standing in (Standing.STANDS, Standing.RESTATED) for fate in found)


def hearsay(records: Records, holder: str, issue: str, on: date, basis: Basis) -> Rests | None:
    """On whom rests all that stands in a cell and is only said by others; None where nothing does.

    Every report of every such record counts, those that a later one restates too: a position rests only on
    another party where nobody else says any of it (domain.md §2).
    """
    board = _Board(Case(records, holder, issue, basis))
    board.advance(on, None)
    return rests_on(board.said_by_others())


def position(records: Records, holder: str, issue: str, on: date, basis: Basis) -> Cell:
    """The cell of ``holder`` on ``issue`` at the end of the day ``on`` (domain.md §4)."""
    board = _Board(Case(records, holder, issue, basis))
    board.advance(on, None)
    cell = board.cell(standing=True)
    contested = any(_is_live(records, partner, on, basis) for partner in _partners(records, cell))
    return replace(cell, contested=contested)


def cell_history(records: Records, holder: str, issue: str, basis: Basis) -> list[tuple[date, Cell]]:
    """The change points of a cell: the days from which it reads differently, each with its cell.

    In order of days; before the first one nothing is recorded. ``position`` on any day equals the
    last of them, but for ``standing``, of which only the count is kept.
    """
    history: list[tuple[date, Cell]] = []
    points = _sweep(records, holder, issue, basis).points
    ends = [*(day for day, _ in points[1:]), date.max][: len(points)]
    for (start, cell), end in zip(points, ends, strict=True):
        for day, contested in contested_days(records, cell, start, end, basis):
            history.append((day, replace(cell, contested=contested) if contested else cell))
    return history


def contested_days(
    records: Records, cell: Cell, start: date, end: date, basis: Basis
) -> list[tuple[date, bool]]:
    """Whether a cell that reads the same from ``start`` until ``end`` is contested: on the first day, and
    on each on which that turns.

    Of what contradicts the cell it is enough to know what decides whether it stands.
    """
    spells = [_live_spells(records, partner, basis) for partner in sorted(_partners(records, cell))]
    turns = {start} | {day for spell in spells for day, _ in spell if start < day < end}
    found: list[tuple[date, bool]] = []
    for day in sorted(turns):
        contested = any(_alive_on(spell, day) for spell in spells)
        if not found or contested != found[-1][1]:
            found.append((day, contested))
    return found


def _partners(records: Records, cell: Cell) -> set[str]:
    """The demands that contradict, or are contradicted by, a demand shown in the cell."""
    shown = [item.id for item in cell.shown() if item.type is RecordType.DEMAND]
    return {partner for demand in shown for partner in records.contradicted.get(demand, ())}


def on_both(one: Cell, other: Cell) -> frozenset[tuple[Slot, Key]]:
    """The lines of a holder's cell that it shows on two days, in the same place and marked alike.

    When a line was last heard makes no difference to what is stood for. Where the holder's own side speaks
    on one of the days alone, what others say reads differently on it.
    """
    lines, others = _marked_lines(one), _marked_lines(other)
    return frozenset(place for place, item in lines.items() if others.get(place) == item)


def _marked_lines(cell: Cell) -> dict[tuple[Slot, Key], tuple[Item, bool]]:
    return {
        (slot, (item.type, item.id)): (
            replace(item, last_heard=""),
            slot is Slot.OTHERS_SAY and cell.empty is Empty.OTHERS_ONLY,
        )
        for slot in Slot
        for item in getattr(cell, slot.value)
    }


Rank = tuple[date, date, bool, int, str]


def _rank(claim: Claim, state: State) -> Rank:
    """What orders records: their latest day; then, for a fixed order, demands and later entries last."""
    latest = state.latest
    return (latest.last, latest.first, claim.type is RecordType.DEMAND, claim.ordinal, claim.id)


@dataclass(frozen=True, slots=True)
class _Line:
    """Records that say the same on one track, shown by the latest of them."""

    claim: Claim
    state: State
    since: Edtf
    members: tuple[str, ...]

    def rank(self) -> Rank:
        latest = self.state.latest
        return (
            latest.last,
            latest.first,
            self.claim.type is RecordType.DEMAND,
            self.claim.ordinal,
            self.claim.id,
        )

    def shelf(self) -> tuple[bool, str, bool]:
        """Where the line competes: its track, what kind of claim it is, and whether overtaken."""
        kind = self.claim.kind
        if kind is None or kind in ASKING:
            sort = "asks"
        else:
            sort = "refuses" if kind is DemandKind.REJECTION else "says"
        return (self.state.own, sort, self.state.overtaken)

    def item(self) -> Item:
        state = self.state
        return Item(
            self.claim.type,
            self.claim.id,
            self.since.text,
            state.latest.text,
            state.denied_by,
            state.denied,
            state.overtaken,
        )


class _Answered(NamedTuple):
    """A party's answer to one package on a day: the responses of the deciding day, which agree."""

    own: bool
    answer: Answer
    latest: Edtf
    responses: tuple[tuple[Claim, State], ...]


def _given(responses: Iterable[Claim], on: date) -> list[Given[tuple[Claim, State]]]:
    """The responses that are known and supported on the day."""
    return [
        Given((claim, state), state.own, state.latest.last, claim.answer)
        for claim in responses
        if (state := claim.state(on))
    ]


class _Board:
    """The live lines of one case on a day, kept as the day advances."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.on = date.min
        self.states: dict[Key, State | None] = {}
        self.shelves: dict[tuple[bool, str, bool], list[tuple[Rank, _Line]]] = defaultdict(list)
        self.lines: list[list[_Line]] = [[] for _ in case.groups]
        self.count = 0
        self.possible: dict[Key, Claim] = {}
        self.withdrawn_before: tuple[date, date] = (date.min, date.min)
        self.answered: dict[str, _Answered | None] = {}
        self.rejected: dict[str, _Answered] = {}
        self.packages: dict[bool, list[tuple[date, str]]] = {True: [], False: []}
        self.package_of: dict[str, tuple[bool, tuple[date, str]]] = {}

    def advance(self, on: date, dirty: Iterable[Claim] | None) -> set[int]:
        """Bring the board to the day ``on``; ``dirty`` are the claims that may have changed, None all.

        Answers the groups whose lines were rebuilt.
        """
        case, self.on = self.case, on
        groups: set[int] = set()
        for claim in case.claims if dirty is None else dirty:
            if claim.key not in case.group_of:
                continue
            groups.add(case.group_of[claim.key])
            self.states[claim.key] = claim.state(on)
            if claim.is_possible(on):
                self.possible[claim.key] = claim
            else:
                self.possible.pop(claim.key, None)
        proposals = set(case.terms_of) if dirty is None else {c.proposal for c in dirty if c.proposal}
        for proposal in proposals:
            groups |= self._answer(proposal)
        withdrawn = self._withdrawals()
        if withdrawn != self.withdrawn_before:
            self.withdrawn_before = withdrawn
            groups = set(range(len(case.groups)))
        for group in groups:
            self._rebuild(group)
        return groups

    def _withdrawals(self) -> tuple[date, date]:
        """The days before which blanket withdrawals take down: (own side's claims, others' claims)."""
        own = others = date.min
        for claim in self.case.blanket:
            state = self.states.get(claim.key)
            if state and state.own:
                own = max(own, claim.dated.first)
            elif state:
                others = max(others, claim.dated.first)
        return own, max(own, others)

    def _answer(self, proposal: str) -> set[int]:
        """Judge the holder's answer to a package anew; answers the groups that hang on it."""
        case, on = self.case, self.on
        heard = deciding(_given(case.answers.get(proposal, ()), on))
        answered = None
        if answer := agreed(heard):
            latest = [one.record for one in heard]
            # Of several that agree, the earliest possible day: nothing later is claimed than is known.
            _, state = min(latest, key=lambda pair: (pair[1].latest.first, pair[0].ordinal, pair[0].id))
            answered = _Answered(state.own, answer, state.latest, tuple(latest))
        groups: set[int] = set()
        was = self.rejected.pop(proposal, None)
        if answered and answered.answer is Answer.REJECTED:
            self.rejected[proposal] = answered
        if was != self.rejected.get(proposal):
            keys = [term.key for term in case.terms_of.get(proposal, ())]
            groups = {case.group_of[key] for key in keys if key in case.group_of}
        self.answered[proposal] = answered
        if before := self.package_of.pop(proposal, None):
            own, entry = before
            self.packages[own].pop(bisect_left(self.packages[own], entry))
        if answered and answered.answer in YES and self._visible_terms(proposal):
            entry = (answered.latest.last, proposal)
            self.package_of[proposal] = (answered.own, entry)
            insort(self.packages[answered.own], entry)
        return groups

    def _visible_terms(self, proposal: str) -> list[Claim]:
        return [term for term in self.case.terms_of.get(proposal, ()) if term.state(self.on)]

    def _rebuild(self, group: int) -> None:
        """Judge one group of linked claims anew: what is taken down, and the lines that live."""
        for line in self.lines[group]:
            shelf = self.shelves[line.shelf()]
            shelf.pop(bisect_left(shelf, (line.rank(),)))
        self.count -= len(self.lines[group])
        known = self._known(group)
        lines = self.lines[group] = []
        for members in self._strands(known):
            live = [pair for pair in members if not self._down(*pair, members, known)]
            live = [(claim, state) for claim, state in live if claim.kind is not DemandKind.WITHDRAWAL]
            if live:
                claim, state = max(live, key=lambda pair: _rank(*pair))
                since = min(
                    (c.dated for c, _ in live), key=lambda dated: (dated.first, dated.last, dated.text)
                )
                line = _Line(claim, state, since, tuple(c.id for c, _ in live))
                lines.append(line)
                insort(self.shelves[line.shelf()], (line.rank(), line))
        self.count += len(lines)

    def _known(self, group: int) -> dict[Key, tuple[Claim, State]]:
        """The claims of a group that are visible and supported on the board's day."""
        claims = self.case.groups[group]
        return {claim.key: (claim, state) for claim in claims if (state := self.states.get(claim.key))}

    def _strands(self, known: dict[Key, tuple[Claim, State]]) -> list[list[tuple[Claim, State]]]:
        """The known claims of a group, parted into those that restate one another on one track."""
        strands = []
        seen: set[Key] = set()
        for key, (claim, state) in known.items():
            if key in seen:
                continue
            seen.add(key)
            trail = [(claim, state)]
            strand = []
            while trail:
                at = trail.pop()
                strand.append(at)
                for other in self.case.restates.get(at[0].id, ()) if at[0].type is RecordType.DEMAND else ():
                    other_key = (RecordType.DEMAND, other)
                    if other_key in known and other_key not in seen and known[other_key][1].own == state.own:
                        seen.add(other_key)
                        trail.append(known[other_key])
            strands.append(strand)
        return strands

    def _down(
        self,
        claim: Claim,
        state: State,
        strand: list[tuple[Claim, State]],
        known: dict[Key, tuple[Claim, State]],
    ) -> Fate | None:
        """What has taken this claim down, if anything; hearsay never takes down the holder's own."""
        if state.latest.last < self.withdrawn_before[0 if state.own else 1]:
            return Fate(Standing.WITHDRAWN, self._withdrawn_by(state))
        if claim.type is RecordType.TERM:
            rejected = self.rejected.get(claim.proposal or "")
            if rejected and (rejected.own or not state.own) and rejected.latest.first > state.latest.last:
                return Fate(Standing.REJECTED, (RecordType.RESPONSE, rejected.responses[0][0].id))
            return None
        for replaced, its_state in strand:
            if its_state.latest.last < state.latest.last:
                continue
            for by in self.case.replaced_by.get(replaced.id, ()):
                found = known.get(by.key)
                if found and (found[1].own or not state.own):
                    withdrawn = by.kind is DemandKind.WITHDRAWAL
                    return Fate(Standing.WITHDRAWN if withdrawn else Standing.REPLACED, by.key)
        return None

    def _withdrawn_by(self, state: State) -> Key | None:
        """The latest blanket withdrawal that may take down a claim of this track."""
        known = [(claim, its) for claim in self.case.blanket if (its := self.states.get(claim.key))]
        known = [pair for pair in known if pair[1].own or not state.own]
        return max(known, key=lambda pair: (pair[0].dated.first, pair[0].id))[0].key if known else None

    def fates(self) -> dict[Key, Fate]:
        """For every claim that is visible on the board's day, whether it stands, and if not, why."""
        found: dict[Key, Fate] = {}
        for group in range(len(self.case.groups)):
            known = self._known(group)
            for claim in self.case.groups[group]:
                if claim.visible <= self.on and claim.key not in known:
                    found[claim.key] = Fate(Standing.UNSUPPORTED, None)
            for strand in self._strands(known):
                for claim, state in strand:
                    fate = self._down(claim, state, strand, known)
                    if claim.kind is DemandKind.WITHDRAWAL:
                        fate = Fate(Standing.WITHDRAWAL, None)
                    found[claim.key] = fate or Fate(Standing.STANDS, None)
            for line in self.lines[group]:
                for member in line.members:
                    key = (line.claim.type, member)
                    if key != line.claim.key:
                        found[key] = Fate(Standing.RESTATED, line.claim.key)
        return found

    def said_by_others(self) -> list[tuple[Attribution, bool]]:
        """Who speaks in every report of what stands on the track of others, and whether unnamed."""
        standing = {
            (line.claim.type, member)
            for lines in self.lines
            for line in lines
            if not line.state.own
            for member in line.members
        }
        return [said for claim in self.case.claims if claim.key in standing for said in claim.said(self.on)]

    def is_live(self, group: int, claim: Claim) -> bool:
        """Whether a demand stands; a withdrawal stands while it is known."""
        if claim.kind is DemandKind.WITHDRAWAL:
            return self.states.get(claim.key) is not None
        return any(claim.id in line.members for line in self.lines[group])

    def cell(self, *, standing: bool = False) -> Cell:
        """The cell as it reads on the board's day; not yet whether it is contested."""
        asks = self._top(True, "asks")
        refuses = self._top(True, "refuses")
        package = self._package()
        others = self._latest_of(self._top(False, "asks") + self._top(False, "refuses"))
        if others and _latest(others) <= max(_latest(asks), _latest(refuses)):
            others = []
        says: list[_Line] = []
        if not (asks or refuses or package or others):
            says = self._top(True, "says")
            others = self._top(False, "says")
            if others and _latest(others) <= _latest(says):
                others = []
        shown = asks + refuses + others + says
        accepted = tuple(item for proposal in package for item in self._accepted(proposal))
        dropped: tuple[str, ...] = ()
        searched = None
        empty = None
        if not (asks or refuses or accepted or says):
            dropped = self._dropped_by()
            searched = next((text for day, text in reversed(self.case.coverage) if day <= self.on), None)
            if others:
                empty = Empty.OTHERS_ONLY
            elif dropped:
                empty = Empty.DROPPED
            elif searched:
                empty = Empty.SEARCHED
            else:
                empty = Empty.NONE
        return Cell(
            asks=_items(asks),
            refuses=_items(refuses),
            accepted=accepted,
            others_say=_items(others),
            says=_items(says),
            possible=tuple(
                Item(claim.type, claim.id, claim.dated.text, claim.dated.text)
                for claim in sorted(self.possible.values(), key=lambda c: (c.dated.last, c.ordinal, c.id))
            ),
            standing=self._standing(shown) if standing else (),
            standing_count=self.count - len(shown),
            empty=empty,
            dropped_by=dropped if empty is Empty.DROPPED else (),
            searched_through=searched if empty is Empty.SEARCHED else None,
        )

    def _top(self, own: bool, sort: str) -> list[_Line]:
        """The latest lines of a kind on a track; what an event has overtaken only where nothing else is."""
        for overtaken in (False, True):
            shelf = self.shelves.get((own, sort, overtaken))
            if shelf:
                top = shelf[-1][1].state.latest.last
                lines = []
                for _, line in reversed(shelf):
                    if line.state.latest.last != top:
                        break
                    lines.append(line)
                return lines
        return []

    def _latest_of(self, lines: list[_Line]) -> list[_Line]:
        if any(not line.state.overtaken for line in lines):
            lines = [line for line in lines if not line.state.overtaken]
        latest = _latest(lines)
        return [line for line in lines if line.state.latest.last == latest]

    def _package(self) -> list[str]:
        """The packages accepted last, all of that day; those of its own side before what others tell."""
        for own in (True, False):
            if shelf := self.packages[own]:
                return [proposal for day, proposal in shelf if day == shelf[-1][0]]
        return []

    def _accepted(self, package: str) -> tuple[Item, ...]:
        """The responses by which the holder has accepted a package, with its terms on the issue."""
        answered = self.answered.get(package)
        if answered is None:
            return ()
        terms = self._visible_terms(package)
        if answered.answer is Answer.ACCEPTED_WITH_RESERVATIONS:
            terms = [term for term in terms if self._term_is_accepted(term)]
        listed = tuple(term.id for term in sorted(terms, key=lambda term: (term.ordinal, term.id)))
        return tuple(
            Item(
                RecordType.RESPONSE,
                claim.id,
                claim.dated.text,
                state.latest.text,
                state.denied_by,
                state.denied,
                proposal=package,
                terms=listed,
            )
            for claim, state in sorted(answered.responses, key=lambda pair: (pair[0].ordinal, pair[0].id))
        )

    def _term_is_accepted(self, term: Claim) -> bool:
        answer = agreed(deciding(_given(self.case.term_answers.get(term.id, ()), self.on)))
        return answer in {Answer.ACCEPTED, Answer.ACCEPTED_IN_PRINCIPLE}

    def _dropped_by(self) -> tuple[str, ...]:
        """The latest withdrawals known; the holder's own before what others say of it."""
        known = [(claim, state) for claim in self.case.withdrawals if (state := self.states.get(claim.key))]
        known = [pair for pair in known if pair[1].own] or known
        top = max((state.latest.last for _, state in known), default=date.min)
        return tuple(sorted(claim.id for claim, state in known if state.latest.last == top))

    def _standing(self, shown: list[_Line]) -> tuple[Item, ...]:
        """Every other live line, latest first; “order not known” where its dates overlap a shown one's."""
        keys = {line.claim.key for line in shown}
        lines = [line for group in self.lines for line in group if line.claim.key not in keys]
        lines.sort(key=_Line.rank, reverse=True)
        return tuple(
            replace(line.item(), order_unknown=any(_overlap(line, other) for other in shown))
            for line in lines
        )


def _latest(lines: Sequence[_Line]) -> date:
    return max((line.state.latest.last for line in lines), default=date.min)


def _overlap(line: _Line, other: _Line) -> bool:
    one, two = line.state.latest, other.state.latest
    return one.first <= two.last and two.first <= one.last


def _items(lines: list[_Line]) -> tuple[Item, ...]:
    """Demands before terms, in the order of the record (domain.md §4)."""
    order = sorted(
        lines, key=lambda line: (line.claim.type is RecordType.TERM, line.claim.ordinal, line.claim.id)
    )
    return tuple(line.item() for line in order)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """A cell on each day on which it changes, and the days between which its contradicted demands live."""

    points: list[tuple[date, Cell]]
    live: dict[str, list[tuple[date, bool]]]


def _sweep(records: Records, holder: str, issue: str, basis: Basis) -> _Sweep:
    key = (holder, issue, basis)
    known: _Sweep | None = records.sweeps.get(key)
    if known is not None:
        return known
    case = Case(records, holder, issue, basis)
    agenda: dict[date, list[Claim]] = defaultdict(list)
    answers = [claim for claims in (*case.answers.values(), *case.term_answers.values()) for claim in claims]
    for claim in {id(c): c for c in (*case.claims, *case.terms.values(), *answers)}.values():
        for day in claim.days():
            agenda[day].append(claim)
    for day, _ in case.coverage:
        agenda[day] += []
    watched = {claim.id for claim in case.claims if claim.type is RecordType.DEMAND} & set(
        records.contradicted
    )
    points: list[tuple[date, Cell]] = []
    live: dict[str, list[tuple[date, bool]]] = {}
    board = _Board(case)
    for day in sorted(day for day in agenda if day < date.max):
        rebuilt = board.advance(day, agenda[day])
        for group in rebuilt if watched else ():
            for claim in case.groups[group]:
                if claim.id in watched and claim.type is RecordType.DEMAND:
                    spell = live.setdefault(claim.id, [])
                    lives = board.is_live(group, claim)
                    if lives != (spell[-1][1] if spell else False):
                        spell.append((day, lives))
        cell = board.cell()
        if cell != (points[-1][1] if points else NOTHING):
            points.append((day, cell))
    sweep = records.sweeps[key] = _Sweep(points, live)
    return sweep


def _live_spells(records: Records, demand_id: str, basis: Basis) -> list[tuple[date, bool]]:
    """When a demand is live in any of its cells: the days on which that turns, in order."""
    demand = records.demand.get(demand_id)
    if demand is None:
        return []
    spells = [
        _sweep(records, holder, issue, basis).live.get(demand_id, [])
        for holder in demand.holders
        for issue in demand.issues
    ]
    days = sorted({day for spell in spells for day, _ in spell})
    return [(day, any(_alive_on(spell, day) for spell in spells)) for day in days]


def _alive_on(spell: list[tuple[date, bool]], on: date) -> bool:
    at = bisect_left(spell, (on, True))
    if at < len(spell) and spell[at][0] == on:
        return spell[at][1]
    return spell[at - 1][1] if at else False


def _is_live(records: Records, demand_id: str, on: date, basis: Basis) -> bool:
    demand = records.demand.get(demand_id)
    if demand is None:
        return False
    for holder in demand.holders:
        for issue in demand.issues:
            case = Case(records, holder, issue, basis)
            board = _Board(case)
            board.advance(on, None)
            group = case.group_of[RecordType.DEMAND, demand_id]
            if any(board.is_live(group, claim) for claim in case.groups[group] if claim.id == demand_id):
                return True
    return False
