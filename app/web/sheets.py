"""The positions and what is compared as files, with the columns of the page; what all files of rows share."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.domain.vocabulary import RecordType, Track
from app.exchange.csv import Profile, csv_bytes
from app.exchange.tables import (
    Permalink,
    Table,
    Tally,
    comparison_table,
    file_name,
    positions_table,
    terms_table,
)
from app.exchange.xlsx import MEDIA_TYPE, MOST_CHARACTERS, Notes, reads_right_to_left, sent, workbook
from app.forms.filters import Faults, View, any_of
from app.queries.cells import PartyColumn
from app.queries.negotiations import NegotiationHead, negotiation_head
from app.queries.proposal_columns import ProposalColumn
from app.web.days import day_words
from app.web.deps import ViewOf, ViewReads
from app.web.foot import this_view
from app.web.labels import LICENCE, N_, count_words, label, latest_words
from app.web.meanings import meaning
from app.web.paths import href
from app.web.positions import positions_found, positions_page_of
from app.web.proposals import compared_page, texts_found
from app.web.redirects import moved
from app.web.render import PUBLIC, etag, gettext, not_modified, public_url
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)

_ROWS_OF = (Profile.SPREADSHEET, Profile.PLAIN)


@router.get("/negotiations/{negotiation}/positions.csv")
@allow(Permission.READ_PUBLISHED)
def positions_csv(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """Every line of every cell of the table, in the columns of the page."""
    return _positions(request, session, view, negotiation, "positions", "csv")


@router.get("/negotiations/{negotiation}/positions.xlsx")
@allow(Permission.READ_PUBLISHED)
def positions_xlsx(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    return _positions(request, session, view, negotiation, "positions", "xlsx")


@router.get("/negotiations/{negotiation}/comparison.csv")
@allow(Permission.READ_PUBLISHED)
def comparison_csv(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    """How far the parties shown are apart on each issue, and how one moved (domain.md §5)."""
    return _positions(request, session, view, negotiation, "comparison", "csv")


@router.get("/negotiations/{negotiation}/comparison.xlsx")
@allow(Permission.READ_PUBLISHED)
def comparison_xlsx(request: Request, session: ViewReads, view: ViewOf, negotiation: str) -> Response:
    return _positions(request, session, view, negotiation, "comparison", "xlsx")


@router.get("/negotiations/{negotiation}/proposals/{proposal}/compare.csv")
@allow(Permission.READ_PUBLISHED)
def compare_csv(
    request: Request, session: ViewReads, view: ViewOf, negotiation: str, proposal: str
) -> Response:
    """Two proposals term by term, as their page shows them."""
    return _texts(request, session, view, negotiation, proposal, "csv")


@router.get("/negotiations/{negotiation}/proposals/{proposal}/compare.xlsx")
@allow(Permission.READ_PUBLISHED)
def compare_xlsx(
    request: Request, session: ViewReads, view: ViewOf, negotiation: str, proposal: str
) -> Response:
    return _texts(request, session, view, negotiation, proposal, "xlsx")


_TITLES = {"positions": N_("Positions"), "comparison": N_("Comparison")}


def _positions(
    request: Request, session: Any, view: View, negotiation: str, what: str, ending: str
) -> Response:
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    found, faults = positions_found(request, session, view, negotiation)
    if faults and found.unknown_columns and (elsewhere := moved(request)):
        return elsewhere
    profile = read_profile(request, faults, _ROWS_OF)
    if faults:
        return positions_page_of(request, session, view, found, faults, None)
    name = file_name(negotiation, what, view.on, view.basis, ending)
    table = (
        comparison_table(found)
        if what == "comparison"
        else positions_table(found, permalinks(request, negotiation, view))
    )
    if ending == "csv":
        return csv_file(request, table, name, tag, profile)

    def notes(tally: Tally) -> Notes:
        shown = [(gettext("Columns"), "; ".join(map(_column_words, found.columns)))]
        return notes_of(request, head, view, gettext(_TITLES[what]), shown, tally)

    return xlsx_file(table, gettext(_TITLES[what]), notes, name, tag, head)


def _column_words(column: object) -> str:
    """What a column is, as its head says it."""
    if isinstance(column, PartyColumn):
        return f"{column.name} ({day_words(column.on)})" if column.has_own_day else column.name
    if isinstance(column, ProposalColumn):
        asked = latest_words(column.key)
        return f"{gettext(asked)}: {column.name}" if asked else column.name
    return gettext(label(column.latest)) if hasattr(column, "latest") else ""


def _texts(
    request: Request, session: Any, view: View, negotiation: str, proposal: str, ending: str
) -> Response:
    head = negotiation_head(session, negotiation)
    tag = etag(request, head.revision, view)
    if answer := not_modified(request, tag):
        return answer
    found, faults, other = texts_found(request, session, view, negotiation, proposal)
    profile = read_profile(request, faults, _ROWS_OF)
    if faults:
        return compared_page(request, view, head, found, faults, other, None)
    title = gettext("Terms compared")
    name = file_name(negotiation, f"{proposal}-compared", view.on, view.basis, ending)
    table = terms_table(found, permalinks(request, negotiation, view))
    if ending == "csv":
        return csv_file(request, table, name, tag, profile)

    def notes(tally: Tally) -> Notes:
        texts = [
            (gettext("Before"), (found.before.record.title or "") if found.before else ""),
            (gettext("After"), found.record.title or ""),
        ]
        return notes_of(request, head, view, title, texts, tally)

    return xlsx_file(table, title, notes, name, tag, head)


# --- What all files of rows share -------------------------------------------------------------------------


def read_profile(request: Request, faults: Faults, among: Sequence[Profile] = tuple(Profile)) -> Profile:
    """For whom a CSV file is asked for; what is wrong with that is put down in ``faults``."""
    text = request.query_params.get("profile", "").strip()
    if not text:
        return Profile.SPREADSHEET
    if text in among:
        return Profile(text)
    faults["profile"] = f"“{text[:40]}” is no profile of this file; choose {any_of(among)}."
    return Profile.SPREADSHEET


def permalinks(request: Request, negotiation: str, view: View) -> Permalink:
    """Whole addresses of records. What has been retracted since is found only where it still stands."""
    site = public_url(request)
    then = {"on": view.on, "basis": view.basis} if view.is_past else {}
    return lambda record: site + href(negotiation, record, **then)


def page_address(request: Request, view: View) -> str:
    """The whole address of the page that shows these rows, on any later day the same ones."""
    path, _, query = this_view(request, view).partition("?")
    path = path.rpartition(".")[0].removesuffix("/positions").removesuffix("/comparison")
    pairs = [pair for pair in query.split("&") if pair.partition("=")[0] not in ("profile", "bom")]
    return f"{public_url(request)}{path}?{'&'.join(pairs)}"


def file_headers(name: str, tag: str | None) -> dict[str, str]:
    kept = {**PUBLIC, "etag": tag} if tag else {}
    return {**kept, "content-disposition": f'attachment; filename="{name}"'}


def csv_file(request: Request, table: Table, name: str, tag: str | None, profile: Profile) -> Response:
    """The table as CSV, sent as it is read."""
    bom = request.query_params.get("bom", "") != "0"
    return StreamingResponse(
        csv_bytes(table, profile, bom=bom),
        media_type="text/csv; charset=utf-8",
        headers=file_headers(name, tag),
    )


def xlsx_file(
    table: Table,
    title: str,
    notes: Callable[[Tally], Notes],
    name: str,
    tag: str | None,
    head: NegotiationHead,
) -> Response:
    """The table as a workbook: written whole to the disk, then sent."""
    file = workbook(table, title, notes, right_to_left=reads_right_to_left(head.title))
    return StreamingResponse(sent(file), media_type=MEDIA_TYPE, headers=file_headers(name, tag))


def notes_of(
    request: Request,
    head: NegotiationHead,
    view: View,
    what: str,
    filters: Notes,
    tally: Tally,
) -> Notes:
    """What a sheet cannot say in its rows: of what it is, as of when, which of it, and on which terms."""
    counts = [count_words(RecordType(name), count) for name, count in tally.types.items()]
    notes = [
        (gettext("Negotiation"), head.title),
        (gettext("Sheet"), what),
        (gettext("Address"), page_address(request, view)),
        (gettext("As of"), day_words(view.on, long=True)),
        (gettext("Basis"), f"{gettext(label(view.basis))}. {gettext(meaning(view.basis))}"),
        *(filters or [(gettext("Filters"), gettext("none"))]),
        (gettext("Rows"), str(tally.rows)),
    ]
    if counts:
        notes += [
            (gettext("Of these"), ", ".join(counts)),
            (gettext("From its own side"), str(tally.tracks[Track.OWN_SIDE])),
            (gettext("Said by others"), str(tally.tracks[Track.OTHERS])),
        ]
    notes += [
        (gettext("What each column means"), f"{public_url(request)}/data"),
        (
            gettext("Dates"),
            gettext(
                "A cell is a date only where the day is known. Any other date is a text, as far as it is "
                "known: 2024-04 is a month, 2024 a year, “~” means about, “/” from one to the other."
            ),
        ),
        (
            gettext("Limits"),
            gettext(
                "Excel takes 1,048,576 rows a sheet; more go on in a further sheet. It takes %(most)s "
                "characters a cell; cells cut at that: %(cut)s. The CSV file has everything in one piece.",
                most=f"{MOST_CHARACTERS:,}",
                cut=tally.cut,
            ),
        ),
        (gettext("How to read it"), gettext("Reports, not facts: each line names who says it.")),
        (
            gettext("Licence"),
            gettext(LICENCE),
        ),
    ]
    return notes
