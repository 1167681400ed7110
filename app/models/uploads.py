"""Packages that were handed in to be loaded: kept apart from everything else until they are confirmed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcTime, Words, one_of


class UploadState(StrEnum):
    """How far a package has come."""

    CHECKING = "checking"
    FAULTY = "faulty"
    READY = "ready"
    LOADING = "loading"
    LOADED = "loaded"
    BROKEN = "broken"


class Upload(Base):
    """A package that waits: what its check has found, and how far the work on it has come.

    ``revision`` is that of the negotiation when it was checked, empty where there was none yet; ``report``
    what was found, as JSON; ``step``, ``done`` and ``total`` say how far the work is, and ``touched_at`` when
    that was last said.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "created_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Words)
    size: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[UploadState] = mapped_column(one_of(UploadState, "state"))
    step: Mapped[str] = mapped_column(Words)
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    touched_at: Mapped[datetime] = mapped_column(UtcTime)
    negotiation: Mapped[str | None] = mapped_column(Id)
    revision: Mapped[int | None] = mapped_column(Integer)
    report: Mapped[str | None] = mapped_column(Words)


class UploadPart(Base):
    """A piece of the bytes that were handed in, so that none is ever in memory whole."""

    __tablename__ = "upload_parts"

    upload: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
