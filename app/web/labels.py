"""The words of the interface for every word of the vocabulary. Marked for translation, whole phrases."""

from babel import Locale, UnknownLocaleError

from app.domain.vocabulary import (
    AccountRole,
    ActorKind,
    Answer,
    Attribution,
    Basis,
    DemandKind,
    Empty,
    EventKind,
    LinkRelation,
    Outcome,
    OutletGrade,
    RecordGrade,
    RecordType,
    RemarkKind,
    Role,
    Setting,
    SourceKind,
    SourceStatus,
    Track,
)


def N_(message: str) -> str:
    return message


LABELS: dict[type, dict[str, str]] = {
    DemandKind: {
        "demand": N_("Demand"),
        "offer": N_("Offer"),
        "acceptance": N_("Acceptance"),
        "rejection": N_("Refusal"),
        "condition": N_("Condition"),
        "red_line": N_("Red line"),
        "withdrawal": N_("Withdrawal"),
        "statement": N_("Statement"),
    },
    Answer: {
        "accepted": N_("Accepted"),
        "accepted_in_principle": N_("Accepted in principle"),
        "accepted_with_reservations": N_("Accepted with reservations"),
        "countered": N_("Countered"),
        "rejected": N_("Rejected"),
        "under_review": N_("Under review"),
        "no_public_response": N_("No public response"),
    },
    RecordType: {
        "demand": N_("Demand"),
        "proposal": N_("Proposal"),
        "term": N_("Term"),
        "response": N_("Response"),
        "remark": N_("Remark"),
        "event": N_("Event"),
    },
    RemarkKind: {
        "hardened": N_("Said to have hardened"),
        "softened": N_("Said to have softened"),
        "progress": N_("Said to have progressed"),
        "impasse": N_("Said to be at an impasse"),
        "other": N_("Remark"),
    },
    EventKind: {
        "talks_round": N_("Talks round"),
        "military": N_("Military"),
        "diplomatic": N_("Diplomatic"),
        "humanitarian": N_("Humanitarian"),
        "political": N_("Political"),
        "other": N_("Other"),
    },
    Outcome: {
        "agreed": N_("Agreed"),
        "implemented": N_("Implemented"),
        "lapsed": N_("Lapsed"),
        "collapsed": N_("Collapsed"),
        "superseded": N_("Superseded"),
    },
    Attribution: {
        "self": N_("own side"),
        "mediator": N_("a mediator"),
        "opponent": N_("another party"),
        "third_party": N_("neither side"),
    },
    Track: {"own_side": N_("From its own side"), "others": N_("Said by others")},
    Basis: {"reported": N_("Known by then"), "stated": N_("With hindsight")},
    Empty: {
        "others_only": N_("Only said by others"),
        "dropped": N_("Dropped"),
        "searched": N_("Searched, none found"),
        "none": N_("Nothing recorded here"),
    },
    LinkRelation: {
        "replaces": N_("Replaces"),
        "restates": N_("Restates"),
        "contradicts": N_("Contradicts"),
        "clarifies": N_("Clarifies"),
    },
    Role: {
        "party": N_("Party"),
        "mediator": N_("Mediator"),
        "guarantor": N_("Guarantor"),
        "host": N_("Host"),
        "observer": N_("Observer"),
    },
    ActorKind: {
        "state": N_("State"),
        "armed_group": N_("Armed group"),
        "igo": N_("International organisation"),
        "ngo": N_("Non-governmental organisation"),
        "person": N_("Person"),
        "body": N_("Body"),
        "other": N_("Other"),
    },
    SourceKind: {
        "news_report": N_("News report"),
        "official_statement": N_("Official statement"),
        "document": N_("Document"),
        "interview": N_("Interview"),
        "broadcast": N_("Broadcast"),
        "social_post": N_("Social post"),
        "analysis": N_("Analysis"),
    },
    SourceStatus: {
        "live": N_("Live"),
        "corrected": N_("Corrected by the outlet"),
        "retracted": N_("Retracted by the outlet"),
        "gone": N_("No longer at its address"),
    },
    Setting: {
        "public_statement": N_("public statement"),
        "document": N_("document"),
        "briefing": N_("briefing"),
        "interview": N_("interview"),
        "leak": N_("leak"),
    },
    OutletGrade: {
        "A": N_("Completely reliable"),
        "B": N_("Usually reliable"),
        "C": N_("Fairly reliable"),
        "D": N_("Not usually reliable"),
        "E": N_("Unreliable"),
        "F": N_("Reliability not judged"),
    },
    AccountRole: {
        "contributor": N_("Contributor"),
        "editor": N_("Editor"),
        "admin": N_("Admin"),
    },
    RecordGrade: {
        "1": N_("Confirmed"),
        "2": N_("Probably true"),
        "3": N_("Possibly true"),
        "4": N_("Doubtful"),
        "5": N_("Improbable"),
        "6": N_("Truth not judged"),
    },
}

# What a person may do, by the role of the account.
DUTIES = {
    AccountRole.CONTRIBUTOR: N_("Enters what is reported; an editor looks at it before readers see it."),
    AccountRole.EDITOR: N_("Enters, publishes, corrects and retracts."),
    AccountRole.ADMIN: N_("Does all that an editor does, and lets people in."),
}

KIND_LABELS: dict[RecordType, dict[str, str]] = {
    RecordType.DEMAND: LABELS[DemandKind],
    RecordType.RESPONSE: LABELS[Answer],
    RecordType.REMARK: LABELS[RemarkKind],
    RecordType.EVENT: LABELS[EventKind],
}


ACTIONS = {
    ("demand", "create"): N_("Recorded"),
    ("demand", "edit"): N_("Corrected"),
    ("demand", "retract"): N_("Retracted"),
    ("citation", "create"): N_("Report added"),
    ("citation", "edit"): N_("Report corrected"),
}


# What a field is called in the summary of faults, where its fault alone would not tell.
FIELDS = {
    "outlet": N_("Outlet"),
    "title": N_("Title"),
    "url": N_("Address"),
    "published": N_("Published"),
    "language": N_("Language"),
    "attributed_to": N_("Speaker"),
    "speakers": N_("Speaks for"),
    "holders": N_("Whose position"),
    "issues": N_("Issue"),
    "kind": N_("Kind"),
    "summary": N_("Summary"),
    "stated": N_("Date"),
    "stated_day": N_("Stated on"),
    "deadline": N_("Deadline"),
    "quote": N_("Exact words"),
    "reason": N_("Why"),
    "retraction": N_("Why"),
    "name": N_("Name"),
    "password": N_("Password"),
    "current": N_("Present password"),
    "role": N_("Role"),
}


# What the desk says of each noun: the headings of its forms, and what one record of it is called.
NOUN_WORDS = {
    "demands": {
        "new": N_("Report a demand"),
        "new_lead": N_("One claim, from one report, and who says so."),
        "edit": N_("Correct a demand"),
        "edit_lead": N_(
            "For our own mistakes. A real change of position is a new demand; "
            "a speaker’s denial is a report that denies it."
        ),
        "one": N_("The demand"),
        "retract": N_("Retract this demand"),
    },
    "proposals": {
        "new": N_("Report a proposal"),
        "new_lead": N_("A package that somebody put forward, term by term, from one report."),
        "edit": N_("Correct a proposal"),
        "edit_lead": N_(
            "For our own mistakes, and for how it ended. A later version is a proposal of its own."
        ),
        "one": N_("The proposal"),
        "retract": N_("Retract this proposal with its terms"),
    },
    "terms": {"one": N_("The term")},
    "responses": {
        "new": N_("Report a response"),
        "new_lead": N_("A party’s answer to a proposal or to one of its terms, from one report."),
        "edit": N_("Correct a response"),
        "edit_lead": N_("For our own mistakes. A later answer is a response of its own."),
        "one": N_("The response"),
        "retract": N_("Retract this response"),
    },
    "remarks": {
        "new": N_("Report a remark"),
        "new_lead": N_("What somebody says about a party or the talks; never a position."),
        "edit": N_("Correct a remark"),
        "edit_lead": N_("For our own mistakes."),
        "one": N_("The remark"),
        "retract": N_("Retract this remark"),
    },
    "events": {
        "new": N_("Report an event"),
        "new_lead": N_("Context on the time line: what happened, when and where."),
        "edit": N_("Correct an event"),
        "edit_lead": N_("For our own mistakes."),
        "one": N_("The event"),
        "retract": N_("Retract this event"),
    },
}


def noun_words(plural: str) -> dict[str, str]:
    """What the desk says of a noun, not yet translated."""
    return NOUN_WORDS[plural]


def field_label(name: str) -> str:
    return FIELDS.get(name, "")


def action_label(noun: str, action: str) -> str:
    """What a revision did, in words."""
    return ACTIONS.get((noun, action), N_("Changed"))


def label(word: object) -> str:
    """The words for a member of the vocabulary, not yet translated."""
    return LABELS[type(word)][str(word)]


def kind_label(record_type: RecordType, kind: str | None) -> str:
    """The words for a record's kind; for what has no kind, those for its type."""
    if kind is None:
        return LABELS[RecordType][record_type]
    return KIND_LABELS[record_type][kind]


def language(code: str) -> str:
    """The name of a language, by its code; the code itself where it has no name."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
