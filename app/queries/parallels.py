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
from app.models import Demand, Record, RecordActor, RecordIssue, Response, Term
from app.queries.citations import Subject
from app.queries.negotiations import Cast
from app.queries.records import RecordLine, known_by, record_lines
from app.queries.scales import Placement, placements
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


def parallels(session: ReadSession, asked: Asked, before: Cursor | None, after: Cursor | None) -> Parallels:
    """A page of the histories, in a number of statements that does not grow."""
    above: str | None = before.last_day if before else None  # the oldest day of the page above this one
    if after and not before:
        found = _keys(session, asked, PAGE + 1, after=after)
        keys, newer, older = found[1:], len(found) > PAGE, True
    else:
        found = _keys(session, asked, PAGE + 1, before=before)
        keys, newer, older = found[:PAGE], before is not None, len(found) > PAGE
    if after and not newer and not before:
        # Nothing is newer than these: they are the first page, which is shown whole.
        return parallels(session, asked, None, None)
    if not keys:
        return Parallels(possible=_possible(session, asked, at_start=before is None))
    lines = {line.subject: line for line in _ends(session, asked, {found[0], keys[0], keys[-1]})}
    first, last = lines[keys[0]], lines[keys[-1]]
    if newer and above is None:
        above = lines[found[0]].last_day
    events = _events(session, asked, last.last_day if older else last.first_day, above)
    packages = [record for kind, record in keys if kind is RecordType.PROPOSAL]
    terms = _parts(session, asked, RecordType.TERM, packages)
    answers = _parts(session, asked, RecordType.RESPONSE, packages)
    subjects = [*keys, *(line.subject for line in (*terms, *answers)), *events[:MOST_EVENTS]]
    rows = rows_of(session, asked.negotiation, asked.cast, subjects, asked.on, asked.basis)
    by_subject = {row.record.subject: row for row in rows}
    shown = [by_subject[key] for key in (*keys, *events[:MOST_EVENTS]) if key in by_subject]
    return Parallels(
        rows=sorted(shown, key=_newest_first, reverse=True),
        packages=_packages(packages, by_subject, terms, answers),
        placed=_placed(session, asked.negotiation, [*keys, *(term.subject for term in terms)]),
        possible=_possible(session, asked, at_start=not newer),
        newer=_cursor(first) if newer else None,
        older=_cursor(last) if older else None,
        more_events=len(events) > MOST_EVENTS,
    )


def _cursor(line: RecordLine) -> Cursor:
    return Cursor(line.last_day, line.first_day, line.type, line.id)


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
) -> list[Subject]:
    """The records of the histories, newest first; ``after`` a place, the nearest to it."""
    wanted = _selected(asked).where(known_by(asked.on, asked.basis)).limit(limit)
    if before:
        wanted = wanted.where(older_than(before))
    if after:
        wanted = wanted.where(newer_than(after)).order_by(*OLDEST_FIRST)
        return [(kind, record) for kind, record in session.execute(wanted)][::-1]
    return [(kind, record) for kind, record in session.execute(wanted.order_by(*NEWEST_FIRST))]


def _selected(asked: Asked) -> Select[RecordType, str]:
    """What the parties hold, what is remarked, and the proposals that have a term on the issues."""
    held = exists(
        select(1).where(
            RecordActor.negotiation == Record.negotiation,
            RecordActor.type == Record.type,
            RecordActor.record == Record.id,
            RecordActor.part == "holder",
            RecordActor.actor.in_(asked.parties),
        )
    )
    on_issue = exists(
        select(1).where(
            RecordIssue.negotiation == Record.negotiation,
            RecordIssue.type == Record.type,
            RecordIssue.record == Record.id,
            RecordIssue.issue.in_(asked.issues),
        )
    )
    return select(Record.type, Record.id).where(
        Record.negotiation == asked.negotiation,
        published(Record),
        or_(
            and_(Record.type == RecordType.DEMAND, on_issue, held),
            and_(Record.type == RecordType.REMARK, on_issue),
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


def _ends(session: ReadSession, asked: Asked, ends: set[Subject]) -> list[RecordLine]:
    """The records by which the time of the page is known: its own first and last, and what is above it."""
    of_ends = or_(*(and_(Record.type == kind, Record.id == record) for kind, record in sorted(ends)))
    rows = session.execute(record_lines().where(Record.negotiation == asked.negotiation, of_ends))
    return [RecordLine(*row) for row in rows]


def _parts(session: ReadSession, asked: Asked, kind: RecordType, packages: Sequence[str]) -> list[RecordLine]:
    """The terms of these proposals on the issues, or the answers to them or to one of those terms."""
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


def _placed(session: ReadSession, negotiation: str, subjects: Sequence[Subject]) -> dict[Subject, Placement]:
    """Where these demands and terms are placed on a scale."""
    nouns: dict[RecordType, tuple[Any, Any]] = {
        RecordType.DEMAND: (Demand, Demand.placement_issue),
        RecordType.TERM: (Term, Term.issue),
    }
    found: dict[Subject, Placement] = {}
    for kind, (noun, issue) in nouns.items():
        ids = [record for of_kind, record in subjects if of_kind is kind]
        for record, placement in placements(session, negotiation, noun, ids, issue).items():
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
