"""first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The "C" collation sorts text by code point on PostgreSQL, as SQLite does.
ID = sa.String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
DAY = sa.String(10).with_variant(VARCHAR(10, collation="C"), "postgresql")
DATE_WORDS = sa.String(40).with_variant(VARCHAR(40, collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", ID, nullable=False),
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
        sa.Column("password_hash", WORDS, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "change_days",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column(
            "basis",
            sa.Enum("reported", "stated", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("day", DAY, nullable=False),
        sa.Column("cells", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("negotiation", "basis", "day", name=op.f("pk_change_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_attempts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_login_attempts")),
    )
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_attempts_who_at"), ["who", "at"], unique=False)

    op.create_table(
        "negotiations",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("summary", WORDS, nullable=True),
        sa.Column("started", DATE_WORDS, nullable=True),
        sa.Column("ended", DATE_WORDS, nullable=True),
        sa.Column("package_name", ID, nullable=True),
        sa.Column("package_title", WORDS, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_revision", sa.Integer(), nullable=False),
        sa.Column("last_hash", ID, nullable=False),
        sa.CheckConstraint("id NOT IN ('new', 'edit')", name=op.f("ck_negotiations_id_not_reserved")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiations")),
    )
    op.create_table(
        "actors",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "state",
                "armed_group",
                "igo",
                "ngo",
                "person",
                "body",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("part_of", ID, nullable=True),
        sa.CheckConstraint("id NOT IN ('new', 'edit')", name=op.f("ck_actors_id_not_reserved")),
        sa.CheckConstraint("part_of <> id", name=op.f("ck_actors_not_part_of_itself")),
        sa.ForeignKeyConstraint(
            ["negotiation", "part_of"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_actors_negotiation_part_of_actors"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_actors_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_actors")),
    )
    op.create_table(
        "form_tokens",
        sa.Column("token", ID, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("digest", ID, nullable=False),
        sa.Column("result", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_form_tokens_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_form_tokens")),
    )
    op.create_table(
        "issues",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("part_of", ID, nullable=True),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("question", WORDS, nullable=False),
        sa.Column("description", WORDS, nullable=True),
        sa.CheckConstraint("id NOT IN ('new', 'edit')", name=op.f("ck_issues_id_not_reserved")),
        sa.CheckConstraint("part_of <> id", name=op.f("ck_issues_not_part_of_itself")),
        sa.ForeignKeyConstraint(
            ["negotiation", "part_of"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_issues_negotiation_part_of_issues"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_issues_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_issues")),
    )
    op.create_table(
        "login_links",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_login_links_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_links")),
    )
    op.create_table(
        "records",
        sa.Column("negotiation", ID, nullable=False),
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
        sa.Column("id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", ID, nullable=True),
        sa.Column("title", WORDS, nullable=True),
        sa.Column("summary", WORDS, nullable=True),
        sa.Column("search_text", WORDS, nullable=False),
        sa.Column("dated", DATE_WORDS, nullable=False),
        sa.Column("first_day", DAY, nullable=False),
        sa.Column("last_day", DAY, nullable=False),
        sa.Column("reported_on", DAY, nullable=False),
        sa.Column("stated_by", DAY, nullable=False),
        sa.Column(
            "review_status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "retracted",
                name="review_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("retraction_reason", WORDS, nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("id NOT IN ('new', 'edit')", name=op.f("ck_records_id_not_reserved")),
        sa.CheckConstraint(
            "kind IS NOT NULL OR type NOT IN ('demand', 'response')", name=op.f("ck_records_kind_is_known")
        ),
        sa.CheckConstraint(
            "kind IS NULL OR type NOT IN ('proposal', 'term')", name=op.f("ck_records_kind_is_none")
        ),
        sa.CheckConstraint(
            "summary IS NOT NULL OR type NOT IN ('demand', 'term', 'remark')",
            name=op.f("ck_records_summary_is_known"),
        ),
        sa.CheckConstraint(
            "title IS NOT NULL OR type NOT IN ('proposal', 'event')", name=op.f("ck_records_title_is_known")
        ),
        sa.CheckConstraint(
            "type <> 'demand' OR kind IN ('demand', 'offer', 'acceptance', 'rejection', 'condition', 'red_line', 'withdrawal', 'statement')",
            name=op.f("ck_records_kind_of_demand"),
        ),
        sa.CheckConstraint(
            "type <> 'event' OR kind IN ('talks_round', 'military', 'diplomatic', 'humanitarian', 'political', 'other')",
            name=op.f("ck_records_kind_of_event"),
        ),
        sa.CheckConstraint(
            "type <> 'remark' OR kind IN ('hardened', 'softened', 'progress', 'impasse', 'other')",
            name=op.f("ck_records_kind_of_remark"),
        ),
        sa.CheckConstraint(
            "type <> 'response' OR kind IN ('accepted', 'accepted_in_principle', 'accepted_with_reservations', 'countered', 'rejected', 'under_review', 'no_public_response')",
            name=op.f("ck_records_kind_of_response"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_records_days_in_order")),
        sa.CheckConstraint("last_day <= reported_on", name=op.f("ck_records_said_before_printed")),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_records_entered_by_accounts")),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_records_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "type", "id", name=op.f("pk_records")),
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index(
            "ix_records_by_type", ["negotiation", "type", "last_day", "first_day", "id"], unique=False
        )
        batch_op.create_index(
            "ix_records_time_line", ["negotiation", "last_day", "first_day", "type", "id"], unique=False
        )

    op.create_table(
        "revisions",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.Column("action", ID, nullable=False),
        sa.Column("noun", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("before", WORDS, nullable=True),
        sa.Column("after", WORDS, nullable=True),
        sa.Column("reason", WORDS, nullable=True),
        sa.Column("hash", ID, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_revisions_account_accounts")),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_revisions_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_revisions")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_revisions_negotiation_noun_record"),
            ["negotiation", "noun", "record"],
            unique=False,
        )

    op.create_table(
        "sessions",
        sa.Column("token_hash", ID, nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.id"], name=op.f("fk_sessions_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_account"), ["account"], unique=False)

    op.create_table(
        "sources",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("outlet", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=True),
        sa.Column("url", WORDS, nullable=True),
        sa.Column("published", DATE_WORDS, nullable=False),
        sa.Column("published_last", DAY, nullable=False),
        sa.Column("language", ID, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "news_report",
                "official_statement",
                "document",
                "interview",
                "broadcast",
                "social_post",
                "analysis",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("author", WORDS, nullable=True),
        sa.Column("origin", ID, nullable=True),
        sa.Column("voice", ID, nullable=False),
        sa.Column("archive_url", WORDS, nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "live",
                "corrected",
                "retracted",
                "gone",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("status_date", DATE_WORDS, nullable=True),
        sa.Column("retracted_from", DAY, nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "A",
                "B",
                "C",
                "D",
                "E",
                "F",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("note", WORDS, nullable=True),
        sa.Column(
            "review_status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "retracted",
                name="review_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("id NOT IN ('new', 'edit')", name=op.f("ck_sources_id_not_reserved")),
        sa.CheckConstraint(
            "status <> 'retracted' OR retracted_from IS NOT NULL",
            name=op.f("ck_sources_retraction_has_a_day"),
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_sources_entered_by_accounts")),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_sources_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_sources")),
    )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sources_negotiation_voice"), ["negotiation", "voice"], unique=False
        )

    op.create_table(
        "actor_aliases",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("alias", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation", "actor"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_actor_aliases_negotiation_actor_actors"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "actor", "ordinal", name=op.f("pk_actor_aliases")),
    )
    op.create_table(
        "citations",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "subject_type",
            sa.Enum(
                "demand",
                "proposal",
                "term",
                "response",
                "remark",
                "event",
                name="subject_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", ID, nullable=False),
        sa.Column("source", ID, nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "supports", "denies", name="relation", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("quote", WORDS, nullable=True),
        sa.Column("translation", WORDS, nullable=True),
        sa.Column("search_text", WORDS, nullable=False),
        sa.Column("attributed_to", WORDS, nullable=True),
        sa.Column("public_wording", WORDS, nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=True),
        sa.Column(
            "setting",
            sa.Enum(
                "public_statement",
                "document",
                "briefing",
                "interview",
                "leak",
                name="setting",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("stated", DATE_WORDS, nullable=True),
        sa.Column("stated_first", DAY, nullable=True),
        sa.Column("stated_last", DAY, nullable=True),
        sa.Column(
            "attribution",
            sa.Enum(
                "self",
                "mediator",
                "opponent",
                "third_party",
                name="attribution",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("sensitive", sa.Boolean(), nullable=True),
        sa.Column("locator", WORDS, nullable=True),
        sa.Column("note", WORDS, nullable=True),
        sa.Column(
            "review_status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "retracted",
                name="review_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("attribution <> 'self'", name=op.f("ck_citations_never_coded_as_self")),
        sa.CheckConstraint(
            "(stated IS NULL) = (stated_last IS NULL)", name=op.f("ck_citations_stated_has_days")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["accounts.id"], name=op.f("fk_citations_entered_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "source"],
            ["sources.negotiation", "sources.id"],
            name=op.f("fk_citations_negotiation_source_sources"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "subject_type", "subject"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_citations_negotiation_subject_type_subject_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_citations")),
    )
    with op.batch_alter_table("citations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_citations_negotiation_source"), ["negotiation", "source"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_citations_negotiation_subject_type_subject"),
            ["negotiation", "subject_type", "subject"],
            unique=False,
        )

    op.create_table(
        "coverage",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("issue", ID, nullable=False),
        sa.Column("searched_through", DATE_WORDS, nullable=False),
        sa.Column("searched_through_last", DAY, nullable=False),
        sa.Column("note", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["negotiation", "actor"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_coverage_negotiation_actor_actors"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_coverage_negotiation_issue_issues"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_coverage")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coverage_negotiation_actor_issue"), ["negotiation", "actor", "issue"], unique=False
        )

    op.create_table(
        "events",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("ends", DATE_WORDS, nullable=True),
        sa.Column("place", WORDS, nullable=True),
        sa.CheckConstraint("type = 'event'", name=op.f("ck_events_type")),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_events_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_events")),
    )
    op.create_table(
        "participants",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "party",
                "mediator",
                "guarantor",
                "host",
                "observer",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_date", DATE_WORDS, nullable=True),
        sa.Column("to_date", DATE_WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["negotiation", "actor"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_participants_negotiation_actor_actors"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_participants")),
    )
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_participants_negotiation_actor"), ["negotiation", "actor"], unique=False
        )

    op.create_table(
        "position_cells",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column(
            "basis",
            sa.Enum("reported", "stated", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("holder", ID, nullable=False),
        sa.Column("issue", ID, nullable=False),
        sa.Column("from_day", DAY, nullable=False),
        sa.Column("shown", WORDS, nullable=False),
        sa.Column("possible", WORDS, nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column(
            "empty",
            sa.Enum(
                "others_only",
                "dropped",
                "searched",
                "none",
                name="empty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("standing_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation", "holder"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_position_cells_negotiation_holder_actors"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_position_cells_negotiation_issue_issues"),
        ),
        sa.PrimaryKeyConstraint(
            "negotiation", "basis", "holder", "issue", "from_day", name=op.f("pk_position_cells")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "proposals",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("amends", ID, nullable=True),
        sa.Column("ended", DATE_WORDS, nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "agreed",
                "implemented",
                "lapsed",
                "collapsed",
                "superseded",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("type = 'proposal'", name=op.f("ck_proposals_type")),
        sa.CheckConstraint("amends <> id", name=op.f("ck_proposals_not_amending_itself")),
        sa.ForeignKeyConstraint(
            ["negotiation", "amends"],
            ["proposals.negotiation", "proposals.id"],
            name=op.f("fk_proposals_negotiation_amends_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_proposals_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_proposals")),
    )
    op.create_table(
        "record_actors",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("part", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.CheckConstraint(
            "ordinal = 0 OR part NOT IN ('responds', 'about')", name=op.f("ck_record_actors_only_one")
        ),
        sa.CheckConstraint(
            "part IN ('holder', 'proposed_by', 'responds', 'about', 'mediated_by', 'obliged', 'tabled_by')",
            name=op.f("ck_record_actors_part"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "actor"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_record_actors_negotiation_actor_actors"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "record"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_record_actors_negotiation_type_record_records"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "negotiation", "type", "record", "part", "ordinal", name=op.f("pk_record_actors")
        ),
    )
    with op.batch_alter_table("record_actors", schema=None) as batch_op:
        batch_op.create_index(
            "ix_record_actors_by_actor", ["negotiation", "actor", "type", "record"], unique=False
        )

    op.create_table(
        "record_issues",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issue", ID, nullable=False),
        sa.CheckConstraint("ordinal = 0 OR type = 'demand'", name=op.f("ck_record_issues_only_one")),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_record_issues_negotiation_issue_issues"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "record"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_record_issues_negotiation_type_record_records"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("negotiation", "type", "record", "ordinal", name=op.f("pk_record_issues")),
    )
    with op.batch_alter_table("record_issues", schema=None) as batch_op:
        batch_op.create_index(
            "ix_record_issues_by_issue", ["negotiation", "issue", "type", "record"], unique=False
        )

    op.create_table(
        "remarks",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.CheckConstraint("type = 'remark'", name=op.f("ck_remarks_type")),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_remarks_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_remarks")),
    )
    op.create_table(
        "scale_rungs",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("issue", ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rung", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("label", WORDS, nullable=False),
        sa.CheckConstraint("rung >= 0", name=op.f("ck_scale_rungs_rung_from_zero")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_scale_rungs_version_from_one")),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_scale_rungs_negotiation_issue_issues"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "issue", "version", "rung", name=op.f("pk_scale_rungs")),
    )
    op.create_table(
        "citation_attributions",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("citation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", ID, nullable=False),
        sa.Column(
            "attribution",
            sa.Enum(
                "self",
                "mediator",
                "opponent",
                "third_party",
                name="attribution",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "citation"],
            ["citations.negotiation", "citations.number"],
            name=op.f("fk_citation_attributions_negotiation_citation_citations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "holder"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_citation_attributions_negotiation_holder_actors"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "citation", "holder", name=op.f("pk_citation_attributions")),
    )
    op.create_table(
        "citation_speakers",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("citation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation", "actor"],
            ["actors.negotiation", "actors.id"],
            name=op.f("fk_citation_speakers_negotiation_actor_actors"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "citation"],
            ["citations.negotiation", "citations.number"],
            name=op.f("fk_citation_speakers_negotiation_citation_citations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("negotiation", "citation", "ordinal", name=op.f("pk_citation_speakers")),
    )
    with op.batch_alter_table("citation_speakers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_citation_speakers_negotiation_actor"), ["negotiation", "actor"], unique=False
        )

    op.create_table(
        "demands",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("quantity", WORDS, nullable=True),
        sa.Column("quantity_min", sa.Float(), nullable=True),
        sa.Column("quantity_max", sa.Float(), nullable=True),
        sa.Column("unit", WORDS, nullable=True),
        sa.Column("condition", WORDS, nullable=True),
        sa.Column("deadline", DATE_WORDS, nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "1",
                "2",
                "3",
                "4",
                "5",
                "6",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("proposal", ID, nullable=True),
        sa.Column("overtaken_by", ID, nullable=True),
        sa.Column("placement_issue", ID, nullable=True),
        sa.Column("scale_version", sa.Integer(), nullable=True),
        sa.Column("rung_min", sa.Integer(), nullable=True),
        sa.Column("rung_max", sa.Integer(), nullable=True),
        sa.Column("placement_reason", WORDS, nullable=True),
        sa.CheckConstraint("type = 'demand'", name=op.f("ck_demands_type")),
        sa.CheckConstraint(
            "(placement_issue IS NULL) = (scale_version IS NULL)",
            name=op.f("ck_demands_placement_has_an_issue"),
        ),
        sa.CheckConstraint(
            "(scale_version IS NULL AND rung_min IS NULL AND rung_max IS NULL) OR (scale_version IS NOT NULL AND rung_min IS NOT NULL AND rung_max IS NOT NULL AND rung_min <= rung_max)",
            name=op.f("ck_demands_placement_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "overtaken_by"],
            ["events.negotiation", "events.id"],
            name=op.f("fk_demands_negotiation_overtaken_by_events"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "placement_issue", "scale_version", "rung_max"],
            ["scale_rungs.negotiation", "scale_rungs.issue", "scale_rungs.version", "scale_rungs.rung"],
            name="fk_demands_rung_max_scale_rungs",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "placement_issue", "scale_version", "rung_min"],
            ["scale_rungs.negotiation", "scale_rungs.issue", "scale_rungs.version", "scale_rungs.rung"],
            name="fk_demands_rung_min_scale_rungs",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "proposal"],
            ["proposals.negotiation", "proposals.id"],
            name=op.f("fk_demands_negotiation_proposal_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_demands_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_demands")),
    )
    with op.batch_alter_table("demands", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_demands_negotiation_proposal"), ["negotiation", "proposal"], unique=False
        )

    op.create_table(
        "terms",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("proposal", ID, nullable=False),
        sa.Column("issue", ID, nullable=False),
        sa.Column("phase", WORDS, nullable=True),
        sa.Column("quantity", WORDS, nullable=True),
        sa.Column("quantity_min", sa.Float(), nullable=True),
        sa.Column("quantity_max", sa.Float(), nullable=True),
        sa.Column("unit", WORDS, nullable=True),
        sa.Column("condition", WORDS, nullable=True),
        sa.Column("scale_version", sa.Integer(), nullable=True),
        sa.Column("rung_min", sa.Integer(), nullable=True),
        sa.Column("rung_max", sa.Integer(), nullable=True),
        sa.Column("placement_reason", WORDS, nullable=True),
        sa.CheckConstraint("type = 'term'", name=op.f("ck_terms_type")),
        sa.CheckConstraint(
            "(scale_version IS NULL AND rung_min IS NULL AND rung_max IS NULL) OR (scale_version IS NOT NULL AND rung_min IS NOT NULL AND rung_max IS NOT NULL AND rung_min <= rung_max)",
            name=op.f("ck_terms_placement_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue", "scale_version", "rung_max"],
            ["scale_rungs.negotiation", "scale_rungs.issue", "scale_rungs.version", "scale_rungs.rung"],
            name="fk_terms_rung_max_scale_rungs",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue", "scale_version", "rung_min"],
            ["scale_rungs.negotiation", "scale_rungs.issue", "scale_rungs.version", "scale_rungs.rung"],
            name="fk_terms_rung_min_scale_rungs",
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "issue"],
            ["issues.negotiation", "issues.id"],
            name=op.f("fk_terms_negotiation_issue_issues"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "proposal"],
            ["proposals.negotiation", "proposals.id"],
            name=op.f("fk_terms_negotiation_proposal_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_terms_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_terms")),
        sa.UniqueConstraint("negotiation", "proposal", "id", name=op.f("uq_terms_negotiation_proposal_id")),
    )
    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_terms_negotiation_issue"), ["negotiation", "issue"], unique=False
        )

    op.create_table(
        "links",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("from_demand", ID, nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "replaces",
                "restates",
                "contradicts",
                "clarifies",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("to_demand", ID, nullable=False),
        sa.Column("note", WORDS, nullable=True),
        sa.CheckConstraint("from_demand <> to_demand", name=op.f("ck_links_not_to_itself")),
        sa.ForeignKeyConstraint(
            ["negotiation", "from_demand"],
            ["demands.negotiation", "demands.id"],
            name=op.f("fk_links_negotiation_from_demand_demands"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "to_demand"],
            ["demands.negotiation", "demands.id"],
            name=op.f("fk_links_negotiation_to_demand_demands"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "number", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_links_negotiation_from_demand"), ["negotiation", "from_demand"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_links_negotiation_to_demand"), ["negotiation", "to_demand"], unique=False
        )

    op.create_table(
        "responses",
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("type", ID, nullable=False),
        sa.Column("proposal", ID, nullable=False),
        sa.Column("term", ID, nullable=True),
        sa.CheckConstraint("type = 'response'", name=op.f("ck_responses_type")),
        sa.ForeignKeyConstraint(
            ["negotiation", "proposal", "term"],
            ["terms.negotiation", "terms.proposal", "terms.id"],
            name=op.f("fk_responses_negotiation_proposal_term_terms"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "proposal"],
            ["proposals.negotiation", "proposals.id"],
            name=op.f("fk_responses_negotiation_proposal_proposals"),
        ),
        sa.ForeignKeyConstraint(
            ["negotiation", "type", "id"],
            ["records.negotiation", "records.type", "records.id"],
            name=op.f("fk_responses_negotiation_type_id_records"),
        ),
        sa.PrimaryKeyConstraint("negotiation", "id", name=op.f("pk_responses")),
    )
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_responses_negotiation_proposal"), ["negotiation", "proposal"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("responses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_responses_negotiation_proposal"))

    op.drop_table("responses")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_negotiation_to_demand"))
        batch_op.drop_index(batch_op.f("ix_links_negotiation_from_demand"))

    op.drop_table("links")
    with op.batch_alter_table("terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_terms_negotiation_issue"))

    op.drop_table("terms")
    with op.batch_alter_table("demands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_demands_negotiation_proposal"))

    op.drop_table("demands")
    with op.batch_alter_table("citation_speakers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citation_speakers_negotiation_actor"))

    op.drop_table("citation_speakers")
    op.drop_table("citation_attributions")
    op.drop_table("scale_rungs")
    op.drop_table("remarks")
    with op.batch_alter_table("record_issues", schema=None) as batch_op:
        batch_op.drop_index("ix_record_issues_by_issue")

    op.drop_table("record_issues")
    with op.batch_alter_table("record_actors", schema=None) as batch_op:
        batch_op.drop_index("ix_record_actors_by_actor")

    op.drop_table("record_actors")
    op.drop_table("proposals")
    op.drop_table("position_cells")
    with op.batch_alter_table("participants", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participants_negotiation_actor"))

    op.drop_table("participants")
    op.drop_table("events")
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coverage_negotiation_actor_issue"))

    op.drop_table("coverage")
    with op.batch_alter_table("citations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_citations_negotiation_subject_type_subject"))
        batch_op.drop_index(batch_op.f("ix_citations_negotiation_source"))

    op.drop_table("citations")
    op.drop_table("actor_aliases")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sources_negotiation_voice"))

    op.drop_table("sources")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_account"))

    op.drop_table("sessions")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revisions_negotiation_noun_record"))

    op.drop_table("revisions")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.drop_index("ix_records_time_line")
        batch_op.drop_index("ix_records_by_type")

    op.drop_table("records")
    op.drop_table("login_links")
    op.drop_table("issues")
    op.drop_table("form_tokens")
    op.drop_table("actors")
    op.drop_table("negotiations")
    with op.batch_alter_table("login_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_attempts_who_at"))

    op.drop_table("login_attempts")
    op.drop_table("change_days")
    op.drop_table("accounts")
