"""What every column of every file means, beside what the files themselves are written from.

Names, order, types and words are those of the files; here stands only what cannot be computed from them.
A test holds the two equal, so that no column goes without a meaning and no meaning without a column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.domain import vocabulary as words
from app.domain.comparison import Why
from app.domain.terms import Became
from app.exchange.crosswalk import column_meanings
from app.exchange.package_schema import FILES, Column
from app.exchange.tables import COMPARISON, DATES, POSITIONS, TERMS, TIMELINE
from app.exchange.timelinejs import COLUMNS as TIMELINEJS
from app.web.labels import LABELS, N_


@dataclass(frozen=True, slots=True)
class Described:
    """A column as somebody has to know it who reads the file. ``words`` are all that its cells may hold."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    several: bool = False
    refers_to: str = ""
    words: tuple[str, ...] = ()
    vocabulary: type[StrEnum] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A file with its columns in their order. ``key`` says where it stands on the page."""

    key: str
    name: str
    meaning: str
    columns: Sequence[Described]


TYPES = {
    "text": N_("text"),
    "id": N_("id"),
    "own_id": N_("id, its own"),
    "date": N_("date (EDTF)"),
    "integer": N_("whole number"),
    "number": N_("number"),
    "boolean": N_("yes or no"),
    "word": N_("one of the words"),
    "url": N_("web address"),
    "language": N_("language (BCP 47)"),
}

# What one row of each file is.
FILE_MEANINGS = {
    "negotiation": N_("The negotiation itself; exactly one row."),
    "actors": N_("One state, movement, organisation, body or person a row."),
    "participants": N_("One actor in one role a row; the order is that of the columns on the pages."),
    "issues": N_("One question on the table a row; the order is that of the pages."),
    "scales": N_("One rung of the scale of an issue a row."),
    "sources": N_("One publication a row."),
    "demands": N_("One reported claim a row: what somebody is reported to ask for, give, accept or refuse."),
    "links": N_("One link between two demands a row, set by a person."),
    "proposals": N_("One package put forward a row."),
    "terms": N_("One term of a proposal on one issue a row."),
    "responses": N_("One reported answer to a proposal, or to one of its terms, a row."),
    "remarks": N_("One remark about a party or the process a row; never a position."),
    "events": N_("One event of the context a row."),
    "citations": N_("One tie between a record and a source a row: who says so, and in what words."),
    "coverage": N_("One search that found nothing a row."),
}

# Of columns of the package, where their description in it does not say it: by name, or by file and name.
_PACKAGE: Mapping[str | tuple[str, str], str] = {
    "id": N_("Stands in addresses and in other files, and is never given again."),
    "title": N_("What it is called."),
    "summary": N_("What it says, in neutral words of ours."),
    "name": N_("What it calls itself, in Latin letters."),
    "note": N_("What else there is to say of it."),
    "kind": N_("What kind it is."),
    "quantity": N_("An amount as reported: 42, 700-1000, at least 30, several hundred."),
    "unit": N_("What the amount is an amount of."),
    "condition": N_("If, before, after, or in exchange for what."),
    "proposal": N_("The proposal that it belongs to, answers or speaks about."),
    "stated": N_("When it was said, as far as that is known."),
    "ended": N_("When it ended, where that is known."),
    "issue": N_("On which issue."),
    "actor": N_("Whose it is."),
    "scale_version": N_("The version of the scale of its issue on which an editor has placed it."),
    "rung_min": N_("The lowest rung on which it may stand."),
    "rung_max": N_("The highest rung on which it may stand; the same where it stands on one."),
    "placement_reason": N_("Why it was placed there."),
    ("negotiation", "started"): N_("When the talks began."),
    ("participants", "actor"): N_("Who takes part."),
    ("participants", "role"): N_("In what role; an actor may have several rows."),
    ("participants", "from"): N_("Since when, where that is known."),
    ("participants", "to"): N_("Until when, where that is known."),
    ("actors", "part_of"): N_("The actor to which this body or person belongs."),
    ("actors", "aliases"): N_("Its other names, in any script."),
    ("issues", "part_of"): N_("The wider issue of which it is a sub-question."),
    ("issues", "question"): N_("The question itself."),
    ("issues", "description"): N_("What belongs to it and what does not."),
    ("scales", "issue"): N_("The issue whose scale it is."),
    ("scales", "rung"): N_("Its number; 0 is one pole."),
    ("scales", "label"): N_("What it says, in neutral words."),
    ("scales", "version"): N_("The version of the scale; one that was used is never changed."),
    ("sources", "outlet"): N_("Who published it."),
    ("sources", "title"): N_("Its headline."),
    ("sources", "url"): N_("Where it was published."),
    ("sources", "published"): N_("When it was published, as far as that is known."),
    ("sources", "author"): N_("Who wrote it, as printed."),
    ("sources", "status"): N_("What its outlet has done with it; empty: it stands."),
    ("sources", "status_date"): N_("Since when."),
    ("sources", "language"): N_("In which language it is written."),
    ("sources", "grade"): N_("How reliable the outlet is (Admiralty scale); empty: F, not judged."),
    ("sources", "archive_url"): N_("Where a copy of it is kept."),
    ("demands", "holders"): N_("Whose claim it is; several where they hold it jointly."),
    ("demands", "issues"): N_("On which issue; on several only where they cannot be parted."),
    ("demands", "kind"): N_("What kind of claim it is; it decides in which place of a cell it stands."),
    ("demands", "summary"): N_("What is asked for, given, accepted or refused, in neutral words of ours."),
    ("demands", "condition"): N_("If, before, after, or in exchange for what."),
    ("demands", "quantity"): N_("An amount as reported: 42, 700-1000, at least 30, several hundred."),
    ("demands", "grade"): N_("How credible it is (Admiralty scale); empty: 6, not judged."),
    ("demands", "proposal"): N_("The proposal that it speaks about."),
    ("demands", "deadline"): N_("By when it is to be done."),
    ("demands", "overtaken_by"): N_("The event by which it was overtaken."),
    ("links", "relation"): N_("What the first does to the other."),
    ("links", "from"): N_("The demand that does something to the other."),
    ("links", "to"): N_("The other demand."),
    ("links", "note"): N_("Which part of it is meant."),
    ("proposals", "proposed_by"): N_("Who put it forward."),
    ("proposals", "mediated_by"): N_("Who mediates it."),
    ("proposals", "presented"): N_("When it was put forward."),
    ("proposals", "amends"): N_("The earlier proposal that it amends."),
    ("proposals", "outcome"): N_("How it ended."),
    ("terms", "phase"): N_("In which phase of the proposal it stands."),
    ("responses", "term"): N_("The term that is answered, where it is not the whole."),
    ("responses", "actor"): N_("Who answers."),
    ("responses", "response"): N_("The answer."),
    ("terms", "obliged"): N_("Who must do it."),
    ("terms", "tabled_by"): N_("Whose wording it is, where only one side wants it."),
    ("remarks", "about"): N_("Of whom; empty: of the process."),
    ("remarks", "remark"): N_("What it says of them."),
    ("events", "starts"): N_("When it began."),
    ("events", "ends"): N_("When it ended."),
    ("events", "place"): N_("Where."),
    ("citations", "subject_type"): N_("What type of record is cited."),
    ("citations", "subject"): N_("The id of the record that is cited."),
    ("citations", "relation"): N_("Whether the report supports or denies it; empty: supports."),
    ("citations", "quote"): N_("The exact words, in their own language; empty where paraphrased."),
    ("citations", "speakers"): N_("Who speaks; from this is computed on which track the record stands."),
    ("citations", "attributed_to"): N_("The speaker, as the report words it."),
    ("citations", "public_wording"): N_("A vaguer wording of the speaker, shown to readers in its place."),
    ("citations", "stated"): N_(
        "When this speaker said it again, where that is another day than the record’s."
    ),
    ("citations", "attribution"): N_("What the speaker is to the holder, only where no actor can be named."),
    ("citations", "sensitive"): N_("Whether the words touch on somebody’s health or captivity."),
    ("citations", "source"): N_("The report."),
    ("citations", "translation"): N_("The words in English."),
    ("citations", "anonymous"): N_("Whether the report leaves the speaker unnamed."),
    ("citations", "setting"): N_("In what setting it was said."),
    ("citations", "locator"): N_("Where in the report it stands."),
    ("coverage", "actor"): N_("Of whom nothing was found."),
    ("coverage", "note"): N_("Where was searched."),
    ("coverage", "searched_through"): N_("Through which day somebody has searched."),
}


# --- Tables of the pages --------------------------------------------------------------------------------

_Meaning = tuple[str, str, type[StrEnum] | None]

_TABLES: Mapping[str, _Meaning] = {
    "record_type": ("word", N_("What type of record it is."), words.RecordType),
    "id": ("id", N_("Its id, unique among the records of its type in the negotiation."), None),
    "date": ("date", N_("When it was stated, presented or began, as far as that is known."), None),
    "date_first": ("date", N_("The first day that this may mean."), None),
    "date_last": ("date", N_("The last day that this may mean; nothing is said after it was printed."), None),
    "reported_on": ("date", N_("The day of the earliest report that supports it."), None),
    "actors": ("id", N_("For whom its track is judged: holders, authors, or who answers."), None),
    "issues": ("id", N_("On which issues."), None),
    "kind": ("word", N_("What kind of demand, answer, remark or event it is."), None),
    "summary": ("text", N_("What it says, in neutral words of ours."), None),
    "quantity": ("text", N_("An amount as reported."), None),
    "quantity_min": ("number", N_("Its lower bound, where that is a number."), None),
    "quantity_max": ("number", N_("Its upper bound, where that is a number."), None),
    "unit": ("text", N_("What the amount is an amount of."), None),
    "condition": ("text", N_("If, before, after, or in exchange for what."), None),
    "phase": ("text", N_("In which phase of the proposal it stands."), None),
    "proposal": ("id", N_("The proposal that it belongs to, answers or speaks about."), None),
    "track": ("word", N_("From its own side or said by others, for each actor in their order."), words.Track),
    "attribution": ("word", N_("What the speakers are to the actors."), words.Attribution),
    "attributed_to": ("text", N_("The speakers as readers are told of them."), None),
    "anonymous": ("boolean", N_("Whether nobody of them is named."), None),
    "reports": ("number", N_("How many reports support it on this track."), None),
    "origins": (
        "number",
        N_("How many of these are independent; for each actor in their order where tracks differ."),
        None,
    ),
    "denied_by": ("text", N_("Who denies it: ids, or words where the report names none."), None),
    "outlets": ("text", N_("Who printed it."), None),
    "urls": ("url", N_("Where it was printed."), None),
    "quote": ("text", N_("The exact words; empty where paraphrased or sensitive."), None),
    "permalink": ("url", N_("Its page on this site."), None),
    "column": ("text", N_("The column of the table, as the address names it."), None),
    "actor": ("id", N_("Whose position it is."), None),
    "as_of": ("date", N_("As of which day."), None),
    "issue": ("id", N_("On which issue."), None),
    "issue_title": ("text", N_("What the issue is called."), None),
    "place": ("word", N_("The place of the cell in which it stands, or what else the line is."), words.Slot),
    "since": ("date", N_("Since when it stands, with what it repeats."), None),
    "last_heard": ("date", N_("When it was last said."), None),
    "overtaken": ("boolean", N_("Whether an event has overtaken it."), None),
    "contested": ("boolean", N_("Whether an account that contradicts it stands too."), None),
    "tabled_by": ("id", N_("Whose wording it is, where only one side wants it."), None),
    "outlet": ("text", N_("Who printed the voice that the cell names."), None),
    "url": ("url", N_("Where that was printed."), None),
    "more_standing": ("number", N_("How many more stand, with no withdrawal recorded."), None),
    "empty": ("word", N_("Why the cell is empty."), words.Empty),
    "searched_through": ("date", N_("Through which day somebody has searched and found nothing."), None),
    "compared": ("text", N_("“gap” between two parties, or “movement” of one."), None),
    "other_actor": ("id", N_("The other party."), None),
    "other_as_of": ("date", N_("As of which day the other is taken."), None),
    "result": ("text", N_("What came of it; “not_comparable” where it cannot be told."), None),
    "steps_min": ("number", N_("At least so many steps of the scale."), None),
    "steps_max": ("number", N_("At most so many steps of the scale."), None),
    "steps_of_scale": ("number", N_("How many steps the scale has."), None),
    "accounts_differ": ("boolean", N_("Whether accounts of one day differ."), None),
    "other_quantity": ("text", N_("The amount of the other."), None),
    "quantity_apart_min": ("number", N_("At least so far apart are the amounts."), None),
    "quantity_apart_max": ("number", N_("At most so far apart are the amounts."), None),
    "why_not": ("word", N_("Why it is not compared."), Why),
    "became": ("word", N_("What became of the term from one text to the other."), Became),
    "obliged": ("id", N_("Who must do it."), None),
}
# Beside the words of their vocabulary these hold some that only a file has.
_FURTHER = {
    "place": ("dropped_by", "possible", "proposal", "answer", "term", "term_accepted"),
    "empty": ("no_such_text", "not_in_this_text"),
}
_SIDES = {"before": N_("In the earlier text:"), "after": N_("In the later text:")}

_TIMELINEJS: Mapping[str, str] = {
    "Year": N_("Year of the date, or of its beginning."),
    "Month": N_("Its month, where that is known."),
    "Day": N_("Its day, where that is known."),
    "Time": N_("Always empty."),
    "End Year": N_("Year of the end of a span."),
    "End Month": N_("Its month, where that is known."),
    "End Day": N_("Its day, where that is known."),
    "End Time": N_("Always empty."),
    "Display Date": N_("The date in words, with no more precision than is known."),
    "Headline": N_("What the record says, as HTML."),
    "Text": N_("Who says so, as HTML."),
    "Media": N_("Always empty."),
    "Media Credit": N_("Always empty."),
    "Media Caption": N_("Always empty."),
    "Media Thumbnail": N_("Always empty."),
    "Type": N_("“title” for the first row, which names the negotiation."),
    "Group": N_("Under what the tool puts it together."),
    "Background": N_("Always empty."),
}


def package_listings() -> list[Listing]:
    """The files of a data package, as its own schema has them."""
    return [
        Listing(
            file.name,
            file.path,
            FILE_MEANINGS[file.name],
            [_of_package(file.name, column) for column in file.columns],
        )
        for file in FILES
    ]


def table_listings(codes: Sequence[str] = ()) -> list[Listing]:
    """The tables of the pages, each as CSV and as a workbook, and the time line for TimelineJS.

    ``codes`` are the columns of other data sets' codes that the time line has here.
    """
    tables = (
        ("timeline", N_("Time line"), N_("One record a row."), TIMELINE),
        ("positions", N_("Positions"), N_("One line of a cell a row, or why a cell has none."), POSITIONS),
        ("comparison", N_("Comparison"), N_("One pair that is compared on an issue a row."), COMPARISON),
        ("terms", N_("Two proposals compared"), N_("One term a row, as both texts have it."), TERMS),
    )
    listings = [
        Listing(f"table-{key}", name, meaning, [_of_table(column) for column in columns])
        for key, name, meaning, columns in tables
    ]
    further = [Described(name, "text", meaning) for name, meaning in column_meanings(codes)]
    listings[0] = replace(listings[0], columns=[*listings[0].columns, *further])
    slides = [Described(name, "text", _TIMELINEJS[name]) for name in TIMELINEJS]
    return [*listings, Listing("table-timelinejs", "TimelineJS", N_("One slide a row."), slides)]


def _of_package(file: str, column: Column) -> Described:
    meaning = _PACKAGE.get((file, column.name)) or column.description or _PACKAGE[column.name]
    return Described(
        column.name,
        column.kind,
        f"{meaning[0].upper()}{meaning[1:]}".rstrip(".") + ".",
        column.filled,
        column.many,
        column.to or "",
        column.words,
        _vocabulary(column.words),
    )


def _of_table(name: str) -> Described:
    side, _, rest = name.partition("_")
    bare = rest if side in _SIDES else name
    kind, meaning, vocabulary = _TABLES[bare]
    assert (kind == "date") == (bare in DATES)  # noqa: S101 - the files are written by the same list
    return Described(
        name,
        kind,
        f"{_SIDES[side]} {meaning[0].lower()}{meaning[1:]}" if side in _SIDES else meaning,
        words=(*(word.value for word in vocabulary or ()), *_FURTHER.get(bare, ())),
        vocabulary=vocabulary,
    )


def _vocabulary(held: Sequence[str]) -> type[StrEnum] | None:
    """The vocabulary whose words these are, all or some of them."""
    if not held:
        return None
    known = [one for one in LABELS if issubclass(one, StrEnum) and set(held) <= {str(word) for word in one}]
    return min(known, key=lambda one: len(list(one)), default=None)


def api_listings(schemas: Mapping[str, Any]) -> list[Listing]:
    """What the API answers, as its own description (OpenAPI) has it."""
    listings = []
    for name, schema in sorted(schemas.items()):
        fields = [
            Described(
                field, _api_type(one), one.get("description", ""), words=tuple(_api_words(one, schemas))
            )
            for field, one in schema.get("properties", {}).items()
        ]
        if fields:
            listings.append(Listing(f"api-{name}", f"{name} (API)", schema.get("description", ""), fields))
    return listings


def _api_type(schema: Mapping[str, Any]) -> str:
    """A type of JSON in a word: “string”, “list of Citation”, “date or null”."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if several := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(dict.fromkeys(map(_api_type, several)))
    if schema.get("type") == "array":
        return f"list of {_api_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _api_words(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema = schemas.get(str(schema["$ref"]).rpartition("/")[2], {})
    yield from map(str, schema.get("enum", ()))
    for one in schema.get("anyOf") or schema.get("allOf") or ():
        yield from _api_words(one, schemas)


def unused_meanings() -> Iterator[str]:
    """Meanings for which there is no column; none, if all is well."""
    named = {name for file in FILES for name in (*file.header, *((file.name, one) for one in file.header))}
    yield from (str(key) for key in _PACKAGE if key not in named)
    bare = {name.partition("_")[2] if name.partition("_")[0] in _SIDES else name for name in TERMS}
    yield from _TABLES.keys() - {*TIMELINE, *POSITIONS, *COMPARISON, *bare}
    yield from _TIMELINEJS.keys() - set(TIMELINEJS)
