"""Where the files are that are not code: beside `app` in a checkout, inside it where a wheel is installed.

The top-level folders are plain to see in a checkout; in site-packages names such as `templates` would be
anyone's, so setup.py puts them inside the package when it builds a wheel.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `templates`, `static` or `migrations` of this installation."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
