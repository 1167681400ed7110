"""The time line: records of every type, newest first, a page or a chunk at a time, as known on a day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.attribution import Roster, attribution, rests_on
from app.domain.vocabulary import Attribution, Basis, CitationRelation, LinkRelation, RecordType, Rests, Track
from app.forms.filters import Cursor, TimelineFilters
from app.models import (
    Citation,
    CitationAttribution,
    CitationSpeaker,
    Link,
    Record,
    RecordActor,
    Source,
    Term,
)
from app.models.joins import in_source, is_on, is_upheld, of_citation, of_record, supports
from app.models.records import PARTS, SUBJECT_PARTS
from app.queries.citations import CitationLine, Evidence, Subject, among, citations_of, counts_by, evidence
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import (
    RecordLine,
    Sight,
    actors_of,
    is_known,
    issues_of,
    known_by,
    record_line,
    records_of,
    sight,
)
from app.queries.visibility import published

PAGE = 50
# A page of one actor or issue shows so many of its records, and leads to the time line for the rest.
LATEST = 20
# What one read of an export brings; a yield for each row costs ten times as much.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Side:
    """What a record rests on, seen from those of its actors for whom it is the same."""

    actors: tuple[str, ...]
    evidence: Evidence

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A record with its actors, its issues, who says so, and what speaks against it.

    ``actors`` are those for whom its track is judged. ``sides`` has one entry where all of them see it
    alike. ``citations`` are those that its track is judged by, a term's being those of its proposal;
    ``own`` are those of the record itself.
    """

    record: RecordLine
    actors: Sequence[str]
    parts: Mapping[str, Sequence[str]]
    issues: Sequence[str]
    sides: Sequence[Side]
    citations: Sequence[CitationLine]
    own: Sequence[CitationLine]
    denials: Sequence[CitationLine]
    proposal: RecordLine | None
    contradicts: Sequence[RecordLine]

    @property
    def is_own(self) -> bool:
        return any(side.is_own for side in self.sides)

    @property
    def evidence(self) -> Evidence:
        return self.sides[0].evidence

    def seen(self, line: CitationLine) -> dict[Attribution, list[str]]:
        """What a citation's speakers are to the record's actors; to nobody, where it has none."""
        found: dict[Attribution, list[str]] = {}
        for actor in self.actors:
            found.setdefault(line.attribution(actor), []).append(actor)
        return found or {line.attribution(None): []}

    def side(self, actor: str) -> Side:
        """What the record rests on, seen from one of its actors."""
        return next(side for side in self.sides if actor in side.actors)

    def track(self, actor: str) -> Track:
        return self.side(actor).evidence.track

    def rests(self, actor: str) -> Rests | None:
        """On whom it rests, seen from one of its actors."""
        return rests_on((line.attribution(actor), line.anonymous) for line in self.citations if line.counts)

    def heard_by(self, side: Side) -> list[CitationLine]:
        """The citations that count on the track on which these actors are shown, in the order of entry."""
        return [line for line in self.citations if line.counts and _is_heard(line, side)]

    def heard(self, sides: Sequence[Side]) -> list[CitationLine]:
        """The same for the actors of all these sides together."""
        counting = {line.number for side in sides for line in self.heard_by(side)}
        return [line for line in self.citations if line.number in counting]

    def printed(self, sides: Sequence[Side]) -> list[CitationLine]:
        """Where that stands to be read: a term's own citations, and those of its proposal behind them."""
        if self.record.type is not RecordType.TERM:
            return self.heard(sides)
        return [*(line for line in self.own if line.counts), *self.heard(sides)]

    @property
    def cursor(self) -> Cursor:
        record = self.record
        return Cursor(record.last_day, record.first_day, record.type, record.id)


def _is_heard(line: CitationLine, side: Side) -> bool:
    if not side.is_own:
        return True
    return any(line.attribution(actor) is Attribution.SELF for actor in side.actors)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record that knows nothing that its line does not: a remark, an event."""

    negotiation: NegotiationHead
    cast: Cast
    sight: Sight
    row: TimelineRow


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """``newer`` and ``older`` are where the neighbouring pages begin; ``possible`` stands apart."""

    negotiation: NegotiationHead
    cast: Cast
    rows: Sequence[TimelineRow]
    possible: Sequence[TimelineRow] = field(default=())
    newer: Cursor | None = None
    older: Cursor | None = None
    more_possible: bool = False


def timeline_page(
    session: ReadSession, negotiation: str, cast: Cast, filters: TimelineFilters, on: date, basis: Basis
) -> TimelinePage:
    """A page of the time line, in a number of statements that does not grow. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    here = _Reading(session, negotiation, cast, filters, on, basis)
    before, after = filters.before, filters.after
    if after and not before:
        keys = here.keys(PAGE + 1, after=after)
        if len(keys) > PAGE:
            rows = here.rows(keys[1:])
            return TimelinePage(head, cast, rows, (), rows[0].cursor, rows[-1].cursor)
        before = None  # nothing is newer than these: they are the first page, which is shown whole
    keys = here.keys(PAGE + 1, before=before)
    rows = here.rows(keys[:PAGE])
    older = rows[-1].cursor if len(keys) > PAGE and rows else None
    newer = rows[0].cursor if before and rows else None
    possible = here.possible(PAGE + 1) if basis is Basis.STATED and not before else []
    return TimelinePage(head, cast, rows, possible[:PAGE], newer, older, len(possible) > PAGE)


@dataclass(frozen=True, slots=True)
class RowsPage:
    """So many rows of the time line, and where the next ones begin; ``possible`` stands apart."""

    rows: Sequence[TimelineRow]
    possible: Sequence[TimelineRow] = ()
    older: Cursor | None = None


def rows_page(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    filters: TimelineFilters,
    on: date,
    basis: Basis,
    *,
    limit: int,
) -> RowsPage:
    """The rows that the filters select, in the order of the pages, from their place on: at most so many."""
    here = _Reading(session, negotiation, cast, filters, on, basis)
    keys = here.keys(limit + 1, before=filters.before)
    rows = here.rows(keys[:limit])
    possible = here.possible(limit) if basis is Basis.STATED and not filters.before else []
    return RowsPage(rows, possible, rows[-1].cursor if len(keys) > limit and rows else None)


def timeline_chunks(
    session: ReadSession, negotiation: str, cast: Cast, filters: TimelineFilters, on: date, basis: Basis
) -> Iterator[list[TimelineRow]]:
    """Every row that the filters select, in the order of the pages, a chunk at a time."""
    here = _Reading(session, negotiation, cast, filters, on, basis)
    keys = here.keys(CHUNK)
    while keys:
        rows = here.rows(keys)
        yield rows
        keys = here.keys(CHUNK, before=rows[-1].cursor) if len(keys) == CHUNK else []


def latest_rows(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    filters: TimelineFilters,
    on: date,
    basis: Basis,
    *,
    limit: int,
) -> list[TimelineRow]:
    """The newest of the rows that the filters select."""
    here = _Reading(session, negotiation, cast, filters, on, basis)
    return here.rows(here.keys(limit))


def latest_lists(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    lists: Mapping[str, tuple[TimelineFilters, int]],
    on: date,
    basis: Basis,
    more: Mapping[str, Sequence[Subject]],
) -> dict[str, list[TimelineRow]]:
    """Several lists at once: of each the newest rows that its filters select, at most so many.

    ``more`` are lists whose records are known already.
    """
    keys = {
        name: _Reading(session, negotiation, cast, filters, on, basis).keys(most)
        for name, (filters, most) in lists.items()
    } | {name: list(found) for name, found in more.items()}
    every = list(dict.fromkeys(key for found in keys.values() for key in found))
    rows = {row.record.subject: row for row in rows_of(session, negotiation, cast, every, on, basis)}
    return {name: [rows[key] for key in found if key in rows] for name, found in keys.items()}


def counts_by_track(
    session: ReadSession, negotiation: str, cast: Cast, on: date, basis: Basis
) -> dict[str, dict[Track, int]]:
    """For each actor, how many records are from its own side, and how many only said of it by others."""
    return _Reading(session, negotiation, cast, TimelineFilters(), on, basis).counts_by_track()


def counts_of(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    several: Sequence[TimelineFilters],
    on: date,
    basis: Basis,
) -> list[int]:
    """How many records each of these filters selects, all counted in one statement."""
    counts = [
        _Reading(session, negotiation, cast, filters, on, basis).counted().scalar_subquery()
        for filters in several
    ]
    return list(session.execute(select(*counts)).one()) if counts else []


def is_resting(
    session: ReadSession, negotiation: str, cast: Cast, rests: Rests, on: date, basis: Basis
) -> ColumnElement[bool]:
    """Whether a record that a select reads rests, as of a day, only on these speakers."""
    return _Reading(session, negotiation, cast, TimelineFilters(), on, basis).resting(rests)


def is_selected(
    session: ReadSession, negotiation: str, cast: Cast, filters: TimelineFilters, on: date, basis: Basis
) -> ColumnElement[bool]:
    """Whether a record that a select reads is public, known by the day, and one that the filters select."""
    return _Reading(session, negotiation, cast, filters, on, basis).selected()


def selected_of(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    subjects: Sequence[Subject],
    filters: TimelineFilters,
    on: date,
    basis: Basis,
) -> set[Subject]:
    """Those of these records that are known by the day and that the filters select."""
    if not subjects:
        return set()
    return set(_Reading(session, negotiation, cast, filters, on, basis).selected_of(subjects))


def rows_of(
    session: ReadSession,
    negotiation: str,
    cast: Cast,
    subjects: Sequence[Subject],
    on: date,
    basis: Basis,
    *,
    possible: bool = False,
) -> list[TimelineRow]:
    """These records as rows of the time line, in the order given."""
    here = _Reading(session, negotiation, cast, TimelineFilters(), on, basis)
    return here.rows(subjects, possible=possible)


def record_page(
    session: ReadSession, negotiation: str, kind: RecordType, record: str, on: date, basis: Basis
) -> RecordPage:
    """A record as of a day, or as of the day on which it became known. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    line = record_line(session, negotiation, kind, record)
    seen = sight(line, on, basis)
    cast = cast_of(session, negotiation)
    row = rows_of(session, negotiation, cast, [line.subject], seen.on, basis)[0]
    return RecordPage(head, cast, seen, row)


class _Reading:
    """One negotiation, read through one set of filters as of one day."""

    def __init__(
        self,
        session: ReadSession,
        negotiation: str,
        cast: Cast,
        filters: TimelineFilters,
        on: date,
        basis: Basis,
    ) -> None:
        self.session, self.negotiation, self.cast = session, negotiation, cast
        self.filters, self.on, self.basis = filters, on, basis
        self.roster = cast.roster()

    def keys(self, limit: int, *, before: Cursor | None = None, after: Cursor | None = None) -> list[Subject]:
        """The records that are selected, newest first; ``after`` a place, the nearest to it."""
        wanted = self._selected(possible=False).where(known_by(self.on, self.basis)).limit(limit)
        if before:
            wanted = wanted.where(older_than(before))
        if not after:
            return self._subjects(wanted.order_by(*NEWEST_FIRST))
        return self._subjects(wanted.where(newer_than(after)).order_by(*OLDEST_FIRST))[::-1]

    def counted(self) -> Select[int]:
        """How many records are selected."""
        return (
            self._selected(possible=False)
            .where(known_by(self.on, self.basis))
            .with_only_columns(func.count())
        )

    def possible(self, limit: int) -> list[TimelineRow]:
        """The records of which their dates do not say whether they are by the day (domain.md §3)."""
        day = self.on.isoformat()
        wanted = (
            self._selected(possible=True)
            .where(Record.first_day <= day, Record.first_day < Record.last_day, Record.stated_by > day)
            .order_by(*NEWEST_FIRST)
            .limit(limit)
        )
        rows = self.rows(self._subjects(wanted), possible=True)
        return [row for row in rows if row.evidence.reports]

    def selected_of(self, subjects: Sequence[Subject]) -> list[Subject]:
        known = and_(known_by(self.on, self.basis), among(subjects, Record.type, Record.id))
        return self._subjects(self._selected(possible=False).where(known))

    def selected(self) -> ColumnElement[bool]:
        wanted = self._selected(possible=False).where(known_by(self.on, self.basis)).whereclause
        return wanted if wanted is not None else true()

    def _subjects(self, wanted: Select[RecordType, str]) -> list[Subject]:
        return [(kind, record) for kind, record in self.session.execute(wanted)]

    def _selected(self, *, possible: bool) -> Select[RecordType, str]:
        chosen = self.filters
        wanted = select(Record.type, Record.id).where(
            Record.negotiation == self.negotiation, published(Record)
        )
        if chosen.type:
            wanted = wanted.where(Record.type == chosen.type)
        if chosen.kind:
            wanted = wanted.where(Record.kind == chosen.kind)
        if chosen.since:
            wanted = wanted.where(Record.last_day >= chosen.since.isoformat())
        if chosen.until:
            wanted = wanted.where(Record.first_day <= chosen.until.isoformat())
        if chosen.issue:
            wanted = wanted.where(is_on([chosen.issue]))
        seen = self._actors()
        if chosen.track:
            seen = seen.where(self._is_on_track(chosen.track, possible=possible))
        if chosen.rests:
            seen = seen.where(self._rests(chosen.rests, possible=possible))
        if chosen.track or chosen.rests or chosen.actor:
            wanted = wanted.where(exists(seen))
        if chosen.speaker:
            wanted = wanted.where(self._is_heard(chosen.speaker, possible=possible))
        if chosen.denied:
            wanted = wanted.where(self._is_denied(possible=possible))
        if chosen.q:
            wanted = wanted.where(self._is_found(chosen.q, possible=possible))
        return wanted

    def _actors(self) -> Select[Any]:
        """The actors for whom a record's track is judged; the one that is asked for, if any."""
        wanted = select(1).where(
            of_record(RecordActor),
            RecordActor.part.in_(SUBJECT_PARTS),
        )
        return wanted.where(RecordActor.actor == self.filters.actor) if self.filters.actor else wanted

    def _is_on_track(self, track: Track, *, possible: bool) -> ColumnElement[bool]:
        """Whether an actor's own side is heard by the day."""
        own = exists(self._said_of(possible=possible).where(_attributed_to(Attribution.SELF)))
        return own if track is Track.OWN_SIDE else ~own

    def _rests(self, rests: Rests, *, possible: bool) -> ColumnElement[bool]:
        """Whether what is said of an actor by the day rests on these speakers alone: ``rests_on`` as SQL."""
        said = self._said_of(possible=possible)
        if rests is Rests.OTHERS:
            otherwise = _attributed_to(Attribution.SELF)
        else:
            otherwise = CitationAttribution.attribution != Attribution.OPPONENT
            if rests is Rests.OPPONENT_UNNAMED:
                otherwise = or_(otherwise, Citation.anonymous.is_not(True))
        return and_(exists(said), ~exists(said.where(otherwise)))

    def _said_of(self, *, possible: bool) -> Select[Any]:
        """The supporting citations of a record that count by the day, with what each is to one of its actors.

        A term stands on the citations of its proposal.
        """
        said, record = self._cited(possible=possible)
        return (
            said.join(CitationAttribution, of_citation(CitationAttribution))
            .where(
                record.type == case((Record.type == RecordType.TERM, RecordType.PROPOSAL), else_=Record.type),
                record.id == case((Record.type == RecordType.TERM, _proposal_of_term()), else_=Record.id),
                CitationAttribution.holder == RecordActor.actor,
                supports(),
            )
            .correlate(Record, RecordActor)
        )

    def _is_heard(self, speaker: str, *, possible: bool) -> ColumnElement[bool]:
        """Whether a report known by the day names the actor, or a part of it, as a speaker."""
        record = aliased(Record)
        heard = (
            self._citations(record, possible=possible)
            .join(CitationSpeaker, of_citation(CitationSpeaker))
            .where(
                record.type == Record.type,
                record.id == Record.id,
                CitationSpeaker.actor.in_(self.roster.parts(speaker)),
            )
            .correlate(Record)
        )
        return exists(heard)

    def counts_by_track(self) -> dict[str, dict[Track, int]]:
        """For each actor, the records known by the day that are from its own side, and all others of it."""
        own = self._is_on_track(Track.OWN_SIDE, possible=False)
        rows = self.session.execute(
            select(RecordActor.actor, func.sum(case((own, 1), else_=0)), func.count())
            .join(Record, of_record(RecordActor))
            .where(
                RecordActor.negotiation == self.negotiation,
                RecordActor.part.in_(SUBJECT_PARTS),
                published(Record),
                known_by(self.on, self.basis),
            )
            .group_by(RecordActor.actor)
        )
        return {actor: {Track.OWN_SIDE: said, Track.OTHERS: every - said} for actor, said, every in rows}

    def resting(self, rests: Rests) -> ColumnElement[bool]:
        """Whether a record that a select reads rests only on these speakers, for one of its actors."""
        return exists(self._actors().where(self._rests(rests, possible=False)))

    def _is_denied(self, *, possible: bool) -> ColumnElement[bool]:
        """Whether a citation denies it by the day; a term falls with its proposal."""
        said, record = self._cited(possible=possible)
        of_itself = and_(record.type == Record.type, record.id == Record.id)
        of_proposal = and_(
            Record.type == RecordType.TERM,
            record.type == RecordType.PROPOSAL,
            record.id == _proposal_of_term(),
        )
        denials = said.where(Citation.relation == CitationRelation.DENIES)
        return or_(
            exists(denials.where(of_itself).correlate(Record)),
            exists(denials.where(of_proposal).correlate(Record)),
        )

    def _is_found(self, words: str, *, possible: bool) -> ColumnElement[bool]:
        """Whether the words stand in the record or in a quotation that is known by the day."""
        record = aliased(Record)
        quoted = (
            self._citations(record, possible=possible)
            .where(
                record.type == Record.type,
                record.id == Record.id,
                Citation.search_text.contains(words, autoescape=True),
            )
            .correlate(Record)
        )
        return or_(Record.search_text.contains(words, autoescape=True), exists(quoted))

    def _cited(self, *, possible: bool) -> tuple[Select[Any], Any]:
        """Citations known by the day and not retracted by then, and the record that they are tied to."""
        record = aliased(Record)
        known = self._citations(record, possible=possible)
        return known.where(is_upheld(self.on)), record

    def _citations(self, record: Any, *, possible: bool) -> Select[Any]:
        return (
            select(1)
            .select_from(Citation)
            .join(Source, in_source())
            .join(
                record,
                and_(
                    record.negotiation == Citation.negotiation,
                    record.type == Citation.subject_type,
                    record.id == Citation.subject,
                ),
            )
            .where(
                Citation.negotiation == self.negotiation,
                published(Citation),
                counts_by(self.on, self.basis, record=record, possible=possible),
            )
        )

    def rows(self, keys: Sequence[Subject], *, possible: bool = False) -> list[TimelineRow]:
        """These records with everything that a line says of them, in the order of the keys."""
        if not keys:
            return []
        records = records_of(self.session, self.negotiation, keys)
        contradicted = self._contradicted(keys)
        packages = {
            (RecordType.PROPOSAL, line.proposal) for line in records.values() if line.proposal is not None
        }
        others = packages | {other for partners in contradicted.values() for other in partners}
        linked = records | records_of(self.session, self.negotiation, others - set(records))
        actors = actors_of(self.session, self.negotiation, keys)
        issues = issues_of(self.session, self.negotiation, keys)
        cited = set(keys) | {package for package in packages if self._may_name(linked.get(package))}
        citations = citations_of(
            self.session, self.negotiation, cited, self.on, self.basis, possible=possible
        )
        return [
            self._row(
                records[key],
                linked,
                contradicted.get(key, ()),
                actors.get(key, {}),
                issues.get(key, ()),
                citations,
            )
            for key in keys
            if key in records
        ]

    def _row(
        self,
        record: RecordLine,
        linked: Mapping[Subject, RecordLine],
        contradicted: Sequence[Subject],
        parts: Mapping[str, Sequence[str]],
        issues: Sequence[str],
        citations: Mapping[Subject, Sequence[CitationLine]],
    ) -> TimelineRow:
        package = (RecordType.PROPOSAL, record.proposal) if record.proposal else None
        proposal = linked.get(package) if package else None
        own: Sequence[CitationLine] = citations.get(record.subject, ())
        lines = citations.get(package, ()) if package and record.type is RecordType.TERM else own
        actors = [actor for part in SUBJECT_PARTS for actor in parts.get(part, ())]
        if not actors and record.type is RecordType.REMARK:
            lines = _seen_from_nobody(lines, self.roster)
        denials = {line.number: line for line in (*lines, *own) if not line.supports and not line.retracted}
        return TimelineRow(
            record=record,
            actors=actors,
            parts={part: parts.get(part, ()) for part in PARTS},
            issues=issues,
            sides=_sides(lines, actors),
            citations=lines,
            own=lines if record.type is not RecordType.TERM else own,
            denials=list(denials.values()),
            proposal=proposal if self._may_name(proposal) else None,
            contradicts=[linked[other] for other in contradicted if self._may_name(linked.get(other))],
        )

    def _may_name(self, record: RecordLine | None) -> bool:
        """Whether another record may be named with one: as soon as it may be by the day."""
        return record is not None and is_known(record, self.on, self.basis, possible=True)

    def _contradicted(self, keys: Sequence[Subject]) -> dict[Subject, list[Subject]]:
        """For each demand, those that it contradicts or is contradicted by."""
        demands = sorted(record for kind, record in keys if kind is RecordType.DEMAND)
        found: dict[Subject, list[Subject]] = defaultdict(list)
        if not demands:
            return found
        contradicts = and_(Link.negotiation == self.negotiation, Link.relation == LinkRelation.CONTRADICTS)
        both_ways = union_all(
            select(Link.ordinal, Link.from_demand, Link.to_demand).where(
                contradicts, Link.from_demand.in_(demands)
            ),
            select(Link.ordinal, Link.to_demand, Link.from_demand).where(
                contradicts, Link.to_demand.in_(demands)
            ),
        )
        for _, demand, partner in sorted(self.session.execute(both_ways)):
            found[RecordType.DEMAND, demand].append((RecordType.DEMAND, partner))
        return found


NEWEST_FIRST = (Record.last_day.desc(), Record.first_day.desc(), Record.type, Record.id)
OLDEST_FIRST = (Record.last_day, Record.first_day, Record.type.desc(), Record.id.desc())


def older_than(place: Cursor) -> ColumnElement[bool]:
    """Behind this place in the order of the pages; the first condition is for the index."""
    within_day = or_(Record.type > place.type, and_(Record.type == place.type, Record.id > place.id))
    of_day = or_(Record.first_day < place.first_day, and_(Record.first_day == place.first_day, within_day))
    return and_(Record.last_day <= place.last_day, or_(Record.last_day < place.last_day, of_day))


def newer_than(place: Cursor) -> ColumnElement[bool]:
    """Before this place in the order of the pages."""
    within_day = or_(Record.type < place.type, and_(Record.type == place.type, Record.id < place.id))
    of_day = or_(Record.first_day > place.first_day, and_(Record.first_day == place.first_day, within_day))
    return and_(Record.last_day >= place.last_day, or_(Record.last_day > place.last_day, of_day))


def _attributed_to(word: Attribution) -> ColumnElement[bool]:
    return CitationAttribution.attribution == word


def _proposal_of_term() -> Any:
    return (
        select(Term.proposal)
        .where(Term.negotiation == Record.negotiation, Term.id == Record.id)
        .correlate(Record)
        .scalar_subquery()
    )


def _sides(lines: Sequence[CitationLine], actors: Sequence[str]) -> list[Side]:
    """The evidence for each actor, those together for whom it is the same."""
    if not actors:
        return [Side((), evidence(lines, None))]
    found: list[Side] = []
    for actor in actors:
        seen = evidence(lines, actor)
        for place, side in enumerate(found):
            if side.evidence == seen:
                found[place] = Side((*side.actors, actor), seen)
                break
        else:
            found.append(Side((actor,), seen))
    return found


def _seen_from_nobody(lines: Sequence[CitationLine], roster: Roster) -> list[CitationLine]:
    """Citations of a remark about the process: who speaks, seen from no party."""
    return [replace(line, coded=attribution(line.speakers, line.coded, None, roster)) for line in lines]
