"""Everything that is derived is as if the negotiation had just been imported as it stands."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, and_, select
from starlette.testclient import TestClient

from app.db import make_engine, migrate, read_session
from app.models import (
    ChangeDay,
    Citation,
    CitationAttribution,
    PositionCell,
    Record,
    RecordActor,
    SearchText,
    Source,
)
from app.models.visibility import published
from tests.packages import export, load
from tests.web.forms import engine_of


def assert_as_if_imported(client: TestClient, negotiation: str, folder: Path) -> None:
    """Dates, voices, attributions, cells and days of change equal those of a fresh import of its export."""
    package = export(engine_of(client), negotiation, folder / "exported")
    engine = make_engine(f"sqlite:///{folder / 'fresh.db'}")
    try:
        migrate(engine)
        load(engine, package)
        assert _derived(engine_of(client), negotiation) == _derived(engine, negotiation)
    finally:
        engine.dispose()
        (folder / "fresh.db").unlink()


def _derived(engine: Engine, negotiation: str) -> dict[str, list[Any]]:
    of_record = and_(
        Record.negotiation == Citation.negotiation,
        Record.type == Citation.subject_type,
        Record.id == Citation.subject,
    )
    statements: dict[str, Any] = {
        "dates": select(Record.type, Record.id, Record.first_day, Record.last_day, Record.reported_on)
        .where(published(Record), Record.negotiation == negotiation)
        .add_columns(Record.stated_by, Record.search_text),
        "actors": select(RecordActor.type, RecordActor.record, RecordActor.part, RecordActor.actor)
        .join(
            Record,
            and_(
                Record.negotiation == RecordActor.negotiation,
                Record.type == RecordActor.type,
                Record.id == RecordActor.record,
            ),
        )
        .where(published(Record), Record.negotiation == negotiation),
        "voices": select(Source.id, Source.voice, Source.published_last, Source.retracted_from).where(
            Source.negotiation == negotiation, published(Source)
        ),
        "attributions": select(
            Citation.subject_type,
            Citation.subject,
            Citation.source,
            Citation.quote,
            Citation.stated_last,
            Citation.search_text,
            CitationAttribution.holder,
            CitationAttribution.attribution,
        )
        .join(
            CitationAttribution,
            and_(
                CitationAttribution.negotiation == Citation.negotiation,
                CitationAttribution.citation == Citation.number,
            ),
        )
        .join(Record, of_record)
        .where(published(Citation), Citation.negotiation == negotiation),
        "cells": select(*PositionCell.__table__.columns).where(PositionCell.negotiation == negotiation),
        "found": select(SearchText.noun, SearchText.record, SearchText.words, SearchText.marks).where(
            SearchText.negotiation == negotiation
        ),
        "days": select(*ChangeDay.__table__.columns).where(ChangeDay.negotiation == negotiation),
    }
    with read_session(engine) as session:
        return {name: sorted(map(repr, session.execute(statement))) for name, statement in statements.items()}
