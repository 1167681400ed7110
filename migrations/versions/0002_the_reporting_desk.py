"""the reporting desk"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The "C" collation sorts text by code point on PostgreSQL, as SQLite does.
ID = sa.String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "contributor",
                "editor",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by"],
            ["accounts.id"],
            name=op.f("fk_invitations_accepted_by_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["accounts.id"],
            name=op.f("fk_invitations_invited_by_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "redactions",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noun", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("field", ID, nullable=False),
        sa.Column("redacted_at", MOMENT, nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_redactions_account_accounts")),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_redactions_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_redactions")),
    )
    op.create_table(
        "redirects",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("noun", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("into", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_redirects_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "noun", "record", name=op.f("pk_redirects")),
    )
    op.create_table(
        "reader_notes",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "demand",
                "proposal",
                "term",
                "response",
                "remark",
                "event",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("record", ID, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("answer", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "record"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_reader_notes_negotiation_type_record_records"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["accounts.id"], name=op.f("fk_reader_notes_settled_by_accounts")
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_reader_notes")),
    )
    with op.batch_alter_table("reader_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reader_notes_negotiation_settled_at"), ["negotiation", "settled_at"], unique=False
        )

    op.create_table(
        "source_texts",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("source", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", WORDS, nullable=True),
        sa.Column("hash", ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_source_texts_account_accounts")),
        sa.ForeignKeyConstraint(
            ["negotiation", "source"],
            ["sources.negotiation", "sources.id"],
            name=op.f("fk_source_texts_negotiation_source_sources"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "source", "number", name=op.f("pk_source_texts")),
    )
    op.create_table(
        "citation_selectors",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("citation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prefix", WORDS, nullable=False),
        sa.Column("suffix", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation", "citation"],
            ["citations.negotiation", "citations.number"],
            name=op.f("fk_citation_selectors_negotiation_citation_citations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("negotiation", "citation", name=op.f("pk_citation_selectors")),
    )
    op.create_table(
        "reviews",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("citation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("comment", WORDS, nullable=True),
        sa.CheckConstraint(
            "(taken_by IS NULL) = (taken_at IS NULL)", name=op.f("ck_reviews_taken_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "citation"],
            ["citations.negotiation", "citations.number"],
            name=op.f("fk_reviews_negotiation_citation_citations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["accounts.id"], name=op.f("fk_reviews_taken_by_accounts")),
        sa.PrimaryKeyConstraint("negotiation", "citation", name=op.f("pk_reviews")),
    )
    # Not by a copy of the table, as SQLite's batches may do it: other tables refer to the rows of the old one.
    op.add_column(
        "negotiations", sa.Column("last_redaction", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "negotiations", sa.Column("two_people", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("revisions", sa.Column("salts", WORDS, nullable=False, server_default=""))
    op.add_column("revisions", sa.Column("erased", WORDS, nullable=True))
    op.add_column("sessions", sa.Column("user_agent", WORDS, nullable=True))

    op.create_index("ix_form_tokens_account_digest", "form_tokens", ["account", "digest"])
    hash_by_field()
    keep_revisions()


def downgrade() -> None:
    op.drop_index("ix_form_tokens_account_digest", "form_tokens")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER revisions_are_not_changed")
        op.execute("DROP TRIGGER revisions_are_not_removed")
    else:
        op.execute("DROP TRIGGER revisions_are_kept ON revisions")
        op.execute("DROP TRIGGER revisions_are_not_truncated ON revisions")
        op.execute("DROP FUNCTION keep_revisions()")
    hash_by_row()
    # Not by a copy of the table either.
    op.drop_column("sessions", "user_agent")
    op.drop_column("revisions", "erased")
    op.drop_column("revisions", "salts")
    op.drop_column("negotiations", "two_people")
    op.drop_column("negotiations", "last_redaction")

    op.drop_table("reviews")
    op.drop_table("citation_selectors")
    op.drop_table("source_texts")
    with op.batch_alter_table("reader_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_notes_negotiation_settled_at"))

    op.drop_table("reader_notes")
    op.drop_table("redirects")
    op.drop_table("redactions")
    op.drop_table("invitations")


# --- The chain of revisions ------------------------------------------------------------------------------

REVISIONS = sa.table(
    "revisions",
    *(
        sa.column(name, type_)
        for name, type_ in (
            ("negotiation", sa.String()),
            ("number", sa.Integer()),
            ("recorded_at", MOMENT),
            ("account", sa.Integer()),
            ("action", sa.String()),
            ("noun", sa.String()),
            ("record", sa.String()),
            ("before", sa.Text()),
            ("after", sa.Text()),
            ("reason", sa.Text()),
            ("hash", sa.String()),
            ("salts", sa.Text()),
        )
    ),
)
NEGOTIATIONS = sa.table("negotiations", sa.column("id", sa.String()), sa.column("last_hash", sa.String()))

# What may never change of a revision; the rest only by erasing a field, which leaves its hash behind.
FIXED = ("negotiation", "number", "recorded_at", "account", "action", "noun", "record", "hash")


def keep_revisions() -> None:
    """Let the database itself refuse to change or remove a revision, but for the erasure of a field."""
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
        op.execute(
            "CREATE TRIGGER revisions_are_not_changed BEFORE UPDATE ON revisions "
            f"WHEN {changed} OR NEW.erased IS NULL OR NEW.erased IS OLD.erased "
            "BEGIN SELECT RAISE(ABORT, 'revisions are not changed'); END"
        )
        op.execute(
            "CREATE TRIGGER revisions_are_not_removed BEFORE DELETE ON revisions "
            "BEGIN SELECT RAISE(ABORT, 'revisions are not removed'); END"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    op.execute(
        "CREATE FUNCTION keep_revisions() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' AND NOT ({changed} OR NEW.erased IS NULL "
        "OR NEW.erased IS NOT DISTINCT FROM OLD.erased) THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'revisions are not changed or removed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER revisions_are_kept BEFORE UPDATE OR DELETE ON revisions "
        "FOR EACH ROW EXECUTE FUNCTION keep_revisions()"
    )
    op.execute(
        "CREATE TRIGGER revisions_are_not_truncated BEFORE TRUNCATE ON revisions "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_revisions()"
    )


def hash_by_field() -> None:
    """Chain what is there anew, each field through a salted hash of its own."""
    for row, previous in chained():
        salts = secrets.token_hex(16)
        yours = {"reason": {"": row.reason}, "before": loaded(row.before), "after": loaded(row.after)}
        hashes = {
            f"{side}.{name}" if name else side: digest(
                digest(f"{salts}:{side}.{name}" if name else f"{salts}:{side}") + canonical(value)
            )
            for side, fields in yours.items()
            for name, value in fields.items()
            if value is not None
        }
        rechain(row, digest(canonical([previous, *unchanging(row), hashes])), salts)


def hash_by_row() -> None:
    """Chain what is there as it was chained before."""
    for row, previous in chained():
        texts = [row.before, row.after, row.reason]
        rechain(row, digest(canonical([previous, *unchanging(row), *texts])), "")


def chained() -> Iterator[tuple[Any, str]]:
    """Every revision with the hash before it, as it has just become; each negotiation has its own chain."""
    connection = op.get_bind()
    for (negotiation,) in connection.execute(sa.select(NEGOTIATIONS.c.id)).all():
        rows = connection.execute(
            sa.select(REVISIONS).where(REVISIONS.c.negotiation == negotiation).order_by(REVISIONS.c.number)
        ).all()
        previous = ""
        for row in rows:
            yield row, previous
            previous = connection.execute(
                sa.select(REVISIONS.c.hash).where(
                    REVISIONS.c.negotiation == negotiation, REVISIONS.c.number == row.number
                )
            ).scalar_one()
        connection.execute(
            sa.update(NEGOTIATIONS).where(NEGOTIATIONS.c.id == negotiation).values(last_hash=previous)
        )


def rechain(row: Any, hash_: str, salts: str) -> None:
    op.get_bind().execute(
        sa.update(REVISIONS)
        .where(REVISIONS.c.negotiation == row.negotiation, REVISIONS.c.number == row.number)
        .values(hash=hash_, salts=salts)
    )


def unchanging(row: Any) -> list[Any]:
    moment: datetime = row.recorded_at
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    written = moment.isoformat(timespec="microseconds")
    return [row.negotiation, row.number, written, row.account, row.action, row.noun, row.record]


def loaded(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text else {}


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
