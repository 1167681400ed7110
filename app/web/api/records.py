"""Records of every type as JSON: lists in the order of the time line, and each at an address of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from app.db import ReadSession
from app.domain.vocabulary import RecordType
from app.forms.filters import Faults, TimelineFilters, View, read_cursor, read_timeline_filters
from app.models import Term
from app.queries.demands import Relation, demand_page
from app.queries.entries import retraction_of
from app.queries.negotiations import Cast, cast_of, negotiation_head
from app.queries.proposal_columns import parts_of
from app.queries.records import RecordLine, known_of
from app.queries.timeline import RowsPage, TimelineRow, record_page, rows_of, rows_page
from app.web.api import problems
from app.web.api.answers import answer, early_answer, unchanged
from app.web.api.pages import WRONG_PLACE, place, read_limit, read_place
from app.web.api.parameters import PAGED, TIMELINE, VIEW, Negotiation, described, filters_of
from app.web.api.shapes import (
    LISTS,
    SHAPES,
    AsOf,
    Citations,
    Demand,
    DemandLink,
    Proposal,
    Record,
    Shaping,
    Timeline,
)
from app.web.deps import ViewOf, ViewReads
from app.web.errors import problem
from app.web.redirects import moved
from app.web.render import etag, public_url
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")

# An id of each type in the bundled negotiations, for whoever tries the addresses.
EXAMPLES: Mapping[RecordType, str] = {
    RecordType.DEMAND: "hamas-2023-12-25-rejects-giving-up-power",
    RecordType.PROPOSAL: "israel-may-27-2024",
    RecordType.TERM: "israel-may-27-2024-t01",
    RecordType.RESPONSE: "r-november-truce-israel",
    RecordType.REMARK: "remark-il-2024-09-04-reduced-presence",
    RecordType.EVENT: "cairo-no-progress-2024-04-08",
}


@router.get(
    "/negotiations/{negotiation}/timeline",
    operation_id="timeline",
    summary="The time line",
    tags=["records"],
    response_model=Timeline,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, TIMELINE, PAGED),
)
@allow(Permission.READ_PUBLISHED)
def timeline(request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation) -> Response:
    """Records of every type that the filters select, newest first: the rows of the page of the time line.

    With the basis *stated*, records of which their dates do not say whether they are by the day stand apart,
    in `possible`, with the first page.
    """
    return _listed(request, session, view, negotiation, None)


def _routes(record_type: RecordType) -> None:
    """The addresses of one type: a list, one record, and the citations of one."""
    noun, plural = record_type.value, f"{record_type.value}s"
    Id = Annotated[str, Path(description=f"The id of the {noun}.", examples=[EXAMPLES[record_type]])]

    @router.get(
        f"/negotiations/{{negotiation}}/{plural}",
        operation_id=plural,
        summary=f"The {plural}",
        description=f"All {plural} that the filters select, newest first, each with its citations.",
        tags=["records"],
        response_model=LISTS[record_type],
        responses=problems.OF_LIST,
        openapi_extra=described(VIEW, filters_of(record_type), PAGED),
    )
    @allow(Permission.READ_PUBLISHED)
    def index(request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation) -> Response:
        return _listed(request, session, view, negotiation, record_type)

    @router.get(
        f"/negotiations/{{negotiation}}/{plural}/{{record}}",
        operation_id=noun,
        summary=f"One {noun}",
        description=f"A {noun} as of a day or, where it was not known yet, as of the first day on which it "
        "was: `as_of` says which.",
        tags=["records"],
        response_model=SHAPES[record_type],
        responses=problems.OF_RECORD,
        openapi_extra=described(VIEW),
    )
    @allow(Permission.READ_PUBLISHED)
    def show(
        request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation, record: Id
    ) -> Response:
        return _one(request, session, view, negotiation, record_type, record)

    @router.get(
        f"/negotiations/{{negotiation}}/{plural}/{{record}}/citations",
        operation_id=f"{noun}_citations",
        summary=f"The citations of a {noun}",
        description="Every report for or against it that is known by the day, in the order of entry.",
        tags=["citations"],
        response_model=Citations,
        responses=problems.OF_RECORD,
        openapi_extra=described(VIEW, PAGED),
    )
    @allow(Permission.READ_PUBLISHED)
    def citations(
        request: Request, session: ViewReads, view: ViewOf, negotiation: Negotiation, record: Id
    ) -> Response:
        return _citations(request, session, view, negotiation, record_type, record)


for _type in RecordType:
    _routes(_type)


def filters_with(
    query: Mapping[str, str], cast: Cast, record_type: RecordType | None, faults: Faults
) -> TimelineFilters:
    """The filters of an address, and the place where its page begins; what is wrong goes to ``faults``."""
    given = {name: text for name, text in query.items() if name not in ("after", "before")}
    filters = read_timeline_filters(given | ({"type": record_type.value} if record_type else {}))
    faults |= filters.faults
    for name, value in (("actor", filters.actor), ("speaker", filters.speaker)):
        if value and value not in cast.actors:
            faults[name] = f"Nobody here is called “{value[:40]}”."
    if filters.issue and filters.issue not in cast.issues:
        faults["issue"] = f"No issue here is called “{filters.issue[:40]}”."
    if found := read_place(query, 4, faults):
        return replace(filters, before=read_cursor({"after": "~".join(found)}, "after", faults))
    return filters


def _listed(
    request: Request, session: ReadSession, view: View, negotiation: str, record_type: RecordType | None
) -> Response:
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    cast = cast_of(session, negotiation)
    faults = Faults(view.faults)
    filters = filters_with(request.query_params, cast, record_type, faults)
    limit = read_limit(request.query_params, faults)
    if faults:
        named = {"actor", "speaker"} & set(faults)
        return (moved(request) if named else None) or problems.unusable(faults)
    if same := unchanged(request, tag):
        return same
    found = rows_page(session, negotiation, cast, filters, view.on, view.basis, limit=limit)
    known = _named(session, negotiation, [*found.rows, *found.possible], view)
    shaping = Shaping(negotiation, public_url(request), view.on, view.basis, known)
    body = _list_body(session, shaping, view, record_type, found)
    return answer(request, body, tag, view, place(found.older) if found.older else None)


def _list_body(
    session: ReadSession, shaping: Shaping, view: View, record_type: RecordType | None, found: RowsPage
) -> Any:
    head: dict[str, Any] = {"negotiation": shaping.negotiation, "on": view.on, "basis": view.basis}
    terms: dict[str, list[str]] = {}
    proposals = [row.record.id for row in found.rows if row.record.type is RecordType.PROPOSAL]
    if proposals:
        for term in parts_of(
            session, shaping.negotiation, Term, RecordType.TERM, proposals, view.on, view.basis
        ):
            terms.setdefault(term.proposal or "", []).append(term.id)
    rows = [shaping.record(row, terms=terms.get(row.record.id, ())) for row in found.rows]
    possible = [shaping.record(row) for row in found.possible]
    if record_type is None:
        return Timeline(**head, rows=rows, possible=possible)
    listed: dict[str, Any] = {f"{record_type.value}s": rows, "possible": possible}
    return LISTS[record_type](**head, **listed)


def _named(
    session: ReadSession, negotiation: str, rows: Sequence[TimelineRow], view: View
) -> frozenset[tuple[RecordType, str]]:
    """What these records name, as far as it may be told of on the day."""
    named = {subject for row in rows for subject in _names(row.record)}
    return known_of(session, negotiation, named, view.on, view.basis)


def _names(record: RecordLine) -> list[tuple[RecordType, str]]:
    named = (
        (RecordType.EVENT, record.overtaken_by),
        (RecordType.PROPOSAL, record.amends),
        (RecordType.TERM, record.term),
    )
    return [(type_, id_) for type_, id_ in named if id_]


def _retracted(
    session: ReadSession, negotiation: str, record_type: RecordType, record: str
) -> Response | None:
    """The answer where a record was our mistake: it keeps its address and says why (domain.md §7)."""
    why = retraction_of(session, negotiation, record_type, record)
    return problem(410, "This record was retracted here", why) if why is not None else None


def _one(
    request: Request, session: ReadSession, view: View, negotiation: str, record_type: RecordType, record: str
) -> Response:
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if early := early_answer(request, tag, view.faults):
        return early
    if gone := _retracted(session, negotiation, record_type, record):
        return gone
    relations: Sequence[Relation] = ()
    if record_type is RecordType.DEMAND:
        of_demand = demand_page(session, negotiation, record, view.on, view.basis)
        seen, row, relations = of_demand.sight, of_demand.row, of_demand.relations
    else:
        of_record = record_page(session, negotiation, record_type, record, view.on, view.basis)
        seen, row = of_record.sight, of_record.row
    then = View(seen.on, view.basis)
    cast, terms = cast_of(session, negotiation), []
    if record_type is RecordType.PROPOSAL:
        lines = parts_of(session, negotiation, Term, RecordType.TERM, [record], seen.on, view.basis)
        subjects = [line.subject for line in lines]
        terms = rows_of(session, negotiation, cast, subjects, seen.on, view.basis)
    known = _named(session, negotiation, [row], then)
    shaping = Shaping(negotiation, public_url(request), seen.on, view.basis, known)
    body: Record = shaping.record(row, terms=[term.record.id for term in terms])
    body.as_of = AsOf(on=seen.on, basis=view.basis, is_later=seen.is_later, is_possible=seen.is_possible)
    if isinstance(body, Demand):
        body.links = [_link(relation) for relation in relations]
    if isinstance(body, Proposal):
        body.term_records = [shaping.term(term) for term in terms]
    return answer(request, body, tag)


def _link(relation: Relation) -> DemandLink:
    return DemandLink(
        relation=relation.relation,
        is_from_here=relation.is_from_here,
        other=relation.other.id,
        note=relation.note,
    )


def _citations(
    request: Request, session: ReadSession, view: View, negotiation: str, record_type: RecordType, record: str
) -> Response:
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = Faults(view.faults)
    limit = read_limit(request.query_params, faults)
    behind = read_place(request.query_params, 1, faults)
    if early := early_answer(request, tag, faults):
        return early
    if gone := _retracted(session, negotiation, record_type, record):
        return gone
    found = record_page(session, negotiation, record_type, record, view.on, view.basis)
    lines = list(found.row.own)
    numbers = [str(line.number) for line in lines]
    if behind and behind[0] not in numbers:
        return problems.unusable({"after": WRONG_PLACE})
    lines = lines[numbers.index(behind[0]) + 1 :] if behind else lines
    shaping = Shaping(negotiation, public_url(request), found.sight.on, view.basis)
    body = Citations(
        negotiation=negotiation,
        on=found.sight.on,
        basis=view.basis,
        citations=[shaping.citation(found.row, line) for line in lines[:limit]],
    )
    more = place(lines[limit - 1].number) if len(lines) > limit else None
    return answer(request, body, tag, view, more)
