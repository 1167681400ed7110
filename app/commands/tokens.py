"""Random tokens: whoever holds one may do something with it; only its hash is ever stored."""

import hashlib
import secrets


def new_token() -> str:
    """A token that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """The form in which a random token is kept. It has enough randomness to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
