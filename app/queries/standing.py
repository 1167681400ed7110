"""What is here already that a new entry may repeat or relate to, the likest first (domain.md §4)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz, utils
from sqlalchemy import Select, and_, exists, or_, select

from app.db import ReadSession
from app.domain.dates import Edtf, NotADate, parse_edtf
from app.domain.position import position
from app.domain.search import fold
from app.domain.vocabulary import Basis, RecordType, Track
from app.forms.base import Typed
from app.forms.entries import relations
from app.models import Record, RecordActor, RecordIssue, Response
from app.models.joins import of_record
from app.models.loading import load_cells
from app.queries.citations import CitationLine, Evidence, citations_of, evidence
from app.queries.negotiations import Cast, cast_of
from app.queries.records import RecordLine, actors_of, issues_of, records_of
from app.queries.visibility import published

# So many are shown; so many are looked through; a form rarely names more cells.
MOST_SHOWN, MOST_COMPARED, MOST_CELLS = 12, 500, 6
# Of longer words the beginning is compared.
MOST_WORDS = 1000
# What has no likeness and is not near in date is not offered: less like than this, further than this.
LIKE, NEAR = 60, timedelta(days=3)
# Two accounts of one thing rarely give it dates further apart.
FAR = timedelta(days=60)
_ID = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StandingChoice:
    """A record that a new entry may be the same as; a demand stands for a holder on an issue."""

    record: RecordLine
    evidence: Evidence
    holder: str | None = None
    issue: str | None = None
    last_heard: str = ""

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


@dataclass(frozen=True, slots=True)
class Standing:
    """The likest of what is standing, and how many there are."""

    choices: Sequence[StandingChoice] = ()
    count: int = 0


def standing_choices(
    session: ReadSession, negotiation: str, type_: RecordType, typed: Typed, on: date
) -> Standing:
    """What is standing that an entry may be the same as or, for a demand, may relate to."""
    cast = cast_of(session, negotiation)
    return _STANDING[type_](session, negotiation, cast, typed, on)


def tracks_of(
    session: ReadSession, negotiation: str, demands: Iterable[str], on: date
) -> dict[str, dict[str, Track]]:
    """The track on which each of these demands stands for each of its holders, as of a day."""
    subjects = [(RecordType.DEMAND, demand) for demand in demands if _ID.fullmatch(demand)]
    actors = actors_of(session, negotiation, subjects)
    citations = citations_of(session, negotiation, subjects, on, Basis.REPORTED)
    return {
        subject[1]: {
            holder: evidence(citations.get(subject, ()), holder).track
            for holder in actors.get(subject, {}).get("holder", ())
        }
        for subject in subjects
    }


def likeness(said: Iterable[str], held: Iterable[str]) -> tuple[float, float]:
    """How like the likest two of these texts are, from 0 to 100: by shared words, then by all words."""
    ours, theirs = ([utils.default_process(fold(text)) for text in texts if text] for texts in (said, held))
    pairs = [(one, other) for one in ours for other in theirs]
    return max(
        ((fuzz.token_set_ratio(*pair), fuzz.token_sort_ratio(*pair)) for pair in pairs), default=(0.0, 0.0)
    )


def _standing_demands(session: ReadSession, negotiation: str, cast: Cast, typed: Typed, on: date) -> Standing:
    """The demands that stand today for these holders on these issues: shown ones first, then the latest."""
    cells = [
        (h, i) for h in typed["holders"] if h in cast.actors for i in typed["issues"] if i in cast.issues
    ]
    if not cells:
        return Standing()
    records = load_cells(session, negotiation, cells[:MOST_CELLS])
    found: dict[str, tuple[str, str, str]] = {}
    for holder, issue in cells[:MOST_CELLS]:
        cell = position(records, holder, issue, on, Basis.REPORTED)
        for item in (*cell.shown(), *cell.standing):
            if item.type is RecordType.DEMAND:
                found.setdefault(item.id, (holder, issue, item.last_heard))
    here = _lines(session, negotiation, RecordType.DEMAND, list(found)[:MOST_COMPARED], on)
    said = _said(typed, "summary", "quote")
    if said:
        here.sort(key=lambda pair: likeness(said, _held(*pair)), reverse=True)
    choices = [
        StandingChoice(record, evidence(lines, holder), holder, issue, heard)
        for record, lines in _shown(here, typed)
        for holder, issue, heard in [found[record.id]]
    ]
    return Standing(choices, len(found))


def _standing_responses(
    session: ReadSession, negotiation: str, cast: Cast, typed: Typed, on: date
) -> Standing:
    """The answers of the same actor to the same proposal, nearest in date, then likest."""
    actor, proposal = typed.one("actor"), typed.one("proposal")
    if actor not in cast.actors or not _ID.fullmatch(proposal):
        return Standing()
    wanted = (
        _published(negotiation, RecordType.RESPONSE)
        .join(Response, and_(Response.negotiation == Record.negotiation, Response.id == Record.id))
        .where(Response.proposal == proposal, exists(_part("responds").where(RecordActor.actor == actor)))
    )
    here = _lines(session, negotiation, RecordType.RESPONSE, session.scalars(wanted).all(), on)
    said, dated = _said(typed, "summary", "quote"), _dated(typed, "stated")
    # Sorting keeps the order of what is as near: first by likeness, then by date.
    here.sort(key=lambda pair: likeness(said, _held(*pair)), reverse=True)
    here.sort(key=lambda pair: _apart(pair[0], dated))
    return _standing(here, typed, actor)


def _standing_remarks(session: ReadSession, negotiation: str, cast: Cast, typed: Typed, on: date) -> Standing:
    """The remarks about the same actor, or the talks, and on the same issue or on none in particular."""
    whom, issue = typed.one("whom"), typed.one("issue")
    if (whom and whom not in cast.actors) or (issue and issue not in cast.issues):
        return Standing()
    is_about = exists(_part("about").where(RecordActor.actor == whom)) if whom else ~exists(_part("about"))
    wanted = _published(negotiation, RecordType.REMARK).where(is_about)
    if issue:
        of_issue = select(1).where(of_record(RecordIssue))
        wanted = wanted.where(or_(exists(of_issue.where(RecordIssue.issue == issue)), ~exists(of_issue)))
    here = _lines(session, negotiation, RecordType.REMARK, session.scalars(wanted).all(), on)
    if said := _said(typed, "summary", "quote"):
        here.sort(key=lambda pair: likeness(said, _held(*pair)), reverse=True)
    found = _standing(here, typed, whom or None)
    issues = issues_of(session, negotiation, [choice.record.subject for choice in found.choices])
    return replace(
        found,
        choices=[
            replace(choice, issue=next(iter(issues.get(choice.record.subject, ())), None))
            for choice in found.choices
        ],
    )


def _standing_titles(
    type_: RecordType, date_field: str
) -> Callable[[ReadSession, str, Cast, Typed, date], Standing]:
    """For what has a title: records with one like it, or as near in date as can be."""

    def standing(session: ReadSession, negotiation: str, cast: Cast, typed: Typed, on: date) -> Standing:
        said, dated = _said(typed, "heading", "summary"), _dated(typed, date_field)
        if not said and not dated:
            return Standing()
        wanted = _published(negotiation, type_)
        if dated:
            least, greatest = _day_or(dated.first, -FAR), _day_or(dated.last, FAR)
            wanted = wanted.where(Record.last_day >= least, Record.first_day <= greatest)
        records = records_of(session, negotiation, [(type_, id_) for id_ in session.scalars(wanted)])
        found = []
        for record in records.values():
            alike = likeness(said, (record.title or "", record.summary or ""))[0]
            apart = _apart(record, dated)
            if alike >= LIKE or (dated and apart <= NEAR):
                found.append((alike - apart / timedelta(days=2), record.id))
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        kept = [id_ for _, id_ in found]
        shown = [*kept[:MOST_SHOWN], *(id_ for id_ in kept[MOST_SHOWN:] if id_ in relations(typed))]
        here = _lines(session, negotiation, type_, shown, on)
        actors = actors_of(session, negotiation, [record.subject for record, _ in here])
        choices = []
        for record, lines in here:
            authors = actors.get(record.subject, {}).get("proposed_by", [])
            holder = authors[0] if authors else None
            choices.append(StandingChoice(record, evidence(lines, holder), holder))
        return Standing(choices, len(found))

    return standing


_STANDING: Mapping[RecordType, Callable[[ReadSession, str, Cast, Typed, date], Standing]] = {
    RecordType.DEMAND: _standing_demands,
    RecordType.PROPOSAL: _standing_titles(RecordType.PROPOSAL, "presented"),
    RecordType.RESPONSE: _standing_responses,
    RecordType.REMARK: _standing_remarks,
    RecordType.EVENT: _standing_titles(RecordType.EVENT, "starts"),
}

_Pair = tuple[RecordLine, Sequence[CitationLine]]


def _published(negotiation: str, type_: RecordType) -> Select[str]:
    """The newest published records of a type."""
    return (
        select(Record.id)
        .where(Record.negotiation == negotiation, Record.type == type_, published(Record))
        .order_by(Record.last_day.desc(), Record.first_day.desc(), Record.id)
        .limit(MOST_COMPARED)
    )


def _part(part: str) -> Select[Any]:
    return select(1).where(of_record(RecordActor), RecordActor.part == part)


def _lines(
    session: ReadSession, negotiation: str, type_: RecordType, ids: Sequence[str], on: date
) -> list[_Pair]:
    """These records with their citations, in the order given."""
    subjects = [(type_, id_) for id_ in ids]
    lines = records_of(session, negotiation, subjects)
    citations = citations_of(session, negotiation, subjects, on, Basis.REPORTED)
    return [(lines[subject], citations.get(subject, ())) for subject in subjects if subject in lines]


def _shown(here: Sequence[_Pair], typed: Typed) -> list[_Pair]:
    """The first few, and of the others those of which something was said already."""
    said = relations(typed)
    return [*here[:MOST_SHOWN], *(pair for pair in here[MOST_SHOWN:] if pair[0].id in said)]


def _standing(here: Sequence[_Pair], typed: Typed, holder: str | None) -> Standing:
    choices = [
        StandingChoice(record, evidence(lines, holder), holder) for record, lines in _shown(here, typed)
    ]
    return Standing(choices, len(here))


def _said(typed: Typed, *fields: str) -> list[str]:
    return [words for field in fields if (words := typed.one(field).strip()[:MOST_WORDS])]


def _held(record: RecordLine, lines: Sequence[CitationLine]) -> list[str]:
    return [record.words, *(line.quote for line in lines if line.quote)]


def _dated(typed: Typed, field: str) -> Edtf | None:
    try:
        return parse_edtf(typed.one(field).strip())
    except NotADate:
        return None


def _apart(record: RecordLine, dated: Edtf | None) -> timedelta:
    """How far apart the days of a record and a date are, at the least."""
    if dated is None:
        return timedelta()
    first, last = date.fromisoformat(record.first_day), date.fromisoformat(record.last_day)
    return max(first - dated.last, dated.first - last, timedelta())


def _day_or(day: date, by: timedelta) -> str:
    """A day so much later, or the last that there is."""
    try:
        return (day + by).isoformat()
    except OverflowError:
        return (date.max if by > timedelta() else date.min).isoformat()
