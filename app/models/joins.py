"""Which rows of one table belong to a row of another, as conditions: written here once for every select."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.domain.vocabulary import CitationRelation
from app.models.citations import Citation, CitationAttribution, CitationSpeaker
from app.models.records import Record, RecordActor, RecordIssue
from app.models.sources import Source


def of_record(rows: Any, record: Any = Record) -> ColumnElement[bool]:
    """The rows of RecordActor or RecordIssue that belong to the record."""
    return and_(rows.negotiation == record.negotiation, rows.type == record.type, rows.record == record.id)


def of_citation(rows: type[CitationSpeaker | CitationAttribution]) -> ColumnElement[bool]:
    """The rows of CitationSpeaker or CitationAttribution that belong to the citation."""
    return and_(rows.negotiation == Citation.negotiation, rows.citation == Citation.number)


def cites(record: Any = Record) -> ColumnElement[bool]:
    """The citations of the record."""
    return and_(
        Citation.negotiation == record.negotiation,
        Citation.subject_type == record.type,
        Citation.subject == record.id,
    )


def in_source() -> ColumnElement[bool]:
    """The source of the citation."""
    return and_(Source.negotiation == Citation.negotiation, Source.id == Citation.source)


def has_actor(part: str, actors: Collection[str]) -> ColumnElement[bool]:
    """Whether one of these actors takes this part in the record: its holder, say."""
    return exists(
        select(1).where(of_record(RecordActor), RecordActor.part == part, RecordActor.actor.in_(actors))
    )


def is_on(issues: Collection[str]) -> ColumnElement[bool]:
    """Whether the record is on one of these issues."""
    return exists(select(1).where(of_record(RecordIssue), RecordIssue.issue.in_(issues)))


def supports(citation: Any = Citation) -> ColumnElement[bool]:
    """Whether the citation supports its record; one without a relation does."""
    return or_(citation.relation.is_(None), citation.relation != CitationRelation.DENIES)


def is_upheld(on: date, source: Any = Source) -> ColumnElement[bool]:
    """Whether the outlet has not retracted the source by the end of the day."""
    return or_(source.retracted_from.is_(None), source.retracted_from > on.isoformat())
