"""The form in which records and citations are answered; fields are the columns of the data package."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from app.domain.vocabulary import (
    Answer,
    Attribution,
    Basis,
    CitationRelation,
    DemandKind,
    EventKind,
    LinkRelation,
    Outcome,
    RecordGrade,
    RecordType,
    RemarkKind,
    Setting,
    SourceStatus,
    Track,
)
from app.queries.citations import CitationLine, Subject
from app.queries.proposal_columns import has_ended
from app.queries.records import RecordLine
from app.queries.timeline import Side as SideLine
from app.queries.timeline import TimelineRow
from app.web.api.parameters import EDTF
from app.web.paths import href
from app.web.render import is_by


def told(description: str, *examples: Any, **more: Any) -> Any:
    """A field, with what it means and how it may read."""
    return Field(description=description, examples=list(examples) or None, **more)


class AsOf(BaseModel):
    """As of which day a single record is answered."""

    on: date = told(
        "The day: the one asked for or, where it was not known yet, the first on which it was.", "2024-09-04"
    )
    basis: Basis = told("What “as of” means.", "reported")
    is_later: bool = told("Whether it was not known yet on the day that was asked for.", False)
    is_possible: bool = told("Whether its date does not say if it is by the day that was asked for.", False)


class Citation(BaseModel):
    """One report for or against a record: who says so, where, and in what words."""

    number: int = told("The number of the citation in its negotiation.", 12)
    subject_type: RecordType = told("What kind of record it is of.", "demand")
    subject: str = told("The id of the record.", "hamas-2023-12-25-rejects-giving-up-power")
    source: str = told("The id of the report.", "scmp-2023-12-25")
    outlet: str = told("Who printed it.", "South China Morning Post")
    title: str | None = told("The title of the report.", None)
    url: str | None = told("Where it is to be read.", "https://www.scmp.com/news/world")
    published: str = told(f"When it was published. {EDTF}", "2023-12-25")
    language: str = told("Its language (BCP 47).", "en")
    source_status: SourceStatus | None = told("What its outlet has done with it by the day.", None)
    relation: CitationRelation = told("Whether it supports or denies the record.", "supports")
    retracted: bool = told("Whether by the day its outlet had retracted it: it supports nothing.", False)
    quote: str | None = told(
        "The exact words in their language; null where paraphrased, sensitive or withheld.",
        None,
    )
    translation: str | None = told("The words in English.", None)
    withheld: bool = told("Whether the words were blanked for somebody’s safety.", False)
    sensitive: bool = told(
        "Whether the words touch on a person’s health or captivity: they are read on the page of the record.",
        False,
    )
    speakers: list[str] = told("The ids of the actors who speak.", ["qatar"])
    attributed_to: str | None = told("The speaker as readers are told of them.", "a Qatari official")
    anonymous: bool = told("Whether the speaker has no name.", True)
    setting: Setting | None = told("In what setting it was said.", "public_statement")
    stated: str | None = told(f"When this speaker said it again, on another day. {EDTF}", None)
    attribution: dict[str, Attribution] = told(
        "What the speakers are to each actor for whom the record is judged, by the id of the actor.",
        {"qatar": "self"},
    )
    locator: str | None = told("Where in the report it stands.", None)
    note: str | None = told("What else there is to say of it.", None)


class Side(BaseModel):
    """What a record rests on, seen from those of its actors for whom it is the same."""

    actors: list[str] = told(
        "The ids of these actors; none for an event and for a remark on the process.", ["qatar"]
    )
    track: Track = told("Whether it is from their own side, or only said by others.", "own_side")
    attribution: Attribution = told("Who speaks, seen from them.", "self")
    reports: int = told("How many reports count on this track.", 2)
    origins: int = told("How many of these are independent of each other.", 1)


class Record(BaseModel):
    """What every record says."""

    type: RecordType = told("What kind of record it is.")
    id: str = told("Its id, unique among those of its type in the negotiation.", "an-id")
    page: str = told("The address of its page.", "https://parley.example/negotiations/gaza/demands/an-id")
    earliest: date = told("The first day that its date may mean.", "2023-12-25")
    latest: date = told(
        "The last day that its date may mean: it was said before it was printed.", "2023-12-25"
    )
    reported_on: date = told("The day of the earliest report that supports it.", "2023-12-25")
    sides: list[Side] = told("On which track it stands, for each of its actors: never counted together.")
    denied_by: list[str] = told("Who denies it: ids of actors or, where none is named, words.", [])
    citations: list[Citation] = told("Every report for or against it that is known by the day.")
    as_of: AsOf | None = told("As of which day it is answered; only at its own address.", None, default=None)


class Placed(BaseModel):
    """An amount as reported, and a place on the scale of the issue."""

    quantity: str | None = told("An amount as reported, never rounded.", "700-1000")
    quantity_min: float | None = told("Its lower bound, where it has one.", 700)
    quantity_max: float | None = told("Its upper bound, where it has one.", 1000)
    unit: str | None = told("What is counted.", "prisoners")
    scale_version: int | None = told("The version of the scale on which an editor placed it.", 1)
    rung_min: int | None = told("The lowest rung of the place.", 2)
    rung_max: int | None = told("The highest rung of the place.", 2)
    placement_reason: str | None = told("Why it was placed there.", None)


class DemandLink(BaseModel):
    """A link of a demand to another, read from this end of it."""

    relation: LinkRelation = told("What the one does to the other.", "replaces")
    is_from_here: bool = told("Whether this demand does it to the other, or the other to this one.", True)
    other: str = told("The id of the other demand.", "hamas-2023-12-25-rejects-giving-up-power")
    note: str | None = told("Which part of it is meant.", None)


class Demand(Placed, Record):
    """One reported claim about what its holders ask for, give, accept or refuse."""

    type: Literal[RecordType.DEMAND] = told("What kind of record it is.", "demand")
    holders: list[str] = told("The ids of those whose claim it is.", ["qatar"])
    issues: list[str] = told(
        "The ids of the issues; several only where they cannot be parted.", ["governance-of-gaza"]
    )
    kind: DemandKind = told("What kind of claim it is.", "rejection")
    summary: str = told("The claim in neutral words.", "Rejects giving up power in Gaza")
    condition: str | None = told("If, before, after, in exchange for what.", None)
    deadline: str | None = told(f"By when. {EDTF}", None)
    stated: str = told(f"When it was stated. {EDTF}", "2023-12-25")
    grade: RecordGrade | None = told("How credible it is (Admiralty scale); null: not graded.", None)
    proposal: str | None = told("The id of the proposal that it speaks of.", None)
    overtaken_by: str | None = told(
        "The id of the event that overtook it, where that is known by the day.", None
    )
    contradicts: list[str] = told("The ids of the demands with which it cannot both be right.", [])
    links: list[DemandLink] | None = told("Its links; only at its own address.", None, default=None)


class Term(Placed, Record):
    """The text of a proposal on one issue. Its track is that of its proposal, its citations are its own."""

    type: Literal[RecordType.TERM] = told("What kind of record it is.", "term")
    proposal: str | None = told("The id of its proposal.", "israel-may-27-2024")
    phase: str | None = told("The phase in which it holds.", "1")
    issue: str = told("The id of the issue.", "ceasefire-duration")
    summary: str = told("What it says, in neutral words.", "A temporary ceasefire of six weeks")
    obliged: list[str] = told("The ids of those who must do it.", ["united-states"])
    condition: str | None = told("If, before, after, in exchange for what.", None)
    tabled_by: list[str] = told("The ids of those who alone want this wording.", [])


class Proposal(Record):
    """A package of terms that somebody put forward."""

    type: Literal[RecordType.PROPOSAL] = told("What kind of record it is.", "proposal")
    title: str = told("Its title.", "Three-phase proposal of 27 May 2024")
    proposed_by: list[str] = told("The ids of those who put it forward.", ["united-states"])
    mediated_by: list[str] = told("The ids of those who mediate it.", ["qatar", "egypt"])
    presented: str = told(f"When it was put forward. {EDTF}", "2024-05-27")
    amends: str | None = told("The id of the proposal that it amends.", None)
    ended: str | None = told(f"When it ended, once it has. {EDTF}", None)
    outcome: Outcome | None = told("How it ended, once it has.", None)
    summary: str | None = told("What it is, in neutral words.", None)
    terms: list[str] = told("The ids of its terms, in their order.", ["israel-may-27-2024-t01"])
    term_records: list[Term] | None = told("Its terms; only at its own address.", None, default=None)


class Response(Record):
    """A party’s answer to a proposal, or to one of its terms."""

    type: Literal[RecordType.RESPONSE] = told("What kind of record it is.", "response")
    proposal: str | None = told("The id of the proposal.", "israel-may-27-2024")
    term: str | None = told("The id of the term that is answered; null: the whole.", None)
    actor: str = told("The id of whoever answers.", "qatar")
    response: Answer = told("The answer.", "accepted_with_reservations")
    summary: str | None = told("The answer in neutral words.", None)
    stated: str = told(f"When it was given. {EDTF}", "2024-06-11")


class Remark(Record):
    """What somebody says about a party or the process; never a position."""

    type: Literal[RecordType.REMARK] = told("What kind of record it is.", "remark")
    about: str | None = told("The id of whom it is about; null: the process.", None)
    issue: str | None = told("The id of the issue.", None)
    remark: RemarkKind | None = told("What is said.", "progress")
    summary: str = told("The remark in neutral words.", "The gaps are narrow")
    stated: str = told(f"When it was said. {EDTF}", "2024-04-03")


class Event(Record):
    """Context on the time line."""

    type: Literal[RecordType.EVENT] = told("What kind of record it is.", "event")
    kind: EventKind | None = told("What kind of event.", "talks_round")
    title: str = told("What happened.", "Talks in Cairo end without progress")
    starts: str = told(f"When it began. {EDTF}", "2024-04-08")
    ends: str | None = told(f"When it ended, once it has. {EDTF}", None)
    place: str | None = told("Where.", "Cairo")
    summary: str | None = told("What happened, in neutral words.", None)


AnyRecord = Annotated[Demand | Proposal | Term | Response | Remark | Event, Field(discriminator="type")]


class Listed(BaseModel):
    """Of what a list is, and as of when."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    on: date = told("The day as of which this is known, or was stated.", "2024-09-04")
    basis: Basis = told("What “as of” means.", "reported")


class Timeline(Listed):
    """A page of the time line."""

    rows: list[AnyRecord] = told("The records, newest first.")
    possible: list[AnyRecord] = told(
        "With basis=stated, on the first page: records that only may be by the day."
    )


class Citations(Listed):
    """The citations of one record."""

    citations: list[Citation] = told("In the order of entry.")


SHAPES: dict[RecordType, type[Record]] = {
    RecordType.DEMAND: Demand,
    RecordType.PROPOSAL: Proposal,
    RecordType.TERM: Term,
    RecordType.RESPONSE: Response,
    RecordType.REMARK: Remark,
    RecordType.EVENT: Event,
}


def _list_of(record_type: RecordType, shape: Any) -> type[Listed]:
    plural = f"{record_type.value}s"
    possible = "With basis=stated, on the first page: those that only may be by the day."
    fields: dict[str, Any] = {
        plural: (list[shape], told("Newest first.")),
        "possible": (list[shape], told(possible)),
    }
    return create_model(plural.capitalize(), __base__=Listed, __doc__=f"A page of {plural}.", **fields)


LISTS: dict[RecordType, type[Listed]] = {type_: _list_of(type_, shape) for type_, shape in SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Shaping:
    """Gives rows of one view their form. ``known`` are the other records that may be named with them."""

    negotiation: str
    site: str
    on: date
    basis: Basis
    known: frozenset[Subject] = frozenset()

    def record(self, row: TimelineRow, terms: Sequence[str] = ()) -> Any:
        """A record in the form of its type."""
        own = getattr(self, f"_{row.record.type.value}")
        more: dict[str, Any] = {"terms": list(terms)} if row.record.type is RecordType.PROPOSAL else {}
        return SHAPES[row.record.type](**self._shared(row), **own(row), **more)

    def term(self, row: TimelineRow) -> Term:
        return Term(**self._shared(row), **self._term(row))

    def citation(self, row: TimelineRow, line: CitationLine) -> Citation:
        """A citation, with what its speakers are to the actors of its record."""
        hidden = line.sensitive
        return Citation(
            number=line.number,
            subject_type=line.subject[0],
            subject=line.subject[1],
            source=line.source.id,
            outlet=line.source.outlet,
            title=line.source.title,
            url=line.source.url,
            published=line.source.published,
            language=line.source.language,
            source_status=line.source.status,
            relation=CitationRelation.SUPPORTS if line.supports else CitationRelation.DENIES,
            retracted=line.retracted,
            quote=None if hidden else line.quote,
            translation=None if hidden else line.translation,
            withheld=line.is_withheld,
            sensitive=hidden,
            speakers=list(line.speakers),
            attributed_to=line.speaker or None,
            anonymous=line.anonymous,
            setting=line.setting,
            stated=line.stated,
            attribution={actor: line.attribution(actor) for actor in row.actors},
            locator=line.locator,
            note=line.note,
        )

    def _shared(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        day = {"on": self.on, "basis": self.basis.value}
        return {
            "type": record.type,
            "id": record.id,
            "page": self.site + href(self.negotiation, record, **day),
            "earliest": record.first_day,
            "latest": record.last_day,
            "reported_on": record.reported_on,
            "sides": [_side(side) for side in row.sides],
            "denied_by": list(dict.fromkeys(who for line in row.denials for who in _deniers(line))),
            "citations": [self.citation(row, line) for line in row.own],
        }

    def _may_name(self, type_: RecordType, record: str | None) -> str | None:
        return record if record and (type_, record) in self.known else None

    def _demand(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        return _placed(record) | {
            "holders": list(row.parts["holder"]),
            "issues": list(row.issues),
            "kind": record.kind,
            "summary": record.summary or "",
            "condition": record.condition,
            "deadline": record.deadline,
            "stated": record.dated,
            "grade": record.grade,
            "proposal": row.proposal.id if row.proposal else None,
            "overtaken_by": self._may_name(RecordType.EVENT, record.overtaken_by),
            "contradicts": [other.id for other in row.contradicts],
        }

    def _proposal(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        return {
            "title": record.title or "",
            "proposed_by": list(row.parts["proposed_by"]),
            "mediated_by": list(row.parts["mediated_by"]),
            "presented": record.dated,
            "amends": self._may_name(RecordType.PROPOSAL, record.amends),
            "ended": record.ended if record.ended and is_by(record.ended, self.on) else None,
            "outcome": record.outcome if has_ended(record, self.on) else None,
            "summary": record.summary,
        }

    def _term(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        return _placed(record) | {
            "proposal": row.proposal.id if row.proposal else None,
            "phase": record.phase,
            "issue": row.issues[0],
            "summary": record.summary or "",
            "obliged": list(row.parts["obliged"]),
            "condition": record.condition,
            "tabled_by": list(row.parts["tabled_by"]),
        }

    def _response(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        return {
            "proposal": row.proposal.id if row.proposal else None,
            "term": self._may_name(RecordType.TERM, record.term),
            "actor": row.parts["responds"][0],
            "response": record.kind,
            "summary": record.summary,
            "stated": record.dated,
        }

    def _remark(self, row: TimelineRow) -> dict[str, Any]:
        about = row.parts["about"]
        return {
            "about": about[0] if about else None,
            "issue": row.issues[0] if row.issues else None,
            "remark": row.record.kind,
            "summary": row.record.summary or "",
            "stated": row.record.dated,
        }

    def _event(self, row: TimelineRow) -> dict[str, Any]:
        record = row.record
        return {
            "kind": record.kind,
            "title": record.title or "",
            "starts": record.dated,
            "ends": record.ends if record.ends and is_by(record.ends, self.on) else None,
            "place": record.place,
            "summary": record.summary,
        }


def _placed(record: RecordLine) -> dict[str, Any]:
    names = ("quantity", "quantity_min", "quantity_max", "unit", "scale_version", "rung_min", "rung_max")
    return {name: getattr(record, name) for name in (*names, "placement_reason")}


def _side(side: SideLine) -> Side:
    found = side.evidence
    return Side(
        actors=list(side.actors),
        track=found.track,
        attribution=found.attribution,
        reports=found.reports,
        origins=found.origins,
    )


def _deniers(line: CitationLine) -> Sequence[str]:
    return line.speakers or (line.speaker or line.source.outlet,)
