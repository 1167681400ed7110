"""The address of every record: stable, and the same wherever it is linked from."""

from datetime import date
from urllib.parse import quote, urlencode

from app.domain.vocabulary import RecordType
from app.queries.records import RecordLine

_ROOMS = {
    RecordType.DEMAND: "demands",
    RecordType.PROPOSAL: "proposals",
    RecordType.REMARK: "remarks",
    RecordType.EVENT: "events",
}


def address(path: str, **query: object) -> str:
    """An address on this site: parts of the path are quoted, empty parameters left out."""
    pairs = [(name.rstrip("_"), _text(value)) for name, value in query.items() if value not in (None, "")]
    return quote(path, safe="/@:~-._") + (f"?{urlencode(pairs, safe='@:,')}" if pairs else "")


def outlet_address(negotiation: str, outlet: str, **query: object) -> str:
    """Where an outlet is read: it has no id, so that its name, whatever is in it, is one part of the path."""
    return address(f"/negotiations/{negotiation}/outlets", **query).replace(
        "/outlets", f"/outlets/{quote(outlet, safe='')}", 1
    )


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def href(negotiation: str, record: RecordLine, **query: object) -> str:
    """Where a record is read; terms and responses stand on the page of their proposal."""
    if record.type in _ROOMS:
        return address(f"/negotiations/{negotiation}/{_ROOMS[record.type]}/{record.id}", **query)
    page = address(f"/negotiations/{negotiation}/proposals/{record.proposal}", **query)
    return f"{page}#{record.type}-{record.id}"
