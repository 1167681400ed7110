"""Reports for reference managers, and records as linked data, each at an address of its own."""

import json
from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response, StreamingResponse

from app.db import read_session
from app.domain.vocabulary import RecordType, Track
from app.exchange.linked import MEDIA_TYPE, Addresses, Said, claim
from app.exchange.references import FORMATS
from app.forms.filters import View
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.reports import known_sources, source_full
from app.queries.timeline import TimelineRow, record_page
from app.web.days import edtf_words
from app.web.deps import ViewOf, ViewReads, as_of, engine_of
from app.web.errors import problem
from app.web.labels import kind_label, label
from app.web.paths import address, href
from app.web.positions import kept
from app.web.render import PUBLIC, etag, not_modified, public_url
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

CLAIMED = {f"{kind.value}s": kind for kind in (RecordType.DEMAND, RecordType.RESPONSE, RecordType.REMARK)}


class _FormatConvertor(Convertor[str]):
    """The end of an address under which reports are written for reference managers."""

    regex = "|".join(FORMATS).replace(".", r"\.")

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _ClaimedConvertor(_FormatConvertor):
    """The plural of a noun whose records are claims with a page of their own."""

    regex = "|".join(CLAIMED)


register_url_convertor("reference", _FormatConvertor())
register_url_convertor("claimed", _ClaimedConvertor())


@router.get("/negotiations/{negotiation}/sources.{form:reference}")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: ViewReads, view: ViewOf, negotiation: str, form: str) -> Response:
    """Every report that is known by the day, in one file."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if view.faults:
        return _refused(view)
    write, media_type = FORMATS[form]

    def pieces() -> Iterator[bytes]:
        with read_session(engine_of(request)) as live, as_of(request, live, view) as reading:
            yield from write(negotiation, known_sources(reading, negotiation, view.on, view.basis))

    name = f"{head.id}-sources-{view.on.isoformat()}.{form}"
    return StreamingResponse(pieces(), media_type=media_type, headers=_headers(tag, name))


@router.get("/negotiations/{negotiation}/sources/{source}.{form:reference}")
@allow(Permission.READ_PUBLISHED)
def show(
    request: Request, session: ViewReads, view: ViewOf, negotiation: str, source: str, form: str
) -> Response:
    """One report, for a reference manager."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if view.faults:
        return _refused(view)
    found = source_full(session, negotiation, source, view.on)
    write, media_type = FORMATS[form]
    content = b"".join(write(negotiation, [found]))
    return Response(content, media_type=media_type, headers=_headers(tag, f"{head.id}-{found.id}.{form}"))


@router.get("/negotiations/{negotiation}/{plural:claimed}/{record}.jsonld")
@allow(Permission.READ_PUBLISHED)
def linked(
    request: Request, session: ViewReads, view: ViewOf, negotiation: str, plural: str, record: str
) -> Response:
    """A record as linked data, as of the day of the view or, where it was not known yet, of the first on
    which it was.
    """
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    if view.faults:
        return _refused(view)
    found = record_page(session, negotiation, CLAIMED[plural], record, view.on, view.basis)
    said = Said(_words(found.row), lambda day: edtf_words(day, long=True), label, "Denied")
    q = kept(view)
    if found.sight.on != view.on and not view.is_past:
        # As its page does: what is told is told as of the first day on which it is known, and named so. A
        # graph has no banner, and a name with an earlier day would say that it was known by then.
        q |= {"on": found.sight.on.isoformat()}
    content = claim(head, found.cast, found.row, _addresses(request, head, q), said)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    kept_here = {**PUBLIC, "etag": tag} if tag else {}
    return Response(text, media_type=MEDIA_TYPE, headers={**kept_here, "access-control-allow-origin": "*"})


def _words(row: TimelineRow) -> list[str]:
    """What the record's page says of it in a word: its kind, its tracks, and what speaks against it."""
    words = [kind_label(row.record.type, row.record.kind)]
    words += [label(track) for track in Track if any(side.evidence.track is track for side in row.sides)]
    words += ["Denied"] if row.denials else []
    words += ["Contradicted"] if row.contradicts else []
    return words


def _addresses(request: Request, head: NegotiationHead, q: Mapping[str, str]) -> Addresses:
    """Whole addresses that carry on the day and the basis as of which the record is told."""
    site, here = public_url(request), f"/negotiations/{head.id}"
    return Addresses(
        record=lambda record: site + href(head.id, record, **q),
        source=lambda source: site + address(f"{here}/sources/{source}", **q),
        actor=lambda actor: site + address(f"{here}/actors/{actor}", **q),
        issue=lambda issue: site + address(f"{here}/issues/{issue}", **q),
        negotiation=site + address(here, **q),
        here=site + address(request.url.path, **q),
    )


def _headers(tag: str | None, name: str) -> dict[str, str]:
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return {**PUBLIC, "etag": tag, **disposition} if tag else disposition


def _refused(view: View) -> Response:
    """A day or a basis that cannot be used, in words."""
    return problem(422, "Something in this address cannot be used", " ".join(view.faults.values()))
