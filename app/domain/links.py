"""What a link between two demands may say (domain.md §4)."""

from collections.abc import Iterable, Mapping

from app.domain.vocabulary import Track


def takes_nothing_down(by: Mapping[str, Track], replaced: Mapping[str, Track]) -> bool:
    """Whether *replaces* has no effect: what is only said by others never takes down a holder's own.

    Both give the holders of a demand, each with the track on which it stands for them; each holder is judged
    alone. Demands without a common holder are not judged at all.
    """
    shared = by.keys() & replaced.keys()
    return bool(shared) and all(
        by[holder] is Track.OTHERS and replaced[holder] is Track.OWN_SIDE for holder in shared
    )


def closes_circle(links: Iterable[tuple[str, str]], start: str, end: str) -> bool:
    """Whether one more link from ``start`` to ``end`` would lead back to where it begins."""
    following: dict[str, list[str]] = {}
    for one, other in links:
        following.setdefault(one, []).append(other)
    trail, seen = [end], {end}
    while trail:
        at = trail.pop()
        if at == start:
            return True
        new = [other for other in following.get(at, ()) if other not in seen]
        seen.update(new)
        trail += new
    return False
