"""The words of the interface for every word of the vocabulary. Marked for translation, whole phrases."""

import re

from babel import Locale, UnknownLocaleError

from app.domain.changes import Turn
from app.domain.comparison import Why
from app.domain.terms import Became
from app.domain.tokens import TokenRole
from app.domain.vocabulary import (
    AccountRole,
    ActorKind,
    Answer,
    Attribution,
    Basis,
    CitationRelation,
    DemandKind,
    Empty,
    EventKind,
    LinkRelation,
    Outcome,
    OutletGrade,
    RecordGrade,
    RecordType,
    RemarkKind,
    Rests,
    ReviewStatus,
    Role,
    Setting,
    Slot,
    SourceKind,
    SourceStatus,
    Track,
)
from app.forms.filters import Latest
from app.models.uploads import UploadState


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
    Became: {
        "added": N_("Added"),
        "dropped": N_("Dropped"),
        "words": N_("Words changed"),
        "quantity": N_("Quantity changed"),
        "phase": N_("Phase moved"),
        "condition": N_("Condition changed"),
        "obliged": N_("Who must do it changed"),
        "tabled_by": N_("Whose wording it is changed"),
    },
    Track: {"own_side": N_("From its own side"), "others": N_("Said by others")},
    Rests: {
        "others": N_("Rests only on others"),
        "opponent": N_("Rests only on another party"),
        "opponent_unnamed": N_("Rests only on another party’s unnamed officials"),
    },
    Basis: {
        "reported": N_("Known by then"),
        "stated": N_("With hindsight"),
        "recorded": N_("As recorded here"),
    },
    Empty: {
        "others_only": N_("Only said by others"),
        "dropped": N_("Dropped"),
        "searched": N_("Searched, none found"),
        "none": N_("Nothing recorded here"),
    },
    Latest: {
        "mediators": N_("Mediators’ latest proposal"),
        "agreed": N_("Latest agreed text"),
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
    ReviewStatus: {
        "draft": N_("Draft"),
        "submitted": N_("Waits for an editor"),
        "returned": N_("Returned"),
        "published": N_("Published"),
        "retracted": N_("Retracted"),
    },
    UploadState: {
        "checking": N_("Being checked"),
        "faulty": N_("Has faults"),
        "ready": N_("Ready to be loaded"),
        "loading": N_("Being loaded"),
        "loaded": N_("Loaded"),
        "broken": N_("Interrupted"),
    },
    OutletGrade: {
        "A": N_("Completely reliable"),
        "B": N_("Usually reliable"),
        "C": N_("Fairly reliable"),
        "D": N_("Not usually reliable"),
        "E": N_("Unreliable"),
        "F": N_("Not judged"),
    },
    AccountRole: {
        "contributor": N_("Contributor"),
        "editor": N_("Editor"),
        "admin": N_("Admin"),
    },
    TokenRole: {
        "reader": N_("Reads"),
        "contributor": N_("Hands in entries"),
        "editor": N_("Hands in entries, as an editor"),
    },
    Slot: {
        "asks": N_("Asks or offers"),
        "refuses": N_("Refuses"),
        "accepted": N_("Has accepted"),
        "others_say": N_("Others say"),
        "says": N_("Says"),
    },
    CitationRelation: {"supports": N_("Supports"), "denies": N_("Denies")},
    Turn: {
        "new": N_("New"),
        "front": N_("Known before, shown now"),
        "again": N_("Said again"),
        "own_side": N_("Now from its own side"),
        "others": N_("Now only said by others"),
        "sure": N_("Now surely by this day"),
        "denied": N_("Newly denied"),
        "undenied": N_("Denied no longer"),
        "overtaken": N_("Overtaken by an event"),
        "terms": N_("Other terms of the package"),
        "dated": N_("Dated otherwise"),
        "replaced": N_("Replaced"),
        "withdrawn": N_("Withdrawn"),
        "rejected": N_("Its package was rejected"),
        "restated": N_("Said again since"),
        "unsupported": N_("No report supports it any more"),
        "behind": N_("Still standing, behind a later one"),
        "answered": N_("A later answer was given"),
        "removed": N_("Taken out of the records here"),
    },
    RecordGrade: {
        "1": N_("Confirmed"),
        "2": N_("Probably true"),
        "3": N_("Possibly true"),
        "4": N_("Doubtful"),
        "5": N_("Improbable"),
        "6": N_("Not judged"),
    },
}

# What a person may do, by the role of the account.
DUTIES = {
    AccountRole.CONTRIBUTOR: N_(
        "A contributor enters what is reported; an editor looks at it before readers see it."
    ),
    AccountRole.EDITOR: N_("An editor enters, publishes, corrects and retracts."),
    AccountRole.ADMIN: N_("An admin does all that an editor does, and lets people in."),
}

TOKEN_DUTIES = {
    TokenRole.READER: N_("It reads what everybody may read."),
    TokenRole.CONTRIBUTOR: N_("It also hands in entries; an editor looks at each before readers see it."),
    TokenRole.EDITOR: N_("It may also add to entries that wait for review. It publishes nothing either."),
}

KIND_LABELS: dict[RecordType, dict[str, str]] = {
    RecordType.DEMAND: LABELS[DemandKind],
    RecordType.RESPONSE: LABELS[Answer],
    RecordType.REMARK: LABELS[RemarkKind],
    RecordType.EVENT: LABELS[EventKind],
}


# What a revision did, by its action alone, and where the noun asks for other words.
ACTIONS: dict[str | tuple[str, str], str] = {
    "create": N_("Recorded"),
    "edit": N_("Corrected"),
    "submit": N_("Submitted for review"),
    "return": N_("Returned with a comment"),
    "publish": N_("Published"),
    "retract": N_("Retracted"),
    "restore": N_("Restored"),
    "merge": N_("Merged into this one"),
    "remove": N_("Taken away"),
    "discard": N_("Entry discarded"),
    "reorder": N_("Put in another order"),
    "redact": N_("Blanked for somebody’s safety"),
    "withhold": N_("Shown as withheld"),
    ("citation", "create"): N_("Report added"),
    ("citation", "edit"): N_("Report corrected"),
    ("citation", "submit"): N_("Report submitted for review"),
    ("citation", "publish"): N_("Report published"),
    ("citation", "retract"): N_("Report retracted"),
    ("citation", "restore"): N_("Report restored"),
    ("citation", "merge"): N_("Report that was there twice left out"),
    ("link", "merge"): N_("Link that was there twice, or led to itself, left out"),
    ("participant", "merge"): N_("Role that was there twice left out"),
    ("coverage", "merge"): N_("Search that was there twice left out"),
    ("link", "create"): N_("Linked"),
    ("link", "edit"): N_("Link corrected"),
    ("link", "remove"): N_("Link taken away"),
    ("term", "create"): N_("Term recorded"),
    ("term", "edit"): N_("Term corrected"),
    ("term", "retract"): N_("Term taken out"),
    ("participant", "create"): N_("Role given"),
    ("participant", "edit"): N_("Role corrected"),
    ("scale", "create"): N_("Scale recorded"),
    ("scale", "edit"): N_("Rung corrected"),
    ("scale", "remove"): N_("Rung taken away"),
    ("coverage", "create"): N_("Search recorded"),
    ("coverage", "remove"): N_("Search taken away"),
    "place": N_("Placed on the scale"),
    "unplace": N_("Taken off the scale"),
    ("text", "create"): N_("Text of the report kept"),
    ("text", "edit"): N_("Text of the report corrected"),
}


# What readers are told of a change, in a feed, with the record as it stands now; by the action of a revision.
# A report or a link is told with its record, unless it came with it.
CHANGED: dict[str | tuple[str, str], str] = {
    "create": N_("Published: %(title)s"),
    "publish": N_("Published: %(title)s"),
    "edit": N_("Corrected: %(title)s"),
    "restore": N_("Restored: %(title)s"),
    "retract": N_("Retracted, and back since: %(title)s"),
    "remove": N_("Taken out, and back since: %(title)s"),
    "place": N_("Placed on the scale: %(title)s"),
    "unplace": N_("Taken off the scale: %(title)s"),
    "redact": N_("Something blanked for somebody’s safety: %(title)s"),
    ("citation", "create"): N_("A report added: %(title)s"),
    ("citation", "publish"): N_("A report added: %(title)s"),
    ("citation", "edit"): N_("A report corrected: %(title)s"),
    ("citation", "restore"): N_("A report restored: %(title)s"),
    ("citation", "retract"): N_("A report retracted, and back since: %(title)s"),
    ("citation", "redact"): N_("Something blanked for somebody’s safety in a report: %(title)s"),
    ("link", "create"): N_("Linked to another: %(title)s"),
    ("link", "edit"): N_("Its link to another corrected: %(title)s"),
    ("source", "edit"): N_("What is known of a report corrected: %(title)s"),
    ("source", "restore"): N_("What is known of a report restored: %(title)s"),
    ("source", "merge"): N_("A report that was here twice merged into one: %(title)s"),
}

# What each column of a row is called wherever it is shown: in histories, and where two texts meet. Where a
# noun calls it something else, under noun and column.
COLUMN_NAMES: dict[str | tuple[str, str], str] = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "started": N_("Began"),
    "ended": N_("Ended"),
    "name": N_("Name"),
    "kind": N_("Kind"),
    "part_of": N_("Part of"),
    "aliases": N_("Other names"),
    "role": N_("Role"),
    "from": N_("From"),
    "to": N_("To"),
    "question": N_("Question"),
    "description": N_("Description"),
    "holders": N_("Whose position"),
    "issues": N_("Issue"),
    "issue": N_("Issue"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "condition": N_("If, or in return for"),
    "deadline": N_("Deadline"),
    "stated": N_("Stated on"),
    "grade": N_("Grade"),
    "proposal": N_("Proposal"),
    "overtaken_by": N_("Overtaken by"),
    "scale_version": N_("Version of the scale"),
    "rung_min": N_("Lowest rung"),
    "rung_max": N_("Highest rung"),
    "placement_reason": N_("Placed there because"),
    "proposed_by": N_("Put forward by"),
    "mediated_by": N_("Mediated by"),
    "presented": N_("Presented on"),
    "amends": N_("Amends"),
    "outcome": N_("Outcome"),
    "phase": N_("Phase"),
    "obliged": N_("Who must do it"),
    "tabled_by": N_("Only wanted by"),
    "term": N_("Term"),
    "actor": N_("Actor"),
    "response": N_("Answer"),
    "about": N_("About"),
    "remark": N_("What it says"),
    "starts": N_("Began"),
    "ends": N_("Ended"),
    "place": N_("Place"),
    "outlet": N_("Outlet"),
    "url": N_("Address"),
    "published": N_("Published"),
    "language": N_("Language"),
    "author": N_("Author"),
    "origin": N_("Relays"),
    "archive_url": N_("Kept copy"),
    "status": N_("What the outlet did with it"),
    "status_date": N_("Since when"),
    "note": N_("Note"),
    "source": N_("Report"),
    "subject": N_("Record"),
    "relation": N_("Supports or denies"),
    "quote": N_("Exact words"),
    "translation": N_("Translation"),
    "speakers": N_("Speaks for"),
    "attributed_to": N_("Speaker"),
    "public_wording": N_("Vaguer public wording"),
    "anonymous": N_("Unnamed in the report"),
    "setting": N_("Setting"),
    "attribution": N_("Whose the unnamed source is"),
    "sensitive": N_("Sensitive"),
    "locator": N_("Place in the report"),
    "version": N_("Version"),
    "rung": N_("Rung"),
    "label": N_("Wording"),
    "searched_through": N_("Searched through"),
    "review": N_("State"),
    "text": N_("Text of the report"),
    "reason": N_("Why"),
    ("citation", "stated"): N_("Said again on"),
    ("link", "from"): N_("The demand"),
    ("link", "relation"): N_("Does to the other"),
    ("link", "to"): N_("The other demand"),
    ("link", "note"): N_("Which part of it"),
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
    "heading": N_("Title"),
    "proposed_by": N_("Put forward by"),
    "mediated_by": N_("Mediated by"),
    "presented": N_("Date"),
    "presented_day": N_("Presented on"),
    "amends": N_("Amends"),
    "outcome": N_("Outcome"),
    "ended": N_("Ended on"),
    "proposal": N_("Proposal"),
    "term": N_("Term"),
    "actor": N_("Who answers"),
    "response": N_("The answer"),
    "whom": N_("About"),
    "issue": N_("Issue"),
    "remark": N_("Kind"),
    "starts": N_("Date"),
    "starts_day": N_("Begins on"),
    "ends": N_("Ends on"),
    "place": N_("Place"),
    "quote": N_("Exact words"),
    "reason": N_("Why"),
    "retraction": N_("Why"),
    "removal": N_("Why"),
    "relation": N_("What it does"),
    "other": N_("The other demand"),
    "part": N_("Which part of it"),
    "event": N_("Event"),
    "label": N_("Rungs"),
    "scale_version": N_("Version of the scale"),
    "rung_min": N_("On which rung"),
    "rung_max": N_("Up to which rung"),
    "placement_reason": N_("Why there"),
    "whose": N_("Whose position"),
    "searched_through": N_("Searched through"),
    "name": N_("Name"),
    "password": N_("Password"),
    "current": N_("Present password"),
    "role": N_("Role"),
}


# What the desk says of each noun: the headings of its forms, and what one record of it is called.
NOUN_WORDS = {
    "demands": {
        "instead": N_("a demand"),
        "choose": N_("Choose whose position it is, and name the speaker."),
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
        "instead": N_("a proposal"),
        "choose": N_("Choose who put it forward, and name the speaker."),
        "none_like_it": N_(
            "Nothing here is like it. Its title and date are compared with those of all proposals."
        ),
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
        "instead": N_("a response"),
        "choose": N_("Choose who answers, and name the speaker."),
        "none_like_it": N_("No answer of this party to this proposal is here. Choose both to see them."),
        "new": N_("Report a response"),
        "new_lead": N_("A party’s answer to a proposal or to one of its terms, from one report."),
        "edit": N_("Correct a response"),
        "edit_lead": N_("For our own mistakes. A later answer is a response of its own."),
        "one": N_("The response"),
        "retract": N_("Retract this response"),
    },
    "remarks": {
        "instead": N_("a remark"),
        "of_nobody": N_("It is about the talks, so it is on no side: this is who says it."),
        "none_like_it": N_("No remark about them on this issue is here."),
        "new": N_("Report a remark"),
        "new_lead": N_("What somebody says about a party or the talks; never a position."),
        "edit": N_("Correct a remark"),
        "edit_lead": N_("For our own mistakes."),
        "one": N_("The remark"),
        "retract": N_("Retract this remark"),
    },
    "events": {
        "instead": N_("an event"),
        "of_nobody": N_("An event is on no side: this is who reports it."),
        "none_like_it": N_(
            "Nothing here is like it. Its title and date are compared with those of all events."
        ),
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


def count_words(record_type: RecordType, count: int) -> str:
    """How many records of a type: “3 demands”."""
    return f"{count} {COUNTED[record_type][count != 1]}"


# One of a type, and several.
COUNTED = {
    RecordType.DEMAND: (N_("demand"), N_("demands")),
    RecordType.PROPOSAL: (N_("proposal"), N_("proposals")),
    RecordType.TERM: (N_("term"), N_("terms")),
    RecordType.RESPONSE: (N_("response"), N_("responses")),
    RecordType.REMARK: (N_("remark"), N_("remarks")),
    RecordType.EVENT: (N_("event"), N_("events")),
}


# The same for the fields of a term, of which a form has several.
TERM_FIELDS = {
    "issue": N_("Issue"),
    "phase": N_("Phase"),
    "summary": N_("What it says"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "obliged": N_("Who must do it"),
    "condition": N_("If, or in return for"),
    "tabled_by": N_("Wording tabled only by"),
}
_TERM_FIELD = re.compile(r"term-(\d+)-(\w+)")


def field_label(name: str) -> str:
    if of_term := _TERM_FIELD.fullmatch(name):
        return TERM_FIELDS.get(of_term[2], "")
    return FIELDS.get(name, "")


def term_number(name: str) -> str:
    """The number of the term to which a field of a form belongs; empty for every other field."""
    of_term = _TERM_FIELD.fullmatch(name)
    return of_term[1] if of_term else ""


def action_label(noun: str, action: str) -> str:
    """What a revision did, in words."""
    return ACTIONS.get((noun, action)) or ACTIONS.get(action, N_("Changed"))


def column_name(noun: str, column: str) -> str:
    """What a column is called, not yet translated; its own name where nothing else is known."""
    return COLUMN_NAMES.get((noun, column)) or COLUMN_NAMES.get(column, column)


# On what terms what is taken away may be used.
LICENCE = N_(
    "No licence is set for this data set. Quotations belong to their publishers; cite the reports, and this "
    "address with its day."
)

# After the day as of which a page is read.
AS_OF = {
    Basis.REPORTED: N_("as known by then"),
    Basis.STATED: N_("with hindsight"),
    Basis.RECORDED: N_("as this site showed it at the end of that day"),
}


# Why two positions are not compared. Where one party's position is at fault, it is named.
WHY: dict[Why, str] = {
    Why.NO_SCALE: N_("this issue has no scale"),
    Why.NO_POSITION: N_("no demand or refusal of %(name)s from its own side"),
    Why.OVERTAKEN: N_("what %(name)s asks for was overtaken by an event"),
    Why.NOT_PLACED: N_("the position of %(name)s is not placed on the scale"),
    Why.PARTLY_PLACED: N_("only part of the position of %(name)s is placed on the scale"),
    Why.MIXED_VERSIONS: N_("the position of %(name)s is placed on several versions of the scale"),
    Why.OTHER_VERSION: N_("placed on different versions of the scale"),
    Why.ORDER_UNKNOWN: N_("the dates do not say which position of %(name)s came first"),
    Why.SAID_BEFORE: N_("what stands for %(name)s on the later day was said before"),
    Why.RANGES_DO_NOT_TELL: N_("the places on the scale leave open which way %(name)s moved"),
    Why.WENT_PAST: N_("%(name)s moved toward the other position and past it"),
}


def why_words(why: Why) -> str:
    """Why two positions are not compared; not yet translated, with a place for the party's name."""
    return WHY[why]


def as_of_words(basis: Basis) -> str:
    """What a basis means, to be said after the day; not yet translated."""
    return AS_OF[basis]


# After “rests only on”: who says what its own side has not said.
RESTS_ON = {
    Rests.OTHERS: N_("others, whoever they are"),
    Rests.OPPONENT: N_("another party"),
    Rests.OPPONENT_UNNAMED: N_("another party’s unnamed officials"),
}


# Over the actors of a role; of no role, those who are only named.
ROLE_GROUPS: dict[Role | None, str] = {
    Role.PARTY: N_("Parties"),
    Role.MEDIATOR: N_("Mediators"),
    Role.GUARANTOR: N_("Guarantors"),
    Role.HOST: N_("Hosts"),
    Role.OBSERVER: N_("Observers"),
    None: N_("Others who are named"),
}


def role_words(role: Role | None) -> str:
    """The heading over the actors of a role; not yet translated."""
    return ROLE_GROUPS[role]


def rests_words(rests: Rests) -> str:
    """On whom a record rests, to be said after “rests only on”; not yet translated."""
    return RESTS_ON[rests]


def label(word: object) -> str:
    """The words for a member of the vocabulary, not yet translated."""
    return LABELS[type(word)][str(word)]


def latest_words(key: str) -> str:
    """What a column is that was asked for by what it is on the day, not yet translated; else empty."""
    _, latest, what = key.partition("latest:")
    return LABELS[Latest][what] if latest else ""


def kind_label(record_type: RecordType, kind: str | None) -> str:
    """The words for a record's kind; for what has no kind, those for its type."""
    if kind is None:
        return LABELS[RecordType][record_type]
    return KIND_LABELS[record_type][kind]


# What can be found beside records.
OTHER_NOUNS = {"source": N_("Source"), "actor": N_("Actor"), "issue": N_("Issue")}


def noun_label(noun: str) -> str:
    """The words for a type of record, or for what else can be found; not yet translated."""
    return OTHER_NOUNS.get(noun) or LABELS[RecordType][noun]


def language(code: str) -> str:
    """The name of a language, by its code; the code itself where it has no name."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
