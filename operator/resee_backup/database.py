"""How PostgreSQL is reached: the parts of a DATABASE_URL, connections, and the environment of pg_dump."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection, make_dsn, parse_dsn
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from resee_backup.errors import BackupError, Reason, TransientError, UserError

# A connection whose peer vanished without a word is noticed after about a minute, not after two hours.
CONNECT_TIMEOUT = 10  # seconds of one try; libpq takes no less than 2
KEEPALIVE = {
    "connect_timeout": str(CONNECT_TIMEOUT),
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "4",
    "tcp_user_timeout": "60000",
}

# SQLSTATEs and phrases that no retry cures: password, role, database, pg_hba.conf, TLS.
REFUSALS = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "permission denied",
    "certificate",
)


@dataclass(frozen=True)
class Database:
    """One database of one server.

    Args:
        source: the variable that it was read from, for errors.
        parameters: libpq's connection parameters without the password.
        password: never printed, never an argument of a program.
    """

    source: str
    parameters: Mapping[str, str]
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        """The database's name."""
        return self.parameters["dbname"]

    @property
    def place(self) -> str:
        """Host, port and name for people."""
        return f"{self.parameters.get('host', '')}:{self.parameters.get('port', '5432')}/{self.name}"

    @property
    def conninfo(self) -> str:
        """libpq connection string for the arguments of a program: without the password."""
        return str(make_dsn(**(KEEPALIVE | dict(self.parameters))))

    def environment(self) -> dict[str, str]:
        """The environment of PostgreSQL's programs: what this process has, and the password."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return inherited | {"PGPASSWORD": self.password, "PGAPPNAME": "resee_backup", "LC_ALL": "C.UTF-8"}

    def other(self, name: str) -> Database:
        """Another database of the same server, as the same user."""
        return replace(self, parameters={**self.parameters, "dbname": name})


def read_database(environment: Mapping[str, str], variable: str = "DATABASE_URL") -> Database:
    """The database that a variable names, in the form postgres://user:password@host:port/name.

    Raises:
        UserError: it is missing or no such URL. The value is not repeated: it holds a password.
    """
    remedy = "Give it as postgres://user:password@host:port/name, special characters percent-encoded."
    value = environment.get(variable, "")
    if not value.startswith(("postgres://", "postgresql://")):
        problem = "is not a PostgreSQL URL" if value else "is not set"
        raise UserError(Reason.INVALID_SETTING, f"{variable} {problem}", where=variable, remedy=remedy)
    try:
        parameters = parse_dsn(value)
    except psycopg2.ProgrammingError:
        raise UserError(
            Reason.INVALID_SETTING, f"{variable} cannot be read as a URL", where=variable, remedy=remedy
        ) from None
    missing = [name for name in ("host", "user", "dbname") if not parameters.get(name)]
    if missing or not parameters.get("port", "5432").isdecimal():
        what = f"{variable} names no {', '.join(missing) or 'port that is a number'}"
        raise UserError(Reason.INVALID_SETTING, what, where=variable, remedy=remedy)
    password = parameters.pop("password", "")
    return Database(variable, parameters, password)


def connect(database: Database, patience: float) -> connection:
    """An autocommit connection, tried again with back-off while the server starts or restarts.

    Args:
        patience: seconds of trying.

    Raises:
        TransientError: nobody answers.
        UserError: the server answers and refuses: password, role, database, TLS.
    """
    retrying = Retrying(
        stop=stop_after_delay(patience),
        wait=wait_random_exponential(multiplier=0.2, max=10),
        retry=retry_if_exception_type(TransientError),
        reraise=True,
    )
    return retrying(_connect_once, database, min(CONNECT_TIMEOUT, max(2, int(patience))))


def _connect_once(database: Database, timeout: int) -> connection:
    try:
        opened = psycopg2.connect(
            database.conninfo,
            password=database.password,
            application_name="resee_backup",
            connect_timeout=timeout,
        )
    except psycopg2.OperationalError as error:
        raise failure(database, error) from None
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with opened.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    return opened


@contextmanager
def session(database: Database, patience: float) -> Iterator[connection]:
    """`connect`, closed at the end; a connection lost on the way is a `TransientError`."""
    opened = connect(database, patience)
    try:
        yield opened
    except psycopg2.Error as error:
        raise failure(database, error) from error
    finally:
        opened.close()


def failure(database: Database, error: psycopg2.Error) -> BackupError:
    """What a client's complaint means: refused for good, or away for now."""
    sentence = " ".join(str(error).split())
    away = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    if away and not any(phrase in sentence for phrase in REFUSALS):
        return TransientError(
            Reason.DATABASE_UNREACHABLE,
            f"PostgreSQL does not answer: {sentence}",
            where=f"{database.source} ({database.place})",
            remedy="Check that the server runs and that the network lets this Pod reach it.",
        )
    return UserError(
        Reason.DATABASE_REFUSED,
        f"PostgreSQL refuses: {sentence}",
        where=f"{database.source} ({database.place})",
        remedy="Correct user, password and database name in the URL, or what the user may do on the server.",
    )
