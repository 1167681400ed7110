"""What is found by searching: derived from what is published, and kept by whatever changes that.

What nobody has published, what is sensitive and what was blanked never come in (domain.md §8): whoever asks
the index, in whatever way, learns nothing of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

from sqlalchemy import and_, select, tuple_, update

from app.commands.batches import Batch, Row, delete_rows, insert_rows, update_rows
from app.db import WriteSession
from app.domain.attribution import speaker_words
from app.domain.search import NO_DAY, SEVERAL_DAYS, WITHIN_DAY, document, first_place, fold, mark
from app.domain.vocabulary import RecordType
from app.models import (
    Actor,
    ActorAlias,
    Citation,
    Demand,
    Event,
    Issue,
    Negotiation,
    Record,
    RecordActor,
    RecordIssue,
    SearchText,
    Source,
    Term,
)
from app.models.records import SUBJECT_PARTS
from app.models.searches import INDEX
from app.models.visibility import published

# A type of record, *actor*, *issue* or *source*, and its id.
Key = tuple[str, str]

_COLUMNS = ("place", "negotiation", "noun", "record", "words", "marks")
# So many at once are asked of the database by their ids.
_TOGETHER = 400


def index_records(session: WriteSession, negotiation: str, keys: Collection[Key]) -> None:
    """Let these be found as they are now: records, by type and id, and sources."""
    ordered = sorted(set(keys))
    for at in range(0, len(ordered), _TOGETHER):
        some = ordered[at : at + _TOGETHER]
        of_these = and_(
            SearchText.negotiation == negotiation, tuple_(SearchText.noun, SearchText.record).in_(some)
        )
        _store(session, negotiation, _Indexing(session, negotiation, some).rows(), of_these)


def index_negotiation(session: WriteSession, negotiation: str) -> None:
    """Let everything of a negotiation be found as it is now."""
    _store(
        session,
        negotiation,
        _Indexing(session, negotiation, None).rows(),
        SearchText.negotiation == negotiation,
    )


def index_everything(session: WriteSession) -> None:
    """Let everything that is recorded be found; the folded texts of records are folded anew."""
    for model in (Record, Citation):
        key = model.__mapper__.primary_key
        for *id_, text in session.execute(select(*key, model.search_text)).all():
            if (folded := fold(text)) != text:
                which = and_(*(column == value for column, value in zip(key, id_, strict=True)))
                session.execute(update(model).where(which).values(search_text=folded))
    for negotiation in session.scalars(select(Negotiation.id)).all():
        index_negotiation(session, negotiation)


def forget(session: WriteSession) -> None:
    """Let no word stay in the index that is in no text any more: SQLite only leaves them out of account.

    On PostgreSQL the index is made anew when the database's files are cleared (db.scrub).
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')")  # noqa: S608 - ours


class _Indexing:
    """What of a negotiation can be found; of ``keys`` alone, where they are given."""

    def __init__(self, session: WriteSession, negotiation: str, keys: Sequence[Key] | None) -> None:
        self.session, self.negotiation, self.keys = session, negotiation, keys

    def rows(self) -> list[Row]:
        """Without their numbers within the day, which only the database can give them."""
        rows = [*self._records(), *self._sources()]
        if self.keys is None:
            rows += [*self._actors(), *self._issues()]
        return [
            (*row[:-1], f"{mark('in', self.negotiation)} {mark('type', row[2])}{row[-1]}") for row in rows
        ]

    def _row(self, day: date, noun: str, record: str, texts: Iterable[str | None], marks: str = "") -> Row:
        words = document(text for text in texts if text)
        return (_place(day, self.negotiation, noun, record), self.negotiation, noun, record, words, marks)

    def _wanted(self, model: Any, noun: Any, record: Any) -> Any:
        of_negotiation = model.negotiation == self.negotiation
        if self.keys is None:
            return of_negotiation
        types = sorted({type_ for type_, _ in self.keys})
        ids = sorted({id_ for _, id_ in self.keys})
        return and_(of_negotiation, noun.in_(types), record.in_(ids))

    def _records(self) -> Iterator[Row]:
        records = self.session.execute(
            select(
                Record.type,
                Record.id,
                Record.first_day,
                Record.last_day,
                Record.title,
                Record.summary,
                Demand.quantity,
                Demand.unit,
                Demand.condition,
                Term.quantity,
                Term.unit,
                Term.condition,
                Event.place,
            )
            .outerjoin(Demand, _same(Demand, RecordType.DEMAND))
            .outerjoin(Term, _same(Term, RecordType.TERM))
            .outerjoin(Event, _same(Event, RecordType.EVENT))
            .where(self._wanted(Record, Record.type, Record.id), published(Record))
        ).all()
        if not records:
            return
        actors, issues, cited = self._names(RecordActor), self._names(RecordIssue), self._cited()
        for type_, id_, first, last, *texts in records:
            key = (type_.value, id_)
            names = [*actors.get(key, ()), *issues.get(key, ())]
            filters = [*(m for m, _ in names), *([SEVERAL_DAYS] if first < last else [])]
            marks = "".join(f" {m}" for m in dict.fromkeys(filters))
            texts = [*_own_texts(*texts), *(name for _, name in names), *cited.get(key, ())]
            yield self._row(date.fromisoformat(last), type_.value, id_, texts, marks)

    def _names(self, model: Any) -> dict[Key, list[tuple[str, str]]]:
        """The actors, or the issues, of the records: their marks and names."""
        of_actors = model is RecordActor
        named: Any = Actor if of_actors else Issue
        name = Actor.name if of_actors else Issue.title
        id_ = RecordActor.actor if of_actors else RecordIssue.issue
        rows = (
            select(model.type, model.record, id_, name)
            .join(named, and_(named.negotiation == model.negotiation, named.id == id_))
            .where(self._wanted(model, model.type, model.record))
            .order_by(model.type, model.record, *([RecordActor.part] if of_actors else []), model.ordinal)
        )
        if of_actors:
            rows = rows.where(RecordActor.part.in_(SUBJECT_PARTS))
        found: dict[Key, list[tuple[str, str]]] = defaultdict(list)
        for type_, record, of, words in self.session.execute(rows):
            found[type_, record].append((mark("actor" if of_actors else "issue", of), words))
        return found

    def _cited(self) -> dict[Key, list[str]]:
        """What published citations of the records say, as readers see it, and who is said to say it."""
        wanted = and_(self._wanted(Citation, Citation.subject_type, Citation.subject), published(Citation))
        found: dict[Key, list[str]] = defaultdict(list)
        for row in self.session.execute(
            select(
                Citation.subject_type,
                Citation.subject,
                Citation.quote,
                Citation.translation,
                Citation.sensitive,
                Citation.attributed_to,
                Citation.public_wording,
                Citation.anonymous,
            )
            .where(wanted)
            .order_by(Citation.ordinal, Citation.number)
        ):
            speaker = speaker_words(row.attributed_to, row.public_wording, anonymous=bool(row.anonymous))
            quoted = () if row.sensitive else (row.quote, row.translation)
            found[row.subject_type.value, row.subject] += [text for text in (*quoted, speaker) if text]
        return found

    def _sources(self) -> Iterator[Row]:
        if self.keys is not None and not any(noun == "source" for noun, _ in self.keys):
            return
        wanted = [Source.negotiation == self.negotiation, published(Source)]
        if self.keys is not None:
            wanted.append(Source.id.in_([id_ for noun, id_ in self.keys if noun == "source"]))
        for row in self.session.execute(
            select(Source.id, Source.published_last, Source.outlet, Source.title, Source.author).where(
                *wanted
            )
        ):
            texts = (row.outlet, row.title, row.author)
            yield self._row(date.fromisoformat(row.published_last), "source", row.id, texts)

    def _actors(self) -> Iterator[Row]:
        aliases: dict[str, list[str]] = defaultdict(list)
        for actor, alias in self.session.execute(
            select(ActorAlias.actor, ActorAlias.alias)
            .where(ActorAlias.negotiation == self.negotiation)
            .order_by(ActorAlias.actor, ActorAlias.ordinal)
        ):
            aliases[actor].append(alias)
        for id_, name in self.session.execute(
            select(Actor.id, Actor.name).where(Actor.negotiation == self.negotiation)
        ):
            yield self._row(NO_DAY, "actor", id_, (name, *aliases.get(id_, ())))

    def _issues(self) -> Iterator[Row]:
        for id_, *texts in self.session.execute(
            select(Issue.id, Issue.title, Issue.question, Issue.description).where(
                Issue.negotiation == self.negotiation
            )
        ):
            yield self._row(NO_DAY, "issue", id_, texts)


def _same(noun: Any, record_type: RecordType) -> Any:
    return and_(Record.type == record_type, noun.negotiation == Record.negotiation, noun.id == Record.id)


def _own_texts(
    title: str | None,
    summary: str | None,
    quantity: str | None,
    unit: str | None,
    condition: str | None,
    of_term: str | None,
    its_unit: str | None,
    its_condition: str | None,
    place: str | None,
) -> list[str | None]:
    quantities = [" ".join(filter(None, pair)) for pair in ((quantity, unit), (of_term, its_unit))]
    return [title, summary, *quantities, condition, its_condition, place]


def _place(day: date, *key: str) -> int:
    """The day, and a number within it that is the same wherever the negotiation is loaded."""
    number = int.from_bytes(blake2b("/".join(key).encode(), digest_size=WITHIN_DAY // 8).digest())
    return first_place(day) + number


def _store(session: WriteSession, negotiation: str, rows: Sequence[Row], scope: Any) -> None:
    """Let what is found within a scope be these rows; those that are as they were are left alone."""
    columns = [getattr(SearchText, name) for name in _COLUMNS]
    stored = {row[2:4]: tuple(row) for row in session.execute(select(*columns).where(scope))}
    changed, new = [], []
    for row in rows:
        known = stored.pop(row[2:4], None)
        if known is None:
            new.append(row)
        elif known[0] >> WITHIN_DAY != row[0] >> WITHIN_DAY:
            new.append(row)
            stored[row[2:4]] = known
        elif known[1:] != row[1:]:
            changed.append((known[0], *row[1:]))
    batch = Batch(SearchText, _COLUMNS, ())
    delete_rows(session, batch, [row[:1] for row in stored.values()])
    update_rows(session, batch, changed)
    insert_rows(session, batch, _each_in_a_place(session, new))


def _each_in_a_place(session: WriteSession, rows: Sequence[Row]) -> list[Row]:
    """The rows in places that are free: two may have come to one number, however seldom that is."""
    taken: set[int] = set()
    for at in range(0, len(rows), _TOGETHER):
        places = [row[0] for row in rows[at : at + _TOGETHER]]
        taken |= set(session.scalars(select(SearchText.place).where(SearchText.place.in_(places))))
    placed = []
    # In their own order the numbers are written to the index at its end.
    for place, *rest in sorted(rows):
        while place in taken:
            place += 1
        taken.add(place)
        placed.append((place, *rest))
    return placed
