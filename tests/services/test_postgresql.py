import psycopg
import pytest

from tests.services.postgresql import PostgresqlServer


def test_a_copy_of_a_template_has_what_the_template_has(postgresql_server: PostgresqlServer) -> None:
    template = postgresql_server.create_database()
    with psycopg.connect(postgresql_server.url(template)) as connection:
        connection.execute("CREATE TABLE answers AS SELECT 1 AS answer")
    with (
        postgresql_server.database(template) as url,
        psycopg.connect(url) as connection,
    ):
        assert connection.execute("SELECT answer FROM answers").fetchall() == [(1,)]
    postgresql_server.drop_database(template)


def test_a_database_goes_even_while_someone_is_connected(postgresql_server: PostgresqlServer) -> None:
    with postgresql_server.database() as url:
        left_open = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
    left_open.close()


def test_letters_of_every_script_are_words(postgresql_server: PostgresqlServer) -> None:
    with postgresql_server.database() as url, psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT lower('É'), cardinality(show_trgm('غزة')) > 0").fetchone()
    assert row == ("é", True)
