"""Two proposals term by term, as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.db import ReadSession
from app.domain.quantities import run_in
from app.domain.terms import Became, Pair, TermText, pair_terms
from app.domain.vocabulary import Basis, RecordType
from app.models import Term
from app.queries.lineages import ProposalHead, proposal_heads
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.proposal_columns import parts_of
from app.queries.records import (
    RecordLine,
    actors_of,
    is_known,
    issues_of,
    record_line,
    records_of,
    sight,
)
from app.queries.timeline import TimelineRow, rows_of


@dataclass(frozen=True, slots=True)
class Change:
    """A term before and after with their records, and what became of it; nothing where it was kept."""

    before: RecordLine | None
    after: RecordLine | None
    pair: Pair

    @property
    def became(self) -> tuple[Became, ...]:
        return self.pair.became


@dataclass(frozen=True, slots=True)
class ComparePage:
    """What one text, ``after``, makes of another, ``before``, issue by issue.

    ``unknown`` are those of the two that are not known by the day, each with the day from which they are;
    then nothing is compared. ``before`` is None where none is named and it amends none; ``is_lost`` where
    there is none of the name that was asked for.
    """

    negotiation: NegotiationHead
    cast: Cast
    record: RecordLine
    after: TimelineRow | None
    before: TimelineRow | None
    choices: Sequence[ProposalHead]
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    unknown: Sequence[tuple[RecordLine, date]] = ()
    is_lost: bool = False

    @property
    def pairs(self) -> list[Pair]:
        return [change.pair for changes in self.changes.values() for change in changes]

    def count(self, *kinds: Became) -> int:
        """How many terms became this; of no kind, how many were kept."""
        alone = {Became.ADDED, Became.DROPPED}
        return sum(
            bool(set(change.became) & set(kinds)) if kinds else not change.became
            for changes in self.changes.values()
            for change in changes
            if kinds or not set(change.became) & alone
        )

    @property
    def added(self) -> int:
        return self.count(Became.ADDED)

    @property
    def dropped(self) -> int:
        return self.count(Became.DROPPED)

    @property
    def kept(self) -> int:
        return self.count()

    @property
    def changed(self) -> int:
        return sum(map(len, self.changes.values())) - self.added - self.dropped - self.kept

    @property
    def known_from(self) -> date:
        """The day from which both can be compared."""
        return max(day for _, day in self.unknown)


def compare_page(
    session: ReadSession, negotiation: str, proposal: str, other: str, on: date, basis: Basis
) -> ComparePage:
    """A proposal against an ``other`` one; without a name, against the one that it amends, or else the first
    that amends it. Raises NoSuchRecord.
    """
    head = negotiation_head(session, negotiation)
    record = record_line(session, negotiation, RecordType.PROPOSAL, proposal)
    cast = cast_of(session, negotiation)
    heads = proposal_heads(session, negotiation, on, basis)
    choices = [one for one in reversed(heads.values()) if one.id != proposal]
    other = other or _usual(record, heads)
    found = records_of(session, negotiation, [(RecordType.PROPOSAL, other)]) if other else {}
    both = [record, *found.values()]
    unknown = [(one, sight(one, on, basis).on) for one in both if not is_known(one, on, basis)]
    if not found or unknown:
        return ComparePage(
            head, cast, record, None, None, choices, unknown=unknown, is_lost=bool(other) and not found
        )
    rows = rows_of(session, negotiation, cast, list(dict.fromkeys(one.subject for one in both)), on, basis)
    terms = parts_of(session, negotiation, Term, RecordType.TERM, sorted({proposal, other}), on, basis)
    texts = _texts(session, negotiation, terms)
    before = [texts[term.id] for term in terms if term.proposal == other]
    after = [texts[term.id] for term in terms if term.proposal == proposal]
    return ComparePage(
        head,
        cast,
        record,
        rows[0],
        rows[-1],
        choices,
        _by_issue(cast, pair_terms(before, after), {term.id: term for term in terms}),
    )


def _usual(record: RecordLine, heads: Mapping[str, ProposalHead]) -> str:
    if record.amends in heads:
        return record.amends or ""
    return next((one.id for one in heads.values() if one.amends == record.id), "")


def _texts(session: ReadSession, negotiation: str, terms: Sequence[RecordLine]) -> dict[str, TermText]:
    actors = actors_of(session, negotiation, [term.subject for term in terms])
    issues = _issues(session, negotiation, terms)
    return {
        term.id: TermText(
            term.id,
            issues[term.id],
            term.phase,
            run_in(term.quantity, term.unit, term.words).rest,
            " ".join(part for part in (term.quantity, term.unit) if part),
            term.condition or "",
            frozenset(actors.get(term.subject, {}).get("obliged", ())),
            frozenset(actors.get(term.subject, {}).get("tabled_by", ())),
        )
        for term in terms
    }


def _issues(session: ReadSession, negotiation: str, terms: Sequence[RecordLine]) -> dict[str, str]:
    found = issues_of(session, negotiation, [term.subject for term in terms])
    return {term.id: found[term.subject][0] for term in terms}


def _by_issue(cast: Cast, pairs: Sequence[Pair], lines: Mapping[str, RecordLine]) -> dict[str, list[Change]]:
    """The pairs in the order of the issues of the negotiation."""
    found: dict[str, list[Change]] = {issue: [] for issue in cast.issues}
    for pair in pairs:
        before = lines[pair.before.id] if pair.before else None
        after = lines[pair.after.id] if pair.after else None
        found.setdefault(pair.issue, []).append(Change(before, after, pair))
    return {issue: changes for issue, changes in found.items() if changes}
