"""A form that was sent, taken once: committed, and answered by where it led or by what kept it."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from app.commands.entries import AmendsItself, OnlySupport, StillNamed, Unpublished
from app.commands.records import NoSuchRecord, Outdated
from app.commands.submissions import NoToken, SentBefore, SentWithOtherText, claim, settle
from app.db import WriteSession
from app.forms.base import Faults, Typed


class Refused(Exception):
    """What a form says cannot be kept; ``faults`` has it in words, by field."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("refused")
        self.faults = faults


def once(
    session: WriteSession,
    token: str,
    account: int,
    items: Sequence[tuple[str, str]],
    save: Callable[[], str],
    again: Callable[..., Response],
    *,
    makes_at: str = "",
) -> Response:
    """Save a form once, commit, and go where ``save`` says; say in words whatever keeps it from being saved.

    ``again`` is given the faults and the status, and the conflict where somebody else has changed the record.
    """
    try:
        claim(session, token, account, items, now=datetime.now(UTC), makes_at=makes_at)
        result = save()
    except SentBefore as sent:
        return RedirectResponse(sent.result, status_code=303)
    except SentWithOtherText:
        words = "This form was sent already, with other text. What you see is the other text; none is lost."
        return again(Faults(form=words), 409)
    except NoToken:
        return again(Faults(form="This form has lost its mark. Send it again; everything is here."), 422)
    except Outdated as conflict:
        session.rollback()
        words = "Somebody else has changed this record meanwhile. Both texts are here; nothing was saved."
        return again(Faults(form=words), 409, conflict)
    except NoSuchRecord:
        session.rollback()
        return again(Faults(form="What this refers to is not there any more; choose again."), 422)
    except Unpublished as refusal:
        session.rollback()
        named = f"{refusal.type.value} “{refusal.record}”"
        words = f"It names the {named}, which is not published yet. Publish that first."
        return again(Faults(form=words), 422)
    except AmendsItself:
        session.rollback()
        words = "That proposal amends this one already; choose one that does not."
        return again(Faults(amends=words), 422)
    except StillNamed as refusal:
        session.rollback()
        named = ", ".join(f"{type_.value} “{record}”" for type_, record in refusal.records[:5])
        words = f"Other records still name it: {named}. Correct or retract those first."
        return again(Faults(form=words), 422)
    except OnlySupport:
        session.rollback()
        words = "No other report supports this record: retract the record instead, on its own form."
        return again(Faults(form=words), 422)
    except Refused as refusal:
        session.rollback()
        return again(refusal.faults, 422)
    settle(session, token, result)
    session.commit()
    return RedirectResponse(result, status_code=303)


def filled_in(typed: Typed, faults: Faults, conflict: Outdated | None = None) -> dict[str, Any]:
    """What a form is shown with: what was typed, what is wrong, and its mark, new where that was used up.

    With a conflict, also what somebody else has saved meanwhile; sending the form again would replace that.
    """
    if conflict:
        typed = Typed(typed | {"seen": [str(conflict.revision)]})
    token = "" if "form" in faults else typed.one("token")
    return {
        "typed": typed,
        "faults": faults,
        "token": token or secrets.token_urlsafe(32),
        "newest": conflict.newest if conflict else None,
    }
