"""The positions that nobody of a holder's own side is heard for, and on whom each of them rests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.db import ReadSession
from app.domain import position as rule
from app.domain.vocabulary import Basis, Empty, Rests
from app.forms.filters import TimelineFilters
from app.models.loading import load_cells
from app.queries.negotiations import ActorHead, Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.positions import AsOf, CellPage, cell_pages, stored_cells
from app.queries.timeline import counts_of


@dataclass(frozen=True, slots=True)
class HearsayCell:
    """A position that is only said by others, and on whom it rests."""

    issue: IssueHead
    cell: CellPage
    rests: Rests


@dataclass(frozen=True, slots=True)
class HearsayPage:
    """``holders`` are the parties, and every other participant of whom anything is only said by others.

    ``counts`` are all such positions, by on whom they rest, ``records`` the records of the time line that do;
    ``issues`` how many positions a holder could have.
    """

    negotiation: NegotiationHead
    cast: Cast
    rests: Rests
    holders: Sequence[tuple[ActorHead, Sequence[HearsayCell]]]
    counts: Mapping[Rests, int]
    records: Mapping[Rests, int]
    issues: int

    @property
    def listed(self) -> list[tuple[ActorHead, Sequence[HearsayCell]]]:
        """The holders of whom anything is listed."""
        return [(actor, lines) for actor, lines in self.holders if lines]

    @property
    def without(self) -> list[ActorHead]:
        """The parties of whom nothing is."""
        return [actor for actor, lines in self.holders if not lines]


def hearsay_page(session: ReadSession, negotiation: str, rests: Rests, on: date, basis: Basis) -> HearsayPage:
    """The positions that, as of a day, rest only on others, or on these of them. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    found = hearsay_of(session, negotiation, [actor.id for actor in cast.participants()], on, basis)
    selected = {key for key, on_whom in found.items() if rests.includes(on_whom)}
    issues = {issue.id: issue for issue in cast.issues.values() if any(i == issue.id for _, i in selected)}
    asked = [AsOf(holder, on) for holder in dict.fromkeys(holder for holder, _ in selected)]
    cells = cell_pages(session, negotiation, asked, basis, Cast(cast.actors, issues))
    holders = []
    for actor in cast.participants():
        of_actor = [
            HearsayCell(issue, cells[actor.id, issue.id, on], found[actor.id, issue.id])
            for issue in issues.values()
            if (actor.id, issue.id) in selected
        ]
        if of_actor or actor.is_party:
            holders.append((actor, of_actor))
    counts = {word: sum(word.includes(on_whom) for on_whom in found.values()) for word in Rests}
    each = [TimelineFilters(rests=word) for word in Rests]
    records = dict(zip(Rests, counts_of(session, negotiation, cast, each, on, basis), strict=True))
    return HearsayPage(head, cast, rests, holders, counts, records, len(cast.issues))


def hearsay_of(
    session: ReadSession, negotiation: str, holders: Sequence[str], on: date, basis: Basis
) -> dict[tuple[str, str], Rests]:
    """On whom the cells of these holders rest that are only said by others, by holder and issue."""
    stored = stored_cells(session, negotiation, [AsOf(holder, on) for holder in holders], basis)
    keys = [(holder, issue) for (holder, issue, _), cell in stored.items() if cell.empty is Empty.OTHERS_ONLY]
    records = load_cells(session, negotiation, keys)
    return {key: on_whom for key in keys if (on_whom := rule.hearsay(records, *key, on, basis)) is not None}
