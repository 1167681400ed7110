"""A negotiation as it stood at one of its revisions, stored in a database of its own, to be read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text, update

from app.commands.batches import Batch, insert_rows, uncollected
from app.commands.derived import Numbered, derive
from app.commands.positions import rebuild_cells
from app.commands.searches import index_negotiation
from app.db import WriteSession
from app.domain.vocabulary import Basis, RecordType, ReviewStatus
from app.models import Citation, Record, Redaction, Redirect

_REDACTION = ("negotiation", "number", "noun", "record", "field", "redacted_at")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of a package, file by file, as they were published or retracted by revision ``number``.

    ``retracted`` has the reason of every record that had been retracted, by type and id, ``citations`` the
    numbers of citations that had been. ``redirects`` are (noun, record, into) of those that were merged,
    ``blanked`` (negotiation, noun, record, field, moment) of what was blanked for somebody's safety, ever.
    """

    negotiation: str
    number: int
    tables: Mapping[str, Numbered]
    retracted: Mapping[tuple[RecordType, str], str | None] = field(default_factory=dict)
    citations: Sequence[int] = ()
    redirects: Sequence[tuple[str, str, str]] = ()
    blanked: Sequence[tuple[str, str, str, str, datetime]] = ()


def store_snapshot(session: WriteSession, snapshot: Snapshot) -> None:
    """Store a snapshot in an empty database, with everything that is derived; the caller commits.

    Its revisions are not stored, nor the people who made them; cells only as they are read.
    """
    negotiation = snapshot.negotiation
    with uncollected():
        for batch in derive(negotiation, snapshot.tables, _uncounted(snapshot)):
            insert_rows(session, batch)
        redirects = [(negotiation, *redirect) for redirect in snapshot.redirects]
        insert_rows(session, Batch(Redirect, ("negotiation", "noun", "record", "into"), redirects))
        blanked = [(of, number, *rest) for number, (of, *rest) in enumerate(snapshot.blanked, 1)]
        insert_rows(session, Batch(Redaction, _REDACTION, blanked))
        for (type_, record), reason in snapshot.retracted.items():
            session.execute(
                update(Record)
                .where(Record.negotiation == negotiation, Record.type == type_, Record.id == record)
                .values(review_status=ReviewStatus.RETRACTED, retraction_reason=reason)
            )
        for number in snapshot.citations:
            session.execute(
                update(Citation)
                .where(Citation.negotiation == negotiation, Citation.number == number)
                .values(review_status=ReviewStatus.RETRACTED)
            )
        rebuild_cells(session, negotiation, bases=[Basis.REPORTED])
        index_negotiation(session, negotiation)
    session.execute(text("ANALYZE"))


def _uncounted(snapshot: Snapshot) -> set[int]:
    """Retracted citations of records that are not: they move no date of theirs."""
    gone = set(snapshot.citations)
    return {
        number
        for row, number in snapshot.tables.get("citations", ())
        if number in gone and (RecordType(row["subject_type"]), row["subject"]) not in snapshot.retracted
    }
