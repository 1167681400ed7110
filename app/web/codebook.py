"""The codebook: every column of every file and of the API with its meaning; what a negotiation has of it."""

import csv
import io
from datetime import UTC, datetime
from enum import StrEnum

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from app.domain.comparison import Why
from app.exchange.crosswalk import Crosswalk
from app.exchange.package_schema import FILES
from app.queries.codebook import codebook_page
from app.queries.negotiations import all_negotiations, negotiation_head
from app.web.columns import TYPES, Described, api_listings, package_listings, table_listings
from app.web.deps import Reads, ViewOf
from app.web.labels import LABELS, LICENCE, WHY, label
from app.web.meanings import MEANINGS, meaning
from app.web.packages import FILE_WORDS
from app.web.positions import base_context
from app.web.render import PUBLIC, etag, not_modified, page
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

# Of the negotiations so many are named; each leads to its own data, and the first page has them all.
_MOST = 50


@router.get("/data")
@allow(Permission.READ_PUBLISHED)
def index(request: Request, session: Reads) -> Response:
    """Every column with its meaning, and the negotiations whose data can be taken away."""
    heads = all_negotiations(session)[:_MOST]
    tag = etag(request, sum(head.revision for head in heads) + len(heads))
    if answer := not_modified(request, tag):
        return answer
    context = {
        "negotiations": heads,
        "files": package_listings(),
        "tables": table_listings(_codes(request)),
        "shapes": api_listings(_schemas(request)),
        "types": TYPES,
        "words_of": words_of,
        "licence": LICENCE,
    }
    return page(request, "codebook/index.html", context, tag=tag)


@router.get("/data.csv")
@allow(Permission.READ_PUBLISHED)
def index_csv(request: Request) -> Response:
    """The same as a file, one column a row."""
    tag = etag(request, 0)
    if answer := not_modified(request, tag):
        return answer
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("file", "column", "type", "required", "several", "refers_to", "words", "meaning"))
    for listing in (*package_listings(), *table_listings(_codes(request)), *api_listings(_schemas(request))):
        for one in listing.columns:
            flags = ["yes" if is_so else "no" for is_so in (one.required, one.several)]
            about = [one.refers_to, "; ".join(one.words), one.meaning]
            writer.writerow([listing.name, one.name, one.kind, *flags, *about])
    kept = {**PUBLIC, "etag": tag} if tag else {}
    headers = {**kept, "content-disposition": 'attachment; filename="parley-codebook.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/negotiations/{negotiation}/data")
@allow(Permission.READ_PUBLISHED)
def show(request: Request, session: Reads, view: ViewOf, negotiation: str) -> Response:
    """What can be taken away of one negotiation, how much of each there is, and how it is cited."""
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    found = codebook_page(session, negotiation)
    context = base_context(view, found.negotiation, "") | {
        # Of no day: the page has a citation of its own, and none at its foot.
        "view": None,
        "found": found,
        "faults": view.faults,
        "files": FILES,
        "words": FILE_WORDS,
        "licence": LICENCE,
        "today": datetime.now(UTC).date(),
    }
    return page(request, "codebook/show.html", context, tag=tag, status=422 if view.faults else 200)


def _codes(request: Request) -> list[str]:
    crosswalk: Crosswalk = request.app.state.crosswalk
    return list(crosswalk.columns)


def _schemas(request: Request) -> dict[str, object]:
    app: FastAPI = request.app
    schemas: dict[str, object] = app.openapi().get("components", {}).get("schemas", {})
    return schemas


def words_of(column: Described) -> list[tuple[str, str]]:
    """Every word that a column may hold, with what it means where this site has words for it."""
    known: dict[str, StrEnum] = {str(word): word for word in column.vocabulary or ()}
    return [(word, _meaning(known.get(word))) for word in column.words]


def _meaning(word: StrEnum | None) -> str:
    """What a word means, as far as this site says it anywhere; not yet translated."""
    if isinstance(word, Why):
        return WHY[word] % {"name": "the party"}
    if word is None or type(word) not in LABELS:
        return ""
    return f"{label(word)}. {meaning(word)}" if type(word) in MEANINGS else label(word)
