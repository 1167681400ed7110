"""What the database selects of the time line is what the rules of the trade say of each of its records."""

from collections.abc import Iterator
from datetime import date
from itertools import count, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import Engine

from app.db import make_engine, migrate, read_session, write_session
from app.domain.attribution import rests_on
from app.domain.vocabulary import Basis, Rests
from app.exchange.package import PackageFaults, import_package
from app.forms.filters import TimelineFilters
from app.queries.negotiations import cast_of
from app.queries.timeline import TimelineRow, timeline_page
from tests.commands.test_positions import filled
from tests.domain.negotiations import DAYS, HOLDERS, Tables, negotiations
from tests.make import write_package
from tests.packages import NOW

_numbers = count(1)


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('random') / 'parley.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@settings(max_examples=8)
@given(tables=negotiations())
def test_what_is_found_by_whom_it_rests_on_is_what_the_rule_says(sqlite: Engine, tables: Tables) -> None:
    negotiation = f"talks-{next(_numbers)}"
    with TemporaryDirectory() as folder, write_session(sqlite) as session:
        try:
            import_package(session, write_package(Path(folder) / "in", filled(tables, negotiation)), now=NOW)
        except PackageFaults:
            return
        session.commit()
    with read_session(sqlite) as reading:
        cast = cast_of(reading, negotiation)
        for basis, day in product((Basis.REPORTED, Basis.STATED), (DAYS[5], DAYS[-1].replace(month=12))):

            def read(on: date = day, basis: Basis = basis, **filters: Any) -> list[TimelineRow]:
                page = timeline_page(reading, negotiation, cast, TimelineFilters(**filters), on, basis)
                return [*page.rows, *page.possible]

            every = read()
            for rests, actor in product(Rests, ("", HOLDERS[0])):
                expected = {
                    row.record.subject
                    for row in every
                    for judged in row.actors
                    if actor in ("", judged) and rests.includes(by_the_rule(row, judged))
                }
                assert {row.record.subject for row in read(rests=rests, actor=actor)} == expected


def by_the_rule(row: TimelineRow, holder: str) -> Rests | None:
    counting = [line for line in row.citations if line.supports and not line.retracted]
    return rests_on((line.attribution(holder), line.anonymous) for line in counting)
