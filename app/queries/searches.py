"""Searching: the index proposes, newest first; what is found is what a reader may see as of the day.

Words are looked for anew in the very texts that are shown (domain/search.py), so nothing is found in, and
nothing can be guessed of, what was not known by the day, is sensitive, or was not published.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select, text

from app.db import ReadSession
from app.domain.search import NO_DAY, SEVERAL_DAYS, Found, Sought, first_place, look, mark
from app.domain.vocabulary import Basis, RecordType
from app.forms.filters import TimelineFilters
from app.forms.searches import NAMES, SearchFilters
from app.models import ActorAlias, Issue, Source
from app.queries.citations import CitationLine
from app.queries.negotiations import Cast, NegotiationHead, cast_of
from app.queries.records import RecordLine
from app.queries.timeline import TimelineRow, rows_of, selected_of
from app.queries.visibility import published

PAGE = 25
# Of names so many are shown at once: whoever means another writes more of it.
MOST_NAMES = 10
# What is read at once, and how often before a page is left unfilled: filters that only the records
# themselves can answer, or an early day, may leave little of what the index proposes.
_CHUNK, _ROUNDS = 200, 8
# So many more than a page holds are read, as some may not have the words in what is known by the day.
_SPARE = 10
# On PostgreSQL: so few are all read and put in order; of more, the newest are looked through first.
_FEW, _WINDOW = 1000, 20_000
# How much is shown of a text around what was found in it, in characters.
_SHOWN = 220
_SNIPPETS = 3


@dataclass(frozen=True, slots=True)
class Snippet:
    """A further text of what was found. ``where`` says which: *quote*, *speaker*, *condition*, *alias* …

    ``line`` is the citation that it is of; ``is_voice`` says that this is the one that speaks for the record.
    """

    where: str
    found: Found
    language: str | None = None
    line: CitationLine | None = None
    is_voice: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: a record, a source, an actor or an issue, with what was sought marked in it.

    ``row`` is there for a record alone. ``is_own`` says that its own words hold all that was sought,
    rather than its quotations and the names around it.
    """

    place: int
    negotiation: NegotiationHead
    noun: str
    record: str
    words: Found
    is_own: bool
    snippets: Sequence[Snippet] = ()
    title: Found | None = None
    dated: str = ""
    language: str | None = None
    row: TimelineRow | None = None
    names: Mapping[str, Found] | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``names`` are the actors and issues found, on the first page alone; ``older`` is where the next begins.

    ``cast`` is that of the negotiation that is searched, where it is one.
    """

    hits: Sequence[Hit] = ()
    names: Sequence[Hit] = ()
    older: int | None = None
    more_names: bool = False
    cast: Cast | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything is on this page, so that it can be put in order by how well it fits."""
        return self.older is None


class _Candidate(NamedTuple):
    place: int
    negotiation: str
    noun: str
    record: str


def search_page(
    session: ReadSession,
    chosen: SearchFilters,
    negotiations: Mapping[str, NegotiationHead],
    cast: Cast | None,
    on: date,
    basis: Basis,
) -> SearchPage:
    """A page of what is found, newest first, in a number of statements that does not grow."""
    search = _Search(session, chosen, negotiations, cast, on, basis)
    names = search.names() if chosen.before is None else []
    hits, older = search.page() if chosen.type not in NAMES else ([], None)
    return SearchPage(hits, names[:MOST_NAMES], older, len(names) > MOST_NAMES, cast)


class _Search:
    """One search while it is answered."""

    def __init__(
        self,
        session: ReadSession,
        chosen: SearchFilters,
        negotiations: Mapping[str, NegotiationHead],
        cast: Cast | None,
        on: date,
        basis: Basis,
    ) -> None:
        self.session, self.chosen, self.negotiations = session, chosen, negotiations
        self.on, self.basis = on, basis
        self.casts: dict[str, Cast] = {chosen.negotiation: cast} if cast else {}
        self.sought = chosen.sought

    def cast(self, negotiation: str) -> Cast:
        if negotiation not in self.casts:
            self.casts[negotiation] = cast_of(self.session, negotiation)
        return self.casts[negotiation]

    # --- Records and sources

    def page(self) -> tuple[list[Hit], int | None]:
        """The hits of a page, and where the next begins."""
        below = self.chosen.before
        hits: list[Hit] = []
        for _ in range(_ROUNDS):
            candidates = self._candidates(below)
            selected = self._selected(candidates)
            read = selected[: PAGE + _SPARE - len(hits)]
            hits += self._hits(read)
            if len(hits) > PAGE:
                return hits[:PAGE], hits[PAGE - 1].place
            if len(read) < len(selected):
                below = read[-1].place
            elif len(candidates) < _CHUNK:
                return hits, None
            else:
                below = candidates[-1].place
        return hits, below

    def _candidates(self, below: int | None) -> list[_Candidate]:
        """What the index has, newest first. Of several days, what may be of an earlier one comes along."""
        end = first_place(self.on + timedelta(1)) if self.on < NO_DAY else first_place(NO_DAY)
        end = min(end, below) if below is not None else end
        start = first_place(self.chosen.since) if self.chosen.since else 0
        if not self.chosen.until:
            return _indexed(self.session, self.sought, self._marks(), start, end, _CHUNK)
        until = first_place(self.chosen.until) + first_place(date.fromordinal(1))
        found = []
        if end > until:
            wide = (*self._marks(), SEVERAL_DAYS)
            found = _indexed(self.session, self.sought, wide, max(start, until), end, _CHUNK)
        if len(found) < _CHUNK:
            rest = _CHUNK - len(found)
            found += _indexed(self.session, self.sought, self._marks(), start, min(end, until), rest)
        return found

    def _marks(self) -> tuple[str, ...]:
        named = {
            "in": self.chosen.negotiation,
            "type": self.chosen.type,
            "actor": self.chosen.actor,
            "issue": self.chosen.issue,
        }
        return tuple(mark(kind, id_) for kind, id_ in named.items() if id_)

    def _by_negotiation(self, candidates: Sequence[_Candidate]) -> dict[str, list[_Candidate]]:
        found: dict[str, list[_Candidate]] = defaultdict(list)
        for one in candidates:
            if one.negotiation in self.negotiations:
                found[one.negotiation].append(one)
        return found

    def _selected(self, candidates: Sequence[_Candidate]) -> list[_Candidate]:
        """Those that are known by the day, and that every filter lets through."""
        chosen, kept = self.chosen, set()
        filters = TimelineFilters(
            actor=chosen.actor, since=chosen.since, until=chosen.until, track=chosen.track
        )
        for negotiation, some in self._by_negotiation(candidates).items():
            keys = [(RecordType(one.noun), one.record) for one in some if one.noun != "source"]
            cast = self.cast(negotiation)
            found = selected_of(self.session, negotiation, cast, keys, filters, self.on, self.basis)
            kept |= {(negotiation, type_.value, id_) for type_, id_ in found}
        return [one for one in candidates if one.noun == "source" or one[1:] in kept]

    def _hits(self, candidates: Sequence[_Candidate]) -> list[Hit]:
        found: dict[int, Hit] = {}
        for negotiation, some in self._by_negotiation(candidates).items():
            sources = [one for one in some if one.noun == "source"]
            records = [one for one in some if one.noun != "source"]
            found |= {hit.place: hit for hit in self._records(negotiation, records)}
            found |= {hit.place: hit for hit in self._sources(negotiation, sources)}
        return [found[one.place] for one in candidates if one.place in found]

    def _records(self, negotiation: str, candidates: Sequence[_Candidate]) -> Iterator[Hit]:
        places = {(RecordType(one.noun), one.record): one.place for one in candidates}
        cast = self.cast(negotiation)
        for row in rows_of(self.session, negotiation, cast, list(places), self.on, self.basis):
            if hit := self._of_record(negotiation, row, places[row.record.subject]):
                yield hit

    def _of_record(self, negotiation: str, row: TimelineRow, place: int) -> Hit | None:
        record, cast = row.record, self.cast(negotiation)
        title = look(record.title, self.sought) if record.title else None
        words = look(record.summary or "", self.sought)
        beside = [
            Snippet(where, look(its, self.sought, longest=_SHOWN)) for where, its in _beside(record) if its
        ]
        own = words.sought.union(title.sought if title else (), *(each.found.sought for each in beside))
        names = {actor: look(cast.name(actor), self.sought) for actor in row.actors}
        issues = [Snippet("issue", look(cast.issues[issue].title, self.sought)) for issue in row.issues]
        voices = {side.evidence.voice.number for side in row.sides if side.evidence.voice}
        cited = [
            Snippet(where, look(its, self.sought, longest=_SHOWN), language, line, line.number in voices)
            for line in row.own
            for where, its, language in _said(line, cast)
        ]
        around = [*names.values(), *(each.found for each in (*issues, *cited))]
        if len(own.union(*(each.sought for each in around))) < len(self.sought):
            return None
        shown = [each for each in (*beside, *cited, *issues) if each.found.sought]
        return Hit(
            place=place,
            negotiation=self.negotiations[negotiation],
            noun=record.type.value,
            record=record.id,
            words=words,
            is_own=len(own) == len(self.sought),
            snippets=_once(shown, own)[:_SNIPPETS],
            title=title,
            dated=record.dated,
            row=row,
            names=names,
        )

    def _sources(self, negotiation: str, candidates: Sequence[_Candidate]) -> Iterator[Hit]:
        places = {one.record: one.place for one in candidates}
        if not places or self.chosen.track:
            return
        for source in self.session.execute(
            select(
                Source.id, Source.outlet, Source.title, Source.author, Source.published, Source.language
            ).where(
                Source.negotiation == negotiation,
                Source.id.in_(places),
                Source.published_last <= self.on.isoformat(),
                published(Source),
            )
        ):
            title = look(source.title, self.sought) if source.title else None
            outlet = look(source.outlet, self.sought)
            author = look(source.author or "", self.sought)
            own = outlet.sought.union(title.sought if title else (), author.sought)
            if len(own) == len(self.sought):
                yield Hit(
                    place=places[source.id],
                    negotiation=self.negotiations[negotiation],
                    noun="source",
                    record=source.id,
                    words=outlet,
                    is_own=True,
                    snippets=[Snippet("author", author)] if author.sought else [],
                    title=title,
                    dated=source.published,
                    language=source.language,
                )

    # --- Actors and issues

    def names(self) -> list[Hit]:
        """Actors and issues, where nothing is asked that only a record can answer."""
        chosen = self.chosen
        if chosen.actor or chosen.issue or chosen.track or chosen.since or chosen.until:
            return []
        if chosen.type and chosen.type not in NAMES:
            return []
        found = _indexed(
            self.session, self.sought, self._marks(), first_place(NO_DAY), 2**63 - 1, MOST_NAMES + 1
        )
        return [hit for one in found if (hit := self._of_name(one))]

    def _of_name(self, one: _Candidate) -> Hit | None:
        if one.negotiation not in self.negotiations:
            return None
        cast = self.cast(one.negotiation)
        further: list[tuple[str, str | None]] = []
        if one.noun == "actor":
            if one.record not in cast.actors:
                return None
            name = cast.actors[one.record].name
            aliases = self.session.scalars(
                select(ActorAlias.alias)
                .where(ActorAlias.negotiation == one.negotiation, ActorAlias.actor == one.record)
                .order_by(ActorAlias.ordinal)
            )
            further = [("alias", alias) for alias in aliases]
        else:
            if one.record not in cast.issues:
                return None
            name = cast.issues[one.record].title
            description = self.session.scalar(
                select(Issue.description).where(Issue.negotiation == one.negotiation, Issue.id == one.record)
            )
            further = [("question", cast.issues[one.record].question), ("description", description)]
        words = look(name, self.sought)
        snippets = [Snippet(where, look(its, self.sought, longest=_SHOWN)) for where, its in further if its]
        own = words.sought.union(*(each.found.sought for each in snippets))
        if len(own) < len(self.sought):
            return None
        return Hit(
            place=one.place,
            negotiation=self.negotiations[one.negotiation],
            noun=one.noun,
            record=one.record,
            words=words,
            is_own=True,
            snippets=[each for each in snippets if each.found.sought][:_SNIPPETS],
        )


def _beside(record: RecordLine) -> list[tuple[str, str | None]]:
    """The texts of a record beside its title and summary."""
    quantity = " ".join(filter(None, (record.quantity, record.unit)))
    return [("quantity", quantity), ("condition", record.condition), ("place", record.place)]


def _said(line: CitationLine, cast: Cast) -> list[tuple[str, str, str | None]]:
    """The texts of a citation that readers see without asking for more, with their language where known."""
    found: list[tuple[str, str, str | None]] = []
    if line.quote and not line.sensitive:
        found.append(("quote", line.quote, line.source.language))
    if line.translation and not line.sensitive:
        found.append(("translation", line.translation, None))
    if line.speaker:
        found.append(("speaker", line.speaker, None))
    return found


def _once(snippets: Sequence[Snippet], own: frozenset[int]) -> list[Snippet]:
    """The texts that are shown beside a record's words: each once, those first that hold what it does not."""
    different: dict[object, Snippet] = {}
    for each in snippets:
        different.setdefault(each.found.parts, each)
    ordered = sorted(different.values(), key=lambda each: each.found.sought <= own)
    # A speaker or an issue is told where it is what was found; they stand with every record.
    return [
        each for each in ordered if each.where not in ("speaker", "issue") or not each.found.sought <= own
    ]


# --- The index ------------------------------------------------------------------------------------------


def _indexed(
    session: ReadSession, sought: Sequence[Sought], marks: Sequence[str], start: int, end: int, limit: int
) -> list[_Candidate]:
    """The newest places from ``start`` up to ``end`` that hold all words and marks."""
    if session.get_bind().dialect.name == "sqlite":
        values = {"match": _fts5(sought, marks), "start": start, "end": end, "limit": limit}
        return [_Candidate(*row) for row in session.execute(_SQLITE, values)]
    words, phrases = _tsquery(sought), " & ".join(f"'{m}'" for m in marks)
    values = {"words": words, "marks": phrases, "start": start, "end": end, "few": _FEW, "window": _WINDOW}
    few = [_Candidate(*row) for row in session.execute(_ANY, values)]
    if len(few) <= _FEW:
        return sorted(few, reverse=True)[:limit]
    values["limit"] = limit
    newest = [_Candidate(*row) for row in session.execute(_NEWEST, values)]
    if len(newest) == limit:
        return newest
    return [_Candidate(*row) for row in session.execute(_ALL, values)]


# Its rows come in the order of their places: the newest are read, and no others.
_SQLITE = text(
    "SELECT t.place, t.negotiation, t.noun, t.record"
    " FROM search_words AS w CROSS JOIN search_texts AS t ON t.place = w.rowid"
    " WHERE search_words MATCH :match AND w.rowid >= :start AND w.rowid < :end"
    " ORDER BY w.rowid DESC LIMIT :limit"
)
_FOUND = "search_words @@ (to_tsquery('pg_catalog.simple', :words) && CAST(:marks AS tsquery))"
_RANGE = "place >= :start AND place < :end"
_SELECTED = "place, negotiation, noun, record"
# An index of words gives them in no order, one of places knows no words. A word that few have is best read
# from the first, one that many have from the second: the newest of them are near its end.
_ANY = text(f"SELECT {_SELECTED} FROM search_texts WHERE {_FOUND} AND {_RANGE} LIMIT :few + 1")  # noqa: S608
_NEWEST = text(
    f"SELECT {_SELECTED} FROM"  # noqa: S608
    f" (SELECT * FROM search_texts WHERE {_RANGE} ORDER BY place DESC LIMIT :window) AS t"
    f" WHERE {_FOUND} ORDER BY place DESC LIMIT :limit"
)
_ALL = text(
    f"WITH t AS MATERIALIZED (SELECT {_SELECTED} FROM search_texts WHERE {_FOUND} AND {_RANGE})"  # noqa: S608
    f" SELECT {_SELECTED} FROM t ORDER BY place DESC LIMIT :limit"
)


def _fts5(sought: Sequence[Sought], marks: Sequence[str]) -> str:
    """As FTS5 is asked. Folded words and marks have no quotation marks in them."""
    words = [f'"{" ".join(each.words)}"{" *" if each.begins else ""}' for each in sought]
    return " AND ".join([*words, *(f'"{each}"' for each in marks)])


def _tsquery(sought: Sequence[Sought]) -> str:
    return " & ".join(
        "(" + " <-> ".join(f"'{word}'{_begins(each, at)}" for at, word in enumerate(each.words, 1)) + ")"
        for each in sought
    )


def _begins(each: Sought, at: int) -> str:
    return ":*" if each.begins and at == len(each.words) else ""
