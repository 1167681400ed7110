"""Entries on their way to their readers, as their authors and the editors see them; readers never do."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.db import ReadSession
from app.domain.attribution import speaker_words
from app.domain.excerpts import Excerpt, excerpt
from app.domain.quotes import Quote
from app.domain.reviews import TAKEN_FOR
from app.domain.vocabulary import (
    Attribution,
    CitationRelation,
    LinkRelation,
    RecordType,
    ReviewStatus,
    SourceStatus,
)
from app.models import (
    Account,
    Citation,
    CitationAttribution,
    CitationSelector,
    Link,
    Negotiation,
    ReaderNote,
    Record,
    Response,
    Review,
    Revision,
    Source,
    SourceText,
    Term,
)
from app.models.joins import cites, in_source
from app.models.loading import terms_of
from app.models.records import SUBJECT_PARTS
from app.queries.accounts import Person
from app.queries.citations import Subject
from app.queries.drafts import Discarded, discarded
from app.queries.entries import newest_row
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.notes import NoteLine, open_notes, settled_notes
from app.queries.readings import text_of
from app.queries.records import actors_of, issues_of
from app.queries.visibility import NoSuchRecord, open_to

# So many entries are on a page, or so many sources with so many entries of each.
PAGE, SOURCES, OF_A_SOURCE = 50, 10, 20


@dataclass(frozen=True, slots=True)
class Taken:
    """Who is reading an entry, and since when; it lapses."""

    account: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A citation that is not published yet, with the record that it is of.

    ``package`` is the proposal that the record belongs to or answers. ``record_status`` tells a new record
    from a further report of a published one. ``author`` is for editors only.
    """

    number: int
    type: RecordType
    record: str
    kind: str | None
    words: str
    dated: str
    status: ReviewStatus
    record_status: ReviewStatus
    relation: CitationRelation | None
    quote: str | None
    speaker: str
    source: str
    outlet: str
    published: str
    title: str | None
    author: str | None
    account: int | None
    submitted_at: datetime | None
    comment: str | None
    package: str | None
    taken: Taken | None
    actors: Sequence[str] = ()
    issues: Sequence[str] = ()

    @property
    def subject(self) -> Subject:
        return (self.type, self.record)

    @property
    def supports(self) -> bool:
        return self.relation is not CitationRelation.DENIES

    @property
    def is_new(self) -> bool:
        return self.record_status is not ReviewStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class OwnEntriesPage:
    """One person's own entries; ``older`` is the number before which the next page begins.

    ``seen`` is the negotiation's newest revision as this was read.
    """

    negotiation: NegotiationHead
    cast: Cast
    seen: int
    drafts: Sequence[EntryLine]
    returned: Sequence[EntryLine]
    waiting: Sequence[EntryLine]
    discarded: Sequence[Discarded]
    older: int | None


@dataclass(frozen=True, slots=True)
class DiscardPage:
    """An entry of one's own that would be given up."""

    negotiation: NegotiationHead
    cast: Cast
    entry: EntryLine


@dataclass(frozen=True, slots=True)
class OfSource:
    """What waits of one source: how many there are, and the first of them."""

    source: str
    outlet: str
    title: str | None
    published: str
    count: int
    entries: Sequence[EntryLine]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What waits for an editor: entries by age, or under their sources, and what readers say is wrong.

    ``seen`` is the negotiation's newest revision as this was read; ``after`` where the next page begins.
    """

    negotiation: NegotiationHead
    cast: Cast
    seen: int
    waiting: int
    entries: Sequence[EntryLine]
    sources: Sequence[OfSource]
    after: "QueueCursor | None"
    notes: Sequence[NoteLine]
    notes_after: int | None
    settled: Sequence[NoteLine]


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """A place in the queue: since when an entry waits, and its number or its source."""

    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Named:
    """A record that another names; ``words`` are empty where this editor may not see it, or it is gone."""

    type: RecordType
    id: str
    words: str
    is_published: bool
    relation: LinkRelation | None = None
    note: str | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class GivenText:
    """Who gave the text of a report as it is now, and when; ``version`` counts the corrected ones too."""

    person: str | None
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an entry that does not wait: the last step of it, who took it, and when."""

    action: str
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewedSource:
    id: str
    outlet: str
    title: str | None
    url: str | None
    published: str
    language: str
    author: str | None
    origin: str | None
    status: SourceStatus | None
    is_published: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One entry with all that an editor needs to judge it.

    ``row`` and ``terms`` are the record, ``citation`` the citation, each as last recorded. ``sentences`` are
    those that readers will see, by what the speaker is to each actor. ``seen`` is the negotiation's newest
    revision as this was read.
    """

    negotiation: NegotiationHead
    cast: Cast
    entry: EntryLine
    row: Mapping[str, str]
    terms: Sequence[Mapping[str, str]]
    citation: Mapping[str, str]
    sentences: Mapping[Attribution, Sequence[str]]
    source: ReviewedSource
    excerpt: Excerpt
    text: GivenText | None
    links: Sequence[Named]
    named: Mapping[str, Named]
    became: Became | None
    seen: int


# --- Lists ----------------------------------------------------------------------------------------------


def own_entries_page(
    session: ReadSession, negotiation: str, person: Person, now: datetime, *, before: int | None = None
) -> OwnEntriesPage:
    """A person's own entries that are not published, the newest first. Nobody else's are ever among them."""
    head = negotiation_head(session, negotiation)
    which = [Citation.entered_by == person.account]
    if before is not None:
        which.append(Citation.number < before)
    found = _entries(session, negotiation, now, *which, order=[Citation.number.desc()], limit=PAGE + 1)
    here = found[:PAGE]
    return OwnEntriesPage(
        negotiation=head,
        cast=cast_of(session, negotiation),
        seen=_last_revision(session, negotiation),
        drafts=[entry for entry in here if entry.status is ReviewStatus.DRAFT],
        returned=[entry for entry in here if entry.status is ReviewStatus.RETURNED],
        waiting=[entry for entry in here if entry.status is ReviewStatus.SUBMITTED],
        discarded=discarded(session, negotiation, person, now) if before is None else (),
        older=here[-1].number if len(found) > PAGE else None,
    )


def discard_page(
    session: ReadSession, negotiation: str, number: int, person: Person, now: datetime
) -> DiscardPage:
    """A draft of one's own, or an entry that was returned. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    own = (
        Citation.number == number,
        Citation.entered_by == person.account,
        Citation.review_status.in_((ReviewStatus.DRAFT, ReviewStatus.RETURNED)),
    )
    found = _entries(session, negotiation, now, *own, order=[Citation.number], limit=1)
    if not found:
        raise NoSuchRecord(str(number))
    return DiscardPage(head, cast_of(session, negotiation), found[0])


def queue_page(
    session: ReadSession,
    negotiation: str,
    now: datetime,
    *,
    by_source: bool = False,
    after: QueueCursor | None = None,
    notes_after: int = 0,
) -> QueuePage:
    """Everything that waits for an editor, what has waited longest first, in a fixed number of statements.

    Only what is on its way is read: nothing here grows with what was ever published.
    """
    head = negotiation_head(session, negotiation)
    entries: list[EntryLine] = []
    sources: list[OfSource] = []
    following: QueueCursor | None = None
    if by_source:
        sources, following = _by_source(session, negotiation, now, after)
    else:
        age = [Review.submitted_at, Citation.number]
        which = [_waits()]
        if after is not None:
            at, number = after.at, _number(after.key)
            which.append(
                or_(Review.submitted_at > at, and_(Review.submitted_at == at, Citation.number > number))
            )
        entries = _entries(session, negotiation, now, *which, order=age, limit=PAGE + 1)
        last = entries[PAGE - 1] if len(entries) > PAGE else None
        if last and last.submitted_at:
            following = QueueCursor(last.submitted_at, str(last.number))
    notes, more = open_notes(session, negotiation, notes_after)
    return QueuePage(
        negotiation=head,
        cast=cast_of(session, negotiation),
        seen=_last_revision(session, negotiation),
        waiting=session.scalar(_count_waiting(negotiation)) or 0,
        entries=entries[:PAGE],
        sources=sources,
        after=following,
        notes=notes,
        notes_after=more,
        settled=settled_notes(session, negotiation),
    )


def count_waiting(session: ReadSession, negotiation: str) -> int:
    """How much waits for an editor: entries, and notes of readers."""
    notes = select(func.count()).where(ReaderNote.negotiation == negotiation, ReaderNote.settled_at.is_(None))
    both = _count_waiting(negotiation).scalar_subquery() + notes.scalar_subquery()
    return session.scalar(select(both)) or 0


def next_waiting(
    session: Session, negotiation: str, account: int, now: datetime, *, source: str, own_too: bool = True
) -> int | None:
    """The entry to be read next: of the same source first, then by age; none that another is reading."""
    others = [] if own_too else [func.coalesce(Citation.entered_by, 0) != account]
    free = or_(Review.taken_by.is_(None), Review.taken_by == account, Review.taken_at <= now - TAKEN_FOR)
    return session.scalar(
        select(Citation.number)
        .join(Review, _of_citation())
        .where(Review.negotiation == negotiation, _waits(), free, *others)
        .order_by(Citation.source != source, Review.submitted_at, Citation.number)
        .limit(1)
    )


def _by_source(
    session: ReadSession, negotiation: str, now: datetime, after: QueueCursor | None
) -> tuple[list[OfSource], QueueCursor | None]:
    """The sources of which something waits, by what has waited longest, each with its first entries."""
    since = func.min(Review.submitted_at)
    groups: Select[*tuple[Any, ...]] = (
        select(Source.id, Source.outlet, Source.title, Source.published, func.count(), since.label("since"))
        .select_from(Review)
        .join(Citation, _of_citation())
        .join(Source, in_source())
        .where(Review.negotiation == negotiation, _waits())
        .group_by(Source.negotiation, Source.id)
        .order_by(since, Source.id)
        .limit(SOURCES + 1)
    )
    if after is not None:
        later = or_(since > after.at, and_(since == after.at, Source.id > after.key))
        groups = groups.having(later)
    rows = session.execute(groups).all()
    here = rows[:SOURCES]
    place = func.row_number().over(partition_by=Citation.source, order_by=Citation.number)
    placed = (
        select(Citation.number, place.label("place"))
        .join(Review, _of_citation())
        .where(Review.negotiation == negotiation, _waits(), Citation.source.in_([row.id for row in here]))
        .subquery()
    )
    first = select(placed.c.number).where(placed.c.place <= OF_A_SOURCE)
    entries: dict[str, list[EntryLine]] = defaultdict(list)
    for entry in _entries(
        session, negotiation, now, Citation.number.in_(first), order=[Citation.number], limit=None
    ):
        entries[entry.source].append(entry)
    found = [OfSource(row[0], row[1], row[2], row[3], row[4], entries[row[0]]) for row in here]
    following = QueueCursor(here[-1].since, here[-1].id) if len(rows) > SOURCES else None
    return found, following


def _of_citation() -> ColumnElement[bool]:
    return and_(Review.negotiation == Citation.negotiation, Review.citation == Citation.number)


def _waits() -> ColumnElement[bool]:
    return Citation.review_status == ReviewStatus.SUBMITTED


def _count_waiting(negotiation: str) -> Select[int]:
    return (
        select(func.count())
        .select_from(Review)
        .join(Citation, _of_citation())
        .where(Review.negotiation == negotiation, _waits())
    )


def _last_revision(session: ReadSession, negotiation: str) -> int:
    return session.execute(
        select(Negotiation.last_revision).where(Negotiation.id == negotiation)
    ).scalar_one()


def _number(key: str) -> int:
    return int(key) if key.isdecimal() and len(key) < 10 else 0


def _entries(
    session: ReadSession,
    negotiation: str,
    now: datetime,
    *which: ColumnElement[bool],
    order: Sequence[Any],
    limit: int | None,
    begun: bool = True,
) -> list[EntryLine]:
    """Entries with what a line says of them. Unless ``begun``, published ones may be among them."""
    author, taker, package = aliased(Account), aliased(Account), aliased(Record)
    rows = session.execute(
        select(
            Citation.number,
            Record.type,
            Record.id,
            Record.kind,
            Record.summary,
            Record.title.label("record_title"),
            Record.dated,
            Citation.review_status,
            Record.review_status.label("record_status"),
            Citation.relation,
            Citation.quote,
            Citation.attributed_to,
            Citation.public_wording,
            Citation.anonymous,
            Source.id.label("source"),
            Source.outlet,
            Source.published,
            Source.title,
            author.name.label("author"),
            Citation.entered_by,
            Review.submitted_at,
            Review.comment,
            package.title.label("package"),
            Review.taken_by,
            Review.taken_at,
            taker.name.label("taker"),
        )
        .select_from(Citation)
        .join(Review, _of_citation(), isouter=not begun)
        .join(Record, cites())
        .join(Source, in_source())
        .outerjoin(author, author.id == Citation.entered_by)
        .outerjoin(taker, taker.id == Review.taken_by)
        .outerjoin(Response, _row_of(Response, RecordType.RESPONSE))
        .outerjoin(Term, _row_of(Term, RecordType.TERM))
        .outerjoin(
            package,
            and_(
                package.negotiation == Citation.negotiation,
                package.type == RecordType.PROPOSAL,
                package.id == func.coalesce(Response.proposal, Term.proposal),
            ),
        )
        .where(
            Citation.negotiation == negotiation,
            *([Review.negotiation == negotiation] if begun else []),
            *which,
        )
        .order_by(*order)
        .limit(limit)
    ).all()
    subjects = {(row.type, row.id) for row in rows}
    actors, issues = actors_of(session, negotiation, subjects), issues_of(session, negotiation, subjects)
    return [
        EntryLine(
            number=row.number,
            type=row.type,
            record=row.id,
            kind=row.kind,
            words=row.summary or row.record_title or "",
            dated=row.dated,
            status=row.review_status,
            record_status=row.record_status,
            relation=row.relation,
            quote=row.quote,
            speaker=speaker_words(row.attributed_to, row.public_wording, anonymous=bool(row.anonymous)),
            source=row.source,
            outlet=row.outlet,
            published=row.published,
            title=row.title,
            author=row.author,
            account=row.entered_by,
            submitted_at=row.submitted_at,
            comment=row.comment,
            package=row.package,
            taken=_taken(row, now),
            actors=_judged(actors.get((row.type, row.id), {})),
            issues=issues.get((row.type, row.id), []),
        )
        for row in rows
    ]


def _row_of(noun: Any, type_: RecordType) -> ColumnElement[bool]:
    return and_(
        Citation.subject_type == type_,
        noun.negotiation == Citation.negotiation,
        noun.id == Citation.subject,
    )


def _taken(row: Any, now: datetime) -> Taken | None:
    if row.taken_by is None or now - row.taken_at >= TAKEN_FOR:
        return None
    return Taken(row.taken_by, row.taker, row.taken_at)


def _judged(parts: Mapping[str, Sequence[str]]) -> list[str]:
    """The actors for whom the record's track is judged."""
    return [actor for part in SUBJECT_PARTS for actor in parts.get(part, ())]


# --- One entry ------------------------------------------------------------------------------------------


def review_page(
    session: ReadSession, negotiation: str, number: int, person: Person, now: datetime
) -> ReviewPage:
    """One entry as an editor reads it. Raises NoSuchRecord: a draft is its author's alone."""
    head = negotiation_head(session, negotiation)
    may = open_to(Citation, person.account, edits=person.edits)
    found = _entries(
        session,
        negotiation,
        now,
        Citation.number == number,
        may,
        order=[Citation.number],
        limit=1,
        begun=False,
    )
    if not found:
        raise NoSuchRecord(str(number))
    entry = found[0]
    row, _ = newest_row(session, negotiation, entry.type, entry.record)
    citation, _ = newest_row(session, negotiation, "citation", str(number))
    text, _, _ = text_of(session, negotiation, entry.source)
    return ReviewPage(
        negotiation=head,
        cast=cast_of(session, negotiation),
        entry=entry,
        row=row,
        terms=_terms(session, negotiation, entry),
        citation=citation,
        sentences=_sentences(session, negotiation, entry),
        source=_source(session, negotiation, entry.source),
        excerpt=excerpt(text, _quote(session, negotiation, entry)),
        text=_given_text(session, negotiation, entry.source) if text is not None else None,
        links=_links(session, negotiation, entry, person),
        named=_named(session, negotiation, row, person),
        became=_became(session, negotiation, entry),
        seen=_last_revision(session, negotiation),
    )


def _terms(session: ReadSession, negotiation: str, entry: EntryLine) -> list[Mapping[str, str]]:
    if entry.type is not RecordType.PROPOSAL:
        return []
    ids = terms_of(session, negotiation, entry.record)
    return [newest_row(session, negotiation, RecordType.TERM, term)[0] for term in ids]


def _sentences(session: ReadSession, negotiation: str, entry: EntryLine) -> dict[Attribution, Sequence[str]]:
    """What the speaker is to each actor of the record, in the order of the actors."""
    rows = session.execute(
        select(CitationAttribution.holder, CitationAttribution.attribution).where(
            CitationAttribution.negotiation == negotiation, CitationAttribution.citation == entry.number
        )
    )
    judged = {holder: attribution for holder, attribution in rows}  # noqa: C416 - rows are no pairs to a type checker
    found: dict[Attribution, list[str]] = defaultdict(list)
    for actor in entry.actors:
        if actor in judged:
            found[judged[actor]].append(actor)
    return dict(found)


def _quote(session: ReadSession, negotiation: str, entry: EntryLine) -> Quote | None:
    if not entry.quote:
        return None
    around = session.execute(
        select(CitationSelector.prefix, CitationSelector.suffix).where(
            CitationSelector.negotiation == negotiation, CitationSelector.citation == entry.number
        )
    ).first()
    return Quote(entry.quote, around.prefix, around.suffix) if around else Quote(entry.quote)


def _given_text(session: ReadSession, negotiation: str, source: str) -> GivenText:
    return GivenText(
        *session.execute(
            select(Account.name, SourceText.added_at, SourceText.number)
            .outerjoin(Account, Account.id == SourceText.account)
            .where(SourceText.negotiation == negotiation, SourceText.source == source)
            .order_by(SourceText.number.desc())
            .limit(1)
        ).one()
    )


def _source(session: ReadSession, negotiation: str, source: str) -> ReviewedSource:
    row = session.execute(
        select(
            Source.id,
            Source.outlet,
            Source.title,
            Source.url,
            Source.published,
            Source.language,
            Source.author,
            Source.origin,
            Source.status,
            Source.review_status == ReviewStatus.PUBLISHED,
            _count_waiting(negotiation).where(Citation.source == source).scalar_subquery(),
        ).where(Source.negotiation == negotiation, Source.id == source)
    ).one()
    return ReviewedSource(*row)


def _links(session: ReadSession, negotiation: str, entry: EntryLine, person: Person) -> list[Named]:
    """The demands to which the record is linked, from its own end."""
    if entry.type is not RecordType.DEMAND:
        return []
    rows = session.execute(
        select(Link.to_demand, Link.relation, Link.note)
        .where(Link.negotiation == negotiation, Link.from_demand == entry.record)
        .order_by(Link.ordinal)
    ).all()
    others = _others(session, negotiation, [(RecordType.DEMAND, row.to_demand) for row in rows], person)
    return [
        replace(others[RecordType.DEMAND, row.to_demand], relation=row.relation, note=row.note)
        for row in rows
    ]


# The columns of a record that name another, and of what type that is.
_NAMES = {
    "proposal": RecordType.PROPOSAL,
    "amends": RecordType.PROPOSAL,
    "term": RecordType.TERM,
    "overtaken_by": RecordType.EVENT,
}


def _named(
    session: ReadSession, negotiation: str, row: Mapping[str, str], person: Person
) -> dict[str, Named]:
    """The records that this one names, by the column that does."""
    subjects = {name: (type_, row[name]) for name, type_ in _NAMES.items() if name in row}
    others = _others(session, negotiation, list(subjects.values()), person)
    return {name: others[subject] for name, subject in subjects.items()}


def _others(
    session: ReadSession, negotiation: str, subjects: Sequence[Subject], person: Person
) -> dict[Subject, Named]:
    if not subjects:
        return {}
    rows = session.execute(
        select(
            Record.type,
            Record.id,
            func.coalesce(Record.summary, Record.title),
            Record.review_status,
            open_to(Record, person.account, edits=person.edits),
        ).where(Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(subjects))
    )
    found = {
        (type_, id_): Named(
            type_,
            id_,
            (words or "") if may else "",
            status is ReviewStatus.PUBLISHED,
            is_gone=status is ReviewStatus.RETRACTED,
        )
        for type_, id_, words, status, may in rows
    }
    return {subject: found.get(subject, Named(*subject, "", False, is_gone=True)) for subject in subjects}


def _became(session: ReadSession, negotiation: str, entry: EntryLine) -> Became | None:
    """The last step of an entry that does not wait."""
    if entry.status in (ReviewStatus.SUBMITTED, ReviewStatus.DRAFT):
        return None
    row = session.execute(
        select(Revision.action, Account.name, Revision.recorded_at)
        .outerjoin(Account, Account.id == Revision.account)
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == "citation",
            Revision.record == str(entry.number),
            Revision.action.in_(("publish", "return", "create")),
        )
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()
    return Became(row.action, row.name, row.recorded_at) if row else None


def named_record(
    session: ReadSession, negotiation: str, type_: RecordType, record: str, person: Person
) -> Named:
    """A record by its words, as far as this person may see it."""
    return _others(session, negotiation, [(type_, record)], person)[type_, record]


def source_waits(
    session: ReadSession, negotiation: str, source: str, numbers: Collection[int]
) -> dict[int, EntryLine]:
    """These entries of a source, as far as they wait."""
    found = _entries(
        session,
        negotiation,
        datetime.now(UTC),
        _waits(),
        Citation.source == source,
        Citation.number.in_(list(numbers)),
        order=[Citation.number],
        limit=None,
    )
    return {entry.number: entry for entry in found}


def account_name(session: ReadSession, account: int) -> str:
    """Who somebody is; for editors only (domain.md §8)."""
    return session.scalar(select(Account.name).where(Account.id == account)) or ""
