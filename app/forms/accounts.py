"""Signing in, letting people in, and looking after one's own account.

A new password is measured by the command that keeps it; here it is text.
"""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from app.domain.tokens import LASTS_DAYS, TokenRole
from app.domain.vocabulary import AccountRole
from app.forms.base import FormModel, Line

LONGEST_NAME = 100
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def _fit_for_a_name(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise ValueError(f"This is too long: write at most {LONGEST_NAME} characters.")
    if not name.isprintable():
        raise ValueError("This holds a character that cannot be seen; take it out.")
    return name


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("This form has lost its link. Open it anew.")
    return text


# As for names that are given on the command line.
AccountName = Annotated[Line, AfterValidator(_fit_for_a_name)]


class SignIn(FormModel):
    name: Line
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    next: str = ""


class Invite(FormModel):
    """``link`` is the token of the link that the form will open, so that a form sent twice shows it twice."""

    role: AccountRole
    link: Annotated[str, AfterValidator(_token)]


class Join(FormModel):
    """What a person chooses who was invited."""

    name: AccountName
    password: str


class Change(StrEnum):
    """What an admin may do to an account."""

    ROLE = "role"
    DISABLE = "disable"
    ENABLE = "enable"


class ChangeAccount(FormModel):
    """``sure`` is said on a page of its own, where the change takes something away."""

    do: Change
    role: AccountRole | None = None
    sure: str = ""

    def takes_away(self, role: AccountRole) -> bool:
        """Whether somebody of this role may do less afterwards."""
        ranks = list(AccountRole)
        if self.do is Change.ROLE and self.role:
            return ranks.index(self.role) < ranks.index(role)
        return self.do is Change.DISABLE


class NewPassword(FormModel):
    """``current`` is empty for a person who has no password yet."""

    current: str = ""
    password: str


def _days(text: object) -> int:
    for days in LASTS_DAYS:
        if text == str(days):
            return days
    raise ValueError("Choose how long it is to work.")


class NewToken(FormModel):
    """What a token for a program is for, what it may do, and how many days it works."""

    name: AccountName
    role: TokenRole
    days: Annotated[int, BeforeValidator(_days)]


def safe_return(path: str) -> str:
    """Where to go after signing in: a path on this site, else the beginning."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and "\\" not in path else "/"
