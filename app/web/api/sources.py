"""The reports of a negotiation, as JSON."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.domain.vocabulary import OutletGrade, SourceKind, SourceStatus
from app.forms.filters import Faults, read_source_filters
from app.queries import listings
from app.queries.negotiations import negotiation_head
from app.queries.reports import Bears, SourceFull
from app.web.api import problems
from app.web.api.answers import answer, early_answer
from app.web.api.pages import place, read_day_and, read_limit
from app.web.api.parameters import EDTF, PAGED, SOURCES, VIEW, described
from app.web.api.parameters import Negotiation as NegotiationId
from app.web.api.shapes import AsOf, Listed, told
from app.web.deps import ViewOf, ViewReads
from app.web.paths import address
from app.web.render import etag, public_url
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class Source(BaseModel):
    """One publication."""

    id: str = told("Its id.", "scmp-2023-12-25")
    outlet: str = told("Who printed it.", "South China Morning Post")
    title: str | None = told("Its title.", None)
    url: str | None = told("Where it is to be read.", None)
    published: str = told(f"When it was published. {EDTF}", "2023-12-25")
    language: str = told("Its language (BCP 47).", "en")
    kind: SourceKind | None = told("What kind of publication it is.", "news_report")
    author: str | None = told("Who wrote it.", None)
    origin: str | None = told("The report that it relays.", None)
    voice: str = told("Where the relays end: reports of one voice count once.", "scmp-2023-12-25")
    archive_url: str | None = told("Where it is archived.", None)
    status: SourceStatus | None = told("What its outlet has done with it by the day.", None)
    status_date: str | None = told(f"Since when. {EDTF}", None)
    grade: OutletGrade | None = told("How reliable the outlet is (Admiralty scale); null: not graded.", None)
    note: str | None = told("What else there is to say of it.", None)
    supports: int = told("How many records it is cited for by the day.", 3)
    denies: int = told("How many records it is cited against by the day.", 0)
    latest: date = told("The last day that its date may mean: from then on it counts.", "2023-12-25")
    page: str = told(
        "The address of its page.", "https://parley.example/negotiations/gaza/sources/scmp-2023-12-25"
    )
    as_of: AsOf | None = told("As of which day it is answered; only at its own address.", None, default=None)


class Sources(Listed):
    """A page of reports."""

    sources: list[Source] = told("Newest first.")


@router.get(
    "/negotiations/{negotiation}/sources",
    operation_id="sources",
    summary="The reports",
    tags=["sources"],
    response_model=Sources,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, SOURCES, PAGED),
)
@allow(Permission.READ_PUBLISHED)
def sources(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """The publications that are known by the day and that the filters select, newest first."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    asked = {name: text for name, text in request.query_params.items() if name != "after"}
    filters = read_source_filters(asked)
    faults = Faults(view.faults | filters.faults)
    limit = read_limit(request.query_params, faults)
    behind = read_day_and(request.query_params, faults)
    if early := early_answer(request, tag, faults):
        return early
    found = listings.sources_after(session, negotiation, filters, view.on, view.basis, behind, limit + 1)
    shown = found[:limit]
    bears = listings.bears_of(session, negotiation, shown, view.on, view.basis)
    body = Sources(
        negotiation=negotiation,
        on=view.on,
        basis=view.basis,
        sources=[_source(request, negotiation, one, bears.get(one.id, Bears())) for one in shown],
    )
    more = place(shown[-1].published_last, shown[-1].id) if len(found) > limit else None
    return answer(request, body, tag, view, more)


@router.get(
    "/negotiations/{negotiation}/sources/{source}",
    operation_id="source",
    summary="One report",
    tags=["sources"],
    response_model=Source,
    responses=problems.OF_ONE,
    openapi_extra=described(VIEW),
)
@allow(Permission.READ_PUBLISHED)
def source(
    request: Request,
    session: ViewReads,
    view: ViewOf,
    negotiation: NegotiationId,
    source: Annotated[str, Path(description="The id of the report.", examples=["scmp-2023-12-25"])],
) -> Response:
    """A publication as of a day or, where it was printed later, as of its own: `as_of` says which."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if early := early_answer(request, tag, view.faults):
        return early
    found, day, bears = listings.source_full(session, negotiation, source, view.on, view.basis)
    body = _source(request, negotiation, found, bears)
    body.as_of = AsOf(on=day, basis=view.basis, is_later=day != view.on, is_possible=False)
    return answer(request, body, tag)


def _source(request: Request, negotiation: str, found: SourceFull, bears: Bears) -> Source:
    return Source(
        id=found.id,
        outlet=found.outlet,
        title=found.title,
        url=found.url,
        published=found.published,
        language=found.language,
        kind=found.kind,
        author=found.author,
        origin=found.origin,
        voice=found.voice,
        archive_url=found.archive_url,
        status=found.status,
        status_date=found.status_date,
        grade=found.grade,
        note=found.note,
        supports=bears.supports,
        denies=bears.denies,
        latest=date.fromisoformat(found.published_last),
        page=public_url(request) + address(f"/negotiations/{negotiation}/sources/{found.id}"),
    )
