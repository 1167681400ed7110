"""Negotiations as a whole: storing a package that has been found valid."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import literal, select, text, update

from app.commands import revisions
from app.commands.batches import (
    Batch,
    Row,
    delete_rows,
    gather_statistics,
    insert_rows,
    read_rows,
    update_rows,
)
from app.commands.derived import derive
from app.commands.positions import rebuild_cells
from app.commands.searches import index_negotiation
from app.db import WriteSession
from app.domain.vocabulary import ReviewStatus
from app.models import Citation, Negotiation, Record, Response, Source, Term
from app.models.joins import cites
from app.models.visibility import published

Progress = Callable[[str, int, int], None]

# The noun of each file of a package, as revisions name it.
NOUNS = {
    "negotiation": "negotiation",
    "actors": "actor",
    "participants": "participant",
    "issues": "issue",
    "scales": "scale",
    "sources": "source",
    "demands": "demand",
    "links": "link",
    "proposals": "proposal",
    "terms": "term",
    "responses": "response",
    "remarks": "remark",
    "events": "event",
    "citations": "citation",
    "coverage": "coverage",
}


# From so many changes on, the database is told to count its rows anew.
MANY = 100


class Entry(NamedTuple):
    """A row of a package as it is to be stored: column by column, empty ones left out.

    ``before`` is what is stored now, None where the row is new. ``number`` identifies a row that has
    no id, and is 0 for others.
    """

    row: Mapping[str, str]
    before: Mapping[str, str] | None = None
    number: int = 0


Tables = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``revision`` is the negotiation's, raised by one where anything changed."""

    negotiation: str
    created: int
    changed: int
    reordered: bool
    revision: int


def store_negotiation(
    session: WriteSession,
    tables: Tables,
    *,
    now: datetime,
    reordered: Mapping[str, Sequence[str]] | None = None,
    account: int | None = None,
    reason: str = "import",
    action: str = "edit",
    gone: Sequence[revisions.Change] = (),
    progress: Progress | None = None,
) -> Imported:
    """Store the whole of a negotiation: every row of its package, in order, those stored before included.

    What differs is written, everything that is derived is derived anew, each created or changed row is
    one revision, and one more says that the order of rows already there was changed: ``reordered`` has
    the files concerned. ``action`` is what revisions call a change, ``gone`` are those of rows that are not
    in the tables any more. The tables must have been found valid.
    """
    negotiation = tables["negotiation"][0].row["id"]
    fresh = tables["negotiation"][0].before is None
    batches = derive(
        negotiation,
        {name: [(e.row, e.number) for e in entries] for name, entries in tables.items()},
        set() if fresh else unpublished_citations(session, negotiation),
    )
    _synchronise(session, negotiation, batches, fresh=fresh, progress=progress)
    changes = list(_with_reviews(session, negotiation, _changes(tables, reason, action))) + list(gone)
    created = sum(change.before is None for change in changes)
    changed = len(changes) - created
    if reordered:
        changes.append(revisions.Change("reorder", "negotiation", negotiation, None, dict(reordered), reason))
    if changes:
        revisions.append(session, negotiation, changes, now=now, account=account)
        session.execute(
            update(Negotiation).where(Negotiation.id == negotiation).values(revision=Negotiation.revision + 1)
        )
        gather_statistics(session, batches)
        rebuild_cells(session, negotiation, progress=progress)
        index_negotiation(session, negotiation)
    if len(changes) >= MANY:
        # Without statistics of its own a database that has just been filled plans its reads badly.
        session.execute(text("ANALYZE"))
    stored = session.get_one(Negotiation, negotiation, populate_existing=True)
    return Imported(negotiation, created, changed, bool(reordered), stored.revision)


def unpublished_citations(session: WriteSession, negotiation: str) -> set[int]:
    """The numbers of citations of published records that readers do not see."""
    return set(
        session.scalars(
            select(Citation.number)
            .join(Record, cites())
            .where(
                Citation.negotiation == negotiation,
                ~published(Citation),
                Record.review_status == ReviewStatus.PUBLISHED,
            )
        )
    )


def _with_reviews(
    session: WriteSession, negotiation: str, changes: Iterable[revisions.Change]
) -> Iterator[revisions.Change]:
    """The changes with how far each row has come, where it is not published."""
    statuses: dict[tuple[str, str], ReviewStatus] = {}
    for model, noun, id_ in (
        (Record, Record.type, Record.id),
        (Citation, literal("citation"), Citation.number),
        (Source, literal("source"), Source.id),
    ):
        status: Any = model.review_status
        for of, row, its in session.execute(
            select(noun, id_, status).where(
                model.negotiation == negotiation, status != ReviewStatus.PUBLISHED
            )
        ):
            statuses[str(of), str(row)] = its
    for change in changes:
        known = statuses.get((change.noun, change.record))
        if known is None:
            yield change
            continue
        beside = {"review": known.value}
        before = None if change.before is None else {**change.before, **beside}
        after = None if change.after is None else {**change.after, **beside}
        yield replace(change, before=before, after=after)


def _changes(tables: Tables, reason: str, action: str) -> Iterator[revisions.Change]:
    for name, entries in tables.items():
        noun = NOUNS[name]
        for row, before, number in entries:
            if row != before:
                yield revisions.Change(
                    "create" if before is None else action,
                    noun,
                    # A rung is found under its issue: it has neither an id nor a number of its own.
                    row["id"] if "id" in row else str(number) if number else row["issue"],
                    before,
                    row,
                    reason,
                )


def _synchronise(
    session: WriteSession,
    negotiation: str,
    batches: Sequence[Batch],
    *,
    fresh: bool,
    progress: Progress | None,
) -> None:
    """Write what differs, table by table: a row refers to its own table and to those before it only."""
    gone: list[tuple[Batch, list[Row]]] = []
    for done, batch in enumerate(batches):
        if fresh:
            insert_rows(session, batch)
        else:
            length = batch.key_length
            stored = {row[:length]: row for row in read_rows(session, batch, negotiation)}
            changed = [row for row in batch.rows if stored.get(row[:length], row) != row]
            if batch.model is Term:
                _untie_responses(session, negotiation, [row[1] for row in changed])
            insert_rows(session, batch, [row for row in batch.rows if row[:length] not in stored])
            update_rows(session, batch, changed)
            keys = {row[:length] for row in batch.rows}
            gone.append((batch, [key for key in stored if key not in keys]))
        if progress:
            progress("records", done + 1, len(batches))
    for batch, keys_gone in reversed(gone):
        delete_rows(session, batch, keys_gone)


def _untie_responses(session: WriteSession, negotiation: str, terms: Sequence[str]) -> None:
    """Part responses from terms that change, so that both may move to another proposal.

    They differ then from what they shall be, and are tied again when their turn comes.
    """
    for term in terms:
        session.execute(
            update(Response)
            .where(Response.negotiation == negotiation, Response.term == term)
            .values(term=None)
        )
