"""packages that wait to be loaded"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The "C" collation sorts text by code point on PostgreSQL, as SQLite does.
ID = sa.String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "checking",
                "faulty",
                "ready",
                "loading",
                "loaded",
                "broken",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("step", WORDS, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("negotiation", ID, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("report", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_uploads_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index(op.f("ix_uploads_created_at"), "uploads", ["created_at"])
    op.create_table(
        "upload_parts",
        sa.Column("upload", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload"], ["uploads.id"], name=op.f("fk_upload_parts_upload_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload", "number", name=op.f("pk_upload_parts")),
    )


def downgrade() -> None:
    op.drop_table("upload_parts")
    op.drop_index(op.f("ix_uploads_created_at"), table_name="uploads")
    op.drop_table("uploads")
