"""Signing in."""

from typing import Annotated

from pydantic import StringConstraints

from app.forms.base import FormModel, Line


class SignIn(FormModel):
    name: Line
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    next: str = ""


def safe_return(path: str) -> str:
    """Where to go after signing in: a path on this site, else the beginning."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and "\\" not in path else "/"
