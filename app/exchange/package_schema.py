"""The columns of the data package, format 1: the contract, once.

``datapackage.json`` is written from this and every check of a package is driven by it. The closed
vocabularies are the domain's own.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

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
    RecordType,
    RemarkKind,
    Role,
    Setting,
    SourceKind,
    SourceStatus,
)

FORMAT = 1
SEPARATOR = "|"
YES, NO = "yes", "no"

Kind = Literal["text", "id", "own_id", "date", "integer", "boolean", "word", "url", "language"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its cells hold, and what they refer to.

    ``needed`` is set where the contract allows an empty cell but the rules make no sense of one.
    ``to`` names the file whose ids the cell holds; ``many`` allows several values separated by ``|``.
    """

    name: str
    kind: Kind = "text"
    description: str = ""
    required: bool = False
    needed: bool = False
    words: tuple[str, ...] = ()
    to: str | None = None
    many: bool = False

    @property
    def filled(self) -> bool:
        """Whether an empty cell is a fault."""
        return self.required or self.needed

    def field(self) -> dict[str, Any]:
        """The column as Frictionless describes it."""
        kinds = {"integer": "integer", "boolean": "boolean"}
        field: dict[str, Any] = {"name": self.name, "type": kinds.get(self.kind, "string")}
        if self.kind == "boolean":
            field |= {"trueValues": [YES], "falseValues": [NO]}
        parts = [self.description]
        if self.many:
            parts = [f"{self.description}; " if self.description else "", "several values separated by |"]
        elif self.kind == "date":
            parts = [f"{self.description} " if self.description else "", "EDTF date"]
        if description := "".join(parts):
            field["description"] = description
        constraints: dict[str, Any] = {}
        if self.required:
            constraints["required"] = True
        if self.kind == "own_id":
            constraints["unique"] = True
        if self.words:
            constraints["enum"] = list(self.words)
        if constraints:
            field["constraints"] = constraints
        return field


@dataclass(frozen=True, slots=True)
class File:
    """One CSV file. ``natural_key`` identifies the rows of a file without ids, by occurrence."""

    name: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def has_id(self) -> bool:
        return self.columns[0].kind == "own_id"

    def resource(self) -> dict[str, Any]:
        """The file as Frictionless describes it."""
        schema: dict[str, Any] = {
            "fields": [column.field() for column in self.columns],
            "missingValues": [""],
        }
        if self.has_id:
            schema["primaryKey"] = "id"
        # A multi-valued cell refers to several rows, which Frictionless cannot say.
        keys = [
            {
                "fields": column.name,
                "reference": {"resource": "" if column.to == self.name else column.to, "fields": "id"},
            }
            for column in self.columns
            if column.to and not column.many
        ]
        if keys:
            schema["foreignKeys"] = keys
        return {
            "name": self.name,
            "path": self.path,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": schema,
        }


def _words(name: str, words: type[StrEnum] | Iterable[StrEnum], description: str = "") -> Column:
    return Column(name, "word", description, words=tuple(word.value for word in words))


def _needed(name: str, words: type[StrEnum], description: str = "") -> Column:
    return Column(name, "word", description, words=tuple(word.value for word in words), needed=True)


_ID = Column("id", "own_id", required=True)
_PLACEMENT = (
    Column("scale_version", "integer"),
    Column("rung_min", "integer"),
    Column("rung_max", "integer"),
    Column("placement_reason"),
)

FILES: tuple[File, ...] = (
    File(
        "negotiation",
        (
            _ID,
            Column("title", required=True),
            Column("summary"),
            Column("started", "date"),
            Column("ended", "date"),
        ),
    ),
    File(
        "actors",
        (
            _ID,
            Column("name", required=True),
            _words("kind", ActorKind),
            Column("part_of", "id", "the actor that this body or person belongs to", to="actors"),
            Column("aliases", description="other names, any script", many=True),
        ),
    ),
    File(
        "participants",
        (
            Column("actor", "id", required=True, to="actors"),
            # What an actor is in the talks decides who speaks for whom; without it the row says nothing.
            _needed("role", Role),
            Column("from", "date"),
            Column("to", "date"),
        ),
        natural_key=("actor", "role"),
    ),
    File(
        "issues",
        (
            _ID,
            Column("part_of", "id", "a sub-question of", to="issues"),
            Column("title", required=True),
            Column("question", required=True),
            Column("description"),
        ),
    ),
    File(
        "scales",
        (
            Column("issue", "id", required=True, to="issues"),
            # The two numbers are what a placement names a rung by.
            Column("version", "integer", needed=True),
            Column("rung", "integer", "0 is one pole", needed=True),
            Column("label", description="neutral wording", required=True),
        ),
        natural_key=("issue", "version", "rung"),
    ),
    File(
        "sources",
        (
            _ID,
            Column("outlet", required=True),
            Column("title"),
            Column("url", "url"),
            Column("published", "date", required=True),
            Column("language", "language", "BCP 47", required=True),
            _words("kind", SourceKind),
            Column("author"),
            # May name a report that is not among the sources: then that report is the voice.
            Column(
                "origin",
                "id",
                "the report that this one relays; sources with one origin are one voice; empty: itself",
            ),
            Column("archive_url", "url"),
            _words("status", SourceStatus, "empty: live"),
            Column("status_date", "date", "since when"),
            _words("grade", OutletGrade, "reliability of the outlet, Admiralty; empty: F"),
            Column("note"),
        ),
    ),
    File(
        "demands",
        (
            _ID,
            Column("holders", "id", "one or several, joint", required=True, to="actors", many=True),
            Column(
                "issues",
                "id",
                "one; several only where they cannot be parted",
                required=True,
                to="issues",
                many=True,
            ),
            # The kind decides in which slot of the cell a demand stands.
            _needed("kind", DemandKind),
            Column("summary", description="neutral paraphrase", required=True),
            Column("quantity", description="as reported: 42, 700-1000, at least 30, several hundred"),
            Column("unit"),
            Column("condition", description="if, before, after, in exchange for"),
            Column("deadline", "date"),
            Column("stated", "date", required=True),
            _words("grade", RecordGrade, "credibility, Admiralty; empty: 6"),
            Column("proposal", "id", "the package it speaks about", to="proposals"),
            Column("overtaken_by", "id", to="events"),
            *_PLACEMENT,
        ),
    ),
    File(
        "links",
        (
            Column("from", "id", required=True, to="demands"),
            # A link that does not say how is no link.
            _needed("relation", LinkRelation, "from replaces / restates / contradicts / clarifies to"),
            Column("to", "id", required=True, to="demands"),
            Column("note"),
        ),
        natural_key=("from", "relation", "to"),
    ),
    File(
        "proposals",
        (
            _ID,
            Column("title", required=True),
            Column("proposed_by", "id", required=True, to="actors", many=True),
            Column("mediated_by", "id", to="actors", many=True),
            Column("presented", "date", required=True),
            Column("amends", "id", to="proposals"),
            Column("ended", "date"),
            _words("outcome", Outcome),
            Column("summary"),
        ),
    ),
    File(
        "terms",
        (
            _ID,
            Column("proposal", "id", required=True, to="proposals"),
            Column("phase"),
            Column("issue", "id", required=True, to="issues"),
            Column("summary", required=True),
            Column("quantity"),
            Column("unit"),
            Column("obliged", "id", "who must do it", to="actors", many=True),
            Column("condition"),
            Column("tabled_by", "id", "only where the wording is one side's", to="actors", many=True),
            *_PLACEMENT,
        ),
    ),
    File(
        "responses",
        (
            _ID,
            Column("proposal", "id", required=True, to="proposals"),
            Column("term", "id", to="terms"),
            Column("actor", "id", required=True, to="actors"),
            # The answer is what a response is.
            _needed("response", Answer),
            Column("summary"),
            Column("stated", "date", required=True),
        ),
    ),
    File(
        "remarks",
        (
            _ID,
            Column("about", "id", "empty: the process", to="actors"),
            Column("issue", "id", to="issues"),
            _words("remark", RemarkKind),
            Column("summary", required=True),
            Column("stated", "date", required=True),
        ),
    ),
    File(
        "events",
        (
            _ID,
            _words("kind", EventKind),
            Column("title", required=True),
            Column("starts", "date", required=True),
            Column("ends", "date"),
            Column("place"),
            Column("summary"),
        ),
    ),
    File(
        "citations",
        (
            # Without the type the subject's id may mean several records.
            _needed("subject_type", RecordType),
            Column("subject", "id", "id of the record", required=True),
            Column("source", "id", required=True, to="sources"),
            _words("relation", CitationRelation, "empty: supports"),
            Column("quote", description="exact, original language, short"),
            Column("translation"),
            Column(
                "speakers",
                "id",
                "the persons, bodies or affiliations that speak; attribution is computed from them",
                to="actors",
                many=True,
            ),
            Column("attributed_to", description="the speaker as the source words it"),
            Column("public_wording", description="a vaguer description shown to readers in its place"),
            Column("anonymous", "boolean"),
            _words("setting", Setting),
            Column(
                "stated",
                "date",
                "when this speaker said it, where it differs from the record: a reaffirmation",
            ),
            # Who cannot be named cannot be known to speak for the holder: never “self” (domain.md §2).
            _words(
                "attribution",
                (word for word in Attribution if word is not Attribution.SELF),
                "only where no actor can be named as speaker",
            ),
            Column("sensitive", "boolean", "quote hidden until asked for"),
            Column("locator"),
            Column("note"),
        ),
        natural_key=("subject_type", "subject", "source", "relation"),
    ),
    File(
        "coverage",
        (
            Column("actor", "id", required=True, to="actors"),
            Column("issue", "id", required=True, to="issues"),
            Column("searched_through", "date", required=True),
            Column("note", description="where was searched"),
        ),
        natural_key=("actor", "issue", "searched_through"),
    ),
)

FILE: dict[str, File] = {file.name: file for file in FILES}


# What marks a package that leaves out what readers do not see unasked (domain.md §8).
PUBLIC = "public"


def datapackage(name: str, title: str, *, edition: str = "") -> str:
    """The text of ``datapackage.json`` for a package of this name and title, whole or of an ``edition``."""
    content = {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "parley": {"format": FORMAT} | ({"edition": edition} if edition else {}),
        "resources": [file.resource() for file in FILES],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
