"""Who speaks, seen from the holder: attribution, tracks and corroboration (domain.md §2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.vocabulary import Attribution, Rests, Role, Track


@dataclass(frozen=True, slots=True)
class Roster:
    """The actors of one negotiation: what each is part of, and the roles that each has held.

    ``part_of`` maps an actor to the one it belongs to; ``roles`` an actor to its roles at any time.
    """

    part_of: Mapping[str, str]
    roles: Mapping[str, frozenset[Role]]
    _lineages: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def lineage(self, actor: str) -> tuple[str, ...]:
        """The actor itself and everything that it is part of, nearest first."""
        known = self._lineages.get(actor)
        if known is None:
            steps = [actor]
            while (above := self.part_of.get(steps[-1])) and above not in steps:
                steps.append(above)
            known = self._lineages[actor] = tuple(steps)
        return known

    def parts(self, actor: str) -> list[str]:
        """The actor and every body and person that is part of it: those who speak for it."""
        return [one for one in dict.fromkeys((actor, *self.part_of)) if actor in self.lineage(one)]

    def has_role(self, actor: str, role: Role) -> bool:
        return role in self.roles.get(actor, frozenset())


def attribution(
    speakers: Iterable[str], coded: Attribution | None, holder: str | None, roster: Roster
) -> Attribution:
    """How a citation's speakers stand to the holder of the claim (domain.md §2).

    The holder, or a body or person that is part of it, speaks for ``self``; then a mediator; then
    another party, an ``opponent`` where the holder is a party. ``coded`` counts only where no actor
    is named as speaker, and never as ``self``. ``holder`` is None for what has none (a remark about
    the process).
    """
    lineages = [roster.lineage(speaker) for speaker in speakers]
    if not lineages:
        return coded if coded and coded is not Attribution.SELF else Attribution.THIRD_PARTY
    if holder is not None and any(holder in lineage for lineage in lineages):
        return Attribution.SELF
    if any(roster.has_role(actor, Role.MEDIATOR) for lineage in lineages for actor in lineage):
        return Attribution.MEDIATOR
    holder_is_party = holder is not None and roster.has_role(holder, Role.PARTY)
    if holder_is_party and any(roster.has_role(a, Role.PARTY) for lineage in lineages for a in lineage):
        return Attribution.OPPONENT
    return Attribution.THIRD_PARTY


def resolve_origins(relays: Mapping[str, str | None]) -> dict[str, str]:
    """The origin of every source: ``relays`` maps a source to the report that it relays, or None.

    Followed transitively; a report that is itself no source here ends the chain under its own name.
    Sources with one origin are one voice. A circle of relays is one voice too, under its least id.
    """
    origins: dict[str, str] = {}
    for start in relays:
        trail: list[str] = []
        at = start
        while at not in origins and at not in trail and relays.get(at):
            trail.append(at)
            at = relays[at] or at
        origin = origins.get(at) or (min(trail[trail.index(at) :]) if at in trail else at)
        for step in (*trail, at):
            origins.setdefault(step, origin)
    return {source: origins[source] for source in relays}


SENTENCES = {
    Attribution.SELF: "{holder}, from its own side: {speaker}; {outlet}, {day}",
    Attribution.MEDIATOR: "{holder}, as described by {speaker} (a mediator); {outlet}, {day}",
    Attribution.OPPONENT: "{holder}, as described by {speaker} (another party); {outlet}, {day}",
    Attribution.THIRD_PARTY: "{holder}, as described by {speaker}; {outlet}, {day}",
}


def sentence(attribution: Attribution, *, holder: str, speaker: str, outlet: str, day: str) -> str:
    """The two-hop chain in words: holder ← speaker ← source. Generated, never typed (domain.md §2)."""
    return SENTENCES[attribution].format(holder=holder, speaker=speaker, outlet=outlet, day=day)


def speaker_words(attributed_to: str | None, public_wording: str | None, *, anonymous: bool) -> str:
    """The speaker as readers see it: the vaguer public wording where there is one, and *unnamed* said.

    Empty where the source gives no speaker at all.
    """
    words = public_wording or attributed_to or ""
    if anonymous and words and "unnamed" not in words.casefold():
        return f"{words} (unnamed)"
    return words


def track(attributions: Iterable[Attribution]) -> Track:
    """The track of a record, seen from one holder: one supporting ``self`` citation makes it its own."""
    return Track.OWN_SIDE if Attribution.SELF in attributions else Track.OTHERS


def rests_on(said: Iterable[tuple[Attribution, bool]]) -> Rests | None:
    """On whom a claim rests, seen from one holder: the narrowest of what is true (domain.md §2).

    ``said`` are its supporting citations that count on the day: who speaks, and whether unnamed. None
    where its own side is heard, and where nothing supports it any more.
    """
    heard = list(said)
    attributions = {attribution for attribution, _ in heard}
    if not heard or Attribution.SELF in attributions:
        return None
    if attributions != {Attribution.OPPONENT}:
        return Rests.OTHERS
    return Rests.OPPONENT_UNNAMED if all(unnamed for _, unnamed in heard) else Rests.OPPONENT
