"""A record as linked data: a schema.org Claim with where it appeared, and each quotation as a Web Annotation.

It says what the record's page says and nothing more: whose claim it is and who says so in one sentence a
citation (domain.md §2), never whether it is true.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.attribution import sentence, track
from app.domain.vocabulary import SourceKind, Track
from app.queries.citations import CitationLine, SourceHead
from app.queries.negotiations import Cast, NegotiationHead
from app.queries.records import RecordLine
from app.queries.timeline import TimelineRow

SCHEMA, ANNOTATION = "https://schema.org", "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = "application/ld+json"

_TYPES = {
    SourceKind.NEWS_REPORT: "NewsArticle",
    SourceKind.ANALYSIS: "Article",
    SourceKind.INTERVIEW: "Article",
    SourceKind.SOCIAL_POST: "SocialMediaPosting",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where this site shows what a record names: whole addresses, on the day of the view."""

    record: Callable[[RecordLine], str]
    source: Callable[[str], str]
    actor: Callable[[str], str]
    issue: Callable[[str], str]
    negotiation: str
    here: str


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a record in words of the interface: its kind, its tracks, what speaks against it."""

    words: Sequence[str]
    day: Callable[[str], str]
    track: Callable[[Track], str]
    denied: str


def claim(head: NegotiationHead, cast: Cast, row: TimelineRow, at: Addresses, said: Said) -> dict[str, Any]:
    """The record as a graph: the claim, and an annotation for each citation that is known on the day."""
    record = row.record
    lines = [*row.citations, *(line for line in row.denials if line not in row.citations)]
    item = {
        "@context": SCHEMA,
        "@id": at.record(record),
        "@type": "Claim",
        "url": at.record(record),
        "identifier": record.id,
        "text": record.words,
        "temporal": record.dated,
        "keywords": list(said.words),
        "description": " ".join(f"{words}." for line in lines for words in _sentences(cast, row, line, said)),
        "about": [
            *({"@type": "Thing", "name": cast.name(a), "url": at.actor(a)} for a in row.actors),
            *({"@type": "Thing", "name": cast.issues[i].title, "url": at.issue(i)} for i in row.issues),
        ],
        "isPartOf": {"@type": "Dataset", "name": head.title, "url": at.negotiation},
        "appearance": [
            report
            for of_track in Track
            for report in _printed(cast, row, [line for line in lines if line.counts], at, said, of_track)
        ],
        "subjectOf": _printed(cast, row, [line for line in lines if not line.supports], at, said),
    }
    claim = {name: value for name, value in item.items() if value}
    return {"@graph": [claim, *(_annotation(cast, row, line, at, said) for line in lines)]}


def _printed(
    cast: Cast,
    row: TimelineRow,
    lines: Sequence[CitationLine],
    at: Addresses,
    said: Said,
    of_track: Track | None = None,
) -> list[dict[str, Any]]:
    """Each report once, however often it is cited, with its track and who says so in words.

    The two tracks are never one list (domain.md §2): a report that is of both is there once for each.
    """
    found: dict[str, tuple[SourceHead, list[str]]] = {}
    for line in lines:
        if words := list(_sentences(cast, row, line, said, of_track)):
            found.setdefault(line.source.id, (line.source, []))[1].extend(words)
    kind = said.track(of_track) if of_track else said.denied
    return [
        _report(source, at)
        | {"keywords": [kind], "description": " ".join(f"{one}." for one in dict.fromkeys(words))}
        for source, words in found.values()
    ]


def _report(source: SourceHead, at: Addresses) -> dict[str, Any]:
    # Other programs read full days, months and years, and no “about” and no spans.
    dated = "temporal" if {"~", "/"} & set(source.published) else "datePublished"
    report = {
        "@type": _TYPES.get(source.kind, "CreativeWork") if source.kind else "CreativeWork",
        "@id": source.url or at.source(source.id),
        "url": source.url,
        "headline": source.title,
        "publisher": {"@type": "Organization", "name": source.outlet},
        dated: source.published,
        "inLanguage": source.language,
        "archivedAt": source.archive_url,
        "mainEntityOfPage": at.source(source.id),
    }
    return {name: value for name, value in report.items() if value}


def _annotation(
    cast: Cast, row: TimelineRow, line: CitationLine, at: Addresses, said: Said
) -> dict[str, Any]:
    """What a citation ties together: the record, and the words of the report, where they may be shown."""
    target: dict[str, Any] = {
        "type": "SpecificResource",
        "source": line.source.url or at.source(line.source.id),
    }
    if line.quote and not line.sensitive:
        target["selector"] = {"type": "TextQuoteSelector", "exact": line.quote}
    if line.source.archive_url:
        target["state"] = {"type": "TimeState", "cached": line.source.archive_url}
    words = ". ".join(_sentences(cast, row, line, said))
    return {
        "@context": ANNOTATION,
        "id": f"{at.here}#citation-{line.number}",
        "type": "Annotation",
        "motivation": "describing" if line.supports else "questioning",
        "body": [
            {"type": "SpecificResource", "source": at.record(row.record), "purpose": "linking"},
            {"type": "TextualBody", "value": f"{words}.", "format": "text/plain", "language": "en"}
            | {"purpose": "describing"},
        ],
        "target": target,
    }


def _sentences(
    cast: Cast, row: TimelineRow, line: CitationLine, said: Said, of_track: Track | None = None
) -> Iterator[str]:
    """The chain of one citation in words, as its page has it (domain.md §2); of one track, or of both."""
    is_outlet = not line.speaker or line.speaker == line.source.outlet
    speaker = "the outlet itself" if is_outlet else line.speaker
    outlet, day = line.source.outlet, said.day(line.source.published)
    if not line.supports:
        yield f"Denied by {speaker}; {outlet}, {day}"
        return
    for attribution, actors in row.seen(line).items():
        if of_track and track([attribution]) is not of_track:
            continue
        holder = " and ".join(map(cast.name, actors))
        if holder:
            words = sentence(attribution, holder=holder, speaker=speaker, outlet=outlet, day=day)
        else:
            words = f"{speaker[0].upper()}{speaker[1:]}; {outlet}, {day}"
        yield f"{words}; retracted by the outlet, it supports nothing any more" if line.retracted else words
