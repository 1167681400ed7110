"""What a negotiation's data package holds, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.db import ReadSession
from app.domain.vocabulary import RecordType
from app.models import Actor, Citation, Coverage, Issue, Link, Participant, Record, ScaleRung, Source
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.packages import published_links
from app.queries.visibility import published


@dataclass(frozen=True, slots=True)
class CodebookPage:
    """``counts`` are the rows of each file of the package as it is now."""

    negotiation: NegotiationHead
    counts: Mapping[str, int]


def codebook_page(session: ReadSession, negotiation: str) -> CodebookPage:
    """How much of everything is published. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    tables: dict[str, tuple[Any, list[Any]]] = {
        "actors": (Actor, []),
        "participants": (Participant, []),
        "issues": (Issue, []),
        "scales": (ScaleRung, []),
        "sources": (Source, [published(Source)]),
        "links": (Link, published_links()),
        "citations": (Citation, [published(Citation)]),
        "coverage": (Coverage, []),
    }
    columns = [
        select(func.count())
        .select_from(model)
        .where(model.negotiation == negotiation, *only)
        .scalar_subquery()
        .label(name)
        for name, (model, only) in tables.items()
    ]
    found = dict(session.execute(select(*columns)).one()._mapping)
    records = dict(
        session.execute(
            select(Record.type, func.count())
            .where(Record.negotiation == negotiation, published(Record))
            .group_by(Record.type)
        ).all()
    )
    counts = {"negotiation": 1} | found | {f"{type_.value}s": records.get(type_, 0) for type_ in RecordType}
    return CodebookPage(head, counts)
