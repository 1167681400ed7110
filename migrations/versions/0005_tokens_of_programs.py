"""tokens of programs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The "C" collation sorts text by code point on PostgreSQL, as SQLite does.
ID = sa.String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
DAY = sa.String(10).with_variant(VARCHAR(10, collation="C"), "postgresql")
ROLE = sa.Enum(
    "reader", "contributor", "editor", name="role", native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("role", ROLE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_on", DAY, nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_api_tokens_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_tokens")),
    )
    op.create_index(op.f("ix_api_tokens_account"), "api_tokens", ["account"])


def downgrade() -> None:
    op.drop_index(op.f("ix_api_tokens_account"), table_name="api_tokens")
    op.drop_table("api_tokens")
