"""Proposals as lineages: each stands under the one that it amends (domain.md §6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Presented(NamedTuple):
    """A proposal, the one that it amends, and what orders it by time: a greater ``rank`` is later."""

    id: str
    amends: str | None
    rank: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A proposal with those that amend it, the earliest first."""

    id: str
    amended_by: tuple["Branch", ...] = ()


def in_reading_order(proposals: Sequence[Presented]) -> list[str]:
    """The proposals as a tree is read: the lineage that was added to last comes first, and in it each
    proposal before those that amend it, these by time.

    What amends a proposal that is not among them begins a lineage. So does the earliest of a circle.
    """
    known = {one.id: one for one in proposals}
    order = sorted(proposals, key=lambda one: (one.rank, one.id))
    under: dict[str, list[str]] = {one.id: [] for one in order}
    roots = []
    for one in order:
        if one.amends in known and not _is_circular(one.id, known):
            under[one.amends or ""].append(one.id)
        else:
            roots.append(one.id)
    lineages = [_read(root, under) for root in roots]
    place = {one.id: at for at, one in enumerate(order)}
    lineages.sort(key=lambda lineage: max(place[id_] for id_ in lineage), reverse=True)
    return [id_ for lineage in lineages for id_ in lineage]


def as_tree(ids: Iterable[str], amends: dict[str, str | None]) -> list[Branch]:
    """These proposals, in the order given, each under the one that it amends, if that is among them and
    stands before it.
    """
    under: dict[str | None, list[str]] = {None: []}
    for id_ in ids:
        above = amends.get(id_)
        under[above if above in under else None].append(id_)
        under[id_] = []
    # From the last backwards: what stands under a proposal comes behind it.
    made: dict[str, Branch] = {}
    for id_ in reversed([id_ for id_ in under if id_ is not None]):
        made[id_] = Branch(id_, tuple(made[below] for below in under[id_]))
    return [made[id_] for id_ in under[None]]


def ancestors(id_: str, amends: dict[str, str | None]) -> list[str]:
    """The proposals above one, the nearest first."""
    trail = [id_]
    while (above := amends.get(trail[-1])) and above in amends and above not in trail:
        trail.append(above)
    return trail[1:]


def _is_circular(id_: str, known: dict[str, Presented]) -> bool:
    """Whether a proposal is the earliest of those that amend one another in a circle."""
    trail = [id_]
    while (above := known[trail[-1]].amends) in known and above not in trail:
        trail.append(above or "")
    return above == id_ and id_ == min(trail, key=lambda one: (known[one].rank, one))


def _read(root: str, under: dict[str, list[str]]) -> list[str]:
    found, waiting = [], [root]
    while waiting:
        id_ = waiting.pop()
        found.append(id_)
        waiting += reversed(under[id_])
    return found
