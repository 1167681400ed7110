"""The issues: each with its question, its scales, where each side stands, and how it came there."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.domain.vocabulary import Basis
from app.forms.filters import Faults, View
from app.forms.issues import IssueFilters, read_issue_filters
from app.queries.charts import MOST_DRAWN
from app.queries.issues import issue_page, issues_page
from app.queries.negotiations import cast_of
from app.web.charts import figures_picture, party_class, scale_picture, shape, spans_of
from app.web.deps import ViewOf, ViewReads
from app.web.parallels import months_of
from app.web.paths import address
from app.web.positions import kept
from app.web.records import show_record
from app.web.redirects import moved
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/issues")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every issue of the negotiation as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "issues/index.html",
        lambda on, basis: issues_page(session, negotiation, on, basis),
        more={"room": "issues"},
    )


@router.get("/negotiations/{negotiation}/issues/{issue}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, issue: str) -> Response:
    """An issue with everything that is known of it as of the day of the view."""
    if "party" in request.query_params:
        return _choose(request, view)
    asked = read_issue_filters(request.query_params, view.on)
    faults = Faults(asked.faults)
    cast = cast_of(session, negotiation)
    if unknown := [party for party in asked.parties if party not in cast.actors]:
        if elsewhere := moved(request):
            return elsewhere
        named = ", ".join(f"“{party}”" for party in unknown)
        faults["parties"] = faults["parties"] or f"Nobody here is called {named}; choose from the list."
    return show_record(
        request,
        session,
        view,
        negotiation,
        "issues/show.html",
        lambda on, basis: issue_page(session, cast, negotiation, issue, asked, on, basis),
        faults=faults,
        omit={"issue": issue},
        more=_more(view, asked) | {"room": "issues"},
    )


def _choose(request: Request, view: View) -> Response:
    """Take the parties over from the form, which works without JavaScript, into the address."""
    query = request.query_params
    others = {name: query.get(name, "") for name in ("from", "to", "earlier")}
    parties = ",".join(dict.fromkeys(party for party in query.getlist("party") if party))
    return RedirectResponse(
        address(request.url.path, **kept(view), parties=parties, **others) + "#histories", status_code=303
    )


def _more(view: View, asked: IssueFilters) -> dict[str, Any]:
    """What this page alone is given. ``carried`` goes along in the links that move its day and basis."""
    other = Basis.REPORTED if view.basis is Basis.STATED else Basis.STATED
    return {
        "asked": asked,
        "carried": asked.chosen,
        "other": replace(view, basis=other, typed={**view.typed, "basis": other.value}),
        "earlier_days": [(view.on - timedelta(days=days)).isoformat() for days in (30, 182, 365)]
        if view.on > date(2, 1, 1)
        else [],
        "months_of": months_of,
        "most_drawn": MOST_DRAWN,
        "scale_picture": scale_picture,
        "figures_picture": figures_picture,
        "party_class": party_class,
        "shape": shape,
        "spans_of": spans_of,
    }
