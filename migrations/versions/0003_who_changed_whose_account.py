"""who changed whose account"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _role(name: str) -> sa.Column[str]:
    kind = sa.Enum(
        "contributor",
        "editor",
        "admin",
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        "account_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _role("role_before"),
        _role("role"),
        sa.Column("disabled_before", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.id"],
            name=op.f("fk_account_changes_account_accounts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_account_changes_made_by_accounts")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_account_changes")),
    )
    op.create_index(op.f("ix_account_changes_account"), "account_changes", ["account"])


def downgrade() -> None:
    op.drop_index(op.f("ix_account_changes_account"), table_name="account_changes")
    op.drop_table("account_changes")
