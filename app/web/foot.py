"""The foot of a page: the address of exactly this view, and how to cite it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from fastapi import Request
from markupsafe import Markup

from app.exchange.citations import CitedPage, as_bibtex, as_csl_json, as_ris, as_text
from app.forms.filters import View
from app.queries.negotiations import NegotiationHead
from app.web.paths import address
from app.web.security import Permission

# What an address may carry that is no part of the view.
_PASSING = frozenset({"on", "basis", "saved", "path"})


@dataclass(frozen=True, slots=True)
class Foot:
    """What the foot says of a page of a negotiation. ``url`` brings back the same view on any later day."""

    url: str
    negotiation: NegotiationHead
    view: View
    today: date

    def cite(self, title: str, as_of: str) -> dict[str, str]:
        """The citation in every form, by the name of the form; both texts are the page's, as markup."""
        cited = CitedPage(
            title=Markup(title).striptags(),  # noqa: S704 - taken apart, not shown
            of=self.negotiation.title,
            site="Parley",
            as_of=Markup(as_of).striptags(),  # noqa: S704
            on=self.view.on,
            basis=self.view.basis,
            url=self.url,
            accessed=self.today,
        )
        return {
            "text": as_text(cited),
            "bibtex": as_bibtex(cited),
            "csl": as_csl_json(cited),
            "ris": as_ris(cited),
        }


def is_public(request: Request, status: int) -> bool:
    """Whether a page is one that readers may pass on: no form, no refusal, nothing of the desk."""
    endpoint = request.scope.get("endpoint")
    permission = getattr(endpoint, "permission", None)
    return status == 200 and request.method in ("GET", "HEAD") and permission is Permission.READ_PUBLISHED


def foot_of(request: Request, public_url: str, context: Mapping[str, Any], status: int) -> Foot | None:
    """The foot of a public page of a negotiation; any other has no day to cite it by."""
    view, negotiation = context.get("view"), context.get("negotiation")
    if not (view and negotiation and is_public(request, status)):
        return None
    return Foot(public_url + this_view(request, view), negotiation, view, datetime.now(UTC).date())


def this_view(request: Request, view: View) -> str:
    """The address of what is shown, its day and basis written out: on any later day it shows the same."""
    query = {name: text for name, text in request.query_params.items() if name not in _PASSING}
    if request.url.path.endswith("/changes") and query.get("to") == view.on.isoformat():
        # Where two days are compared the later one is the day of the view; elsewhere *to* is a filter.
        return address(request.url.path, **query, basis=view.basis.value)
    return address(request.url.path, **query, on=view.on, basis=view.basis.value)
