"""Entries handed in by programs: reports, demands, and further reports of a record. Editors look at each.

What is wrong with one is found by the very forms by which people enter them.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from app.commands import entries as commands
from app.commands.entries import Entry
from app.commands.sources import begin_source
from app.domain.vocabulary import (
    Attribution,
    CitationRelation,
    DemandKind,
    LinkRelation,
    RecordGrade,
    RecordType,
    ReviewStatus,
    Setting,
    SourceKind,
)
from app.forms.base import Faults, Form, read_form
from app.forms.demands import DEMANDS
from app.forms.entries import CiteForm, citation_row, relations, source_row
from app.forms.sources import SourceForm, source_columns, with_source_faults
from app.queries.entries import editable
from app.queries.negotiations import negotiation_head
from app.web.api.parameters import EDTF, Negotiation
from app.web.api.records import EXAMPLES
from app.web.api.sending import KEY, OF_ENTRY, Entered, Program, Taken, take, with_places
from app.web.api.shapes import told
from app.web.deps import Sent, today
from app.web.entries import by, cite_faults, entry_faults, selector_of
from app.web.security import Permission, allow
from app.web.submissions import Refused

router = APIRouter(prefix="/api/v1")

_DRAFT = "Whether it is kept as its author’s draft, to be handed in on the site; else it waits for an editor."


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewReport(_Sent):
    """A publication that is not here yet."""

    outlet: str = told("Who printed it.", "Reuters")
    title: str | None = told("Its title.", "Of the corridor", default=None)
    url: str | None = told("Where it is to be read.", "https://www.reuters.com/world/example", default=None)
    published: str = told(f"When it was published. {EDTF}", "2024-04-03")
    language: str = told("Its language (BCP 47).", "en")
    kind: SourceKind | None = told("What kind of publication it is.", "news_report", default=None)
    origin: str | None = told("The report that it relays: an id, or a name in the form of one.", default=None)


class NewSource(NewReport):
    """A publication from which records are to be read."""

    author: str | None = told("Who wrote it.", default=None)
    archive_url: str | None = told("Where it is archived.", default=None)
    note: str | None = told("What else there is to say of it.", default=None)


class NewCitation(_Sent):
    """A report, and who says it there, in what words."""

    source: str | None = told("The id of a report that is here; or, in its place:", default=None)
    report: NewReport | None = told(
        "A report that is not here yet.",
        {"outlet": "Reuters", "published": "2024-09-05", "language": "en", "title": "Of the corridor"},
        default=None,
    )
    attributed_to: str = told("The speaker as the report words it.", "a Qatari official")
    speakers: list[str] = told(
        "The ids of the actors who speak; none if none is named.", ["qatar"], default=[]
    )
    attribution: Attribution | None = told(
        "What the speaker is to the holder, only where no actor can be named; never self.", default=None
    )
    public_wording: str | None = told("A vaguer description, shown to readers in its place.", default=None)
    anonymous: bool = told("Whether the speaker has no name.", True, default=False)
    setting: Setting | None = told("In what setting it was said.", "interview", default=None)
    quote: str | None = told("The exact words, in their language, short.", default=None)
    translation: str | None = told("The words in English.", default=None)
    sensitive: bool = told("Whether the words touch on a person’s health or captivity.", default=False)
    locator: str | None = told("Where in the report it stands.", default=None)
    note: str | None = told("What else there is to say of it.", default=None)


class FurtherCitation(NewCitation):
    """A further report of a record: for it or against it."""

    relation: CitationRelation = told(
        "Whether it supports or denies the record.", "supports", default=CitationRelation.SUPPORTS
    )
    stated: str | None = told(f"When this speaker said it again, on another day. {EDTF}", default=None)
    draft: bool = told(_DRAFT, default=False)


class NewLink(_Sent):
    """What the new demand does to one that is standing."""

    relation: LinkRelation = told("What it does.", "contradicts")
    to: str = told("The id of the other demand.", "hamas-2023-12-25-rejects-giving-up-power")
    note: str | None = told("Which part of it is meant.", default=None)


class NewDemand(_Sent):
    """A demand with the report that it rests on."""

    holders: list[str] = told("The ids of those whose claim it is.", ["qatar"])
    issues: list[str] = told("The ids of the issues: one, or a few not to be parted.", ["governance-of-gaza"])
    kind: DemandKind = told("What kind of claim it is.", "demand")
    summary: str = told("The claim in neutral words, on one line.", "Holds out for a corridor")
    stated: str = told(f"When it was stated. {EDTF}", "2024-09-04")
    quantity: str | None = told("An amount as reported: 42, 700-1000, several hundred.", default=None)
    unit: str | None = told("What is counted.", default=None)
    condition: str | None = told("If, before, after, in exchange for what.", default=None)
    deadline: str | None = told(f"By when. {EDTF}", default=None)
    proposal: str | None = told("The id of the proposal that it speaks of.", default=None)
    grade: RecordGrade | None = told("How credible it is (Admiralty scale).", default=None)
    citation: NewCitation = told("The report that it rests on.")
    links: list[NewLink] = told("What it does to demands that are standing.", default=[])
    draft: bool = told(_DRAFT, default=False)


Items = list[tuple[str, str]]


def _fields(body: BaseModel, but: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """What was sent as the fields of a form."""
    for name, value in body:
        if name in but or value is None or value is False:
            continue
        if isinstance(value, list):
            yield from ((name, str(one)) for one in value)
        else:
            yield name, "yes" if value is True else str(value)


def _citation(body: NewCitation, where: str) -> tuple[Items, dict[str, str]]:
    """A citation as the fields of a form, and where in the body each of them stands."""
    items = list(_fields(body, but=("report", "draft")))
    places = {name: f"{where}{name}" for name in type(body).model_fields}
    if body.report is None:
        # What is missing of a report that nobody has described is the report.
        return items, places | dict.fromkeys(("outlet", "published", "language"), f"{where}source")
    report = [("source_kind" if name == "kind" else name, value) for name, value in _fields(body.report)]
    places |= {name: f"{where}report.{name}" for name in type(body.report).model_fields}
    places["source_kind"] = places.pop("kind")
    return [*items, *report], places


def _require_one_report(body: NewCitation, where: str) -> None:
    """Either a report that is here, or a new one. Raises Refused."""
    if body.source and body.report:
        words = "Name a report that is here, or describe a new one; not both."
        raise Refused(Faults({f"{where}report": words}))


@router.post(
    "/negotiations/{negotiation}/sources",
    operation_id="enter_source",
    summary="Hand in a report",
    tags=["handing in"],
    status_code=201,
    response_model=Entered,
    responses=OF_ENTRY,
)
@allow(Permission.ENTER)
def enter_source(sent: Program, negotiation: Negotiation, body: NewSource, key: KEY = None) -> Response:
    """Begin a report, to read records out of it. Readers see it with the first that is published."""
    negotiation_head(sent.reading, negotiation)

    def save() -> Taken:
        form: Form[Any] = read_form(SourceForm, list(_fields(body)))
        faults = with_source_faults(form.faults, form.typed, today())
        if faults or form.data is None:
            raise with_places(faults, {})
        row = source_columns(form.data)
        source = begin_source(sent.session, negotiation, row, None, by(sent.person))
        return Taken(
            negotiation,
            "source",
            source,
            None,
            ReviewStatus.DRAFT,
            f"sources/{source}",
            f"sources/{source}/read",
        )

    return take(sent, key, body, save)


@router.post(
    "/negotiations/{negotiation}/demands",
    operation_id="enter_demand",
    summary="Hand in a demand",
    tags=["handing in"],
    status_code=201,
    response_model=Entered,
    responses=OF_ENTRY,
)
@allow(Permission.ENTER)
def enter_demand(sent: Program, negotiation: Negotiation, body: NewDemand, key: KEY = None) -> Response:
    """A demand with the report that it rests on, known or new. It waits for an editor, whosever it is."""
    negotiation_head(sent.reading, negotiation)
    cited, places = _citation(body.citation, "citation.")
    items = [*_fields(body, but=("citation", "links", "draft")), *cited]
    for number, link in enumerate(body.links):
        items.append((f"relation-{link.to}", link.relation.value))
        places[f"relation-{link.to}"] = f"links.{number}"
        if link.note:
            items.append((f"part-{link.to}", link.note))
            places[f"part-{link.to}"] = f"links.{number}.note"
    # What the fields of the claim and of the citation have in common in their names is the claim's.
    places |= {name: name for name in type(body).model_fields if name != "citation"}
    places |= {"stated_day": "stated", "standing": "links"}
    one_to_one = len({link.to for link in body.links}) == len(body.links)

    def save() -> Taken:
        _require_one_report(body.citation, "citation.")
        form: Form[Any] = read_form(DEMANDS.new, items)
        faults = entry_faults(_with(sent, items), negotiation, DEMANDS, form)
        if not one_to_one:
            faults["standing"] = "Say of each other demand only once what yours does to it."
        if faults or form.data is None:
            raise with_places(faults, places)
        data = form.data
        said = {link.to: link.note for link in body.links}
        entry = Entry(
            data.source or source_row(data),
            citation_row(data),
            DEMANDS.row(data),
            relations=[
                (LinkRelation(relation), other, said.get(other))
                for other, relation in relations(form.typed).items()
            ],
            selector=selector_of(sent, negotiation, form.typed),
            draft=body.draft,
            waits=True,
        )
        record = commands.record_entry(sent.session, negotiation, entry, by(sent.person))
        number, status = commands.entry_of(sent.session, negotiation, RecordType.DEMAND, record, None)
        return Taken(negotiation, "demand", record, number, status, f"demands/{record}")

    return take(sent, key, body, save)


def _cite_routes(record_type: RecordType) -> None:
    noun, plural = record_type.value, f"{record_type.value}s"
    Id = Annotated[str, Path(description=f"The id of the {noun}.", examples=[EXAMPLES[record_type]])]

    @router.post(
        f"/negotiations/{{negotiation}}/{plural}/{{record}}/citations",
        operation_id=f"enter_{noun}_citation",
        summary=f"Hand in a report of a {noun}",
        description="A further report, for the record or against it, of a source known or new. It waits for "
        "an editor, whosever it is.",
        tags=["handing in"],
        status_code=201,
        response_model=Entered,
        responses=OF_ENTRY,
    )
    @allow(Permission.ENTER)
    def enter_citation(
        sent: Program, negotiation: Negotiation, record: Id, body: FurtherCitation, key: KEY = None
    ) -> Response:
        negotiation_head(sent.reading, negotiation)
        editable(sent.reading, negotiation, record_type, record, sent.person)
        items, places = _citation(body, "")

        def save() -> Taken:
            _require_one_report(body, "")
            form: Form[Any] = read_form(CiteForm, items)
            faults = cite_faults(_with(sent, items), negotiation, plural, record, form)
            if faults or form.data is None:
                raise with_places(Faults(faults), places)
            data: CiteForm = form.data
            entry = Entry(
                data.source or source_row(data),
                citation_row(data, relation=data.relation, stated=data.stated),
                type=record_type,
                selector=selector_of(sent, negotiation, form.typed),
                draft=body.draft,
                waits=True,
            )
            number = commands.cite_record(sent.session, negotiation, record, entry, by(sent.person))
            _, status = commands.entry_of(sent.session, negotiation, record_type, record, number)
            room = f"{plural}/{record}/citations"
            return Taken(negotiation, "citation", str(number), number, status, room)

        return take(sent, key, body, save)


for _type in RecordType:
    _cite_routes(_type)


def _with(sent: Sent, items: Items) -> Sent:
    """What was sent, with its fields as those of a form."""
    return Sent(sent.request, sent.reading, sent.view, sent.session, items)
