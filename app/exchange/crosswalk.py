"""Codes of other data sets beside ours, from a file that whoever runs the site has written; none is guessed.

An issue has topic codes of PA-X, an actor ids of UCDP, Gleditsch and Ward, ISO 3166 and Wikidata, a kind of
record an event type of PLOVER. What the file does not say stays empty.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.domain.vocabulary import Answer, DemandKind, EventKind, RecordType, RemarkKind
from app.exchange.package_reading import KEBAB
from app.exchange.tables import BETWEEN, Cell, Row, Table

# The form of a code in each scheme, and how it is said.
_ISSUES = {
    "pax": (re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}", re.ASCII), "a PA-X topic code: letters and digits")
}
_ACTORS = {
    "ucdp": (re.compile(r"[1-9][0-9]{0,6}", re.ASCII), "the number of a UCDP actor"),
    "gw": (re.compile(r"[1-9][0-9]{0,3}", re.ASCII), "a Gleditsch and Ward number of up to four digits"),
    "iso": (re.compile(r"[A-Z]{2,3}", re.ASCII), "an ISO 3166 code of two or three capitals"),
    "wikidata": (re.compile(r"Q[1-9][0-9]{0,11}", re.ASCII), "a Wikidata id: Q and a number"),
}
_KINDS = {"plover": (re.compile(r"[A-Z][A-Z_-]{1,29}", re.ASCII), "a PLOVER event type in capitals")}
_VOCABULARIES: dict[str, type[StrEnum]] = {
    RecordType.DEMAND.value: DemandKind,
    RecordType.RESPONSE.value: Answer,
    RecordType.REMARK.value: RemarkKind,
    RecordType.EVENT.value: EventKind,
}

Codes = dict[tuple[str, str], str]


class WrongCrosswalk(ValueError):
    """The file cannot be used; the message has everything that is wrong with it, a line each."""


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """Codes by column of the time line's file: of an issue or an actor by negotiation and id, of a kind by
    the type of record and the word. ``digest`` is of the file, empty where there is none.
    """

    columns: Mapping[str, Codes] = field(default_factory=dict)
    digest: str = ""

    def beside(self, table: Table, negotiation: str) -> Table:
        """The time line with the codes behind its columns; the same where none are given."""
        if not self.columns:
            return table
        places = [table.columns.index(name) for name in ("issues", "actors", "kind", "record_type")]

        def coded(row: Row) -> Row:
            issues, actors, kind, type_ = (str(row[place] or "") for place in places)
            return [*row, *self._cells(negotiation, issues, actors, (type_, kind))]

        chunks = ([coded(row) for row in rows] for rows in table.chunks)
        return Table((*table.columns, *self.columns), chunks)

    def _cells(self, negotiation: str, issues: str, actors: str, kind: tuple[str, str]) -> Iterator[Cell]:
        for name, codes in self.columns.items():
            if name.startswith("kind_"):
                yield codes.get(kind)
                continue
            ids = (issues if name.startswith("issues_") else actors).split(BETWEEN)
            found = [codes.get((negotiation, id_), "") for id_ in ids]
            # One code for each in their order; nothing at all where none has one.
            yield BETWEEN.join(found) if any(found) else None


def read_crosswalk(path: Path) -> Crosswalk:
    """Read the file (TOML). Raises WrongCrosswalk with everything that is wrong."""
    try:
        content = path.read_bytes()
        found = tomllib.loads(content.decode())
    except OSError as error:
        raise WrongCrosswalk(f"{path.name} cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongCrosswalk(f"{path.name} is not TOML ({error})") from None
    reading = _Reading(path.name)
    reading.read(found)
    if reading.faults:
        raise WrongCrosswalk("\n".join(reading.faults))
    order = [
        *(f"issues_{name}" for name in _ISSUES),
        *(f"actors_{name}" for name in _ACTORS),
        *(f"kind_{name}" for name in _KINDS),
    ]
    columns = {name: reading.codes[name] for name in order if reading.codes.get(name)}
    return Crosswalk(columns, hashlib.sha256(content).hexdigest()[:12])


Schemes = Mapping[str, tuple[re.Pattern[str], str]]


class _Reading:
    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[str] = []
        self.codes: dict[str, Codes] = {}

    def read(self, found: Mapping[str, Any]) -> None:
        for name, part in found.items():
            if name == "kinds":
                self._kinds(part)
            elif name == "negotiations":
                for id_, of in self._table(part, "negotiations", "an id of a negotiation").items():
                    self._negotiation(id_, of)
            else:
                self._fault(name, "is not known", "write negotiations or kinds")

    def _negotiation(self, id_: str, of: Any) -> None:
        where = f"negotiations.{id_}"
        if not KEBAB.fullmatch(id_):
            self._fault(where, "is not an id of a negotiation", "write the id that its addresses have")
        for name, part in self._table(of, where, "issues or actors").items():
            schemes = {"issues": _ISSUES, "actors": _ACTORS}.get(name)
            if schemes is None:
                self._fault(f"{where}.{name}", "is not known", "write issues or actors")
                continue
            for record, codes in self._table(part, f"{where}.{name}", "an id").items():
                at = f"{where}.{name}.{record}"
                if not KEBAB.fullmatch(record):
                    self._fault(at, "is not an id", "write the id that its addresses have")
                self._given(name, schemes, (id_, record), codes, at)

    def _kinds(self, part: Any) -> None:
        for type_, kinds in self._table(part, "kinds", "a type of record").items():
            vocabulary = _VOCABULARIES.get(type_)
            if vocabulary is None:
                self._fault(f"kinds.{type_}", "has no kinds", f"write one of {', '.join(_VOCABULARIES)}")
                continue
            for word, codes in self._table(kinds, f"kinds.{type_}", "a kind").items():
                at = f"kinds.{type_}.{word}"
                if word not in set(vocabulary):
                    self._fault(at, "is no kind of it", f"write one of {', '.join(vocabulary)}")
                self._given("kind", _KINDS, (type_, word), codes, at)

    def _given(self, of: str, schemes: Schemes, key: tuple[str, str], codes: Any, at: str) -> None:
        for scheme, code in self._table(codes, at, "a scheme and a code").items():
            if scheme not in schemes:
                self._fault(f"{at}.{scheme}", "is no scheme known here", f"write one of {', '.join(schemes)}")
                continue
            form, words = schemes[scheme]
            # A code that is a number may be written as one.
            text = str(code) if isinstance(code, int) and not isinstance(code, bool) else code
            if not isinstance(text, str) or not form.fullmatch(text):
                self._fault(f"{at}.{scheme}", f"“{str(code)[:40]}” is no code of it", f"write {words}")
                continue
            self.codes.setdefault(f"{of}_{scheme}", {})[key] = text

    def _table(self, part: Any, at: str, words: str) -> Mapping[str, Any]:
        if isinstance(part, dict):
            return part
        self._fault(at, "is not a table", f"write {words} below it")
        return {}

    def _fault(self, at: str, problem: str, remedy: str) -> None:
        self.faults.append(f"{self.name}: {at}: {problem}; {remedy}")


def column_meanings(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What each of these columns holds, for the codebook."""
    said = {
        "issues_pax": "PA-X topic codes of the issues",
        "actors_ucdp": "UCDP ids of the actors",
        "actors_gw": "Gleditsch and Ward numbers of the actors",
        "actors_iso": "ISO 3166 codes of the actors",
        "actors_wikidata": "Wikidata ids of the actors",
        "kind_plover": "PLOVER event type of the kind",
    }
    for name in columns:
        several = "" if name.startswith("kind_") else ", in their order"
        yield name, f"{said[name]}{several}; empty where whoever runs the site has given none."
