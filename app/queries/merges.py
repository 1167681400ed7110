"""What may be merged into what, as an editor chooses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from app.db import ReadSession
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Citation, Record, RecordActor, RecordIssue, Source
from app.queries.accounts import Person
from app.queries.choices import source_choices
from app.queries.negotiations import NegotiationHead, cast_of, negotiation_head
from app.queries.visibility import NoSuchRecord, open_to, published


@dataclass(frozen=True, slots=True)
class MergeChoice:
    """A record that another may be merged into: its id, its words, and a date where it has one."""

    id: str
    words: str
    dated: str | None = None
    more: str = ""


@dataclass(frozen=True, slots=True)
class MergePage:
    """``record`` is the one that would go; ``choices`` what it may be merged into."""

    negotiation: NegotiationHead
    noun: str
    record: MergeChoice
    choices: Sequence[MergeChoice]


def merge_page(
    session: ReadSession, negotiation: str, noun: str, record: str, find: str, into: str, person: Person
) -> MergePage:
    """A record and what it may be merged into; sources are found by words. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    if noun == "actor":
        actors = {
            id_: MergeChoice(id_, one.name) for id_, one in cast_of(session, negotiation).actors.items()
        }
        if record not in actors:
            raise NoSuchRecord(record)
        others = [one for id_, one in actors.items() if id_ != record]
        return MergePage(head, noun, actors[record], others)
    if noun == "source":
        here = _source(session, negotiation, record, open_to(Source, person.account, edits=person.edits))
        found = [one.id for one in source_choices(session, negotiation, find, person)]
        chosen = [
            _source(session, negotiation, id_, published(Source)) for id_ in dict.fromkeys([*found, into])
        ]
        if here is None:
            raise NoSuchRecord(record)
        return MergePage(head, noun, here, [one for one in chosen if one and one.id != record])
    return MergePage(head, noun, *_demands(session, negotiation, record, person))


def _source(session: ReadSession, negotiation: str, source: str, may: Any) -> MergeChoice | None:
    row = session.execute(
        select(Source.id, Source.title, Source.outlet, Source.published, Source.url).where(
            Source.negotiation == negotiation, Source.id == source, may
        )
    ).first()
    if row is None:
        return None
    return MergeChoice(
        row.id, f"{row.outlet}: {row.title}" if row.title else row.outlet, row.published, row.url or ""
    )


def _demands(
    session: ReadSession, negotiation: str, demand: str, person: Person
) -> tuple[MergeChoice, list[MergeChoice]]:
    """A demand, and the published ones of the same holders on the same issues, the newest first."""
    columns = (Record.id, Record.summary, Record.dated)
    here = session.execute(
        select(*columns).where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            Record.id == demand,
            open_to(Record, person.account, edits=person.edits),
        )
    ).first()
    if here is None:
        raise NoSuchRecord(demand)
    same = [
        _has_same(RecordActor, RecordActor.actor, demand),
        _has_same(RecordIssue, RecordIssue.issue, demand),
    ]
    rows = session.execute(
        select(*columns)
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.DEMAND,
            Record.id != demand,
            published(Record),
            *same,
        )
        .order_by(Record.last_day.desc(), Record.id)
        .limit(200)
    )
    return _choice(here), [_choice(row) for row in rows]


def _choice(row: Any) -> MergeChoice:
    return MergeChoice(row.id, row.summary or "", row.dated)


def _has_same(model: Any, column: Any, demand: str) -> Any:
    """Whether a record has the very actors, or issues, of this demand."""
    theirs, its = aliased(model), aliased(model)
    value = column.key

    def missing(of: Any, whose: Any, other: Any, others: Any) -> Any:
        return ~exists(
            select(1).where(
                of.negotiation == Record.negotiation,
                of.type == "demand",
                of.record == whose,
                ~exists(
                    select(1).where(
                        other.negotiation == Record.negotiation,
                        other.type == "demand",
                        other.record == others,
                        getattr(other, value) == getattr(of, value),
                    )
                ),
            )
        )

    return and_(missing(theirs, Record.id, its, demand), missing(its, demand, theirs, Record.id))


def statuses_of(session: Session, negotiation: str, noun: str) -> dict[str, str]:
    """How far the records of a noun have come that are not published, by id or number."""
    if noun not in ("citation", "source", *RecordType):
        return {}
    model, id_, of_noun = _told_apart(noun)
    rows = session.execute(
        select(id_, model.review_status).where(
            model.negotiation == negotiation, model.review_status != ReviewStatus.PUBLISHED, *of_noun
        )
    )
    return {str(key): status.value for key, status in rows}


def hidden_from(session: ReadSession, negotiation: str, person: Person) -> set[tuple[str, str]]:
    """The drafts of others, by noun and id: no count tells of them (domain.md §8)."""
    found: set[tuple[str, str]] = set()
    for noun in ("citation", "source", *RecordType):
        model, id_, of_noun = _told_apart(noun)
        rows = session.scalars(
            select(id_).where(
                model.negotiation == negotiation,
                model.review_status == ReviewStatus.DRAFT,
                model.entered_by.is_distinct_from(person.account),
                *of_noun,
            )
        )
        found |= {(str(noun), str(key)) for key in rows}
    return found


def _told_apart(noun: str) -> tuple[Any, Any, list[Any]]:
    """The table of a noun that is reviewed, the column that tells its rows apart, and which rows it has."""
    if noun == "citation":
        return Citation, Citation.number, []
    if noun == "source":
        return Source, Source.id, []
    return Record, Record.id, [Record.type == RecordType(noun)]
