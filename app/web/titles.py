"""What a record is called where only its title travels: in a feed, a calendar, a slide."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from app.domain.vocabulary import RecordType
from app.queries.negotiations import Cast
from app.queries.timeline import TimelineRow
from app.web.labels import kind_label
from app.web.render import ENVIRONMENT, gettext


class Titles:
    """The titles of the records of one negotiation, as of a day: those that their own pages have."""

    def __init__(self, cast: Cast, on: date) -> None:
        found = SimpleNamespace(cast=cast, sight=SimpleNamespace(on=on))
        template = ENVIRONMENT.get_template("_shared/titles.html")
        self._macros: Any = template.make_module({"found": found})

    def of(self, row: TimelineRow) -> Markup:
        """Whose claim it is, on which track, and what it says."""
        record, macros = row.record, self._macros
        if record.type is RecordType.EVENT:
            words = macros.event(row)
        elif record.type is RecordType.REMARK:
            words = macros.remark(row)
        elif record.type is RecordType.PROPOSAL:
            words = macros.claim(row, macros.proposal(record))
        elif record.type is RecordType.RESPONSE:
            answer = gettext(kind_label(record.type, record.kind))
            words = macros.claim(row, record.summary or macros.answer(answer, row.proposal))
        else:
            words = macros.claim(row, record.summary)
        return _on_one_line(words)

    def whose(self, row: TimelineRow) -> Markup:
        """Its actors, each with the track on which it is shown; empty where it has none."""
        return _on_one_line(self._macros.whose(row))

    def about(self, row: TimelineRow, *, dated: bool = True) -> Markup:
        """Kind and date, who says so, who denies it; and as of which day, if it is ``dated``.

        What is fetched again and again is not: its words change when the record does, not every day.
        """
        return _on_one_line(self._macros.about(row, dated))


def _on_one_line(words: str) -> Markup:
    return Markup(" ".join(words.split()))  # noqa: S704 - it was markup, and spaces make none
