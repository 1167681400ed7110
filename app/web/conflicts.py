"""Two people correct one record: what the other saved beside one’s own text, word by word (domain.md §7).

Nothing is saved until that is decided: the form keeps one’s own text, and the other’s can be taken over,
field by field or as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.db import ReadSession
from app.domain.differences import Piece, differences, in_the_old_order
from app.domain.vocabulary import CitationRelation
from app.forms.base import Typed
from app.forms.entries import Noun
from app.queries.entries import Editable, EditableCitation
from app.queries.histories import row_at, terms_at
from app.web.labels import column_name
from app.web.values import Words

_THEIRS = "theirs"
# The terms of a proposal are taken over together: they have an order.
TERMS = "terms"
_TERM_FIELD = "term-"

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One field that either of two people has changed: their words and one's own, against what was there.

    ``about`` is the term that it is of. ``take`` is what the button says that takes over theirs; empty where
    both say the same.
    """

    name: str
    about: str
    theirs: Sequence[Piece]
    mine: Sequence[Piece]
    they_changed: bool
    i_changed: bool
    take: str


def taken(action: str) -> str | None:
    """What of the other's text a button takes over: a column, or everything, which is empty.

    None for every other button.
    """
    if action == _THEIRS:
        return ""
    return action.removeprefix(f"{_THEIRS}-") if action.startswith(f"{_THEIRS}-") else None


def opened_on(typed: Typed) -> int | None:
    """The revision that a form was first opened on, where somebody has saved another since."""
    number = typed.one("base")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 12 else None


def outdated(typed: Typed, seen: int) -> Typed:
    """The fields of a form that came too late: it answers to the newest revision from now on."""
    return Typed(typed | {"seen": [str(seen)], "base": [typed.one("base") or typed.one("seen")]})


# --- A record --------------------------------------------------------------------------------------------


def compared_record(
    session: ReadSession,
    negotiation: str,
    kind: Noun,
    found: Editable,
    base: int,
    mine: Row,
    my_terms: Sequence[Row] | None,
    words: Words,
) -> list[Compared]:
    """What both have made of a record; ``found`` is what the other has saved."""
    noun = kind.record_type.value
    was = row_at(session, negotiation, noun, found.id, base)
    fields = _compared(words, noun, kind.columns, was, found.row, mine)
    if my_terms is not None:
        before = terms_at(session, negotiation, found.id, base)
        fields += _compared_terms(words, before, found.terms, my_terms)
    return fields


def _compared_terms(
    words: Words, before: Mapping[str, Row], theirs: Sequence[Row], mine: Sequence[Row]
) -> list[Compared]:
    """The terms, each as a whole known by its id; one that is not there any more has gone."""
    by_id = {row["id"]: row for row in theirs}
    own = {row.get("id", f"new {place}"): row for place, row in enumerate(mine, 1)}
    fields = []
    for term in dict.fromkeys([*own, *by_id, *before]):
        rows = [row.get(term, {}) for row in (before, by_id, own)]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        columns = [column for column in columns if column not in _BESIDE]
        about = next((row["summary"] for row in reversed(rows) if "summary" in row), term)
        fields += [
            replace(field, about=about, take=TERMS if field.take else "")
            for field in _compared(words, "term", columns, *rows)
        ]
    return fields


# What the form of a term leaves alone.
_BESIDE = frozenset({"id", "proposal", "scale_version", "rung_min", "rung_max", "placement_reason"})


def with_theirs(kind: Noun, typed: Typed, theirs: Typed, what: str) -> Typed:
    """The form with a column of the other's text in place of one's own; all of it where none is named."""
    if not what:
        kept = {name: typed[name] for name in ("token", "reason", "base", "seen") if name in typed}
        return Typed(theirs | kept)
    if what == TERMS:
        names = {name for name in (*typed, *theirs) if name.startswith(_TERM_FIELD)}
    elif what in kind.columns:
        names = _fields(kind, what)
    else:
        return typed
    found = Typed({name: values for name, values in typed.items() if name not in names})
    return Typed(found | {name: values for name, values in theirs.items() if name in names})


def _fields(kind: Noun, column: str) -> set[str]:
    """The fields of a form that make a column: a date has three."""
    fields = set(kind.typed({column: "2024-01-01~"}, ()))
    return fields | ({f"{column}_day", "about"} if column == kind.dated else set())


# --- A citation ------------------------------------------------------------------------------------------


def compared_citation(
    session: ReadSession,
    negotiation: str,
    found: EditableCitation,
    base: int,
    mine: Row,
    columns: Sequence[str],
    words: Words,
) -> list[Compared]:
    """What both have made of a citation."""
    was = row_at(session, negotiation, "citation", str(found.number), base)
    rows = [_plain(row) for row in (was, found.row, mine)]
    return _compared(words, "citation", columns, *rows)


def _plain(row: Row) -> Row:
    """A citation without what means the same as nothing."""
    usual = {"relation": CitationRelation.SUPPORTS.value, "anonymous": "no", "sensitive": "no"}
    return {name: value for name, value in row.items() if usual.get(name) != value}


def columns_with_theirs(typed: Typed, theirs: Typed, columns: Sequence[str], what: str) -> Typed:
    """The same for a form whose fields are called as their columns."""
    names = set(columns) if not what else {what} & set(columns)
    found = Typed({name: values for name, values in typed.items() if name not in names})
    return Typed(found | {name: values for name, values in theirs.items() if name in names})


# --- Any row ---------------------------------------------------------------------------------------------


def compared_row(
    words: Words, noun: str, columns: Sequence[str], was: Row, theirs: Row, mine: Row
) -> list[Compared]:
    """What both have made of any other row."""
    return _compared(words, noun, columns, was, theirs, mine)


def _compared(
    words: Words, noun: str, columns: Sequence[str], was: Row, theirs: Row, mine: Row
) -> list[Compared]:
    fields = []
    theirs, mine = in_the_old_order(was, theirs), in_the_old_order(was, mine)
    for column in columns:
        then, their, my = (row.get(column, "") for row in (was, theirs, mine))
        if then == their == my:
            continue
        before = words.of(noun, column, then)
        fields.append(
            Compared(
                name=column_name(noun, column),
                about="",
                theirs=differences(before, words.of(noun, column, their)),
                mine=differences(before, words.of(noun, column, my)),
                they_changed=then != their,
                i_changed=then != my,
                take="" if their == my else column,
            )
        )
    return fields
