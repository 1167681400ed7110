"""Proposals that a column asks for by what they are on the day, not by name."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from app.db import ReadSession
from app.domain.agreement import Agreement, Text, latest_agreed
from app.domain.vocabulary import Answer, Basis, RecordType
from app.forms.filters import Latest
from app.models import Proposal, Record, Response
from app.models.joins import has_actor
from app.queries.answers import AnswerLine, answer_lines, given
from app.queries.citations import citations_of
from app.queries.negotiations import Cast
from app.queries.proposal_columns import Agreed, ended_by, is_supported, latest_proposal
from app.queries.records import RecordLine, actors_of, known_by, record_lines
from app.queries.visibility import published


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A column for which there is nothing by the day; it stays, and says so.

    ``parties`` are those whose acceptance was looked for.
    """

    key: str
    latest: Latest
    on: date
    parties: Sequence[str] = ()


def mediators_latest(
    session: ReadSession, negotiation: str, on: date, basis: Basis, cast: Cast
) -> str | None:
    """The latest that mediators put forward; with a party among its authors, a text is that party's too."""
    parties = [actor.id for actor in cast.parties()]
    mediators = [actor.id for actor in cast.mediators()]
    by_mediators_alone = (has_actor("proposed_by", mediators), ~has_actor("proposed_by", parties))
    return latest_proposal(session, negotiation, on, basis, *by_mediators_alone)


def agreed_text(
    session: ReadSession, negotiation: str, on: date, basis: Basis, parties: Sequence[str]
) -> Agreement | None:
    """The latest text recorded as agreed by the day, or accepted as a whole by each of these parties."""
    rows = session.execute(
        select(Record.id, Proposal.outcome, Proposal.ended)
        .join(Proposal, and_(Proposal.negotiation == Record.negotiation, Proposal.id == Record.id))
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.PROPOSAL,
            published(Record),
            known_by(on, basis),
            is_supported(on, basis),
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.ordinal.desc())
    ).all()
    answers = _answers(session, negotiation, on, basis, parties)
    texts = [
        Text(
            row.id,
            row.outcome if ended_by(row.outcome, row.ended, on) else None,
            {party: given(lines) for party, lines in answers.get(row.id, {}).items()},
        )
        for row in rows
    ]
    return latest_agreed(texts, parties)


def agreed(agreement: Agreement, cast: Cast) -> Agreed:
    """Why a text is the agreed one, with names."""
    return Agreed(
        agreement.outcome is not None,
        [cast.name(one.party) for one in agreement.accepted],
        [cast.name(one.party) for one in agreement.accepted if not one.own],
    )


def _answers(
    session: ReadSession, negotiation: str, on: date, basis: Basis, parties: Sequence[str]
) -> dict[str, dict[str, list[AnswerLine]]]:
    """What these parties answered to whole proposals that each of them is once said to have accepted."""
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == negotiation,
            Record.type == RecordType.RESPONSE,
            Response.term.is_(None),
            known_by(on, basis),
        )
        .order_by(Record.ordinal, Record.id)
    )
    responses = [RecordLine(*row) for row in rows]
    actors = actors_of(session, negotiation, [line.subject for line in responses])
    accepting: dict[str, set[str]] = defaultdict(set)
    for line in responses:
        if line.kind == Answer.ACCEPTED and line.proposal:
            accepting[line.proposal].update(actors.get(line.subject, {}).get("responds", ()))
    # Of all others no report need be read.
    responses = [line for line in responses if accepting.get(line.proposal or "", set()) >= set(parties)]
    citations = citations_of(session, negotiation, [line.subject for line in responses], on, basis)
    return answer_lines(responses, actors, citations)
