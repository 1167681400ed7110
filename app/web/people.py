"""The people who may sign in: who they are, what each may do, and how others are let in. For admins."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.commands.accounts import LastAdmin, change_account
from app.commands.api_tokens import revoke_token
from app.commands.invitations import INVITATION_LASTS, InvitedBefore, invite, withdraw
from app.commands.tokens import hashed, new_token
from app.db import ReadSession
from app.domain.tokens import TokenRole
from app.domain.vocabulary import AccountRole
from app.forms.accounts import Change, ChangeAccount, Invite
from app.forms.base import Faults, Form, Typed, read_form
from app.queries.accounts import (
    AccountLine,
    account_changes,
    account_line,
    invited_role,
    is_only_admin,
    people_page,
    tokens_of,
)
from app.web.deps import FormItems, PersonOf, Reads, Writes
from app.web.labels import DUTIES, label
from app.web.paths import address
from app.web.render import page, public_url
from app.web.security import Permission, allow
from app.web.submissions import Refused, once

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
ONLY_ADMIN = "Nobody else is an admin who can sign in. Make somebody else an admin first."


@router.get("/people")
@allow(Permission.ADMIN)
def index(request: Request, session: Reads) -> Response:
    """Everybody who has an account, and the invitations that are open."""
    return _index(request, session, Typed(), Faults())


@router.post("/people/invitations")
@allow(Permission.ADMIN)
def create_invitation(
    request: Request, session: Writes, reading: Reads, person: PersonOf, items: FormItems
) -> Response:
    """Make a link by which one person may let themself in, and show it: it is known nowhere else."""
    form: Form[Any] = read_form(Invite, items)
    if form.data is None:
        return _index(request, reading, form.typed, form.faults, 422)
    invited: Invite = form.data

    def save() -> str:
        try:
            invite(session, invited.link, invited.role, account=person.account, now=datetime.now(UTC))
        except InvitedBefore:
            raise Refused(Faults(form="This form has lost its link. Send it again.")) from None
        return "/people"

    def again(faults: Faults, status: int) -> Response:
        return _index(request, reading, form.typed, faults, status)

    answer = once(session, form.typed.one("token"), person.account, items, save, again)
    # What was written is seen from here on.
    reading.rollback()
    if answer.status_code != 303 or not invited_role(reading, hashed(invited.link), datetime.now(UTC)):
        return answer
    return _index(request, reading, Typed(), Faults(), made=invited)


@router.post("/people/invitations/withdraw")
@allow(Permission.ADMIN)
def withdraw_invitation(session: Writes, items: FormItems) -> Response:
    """Close an invitation; one that is over already stays so."""
    withdraw(session, dict(items).get("invitation", ""))
    session.commit()
    return RedirectResponse("/people#invitations", status_code=303)


@router.get("/people/{number}")
@allow(Permission.ADMIN)
def show(request: Request, session: Reads, number: Number) -> Response:
    """One account, and what may be changed of it."""
    return _show(request, session, account_line(session, number), Faults())


@router.post("/people/{number}")
@allow(Permission.ADMIN)
def update(
    request: Request, session: Writes, reading: Reads, number: Number, person: PersonOf, items: FormItems
) -> Response:
    """Change a role, shut somebody out, let them in again; what takes something away is asked about first."""
    account = account_line(reading, number)
    form: Form[Any] = read_form(ChangeAccount, items)
    if form.data is None:
        return _show(request, reading, account, form.faults, 422)
    change: ChangeAccount = form.data
    if change.do is Change.ROLE and change.role is None:
        return _show(request, reading, account, Faults(role="Choose a role."), 422)
    takes_away = change.takes_away(account.role)
    if takes_away and is_only_admin(reading, number):
        return _show(request, reading, account, Faults(form=ONLY_ADMIN), 422)
    if takes_away and not change.sure:
        return _page(request, "people/confirm.html", account, {"change": change})
    role, disabled = (change.role, None) if change.do is Change.ROLE else (None, change.do is Change.DISABLE)
    now = datetime.now(UTC)
    try:
        change_account(
            session,
            account.name,
            now=now,
            role=role,
            disabled=disabled,
            keep_an_admin=True,
            by=person.account,
        )
    except LastAdmin:
        return _show(request, reading, account, Faults(form=ONLY_ADMIN), 422)
    session.commit()
    return RedirectResponse(address("/people") + f"#person-{number}", status_code=303)


@router.post("/people/{number}/tokens/revoke")
@allow(Permission.ADMIN)
def end_token(session: Writes, reading: Reads, number: Number, items: FormItems) -> Response:
    """Revoke a token of somebody’s."""
    account_line(reading, number)
    revoke_token(session, number, dict(items).get("key", ""), now=datetime.now(UTC))
    session.commit()
    return RedirectResponse(address(f"/people/{number}") + "#tokens", status_code=303)


def _index(
    request: Request,
    session: ReadSession,
    typed: Typed,
    faults: Faults,
    status: int = 200,
    made: Invite | None = None,
) -> Response:
    """``made`` is the invitation whose link is shown, this once."""
    context = {
        "found": people_page(session, datetime.now(UTC)),
        "changes": account_changes(session),
        "typed": typed,
        "faults": faults,
        "token": new_token(),
        "link": new_token(),
        "made": made and f"{public_url(request)}{address(f'/invitations/{made.link}')}",
        "made_role": made and label(made.role),
        "made_until": made and datetime.now(UTC) + INVITATION_LASTS,
        "roles": [(role, label(role), DUTIES[role]) for role in AccountRole],
        "role_labels": {role: label(role) for role in AccountRole},
    }
    return page(request, "people/index.html", context, status=status)


def _show(
    request: Request, session: ReadSession, account: AccountLine, faults: Faults, status: int = 200
) -> Response:
    context = {
        "typed": Typed(role=[account.role]),
        "faults": faults,
        "is_only_admin": is_only_admin(session, account.number),
        "changes": account_changes(session, account.number),
        "tokens": tokens_of(session, account.number),
        "token_role_labels": {role: label(role) for role in TokenRole},
        "now": datetime.now(UTC),
    }
    return _page(request, "people/show.html", account, context, status)


def _page(
    request: Request, template: str, account: AccountLine, context: dict[str, Any], status: int = 200
) -> Response:
    words = {
        "account": account,
        "roles": [(role, label(role), DUTIES[role]) for role in AccountRole],
        "role_labels": {role: label(role) for role in AccountRole},
    }
    return page(request, template, words | context, status=status)
