"""Who may see what. The rule stands with the tables, because commands read through it too."""

from app.models.visibility import NoSuchRecord, published

__all__ = ["NoSuchRecord", "published"]
