"""What is stored: one file a noun."""

from app.models.accounts import (
    Account,
    AccountChange,
    ApiToken,
    FormToken,
    Invitation,
    LoginAttempt,
    LoginLink,
    Session,
)
from app.models.actors import Actor, ActorAlias, Participant
from app.models.base import Base
from app.models.citations import Citation, CitationAttribution, CitationSelector, CitationSpeaker
from app.models.demands import Demand, Link
from app.models.events import Event
from app.models.issues import Coverage, Issue, ScaleRung
from app.models.negotiations import Negotiation
from app.models.positions import ChangeDay, PositionCell
from app.models.proposals import Proposal, Response, Term
from app.models.records import Record, RecordActor, RecordIssue
from app.models.remarks import Remark
from app.models.reviews import ReaderNote, Review
from app.models.revision import Redaction, Redirect, Revision
from app.models.searches import SearchText
from app.models.sources import Source, SourceText
from app.models.uploads import Upload, UploadPart

__all__ = [
    "Account",
    "AccountChange",
    "Actor",
    "ActorAlias",
    "ApiToken",
    "Base",
    "ChangeDay",
    "Citation",
    "CitationAttribution",
    "CitationSelector",
    "CitationSpeaker",
    "Coverage",
    "Demand",
    "Event",
    "FormToken",
    "Invitation",
    "Issue",
    "Link",
    "LoginAttempt",
    "LoginLink",
    "Negotiation",
    "Participant",
    "PositionCell",
    "Proposal",
    "ReaderNote",
    "Record",
    "RecordActor",
    "RecordIssue",
    "Redaction",
    "Redirect",
    "Remark",
    "Response",
    "Review",
    "Revision",
    "ScaleRung",
    "SearchText",
    "Session",
    "Source",
    "SourceText",
    "Term",
    "Upload",
    "UploadPart",
]
