"""What a form offers to choose from: known reports, and records that others may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select

from app.db import ReadSession
from app.domain.search import fold
from app.domain.vocabulary import RecordType
from app.models import Proposal, Record, Source, Term
from app.queries.accounts import Person
from app.queries.visibility import open_to

MOST_SOURCES, MOST_ORIGINS = 12, 200


@dataclass(frozen=True, slots=True)
class SourceChoice:
    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str


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
    """Records that others may name, by id, with the words to choose them by.

    ``proposal_of`` gives the proposal of each term, ``amends`` the proposal that each one amends.
    """

    proposals: Mapping[str, str]
    terms: Mapping[str, str]
    events: Mapping[str, str]
    proposal_of: Mapping[str, str]
    amends: Mapping[str, str]


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
        return _pairs(rows)

    newest = (Record.last_day.desc(), Record.id)
    terms = session.execute(
        select(Record.id, Record.summary, Term.quantity, Term.unit, Term.proposal)
        .join(Term, and_(Term.negotiation == Record.negotiation, Term.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.TERM,
            open_to(Record, person.account, edits=person.edits),
        )
        .order_by(Record.ordinal)
    ).all()
    return KnownChoices(
        of(RecordType.PROPOSAL, Record.title, *newest),
        {row.id: _of_term(row.summary or row.id, row.quantity, row.unit) for row in terms},
        of(RecordType.EVENT, Record.title, *newest),
        {row.id: row.proposal for row in terms},
        _pairs(
            session.execute(
                select(Proposal.id, Proposal.amends).where(
                    Proposal.negotiation == negotiation, Proposal.amends.is_not(None)
                )
            )
        ),
    )


def _of_term(summary: str, quantity: str | None, unit: str | None) -> str:
    """A term in the words to choose it by: with its figure, unless its summary says that."""
    if not quantity or quantity in summary:
        return summary
    return f"{summary} ({quantity} {unit})" if unit else f"{summary} ({quantity})"


def _pairs(rows: Any) -> dict[str, str]:
    return {one: other for one, other in rows}  # noqa: C416 - rows are no pairs to a type checker


def origin_choices(session: ReadSession, negotiation: str, person: Person) -> list[SourceChoice]:
    """Reports that another may relay, the newest first, as many as one looks through."""
    rows = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.url, Source.published)
        .where(Source.negotiation == negotiation, open_to(Source, person.account, edits=person.edits))
        .order_by(Source.published_last.desc(), Source.id)
        .limit(MOST_ORIGINS)
    )
    return [SourceChoice(*row) for row in rows]
