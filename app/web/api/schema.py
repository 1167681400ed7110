"""What the API answers, described for programs (OpenAPI)."""

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse, Response

from app.web.api.problems import Problem
from app.web.security import Permission, allow

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
@allow(Permission.READ_PUBLISHED)
def openapi(request: Request) -> Response:
    """The description of every address of the API."""
    app: FastAPI = request.app
    schema = app.openapi()
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components.setdefault("Problem", Problem.model_json_schema())
    return JSONResponse(schema, headers={"cache-control": "public, max-age=3600"})
