"""Reports as others cite them: as CSL-JSON, for BibTeX, and as RIS, which reference managers read.

Nothing is said that is not recorded: no first of a month, no author taken apart, no day of access.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.domain.vocabulary import SourceKind, SourceStatus
from app.exchange.citations import in_url, latex, one_line
from app.queries.reports import SourceFull

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

# A kind that is not recorded, or that a format has no word for, is a page of the web.
_CSL = {
    SourceKind.NEWS_REPORT: "article-newspaper",
    SourceKind.ANALYSIS: "article",
    SourceKind.DOCUMENT: "report",
    SourceKind.INTERVIEW: "interview",
    SourceKind.BROADCAST: "broadcast",
    SourceKind.SOCIAL_POST: "post",
}
_RIS = {
    SourceKind.NEWS_REPORT: "NEWS",
    SourceKind.ANALYSIS: "NEWS",
    SourceKind.DOCUMENT: "RPRT",
    SourceKind.BROADCAST: "MULTI",
    SourceKind.SOCIAL_POST: "BLOG",
}


def csl_json(negotiation: str, sources: Iterable[SourceFull]) -> Iterator[bytes]:
    """The reports as a list of CSL-JSON, one after the other."""
    before = "[\n  "
    for source in sources:
        yield f"{before}{json.dumps(_csl_item(negotiation, source), ensure_ascii=False)}".encode()
        before = ",\n  "
    yield (b"[]\n" if before.startswith("[") else b"\n]\n")


def bibtex(negotiation: str, sources: Iterable[SourceFull]) -> Iterator[bytes]:
    """The reports as entries for BibTeX or BibLaTeX, in UTF-8."""
    for source in sources:
        lines = [f"  {name} = {value}" for name, value in _bibtex_fields(source)]
        yield f"@misc{{{negotiation}-{source.id},\n{_joined(lines)}\n}}\n\n".encode()


def ris(negotiation: str, sources: Iterable[SourceFull]) -> Iterator[bytes]:
    """The reports as RIS."""
    for source in sources:
        lines = [f"{tag}  - {one_line(value)}\r\n" for tag, value in _ris_lines(negotiation, source) if value]
        yield ("".join(lines) + "ER  - \r\n\r\n").encode()


Writer = Callable[[str, Iterable[SourceFull]], Iterator[bytes]]

# By the end of an address: how it is written, and what it is called on the way.
FORMATS: dict[str, tuple[Writer, str]] = {
    "csl.json": (csl_json, "application/vnd.citationstyles.csl+json"),
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
}


def _note(source: SourceFull) -> str:
    """What its outlet has done with it; empty where it stands."""
    words = {
        SourceStatus.CORRECTED: "Corrected by the outlet",
        SourceStatus.RETRACTED: "Retracted by the outlet",
        SourceStatus.GONE: "No longer at its address",
    }.get(source.status or SourceStatus.LIVE, "")
    return f"{words}, {source.status_date}" if words and source.status_date else words


# --- CSL-JSON -------------------------------------------------------------------------------------------


def _csl_item(negotiation: str, source: SourceFull) -> dict[str, Any]:
    item = {
        "id": f"{negotiation}-{source.id}",
        "type": _CSL.get(source.kind, "webpage") if source.kind else "webpage",
        "title": one_line(source.title or ""),
        "author": [{"literal": one_line(source.author)}] if source.author else None,
        "container-title": one_line(source.outlet),
        "issued": {"date-parts": _date_parts(source.published)}
        | ({"circa": True} if "~" in source.published else {}),
        "language": source.language,
        "URL": source.url,
        "archive_location": source.archive_url,
        "note": _note(source),
    }
    return {name: value for name, value in item.items() if value}


def _date_parts(text: str) -> list[list[int]]:
    """A date as CSL has it: the years, months and days that are known, of the two ends of a span."""
    return [[int(part) for part in end.rstrip("~").split("-")] for end in text.split("/")]


# --- BibTeX ---------------------------------------------------------------------------------------------


def _bibtex_fields(source: SourceFull) -> Iterator[tuple[str, str]]:
    if source.title:
        # A second pair of braces keeps names from being put in lower case, and an author in one piece.
        yield "title", f"{{{{{latex(source.title)}}}}}"
    if source.author:
        yield "author", f"{{{{{latex(source.author)}}}}}"
    yield "howpublished", f"{{{latex(source.outlet)}}}"
    # BibLaTeX reads dates as they are here; BibTeX knows a year and a month.
    yield "date", f"{{{source.published}}}"
    parts = _date_parts(source.published)
    if len(parts) == 1:
        yield "year", f"{{{parts[0][0]:04}}}"
        if len(parts[0]) > 1:
            yield "month", _MONTHS[parts[0][1] - 1]
    yield "language", f"{{{source.language}}}"
    if source.url:
        yield "url", f"{{{in_url(source.url)}}}"
    notes = [f"Archived: \\url{{{in_url(source.archive_url)}}}"] if source.archive_url else []
    if note := "; ".join([*notes, *filter(None, [latex(_note(source))])]):
        yield "note", f"{{{note}}}"


def _joined(lines: list[str]) -> str:
    return ",\n".join(lines)


# --- RIS ------------------------------------------------------------------------------------------------


def _ris_lines(negotiation: str, source: SourceFull) -> Iterator[tuple[str, str]]:
    parts = _date_parts(source.published)
    yield "TY", _RIS.get(source.kind, "ELEC") if source.kind else "ELEC"
    yield "ID", f"{negotiation}-{source.id}"
    yield "TI", source.title or ""
    yield "AU", source.author or ""
    yield "T2", source.outlet
    if len(parts) == 1:
        known = [f"{part:04}" if place == 0 else f"{part:02}" for place, part in enumerate(parts[0])]
        yield "PY", known[0]
        # Year, month, day and what else is to be said of the date; what is not known stays empty.
        about = "about" if "~" in source.published else ""
        yield "DA", "/".join([*known, *[""] * (3 - len(known)), about])
    else:
        yield "DA", f"///{source.published.replace('/', ' to ')}"
    yield "LA", source.language
    yield "UR", source.url or ""
    if source.archive_url:
        yield "N1", f"Archived: {source.archive_url}"
    yield "N1", _note(source)
