"""Tokens by which a program acts for a person: what they may do, how long, and how much (domain.md §8)."""

from datetime import timedelta
from enum import StrEnum

from app.domain.vocabulary import AccountRole


class TokenRole(StrEnum):
    """What a token may do. None lets anybody in, and none publishes."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"


# For how many days a token may be made.
LASTS_DAYS = (30, 90, 365)
# So many live ones a person may have, so many entries they may hand in together within the time.
MOST_TOKENS = 20
ENTRIES_WITHIN = timedelta(hours=1)
ENTRIES_FROM_ONE = 300

_RANK = {
    TokenRole.READER: 0,
    TokenRole.CONTRIBUTOR: 1,
    TokenRole.EDITOR: 2,
    AccountRole.CONTRIBUTOR: 1,
    AccountRole.EDITOR: 2,
    AccountRole.ADMIN: 3,
}


def may_be_given(role: TokenRole, account: AccountRole) -> bool:
    """Whether a person of this role may make a token that may do so much: never more than they themselves."""
    return _RANK[role] <= _RANK[account]


def role_by(role: TokenRole, account: AccountRole) -> AccountRole | None:
    """What whoever sends the token may do now: the lesser of its role and its person’s; None: only read."""
    if role is TokenRole.READER:
        return None
    return AccountRole(role.value) if may_be_given(role, account) else account
