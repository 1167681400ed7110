"""What the cells of a row say, in the words of the interface: names for ids, labels for words, dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.differences import Change, Piece, differences
from app.domain.redaction import MARKERS
from app.domain.vocabulary import (
    ActorKind,
    Answer,
    Attribution,
    CitationRelation,
    DemandKind,
    EventKind,
    LinkRelation,
    Outcome,
    OutletGrade,
    RecordGrade,
    RemarkKind,
    ReviewStatus,
    Role,
    Setting,
    SourceKind,
    SourceStatus,
)
from app.queries.histories import Names
from app.queries.negotiations import Cast
from app.web.days import edtf_words
from app.web.labels import N_, column_name, label, language

_SEPARATOR = "|"

_WORDS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("demand", "kind"): DemandKind,
    ("demand", "grade"): RecordGrade,
    ("proposal", "outcome"): Outcome,
    ("response", "response"): Answer,
    ("remark", "remark"): RemarkKind,
    ("event", "kind"): EventKind,
    ("citation", "setting"): Setting,
    ("citation", "attribution"): Attribution,
    ("source", "kind"): SourceKind,
    ("source", "status"): SourceStatus,
    ("source", "grade"): OutletGrade,
    ("actor", "kind"): ActorKind,
    ("participant", "role"): Role,
    ("link", "relation"): LinkRelation,
}
_SUPPORTS = {
    CitationRelation.SUPPORTS.value: N_("supports it"),
    CitationRelation.DENIES.value: N_("denies it"),
}
_YES_NO = {"yes": N_("Yes"), "no": N_("No")}
_ACTORS = frozenset(
    ("holders", "proposed_by", "mediated_by", "obliged", "tabled_by", "actor", "about", "speakers")
)
_ISSUES = frozenset(("issues", "issue"))
_DATES = frozenset(
    ("stated", "deadline", "presented", "ended", "starts", "ends", "published", "status_date", "started")
) | {"searched_through"}
_NAMED = {"proposal": "proposal", "amends": "proposal", "term": "term", "overtaken_by": "event"}


@dataclass(frozen=True, slots=True)
class Words:
    """Reads out the cells of the rows of one negotiation."""

    cast: Cast
    names: Names = field(default_factory=Names)

    def of(self, noun: str, column: str, value: str) -> str:
        """What a cell says. What it names and there is none of any more keeps its id."""
        if not value or value in MARKERS:
            return value
        if vocabulary := _WORDS.get((noun, column)):
            return label(vocabulary(value)) if value in set(vocabulary) else value
        if column == "review":
            return label(ReviewStatus(value))
        if noun == "citation" and column == "relation":
            return _SUPPORTS.get(value, value)
        if column in ("anonymous", "sensitive"):
            return _YES_NO.get(value, value)
        if column in _DATES or (noun == "participant" and column in ("from", "to")):
            return edtf_words(value)
        if column == "language":
            return language(value)
        several = column in _ACTORS or column in _ISSUES or column == "aliases"
        cells = value.split(_SEPARATOR) if several else [value]
        return ", ".join(self._name(noun, column, cell) for cell in cells)

    def _name(self, noun: str, column: str, id_: str) -> str:
        if column in _ACTORS or (noun, column) == ("actor", "part_of"):
            return self.cast.name(id_)
        if column in _ISSUES or (noun, column) == ("issue", "part_of"):
            return self.cast.issues[id_].title if id_ in self.cast.issues else id_
        if column == "source" or (noun, column) == ("source", "origin"):
            if id_ not in self.names.sources:
                return id_
            outlet, published = self.names.sources[id_]
            return f"{outlet}, {edtf_words(published)}"
        if column in _NAMED:
            return self.names.records.get((_NAMED[column], id_), id_)
        if noun == "link" and column in ("from", "to"):
            return self.names.records.get(("demand", id_), id_)
        return id_


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row as it was changed: what it is called, and its pieces."""

    column: str
    name: str
    pieces: Sequence[Piece]


def changed_fields(
    words: Words, noun: str, before: Mapping[str, str], after: Mapping[str, str], *, shorten: bool = True
) -> list[Field]:
    """The fields that two rows do not have in common, in the order of the newer one, word by word."""
    columns = [*after, *(column for column in before if column not in after)]
    return [
        Field(
            column,
            column_name(noun, column),
            differences(
                words.of(noun, column, before.get(column, "")),
                words.of(noun, column, after.get(column, "")),
                shorten=shorten,
            ),
        )
        for column in columns
        if before.get(column) != after.get(column)
    ]


def plain_fields(words: Words, noun: str, row: Mapping[str, str]) -> list[Field]:
    """The fields of a row as they stand, with nothing before them."""
    return [
        Field(column, column_name(noun, column), [Piece(Change.SAME, words.of(noun, column, value))])
        for column, value in row.items()
    ]
