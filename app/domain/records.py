"""The records that a position is made of, as the rule sees them (domain.md §1–§3).

Values only: what is written here is read from the database by ``queries.records`` and from test
tables alike. Texts and titles are left out; the rule never looks at wording.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from app.domain.attribution import Roster
from app.domain.dates import Edtf
from app.domain.vocabulary import Answer, Attribution, DemandKind, LinkRelation, Role


@dataclass(frozen=True, slots=True)
class Citation:
    """One source's word for (or against) a record.

    ``published`` is the last possible day of its publication; ``said`` the day on which this speaker
    said it, where it differs from the record's; ``retracted`` the day from which its source supports
    nothing. ``unnamed`` says that the source gives the speaker no name.
    """

    published: date
    supports: bool = True
    speakers: tuple[str, ...] = ()
    coded: Attribution | None = None
    said: Edtf | None = None
    retracted: date | None = None
    unnamed: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    id: str
    holders: tuple[str, ...]
    issues: tuple[str, ...]
    kind: DemandKind
    stated: Edtf
    citations: tuple[Citation, ...]
    overtaken_by: str | None = None
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    id: str
    proposed_by: tuple[str, ...]
    presented: Edtf
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Term:
    id: str
    proposal: str
    issue: str
    citations: tuple[Citation, ...] = ()
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    id: str
    proposal: str
    actor: str
    answer: Answer
    stated: Edtf
    citations: tuple[Citation, ...]
    term: str | None = None
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    starts: Edtf
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A person's word that one demand replaces, restates, contradicts or clarifies another."""

    from_demand: str
    relation: LinkRelation
    to_demand: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Someone searched through this day and found nothing."""

    actor: str
    issue: str
    searched_through: Edtf


@dataclass(frozen=True)
class Records:
    """All published records of one negotiation, or as many of them as the asked cells need."""

    roster: Roster
    demands: Sequence[Demand] = ()
    proposals: Sequence[Proposal] = ()
    terms: Sequence[Term] = ()
    responses: Sequence[Response] = ()
    events: Sequence[Event] = ()
    links: Sequence[Link] = ()
    coverage: Sequence[Coverage] = ()

    @cached_property
    def demands_by_cell(self) -> Mapping[tuple[str, str], list[Demand]]:
        """The demands of each (holder, issue)."""
        cells: dict[tuple[str, str], list[Demand]] = {}
        for demand in self.demands:
            for holder in demand.holders:
                for issue in demand.issues:
                    cells.setdefault((holder, issue), []).append(demand)
        return cells

    @cached_property
    def demand(self) -> Mapping[str, Demand]:
        return {demand.id: demand for demand in self.demands}

    @cached_property
    def event(self) -> Mapping[str, Event]:
        return {event.id: event for event in self.events}

    @cached_property
    def proposal(self) -> Mapping[str, Proposal]:
        return {proposal.id: proposal for proposal in self.proposals}

    @cached_property
    def terms_by_issue(self) -> Mapping[str, list[Term]]:
        return _grouped(self.terms, lambda term: term.issue)

    @cached_property
    def responses_by_actor(self) -> Mapping[str, list[Response]]:
        return _grouped(self.responses, lambda response: response.actor)

    @cached_property
    def coverage_by_cell(self) -> Mapping[tuple[str, str], list[Coverage]]:
        return _grouped(self.coverage, lambda check: (check.actor, check.issue))

    @cached_property
    def links_from(self) -> Mapping[str, list[Link]]:
        return _grouped(self.links, lambda link: link.from_demand)

    @cached_property
    def contradicted(self) -> Mapping[str, frozenset[str]]:
        """For each demand, those that it contradicts or is contradicted by."""
        partners: dict[str, set[str]] = {}
        for link in self.links:
            if link.relation is LinkRelation.CONTRADICTS:
                partners.setdefault(link.from_demand, set()).add(link.to_demand)
                partners.setdefault(link.to_demand, set()).add(link.from_demand)
        return {demand: frozenset(others) for demand, others in partners.items()}

    @cached_property
    def sweeps(self) -> dict[Any, Any]:
        """What ``position.cell_history`` has worked out once and needs again; empty at first."""
        return {}

    def cells(self) -> list[tuple[str, str]]:
        """Every (holder, issue) about which something is recorded, in no particular order."""
        found = set(self.demands_by_cell) | set(self.coverage_by_cell)
        for term in self.terms:
            proposal = self.proposal.get(term.proposal)
            for author in proposal.proposed_by if proposal else ():
                if self.roster.has_role(author, Role.PARTY):
                    found.add((author, term.issue))
        issues_of: dict[str, set[str]] = {}
        for term in self.terms:
            issues_of.setdefault(term.proposal, set()).add(term.issue)
        for response in self.responses:
            if response.term is None and self.roster.has_role(response.actor, Role.PARTY):
                found.update((response.actor, issue) for issue in issues_of.get(response.proposal, ()))
        return sorted(found)


Key = TypeVar("Key")
Value = TypeVar("Value")


def _grouped(values: Iterable[Value], key: Callable[[Value], Key]) -> dict[Key, list[Value]]:
    groups: dict[Key, list[Value]] = {}
    for value in values:
        groups.setdefault(key(value), []).append(value)
    return groups
