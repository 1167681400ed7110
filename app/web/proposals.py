"""A proposal: its text against where the parties stand, how each answered; and two texts term by term."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.db import ReadSession
from app.domain.differences import Change, Piece, differences
from app.domain.terms import Pair
from app.domain.vocabulary import RecordType
from app.forms.filters import Faults, View, read_other
from app.queries.entries import retraction_of
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.proposals import proposal_page
from app.queries.records import record_line
from app.queries.terms import ComparePage, compare_page
from app.web.deps import ViewOf, ViewReads
from app.web.paths import href
from app.web.positions import base_context, kept
from app.web.records import retracted_page, show_record
from app.web.render import etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/negotiations/{negotiation}/proposals/{proposal}")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: ViewReads, view: ViewOf, negotiation: str, proposal: str) -> Response:
    """A proposal with everything that is known of it as of the day of the view."""
    return show_record(
        request,
        session,
        view,
        negotiation,
        "proposals/show.html",
        lambda on, basis: proposal_page(session, negotiation, proposal, on, basis),
        omit={"proposal": proposal},
        more={"room": "proposals"},
        subject=(RecordType.PROPOSAL, proposal),
    )


@router.get("/negotiations/{negotiation}/proposals/{proposal}/compare")
@allow(Permission.READ_PUBLISHED)
def compare(request: Request, session: ViewReads, view: ViewOf, negotiation: str, proposal: str) -> Response:
    """A proposal against another, term by term; against the one that it amends unless another is named."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if retraction := retraction_of(session, negotiation, RecordType.PROPOSAL, proposal):
        return retracted_page(request, view, head, retraction, (RecordType.PROPOSAL, proposal))
    found, faults, other = texts_found(request, session, view, negotiation, proposal)
    return compared_page(request, view, head, found, faults, other, tag)


def texts_found(
    request: Request, session: ReadSession, view: View, negotiation: str, proposal: str
) -> tuple[ComparePage, Faults, str]:
    """The two texts of the address, what is wrong with it, if anything, and the name of the other one.

    Raises NoSuchRecord.
    """
    other, fault = read_other(request.query_params.get("with", ""))
    found = compare_page(session, negotiation, proposal, other, view.on, view.basis)
    faults = Faults(view.faults)
    if fault or found.is_lost:
        faults["with"] = fault or f"No proposal here is called “{other}”; choose one from the list."
    return found, faults, other


def compared_page(
    request: Request,
    view: View,
    head: NegotiationHead,
    found: ComparePage,
    faults: Faults,
    other: str,
    tag: str | None,
) -> Response:
    """The page of the two texts; with what could not be used said above them."""
    context = base_context(view, head, "proposals") | {
        "found": found,
        "faults": faults,
        "path": f"/negotiations/{head.id}/proposals/{found.record.id}/compare",
        "omit": {},
        "typed": other,
        "carried": {"with": found.before.record.id} if found.before else {},
        "words": {pair: marked(*_both(pair, "words")) for pair in found.pairs},
        "conditions": {pair: marked(*_both(pair, "condition")) for pair in found.pairs},
    }
    return page(request, "proposals/compare.html", context, tag=tag, status=422 if faults else 200)


def _both(pair: Pair, field: str) -> tuple[str, str]:
    return (
        getattr(pair.before, field) if pair.before else "",
        getattr(pair.after, field) if pair.after else "",
    )


@dataclass(frozen=True, slots=True)
class Marked:
    """The words of a term before and after, those that differ marked; where it was ``worded_anew`` there is
    nothing in common that marks could show.
    """

    before: Sequence[Piece] = ()
    after: Sequence[Piece] = ()
    worded_anew: bool = False


def marked(before: str, after: str) -> Marked:
    """Two texts side by side, what went marked in the one and what came in the other."""
    pieces = differences(before, after, shorten=False)
    if before != after and not any(piece.change is Change.SAME and piece.text.strip() for piece in pieces):
        return Marked([Piece(Change.SAME, before)], [Piece(Change.SAME, after)], before != "" != after)
    return Marked(
        [piece for piece in pieces if piece.change is not Change.NEW],
        _spaced([piece for piece in pieces if piece.change is not Change.GONE], after),
    )


def _spaced(pieces: Sequence[Piece], text: str) -> list[Piece]:
    """The pieces of the later text with the spaces that it has: between them stand those of the earlier."""
    found: list[Piece] = []
    place = 0
    for piece in pieces:
        bare = piece.text.strip()
        at = max(text.find(bare, place), place)
        found += [Piece(Change.SAME, text[place:at]), Piece(piece.change, bare)]
        place = at + len(bare)
    return [piece for piece in found if piece.text]


@router.get("/negotiations/{negotiation}/terms/{term}")
@allow(Permission.READ_PUBLISHED)
def show_term(request: Request, session: ViewReads, view: ViewOf, negotiation: str, term: str) -> Response:
    """A term is read on the page of its proposal; one that was taken out keeps its address and says why."""
    head = negotiation_head(session, negotiation)
    if retraction := retraction_of(session, negotiation, RecordType.TERM, term):
        return retracted_page(request, view, head, retraction, (RecordType.TERM, term))
    line = record_line(session, negotiation, RecordType.TERM, term)
    return RedirectResponse(href(negotiation, line, **kept(view)), status_code=303)
