"""What a form offers to choose from: known reports, and what is standing now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.db import ReadSession
from app.domain.position import position
from app.domain.search import fold
from app.domain.vocabulary import Basis, RecordType, Track
from app.forms.base import Typed
from app.models import Record, Source
from app.models.loading import load_cells
from app.queries.accounts import Person
from app.queries.citations import Evidence, citations_of, evidence
from app.queries.negotiations import cast_of
from app.queries.records import RecordLine, records_of
from app.queries.visibility import open_to

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


def source_choices(session: ReadSession, negotiation: str, words: str, person: Person) -> list[SourceChoice]:
    """Reports that this person may cite whose address, outlet or title has these words, the newest first."""
    words = words.strip()
    if not words or "\0" in words:
        return []
    pattern = f"%{fold(words).translate(_ESCAPES)}%"
    address = f"%{words.translate(_ESCAPES)}%"
    rows = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.url, Source.published)
        .where(
            Source.negotiation == negotiation,
            open_to(Source, person.account, edits=person.edits),
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


def source_choice(session: ReadSession, negotiation: str, source: str, person: Person) -> SourceChoice | None:
    if "\0" in source:
        return None
    row = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.url, Source.published).where(
            Source.negotiation == negotiation,
            Source.id == source,
            open_to(Source, person.account, edits=person.edits),
        )
    ).first()
    return SourceChoice(*row) if row else None


@dataclass(frozen=True, slots=True)
class KnownChoices:
    """Records that others may name, by id, with the words to choose them by."""

    proposals: Mapping[str, str]
    terms: Mapping[str, str]
    events: Mapping[str, str]


def known_choices(session: ReadSession, negotiation: str, person: Person) -> KnownChoices:
    """The proposals, terms and events that this person may name, the newest first; terms as in their text."""

    def of(type_: RecordType, words: Any, *order: Any) -> dict[str, str]:
        rows = session.execute(
            select(Record.id, words)
            .where(
                Record.negotiation == negotiation,
                Record.type == type_,
                open_to(Record, person.account, edits=person.edits),
            )
            .order_by(*order)
        )
        return {id_: shown for id_, shown in rows}  # noqa: C416 - rows are no pairs to a type checker

    newest = (Record.last_day.desc(), Record.id)
    return KnownChoices(
        of(RecordType.PROPOSAL, Record.title, *newest),
        of(RecordType.TERM, Record.summary, Record.ordinal),
        of(RecordType.EVENT, Record.title, *newest),
    )


def standing_choices(
    session: ReadSession, negotiation: str, type_: RecordType, typed: Typed, on: date, person: Person
) -> list[StandingChoice]:
    """What is standing that an entry may be the same as, or may relate to."""
    if type_ is RecordType.DEMAND:
        return _standing_demands(session, negotiation, typed["holders"], typed["issues"], on)
    return []


def _standing_demands(
    session: ReadSession, negotiation: str, holders: Sequence[str], issues: Sequence[str], on: date
) -> list[StandingChoice]:
    """The demands that stand today for these holders on these issues: shown ones first, then the latest."""
    cast = cast_of(session, negotiation)
    cells = [(h, i) for h in holders if h in cast.actors for i in issues if i in cast.issues][:MOST_CELLS]
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
