"""The claims that speak for one holder on one issue, and the links between them (domain.md §2–§4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.domain.attribution import attribution
from app.domain.dates import Edtf
from app.domain.records import Citation, Demand, Records, Response, Term
from app.domain.vocabulary import Answer, Attribution, Basis, DemandKind, LinkRelation, RecordType, Role

Key = tuple[RecordType, str]


class Support(NamedTuple):
    """A supporting citation: the days on which it counts, and what it says of the holder."""

    start: date
    end: date
    own: bool
    said: Edtf | None
    by: Attribution
    unnamed: bool


class State(NamedTuple):
    """A claim as it is known on a day; no state at all where it is not visible or unsupported."""

    own: bool
    latest: Edtf
    denied: bool
    denied_by: tuple[str, ...]
    overtaken: bool


@dataclass(slots=True)
class Claim:
    """A demand, a term or a response that speaks for the holder."""

    type: RecordType
    id: str
    ordinal: int
    dated: Edtf
    visible: date
    supports: list[Support]
    denials: list[tuple[date, date, tuple[str, ...]]]
    kind: DemandKind | None = None
    gate: list[tuple[date, date]] | None = None
    overtaken: list[tuple[date, date]] = field(default_factory=list)
    possible: date | None = None
    proposal: str | None = None
    term: str | None = None
    answer: Answer | None = None

    @property
    def key(self) -> Key:
        return (self.type, self.id)

    def state(self, on: date) -> State | None:
        if on < self.visible or not _covers(self.gate, on):
            return None
        found = own = False
        for support in self.supports:
            if support.start <= on < support.end:
                found = True
                own = own or support.own
        if not found:
            return None
        latest = self.dated
        for support in self.supports:
            on_track = support.own or not own
            if support.said and on_track and support.start <= on < support.end:
                latest = max(latest, support.said, key=lambda dated: (dated.last, dated.first, dated.text))
        denied, denied_by = False, []
        for start, end, speakers in self.denials:
            if start <= on < end:
                denied = True
                denied_by += [speaker for speaker in speakers if speaker not in denied_by]
        overtaken = bool(self.overtaken) and _covers(self.overtaken, on)
        return State(own, latest, denied, tuple(sorted(denied_by)), overtaken)

    def said(self, on: date) -> list[tuple[Attribution, bool]]:
        """Who speaks in each citation that supports it on a day, and whether unnamed."""
        return [
            (support.by, support.unnamed) for support in self.supports if support.start <= on < support.end
        ]

    def days(self) -> set[date]:
        """Every day on which this claim may begin to read differently."""
        days = {self.visible}
        days.update(day for support in self.supports for day in support[:2])
        days.update(day for denial in self.denials for day in denial[:2])
        days.update(day for span in (*(self.gate or ()), *self.overtaken) for day in span)
        if self.possible:
            days.add(self.possible)
        return days

    def is_possible(self, on: date) -> bool:
        if self.possible is None or not self.possible <= on < self.visible:
            return False
        return any(on < support.end for support in self.supports)


def _covers(spans: Sequence[tuple[date, date]] | None, on: date) -> bool:
    return spans is None or any(start <= on < end for start, end in spans)


def _reported(citations: Iterable[Citation]) -> date:
    """The reported day: that of the earliest supporting citation, retracted or not (domain.md §3)."""
    return min((c.published for c in citations if c.supports), default=date.max)


def _counts(citation: Citation, dated: Edtf, basis: Basis) -> tuple[date, date]:
    """The days on which a citation of a record so dated counts: from the first, before the second."""
    if basis is Basis.STATED:
        start = citation.said.last if citation.said else dated.last
    else:
        start = citation.published
    return start, citation.retracted or date.max


def _visible(dated: Edtf, citations: Sequence[Citation], basis: Basis) -> date:
    return dated.last if basis is Basis.STATED else _reported(citations)


class Case:
    """The claims of one cell, the links between them, and the answers that bear on it."""

    def __init__(self, records: Records, holder: str, issue: str, basis: Basis) -> None:
        self.records, self.holder, self.issue, self.basis = records, holder, issue, basis
        self.is_party = records.roster.has_role(holder, Role.PARTY)
        self.claims = [self._demand(demand) for demand in records.demands_by_cell.get((holder, issue), ())]
        terms = records.terms_by_issue.get(issue, ()) if self.is_party else ()
        self.terms = {term.id: self._term(term) for term in terms if term.proposal in records.proposal}
        self.claims += [
            self.terms[term.id]
            for term in terms
            if term.id in self.terms and holder in records.proposal[term.proposal].proposed_by
        ]
        self.terms_of: dict[str, list[Claim]] = defaultdict(list)
        for term in self.terms.values():
            self.terms_of[term.proposal or ""].append(term)
        self.answers: dict[str, list[Claim]] = defaultdict(list)
        self.term_answers: dict[str, list[Claim]] = defaultdict(list)
        for response in records.responses_by_actor.get(holder, ()) if self.terms else ():
            if response.proposal in self.terms_of:
                claim = self._response(response)
                if response.term is None:
                    self.answers[response.proposal].append(claim)
                else:
                    self.term_answers[response.term].append(claim)
        self.coverage = sorted(
            (check.searched_through.last, check.searched_through.text)
            for check in records.coverage_by_cell.get((holder, issue), ())
        )
        self._tie()

    def _tie(self) -> None:
        """Join the claims that are linked as restating or replacing into groups judged together."""
        here = {claim.id: claim for claim in self.claims if claim.type is RecordType.DEMAND}
        self.restates: dict[str, list[str]] = defaultdict(list)
        self.replaced_by: dict[str, list[Claim]] = defaultdict(list)
        self.blanket: list[Claim] = []
        self.withdrawals = [claim for claim in here.values() if claim.kind is DemandKind.WITHDRAWAL]
        joined: dict[str, list[str]] = defaultdict(list)
        for claim in here.values():
            links = self.records.links_from.get(claim.id, ())
            for link in links:
                other = link.to_demand
                if other not in here:
                    continue
                if link.relation is LinkRelation.RESTATES:
                    self.restates[claim.id].append(other)
                    self.restates[other].append(claim.id)
                elif link.relation is LinkRelation.REPLACES:
                    self.replaced_by[other].append(claim)
                else:
                    continue
                joined[claim.id].append(other)
                joined[other].append(claim.id)
            replaces = any(link.relation is LinkRelation.REPLACES for link in links)
            if claim.kind is DemandKind.WITHDRAWAL and not replaces:
                self.blanket.append(claim)
        self.groups: list[list[Claim]] = []
        self.group_of: dict[Key, int] = {}
        for claim in self.claims:
            key = claim.key
            if key in self.group_of:
                continue
            trail = [claim.id] if claim.type is RecordType.DEMAND else []
            members = [] if trail else [claim]
            seen = set(trail)
            while trail:
                at = trail.pop()
                members.append(here[at])
                for other in joined.get(at, ()):
                    if other not in seen:
                        seen.add(other)
                        trail.append(other)
            for member in members:
                self.group_of[member.key] = len(self.groups)
            self.groups.append(members)

    def _supports(self, citations: Iterable[Citation], dated: Edtf) -> list[Support]:
        return [
            Support(
                *_counts(citation, dated, self.basis),
                by is Attribution.SELF,
                citation.said,
                by,
                citation.unnamed,
            )
            for citation in citations
            if citation.supports
            for by in [self._attribution(citation)]
        ]

    def _denials(
        self, citations: Iterable[Citation], dated: Edtf
    ) -> list[tuple[date, date, tuple[str, ...]]]:
        return [(*_counts(c, dated, self.basis), c.speakers) for c in citations if not c.supports]

    def _attribution(self, citation: Citation) -> Attribution:
        return attribution(citation.speakers, citation.coded, self.holder, self.records.roster)

    def _possible(self, dated: Edtf) -> date | None:
        return dated.first if self.basis is Basis.STATED and dated.first < dated.last else None

    def _demand(self, demand: Demand) -> Claim:
        dated = demand.stated.capped(_reported(demand.citations))
        return Claim(
            RecordType.DEMAND,
            demand.id,
            demand.ordinal,
            dated,
            _visible(dated, demand.citations, self.basis),
            self._supports(demand.citations, dated),
            self._denials(demand.citations, dated),
            kind=demand.kind,
            overtaken=self._event_days(demand.overtaken_by),
            possible=self._possible(dated),
        )

    def _event_days(self, event_id: str | None) -> list[tuple[date, date]]:
        """The days on which an event is visible and supported."""
        event = self.records.event.get(event_id) if event_id else None
        if event is None:
            return []
        dated = event.starts.capped(_reported(event.citations))
        visible = _visible(dated, event.citations, self.basis)
        spans = [_counts(c, dated, self.basis) for c in event.citations if c.supports]
        return [(max(start, visible), end) for start, end in spans]

    def _term(self, term: Term) -> Claim:
        """A term is dated and tracked as its proposal, and seen from its own citations if it has any."""
        proposal = self.records.proposal[term.proposal]
        dated = proposal.presented.capped(_reported(proposal.citations))
        visible = _visible(dated, proposal.citations, self.basis)
        gate = None
        if any(citation.supports for citation in term.citations):
            gate = [_counts(c, dated, self.basis) for c in term.citations if c.supports]
            visible = max(visible, min(start for start, _ in gate))
        return Claim(
            RecordType.TERM,
            term.id,
            term.ordinal,
            dated,
            visible,
            self._supports(proposal.citations, dated),
            self._denials((*proposal.citations, *term.citations), dated),
            gate=gate,
            possible=self._possible(dated),
            proposal=term.proposal,
        )

    def _response(self, response: Response) -> Claim:
        dated = response.stated.capped(_reported(response.citations))
        return Claim(
            RecordType.RESPONSE,
            response.id,
            response.ordinal,
            dated,
            _visible(dated, response.citations, self.basis),
            self._supports(response.citations, dated),
            self._denials(response.citations, dated),
            proposal=response.proposal,
            term=response.term,
            answer=response.answer,
        )
