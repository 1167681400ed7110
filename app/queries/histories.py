"""The history of a record: every revision of it and of what belongs to it, for editors (domain.md §7, §8)."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.db import ReadSession
from app.domain.redirects import Redirects, along
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import (
    Account,
    Citation,
    Coverage,
    Link,
    Participant,
    Record,
    Revision,
    ScaleRung,
    Source,
    Term,
)
from app.models.loading import load_redirects
from app.queries.accounts import Person
from app.queries.entries import editable, plain_row
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.visibility import NoSuchRecord, open_to

PAGE = 50

# The noun of each kind of record that has a history, by the plural that is in its address.
NOUNS: Mapping[str, str] = {f"{type_.value}s": type_.value for type_ in RecordType} | {
    "sources": "source",
    "actors": "actor",
    "issues": "issue",
}

# What of a history can be brought back as it was: rows of these nouns.
RESTORABLE = (*(type_.value for type_ in RecordType), "citation", "source", "actor", "issue", "participant")

# Revisions whose ``after`` is no row.
_NO_ROW = ("redact", "merge", "reorder")

# A record or what belongs to it: its noun, and its id or number.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One revision. ``erased`` are the places of it that were blanked: ``after.quote``, ``reason``."""

    number: int
    recorded_at: datetime
    person: str | None
    action: str
    noun: str
    record: str
    reason: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    erased: frozenset[str]

    @property
    def key(self) -> Key:
        return self.noun, self.record

    @property
    def row(self) -> Mapping[str, str]:
        """The row that it left; empty where it left none."""
        if self.action in _NO_ROW:
            return {}
        return {name: value for name, value in self.after.items() if name != "review"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A record, or what belongs to one, as it is now; ``seen`` is its newest revision."""

    row: Mapping[str, str]
    status: ReviewStatus
    seen: int


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in rows stand for: reports by outlet and date, records by their words."""

    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    records: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """``subjects`` are the record and what belongs to it, as they are now; ``older`` is where the next page
    begins; ``merged`` the records that were merged into this one."""

    negotiation: NegotiationHead
    cast: Cast
    noun: str
    record: str
    words: str
    status: ReviewStatus
    steps: Sequence[Step]
    older: int | None
    subjects: Mapping[Key, Subject]
    names: Names
    merged: Sequence[str]

    def can_restore(self, step: Step) -> bool:
        """Whether what a revision left can be brought back: it is not so now, and nobody took it out.

        What was retracted comes back as it was; what belongs to a retracted record, only after it.
        """
        now = self.subjects.get(step.key)
        is_itself = step.key == (self.noun, self.record)
        if now is None or step.noun not in RESTORABLE:
            return False
        if self.status is ReviewStatus.RETRACTED and not is_itself:
            return False
        if now.status is ReviewStatus.RETRACTED:
            return step.action == "retract"
        return bool(step.row) and step.row != now.row


def history_page(
    session: ReadSession,
    negotiation: str,
    plural: str,
    record: str,
    person: Person,
    *,
    before: int | None = None,
    only: int | None = None,
    most: int = PAGE,
) -> HistoryPage:
    """The revisions of a record and of its citations, links and terms, the newest first, ``most`` of them.

    ``before`` is the revision behind which the page begins; ``only`` asks for one revision. Raises
    NoSuchRecord, also where there is none of this number.
    """
    head, cast = negotiation_head(session, negotiation), cast_of(session, negotiation)
    noun = NOUNS[plural]
    status, words = _head(session, negotiation, noun, record, person, cast)
    redirects = load_redirects(session, negotiation)
    keys = _keys(session, negotiation, noun, record, person, redirects)
    wanted = [Revision.negotiation == negotiation, tuple_(Revision.noun, Revision.record).in_(sorted(keys))]
    if only is not None:
        wanted.append(Revision.number == only)
    elif before is not None:
        wanted.append(Revision.number < before)
    rows = session.execute(
        select(
            Revision.number,
            Revision.recorded_at,
            Account.name,
            Revision.action,
            Revision.noun,
            Revision.record,
            Revision.reason,
            Revision.before,
            Revision.after,
            Revision.erased,
        )
        .outerjoin(Account, Account.id == Revision.account)
        .where(*wanted)
        .order_by(Revision.number.desc())
        .limit(most + 1)
    ).all()
    if only is not None and not rows:
        raise NoSuchRecord(str(only))
    steps = [_step(*row) for row in rows[:most]]
    shown = {step.key for step in steps}
    return HistoryPage(
        negotiation=head,
        cast=cast,
        noun=noun,
        record=record,
        words=words,
        status=status,
        steps=steps,
        older=steps[-1].number if len(rows) > most else None,
        subjects=_subjects(session, negotiation, shown),
        names=_names(session, negotiation, steps, person),
        merged=list(along(redirects, noun, record))[1:],
    )


def _step(number: int, at: datetime, person: str | None, action: str, *rest: Any) -> Step:
    noun, record, reason, before, after, erased = rest
    was, is_ = json.loads(before or "{}"), json.loads(after or "{}")
    return Step(
        number, at, person, action, noun, record, reason, was, is_, frozenset(json.loads(erased or "{}"))
    )


def _head(
    session: ReadSession, negotiation: str, noun: str, record: str, person: Person, cast: Cast
) -> tuple[ReviewStatus, str]:
    """How far a record has come, and its words. Raises NoSuchRecord where this person may not work on it."""
    if noun == "actor" and record in cast.actors:
        return ReviewStatus.PUBLISHED, cast.actors[record].name
    if noun == "issue" and record in cast.issues:
        return ReviewStatus.PUBLISHED, cast.issues[record].title
    if noun == "source":
        found = session.execute(
            select(Source.review_status, Source.title, Source.outlet).where(
                Source.negotiation == negotiation,
                Source.id == record,
                open_to(Source, person.account, edits=person.edits),
            )
        ).first()
        if found:
            return found.review_status, found.title or found.outlet
    if noun in set(RecordType):
        held = editable(session, negotiation, RecordType(noun), record, person, retracted=True)
        row = held.row
        return held.status, row.get("title") or row.get("summary") or row.get("response", "")
    raise NoSuchRecord(f"{noun}/{record}")


def _keys(
    session: ReadSession, negotiation: str, noun: str, record: str, person: Person, redirects: Redirects
) -> set[Key]:
    """The nouns and ids under which revisions of a record and of what belongs to it are found.

    Drafts of others are no part of it.
    """
    ids = list(along(redirects, noun, record))
    keys = {(noun, id_) for id_ in ids}
    if noun in set(RecordType):
        subjects = [(noun, id_) for id_ in ids]
        if noun == "proposal":
            # Those that were taken out too.
            terms = session.scalars(
                select(Term.id).where(Term.negotiation == negotiation, Term.proposal.in_(ids))
            )
            subjects += [("term", term) for term in terms]
        keys |= set(subjects)
        cites = and_(_cites(subjects), _open(Citation, person))
        keys |= _numbered(session, negotiation, "citation", Citation, cites, redirects)
    if noun == "demand":
        links = and_(
            or_(Link.from_demand.in_(ids), Link.to_demand.in_(ids)),
            *(_demand_is_open(end, person) for end in (Link.from_demand, Link.to_demand)),
        )
        keys |= _numbered(session, negotiation, "link", Link, links, redirects)
        keys |= _former_links(session, negotiation, ids)
    elif noun == "actor":
        keys |= _numbered(
            session, negotiation, "participant", Participant, Participant.actor.in_(ids), redirects
        )
        keys |= _numbered(session, negotiation, "coverage", Coverage, Coverage.actor.in_(ids), redirects)
    elif noun == "issue":
        # A scale is recorded under its issue.
        keys |= {("scale", id_) for id_ in ids}
    elif noun == "source":
        keys |= {("text", id_) for id_ in ids}
    return keys


def _open(model: Any, person: Person) -> Any:
    """What this person may work on, and what was retracted."""
    may = open_to(model, person.account, edits=person.edits)
    return or_(may, model.review_status == ReviewStatus.RETRACTED)


def _demand_is_open(id_: Any, person: Person) -> Any:
    demand = aliased(Record)
    return exists(
        select(1).where(
            demand.negotiation == Link.negotiation,
            demand.type == RecordType.DEMAND,
            demand.id == id_,
            _open(demand, person),
        )
    )


def _cites(subjects: Iterable[Key]) -> Any:
    return tuple_(Citation.subject_type, Citation.subject).in_(
        [(RecordType(noun), id_) for noun, id_ in subjects]
    )


def _numbered(
    session: ReadSession, negotiation: str, noun: str, model: Any, which: Any, redirects: Redirects
) -> set[Key]:
    """What belongs to a record and has a number of its own; those that coincided with one of them too."""
    numbers = session.scalars(select(model.number).where(model.negotiation == negotiation, which))
    return {(noun, id_) for number in numbers for id_ in along(redirects, noun, str(number))}


def _former_links(session: ReadSession, negotiation: str, demands: Sequence[str]) -> set[Key]:
    """Links of these demands that there are none of any more: they are known by their last revision alone."""
    rows = session.execute(
        select(Revision.record, Revision.before).where(
            Revision.negotiation == negotiation,
            Revision.noun == "link",
            Revision.action.in_(("remove", "merge")),
        )
    )
    ends = ((record, json.loads(before or "{}")) for record, before in rows)
    return {("link", record) for record, row in ends if {row.get("from"), row.get("to")} & set(demands)}


# --- As things are now -----------------------------------------------------------------------------------


def _subjects(session: ReadSession, negotiation: str, keys: Collection[Key]) -> dict[Key, Subject]:
    """These records as they were last recorded, and how far they have come; merged ones are left out."""
    if not keys:
        return {}
    statuses = _statuses(session, negotiation, keys)
    of_these = and_(
        Revision.negotiation == negotiation, tuple_(Revision.noun, Revision.record).in_(sorted(keys))
    )
    seen = {
        (noun, record): number
        for noun, record, number in session.execute(
            select(Revision.noun, Revision.record, func.max(Revision.number))
            .where(of_these)
            .group_by(Revision.noun, Revision.record)
        )
    }
    last = (
        select(func.max(Revision.number))
        .where(of_these, Revision.action != "redact")
        .group_by(Revision.noun, Revision.record)
    )
    rows = session.execute(
        select(Revision.noun, Revision.record, Revision.after).where(
            Revision.negotiation == negotiation,
            Revision.number.in_(last),
            Revision.action.not_in(("merge", "remove", "discard")),
        )
    )
    return {
        (noun, record): Subject(
            plain_row(after), statuses.get((noun, record), ReviewStatus.PUBLISHED), seen[noun, record]
        )
        for noun, record, after in rows
    }


def _statuses(session: ReadSession, negotiation: str, keys: Collection[Key]) -> dict[Key, ReviewStatus]:
    records = [(RecordType(noun), id_) for noun, id_ in keys if noun in set(RecordType)]
    numbers = [int(id_) for noun, id_ in keys if noun == "citation"]
    sources = [id_ for noun, id_ in keys if noun == "source"]
    found: dict[Key, ReviewStatus] = {}
    for type_, id_, status in session.execute(
        select(Record.type, Record.id, Record.review_status).where(
            Record.negotiation == negotiation, tuple_(Record.type, Record.id).in_(records)
        )
    ):
        found[type_.value, id_] = status
    for number, status in session.execute(
        select(Citation.number, Citation.review_status).where(
            Citation.negotiation == negotiation, Citation.number.in_(numbers)
        )
    ):
        found["citation", str(number)] = status
    for id_, status in session.execute(
        select(Source.id, Source.review_status).where(
            Source.negotiation == negotiation, Source.id.in_(sources)
        )
    ):
        found["source", id_] = status
    return found


# The records that the columns of a row name, beside actors and issues.
_NAMED = {"proposal": "proposal", "amends": "proposal", "term": "term", "overtaken_by": "event"}


def _names(session: ReadSession, negotiation: str, steps: Sequence[Step], person: Person) -> Names:
    """What the ids in these revisions stand for, as far as there is still something to show."""
    sources: set[str] = set()
    records = {step.key for step in steps if step.noun in set(RecordType)}
    for step in steps:
        if step.action == "merge" and "merged_into" in step.after:
            records.add((step.noun, step.after["merged_into"]))
        for row in (step.before, step.after):
            of_sources, of_records = _named(step.noun, row)
            sources |= of_sources
            records |= of_records
    return _read_names(session, negotiation, sources, records, person)


def names_of(
    session: ReadSession, negotiation: str, rows: Sequence[Mapping[str, str]], person: Person
) -> Names:
    """What the ids in the rows of a record stand for."""
    named = [_named("", row) for row in rows]
    return _read_names(
        session,
        negotiation,
        {source for sources, _ in named for source in sources},
        {record for _, records in named for record in records},
        person,
    )


def _named(noun: str, row: Mapping[str, Any]) -> tuple[set[str], set[Key]]:
    """The sources and the records that a row names."""
    sources = {row[name] for name in ("source", *(["origin"] if noun == "source" else [])) if name in row}
    records = {(type_, row[name]) for name, type_ in _NAMED.items() if name in row}
    if noun == "link":
        records |= {("demand", row[name]) for name in ("from", "to") if name in row}
    return sources, records


def _read_names(
    session: ReadSession, negotiation: str, sources: Collection[str], records: Collection[Key], person: Person
) -> Names:
    found: dict[str, tuple[str, str]] = {}
    for id_, outlet, published in session.execute(
        select(Source.id, Source.outlet, Source.published).where(
            Source.negotiation == negotiation, Source.id.in_(sources), _open(Source, person)
        )
    ):
        found[id_] = (outlet, published)
    named: dict[Key, str] = {}
    pairs = [(RecordType(noun), id_) for noun, id_ in records if noun in set(RecordType)]
    for type_, id_, title, summary in session.execute(
        select(Record.type, Record.id, Record.title, Record.summary).where(
            Record.negotiation == negotiation,
            tuple_(Record.type, Record.id).in_(pairs),
            _open(Record, person),
        )
    ):
        named[type_.value, id_] = title or summary or ""
    return Names(found, named)


def row_at(session: ReadSession, negotiation: str, noun: str, record: str, number: int) -> dict[str, str]:
    """A row as it stood at a revision of the negotiation; empty where it was not there yet."""
    text = session.scalars(
        select(Revision.after)
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == noun,
            Revision.record == record,
            Revision.number <= number,
            Revision.action.not_in(_NO_ROW),
        )
        .order_by(Revision.number.desc())
        .limit(1)
    ).first()
    return plain_row(text)


def terms_at(session: ReadSession, negotiation: str, proposal: str, number: int) -> dict[str, dict[str, str]]:
    """The terms of a proposal as they stood at a revision of the negotiation, by their ids."""
    terms = session.scalars(select(Term.id).where(Term.negotiation == negotiation, Term.proposal == proposal))
    rows = {term: row_at(session, negotiation, "term", term, number) for term in terms}
    return {term: row for term, row in rows.items() if row}


def rung_exists(session: ReadSession, negotiation: str, issue: str, row: Mapping[str, str]) -> bool:
    """Whether the rungs are there on which a row is placed."""
    found = session.scalars(
        select(ScaleRung.rung).where(
            ScaleRung.negotiation == negotiation,
            ScaleRung.issue == issue,
            ScaleRung.version == int(row["scale_version"]),
        )
    ).all()
    return {int(row["rung_min"]), int(row["rung_max"])} <= set(found)


def proposal_of(session: ReadSession, negotiation: str, term: str) -> str:
    """The proposal that a term is of. Raises NoSuchRecord."""
    found = session.scalar(select(Term.proposal).where(Term.negotiation == negotiation, Term.id == term))
    if found is None:
        raise NoSuchRecord(term)
    return found


def subject_of(session: ReadSession, negotiation: str, number: int) -> tuple[str, str]:
    """The plural and the id of the record that a citation is of. Raises NoSuchRecord."""
    found = session.execute(
        select(Citation.subject_type, Citation.subject).where(
            Citation.negotiation == negotiation, Citation.number == number
        )
    ).first()
    if found is None:
        raise NoSuchRecord(str(number))
    return f"{found.subject_type.value}s", found.subject
