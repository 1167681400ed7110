"""Entries as they move: what rests on what, what goes out with what, and when it was recorded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, and_, select

from app.commands.entries import (
    By,
    Entry,
    OnlySupport,
    cite_record,
    edit_citation,
    edit_record,
    record_entry,
    restore_record,
    retract_record,
)
from app.commands.records import NoSuchRecord, revision_of, status_of
from app.commands.reviews import return_entry, submit_entry
from app.commands.sources import begin_source
from app.db import WriteSession, read_session, write_session
from app.domain.vocabulary import RecordType, ReviewStatus
from app.models import Account, Citation, Record, Revision, Source
from app.queries.revisions import verify
from tests.make import talks, write_package
from tests.packages import NOW, load

LATER = NOW + timedelta(days=1)
SOURCE = {"outlet": "Outlet", "published": "2024-02-03", "language": "en"}
WORDS = {"attributed_to": "an official", "anonymous": "yes", "speakers": "p"}
DEMAND = {"holders": "p", "issues": "i", "kind": "demand", "summary": "Asks for it.", "stated": "2024-02-02"}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Engine:
    """A small negotiation, an editor and a contributor."""
    load(engine, write_package(tmp_path / "in", talks()))
    with write_session(engine) as session:
        for number, role in ((1, "editor"), (2, "contributor")):
            session.add(Account(id=number, name=role, role=role, created_at=NOW))
        session.commit()
    return engine


EDITOR = By(1, edits=True, now=LATER)
CONTRIBUTOR = By(2, edits=False, now=LATER)


def seen(session: WriteSession, noun: str, record: str, *terms: str) -> int:
    return revision_of(session, "talks", noun, record, terms)


def test_the_only_report_that_supports_a_record_cannot_be_made_to_deny_it(desk: Engine) -> None:
    with write_session(desk) as session:
        demand = record_entry(session, "talks", Entry(SOURCE, WORDS, DEMAND), EDITOR)
        citation = session.scalars(
            select(Revision.record).where(Revision.noun == "citation").order_by(Revision.number.desc())
        ).first()
        assert citation
        row = {**WORDS, "relation": "denies"}
        at = seen(session, "citation", citation)
        with pytest.raises(OnlySupport):
            edit_citation(session, "talks", int(citation), row, EDITOR, reason="a slip", seen=at)
        cite_record(session, "talks", demand, Entry({**SOURCE, "outlet": "Other"}, WORDS), EDITOR)
        edit_citation(session, "talks", int(citation), row, EDITOR, reason="a slip", seen=at)
        session.commit()


def test_what_a_source_relays_comes_as_far_as_the_source(desk: Engine) -> None:
    with write_session(desk) as session:
        origin = begin_source(session, "talks", {**SOURCE, "outlet": "Hidden"}, None, CONTRIBUTOR)
        relay = {**SOURCE, "origin": origin}
        with pytest.raises(NoSuchRecord):
            record_entry(session, "talks", Entry(relay, WORDS, DEMAND), EDITOR)
        session.rollback()
    with write_session(desk) as session:
        origin = begin_source(session, "talks", {**SOURCE, "outlet": "Hidden"}, None, CONTRIBUTOR)
        relay = {**SOURCE, "origin": origin}
        record_entry(session, "talks", Entry(relay, WORDS, DEMAND), CONTRIBUTOR)
        states = select(Source.review_status).where(Source.outlet.in_(("Outlet", "Hidden")))
        assert set(session.scalars(states)) == {ReviewStatus.SUBMITTED}
        session.commit()


def test_revisions_are_never_recorded_before_those_before_them(desk: Engine) -> None:
    early = By(1, edits=True, now=datetime(2020, 1, 1, tzinfo=UTC))
    with write_session(desk) as session:
        record_entry(session, "talks", Entry(SOURCE, WORDS, DEMAND), EDITOR)
        record_entry(session, "talks", Entry(SOURCE, WORDS, {**DEMAND, "summary": "Asks again."}), early)
        session.commit()
    with read_session(desk) as session:
        moments = session.scalars(select(Revision.recorded_at).order_by(Revision.number)).all()
        assert moments == sorted(moments)
        assert verify(session, "talks") is None


PROPOSAL = {"title": "A text", "proposed_by": "p", "presented": "2024-02-02"}
TERMS = [
    {"issue": "i", "summary": "one"},
    {"issue": "i", "summary": "two"},
    {"issue": "i", "summary": "three"},
]


def propose(session: WriteSession, by: By) -> str:
    return record_entry(
        session, "talks", Entry(SOURCE, WORDS, PROPOSAL, RecordType.PROPOSAL, terms=TERMS), by
    )


def test_a_term_taken_out_before_its_proposal_is_published_is_told_to_nobody(desk: Engine) -> None:
    with write_session(desk) as session:
        proposal = propose(session, CONTRIBUTOR)
        terms = [f"{proposal}-t0{number}" for number in (1, 2, 3)]
        kept = [{"id": term, "issue": "i", "summary": "kept"} for term in terms[:2]]
        edit_record(
            session,
            "talks",
            RecordType.PROPOSAL,
            proposal,
            {},
            CONTRIBUTOR,
            reason="private words",
            seen=seen(session, "proposal", proposal, *terms),
            terms=kept,
        )
        assert status_of(session, "talks", RecordType.TERM, terms[2]) is None
        assert session.scalar(select(Record.id).where(Record.retraction_reason == "private words")) is None
        last = select(Revision.action, Revision.before, Revision.after).where(Revision.record == terms[2])
        action, before, after = session.execute(last.order_by(Revision.number.desc()).limit(1)).one()
        assert (action, after) == ("remove", None)
        assert '"review":"submitted"' in (before or "")
        # Its id is not given again.
        edit_record(
            session,
            "talks",
            RecordType.PROPOSAL,
            proposal,
            {},
            CONTRIBUTOR,
            reason="another",
            seen=seen(session, "proposal", proposal, *terms[:2]),
            terms=[*kept, {"issue": "i", "summary": "four"}],
        )
        assert status_of(session, "talks", RecordType.TERM, f"{proposal}-t04") is ReviewStatus.SUBMITTED
        session.commit()


def test_a_report_of_a_term_that_is_taken_out_before_it_is_published_leaves_a_revision(desk: Engine) -> None:
    with write_session(desk) as session:
        proposal = propose(session, CONTRIBUTOR)
        terms = [f"{proposal}-t0{number}" for number in (1, 2, 3)]
        report = Entry({**SOURCE, "outlet": "Other"}, WORDS, type=RecordType.TERM)
        number = cite_record(session, "talks", terms[2], report, CONTRIBUTOR)
        edit_record(
            session,
            "talks",
            RecordType.PROPOSAL,
            proposal,
            {},
            CONTRIBUTOR,
            reason="one too many",
            seen=seen(session, "proposal", proposal, *terms),
            terms=[{"id": term, "issue": "i", "summary": "kept"} for term in terms[:2]],
        )
        assert session.scalar(select(Citation.number).where(Citation.number == number)) is None
        of_report = and_(Revision.noun == "citation", Revision.record == str(number))
        last = select(Revision.action, Revision.before, Revision.after, Revision.reason).where(of_report)
        action, before, after, reason = session.execute(last.order_by(Revision.number.desc()).limit(1)).one()
        assert (action, after, reason) == ("remove", None, "one too many")
        assert f'"subject":"{terms[2]}"' in (before or "")
        assert '"review":"submitted"' in (before or "")
        # Nor is its number given again.
        later = Entry({**SOURCE, "outlet": "Third"}, WORDS, type=RecordType.TERM)
        assert cite_record(session, "talks", terms[0], later, CONTRIBUTOR) > number
        session.commit()
    with read_session(desk) as session:
        assert verify(session, "talks") is None


def test_a_restored_proposal_brings_back_only_the_terms_that_went_with_it(desk: Engine) -> None:
    with write_session(desk) as session:
        proposal = propose(session, EDITOR)
        terms = [f"{proposal}-t0{number}" for number in (1, 2, 3)]
        edit_record(
            session,
            "talks",
            RecordType.PROPOSAL,
            proposal,
            {},
            EDITOR,
            reason="mistake",
            seen=seen(session, "proposal", proposal, *terms),
            terms=[{"id": term, "issue": "i", "summary": "kept"} for term in terms[:2]],
        )
        later = By(1, edits=True, now=LATER + timedelta(hours=1))
        at = seen(session, "proposal", proposal, *terms[:2])
        retract_record(session, "talks", RecordType.PROPOSAL, proposal, later, reason="mistake", seen=at)
        at = seen(session, "proposal", proposal)
        restore_record(session, "talks", RecordType.PROPOSAL, proposal, later, reason="not so", seen=at)
        states = [status_of(session, "talks", RecordType.TERM, term) for term in terms]
        assert states == [ReviewStatus.PUBLISHED, ReviewStatus.PUBLISHED, ReviewStatus.RETRACTED]
        session.commit()


def test_a_report_added_to_a_returned_record_does_not_publish_it(desk: Engine) -> None:
    with write_session(desk) as session:
        demand = record_entry(session, "talks", Entry(SOURCE, WORDS, DEMAND), CONTRIBUTOR)
        number = int(
            session.scalars(
                select(Revision.record).where(Revision.noun == "citation").order_by(Revision.number.desc())
            ).first()
            or 0
        )
        return_entry(session, "talks", number, EDITOR, comment="Say who.")
        with pytest.raises(NoSuchRecord):
            cite_record(session, "talks", demand, Entry({**SOURCE, "outlet": "Other"}, WORDS), EDITOR)
        submit_entry(session, "talks", number, CONTRIBUTOR)
        session.commit()
