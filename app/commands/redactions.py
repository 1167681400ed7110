"""Redaction for safety: what endangers somebody is blanked everywhere at once, past included (domain.md §7).

What is left says that it was done and of which fields, never what they said. The chain of revisions still
holds: the salted hash of an erased field stays in its place.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import and_, delete, func, insert, or_, select, tuple_, update

from app.commands import revisions
from app.commands.records import (
    NoSuchRecord,
    PackageRow,
    Whole,
    cells_of,
    newest,
    publish_change,
    status_of,
    store_record,
    whole,
    with_review,
    write_source,
)
from app.commands.revisions import Change, lock
from app.commands.searches import forget, index_records
from app.commands.uploads import forget_uploads
from app.db import WriteSession, leave_no_trace
from app.domain.attribution import attribution
from app.domain.chain import canonical, field_hash, field_places, field_salt
from app.domain.quotes import places
from app.domain.redaction import FIELDS, MARKERS, REASON, TEXT, WITHHELD, repeats, without
from app.domain.redirects import Redirects, along, kept
from app.domain.search import fold
from app.domain.vocabulary import ActorKind, Attribution, RecordType, ReviewStatus
from app.models import (
    Actor,
    Citation,
    CitationAttribution,
    CitationSelector,
    FormToken,
    Link,
    Negotiation,
    ReaderNote,
    Record,
    Redaction,
    Review,
    Revision,
    Source,
    SourceText,
    Term,
)
from app.models.loading import load_redirects, load_roster

# A record, a citation or a source: its noun, and its id or number.
Key = tuple[str, str]

# What was written in these says too little to be looked for anywhere else.
_NOT_SOUGHT = frozenset({"speakers", "quantity", "unit", "phase", TEXT, REASON})
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Blanked:
    """That a field of a record was blanked, when, and by whom; never what it said."""

    negotiation: str
    noun: str
    record: str
    field: str
    redacted_at: datetime
    account: int | None = None


def redact(
    session: WriteSession,
    negotiation: str,
    chosen: Mapping[Key, Collection[str]],
    *,
    now: datetime,
    account: int | None,
) -> None:
    """Blank these fields of these records, of their past and of what was merged into them.

    Raises NoSuchRecord where there is no such record or no such field, and then blanks nothing.
    """
    lock(session, negotiation)
    leave_no_trace(session)
    redirects = load_redirects(session, negotiation)
    work = _Redaction(session, negotiation, redirects, now, account)
    work.choose(chosen)
    work.blank()


def redact_again(session: WriteSession, known: Iterable[Blanked], *, now: datetime) -> int:
    """Blank what is known to have been blanked before and is not blanked here: after a restored backup.

    Answers how many fields were; what there is not in this database is left out. The caller commits.
    """
    wanted: dict[str, dict[Key, dict[str, datetime]]] = defaultdict(lambda: defaultdict(dict))
    for one in known:
        done = select(Redaction.number).where(
            Redaction.negotiation == one.negotiation,
            Redaction.noun == one.noun,
            Redaction.record == one.record,
            Redaction.field == one.field,
            Redaction.redacted_at == one.redacted_at,
        )
        if session.scalars(done).first() is None:
            wanted[one.negotiation][one.noun, one.record][one.field] = one.redacted_at
    count = 0
    leave_no_trace(session)
    for negotiation, chosen in wanted.items():
        lock(session, negotiation)
        work = _Redaction(session, negotiation, load_redirects(session, negotiation), now, None)
        there = {key: fields for key, fields in chosen.items() if work.is_there(key)}
        if there:
            work.moments = {(*key, name): at for key, its in there.items() for name, at in its.items()}
            work.choose(there)
            work.blank()
            count += sum(map(len, there.values()))
    return count


@dataclass(frozen=True, slots=True)
class _Step:
    """A revision as far as it may have to be erased."""

    number: int
    key: Key
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    salts: str
    erased: str | None


class _Redaction:
    """One redaction while it is done."""

    def __init__(
        self,
        session: WriteSession,
        negotiation: str,
        redirects: Redirects,
        now: datetime,
        account: int | None,
    ) -> None:
        self.session, self.negotiation, self.redirects = session, negotiation, redirects
        self.now, self.account = now, account
        # The fields to blank, by what there is today; and of what was merged into that, too.
        self.today: dict[Key, set[str]] = defaultdict(set)
        self.fields: dict[Key, set[str]] = defaultdict(set)
        # What a citation says in the place of its speakers: a column and its value.
        self.instead: dict[Key, tuple[str, str]] = {}
        self.texts: set[str] = set()
        self.words: set[str] = set()
        # When a field was blanked first, where that is done again.
        self.moments: dict[tuple[str, str, str], datetime] = {}

    # --- What is to be blanked

    def is_there(self, key: Key) -> bool:
        noun, record = key[0], kept(self.redirects, *key)
        if noun == "source":
            found = select(Source.id).where(Source.negotiation == self.negotiation, Source.id == record)
            return self.session.scalar(found) is not None
        if noun in ("citation", "link"):
            model: Any = Citation if noun == "citation" else Link
            there = select(model.number).where(model.negotiation == self.negotiation)
            return (
                record.isdigit() and self.session.scalar(there.where(model.number == int(record))) is not None
            )
        return noun in set(RecordType) and (
            status_of(self.session, self.negotiation, RecordType(noun), record) is not None
        )

    def choose(self, chosen: Mapping[Key, Collection[str]]) -> None:
        for (noun, record), fields in chosen.items():
            if (
                not fields
                or not set(fields) <= set(FIELDS.get(noun, ()))
                or not self.is_there((noun, record))
            ):
                raise NoSuchRecord(f"{noun}/{record}")
            today = (noun, kept(self.redirects, noun, record))
            self.today[today] |= set(fields)
        for key, its in self.today.items():
            # Without the vaguer words readers would see the others; a translation says what its quote says.
            for name, other in (("public_wording", "attributed_to"), ("quote", "translation")):
                if name in its and self._was_said(key, other):
                    its.add(other)
            if key[0] == "citation" and its & {"attributed_to", "speakers"}:
                self._decide_speakers(key, its)
        for (noun, record), its in self.today.items():
            for id_ in along(self.redirects, noun, record):
                self.fields[noun, id_] |= its

    def _was_said(self, key: Key, name: str) -> bool:
        """Whether a field of a record has ever said something."""
        noun, record = key
        written = f'"{name}":'
        found = select(Revision.number).where(
            Revision.negotiation == self.negotiation,
            Revision.noun == noun,
            Revision.record.in_(list(along(self.redirects, noun, record))),
            or_(Revision.before.contains(written), Revision.after.contains(written)),
        )
        return self.session.scalars(found.limit(1)).first() is not None

    def _decide_speakers(self, key: Key, fields: set[str]) -> None:
        """Where a speaker is withheld, the actors that speak are not pointed at either (domain.md §2).

        What they are to the holders is coded by hand instead. *Self* is never coded: there, unless the actors
        were to be blanked too, they stay; of a person only what that person is part of.
        """
        row = self._row(key)
        if "speakers" not in row:
            return
        speakers = row["speakers"].split("|")
        roster = load_roster(self.session, self.negotiation)
        seen = set(
            self.session.scalars(
                select(CitationAttribution.attribution).where(
                    CitationAttribution.negotiation == self.negotiation,
                    CitationAttribution.citation == int(key[1]),
                )
            )
        ) or {attribution(speakers, None, None, roster)}
        if len(seen) == 1 and Attribution.SELF not in seen:
            fields.add("speakers")
            self.instead[key] = ("attribution", seen.pop().value)
        elif "speakers" not in fields:
            people = self._people()
            bodies = [next((a for a in roster.lineage(one) if a not in people), "") for one in speakers]
            if people & set(speakers) and all(bodies):
                fields.add("speakers")
                self.instead[key] = ("speakers", "|".join(dict.fromkeys(bodies)))

    def _people(self) -> set[str]:
        """All actors of the negotiation that are persons."""
        return set(
            self.session.scalars(
                select(Actor.id).where(Actor.negotiation == self.negotiation, Actor.kind == ActorKind.PERSON)
            )
        )

    def _row(self, key: Key) -> PackageRow:
        return newest(self.session, self.negotiation, key[0], [key[1]]).get(key[1], {})

    # --- Doing it

    def blank(self) -> None:
        before = {key: self._row(key) for key in self.today}
        family = self._family()
        steps = list(self._steps(family))
        self._gather(steps, before)
        erased: dict[Key, set[str]] = defaultdict(set)
        for step in steps:
            places = self._places(step)
            if places:
                self._erase(step, places)
                erased[step.key] |= {place.rpartition(".")[2] for place in places}
        changes = [
            Change("redact", noun, record, None, {"fields": sorted(fields)})
            for (noun, record), fields in sorted(self._said(erased).items())
        ]
        changes += self._withheld(before)
        number = revisions.append(self.session, self.negotiation, changes, now=self.now, account=self.account)
        self._store()
        self._clear_beside(family)
        # A package that waits may say it too, and its preview what it would replace.
        forget_uploads(self.session)
        self._note()
        self.session.execute(
            update(Negotiation).where(Negotiation.id == self.negotiation).values(last_redaction=number)
        )

    def _said(self, erased: Mapping[Key, set[str]]) -> dict[Key, set[str]]:
        """What is said of each record: the fields that were chosen, and those that went with them."""
        said = {key: set(fields) for key, fields in self.fields.items()}
        for key, fields in erased.items():
            said.setdefault(key, set()).update(fields)
        return said

    def _family(self) -> set[Key]:
        """Whose revisions may tell of it: the records, their terms, citations and links, and merged ones."""
        subjects: set[Key] = set()
        numbers: set[str] = set()
        links: set[str] = set()
        sources: set[str] = set()
        for noun, record in self.today:
            if noun == "source":
                sources.add(record)
            elif noun == "citation":
                subjects |= set(self._subject_of(Citation.number == int(record)))
            elif noun == "link":
                row = self._row((noun, record))
                subjects |= {("demand", row[end]) for end in ("from", "to") if end in row}
            else:
                subjects.add((noun, record))
        subjects |= set(self._subject_of(Citation.source.in_(sources))) if sources else set()
        proposals = {record for noun, record in subjects if noun == "proposal"}
        proposals |= {self._proposal_of(record) for noun, record in subjects if noun == "term"}
        if proposals:
            subjects |= {("proposal", id_) for id_ in proposals} | {
                ("term", term) for term in self._terms_of(proposals)
            }
        of_subjects = tuple_(Citation.subject_type, Citation.subject).in_(
            [(RecordType(noun), id_) for noun, id_ in subjects]
        )
        numbers |= {
            str(number)
            for number in self.session.scalars(
                select(Citation.number).where(Citation.negotiation == self.negotiation, of_subjects)
            )
        }
        demands = [id_ for noun, id_ in subjects if noun == "demand"]
        links |= {
            str(number)
            for number in self.session.scalars(
                select(Link.number).where(
                    Link.negotiation == self.negotiation,
                    or_(Link.from_demand.in_(demands), Link.to_demand.in_(demands)),
                )
            )
        }
        found = {("citation", n) for n in numbers} | {("link", n) for n in links} | subjects
        found |= {("source", id_) for id_ in sources}
        return {(noun, id_) for noun, record in found for id_ in along(self.redirects, noun, record)}

    def _subject_of(self, which: Any) -> list[Key]:
        rows = self.session.execute(
            select(Citation.subject_type, Citation.subject)
            .where(Citation.negotiation == self.negotiation, which)
            .distinct()
        )
        return [(RecordType(type_).value, record) for type_, record in rows]

    def _proposal_of(self, term: str) -> str:
        of_term = and_(Term.negotiation == self.negotiation, Term.id == term)
        return self.session.scalars(select(Term.proposal).where(of_term)).one()

    def _terms_of(self, proposals: Collection[str]) -> Sequence[str]:
        of_these = and_(Term.negotiation == self.negotiation, Term.proposal.in_(proposals))
        return self.session.scalars(select(Term.id).where(of_these)).all()

    def _steps(self, family: Collection[Key]) -> Iterator[_Step]:
        rows = self.session.execute(
            select(
                Revision.number,
                Revision.noun,
                Revision.record,
                Revision.before,
                Revision.after,
                Revision.reason,
                Revision.salts,
                Revision.erased,
            )
            .where(
                Revision.negotiation == self.negotiation,
                tuple_(Revision.noun, Revision.record).in_(sorted(family)),
            )
            .order_by(Revision.number)
        ).all()
        for number, noun, record, before, after, reason, salts, erased in rows:
            yield _Step(number, (noun, record), _object(before), _object(after), reason, salts, erased)

    def _gather(self, steps: Iterable[_Step], before: Mapping[Key, PackageRow]) -> None:
        """What the fields have ever said, to be looked for where else it may have been repeated."""
        rows = [(step.key, side) for step in steps for side in (step.before, step.after) if side]
        for key, row in [*rows, *before.items()]:
            for name in self.fields.get(key, set()) - _NOT_SOUGHT:
                words = str(row.get(name, "")).strip()
                text = fold(words).strip()
                if len(text) >= _SHORTEST and words not in MARKERS:
                    self.texts.add(text)
                    self.words.add(words)

    def _repeats(self, words: str | None) -> bool:
        """Whether somebody has repeated what is blanked."""
        folded = fold(words or "")
        return any(repeats(folded, text) for text in self.texts)

    def _places(self, step: _Step) -> dict[str, object]:
        """The places of a revision that are erased, with what they say."""
        fields = self.fields.get(step.key, set())
        return {
            place: value
            for place, value in field_places(step.before, step.after, step.reason)
            if (place.rpartition(".")[2] in fields and value not in MARKERS)
            or (place == REASON and self._repeats(step.reason))
        }

    def _erase(self, step: _Step, places: Mapping[str, object]) -> None:
        """Leave of these places of a revision nothing but their hashes; the others get salts of their own."""
        all_places = [place for place, _ in field_places(step.before, step.after, step.reason)]
        if step.erased is None:
            salts = {place: field_salt(step.salts, place) for place in all_places}
        else:
            salts = json.loads(step.salts)
        erased = json.loads(step.erased or "{}")
        erased |= {place: field_hash(salts[place], value) for place, value in places.items()}
        sides = {
            side: _left(
                getattr(step, side), {p.partition(".")[2] for p in places if p.startswith(f"{side}.")}
            )
            for side in ("before", "after")
        }
        self.session.execute(
            update(Revision)
            .where(Revision.negotiation == self.negotiation, Revision.number == step.number)
            .values(
                **sides,
                reason=None if "reason" in places else step.reason,
                salts=canonical({place: salt for place, salt in salts.items() if place not in places}),
                erased=canonical(erased),
            )
        )

    def _withheld(self, before: Mapping[Key, PackageRow]) -> list[Change]:
        """What stands in the place of fields that cannot be empty, and of speakers who are not named now."""
        changes = []
        for (noun, record), row in before.items():
            fields = frozenset(self.today[noun, record])
            left = {n: value for n, value in row.items() if n not in fields or value in MARKERS}
            new = without(noun, row, fields)
            if (noun, record) in self.instead:
                new |= [self.instead[noun, record]]
            if new != left:
                status = self._status((noun, record))
                told = (with_review(left, status), with_review(new, status))
                changes.append(Change("withhold", noun, record, *told))
        return changes

    def _status(self, key: Key) -> ReviewStatus | None:
        noun, record = key
        if noun in set(RecordType):
            return status_of(self.session, self.negotiation, RecordType(noun), record)
        if noun == "citation":
            of_citation = and_(Citation.negotiation == self.negotiation, Citation.number == int(record))
            return self.session.scalar(select(Citation.review_status).where(of_citation))
        if noun == "source":
            of_source = and_(Source.negotiation == self.negotiation, Source.id == record)
            return self.session.scalar(select(Source.review_status).where(of_source))
        return None

    def _store(self) -> None:
        """Write what is left, with all that follows from it."""
        records: dict[Key, Whole] = {}
        for noun, record in self.today:
            if noun == "source":
                write_source(self.session, self.negotiation, self._row((noun, record)))
                continue
            if noun == "citation":
                noun, record = self._subject_of(Citation.number == int(record))[0]
            elif noun == "link":
                noun, record = "demand", self._row((noun, record))["from"]
            if noun == "term":
                noun, record = "proposal", self._proposal_of(record)
            records[noun, record] = whole(
                self.session, self.negotiation, RecordType(noun), record, all_terms=True
            )
        for held in records.values():
            store_record(self.session, self.negotiation, held)
        cells = {cell for held in records.values() for cell in cells_of(self.session, self.negotiation, held)}
        demands = {held.id for held in records.values() if held.type is RecordType.DEMAND}
        publish_change(self.session, self.negotiation, cells, demands)
        index_records(self.session, self.negotiation, [key for held in records.values() for key in held.rows])
        forget(self.session)

    # --- What stands beside the rows

    def _clear_beside(self, family: Collection[Key]) -> None:
        quoted = [
            int(id_) for (noun, id_), its in self.fields.items() if noun == "citation" and "quote" in its
        ]
        self.session.execute(
            delete(CitationSelector).where(
                CitationSelector.negotiation == self.negotiation, CitationSelector.citation.in_(quoted)
            )
        )
        read = [id_ for (noun, id_), its in self.today.items() if noun == "source" and TEXT in its]
        self.session.execute(
            update(SourceText)
            .where(SourceText.negotiation == self.negotiation, SourceText.source.in_(read))
            .values(words=None)
        )
        self._clear_texts()
        self._clear_comments(family)
        self._clear_notes(family)
        self._clear_retractions(family)
        self._clear_addresses()

    def _clear_texts(self) -> None:
        """What is blanked is blanked in the stored texts of reports too, and in the words around quotes."""
        for source, number, text in self.session.execute(
            select(SourceText.source, SourceText.number, SourceText.words).where(
                SourceText.negotiation == self.negotiation, SourceText.words.is_not(None)
            )
        ).all():
            left = text or ""
            for words in sorted(self.words, key=len, reverse=True):
                for span in reversed(places(left, words)):
                    left = f"{left[: span.start]}[{WITHHELD}]{left[span.end :]}"
            if left != text:
                self.session.execute(
                    update(SourceText)
                    .where(
                        SourceText.negotiation == self.negotiation,
                        SourceText.source == source,
                        SourceText.number == number,
                    )
                    .values(words=left)
                )
        for citation, before, after in self.session.execute(
            select(CitationSelector.citation, CitationSelector.prefix, CitationSelector.suffix).where(
                CitationSelector.negotiation == self.negotiation
            )
        ).all():
            if self._repeats(before) or self._repeats(after):
                self.session.execute(
                    delete(CitationSelector).where(
                        CitationSelector.negotiation == self.negotiation,
                        CitationSelector.citation == citation,
                    )
                )

    def _clear_comments(self, family: Collection[Key]) -> None:
        numbers = [int(id_) for noun, id_ in family if noun == "citation"]
        for number, comment in self.session.execute(
            select(Review.citation, Review.comment).where(
                Review.negotiation == self.negotiation, Review.citation.in_(numbers)
            )
        ).all():
            if self._repeats(comment):
                self.session.execute(
                    update(Review)
                    .where(Review.negotiation == self.negotiation, Review.citation == number)
                    .values(comment=None)
                )

    def _clear_notes(self, family: Collection[Key]) -> None:
        records = [(RecordType(noun), id_) for noun, id_ in family if noun in set(RecordType)]
        for number, words, answer in self.session.execute(
            select(ReaderNote.number, ReaderNote.words, ReaderNote.answer).where(
                ReaderNote.negotiation == self.negotiation,
                tuple_(ReaderNote.type, ReaderNote.record).in_(records),
            )
        ).all():
            texts = {"words": words, "answer": answer}
            repeated = {name: WITHHELD for name, text in texts.items() if self._repeats(text)}
            if repeated:
                self.session.execute(
                    update(ReaderNote)
                    .where(ReaderNote.negotiation == self.negotiation, ReaderNote.number == number)
                    .values(**repeated)
                )

    def _clear_retractions(self, family: Collection[Key]) -> None:
        records = [(RecordType(noun), id_) for noun, id_ in family if noun in set(RecordType)]
        of_these = and_(
            Record.negotiation == self.negotiation,
            Record.retraction_reason.is_not(None),
            tuple_(Record.type, Record.id).in_(records),
        )
        for type_, id_, reason in self.session.execute(
            select(Record.type, Record.id, Record.retraction_reason).where(of_these)
        ).all():
            if REASON in self.fields.get((type_.value, id_), set()) or self._repeats(reason):
                self.session.execute(
                    update(Record)
                    .where(of_these, Record.type == type_, Record.id == id_)
                    .values(retraction_reason=WITHHELD)
                )

    def _clear_addresses(self) -> None:
        """Where a form has led may say who spoke: the form of the next record begins with it."""
        for token, result in self.session.execute(
            select(FormToken.token, FormToken.result).where(FormToken.result.contains("?"))
        ).all():
            if self._repeats(unquote_plus(result)):
                self.session.execute(
                    update(FormToken).where(FormToken.token == token).values(result=result.partition("?")[0])
                )

    def _note(self) -> None:
        """Note that it was done, field by field, also of what was merged into what is there today."""
        last = self.session.scalar(
            select(func.max(Redaction.number)).where(Redaction.negotiation == self.negotiation)
        )
        told = [(key, name) for key, names in sorted(self.fields.items()) for name in sorted(names)]
        self.session.execute(
            insert(Redaction),
            [
                {
                    "negotiation": self.negotiation,
                    "number": number,
                    "noun": noun,
                    "record": record,
                    "field": name,
                    "redacted_at": self.moments.get((noun, record, name), self.now).astimezone(UTC),
                    "account": self.account,
                }
                for number, ((noun, record), name) in enumerate(told, (last or 0) + 1)
            ],
        )


def _object(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def _left(fields: Mapping[str, Any] | None, gone: Collection[str]) -> str | None:
    return None if fields is None else canonical({n: value for n, value in fields.items() if n not in gone})
