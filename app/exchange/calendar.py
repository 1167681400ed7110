"""Days to keep in mind as iCalendar (RFC 5545), each a span of whole days.

No date is made more exact than it is known (domain.md §3): a month is a span over all its days, and the words
of the date stand in its summary, so that nobody takes it for a meeting of four weeks. No entry makes anybody
busy: these are other people's days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event, vText

from app.domain.dates import Edtf

MEDIA_TYPE = "text/calendar; charset=utf-8"
# What may be on any day of a longer time says nothing on a grid of days; it is listed beside.
LONGEST_SPAN = 31
_LAST = date.max


@dataclass(frozen=True, slots=True)
class Entry:
    """``dated`` is when it is, as far as it is known, with an end of its own or without. ``revised`` is the
    day of its newest published change, ``revisions`` how many it has had since it was published.
    """

    id: str
    summary: str
    description: str
    dated: Edtf
    date_words: str
    ends: Edtf | None
    place: str
    address: str
    category: str
    revised: date
    revisions: int

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last of the days on which it is, or may be."""
        last = max(self.dated.last, self.ends.last) if self.ends else self.dated.last
        return self.dated.first, last

    @property
    def is_exact(self) -> bool:
        """Whether its days are all known as days."""
        parts = [*self.dated.text.split("/"), *(self.ends.text.split("/") if self.ends else ())]
        return all(len(part) == len("2024-04-03") for part in parts)

    @property
    def fits(self) -> bool:
        """Whether it stands on the grid: on known days, or on one of a month at most."""
        first, last = self.span
        return self.is_exact or (last - first).days < LONGEST_SPAN


def calendar_bytes(
    name: str, description: str, beside: str, address: str, entries: Sequence[Entry], language: str
) -> bytes:
    """The calendar. ``beside`` leads over to what is known too little to stand on a day."""
    calendar = Calendar()
    calendar.add("prodid", "-//Parley//Parley//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    listed = [f"{entry.date_words}: {entry.summary}" for entry in entries if not entry.fits]
    words = "\n".join([description, *([beside, *listed] if listed else [])])
    for property_, text in (("name", name), ("x-wr-calname", name), ("description", words)):
        calendar.add(
            property_, vText(text), parameters={"language": language} if property_ != "x-wr-calname" else {}
        )
    calendar.add("x-wr-caldesc", vText(words))
    calendar.add("url", address)
    for entry in entries:
        if entry.fits:
            calendar.add_component(_event(entry, language))
    body: bytes = calendar.to_ical()
    return body


def _event(entry: Entry, language: str) -> Event:
    first, last = entry.span
    summary = entry.summary if entry.is_exact else f"{entry.summary} ({entry.date_words})"
    event = Event()
    event.add("uid", entry.id)
    # The hour of a change is not told (domain.md §8).
    revised = datetime.combine(entry.revised, time(), UTC)
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    event.add("sequence", entry.revisions)
    event.add("dtstart", first)
    if last < _LAST:
        # The day behind the last one (RFC 5545, 3.6.1).
        event.add("dtend", last + timedelta(days=1))
    event.add("summary", summary, parameters={"language": language})
    event.add("description", entry.description)
    if entry.place:
        event.add("location", entry.place)
    event.add("url", entry.address)
    event.add("categories", [entry.category])
    event.add("transp", "TRANSPARENT")
    return event
