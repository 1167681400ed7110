"""What each word of the vocabulary means, in a sentence, as the page that says how to read all others has it.

The words themselves are in ``labels``; a word without a meaning here would be one that readers must guess.
"""

from enum import StrEnum

from app.domain import vocabulary as words
from app.web.labels import N_

MEANINGS: dict[type, dict[str, str]] = {
    words.DemandKind: {
        "demand": N_("What the holder asks for."),
        "offer": N_("What the holder says that it would give or do."),
        "acceptance": N_("What the holder says that it agrees to."),
        "rejection": N_("What the holder says that it will not agree to."),
        "condition": N_("What the holder says must come first, or in return."),
        "red_line": N_(
            "A limit that the speaker calls a red line; nothing is called so here on our own judgement."
        ),
        "withdrawal": N_("The holder drops what it stood for."),
        "statement": N_("A general remark by the holder that takes no position."),
    },
    words.Answer: {
        "accepted": N_("The party says yes to the proposal or the term."),
        "accepted_in_principle": N_("The party says yes to the idea, with details still open."),
        "accepted_with_reservations": N_(
            "The party says yes and names what it does not accept; never read as a plain yes."
        ),
        "countered": N_("The party answers with changes of its own."),
        "rejected": N_("The party says no."),
        "under_review": N_("The party says that it is considering the proposal."),
        "no_public_response": N_("A report says that the party has not answered in public."),
    },
    words.Slot: {
        "asks": N_("The latest that the party asks for, offers or sets as a condition, from its own side."),
        "refuses": N_(
            "The latest that it refuses, from its own side. A refusal does not erase an earlier offer."
        ),
        "accepted": N_(
            "The latest proposal touching this issue to which its answer is yes, with the proposal’s "
            "terms on it."
        ),
        "others_say": N_("What others say of it, where its own side says nothing or what they say is later."),
        "says": N_("A general statement, shown only where nothing else is."),
    },
    words.Empty: {
        "others_only": N_("Others report a position; nothing is recorded from the party’s own side."),
        "dropped": N_("What it stood for was withdrawn, and nothing has taken its place."),
        "searched": N_("Somebody looked through the reports up to a day and found nothing."),
        "none": N_("Nothing has been entered. It does not mean that nothing was said."),
    },
    words.Track: {
        "own_side": N_(
            "At least one report quotes the party itself, or a person or body that is part of it."
        ),
        "others": N_(
            "Only mediators, other parties or third parties are quoted. It never replaces, hides or "
            "counts as the party’s own word."
        ),
    },
    words.Rests: {
        "others": N_("Nothing is recorded from its own side; somebody else says it."),
        "opponent": N_("Of those who say it, every speaker is of another party."),
        "opponent_unnamed": N_("Of those who say it, every speaker is of another party, and none is named."),
    },
    words.Attribution: {
        "self": N_("The speaker is the party itself or part of it, named or not."),
        "mediator": N_("The speaker mediates, or has mediated, in this negotiation."),
        "opponent": N_("The speaker is another party to the negotiation, or part of one."),
        "third_party": N_("The speaker is anyone else, or the outlet in its own voice."),
    },
    words.Basis: {
        "reported": N_("What a reader could know by the end of the day: what had been published by then."),
        "stated": N_("What had been said by the end of the day, whenever it was published."),
        "recorded": N_("What this site itself showed at the end of the day, mistakes included."),
    },
    words.RecordType: {
        "demand": N_(
            "One reported claim about what one or several parties ask for, give, accept or refuse on an "
            "issue."
        ),
        "proposal": N_("A package put forward as a whole, with its author, its mediators and its end."),
        "term": N_("What a proposal says on one issue, in one phase."),
        "response": N_("A party’s answer to a proposal or to one of its terms."),
        "remark": N_("What somebody says about a party or the talks; never a position."),
        "event": N_("What happened around the talks: context, on no side."),
    },
    words.RemarkKind: {
        "hardened": N_(
            "Somebody says that a party has become harder. It is that speaker’s judgement, not a "
            "movement worked out here."
        ),
        "softened": N_("Somebody says that a party has become softer; again that speaker’s judgement."),
        "progress": N_("Somebody says that the talks have moved forward."),
        "impasse": N_("Somebody says that the talks are stuck."),
        "other": N_("Anything else that is said about a party or the talks."),
    },
    words.EventKind: {
        "talks_round": N_("A meeting of the negotiation itself."),
        "military": N_("Fighting, strikes, deployments."),
        "diplomatic": N_("Diplomacy outside the talks: visits, resolutions, statements of third states."),
        "humanitarian": N_("Aid, displacement, medical and other relief."),
        "political": N_("Elections, changes of government, court rulings and the like."),
        "other": N_("Any other event that a report places beside the talks."),
    },
    words.LinkRelation: {
        "replaces": N_(
            "A person judged that the later claim takes the place of the earlier one. Time alone never does."
        ),
        "restates": N_("Both say the same; they are shown as one line, since its first day."),
        "contradicts": N_("Two reported accounts cannot both be right. Both stay, marked as contested."),
        "clarifies": N_("It explains another claim and changes nothing of it."),
    },
    words.CitationRelation: {
        "supports": N_("The report says what the record says."),
        "denies": N_("The report carries a denial of it. A denied record stays, marked, with who denies it."),
    },
    words.Outcome: {
        "agreed": N_("The parties agreed to the proposal."),
        "implemented": N_("It was agreed and carried out."),
        "lapsed": N_("It ran out without an agreement."),
        "collapsed": N_("It had been agreed and broke down."),
        "superseded": N_("A later proposal took its place."),
    },
    words.Setting: {
        "public_statement": N_("Said in public."),
        "document": N_("Written in a document."),
        "briefing": N_("Told to reporters in a briefing."),
        "interview": N_("Said in an interview."),
        "leak": N_("Passed on without leave to publish it."),
    },
    words.Role: {
        "party": N_("Negotiates for itself; its positions are the columns of the table."),
        "mediator": N_(
            "Carries texts and proposals between the parties. Its drafts are never its positions."
        ),
        "guarantor": N_("Has undertaken to see that an agreement is kept."),
        "host": N_("Provides the place of the talks."),
        "observer": N_("Is present without negotiating."),
    },
    words.ActorKind: {
        "state": N_("A state and its government."),
        "armed_group": N_("An armed movement that is not a state’s army. The word judges nothing."),
        "igo": N_("An organisation of states."),
        "ngo": N_("An organisation that belongs to no state."),
        "person": N_("A single person."),
        "body": N_("A council, office or bureau, usually part of another actor."),
        "other": N_("Any other actor."),
    },
    words.SourceKind: {
        "news_report": N_("An outlet’s report."),
        "official_statement": N_("A text issued by an actor itself."),
        "document": N_("A document such as a draft or an agreement."),
        "interview": N_("An interview printed or broadcast as one."),
        "broadcast": N_("Radio or television."),
        "social_post": N_("A post on a social network or channel."),
        "analysis": N_("Comment or analysis rather than a report."),
    },
    words.SourceStatus: {
        "live": N_("The outlet stands by it."),
        "corrected": N_("The outlet has corrected it."),
        "retracted": N_("The outlet has taken it back; from that day it supports nothing."),
        "gone": N_("It cannot be found at its address any more; it still supports what it said."),
    },
    words.OutletGrade: {
        "A": N_("No doubt of the outlet; a history of complete reliability."),
        "B": N_("Minor doubts; mostly right in the past."),
        "C": N_("Doubts; but right in the past on similar things."),
        "D": N_("Significant doubts; right only at times."),
        "E": N_("A history of reports that were wrong."),
        "F": N_("No basis for a judgement, or none was made. It says nothing against the outlet."),
    },
    words.RecordGrade: {
        "1": N_("Confirmed by other independent sources, and consistent."),
        "2": N_("Not confirmed, but consistent and likely."),
        "3": N_("Not confirmed; reasonable."),
        "4": N_("Not confirmed; possible but not consistent with the rest."),
        "5": N_("Contradicted by other information."),
        "6": N_("No basis for a judgement, or none was made. It says nothing against the record."),
    },
    words.ReviewStatus: {
        "draft": N_("Being written; nobody else sees it."),
        "submitted": N_("Handed in; an editor looks at it."),
        "returned": N_("Given back by an editor with a comment."),
        "published": N_("Readers see it. Only published records are counted anywhere."),
        "retracted": N_("Taken back here because it was our mistake. It keeps its address and says why."),
    },
    words.AccountRole: {
        "contributor": N_("Enters what is reported, for an editor to look at."),
        "editor": N_("Publishes, corrects, links and retracts."),
        "admin": N_("Does what an editor does, and lets people in."),
    },
}

# The lists in the order in which a reader meets them, each under its heading.
CHAPTERS: list[tuple[str, type[StrEnum]]] = [
    (N_("The places of a cell"), words.Slot),
    (N_("Kinds of empty"), words.Empty),
    (N_("Kinds of claim"), words.DemandKind),
    (N_("The two tracks"), words.Track),
    (N_("Who speaks, seen from the party"), words.Attribution),
    (N_("On whom a claim rests that only others say"), words.Rests),
    (N_("What “as of a day” means"), words.Basis),
    (N_("How claims are linked"), words.LinkRelation),
    (N_("What a report does to a record"), words.CitationRelation),
    (N_("Answers to a proposal"), words.Answer),
    (N_("How a proposal ends"), words.Outcome),
    (N_("Types of record"), words.RecordType),
    (N_("Remarks about the parties and the talks"), words.RemarkKind),
    (N_("Events"), words.EventKind),
    (N_("Roles in a negotiation"), words.Role),
    (N_("Kinds of actor"), words.ActorKind),
    (N_("Kinds of source"), words.SourceKind),
    (N_("What the outlet has done with it"), words.SourceStatus),
    (N_("Where it was said"), words.Setting),
    (N_("Grades of outlets"), words.OutletGrade),
    (N_("Grades of records"), words.RecordGrade),
    (N_("Stages of an entry"), words.ReviewStatus),
    (N_("People who enter"), words.AccountRole),
]


def meaning(word: object) -> str:
    """What a member of the vocabulary means, in a sentence; not yet translated."""
    return MEANINGS[type(word)][str(word)]
