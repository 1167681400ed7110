"""Addresses of records that were merged: each leads to where the record is now, for good (domain.md §7)."""

from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import Engine
from starlette.responses import RedirectResponse, Response

from app.db import read_session
from app.domain.redirects import Redirects, kept
from app.models.loading import load_redirects
from app.web.paths import address

# The noun whose id follows each part of a path.
_NOUNS = {
    "sources": "source",
    "actors": "actor",
    "positions": "actor",
    "demands": "demand",
    "citations": "citation",
}
# What an address may say of an actor behind its question mark, once or several times.
_ACTORS = ("actor", "speaker", "add", "columns", "holders", "about", "parties", "party")


def moved(request: Request) -> Response | None:
    """Where an address leads that names a merged record, with all that it says else; None where it does not.

    A form that was opened on the record goes along: what it says is not lost, and is refused there as out
    of date.
    """
    negotiation = request.path_params.get("negotiation")
    if not isinstance(negotiation, str):
        return None
    engine: Engine = request.app.state.engine
    with read_session(engine) as session:
        redirects = load_redirects(session, negotiation)
    if not redirects:
        return None
    path = _path(request.url.path, redirects)
    pairs = [(name, _value(name, value, redirects)) for name, value in request.query_params.multi_items()]
    if path == request.url.path and pairs == request.query_params.multi_items():
        return None
    query = f"?{urlencode(pairs, safe='@:,')}" if pairs else ""
    return RedirectResponse(address(path) + query, status_code=308)


def _path(path: str, redirects: Redirects) -> str:
    parts = path.split("/")
    for place in range(1, len(parts)):
        if noun := _NOUNS.get(parts[place - 1]):
            parts[place] = kept(redirects, noun, parts[place])
    return "/".join(parts)


def _value(name: str, value: str, redirects: Redirects) -> str:
    """An actor, or a list of columns such as ``hamas@2024-02-07,proposal:…``."""
    if name not in _ACTORS:
        return value
    parts = (column.partition("@") for column in value.split(","))
    return ",".join(kept(redirects, "actor", actor) + at + day for actor, at, day in parts)
