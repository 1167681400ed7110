"""Proposals that a column asks for by what they are on the day, not by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, select

from app.db import ReadSession
from app.domain.dates import parse_edtf
from app.domain.vocabulary import Basis, Outcome, RecordType
from app.forms.filters import Latest
from app.models import Proposal, Record, RecordActor
from app.queries.negotiations import Cast
from app.queries.proposal_columns import is_supported, latest_proposal
from app.queries.records import known_by
from app.queries.visibility import published

# How a text ends that was agreed, and not taken back since.
AGREED = (Outcome.AGREED, Outcome.IMPLEMENTED)


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A column for which there is nothing by the day; it stays, and says so."""

    key: str
    latest: Latest
    on: date


def latest_of(
    session: ReadSession, negotiation: str, latest: Latest, on: date, basis: Basis, cast: Cast
) -> str | None:
    """The proposal that is this on the day, if there is one."""
    if latest is Latest.AGREED:
        return _agreed(session, negotiation, on, basis)
    return _mediators(session, negotiation, on, basis, cast)


def _mediators(session: ReadSession, negotiation: str, on: date, basis: Basis, cast: Cast) -> str | None:
    """The latest that mediators put forward; with a party among its authors, a text is that party's too."""
    parties = [actor.id for actor in cast.parties()]
    mediators = [actor.id for actor in cast.mediators()]
    by_mediators_alone = (_put_forward_by(mediators), ~_put_forward_by(parties))
    return latest_proposal(session, negotiation, on, basis, *by_mediators_alone)


def _put_forward_by(actors: Sequence[str]) -> ColumnElement[bool]:
    return exists(
        select(1).where(
            RecordActor.negotiation == Record.negotiation,
            RecordActor.type == Record.type,
            RecordActor.record == Record.id,
            RecordActor.part == "proposed_by",
            RecordActor.actor.in_(actors),
        )
    )


def _agreed(session: ReadSession, negotiation: str, on: date, basis: Basis) -> str | None:
    """The text agreed last, of those whose outcome may be told on the day."""
    rows = session.execute(
        select(Record.id, Record.last_day, Proposal.ended)
        .join(Proposal, and_(Proposal.negotiation == Record.negotiation, Proposal.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            known_by(on, basis),
            is_supported(on),
            Proposal.outcome.in_(AGREED),
        )
        .order_by(Record.last_day, Record.first_day, Record.ordinal)
    )
    found = [
        (parse_edtf(ended).last if ended else date.fromisoformat(last_day), at, record)
        for at, (record, last_day, ended) in enumerate(rows)
    ]
    told = [one for one in found if one[0] <= on]
    return max(told)[2] if told else None
