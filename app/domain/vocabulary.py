"""The words that a record may use: one enum for each closed list of domain.md §1."""

from enum import StrEnum


class ActorKind(StrEnum):
    STATE = "state"
    ARMED_GROUP = "armed_group"
    IGO = "igo"
    NGO = "ngo"
    PERSON = "person"
    BODY = "body"
    OTHER = "other"


class Role(StrEnum):
    """What an actor is in a negotiation; one actor may hold several."""

    PARTY = "party"
    MEDIATOR = "mediator"
    GUARANTOR = "guarantor"
    HOST = "host"
    OBSERVER = "observer"


class SourceKind(StrEnum):
    NEWS_REPORT = "news_report"
    OFFICIAL_STATEMENT = "official_statement"
    DOCUMENT = "document"
    INTERVIEW = "interview"
    BROADCAST = "broadcast"
    SOCIAL_POST = "social_post"
    ANALYSIS = "analysis"


class SourceStatus(StrEnum):
    """What the outlet has done with its publication; never our own correction."""

    LIVE = "live"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    GONE = "gone"


class OutletGrade(StrEnum):
    """Reliability of the outlet (Admiralty scale); unknown is F."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class RecordGrade(StrEnum):
    """Credibility of the record (Admiralty scale); unknown is 6."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"


class DemandKind(StrEnum):
    DEMAND = "demand"
    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    CONDITION = "condition"
    RED_LINE = "red_line"
    WITHDRAWAL = "withdrawal"
    STATEMENT = "statement"


class LinkRelation(StrEnum):
    REPLACES = "replaces"
    RESTATES = "restates"
    CONTRADICTS = "contradicts"
    CLARIFIES = "clarifies"


class Outcome(StrEnum):
    AGREED = "agreed"
    IMPLEMENTED = "implemented"
    LAPSED = "lapsed"
    COLLAPSED = "collapsed"
    SUPERSEDED = "superseded"


class Answer(StrEnum):
    """A party's answer to a proposal or to one of its terms."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PRINCIPLE = "accepted_in_principle"
    ACCEPTED_WITH_RESERVATIONS = "accepted_with_reservations"
    COUNTERED = "countered"
    REJECTED = "rejected"
    UNDER_REVIEW = "under_review"
    NO_PUBLIC_RESPONSE = "no_public_response"


class RemarkKind(StrEnum):
    HARDENED = "hardened"
    SOFTENED = "softened"
    PROGRESS = "progress"
    IMPASSE = "impasse"
    OTHER = "other"


class EventKind(StrEnum):
    TALKS_ROUND = "talks_round"
    MILITARY = "military"
    DIPLOMATIC = "diplomatic"
    HUMANITARIAN = "humanitarian"
    POLITICAL = "political"
    OTHER = "other"


class RecordType(StrEnum):
    """The records that a citation may be tied to."""

    DEMAND = "demand"
    PROPOSAL = "proposal"
    TERM = "term"
    RESPONSE = "response"
    REMARK = "remark"
    EVENT = "event"


class CitationRelation(StrEnum):
    SUPPORTS = "supports"
    DENIES = "denies"


class Setting(StrEnum):
    PUBLIC_STATEMENT = "public_statement"
    DOCUMENT = "document"
    BRIEFING = "briefing"
    INTERVIEW = "interview"
    LEAK = "leak"


class Attribution(StrEnum):
    """Who speaks, seen from the holder of the claim (domain.md §2)."""

    SELF = "self"
    MEDIATOR = "mediator"
    OPPONENT = "opponent"
    THIRD_PARTY = "third_party"


class Track(StrEnum):
    OWN_SIDE = "own_side"
    OTHERS = "others"


class Rests(StrEnum):
    """On whom a claim rests that is only said by others, seen from one holder (domain.md §2).

    Each is a part of the one before: *opponent* where nobody but another party says it, *opponent_unnamed*
    where, besides, none of these speakers has a name.
    """

    OTHERS = "others"
    OPPONENT = "opponent"
    OPPONENT_UNNAMED = "opponent_unnamed"

    def includes(self, other: "Rests | None") -> bool:
        """Whether what rests on ``other`` is of this kind too; what rests on its own side is of none."""
        order = list(Rests)
        return other is not None and order.index(self) <= order.index(other)


class Basis(StrEnum):
    """What “as of a day” means (domain.md §3).

    *Recorded* differs from *reported* in the records that are read, those that were here by then, not in
    how they are read: ``clock`` is the basis that reads them, and the one by which cells are stored.
    """

    REPORTED = "reported"
    STATED = "stated"
    RECORDED = "recorded"

    @property
    def clock(self) -> "Basis":
        return Basis.REPORTED if self is Basis.RECORDED else self


class Slot(StrEnum):
    """The places of a cell, in the order in which they are read (domain.md §4)."""

    ASKS = "asks"
    REFUSES = "refuses"
    ACCEPTED = "accepted"
    OTHERS_SAY = "others_say"
    SAYS = "says"


class Empty(StrEnum):
    """The kinds of empty, told apart (domain.md §4)."""

    OTHERS_ONLY = "others_only"
    DROPPED = "dropped"
    SEARCHED = "searched"
    NONE = "none"


class ReviewStatus(StrEnum):
    """How far an entry has come; readers see what is published (domain.md §8)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    RETRACTED = "retracted"


class AccountRole(StrEnum):
    """What a signed-in person may do; a reader needs no account (domain.md §8)."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    ADMIN = "admin"
