"""Two proposals term by term: which term of the one answers to which of the other, and what became of it
(domain.md §6).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from app.domain.search import fold

# Texts of two different phases are one term that moved only where at least half of them is the same.
MOVED = 0.5


@dataclass(frozen=True, slots=True)
class TermText:
    """A term as it is compared. ``quantity`` is the text as reported with its unit."""

    id: str
    issue: str
    phase: str | None
    words: str
    quantity: str = ""
    condition: str = ""
    obliged: frozenset[str] = frozenset()
    tabled_by: frozenset[str] = frozenset()


class Became(StrEnum):
    """What differs between two terms that answer to each other; and a term that stands alone."""

    ADDED = "added"
    DROPPED = "dropped"
    WORDS = "words"
    QUANTITY = "quantity"
    PHASE = "phase"
    CONDITION = "condition"
    OBLIGED = "obliged"
    TABLED_BY = "tabled_by"


@dataclass(frozen=True, slots=True)
class Pair:
    """A term before and after; one of them is None where the other text has nothing that answers to it.

    ``became`` is empty where it was kept as it is.
    """

    before: TermText | None
    after: TermText | None

    @property
    def issue(self) -> str:
        term = self.after or self.before
        return term.issue if term else ""

    @property
    def became(self) -> tuple[Became, ...]:
        one, other = self.before, self.after
        if one is None or other is None:
            return (Became.DROPPED if one else Became.ADDED,)
        differs = {
            Became.WORDS: one.words != other.words,
            Became.QUANTITY: one.quantity != other.quantity,
            Became.PHASE: one.phase != other.phase,
            Became.CONDITION: one.condition != other.condition,
            Became.OBLIGED: one.obliged != other.obliged,
            Became.TABLED_BY: one.tabled_by != other.tabled_by,
        }
        return tuple(change for change, found in differs.items() if found)


def pair_terms(before: Sequence[TermText], after: Sequence[TermText]) -> list[Pair]:
    """The terms of two texts in pairs, each term once.

    Only terms on the same issue are paired: first those that say the same, in one phase before in two; then
    those of one phase, the likest first; then those of which one is in no phase; then what is like enough to
    have moved from one phase to another. The order of the two texts makes no difference to who is paired.

    In the order in which the issues and terms appear in ``after``; what it dropped follows on its issue.
    """
    issues = dict.fromkeys(term.issue for term in (*after, *before))
    olds, news = _by_issue(before), _by_issue(after)
    return [pair for issue in issues for pair in _paired(olds.get(issue, []), news.get(issue, []))]


def likeness(one: str, other: str) -> float:
    """How much two texts have in common, from 0 to 1: the share of their pairs of neighbouring characters."""
    olds, news = _pairs_of_characters(one), _pairs_of_characters(other)
    both = olds.total() + news.total()
    return 2 * (olds & news).total() / both if both else 1.0


def _by_issue(terms: Iterable[TermText]) -> dict[str, list[TermText]]:
    found: dict[str, list[TermText]] = defaultdict(list)
    for term in terms:
        found[term.issue].append(term)
    return found


def _same(one: TermText, other: TermText) -> bool:
    return (one.words, one.quantity, one.condition) == (other.words, other.quantity, other.condition)


_Fits = Callable[[TermText, TermText, float], bool]
# Who may be paired, in this order; each asks the same of both, so that none of the two texts comes first.
_ROUNDS: tuple[_Fits, ...] = (
    lambda one, other, like: one.phase == other.phase and _same(one, other),
    lambda one, other, like: _same(one, other),
    lambda one, other, like: one.phase == other.phase,
    lambda one, other, like: one.phase is None or other.phase is None,
    lambda one, other, like: like >= MOVED,
)


def _paired(olds: Sequence[TermText], news: Sequence[TermText]) -> list[Pair]:
    """The pairs of one issue."""
    like = {
        (i, j): likeness(_full(one), _full(other))
        for i, one in enumerate(olds)
        for j, other in enumerate(news)
    }
    # The likest first; of those equally like, those at the nearest places. The rest of the key sorts two
    # pairs alike only where they share no term, so that their order makes no difference.
    order = sorted(like, key=lambda place: (-like[place], abs(place[0] - place[1]), sum(place), place))
    partner: dict[int, int] = {}
    for fits in _ROUNDS:
        for i, j in order:
            if i not in partner.values() and j not in partner and fits(olds[i], news[j], like[i, j]):
                partner[j] = i
    kept = set(partner.values())
    pairs = [Pair(olds[partner[j]] if j in partner else None, new) for j, new in enumerate(news)]
    return pairs + [Pair(old, None) for i, old in enumerate(olds) if i not in kept]


def _full(term: TermText) -> str:
    return " ".join(part for part in (term.quantity, term.words, term.condition) if part)


def _pairs_of_characters(text: str) -> Counter[tuple[str, str]]:
    folded = fold(text)
    return Counter(zip_longest(folded, folded[1:], fillvalue=""))
