"""Who may see what: the one rule that every select of records and citations goes through."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from app.domain.vocabulary import ReviewStatus
from app.models.records import Record
from app.models.sources import Source


class NoSuchRecord(LookupError):
    """There is no such record, or this person may not see it: the answer is the same."""


def published(model: Any) -> ColumnElement[bool]:
    """What a reader may see (domain.md §8): published records, and citations of those in published sources.

    ``model`` is Record, Citation, an alias of one of them, or a noun's own table (Demand, Term …), which
    is as visible as its record.
    """
    if hasattr(model, "subject_type"):
        subject, source = aliased(Record), aliased(Source)
        return and_(
            model.review_status == ReviewStatus.PUBLISHED,
            exists(
                select(1).where(
                    subject.negotiation == model.negotiation,
                    subject.type == model.subject_type,
                    subject.id == model.subject,
                    subject.review_status == ReviewStatus.PUBLISHED,
                )
            ),
            # What is cited is shown with it.
            exists(
                select(1).where(
                    source.negotiation == model.negotiation,
                    source.id == model.source,
                    source.review_status == ReviewStatus.PUBLISHED,
                )
            ),
        )
    if hasattr(model, "review_status"):
        status: ColumnElement[bool] = model.review_status == ReviewStatus.PUBLISHED
        return status
    record = aliased(Record)
    return exists(
        select(1).where(
            record.negotiation == model.negotiation,
            record.type == model.type,
            record.id == model.id,
            record.review_status == ReviewStatus.PUBLISHED,
        )
    )


def open_to(model: Any, account: int, *, edits: bool) -> ColumnElement[bool]:
    """What somebody may add to or name: what is published, their own, and, for editors, what waits.

    ``model`` is Record, Citation or Source. A draft is its author's alone; what was retracted is nobody's.
    """
    waits = model.review_status.in_((ReviewStatus.SUBMITTED, ReviewStatus.RETURNED))
    own = and_(model.entered_by == account, model.review_status != ReviewStatus.RETRACTED)
    return or_(model.review_status == ReviewStatus.PUBLISHED, own, *([waits] if edits else []))
