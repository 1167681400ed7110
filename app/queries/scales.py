"""The scales of issues, and where an editor placed a record on one (domain.md §5)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.db import ReadSession
from app.models import Revision, ScaleRung
from app.models.scales import used_rungs, was_used
from app.queries.negotiations import Cast, IssueHead, NegotiationHead, cast_of, negotiation_head
from app.queries.visibility import NoSuchRecord, published


@dataclass(frozen=True, slots=True)
class Rung:
    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A ladder of rungs; rung 0 is one pole. A version is never changed once it is used (domain.md §5)."""

    version: int
    rungs: Sequence[Rung]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an editor put a record on the scale of an issue: on a rung, or a range of them, with a reason."""

    issue: str
    scale: Scale
    least: int
    greatest: int
    reason: str | None

    @property
    def rungs(self) -> list[Rung]:
        return [rung for rung in self.scale.rungs if self.least <= rung.number <= self.greatest]


def scales_of(session: ReadSession, negotiation: str, issues: Sequence[str]) -> dict[str, list[Scale]]:
    """The scales of these issues, the newest version first."""
    found: dict[str, dict[int, list[Rung]]] = defaultdict(lambda: defaultdict(list))
    rows = session.execute(
        select(ScaleRung.issue, ScaleRung.version, ScaleRung.rung, ScaleRung.label)
        .where(ScaleRung.negotiation == negotiation, ScaleRung.issue.in_(sorted(issues)))
        .order_by(ScaleRung.issue, ScaleRung.version.desc(), ScaleRung.rung)
    )
    for issue, version, rung, label in rows:
        found[issue][version].append(Rung(rung, label))
    return {
        issue: [Scale(version, rungs) for version, rungs in versions.items()]
        for issue, versions in found.items()
    }


def steps_of(scales: Mapping[str, Sequence[Scale]]) -> dict[str, dict[int, int]]:
    """How long each version of each of these issues' scales is."""
    return {
        issue: {scale.version: scale.rungs[-1].number - scale.rungs[0].number for scale in versions}
        for issue, versions in scales.items()
    }


@dataclass(frozen=True, slots=True)
class ScalesPage:
    """An issue with every version of its scale, the newest first, and how much is placed on each.

    ``open_version`` is the newest one where nothing ever was placed on it, so that it may still be corrected;
    ``seen`` the newest revision of the issue's scale.
    """

    negotiation: NegotiationHead
    cast: Cast
    issue: IssueHead
    scales: Sequence[Scale]
    used: Mapping[int, int]
    open_version: int | None
    seen: int

    def scale(self, version: int) -> Scale:
        """One of the versions. Raises NoSuchRecord."""
        for scale in self.scales:
            if scale.version == version:
                return scale
        raise NoSuchRecord(f"{self.issue.id}/{version}")


def scales_page(session: ReadSession, negotiation: str, issue: str) -> ScalesPage:
    """The scales of an issue, for the desk. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    cast = cast_of(session, negotiation)
    if issue not in cast.issues:
        raise NoSuchRecord(f"issue/{issue}")
    scales = scales_of(session, negotiation, [issue]).get(issue, [])
    newest = scales[0].version if scales else None
    seen = session.scalar(
        select(func.max(Revision.number)).where(
            Revision.negotiation == negotiation, Revision.noun == "scale", Revision.record == issue
        )
    )
    return ScalesPage(
        head,
        cast,
        cast.issues[issue],
        scales,
        used_rungs(session, negotiation, issue),
        None if newest is None or was_used(session, negotiation, issue, newest) else newest,
        seen or 0,
    )


def placements(
    session: ReadSession,
    negotiation: str,
    noun: Any,
    records: Sequence[str],
    issue: Any,
    known: Mapping[str, Sequence[Scale]] | None = None,
) -> Mapping[str, Placement]:
    """Where these demands or terms are placed; what is not placed is left out. ``issue`` is its column;
    ``known`` are the scales that are at hand already.
    """
    if not records:
        return {}
    rows: Any = session.execute(
        select(noun.id, issue, noun.scale_version, noun.rung_min, noun.rung_max, noun.placement_reason).where(
            noun.negotiation == negotiation,
            noun.id.in_(sorted(records)),
            noun.scale_version.is_not(None),
            published(noun),
        )
    ).all()
    missing = {row[1] for row in rows} - set(known or ())
    scales = {**(known or {}), **(scales_of(session, negotiation, sorted(missing)) if missing else {})}
    return {
        record: Placement(on_issue, scale, least, greatest, reason)
        for record, on_issue, version, least, greatest, reason in rows
        for scale in scales[on_issue]
        if scale.version == version
    }
