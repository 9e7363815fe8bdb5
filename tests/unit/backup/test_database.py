"""DATABASE_URL: read by libpq's own rules, and its password never where people or programs look."""

from __future__ import annotations

import psycopg2
import pytest

from resee_backup.database import Database, failure, read_database
from resee_backup.errors import Reason, TransientError, UserError

URL = "postgres://resee:p%40ss%2Fword@db.example:5433/resee?sslmode=require"


def database() -> Database:
    """The one of `URL`."""
    return read_database({"DATABASE_URL": URL})


def test_the_parts_of_a_url() -> None:
    read = database()
    assert (read.name, read.password, read.place) == ("resee", "p@ss/word", "db.example:5433/resee")


def test_the_connection_string_has_everything_but_the_password() -> None:
    conninfo = database().conninfo
    for part in (
        "host=db.example",
        "port=5433",
        "sslmode=require",
        "user=resee",
        "dbname=resee",
        "keepalives",
    ):
        assert part in conninfo
    assert "p@ss" not in conninfo
    assert "p@ss" not in repr(database())


def test_programs_get_the_password_by_their_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "a-host-of-the-shell")
    environment = database().environment()
    assert environment["PGPASSWORD"] == "p@ss/word"
    assert "PGHOST" not in environment


def test_another_database_of_the_same_server() -> None:
    other = database().other("postgres")
    assert other.place == "db.example:5433/postgres"
    assert other.password == "p@ss/word"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "resee",
        "mysql://u:sentinel@h/d",
        "postgres://u:sentinel@h:port/d",
        "postgres://u:sentinel@h/d?nonsense=1",
        "postgres://u:sentinel%zz@h/d",
        "postgres:///d",
        "postgres://u:sentinel@h",
    ],
)
def test_what_is_no_url_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(UserError) as caught:
        read_database({"DATABASE_URL": value})
    assert caught.value.reason is Reason.INVALID_SETTING
    assert "DATABASE_URL" in caught.value.message
    assert "sentinel" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        'FATAL:  password authentication failed for user "resee"',
        'FATAL:  database "resee" does not exist',
        "FATAL:  no pg_hba.conf entry for host",
    ],
)
def test_a_refusal_is_for_somebody_to_correct(said: str) -> None:
    assert isinstance(failure(database(), psycopg2.OperationalError(said)), UserError)


@pytest.mark.parametrize(
    "said",
    [
        "connection to server failed: Connection refused",
        "FATAL:  the database system is starting up",
        "FATAL:  sorry, too many clients already",
        "server closed the connection unexpectedly",
    ],
)
def test_what_is_away_may_come_back(said: str) -> None:
    assert isinstance(failure(database(), psycopg2.OperationalError(said)), TransientError)
