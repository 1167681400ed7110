"""How parties answered: their responses on each track, as domain.answers reads them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from app.domain.answers import AnswerDay, Given, by_day
from app.domain.vocabulary import Answer, Track
from app.queries.citations import CitationLine, Evidence, Subject, evidence
from app.queries.records import RecordLine


class Answering(Protocol):
    """A response with what it rests on."""

    @property
    def record(self) -> RecordLine: ...
    @property
    def evidence(self) -> Evidence: ...


Line = TypeVar("Line", bound=Answering)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One party's answer, as a report gives it."""

    record: RecordLine
    actor: str
    evidence: Evidence

    @property
    def is_own(self) -> bool:
        return self.evidence.track is Track.OWN_SIDE


def given(lines: Iterable[Line]) -> list[Given[Line]]:
    """These responses as answers; what no report supports any more answers nothing."""
    return [
        Given(line, line.evidence.track is Track.OWN_SIDE, _latest(line), Answer(line.record.kind or ""))
        for line in lines
        if line.evidence.reports
    ]


def _latest(line: Answering) -> date:
    """The latest day on which it was given: a report may tell that it was said again (domain.md §3)."""
    voice = line.evidence.voice
    again = voice.stated_last if voice and voice.stated_last else ""
    return date.fromisoformat(max(line.record.last_day, again))


def latest_of_tracks(lines: Iterable[Line]) -> list[AnswerDay[Line]]:
    """A party's latest answer on each track, its own side's first."""
    return sorted((day for day in by_day(given(lines)) if day.is_latest), key=lambda day: not day.own)


def answer_lines(
    responses: Sequence[RecordLine],
    actors: Mapping[Subject, Mapping[str, Sequence[str]]],
    citations: Mapping[Subject, Sequence[CitationLine]],
) -> dict[str, dict[str, list[AnswerLine]]]:
    """The answers to whole proposals, by proposal and party, in the order of entry."""
    found: dict[str, dict[str, list[AnswerLine]]] = defaultdict(lambda: defaultdict(list))
    for response in responses:
        for actor in actors.get(response.subject, {}).get("responds", ()) if response.term is None else ():
            line = AnswerLine(response, actor, evidence(citations.get(response.subject, ()), actor))
            found[response.proposal or ""][actor].append(line)
    return {proposal: dict(by_actor) for proposal, by_actor in found.items()}
