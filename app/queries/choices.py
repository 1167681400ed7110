"""What a form offers to choose from: known reports, and what is standing now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from app.db import ReadSession
from app.domain.position import position
from app.domain.search import fold
from app.domain.vocabulary import Basis, RecordType, Track
from app.models import Source
from app.models.loading import load_cells
from app.queries.citations import Evidence, citations_of, evidence
from app.queries.records import RecordLine, records_of
from app.queries.visibility import published

MOST_SOURCES, MOST_CELLS, MOST_STANDING = 12, 6, 60


@dataclass(frozen=True, slots=True)
class SourceChoice:
    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str


@dataclass(frozen=True, slots=True)
class StandingChoice:
    """A demand that stands for a holder on an issue, to which a new claim may relate."""

    record: RecordLine
    holder: str
    issue: str
    last_heard: str
    evidence: Evidence

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


def source_choices(session: ReadSession, negotiation: str, words: str) -> list[SourceChoice]:
    """Known reports whose address, outlet or title has these words, the newest first."""
    words = words.strip()
    if not words or "\0" in words:
        return []
    pattern = f"%{fold(words).translate(_ESCAPES)}%"
    address = f"%{words.translate(_ESCAPES)}%"
    rows = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.url, Source.published)
        .where(
            Source.negotiation == negotiation,
            published(Source),
            or_(
                Source.id == words,
                Source.url.like(address, escape="\\"),
                Source.outlet.ilike(pattern, escape="\\"),
                Source.title.ilike(pattern, escape="\\"),
            ),
        )
        .order_by(Source.published_last.desc(), Source.id)
        .limit(MOST_SOURCES)
    )
    return [SourceChoice(*row) for row in rows]


_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def source_choice(session: ReadSession, negotiation: str, source: str) -> SourceChoice | None:
    if "\0" in source:
        return None
    row = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.url, Source.published).where(
            Source.negotiation == negotiation, Source.id == source, published(Source)
        )
    ).first()
    return SourceChoice(*row) if row else None


def standing_choices(
    session: ReadSession, negotiation: str, holders: Sequence[str], issues: Sequence[str], on: date
) -> list[StandingChoice]:
    """The demands that stand today for these holders on these issues: shown ones first, then the latest."""
    cells = [(holder, issue) for holder in holders for issue in issues][:MOST_CELLS]
    if not cells:
        return []
    records = load_cells(session, negotiation, cells)
    found: dict[str, tuple[str, str, str]] = {}
    for holder, issue in cells:
        cell = position(records, holder, issue, on, Basis.REPORTED)
        for item in (*cell.shown(), *cell.standing):
            if item.type is RecordType.DEMAND:
                found.setdefault(item.id, (holder, issue, item.last_heard))
    chosen = dict(list(found.items())[:MOST_STANDING])
    subjects = [(RecordType.DEMAND, demand) for demand in chosen]
    lines = records_of(session, negotiation, subjects)
    citations = citations_of(session, negotiation, subjects, on, Basis.REPORTED)
    return [
        StandingChoice(
            lines[RecordType.DEMAND, demand],
            holder,
            issue,
            heard,
            evidence(citations.get((RecordType.DEMAND, demand), ()), holder),
        )
        for demand, (holder, issue, heard) in chosen.items()
        if (RecordType.DEMAND, demand) in lines
    ]
