"""What tests of pages may ask for beside the bundled negotiations."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from tests.make import write_package
from tests.services.databases import KINDS, serving, signed_in
from tests.web.reports import reports


@pytest.fixture(scope="session")
def reports_package(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return write_package(tmp_path_factory.mktemp("package") / "reports", reports())


@pytest.fixture(scope="session", params=KINDS)
def small(request: pytest.FixtureRequest, templates: Any, reports_package: Any) -> Iterator[TestClient]:
    """A reader of the small negotiation ``reports``, on either kind of database."""
    template = templates(request.param, reports_package)
    url = f"sqlite:///{template}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").url(template)
    with serving(url) as client:
        yield client


@pytest.fixture(scope="module")
def desk_client(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An editor at a desk that all wrong values of a file share."""
    file = tmp_path_factory.mktemp("desk") / "parley.db"
    shutil.copyfile(templates("sqlite", *(DEMO / name for name in PACKAGES)), file)
    with serving(f"sqlite:///{file}") as client:
        yield signed_in(client, "anna")
