"""Wiring: the application, its routes, and what stands around every request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.db import make_engine
from app.exchange.crosswalk import Crosswalk, read_crosswalk
from app.exchange.snapshots import Snapshots
from app.settings import Settings, read_settings
from app.web import (
    account,
    accounts,
    actors,
    calendars,
    changes,
    codebook,
    coverage,
    demands,
    drafts,
    entries,
    errors,
    events,
    feeds,
    guide,
    hearsay,
    histories,
    imports,
    invitations,
    issues,
    lineages,
    links,
    merges,
    negotiations,
    notes,
    outlets,
    packages,
    people,
    placements,
    positions,
    proposals,
    readings,
    redactions,
    references,
    remarks,
    responses,
    reviews,
    scales,
    searches,
    setup,
    sheets,
    sources,
    timeline,
)
from app.web.api import catalogue as catalogue_api
from app.web.api import changes as changes_api
from app.web.api import comparing as comparing_api
from app.web.api import drafts as drafts_api
from app.web.api import positions as positions_api
from app.web.api import records as records_api
from app.web.api import reference as reference_api
from app.web.api import schema as schema_api
from app.web.api import searching as searching_api
from app.web.api import sources as sources_api
from app.web.api.crossing import ReadsFromElsewhere
from app.web.deps import authorise
from app.web.limits import InFlight
from app.web.render import STATIC
from app.web.security import CrossSiteRefusal, Permission, SecurityHeaders, require_permissions
from app.web.works import Works


class StaticPages(StaticFiles):
    """Static files; their addresses carry a digest, so they may be kept for good."""

    permission = Permission.READ_PUBLISHED

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            versioned = b"v=" in scope.get("query_string", b"")
            keep = "public, max-age=31536000, immutable" if versioned else "public, max-age=3600"
            response.headers["cache-control"] = keep
        return response


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application as it is served.

    Raises UndeclaredRoute if a route does not say who may call it, and WrongCrosswalk.
    """
    settings = settings or read_settings()
    crosswalk = read_crosswalk(settings.crosswalk) if settings.crosswalk else Crosswalk()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.engine = make_engine(settings.database_url.get_secret_value())
        app.state.snapshots = Snapshots()
        app.state.works = Works()
        yield
        app.state.works.close()
        app.state.snapshots.close()
        app.state.engine.dispose()

    middleware = [Middleware(SecurityHeaders), Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]
    middleware.append(Middleware(ReadsFromElsewhere))
    middleware.append(Middleware(errors.UnexpectedFaults))
    middleware.append(Middleware(CrossSiteRefusal, public_url=settings.public_url))
    middleware.append(Middleware(InFlight))
    if settings.hosts():
        middleware.append(Middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts()))
    app = FastAPI(
        title="Parley",
        summary="What each side of a ceasefire negotiation is reported to want, and who says so.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        dependencies=[Depends(authorise)],
        middleware=middleware,
        max_body_size=settings.max_body_size,
    )
    app.state.settings = settings
    app.state.crosswalk = crosswalk
    app.mount("/static", StaticPages(directory=STATIC), name="static")
    rooms = (
        accounts,
        account,
        invitations,
        people,
        lineages,  # before the forms, whose list of any other noun is the time line
        entries,
        histories,
        imports,
        merges,
        redactions,
        reviews,
        notes,
        readings,
        guide,
        negotiations,
        setup,  # before what reads “new” as the id of a negotiation
        links,
        placements,
        scales,
        coverage,
        positions,
        sheets,
        hearsay,
        changes,
        timeline,
        packages,
        codebook,
        references,  # before what reads the end of a file's name as part of an id
        demands,
        drafts,
        proposals,
        responses,
        sources,
        outlets,
        actors,
        issues,
        remarks,
        events,
        feeds,
        calendars,
        searches,
    )
    for room in (
        *rooms,
        catalogue_api,
        sources_api,
        positions_api,
        comparing_api,
        changes_api,
        records_api,
        searching_api,
        drafts_api,
        schema_api,
        reference_api,
    ):
        app.include_router(room.router)
    errors.install(app)
    require_permissions(app.routes)
    return app
