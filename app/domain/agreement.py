"""Which text is the agreed one on a day: recorded as agreed, or accepted by the parties in question
(domain.md §4 and §6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.answers import Given, agreed, deciding
from app.domain.vocabulary import Answer, Outcome

Record = TypeVar("Record")

# How a text ends that was agreed, and not taken back since.
AGREED = (Outcome.AGREED, Outcome.IMPLEMENTED)


@dataclass(frozen=True, slots=True)
class Text(Generic[Record]):
    """A proposal known by the day, with its outcome where that may be told by then, and the answers to the
    whole of it, by party.
    """

    proposal: str
    outcome: Outcome | None = None
    answers: Mapping[str, Sequence[Given[Record]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A party that has accepted a whole text; ``own`` where its own side said so."""

    party: str
    own: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """Why a text is the agreed one: its recorded outcome, or who has accepted it."""

    proposal: str
    outcome: Outcome | None
    accepted: tuple[Acceptance, ...] = ()


def between(shown: Iterable[str], parties: Sequence[str]) -> list[str]:
    """Whose acceptance makes a text the agreed one: the parties shown, or all where they are not two, for
    nobody agrees alone.
    """
    two = [party for party in dict.fromkeys(shown) if party in parties]
    return two if len(two) > 1 else list(parties)


def acceptance(party: str, given: Iterable[Given[Record]]) -> Acceptance | None:
    """The party's acceptance of the whole text, if that is its answer (domain.md §4, *has accepted*): with
    reservations or in principle is none, and nor are answers that conflict.
    """
    heard = deciding(given)
    if agreed(heard) is not Answer.ACCEPTED:
        return None
    return Acceptance(party, heard[0].own)


def latest_agreed(texts: Iterable[Text[Record]], parties: Sequence[str]) -> Agreement | None:
    """The first of these texts that is recorded as agreed, or that every one of the parties has accepted.

    ``texts`` are in order, the latest first.
    """
    for text in texts:
        if text.outcome in AGREED:
            return Agreement(text.proposal, text.outcome)
        accepted = [acceptance(party, text.answers.get(party, ())) for party in parties]
        found = tuple(one for one in accepted if one)
        if found and len(found) == len(parties):
            return Agreement(text.proposal, None, found)
    return None
