"""Who may see what. The rule stands with the tables, because commands read through it too."""

from app.models.visibility import NoSuchRecord, open_to, published

__all__ = ["NoSuchRecord", "open_to", "published"]
