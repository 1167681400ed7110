"""No page's number of statements grows with the history that it does not show."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text
from starlette.testclient import TestClient

from tests.make import make_package
from tests.services.databases import engine_for, load, serving

MADE = "/negotiations/made"
ADDRESSES = [
    "/",
    MADE,
    "/data",
    f"{MADE}/data",
    f"{MADE}?on=2024-03-01",
    f"{MADE}?on=2024-03-01&basis=stated&columns=party-1@2023-12-24,party-1,mediator-1",
    f"{MADE}?on=2024-03-01&columns=party-1,party-2,latest:mediators,latest:agreed",
    f"{MADE}/positions/party-2/issue-12",
    f"{MADE}/positions?on=2024-01-20&rests=opponent",
    f"{MADE}/proposals",
    f"{MADE}/proposals/proposal-2?on=2024-06-01",
    f"{MADE}/proposals/proposal-2/compare",
    f"{MADE}/timeline",
    f"{MADE}/timeline?on=2024-06-01&actor=party-1&issue=issue-1&track=own_side",
    f"{MADE}/timeline?rests=opponent_unnamed&actor=party-2",
    f"{MADE}/timeline?q=title&type=demand&denied=1",
    f"{MADE}/actors",
    "/search?q=title",
    "/search?q=party&negotiation=made&type=demand&actor=party-1&track=own_side&to=2025",
    f"{MADE}/sources",
    f"{MADE}/sources?q=told&status=retracted&relays=relays",
    f"{MADE}/sources/source-1?rests=opponent",
    f"{MADE}/outlets",
    f"{MADE}/outlets/Outlet 1",
    f"{MADE}/actors/party-1",
    f"{MADE}/issues",
    f"{MADE}/actors/mediator-1?rests=opponent",
    f"{MADE}/issues/issue-1",
    f"{MADE}/issues/issue-1?on=2024-06-01&basis=stated&parties=party-1,mediator-1",
    f"/api/v1{MADE}/positions?on=2024-06-01",
    f"/api/v1{MADE}/timeline?on=2024-06-01&basis=stated&limit=200",
    f"/api/v1{MADE}/demands?actor=party-1&track=own_side&limit=20",
    f"/api/v1{MADE}/proposals?limit=200",
    f"/api/v1{MADE}/proposals/proposal-2",
    f"/api/v1{MADE}/sources?limit=200",
    f"/api/v1{MADE}/actors?limit=200",
    f"/api/v1{MADE}/issues",
    f"/api/v1{MADE}/links?limit=200",
    f"/api/v1{MADE}/coverage",
    "/api/v1/search?q=title",
    f"/api/v1{MADE}/comparison?on=2024-03-01&columns=party-1@2023-12-24,party-1,party-2,latest:mediators",
    f"/api/v1{MADE}/changes?from=2024-05-01&to=2024-06-01",
    f"{MADE}/changes?from=2024-05-01&to=2024-06-01",
    f"{MADE}/changes?from=2023-12-01&to=2026-01-01&basis=stated",
    f"{MADE}/feed.atom",
    f"{MADE}/feed.atom?change=300",
    f"{MADE}/issues/issue-1/feed.atom",
    f"{MADE}/timeline.atom?actor=party-1&track=own_side&q=title",
    f"{MADE}/calendar.ics",
]
FEW, MANY = 500, 10_000
MOST = 40
# An issue: a table on both bases, histories, charts; changes: the cells of two days and what lies between.
LONGER = {
    f"{MADE}/issues/issue-1": 50,
    f"{MADE}/issues/issue-1?on=2024-06-01&basis=stated&parties=party-1,mediator-1": 50,
    f"{MADE}/changes?from=2024-05-01&to=2024-06-01": 60,
    f"{MADE}/changes?from=2023-12-01&to=2026-01-01&basis=stated": 60,
    f"/api/v1{MADE}/changes?from=2024-05-01&to=2024-06-01": 60,
}


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """For each page, its statements with 500 demands, and with the same ones twenty times over."""
    folder = tmp_path_factory.mktemp("statements")
    url = f"sqlite:///{folder / 'parley.db'}"
    load(url, make_package(folder / "made", demands=FEW))
    found: dict[str, list[int]] = {address: [] for address in ADDRESSES}
    with serving(url) as client:
        for address in ADDRESSES:
            found[address].append(statements(client, address))
    multiply(url, MANY // FEW)
    with serving(url) as client:
        for address in ADDRESSES:
            found[address].append(statements(client, address))
    return found


def statements(client: TestClient, address: str) -> int:
    with counting(client) as seen:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(seen)


@contextmanager
def counting(client: TestClient) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *others: object) -> None:
        seen.append(statement)

    engine = client.app.state.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


# Which columns name a record or a citation, and so get a number of their own in every copy.
COPIED = {
    "records": {"id": "id || '-' || n"},
    "demands": {"id": "id || '-' || n"},
    "record_actors": {"record": "record || '-' || n"},
    "record_issues": {"record": "record || '-' || n"},
    "citations": {"number": "number + n * 1000000", "subject": "subject || '-' || n"},
    "citation_speakers": {"citation": "citation + n * 1000000"},
    "citation_attributions": {"citation": "citation + n * 1000000"},
}
ONLY_DEMANDS = {
    "records": "type = 'demand'",
    "record_actors": "type = 'demand'",
    "record_issues": "type = 'demand'",
    "citations": "subject_type = 'demand'",
    "citation_speakers": "citation IN (SELECT number FROM citations WHERE subject_type = 'demand')",
    "citation_attributions": "citation IN (SELECT number FROM citations WHERE subject_type = 'demand')",
}


def multiply(url: str, times: int) -> None:
    """Copy every demand with its citations, as many times; quicker than importing as many."""
    with engine_for(url) as engine, engine.connect().execution_options(parley_writes=True) as connection:
        for table, renamed in COPIED.items():
            columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
            values = ", ".join(renamed.get(name, f'"{name}"') for name in columns)
            where = ONLY_DEMANDS.get(table, "1")
            copies = (
                "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :times)"
            )
            statement = f"{copies} INSERT INTO {table} SELECT {values} FROM {table}, copies WHERE {where}"  # noqa: S608
            connection.execute(text(statement), {"times": times - 1})
        connection.commit()
        demands = connection.execute(text("SELECT count(*) FROM demands")).scalar()
        assert demands == MANY


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_of_10_000_demands_asks_no_more_than_one_of_500(
    counts: dict[str, list[int]], address: str
) -> None:
    few, many = counts[address]
    assert many <= few <= LONGER.get(address, MOST)
