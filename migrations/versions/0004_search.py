"""search"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TEXT, VARCHAR

from app.commands.searches import index_everything
from app.db import WriteSession

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The "C" collation sorts text by code point on PostgreSQL, as SQLite does.
ID = sa.String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")
WORDS = sa.Text().with_variant(TEXT(collation="C"), "postgresql")
PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Words are folded and parted already: whatever stands between two spaces is one of them.
SQLITE = """
CREATE VIRTUAL TABLE search_words USING fts5(
    words, marks, content='search_texts', content_rowid='place', prefix='3',
    tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);
CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
    INSERT INTO search_words(rowid, words, marks) VALUES (new.place, new.words, new.marks);
END;
CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN
    INSERT INTO search_words(search_words, rowid, words, marks)
    VALUES ('delete', old.place, old.words, old.marks);
END;
CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN
    INSERT INTO search_words(search_words, rowid, words, marks)
    VALUES ('delete', old.place, old.words, old.marks);
    INSERT INTO search_words(rowid, words, marks) VALUES (new.place, new.words, new.marks);
END
"""
POSTGRESQL = """
ALTER TABLE search_texts ADD COLUMN search_words tsvector GENERATED ALWAYS AS (
    to_tsvector('pg_catalog.simple', words) || array_to_tsvector(string_to_array(marks, ' '))
) STORED;
CREATE INDEX search_words_of_texts ON search_texts USING gin (search_words) WITH (gin_pending_list_limit = 1024)
"""


def upgrade() -> None:
    op.create_table(
        "search_texts",
        sa.Column("place", PLACE, autoincrement=False, nullable=False),
        sa.Column("negotiation", ID, nullable=False),
        sa.Column("noun", ID, nullable=False),
        sa.Column("record", ID, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("marks", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["negotiation"], ["negotiations.id"], name=op.f("fk_search_texts_negotiation_negotiations")
        ),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_search_texts")),
    )
    op.create_index(
        op.f("ix_search_texts_negotiation_noun_record"),
        "search_texts",
        ["negotiation", "noun", "record"],
        unique=True,
    )
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    separator = ";\nCREATE" if is_sqlite else ";\n"
    for at, statement in enumerate((SQLITE if is_sqlite else POSTGRESQL).split(separator)):
        connection.exec_driver_sql(f"CREATE{statement}" if is_sqlite and at else statement)
    with WriteSession(connection, join_transaction_mode="create_savepoint") as session:
        index_everything(session)
        session.commit()


def downgrade() -> None:
    # Its triggers go with the table.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    op.drop_index(op.f("ix_search_texts_negotiation_noun_record"), table_name="search_texts")
    op.drop_table("search_texts")
