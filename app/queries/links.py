"""The links of one demand, and the records to which a person may link it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, true

from app.db import ReadSession
from app.domain.search import fold
from app.domain.vocabulary import Basis, LinkRelation, RecordType
from app.forms.base import Typed
from app.models import Link, Record, Revision
from app.queries.citations import citations_of, evidence
from app.queries.negotiations import Cast, NegotiationHead, cast_of, negotiation_head
from app.queries.records import RecordLine, actors_of, issues_of, record_line, record_lines, records_of
from app.queries.standing import Standing, StandingChoice, standing_choices
from app.queries.visibility import NoSuchRecord

# As many as one looks through; another word finds the others.
MOST_FOUND = 30
_LONGEST_SEARCH = 500


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link of a demand, read from this end of it; ``seen`` is the revision that made it so."""

    number: int
    relation: LinkRelation
    is_from_here: bool
    other: RecordLine
    note: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class LinksPage:
    """A published demand, and its links to and from other published ones."""

    negotiation: NegotiationHead
    cast: Cast
    record: RecordLine
    holders: Sequence[str]
    issues: Sequence[str]
    links: Sequence[LinkLine]

    def link(self, number: int) -> LinkLine:
        """One of the links. Raises NoSuchRecord."""
        for link in self.links:
            if link.number == number:
                return link
        raise NoSuchRecord(f"link/{number}")


def links_page(session: ReadSession, negotiation: str, demand: str) -> LinksPage:
    """A demand with its links both ways. Raises NoSuchRecord."""
    head = negotiation_head(session, negotiation)
    record = record_line(session, negotiation, RecordType.DEMAND, demand)
    return LinksPage(
        head,
        cast_of(session, negotiation),
        record,
        actors_of(session, negotiation, [record.subject])[record.subject]["holder"],
        issues_of(session, negotiation, [record.subject])[record.subject],
        _links(session, negotiation, demand),
    )


def _links(session: ReadSession, negotiation: str, demand: str) -> list[LinkLine]:
    rows: Any = session.execute(
        select(Link.number, Link.relation, Link.from_demand, Link.to_demand, Link.note)
        .where(Link.negotiation == negotiation, or_(Link.from_demand == demand, Link.to_demand == demand))
        .order_by(Link.ordinal)
    ).all()
    others = {end for row in rows for end in (row.from_demand, row.to_demand)} - {demand}
    lines = records_of(session, negotiation, {(RecordType.DEMAND, other) for other in others})
    seen: dict[str, int] = {}
    for number, revision in session.execute(
        select(Revision.record, func.max(Revision.number))
        .where(
            Revision.negotiation == negotiation,
            Revision.noun == "link",
            Revision.record.in_([str(row.number) for row in rows]),
        )
        .group_by(Revision.record)
    ):
        seen[number] = revision
    found = []
    for number, relation, start, end, note in rows:
        other = lines.get((RecordType.DEMAND, end if start == demand else start))
        if other:
            found.append(LinkLine(number, relation, start == demand, other, note, seen[str(number)]))
    return found


def demand_choices(
    session: ReadSession, negotiation: str, found: LinksPage, words: str, on: date
) -> Standing:
    """The published demands that have these words, the latest first.

    Without words, those that stand in the same cells, the likest first.
    """
    demand = found.record.id
    if not words.strip():
        typed = Typed(holders=list(found.holders), issues=list(found.issues), summary=[found.record.words])
        standing = standing_choices(session, negotiation, RecordType.DEMAND, typed, on)
        others = [choice for choice in standing.choices if choice.record.id != demand]
        return Standing(others, standing.count - (len(standing.choices) - len(others)))
    lines = _search(session, negotiation, RecordType.DEMAND, words, MOST_FOUND + 1)
    lines = [line for line in lines if line.id != demand][:MOST_FOUND]
    subjects = [line.subject for line in lines]
    holders = actors_of(session, negotiation, subjects)
    issues = issues_of(session, negotiation, subjects)
    citations = citations_of(session, negotiation, subjects, on, Basis.REPORTED)
    choices = []
    for line in lines:
        holder = holders[line.subject]["holder"][0]
        told = evidence(citations.get(line.subject, ()), holder)
        choices.append(StandingChoice(line, told, holder, issues[line.subject][0], line.dated))
    return Standing(choices, len(choices))


def event_choices(session: ReadSession, negotiation: str, words: str) -> list[RecordLine]:
    """The published events that have these words, or all of them, the latest first."""
    return _search(session, negotiation, RecordType.EVENT, words, MOST_FOUND)


def _search(
    session: ReadSession, negotiation: str, type_: RecordType, words: str, limit: int
) -> list[RecordLine]:
    """Records that have all of the words, or whose id or address is given."""
    words = words.strip()[:_LONGEST_SEARCH]
    if "\0" in words:
        return []
    named = words.partition("?")[0].rstrip("/").rpartition("/")[2]
    has_words = and_(true(), *(Record.search_text.contains(w, autoescape=True) for w in fold(words).split()))
    rows = session.execute(
        record_lines()
        .where(
            Record.negotiation == negotiation,
            Record.type == type_,
            or_(Record.id == named, has_words),
        )
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.ordinal.desc())
        .limit(limit)
    )
    return [RecordLine(*row) for row in rows]
