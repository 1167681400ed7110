"""PostgreSQL and SQLite give the same pages for the same data."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from starlette.testclient import TestClient

from app.cli import DEMO, PACKAGES
from tests.services.databases import serving

ADDRESSES = [
    "/",
    *(
        f"/negotiations/gaza?on={on}&basis={basis}"
        for on in ("2023-11-15", "2024-02-07", "2024-09-04", "2025-10-09", "2026-02-16")
        for basis in ("reported", "stated")
    ),
    "/negotiations/gaza?on=2024-09-04&columns=hamas@2024-02-07,hamas,israel,egypt,proposal:israel-may-27-2024",
    "/negotiations/gaza?on=nonsense&columns=nobody",
    "/negotiations/gaza-april-2024?on=2024-04-03",
    "/negotiations/gaza/positions/hamas/governance-of-gaza?on=2024-09-04",
    "/negotiations/gaza/positions/israel/hostage-release?on=2025-10-09&basis=stated",
    "/negotiations/gaza/positions?on=2024-09-04",
    "/negotiations/gaza/positions?on=2024-05-06&basis=stated&rests=opponent",
    "/negotiations/gaza/timeline?on=2025-01-14",
    "/negotiations/gaza/timeline?actor=hamas&issue=disarmament&track=others",
    "/negotiations/gaza/timeline?on=2024-09-04&rests=opponent",
    "/negotiations/gaza/timeline.csv?on=2024-09-04&basis=stated&rests=opponent_unnamed&actor=hamas",
    "/negotiations/gaza/timeline?q=Netzarim&type=demand",
    "/negotiations/gaza/timeline.csv?on=2024-09-04",
    "/negotiations/gaza/timeline.csv?basis=stated&on=2024-02-10&bom=0",
    "/negotiations/gaza/demands/hamas-2024-04-24-disarm-for-state",
    "/negotiations/gaza/proposals/israel-may-27-2024?on=2024-09-04",
    "/negotiations/gaza/proposals?on=2025-04-01",
    "/negotiations/gaza/proposals?on=2024-02-01&basis=stated&actor=egypt&state=open",
    "/negotiations/gaza/proposals/israel-may-27-2024?on=2025-01-15&basis=stated",
    "/negotiations/gaza/proposals/jan-2025-agreement/compare",
    "/negotiations/gaza/sources/lbci-2023-11-08",
    "/negotiations/gaza/sources?on=2024-09-04",
    "/negotiations/gaza/sources?basis=stated&on=2024-05-06&relays=relays&q=hamas&language=en",
    "/negotiations/gaza/outlets?on=2024-09-04",
    "/negotiations/gaza/outlets/UOL%20%2F%20AFP",
    "/negotiations/gaza/actors?on=2024-09-04",
    "/negotiations/gaza/actors/hamas?on=2024-09-04",
    "/negotiations/gaza/actors/egypt?on=2024-09-04&basis=stated&rests=opponent",
    "/negotiations/gaza/issues/permanent-end-of-war?on=2024-09-04",
    "/api/v1/negotiations/gaza/positions?on=2024-09-04&standing=1",
    "/negotiations/gaza/changes?from=2024-07-01&to=2024-07-31",
    "/negotiations/gaza/changes?from=2023-11-01&to=2025-02-01&basis=stated",
    "/negotiations/gaza/nothing",
]


@pytest.fixture(scope="module")
def both(templates: Any, postgresql_server: Any) -> Iterator[tuple[TestClient, TestClient]]:
    packages = [DEMO / name for name in PACKAGES]
    sqlite = f"sqlite:///{templates('sqlite', *packages)}"
    postgresql = postgresql_server.url(postgresql_server.create_database(templates("postgresql", *packages)))
    with serving(sqlite) as one, serving(postgresql) as other:
        yield one, other


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_databases_give_the_same_answer(both: tuple[TestClient, TestClient], address: str) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        one, other = (client.get(address) for client in both)
    assert one.status_code == other.status_code
    assert one.status_code in (200, 404, 422)
    assert one.text == other.text
    assert one.headers.get("etag") == other.headers.get("etag")
