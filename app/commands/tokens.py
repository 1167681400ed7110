"""Random tokens: whoever holds one may do something with it; only its hash is ever stored."""

import base64
import hashlib
import hmac
import secrets


def new_token() -> str:
    """A token that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """The form in which a random token is kept. It has enough randomness to need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def derived(token: str, purpose: str) -> str:
    """Another token, the same for the same purpose; only who holds the first can know or choose it."""
    mixed = hmac.digest(
        token.encode("utf-8", "surrogatepass"), purpose.encode("utf-8", "surrogatepass"), "sha256"
    )
    return base64.urlsafe_b64encode(mixed).rstrip(b"=").decode("ascii")
