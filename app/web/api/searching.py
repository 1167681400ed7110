"""The search over everything that is published, as JSON."""

from dataclasses import replace
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from app.db import ReadSession
from app.domain.search import Found
from app.domain.vocabulary import RecordType, Track
from app.forms.filters import Faults, View
from app.forms.searches import NOUNS, SearchFilters, read_search_filters
from app.queries.negotiations import NegotiationHead, all_negotiations, cast_of
from app.queries.searches import Hit, search_page
from app.web.api import problems
from app.web.api.answers import answer, early_answer
from app.web.api.pages import WRONG_PLACE, place, read_place
from app.web.api.parameters import BASIS, ON, TIMELINE, described, query
from app.web.api.shapes import told
from app.web.deps import Reads, ViewOf, as_of
from app.web.render import etag, public_url
from app.web.searches import hit_href, require_known
from app.web.security import Permission, allow

router = APIRouter(prefix="/api/v1")


class FoundThing(BaseModel):
    """One thing that was found: a record, a report, an actor or an issue."""

    negotiation: str = told("The id of the negotiation.", "gaza")
    type: Literal[tuple(str(noun) for noun in NOUNS)] = told("What it is.", "demand")  # type: ignore[valid-type]
    id: str = told("Its id.", "an-id")
    words: str = told("Its text, cut around what was found.", "Holds out for a corridor")
    found: list[str] = told("What of it was sought.", ["corridor"])
    date: str | None = told("Its date, as far as it is known.", "2024-04-02")
    tracks: list[Track] = told("On which tracks a record stands; none for what is no claim.", ["own_side"])
    page: str = told("The address of its page.", "https://parley.example/negotiations/gaza/demands/an-id")


class Search(BaseModel):
    """A page of what was found."""

    names: list[FoundThing] = told("Actors and issues of this name, with the first page.", [])
    hits: list[FoundThing] = told("Records and reports, newest first.")


_FILTERS = [one for one in TIMELINE if one["name"] in ("actor", "issue", "track", "from", "to")]
_SOUGHT = query("q", "Words, “phrases”, and the last word as far as it is typed, in any script.", "corridor")


@router.get(
    "/search",
    operation_id="search",
    summary="Search",
    tags=["records"],
    response_model=Search,
    responses=problems.OF_LIST,
    openapi_extra=described(
        _SOUGHT | {"required": True},
        query("negotiation", "Only in this negotiation.", "gaza"),
        query("type", "Only what is of this type.", enum=[str(noun) for noun in NOUNS]),
        _FILTERS,
        ON,
        BASIS,
        query("after", "Where to go on: take it from the Link header with rel=next."),
    ),
)
@allow(Permission.READ_PUBLISHED)
def search(request: Request, live: Reads, view: ViewOf) -> Response:
    """Everything that is published and has these words in it, or in a quotation of it, newest first.

    Nothing is found that was not known by the day, nor anything in a quotation that is withheld or sensitive.
    An actor or an issue is chosen within a negotiation.
    """
    negotiations = {head.id: head for head in all_negotiations(live)}
    asked = {name: text for name, text in request.query_params.items() if name not in ("after", "before")}
    filters = read_search_filters(asked)
    faults = Faults(view.faults | filters.faults)
    behind = read_place(request.query_params, 1, faults)
    if behind:
        filters = replace(filters, before=_before(behind[0], faults))
    if not filters.sought:
        faults.setdefault("q", "Say what is to be looked for.")
    if filters.negotiation and filters.negotiation not in negotiations:
        faults.setdefault("negotiation", f"No negotiation here is called “{filters.negotiation[:40]}”.")
    if view.is_past and not filters.negotiation:
        faults.setdefault("basis", "What this site showed on a day is kept for each negotiation; choose one.")
    if faults:
        return problems.unusable(faults)
    with as_of(request, live, view, filters.negotiation) as session:
        return _answer(request, session, view, negotiations, filters)


def _answer(
    request: Request,
    session: ReadSession,
    view: View,
    negotiations: dict[str, NegotiationHead],
    filters: SearchFilters,
) -> Response:
    tag = etag(request, sum(head.revision for head in negotiations.values()), view)
    faults = Faults()
    cast = cast_of(session, filters.negotiation) if filters.negotiation else None
    if cast:
        require_known(filters, cast, faults)
    if early := early_answer(request, tag, faults):
        return early
    found = search_page(session, filters, negotiations, cast, view.on, view.basis)
    body = Search(
        names=[_hit(request, view, hit) for hit in found.names],
        hits=[_hit(request, view, hit) for hit in found.hits],
    )
    return answer(request, body, tag, view, place(found.older) if found.older is not None else None)


def _before(text: str, faults: Faults) -> int | None:
    filters = read_search_filters({"before": text})
    if filters.before is None:
        faults["after"] = WRONG_PLACE
    return filters.before


def _hit(request: Request, view: View, hit: Hit) -> FoundThing:
    row = hit.row
    others = [*(snippet.found for snippet in hit.snippets), *(hit.names or {}).values()]
    texts = [hit.words, *([hit.title] if hit.title else []), *others]
    sought = [part.text for text in texts for part in text.parts if part.is_hit]
    return FoundThing(
        negotiation=hit.negotiation.id,
        type=str(hit.noun),
        id=hit.record,
        words=_text(hit.words),
        found=list(dict.fromkeys(sought)),
        date=hit.dated or None,
        tracks=[side.evidence.track for side in row.sides]
        if row and row.record.type is not RecordType.EVENT
        else [],
        page=public_url(request) + hit_href(hit, on=view.on, basis=view.basis.value),
    )


def _text(found: Found) -> str:
    text = "".join(part.text for part in found.parts)
    return f"{'' if found.starts else '… '}{text}{'' if found.ends else ' …'}"
