"""The histories of several parties on one issue side by side, a page at a time, newest first.

Between them stand the proposals with their terms on the issue, and the events of the same time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.vocabulary import Basis, RecordType
from app.forms.filters import Cursor
from app.models import Demand, Record, Response, Term
from app.models.joins import has_actor, is_on
from app.queries.citations import Subject
from app.queries.negotiations import Cast
from app.queries.records import RecordLine, known_by, record_lines
from app.queries.scales import Placement, Scale, placements
from app.queries.timeline import NEWEST_FIRST, OLDEST_FIRST, TimelineRow, newer_than, older_than, rows_of
from app.queries.visibility import published

# Demands, proposals and remarks; the events of the same time come on top.
PAGE = 40
MOST_EVENTS = 60


@dataclass(frozen=True, slots=True)
class Package:
    """A proposal with its terms on the issue, and how it or they were answered by the day."""

    terms: Sequence[TimelineRow]
    answers: Sequence[TimelineRow]


@dataclass(frozen=True, slots=True)
class Parallels:
    """A page of the histories. ``rows`` are records of every type, newest first; a proposal's terms and
    answers are in ``packages``, where a record is placed on a scale in ``placed``.

    ``newer`` and ``older`` are where the neighbouring pages begin.
    """

    rows: Sequence[TimelineRow] = ()
    packages: Mapping[str, Package] = field(default_factory=dict)
    placed: Mapping[Subject, Placement] = field(default_factory=dict)
    possible: Sequence[TimelineRow] = ()
    newer: Cursor | None = None
    older: Cursor | None = None
    more_events: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose histories on which issues, as of which day."""

    negotiation: str
    cast: Cast
    issues: Sequence[str]
    parties: Sequence[str]
    on: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class Histories:
    """Which records stand on a page of the histories, before they are read."""

    keys: Sequence[Subject] = ()
    events: Sequence[Subject] = ()
    terms: Sequence[RecordLine] = ()
    answers: Sequence[RecordLine] = ()
    newer: Cursor | None = None
    older: Cursor | None = None
    at_start: bool = True

    @property
    def subjects(self) -> list[Subject]:
        parts = (line.subject for line in (*self.terms, *self.answers))
        return [*self.keys, *parts, *self.events[:MOST_EVENTS]]


def find_histories(
    session: ReadSession, asked: Asked, before: Cursor | None, after: Cursor | None
) -> Histories:
    """What stands on a page of the histories, in a number of statements that does not grow."""
    above: str | None = before.last_day if before else None  # the oldest day of the page above this one
    if after and not before:
        found = _keys(session, asked, PAGE + 1, after=after)
        places, newer, older = found[1:], len(found) > PAGE, True
    else:
        found = _keys(session, asked, PAGE + 1, before=before)
        places, newer, older = found[:PAGE], before is not None, len(found) > PAGE
    if after and not newer and not before:
        # Nothing is newer than these: they are the first page, which is shown whole.
        return find_histories(session, asked, None, None)
    if not places:
        return Histories(at_start=before is None)
    first, last = places[0], places[-1]
    if newer and above is None:
        above = found[0].last_day
    packages = [place.id for place in places if place.type is RecordType.PROPOSAL]
    return Histories(
        keys=[(place.type, place.id) for place in places],
        events=_events(session, asked, last.last_day if older else last.first_day, above),
        terms=_parts(session, asked, RecordType.TERM, packages),
        answers=_parts(session, asked, RecordType.RESPONSE, packages),
        newer=first if newer else None,
        older=last if older else None,
        at_start=not newer,
    )


def parallels(
    session: ReadSession,
    asked: Asked,
    found: Histories,
    rows: Mapping[Subject, TimelineRow],
    scales: Mapping[str, Sequence[Scale]],
) -> Parallels:
    """A page of the histories, of rows that are read already."""
    packages = [record for kind, record in found.keys if kind is RecordType.PROPOSAL]
    shown = [rows[key] for key in (*found.keys, *found.events[:MOST_EVENTS]) if key in rows]
    placed = [*found.keys, *(term.subject for term in found.terms)]
    return Parallels(
        rows=sorted(shown, key=_newest_first, reverse=True),
        packages=_packages(packages, rows, found.terms, found.answers),
        placed=_placed(session, asked.negotiation, placed, scales),
        possible=_possible(session, asked, at_start=found.at_start),
        newer=found.newer,
        older=found.older,
        more_events=len(found.events) > MOST_EVENTS,
    )


def _newest_first(row: TimelineRow) -> tuple[str, str, bool]:
    """Of one date, what was said before what happened around it."""
    return (row.record.last_day, row.record.first_day, row.record.type is not RecordType.EVENT)


def _keys(
    session: ReadSession,
    asked: Asked,
    limit: int,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
) -> list[Cursor]:
    """The records of the histories, newest first; ``after`` a place, the nearest to it."""
    days = (Record.last_day, Record.first_day)
    known = known_by(asked.on, asked.basis)
    wanted: Select[Any] = _selected(asked).add_columns(*days).where(known).limit(limit)
    if before:
        wanted = wanted.where(older_than(before))
    if after:
        wanted = wanted.where(newer_than(after))
    ordered = wanted.order_by(*(OLDEST_FIRST if after else NEWEST_FIRST))
    places = [
        Cursor(last_day, first_day, kind, record)
        for kind, record, last_day, first_day in session.execute(ordered)
    ]
    return places[::-1] if after else places


def _selected(asked: Asked) -> Select[RecordType, str]:
    """What the parties hold, what is remarked, and the proposals that have a term on the issues."""
    return select(Record.type, Record.id).where(
        Record.negotiation == asked.negotiation,
        published(Record),
        or_(
            and_(Record.type == RecordType.DEMAND, is_on(asked.issues), has_actor("holder", asked.parties)),
            and_(Record.type == RecordType.REMARK, is_on(asked.issues)),
            and_(Record.type == RecordType.PROPOSAL, _has_term(asked)),
        ),
    )


def _has_term(asked: Asked) -> ColumnElement[bool]:
    """Whether a proposal has a term on the issues that is known by the day."""
    record = aliased(Record)
    return exists(
        select(1)
        .select_from(Term)
        .join(
            record,
            and_(
                record.negotiation == Term.negotiation,
                record.type == RecordType.TERM,
                record.id == Term.id,
            ),
        )
        .where(
            Term.negotiation == Record.negotiation,
            Term.proposal == Record.id,
            Term.issue.in_(asked.issues),
            published(record),
            known_by(asked.on, asked.basis, record=record),
        )
        .correlate(Record)
    )


def _parts(session: ReadSession, asked: Asked, kind: RecordType, packages: Sequence[str]) -> list[RecordLine]:
    """The terms of these proposals on the issues, or the answers to them or to one of those terms."""
    if not packages:
        return []
    if kind is RecordType.TERM:
        of_packages = and_(Term.proposal.in_(packages), Term.issue.in_(asked.issues))
    else:
        on_issue = select(Term.id).where(
            Term.negotiation == asked.negotiation, Term.issue.in_(asked.issues), published(Term)
        )
        of_packages = and_(
            Response.proposal.in_(packages), or_(Response.term.is_(None), Response.term.in_(on_issue))
        )
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == asked.negotiation,
            Record.type == kind,
            of_packages,
            known_by(asked.on, asked.basis),
        )
        .order_by(Record.last_day, Record.ordinal, Record.id)
    )
    return [RecordLine(*row) for row in rows]


def _packages(
    packages: Sequence[str],
    rows: Mapping[Subject, TimelineRow],
    terms: Sequence[RecordLine],
    answers: Sequence[RecordLine],
) -> dict[str, Package]:
    found: dict[str, tuple[list[TimelineRow], list[TimelineRow]]] = defaultdict(lambda: ([], []))
    for place, lines in enumerate((terms, answers)):
        for line in lines:
            if line.subject in rows:
                found[line.proposal or ""][place].append(rows[line.subject])
    return {package: Package(*found[package]) for package in packages}


def _placed(
    session: ReadSession,
    negotiation: str,
    subjects: Sequence[Subject],
    scales: Mapping[str, Sequence[Scale]],
) -> dict[Subject, Placement]:
    """Where these demands and terms are placed on a scale."""
    nouns: dict[RecordType, tuple[Any, Any]] = {
        RecordType.DEMAND: (Demand, Demand.placement_issue),
        RecordType.TERM: (Term, Term.issue),
    }
    found: dict[Subject, Placement] = {}
    for kind, (noun, issue) in nouns.items():
        ids = [record for of_kind, record in subjects if of_kind is kind]
        for record, placement in placements(session, negotiation, noun, ids, issue, scales).items():
            found[kind, record] = placement
    return found


def _events(session: ReadSession, asked: Asked, earliest: str, above: str | None) -> list[Subject]:
    """The events of the time of a page, newest first: from its earliest day on, and before the oldest of
    the page above.

    So each stands on one page only.
    """
    wanted = (
        select(Record.type, Record.id)
        .where(
            Record.negotiation == asked.negotiation,
            Record.type == RecordType.EVENT,
            published(Record),
            known_by(asked.on, asked.basis),
            Record.last_day >= earliest,
        )
        .order_by(*NEWEST_FIRST)
        .limit(MOST_EVENTS + 1)
    )
    if above is not None:
        wanted = wanted.where(Record.last_day < above)
    return [(kind, record) for kind, record in session.execute(wanted)]


def _possible(session: ReadSession, asked: Asked, *, at_start: bool) -> list[TimelineRow]:
    """With hindsight, the records of which their dates do not say whether they are by the day."""
    if asked.basis is not Basis.STATED or not at_start:
        return []
    day = asked.on.isoformat()
    wanted = (
        _selected(asked)
        .where(Record.first_day <= day, Record.first_day < Record.last_day, Record.stated_by > day)
        .order_by(*NEWEST_FIRST)
        .limit(PAGE)
    )
    keys = [(kind, record) for kind, record in session.execute(wanted)]
    rows = rows_of(session, asked.negotiation, asked.cast, keys, asked.on, asked.basis, possible=True)
    return [row for row in rows if row.evidence.reports]
