"""What of a record can be blanked for somebody's safety, as an admin chooses it (domain.md §7)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from app.db import ReadSession
from app.domain.redaction import FIELDS, MARKERS, REASON, TEXT, WITHHELD
from app.domain.redirects import along
from app.domain.vocabulary import Attribution, RecordType
from app.models import Citation, CitationAttribution, Link, Redaction, Revision, SourceText, Term
from app.models.loading import load_redirects
from app.queries.accounts import Person
from app.queries.entries import newest_row
from app.queries.histories import NOUNS, Key, Names, history_page, names_of
from app.queries.negotiations import Cast, NegotiationHead
from app.queries.visibility import NoSuchRecord

# Reasons that nobody has written.
_OURS = frozenset({"import", "setting up"})


@dataclass(frozen=True, slots=True)
class Blankable:
    """A field that can be blanked: what it says now; empty where only its history says something."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A record, or what belongs to one, with its fields. ``speaks_own`` of a citation: whether its speakers
    are of the holder's own side; ``repeats`` says that it stands elsewhere and has the same words."""

    key: Key
    row: Mapping[str, str]
    fields: Sequence[Blankable]
    speaks_own: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class RedactionPage:
    negotiation: NegotiationHead
    cast: Cast
    noun: str
    record: str
    words: str
    subjects: Sequence[Subject]
    names: Names

    def offers(self) -> set[tuple[str, str, str]]:
        """Every field that can be chosen: its noun, its record, its name."""
        return {(*subject.key, one.name) for subject in self.subjects for one in subject.fields}


def redaction_page(
    session: ReadSession, negotiation: str, plural: str, record: str, person: Person
) -> RedactionPage:
    """A record with its terms, citations, links and reports, and whatever of them somebody has written.

    Raises NoSuchRecord.
    """
    found = history_page(session, negotiation, plural, record, person, most=1)
    noun = NOUNS[plural]
    if noun not in FIELDS:
        raise NoSuchRecord(record)
    keys = _keys(session, negotiation, noun, record)
    said = _said(session, negotiation, keys)
    own = _speaking_for_themselves(session, negotiation, keys)
    subjects = []
    for key in keys:
        row = _row(session, negotiation, key)
        fields = _fields(session, negotiation, key, row, said.get(key, {}))
        if fields:
            subjects.append(Subject(key, row, fields, key in own))
    subjects += _repeating(session, negotiation, subjects)
    names = names_of(session, negotiation, [subject.row for subject in subjects], person)
    return RedactionPage(found.negotiation, found.cast, noun, record, found.words, subjects, names)


def _keys(session: ReadSession, negotiation: str, noun: str, record: str) -> list[Key]:
    """The record and what belongs to it, in the order in which it is read; its reports last."""
    keys: list[Key] = [(noun, record)]
    if noun == "source":
        return keys
    if noun == "proposal":
        terms = session.scalars(
            select(Term.id).where(Term.negotiation == negotiation, Term.proposal == record).order_by(Term.id)
        )
        keys += [("term", term) for term in terms]
    of_these = tuple_(Citation.subject_type, Citation.subject).in_(
        [(RecordType(of), id_) for of, id_ in keys]
    )
    citations = session.execute(
        select(Citation.number, Citation.source)
        .where(Citation.negotiation == negotiation, of_these)
        .order_by(Citation.ordinal)
    ).all()
    keys += [("citation", str(number)) for number, _ in citations]
    if noun == "demand":
        links = session.scalars(
            select(Link.number)
            .where(Link.negotiation == negotiation, or_(Link.from_demand == record, Link.to_demand == record))
            .order_by(Link.ordinal)
        )
        keys += [("link", str(number)) for number in links]
    return [*keys, *dict.fromkeys(("source", source) for _, source in citations)]


def _row(session: ReadSession, negotiation: str, key: Key) -> Mapping[str, str]:
    return newest_row(session, negotiation, *key)[0]


def _said(session: ReadSession, negotiation: str, keys: Sequence[Key]) -> dict[Key, dict[str, str]]:
    """What the fields of these records say or have said, in any revision; of merged ones too."""
    redirects = load_redirects(session, negotiation)
    today = {(noun, id_): (noun, record) for noun, record in keys for id_ in along(redirects, noun, record)}
    found: dict[Key, dict[str, str]] = {}
    rows = session.execute(
        select(Revision.noun, Revision.record, Revision.before, Revision.after, Revision.reason)
        .where(
            Revision.negotiation == negotiation,
            tuple_(Revision.noun, Revision.record).in_(sorted(today)),
        )
        .order_by(Revision.number)
    )
    for noun, record, before, after, reason in rows:
        if reason and reason not in _OURS:
            reasons = found.setdefault(today[noun, record], {})
            reasons[REASON] = f"{reasons[REASON]}; {reason}" if REASON in reasons else reason
        for side in (before, after):
            row: dict[str, Any] = json.loads(side or "{}")
            texts = {name: value for name, value in row.items() if isinstance(value, str) and name != REASON}
            found.setdefault(today[noun, record], {}).update(texts)
    return found


def _fields(
    session: ReadSession, negotiation: str, key: Key, row: Mapping[str, str], said: Mapping[str, str]
) -> list[Blankable]:
    fields = []
    for name in FIELDS[key[0]]:
        if name == TEXT:
            text = session.scalars(
                select(SourceText.words)
                .where(
                    SourceText.negotiation == negotiation,
                    SourceText.source == key[1],
                    SourceText.words.is_not(None),
                )
                .order_by(SourceText.number.desc())
                .limit(1)
            ).first()
            if text:
                fields.append(Blankable(TEXT, text))
        elif not {said.get(name, WITHHELD), row.get(name, WITHHELD)} <= MARKERS:
            fields.append(Blankable(name, row.get(name, "")))
    if REASON in said:
        fields.append(Blankable(REASON, said[REASON]))
    return fields


def _speaking_for_themselves(session: ReadSession, negotiation: str, keys: Sequence[Key]) -> set[Key]:
    """The citations whose speakers are of the side of a holder."""
    numbers = [int(record) for noun, record in keys if noun == "citation"]
    found = session.scalars(
        select(CitationAttribution.citation).where(
            CitationAttribution.negotiation == negotiation,
            CitationAttribution.citation.in_(numbers),
            CitationAttribution.attribution == Attribution.SELF,
        )
    )
    return {("citation", str(number)) for number in found}


def _repeating(session: ReadSession, negotiation: str, subjects: Sequence[Subject]) -> list[Subject]:
    """Citations of other records that have the very quote of one of these."""
    quotes = {s.row["quote"] for s in subjects if s.key[0] == "citation" and "quote" in s.row}
    here = {int(s.key[1]) for s in subjects if s.key[0] == "citation"}
    numbers = session.scalars(
        select(Citation.number)
        .where(
            Citation.negotiation == negotiation,
            Citation.quote.in_(quotes),
            Citation.number.not_in(here),
        )
        .order_by(Citation.ordinal)
        .limit(50)
    ).all()
    keys: list[Key] = [("citation", str(number)) for number in numbers]
    own = _speaking_for_themselves(session, negotiation, keys)
    found = []
    for key in keys:
        row = _row(session, negotiation, key)
        wanted = [
            Blankable(name, row[name]) for name in ("quote", "translation", "attributed_to") if name in row
        ]
        found.append(Subject(key, row, wanted, key in own, repeats=True))
    return found


# --- What was blanked --------------------------------------------------------------------------------------


class Redacted(NamedTuple):
    """That a field was blanked, as it is told to another database."""

    negotiation: str
    noun: str
    record: str
    field: str
    redacted_at: datetime


def redactions(session: Session) -> list[Redacted]:
    """Everything that was ever blanked here, in order."""
    rows = session.execute(
        select(
            Redaction.negotiation,
            Redaction.noun,
            Redaction.record,
            Redaction.field,
            Redaction.redacted_at,
        ).order_by(Redaction.negotiation, Redaction.number)
    )
    return [Redacted(*row) for row in rows]


def withheld_fields(session: Session, negotiation: str) -> dict[Key, set[str]]:
    """What was blanked in a negotiation, by noun and record."""
    found: dict[Key, set[str]] = {}
    for noun, record, name in session.execute(
        select(Redaction.noun, Redaction.record, Redaction.field).where(Redaction.negotiation == negotiation)
    ):
        found.setdefault((noun, record), set()).add(name)
    return found
