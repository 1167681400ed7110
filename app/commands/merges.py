"""What merging two records does beside the rows of the package: addresses, notes, texts (domain.md §7)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from app.commands.positions import count_change_days
from app.commands.records import NoSuchRecord
from app.db import WriteSession
from app.domain.vocabulary import RecordType
from app.models import Actor, PositionCell, ReaderNote, Record, Redirect, Source, SourceText
from app.models.visibility import open_to, published


def require_mergeable(
    session: WriteSession, negotiation: str, noun: str, record: str, into: str, *, account: int, edits: bool
) -> None:
    """An editor may merge what they may see into what readers see. Raises NoSuchRecord."""
    if noun == "actor":
        model: Any = Actor
        gone: list[Any] = []
        kept: list[Any] = []
    else:
        model = Source if noun == "source" else Record
        of_type = [Record.type == RecordType.DEMAND] if noun == "demand" else []
        gone = [*of_type, open_to(model, account, edits=edits)]
        kept = [*of_type, published(model)]
    for id_, rules in ((record, gone), (into, kept)):
        found = select(model.id).where(model.negotiation == negotiation, model.id == id_, *rules)
        if session.scalar(found) is None:
            raise NoSuchRecord(id_)


def begin_merge(session: WriteSession, negotiation: str, noun: str, record: str, into: str) -> None:
    """Move what belongs to a record beside its rows: its readers' notes, its stored text, its cells."""
    if noun == "demand":
        session.execute(
            update(ReaderNote)
            .where(
                ReaderNote.negotiation == negotiation,
                ReaderNote.type == RecordType.DEMAND,
                ReaderNote.record == record,
            )
            .values(record=into)
        )
    elif noun == "source":
        _move_texts(session, negotiation, record, into)
    else:
        # They are computed anew for whoever holds them now.
        session.execute(
            delete(PositionCell).where(PositionCell.negotiation == negotiation, PositionCell.holder == record)
        )


def _move_texts(session: WriteSession, negotiation: str, source: str, into: str) -> None:
    """The texts of a source, as older versions of the text that the other has."""
    of_source = (SourceText.negotiation == negotiation, SourceText.source == source)
    of_other = (SourceText.negotiation == negotiation, SourceText.source == into)
    moved = session.scalar(select(func.max(SourceText.number)).where(*of_source)) or 0
    if not moved:
        return
    for number in session.scalars(
        select(SourceText.number).where(*of_other).order_by(SourceText.number.desc())
    ).all():
        session.execute(
            update(SourceText).where(*of_other, SourceText.number == number).values(number=number + moved)
        )
    session.execute(update(SourceText).where(*of_source).values(source=into))


def end_merge(session: WriteSession, negotiation: str, gone: Mapping[tuple[str, str], str]) -> None:
    """Let the addresses of what is gone lead to what stands in its place; no id is given again."""
    session.execute(
        insert(Redirect),
        [
            {"negotiation": negotiation, "noun": noun, "record": record, "into": into}
            for (noun, record), into in gone.items()
        ],
    )
    count_change_days(session, negotiation)
