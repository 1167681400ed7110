"""A report's text for those who read records out of it; readers of the site never see it (domain.md §8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.quotes import Quote, Span, place_of, places
from app.domain.vocabulary import RecordType, ReviewStatus, SourceStatus
from app.forms.addresses import same_address
from app.forms.suggestions import Suggestion, suggestions
from app.models import (
    Actor,
    ActorAlias,
    Citation,
    CitationSelector,
    Record,
    Response,
    Source,
    SourceText,
)
from app.models.joins import cites
from app.queries.accounts import Person
from app.queries.entries import newest_row
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.visibility import NoSuchRecord, open_to

MOST_CITATIONS = 300


@dataclass(frozen=True, slots=True)
class CitedRecord:
    """What has been recorded from the report: a citation, and the record that it is of.

    ``is_lost`` says that its quote does not occur in the text; ``place`` is None then, and also where it is
    paraphrased or its words stand at several places. An answer without a summary goes by its proposal.
    """

    number: int
    type: RecordType
    record: str
    kind: str | None
    words: str
    status: ReviewStatus
    quote: str | None
    place: Span | None
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text that is marked alike: quoted in some records, or suggested for a field."""

    words: str
    quoted: Sequence[CitedRecord] = ()
    suggestion: Suggestion | None = None
    ends: Sequence[CitedRecord] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the text; ``start`` is its first character's place in the whole."""

    start: int
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class ReadingSource:
    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str
    language: str
    origin: str | None
    status: ReviewStatus
    outlet_status: SourceStatus | None


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """``text`` is None where nobody has given the report's text."""

    negotiation: NegotiationHead
    source: ReadingSource
    text: str | None
    version: int
    added_at: datetime | None
    paragraphs: Sequence[Paragraph]
    cited: Sequence[CitedRecord] = field(default_factory=tuple)

    @property
    def lost(self) -> list[CitedRecord]:
        return [one for one in self.cited if one.is_lost]


def reading_source(session: ReadSession, negotiation: str, source: str, person: Person) -> ReadingSource:
    """A source that this person may work on. Raises NoSuchRecord."""
    found = session.execute(
        select(
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.language,
            Source.origin,
            Source.review_status,
            Source.status,
        ).where(
            Source.negotiation == negotiation,
            Source.id == source,
            open_to(Source, person.account, edits=person.edits),
        )
    ).first()
    if found is None:
        raise NoSuchRecord(source)
    return ReadingSource(*found)


def text_of(session: ReadSession, negotiation: str, source: str) -> tuple[str | None, int, datetime | None]:
    """The newest text of a source, its version, and when it was given; None and 0 where there is none."""
    found = session.execute(
        select(SourceText.words, SourceText.number, SourceText.added_at)
        .where(SourceText.negotiation == negotiation, SourceText.source == source)
        .order_by(SourceText.number.desc())
        .limit(1)
    ).first()
    return (found.words, found.number, found.added_at) if found else (None, 0, None)


def reading_page(session: ReadSession, negotiation: str, source: str, person: Person) -> ReadingPage:
    """The text of a report with what has been recorded from it and what could be. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    here = reading_source(session, negotiation, source, person)
    text, version, added_at = text_of(session, negotiation, source)
    cited = _cited(session, negotiation, source, person, text)
    found = suggestions(text, _names(session, negotiation), here.published) if text else []
    paragraphs = _paragraphs(text, cited, found) if text else []
    return ReadingPage(head, here, text, version, added_at, paragraphs, cited)


def _names(session: ReadSession, negotiation: str) -> Mapping[str, list[str]]:
    """All names of each actor, in any script."""
    names: dict[str, list[str]] = defaultdict(list)
    for actor, name in session.execute(
        select(Actor.id, Actor.name)
        .where(Actor.negotiation == negotiation)
        .union_all(select(ActorAlias.actor, ActorAlias.alias).where(ActorAlias.negotiation == negotiation))
    ):
        names[actor].append(name)
    return names


def _cited(
    session: ReadSession, negotiation: str, source: str, person: Person, text: str | None
) -> list[CitedRecord]:
    """What has been recorded from the report, as far as this person may see it, the newest first."""
    package = aliased(Record)
    rows = session.execute(
        select(
            Citation.number,
            Record.type,
            Record.id,
            Record.kind,
            Record.title,
            Record.summary,
            package.title.label("package"),
            Citation.review_status,
            Citation.quote,
            CitationSelector.prefix,
            CitationSelector.suffix,
        )
        .join(Record, cites())
        .outerjoin(
            Response,
            and_(
                Record.type == RecordType.RESPONSE,
                Response.negotiation == Record.negotiation,
                Response.id == Record.id,
            ),
        )
        .outerjoin(
            package,
            and_(
                package.negotiation == Response.negotiation,
                package.type == RecordType.PROPOSAL,
                package.id == Response.proposal,
            ),
        )
        .outerjoin(
            CitationSelector,
            and_(
                CitationSelector.negotiation == Citation.negotiation,
                CitationSelector.citation == Citation.number,
            ),
        )
        .where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            open_to(Citation, person.account, edits=person.edits),
            open_to(Record, person.account, edits=person.edits),
        )
        .order_by(Citation.number.desc())
        .limit(MOST_CITATIONS)
    )
    found = []
    for row in rows:
        quote = Quote(row.quote or "", row.prefix or "", row.suffix or "")
        found.append(
            CitedRecord(
                row.number,
                row.type,
                row.id,
                row.kind,
                row.title or row.summary or row.package or row.id,
                row.review_status,
                row.quote,
                place_of(text, quote) if text and row.quote else None,
                bool(text and row.quote and not places(text, row.quote)),
            )
        )
    return found


def _paragraphs(text: str, cited: Sequence[CitedRecord], found: Sequence[Suggestion]) -> list[Paragraph]:
    paragraphs = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            paragraphs.append(Paragraph(start, _pieces(text, Span(start, start + len(line)), cited, found)))
        start += len(line) + 1
    return paragraphs


def _pieces(text: str, line: Span, cited: Sequence[CitedRecord], found: Sequence[Suggestion]) -> list[Piece]:
    """A line in stretches, each quoted in the same records and suggested for the same field throughout."""
    quoted = [
        (one.place, one)
        for one in cited
        if one.place and one.place.start < line.end and line.start < one.place.end
    ]
    suggested = [one for one in found if line.start <= one.span.start and one.span.end <= line.end]
    edges = {line.start, line.end}
    for span in (*(place for place, _ in quoted), *(one.span for one in suggested)):
        edges |= {max(span.start, line.start), min(span.end, line.end)}
    order = sorted(edges)
    pieces = []
    for start, end in pairwise(order):
        pieces.append(
            Piece(
                text[start:end],
                [one for place, one in quoted if place.start <= start and end <= place.end],
                next((one for one in suggested if one.span.start <= start and end <= one.span.end), None),
                [one for place, one in quoted if place.end == end],
            )
        )
    return pieces


def reports_begun(session: ReadSession, negotiation: str, person: Person) -> list[ReadingSource]:
    """The person's own reports from which nothing is published yet, the newest first."""
    rows = session.execute(
        select(
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.language,
            Source.origin,
            Source.review_status,
            Source.status,
        )
        .where(
            Source.negotiation == negotiation,
            Source.review_status != ReviewStatus.PUBLISHED,
            Source.entered_by == person.account,
        )
        .order_by(Source.ordinal.desc())
        .limit(50)
    )
    return [ReadingSource(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """A report that is here already under the same address, and what was recorded from it."""

    id: str
    outlet: str
    title: str | None
    published: str
    records: Mapping[RecordType, int]


def known_addresses(
    session: ReadSession, negotiation: str, address: str, person: Person
) -> list[KnownAddress]:
    """The reports with this address; ``address`` is what all spellings of it have in common."""
    if not address or "\0" in address:
        return []
    host = address.partition("/")[0].partition("?")[0]
    rows = session.execute(
        select(Source.id, Source.outlet, Source.title, Source.published, Source.url)
        .where(
            Source.negotiation == negotiation,
            Source.url.contains(host, autoescape=True),
            open_to(Source, person.account, edits=person.edits),
        )
        .order_by(Source.published_last.desc())
    )
    same = [row for row in rows if row.url and same_address(row.url) == address][:5]
    return [
        KnownAddress(
            row.id, row.outlet, row.title, row.published, _counts(session, negotiation, row.id, person)
        )
        for row in same
    ]


def _counts(session: ReadSession, negotiation: str, source: str, person: Person) -> Mapping[RecordType, int]:
    counts: dict[RecordType, int] = {}
    for one in _cited(session, negotiation, source, person, None):
        counts[one.type] = counts.get(one.type, 0) + 1
    return counts


def last_words(session: ReadSession, negotiation: str, source: str, person: Person) -> Mapping[str, str]:
    """Who spoke in this person's last entry from this report, and when: offered again for the next one."""
    number = session.scalar(
        select(func.max(Citation.number)).where(
            Citation.negotiation == negotiation,
            Citation.source == source,
            Citation.entered_by == person.account,
        )
    )
    if number is None:
        return {}
    row, _ = newest_row(session, negotiation, "citation", str(number))
    record, _ = newest_row(session, negotiation, row["subject_type"], row["subject"])
    kept = ("speakers", "attributed_to", "anonymous", "public_wording", "setting", "attribution")
    words = {name: row[name] for name in kept if name in row}
    return words | ({"stated": record["stated"]} if "stated" in record else {})
