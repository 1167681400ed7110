"""How a demand stands to other records: its links to other demands, and the event that overtook it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.commands import entries as commands
from app.commands import links
from app.commands.records import Outdated
from app.domain.vocabulary import LinkRelation, RecordType
from app.forms.base import FILL_IN, Faults, Form, Typed, read_form
from app.forms.entries import CorrectionForm
from app.forms.links import CorrectLinkForm, LinkForm, OvertakenForm
from app.queries.entries import editable
from app.queries.links import demand_choices, event_choices, links_page
from app.queries.records import records_of
from app.web.deps import Asked, Asking, Sending, today
from app.web.entries import by
from app.web.labels import N_
from app.web.paths import address
from app.web.positions import base_context
from app.web.render import page
from app.web.security import Permission, allow
from app.web.submissions import Refused, filled_in, once

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

RELATIONS = [
    (LinkRelation.REPLACES.value, N_("It replaces the other")),
    (LinkRelation.RESTATES.value, N_("It restates the other")),
    (LinkRelation.CONTRADICTS.value, N_("It contradicts the other")),
    (LinkRelation.CLARIFIES.value, N_("It clarifies the other")),
]

# What keeps a link from being made: the field beside which it is said, and the words.
REFUSALS: dict[type[links.LinkRefused], tuple[str, str]] = {
    links.LinkToItself: ("other", "A demand cannot be linked to itself; choose another."),
    links.LinkedAlready: ("other", "These two are linked in this way already."),
    links.CircleOfLinks: (
        "other",
        "The other replaces this one already, directly or by others between them; a circle says nothing.",
    ),
    links.HearsayOnOwnSide: (
        "relation",
        "What is only said by others cannot replace what is from its own side. It may contradict it.",
    ),
}


# --- Links ----------------------------------------------------------------------------------------------


@router.get("/negotiations/{negotiation}/demands/{demand}/links")
@allow(Permission.EDIT)
def index(asked: Asking, negotiation: str, demand: str) -> Response:
    """The links of a demand, both ways, and a form to add one."""
    query = asked.request.query_params
    typed = Typed({name: [query[name]] for name in ("find", "other") if query.get(name)})
    return _index(asked, negotiation, demand, typed, Faults())


@router.post("/negotiations/{negotiation}/demands/{demand}/links")
@allow(Permission.EDIT)
def create(sent: Sending, negotiation: str, demand: str) -> Response:
    """Say what the demand does to another."""
    form: Form[Any] = read_form(LinkForm, sent.items)
    if form.typed.one("action") == "find":
        return _index(sent, negotiation, demand, form.typed, Faults())
    links_page(sent.reading, negotiation, demand)
    faults = Faults(form.faults)
    for name, words in (("relation", "Choose what it does."), ("other", "Choose the other demand.")):
        if not form.typed.one(name) or faults[name] == FILL_IN:
            faults[name] = words

    def again(faults: Faults, status: int) -> Response:
        return _index(sent, negotiation, demand, form.typed, faults, status)

    if faults or form.data is None:
        return again(faults, 422)
    data: LinkForm = form.data

    def save() -> str:
        try:
            links.add_link(
                sent.session,
                negotiation,
                demand,
                data.relation,
                data.other,
                by(sent.person),
                part=data.part,
            )
        except links.LinkRefused as refusal:
            field, words = REFUSALS[type(refusal)]
            raise Refused(Faults({field: words})) from None
        return address(f"/negotiations/{negotiation}/demands/{demand}/links")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.get("/negotiations/{negotiation}/demands/{demand}/links/{number}/edit")
@allow(Permission.EDIT)
def edit(asked: Asking, negotiation: str, demand: str, number: Number) -> Response:
    link = links_page(asked.reading, negotiation, demand).link(number)
    typed = Typed(part=[link.note or ""], seen=[str(link.seen)])
    return _edit(asked, negotiation, demand, number, typed, Faults())


@router.post("/negotiations/{negotiation}/demands/{demand}/links/{number}/edit")
@allow(Permission.EDIT)
def update(sent: Sending, negotiation: str, demand: str, number: Number) -> Response:
    """Correct which part a link means, with a reason."""
    links_page(sent.reading, negotiation, demand).link(number)
    form: Form[Any] = read_form(CorrectLinkForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _edit(sent, negotiation, demand, number, form.typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: CorrectLinkForm = form.data

    def save() -> str:
        links.correct_link(
            sent.session,
            negotiation,
            number,
            data.part,
            by(sent.person),
            reason=data.reason,
            seen=data.seen,
        )
        return address(f"/negotiations/{negotiation}/demands/{demand}/links")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


@router.post("/negotiations/{negotiation}/demands/{demand}/links/{number}/remove")
@allow(Permission.EDIT)
def remove(sent: Sending, negotiation: str, demand: str, number: Number) -> Response:
    """Take a link away, with a reason. What it had taken down stands again."""
    link = links_page(sent.reading, negotiation, demand).link(number)
    form: Form[Any] = read_form(CorrectionForm, sent.items)

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        typed = Typed(form.typed | {"part": [link.note or ""], "removal": form.typed["reason"]})
        typed["reason"] = []
        faults = Faults({"removal" if name == "reason" else name: words for name, words in faults.items()})
        return _edit(sent, negotiation, demand, number, typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: CorrectionForm = form.data

    def save() -> str:
        links.remove_link(
            sent.session, negotiation, number, by(sent.person), reason=data.reason, seen=data.seen
        )
        return address(f"/negotiations/{negotiation}/demands/{demand}/links")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _index(
    asked: Asked, negotiation: str, demand: str, typed: Typed, faults: Faults, status: int = 200
) -> Response:
    found = links_page(asked.reading, negotiation, demand)
    words = typed.one("find")
    standing = demand_choices(asked.reading, negotiation, found, words, today())
    subject = (RecordType.DEMAND, typed.one("other"))
    # What is chosen stays in sight, whatever is looked for next.
    chosen = (
        records_of(asked.reading, negotiation, [subject]).get(subject) if "\0" not in subject[1] else None
    )
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "choices": [c for c in standing.choices if not chosen or c.record.id != chosen.id],
        "more": standing.count - len(standing.choices),
        "chosen": chosen,
        "searched": bool(words.strip()),
        "relations": RELATIONS,
    }
    return page(asked.request, "links/index.html", context | filled_in(typed, faults), status=status)


def _edit(
    asked: Asked,
    negotiation: str,
    demand: str,
    number: int,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    found = links_page(asked.reading, negotiation, demand)
    context = base_context(asked.view, found.negotiation, "") | {"found": found, "link": found.link(number)}
    context |= filled_in(typed, faults, conflict)
    return page(asked.request, "links/edit.html", context, status=status)


# --- Overtaken ------------------------------------------------------------------------------------------


@router.get("/negotiations/{negotiation}/demands/{demand}/overtaken")
@allow(Permission.EDIT)
def edit_overtaken(asked: Asking, negotiation: str, demand: str) -> Response:
    """Choose the event that has overtaken a demand, or take that mark away."""
    links_page(asked.reading, negotiation, demand)
    found = editable(asked.reading, negotiation, RecordType.DEMAND, demand, asked.person)
    typed = Typed(event=[found.row.get("overtaken_by", "")], seen=[str(found.seen)])
    if find := asked.request.query_params.get("find"):
        typed["find"] = [find]
    return _overtaken(asked, negotiation, demand, typed, Faults())


@router.post("/negotiations/{negotiation}/demands/{demand}/overtaken")
@allow(Permission.EDIT)
def update_overtaken(sent: Sending, negotiation: str, demand: str) -> Response:
    """Mark a demand as overtaken, or not, with a reason; it stands either way (domain.md §4)."""
    links_page(sent.reading, negotiation, demand)
    form: Form[Any] = read_form(OvertakenForm, sent.items)
    if form.typed.one("action") == "find":
        return _overtaken(sent, negotiation, demand, form.typed, Faults())

    def again(faults: Faults, status: int, conflict: Outdated | None = None) -> Response:
        return _overtaken(sent, negotiation, demand, form.typed, faults, status, conflict)

    if form.data is None:
        return again(form.faults, 422)
    data: OvertakenForm = form.data

    def save() -> str:
        commands.edit_record(
            sent.session,
            negotiation,
            RecordType.DEMAND,
            demand,
            {"overtaken_by": data.event},
            by(sent.person),
            reason=data.reason,
            seen=data.seen,
        )
        return address(f"/negotiations/{negotiation}/demands/{demand}")

    return once(sent.session, form.typed.one("token"), sent.person.account, sent.items, save, again)


def _overtaken(
    asked: Asked,
    negotiation: str,
    demand: str,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    conflict: Outdated | None = None,
) -> Response:
    found = links_page(asked.reading, negotiation, demand)
    words = typed.one("find")
    events = event_choices(asked.reading, negotiation, words)
    subject = (RecordType.EVENT, typed.one("event"))
    chosen = (
        records_of(asked.reading, negotiation, [subject]).get(subject) if "\0" not in subject[1] else None
    )
    context = base_context(asked.view, found.negotiation, "") | {
        "found": found,
        "events": [event for event in events if not chosen or event.id != chosen.id],
        "chosen": chosen,
        "searched": bool(words.strip()),
    }
    context |= filled_in(typed, faults, conflict)
    return page(asked.request, "links/overtaken.html", context, status=status)
