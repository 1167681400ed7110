"""Which versions of a scale are in use: such a version is never changed again (domain.md §5)."""

from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.models.demands import Demand
from app.models.proposals import Term
from app.models.revision import Revision


def used_rungs(session: Session, negotiation: str, issue: str) -> dict[int, int]:
    """How many demands and terms are placed on each version of an issue's scale, published or not."""
    found: dict[int, int] = {}
    for model, on_issue in ((Demand, Demand.placement_issue), (Term, Term.issue)):
        noun: Any = model
        rows = session.execute(
            select(noun.scale_version, func.count())
            .where(noun.negotiation == negotiation, on_issue == issue, noun.scale_version.is_not(None))
            .group_by(noun.scale_version)
        )
        for version, count in rows:
            found[version] = found.get(version, 0) + count
    return found


def was_used(session: Session, negotiation: str, issue: str, version: int) -> bool:
    """Whether anything is or ever was placed on a version: an earlier placement may be restored."""
    if version in used_rungs(session, negotiation, issue):
        return True
    # The texts of revisions are canonical JSON, in which no quotation mark of a value stands alone.
    of_issue = or_(
        and_(Revision.noun == "demand", Revision.after.contains(f'"issues":"{issue}"', autoescape=True)),
        and_(Revision.noun == "term", Revision.after.contains(f'"issue":"{issue}"', autoescape=True)),
    )
    placed = Revision.after.contains(f'"scale_version":"{version}"', autoescape=True)
    number = select(Revision.number).where(Revision.negotiation == negotiation, of_issue, placed).limit(1)
    return session.scalar(number) is not None
