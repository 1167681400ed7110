"""The negotiations, and of one its actors, issues, links and coverage checks, as JSON."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from pydantic import Field as PydanticField
from starlette.responses import Response

from app.domain.vocabulary import ActorKind, LinkRelation, Role
from app.forms.filters import Faults
from app.queries import listings
from app.queries.negotiations import NegotiationHead, all_negotiations, negotiation_head
from app.web.api import problems
from app.web.api.answers import answer, early_answer, unchanged
from app.web.api.pages import WRONG_PLACE, number, place, read_day_and, read_limit, read_place
from app.web.api.parameters import EDTF, PAGED, VIEW, described, query
from app.web.api.parameters import Negotiation as NegotiationId
from app.web.api.shapes import Listed, told
from app.web.deps import Reads, ViewOf, ViewReads
from app.web.paths import address
from app.web.render import etag, public_url
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class Negotiation(BaseModel):
    """One process."""

    id: str = told("Its id.", "gaza")
    title: str = told("Its title.", "Gaza ceasefire talks")
    summary: str | None = told("What it is about.", None)
    started: str | None = told(f"When it began. {EDTF}", "2023-11")
    ended: str | None = told(f"When it ended. {EDTF}", None)
    page: str = told("The address of its page.", "https://parley.example/negotiations/gaza")


class Negotiations(BaseModel):
    """A page of negotiations."""

    negotiations: list[Negotiation] = told("The latest begun first.")


class HeldRole(BaseModel):
    """A role in the negotiation, and from when to when it was held, as far as that is known."""

    role: Role = told("The role.", "mediator")
    start: str | None = PydanticField(alias="from", description=f"Since when. {EDTF}", examples=[None])
    end: str | None = PydanticField(alias="to", description=f"Until when. {EDTF}", examples=[None])


class Actor(BaseModel):
    """A state, armed group, organisation, person or body."""

    id: str = told("Its id.", "qatar")
    name: str = told("Its name.", "Qatar")
    kind: ActorKind | None = told("What kind of actor it is.", "state")
    part_of: str | None = told("The id of the actor that it belongs to.", None)
    aliases: list[str] = told("Its other names, in any script.", ["قطر"])
    roles: list[HeldRole] = told("Its roles in the negotiation; none for who takes no part.")


class Actors(BaseModel):
    """A page of actors."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    actors: list[Actor] = told("In the order of the negotiation.")


class Rung(BaseModel):
    """A rung of a scale."""

    rung: int = told("Its number; 0 is one pole.", 0)
    label: str = told("What it says, in neutral words.", "No withdrawal")


class Scale(BaseModel):
    """One version of the scale of an issue."""

    version: int = told("The version; one that is used never changes.", 1)
    rungs: list[Rung] = told("From one pole to the other.")


class Issue(BaseModel):
    """One question on the table."""

    id: str = told("Its id.", "troop-withdrawal")
    part_of: str | None = told("The id of the wider issue that it is part of.", None)
    title: str = told("Its title.", "Withdrawal of troops")
    question: str = told("The question.", "How far, and by when, do the troops withdraw?")
    description: str | None = told("What else there is to say of it.", None)
    scales: list[Scale] = told("Its scales, the newest version first.")


class Issues(BaseModel):
    """A page of issues."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    issues: list[Issue] = told("In the order of the negotiation.")


class Link(BaseModel):
    """A person’s word on what one demand does to another."""

    start: str = PydanticField(
        alias="from", description="The id of the demand that does it.", examples=["demand-a"]
    )
    relation: LinkRelation = told(
        "What it does: it replaces, restates, contradicts or clarifies.", "replaces"
    )
    end: str = PydanticField(alias="to", description="The id of the other demand.", examples=["demand-b"])
    note: str | None = told("Which part of it is meant.", None)


class Links(Listed):
    """A page of links."""

    links: list[Link] = told("In the order of entry, both demands being known by the day.")


class Check(BaseModel):
    """Somebody searched for a position of the actor on the issue, through a day, and found none."""

    actor: str = told("The id of the actor.", "egypt")
    issue: str = told("The id of the issue.", "humanitarian-access")
    searched_through: str = told(f"The day through which was searched. {EDTF}", "2024-09-04")
    note: str | None = told("Where was searched.", None)


class Coverage(Listed):
    """A page of coverage checks."""

    coverage: list[Check] = told("Those that searched furthest first.")


@router.get(
    "/negotiations",
    operation_id="negotiations",
    summary="The negotiations",
    tags=["negotiations"],
    response_model=Negotiations,
    responses=problems.OF_ALL,
    openapi_extra=described(PAGED),
)
@allow(Permission.READ_PUBLISHED)
def negotiations(request: Request, session: Reads) -> Response:
    """Every negotiation that is tracked here, the latest begun first."""
    heads = all_negotiations(session)
    tag = etag(request, sum(head.revision for head in heads))
    faults = Faults()
    limit = read_limit(request.query_params, faults)
    behind = read_place(request.query_params, 1, faults)
    ids = [head.id for head in heads]
    if behind and behind[0] not in ids:
        faults["after"] = WRONG_PLACE
    if early := early_answer(request, tag, faults):
        return early
    rest = heads[ids.index(behind[0]) + 1 :] if behind else heads
    body = Negotiations(negotiations=[_negotiation(request, head) for head in rest[:limit]])
    return answer(request, body, tag, None, place(rest[limit - 1].id) if len(rest) > limit else None)


@router.get(
    "/negotiations/{negotiation}",
    operation_id="negotiation",
    summary="One negotiation",
    tags=["negotiations"],
    response_model=Negotiation,
    responses=problems.OF_ONE,
    openapi_extra=described(VIEW),
)
@allow(Permission.READ_PUBLISHED)
def negotiation(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """What a negotiation is about."""
    head = negotiation_head(session, negotiation)
    if view.faults:
        return problems.unusable(view.faults)
    tag = etag(request, head.revision, view)
    return unchanged(request, tag) or answer(request, _negotiation(request, head), tag)


def _negotiation(request: Request, head: NegotiationHead) -> Negotiation:
    return Negotiation(
        id=head.id,
        title=head.title,
        summary=head.summary,
        started=head.started,
        ended=head.ended,
        page=public_url(request) + address(f"/negotiations/{head.id}"),
    )


@router.get(
    "/negotiations/{negotiation}/actors",
    operation_id="actors",
    summary="The actors",
    tags=["negotiations"],
    response_model=Actors,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, PAGED),
)
@allow(Permission.READ_PUBLISHED)
def actors(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """Everybody who is named in a negotiation, with other names and roles."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = Faults(view.faults)
    limit = read_limit(request.query_params, faults)
    after = _ordinal(request, faults)
    if early := early_answer(request, tag, faults):
        return early
    found = listings.actors_after(session, negotiation, after, limit + 1)
    body = Actors(negotiation=negotiation, actors=[_actor(actor) for actor in found[:limit]])
    more = place(found[limit - 1].ordinal) if len(found) > limit else None
    return answer(request, body, tag, view, more)


@router.get(
    "/negotiations/{negotiation}/actors/{actor}",
    operation_id="actor",
    summary="One actor",
    tags=["negotiations"],
    response_model=Actor,
    responses=problems.OF_ONE,
    openapi_extra=described(VIEW),
)
@allow(Permission.READ_PUBLISHED)
def actor(
    request: Request,
    session: ViewReads,
    view: ViewOf,
    negotiation: NegotiationId,
    actor: Annotated[str, Path(description="The id of the actor.", examples=["qatar"])],
) -> Response:
    """An actor with its other names and its roles."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if early := early_answer(request, tag, view.faults):
        return early
    return answer(request, _actor(listings.actor_full(session, negotiation, actor)), tag)


def _actor(found: listings.ActorFull) -> Actor:
    return Actor(
        id=found.id,
        name=found.name,
        kind=found.kind,
        part_of=found.part_of,
        aliases=list(found.aliases),
        roles=[HeldRole(role=held.role, **_span(held.start, held.end)) for held in found.roles],
    )


def _span(start: str | None, end: str | None) -> dict[str, Any]:
    """Two columns whose names are no names in a program."""
    return {"from": start, "to": end}


@router.get(
    "/negotiations/{negotiation}/issues",
    operation_id="issues",
    summary="The issues",
    tags=["negotiations"],
    response_model=Issues,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, PAGED),
)
@allow(Permission.READ_PUBLISHED)
def issues(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """The questions on the table, with every version of their scales."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = Faults(view.faults)
    limit = read_limit(request.query_params, faults)
    after = _ordinal(request, faults)
    if early := early_answer(request, tag, faults):
        return early
    found = listings.issues_after(session, negotiation, after, limit + 1)
    body = Issues(negotiation=negotiation, issues=[_issue(issue) for issue in found[:limit]])
    more = place(found[limit - 1].ordinal) if len(found) > limit else None
    return answer(request, body, tag, view, more)


@router.get(
    "/negotiations/{negotiation}/issues/{issue}",
    operation_id="issue",
    summary="One issue",
    tags=["negotiations"],
    response_model=Issue,
    responses=problems.OF_ONE,
    openapi_extra=described(VIEW),
)
@allow(Permission.READ_PUBLISHED)
def issue(
    request: Request,
    session: ViewReads,
    view: ViewOf,
    negotiation: NegotiationId,
    issue: Annotated[str, Path(description="The id of the issue.", examples=["troop-withdrawal"])],
) -> Response:
    """An issue with every version of its scale."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    if early := early_answer(request, tag, view.faults):
        return early
    return answer(request, _issue(listings.issue_full(session, negotiation, issue)), tag)


def _issue(found: listings.IssueFull) -> Issue:
    return Issue(
        id=found.id,
        part_of=found.part_of,
        title=found.title,
        question=found.question,
        description=found.description,
        scales=[
            Scale(
                version=scale.version,
                rungs=[Rung(rung=rung.number, label=rung.label) for rung in scale.rungs],
            )
            for scale in found.scales
        ],
    )


@router.get(
    "/negotiations/{negotiation}/links",
    operation_id="links",
    summary="The links between demands",
    tags=["records"],
    response_model=Links,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, query("demand", "Only links from or to this demand."), PAGED),
)
@allow(Permission.READ_PUBLISHED)
def links(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """What a person said that one demand does to another: set by hand, never computed."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = Faults(view.faults)
    limit = read_limit(request.query_params, faults)
    behind = read_place(request.query_params, 2, faults)
    after = (number(behind[0], faults), number(behind[1], faults)) if behind else None
    demand = request.query_params.get("demand", "")
    if len(demand) > 200 or "\x00" in demand:
        faults["demand"] = "This is no id of a demand."
    if early := early_answer(request, tag, faults):
        return early
    found = listings.links_after(session, negotiation, demand, view.on, view.basis, after, limit + 1)
    shown = found[:limit]
    body = Links(
        negotiation=negotiation,
        on=view.on,
        basis=view.basis,
        links=[Link(relation=one.relation, note=one.note, **_span(one.start, one.end)) for one in shown],
    )
    more = place(shown[-1].ordinal, shown[-1].number) if len(found) > limit else None
    return answer(request, body, tag, view, more)


@router.get(
    "/negotiations/{negotiation}/coverage",
    operation_id="coverage",
    summary="Coverage checks",
    tags=["records"],
    response_model=Coverage,
    responses=problems.OF_LIST,
    openapi_extra=described(VIEW, PAGED),
)
@allow(Permission.READ_PUBLISHED)
def coverage(request: Request, session: ViewReads, view: ViewOf, negotiation: NegotiationId) -> Response:
    """What somebody searched for, through which day, and did not find."""
    tag = etag(request, negotiation_head(session, negotiation).revision, view)
    faults = Faults(view.faults)
    limit = read_limit(request.query_params, faults)
    behind = read_day_and(request.query_params, faults)
    after = (behind[0], number(behind[1], faults)) if behind else None
    if early := early_answer(request, tag, faults):
        return early
    found = listings.checks_after(session, negotiation, view.on, after, limit + 1)
    shown = found[:limit]
    body = Coverage(
        negotiation=negotiation,
        on=view.on,
        basis=view.basis,
        coverage=[
            Check(actor=one.actor, issue=one.issue, searched_through=one.searched_through, note=one.note)
            for one in shown
        ],
    )
    more = place(shown[-1].searched_through_last, shown[-1].number) if len(found) > limit else None
    return answer(request, body, tag, view, more)


def _ordinal(request: Request, faults: Faults) -> int:
    """The place behind which a list in the negotiation’s own order begins."""
    behind = read_place(request.query_params, 1, faults)
    return number(behind[0], faults) if behind else -1
