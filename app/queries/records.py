"""Records of any type as a line: what readers see of them wherever they are listed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.db import ReadSession
from app.domain.vocabulary import Basis, Outcome, RecordGrade, RecordType
from app.models import Demand, Event, Proposal, Record, RecordActor, RecordIssue, Response, Term
from app.queries.citations import Subject, among
from app.queries.visibility import NoSuchRecord, published


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record. ``proposal`` is the package that it belongs to, answers or speaks about; the rungs are
    where an editor placed it on a version of the scale of its one issue, if anywhere.
    """

    type: RecordType
    id: str
    kind: str | None
    title: str | None
    summary: str | None
    dated: str
    first_day: str
    last_day: str
    reported_on: str
    proposal: str | None
    term: str | None
    phase: str | None
    quantity: str | None
    quantity_min: float | None
    quantity_max: float | None
    unit: str | None
    condition: str | None
    deadline: str | None
    grade: RecordGrade | None
    overtaken_by: str | None
    ends: str | None
    place: str | None
    ended: str | None
    outcome: Outcome | None
    amends: str | None
    scale_version: int | None
    rung_min: int | None
    rung_max: int | None
    placement_reason: str | None

    @property
    def subject(self) -> Subject:
        return (self.type, self.id)

    @property
    def words(self) -> str:
        return self.summary or self.title or ""


def record_lines() -> Select[*tuple[Any, ...]]:
    """Published records with what their own noun knows; the columns are those of RecordLine."""
    return (
        select(
            Record.type,
            Record.id,
            Record.kind,
            Record.title,
            Record.summary,
            Record.dated,
            Record.first_day,
            Record.last_day,
            Record.reported_on,
            func.coalesce(Demand.proposal, Term.proposal, Response.proposal),
            Response.term,
            Term.phase,
            func.coalesce(Demand.quantity, Term.quantity),
            func.coalesce(Demand.quantity_min, Term.quantity_min),
            func.coalesce(Demand.quantity_max, Term.quantity_max),
            func.coalesce(Demand.unit, Term.unit),
            func.coalesce(Demand.condition, Term.condition),
            Demand.deadline,
            Demand.grade,
            Demand.overtaken_by,
            Event.ends,
            Event.place,
            Proposal.ended,
            Proposal.outcome,
            Proposal.amends,
            func.coalesce(Demand.scale_version, Term.scale_version),
            func.coalesce(Demand.rung_min, Term.rung_min),
            func.coalesce(Demand.rung_max, Term.rung_max),
            func.coalesce(Demand.placement_reason, Term.placement_reason),
        )
        .select_from(Record)
        .outerjoin(Demand, _same(Demand, RecordType.DEMAND))
        .outerjoin(Term, _same(Term, RecordType.TERM))
        .outerjoin(Response, _same(Response, RecordType.RESPONSE))
        .outerjoin(Event, _same(Event, RecordType.EVENT))
        .outerjoin(Proposal, _same(Proposal, RecordType.PROPOSAL))
        .where(published(Record))
    )


def _same(noun: Any, record_type: RecordType) -> ColumnElement[bool]:
    return and_(Record.type == record_type, noun.negotiation == Record.negotiation, noun.id == Record.id)


def of_subjects(model: Any, record: str, subjects: Iterable[Subject]) -> ColumnElement[bool]:
    """The rows of a table that belong to these records; ``record`` is its column with the record's id."""
    return among(subjects, model.type, getattr(model, record))


def records_of(
    session: ReadSession, negotiation: str, subjects: Iterable[Subject]
) -> dict[Subject, RecordLine]:
    """These records, as far as they are published."""
    subjects = list(subjects)
    if not subjects:
        return {}
    rows = session.execute(
        record_lines().where(Record.negotiation == negotiation, of_subjects(Record, "id", subjects))
    )
    lines = [RecordLine(*row) for row in rows]
    return {line.subject: line for line in lines}


def known_by(on: date, basis: Basis, *, record: Any = Record) -> ColumnElement[bool]:
    """Whether a record is visible on the day (domain.md §3)."""
    day = on.isoformat()
    if basis is Basis.STATED:
        return and_(record.stated_by <= day, record.last_day <= day)
    # No record is printed before its last possible day, so the index by days narrows this down.
    return and_(record.reported_on <= day, record.last_day <= day)


def is_known(record: RecordLine, on: date, basis: Basis, *, possible: bool = False) -> bool:
    """The same of a record in hand, a term aside; with ``possible``, also where it only may be by then."""
    day = on.isoformat()
    if basis is Basis.STATED:
        return (record.first_day if possible else record.last_day) <= day
    return record.reported_on <= day


def known_of(
    session: ReadSession, negotiation: str, subjects: Iterable[Subject], on: date, basis: Basis
) -> frozenset[Subject]:
    """Those of these records that readers may be told of on the day."""
    subjects = list(subjects)
    if not subjects:
        return frozenset()
    known = select(Record.type, Record.id).where(
        Record.negotiation == negotiation,
        of_subjects(Record, "id", subjects),
        published(Record),
        known_by(on, basis),
    )
    return frozenset((kind, record) for kind, record in session.execute(known))


@dataclass(frozen=True, slots=True)
class Sight:
    """The day as of which one record is shown: that of the view, or the first on which it is known.

    ``is_later`` says that it was not known yet on the day of the view, ``is_possible`` that its date does
    not say whether it was.
    """

    on: date
    is_later: bool
    is_possible: bool


def sight(record: RecordLine, on: date, basis: Basis) -> Sight:
    """How a record is shown at its own address, which answers whatever the day of the view."""
    if is_known(record, on, basis):
        return Sight(on, False, False)
    known = record.last_day if basis is Basis.STATED else record.reported_on
    is_possible = is_known(record, on, basis, possible=True)
    return Sight(date.fromisoformat(known), not is_possible, is_possible)


def record_line(session: ReadSession, negotiation: str, kind: RecordType, record: str) -> RecordLine:
    """One record. Raises NoSuchRecord where there is none that readers may see."""
    found = records_of(session, negotiation, [(kind, record)])
    if not found:
        raise NoSuchRecord(f"{kind}/{record}")
    return found[kind, record]


def actors_of(
    session: ReadSession, negotiation: str, subjects: Iterable[Subject]
) -> dict[Subject, dict[str, list[str]]]:
    """The actors of these records by their part in them: holder, proposed_by, responds, about …"""
    found: dict[Subject, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    subjects = list(subjects)
    if not subjects:
        return {}
    rows = session.execute(
        select(RecordActor.type, RecordActor.record, RecordActor.part, RecordActor.actor)
        .where(RecordActor.negotiation == negotiation, of_subjects(RecordActor, "record", subjects))
        .order_by(RecordActor.type, RecordActor.record, RecordActor.part, RecordActor.ordinal)
    )
    for kind, record, part, actor in rows:
        found[RecordType(kind), record][part].append(actor)
    return {subject: dict(parts) for subject, parts in found.items()}


def issues_of(
    session: ReadSession, negotiation: str, subjects: Iterable[Subject]
) -> dict[Subject, list[str]]:
    """The issues of these records, in their order."""
    found: dict[Subject, list[str]] = defaultdict(list)
    subjects = list(subjects)
    if not subjects:
        return {}
    rows = session.execute(
        select(RecordIssue.type, RecordIssue.record, RecordIssue.issue)
        .where(RecordIssue.negotiation == negotiation, of_subjects(RecordIssue, "record", subjects))
        .order_by(RecordIssue.type, RecordIssue.record, RecordIssue.ordinal)
    )
    for kind, record, issue in rows:
        found[RecordType(kind), record].append(issue)
    return dict(found)
