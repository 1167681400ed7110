"""Who may see what. The rule stands with the tables, because commands read through it too."""

from app.models.visibility import published

__all__ = ["NoSuchRecord", "published"]


class NoSuchRecord(LookupError):
    """There is no such record, or this reader may not see it: the answer is the same."""
