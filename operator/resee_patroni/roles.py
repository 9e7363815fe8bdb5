"""The roles' passwords and the application's database, as the Secret has them: set by whoever becomes
primary. Once a login role stands in the owner's place, the owner is left as the rotation made it.

The passwords reach the server as SCRAM verifiers only, over the socket in the Pod.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection, cursor, encrypt_password
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

logger = logging.getLogger(__name__)

SUPERUSER = "postgres"
REPLICATION = "replication"
SOCKETS = "/var/run/postgresql"
LOGIN = Path("/etc/resee-login/login")
"""Names the login role in use; there is none before the first rotation."""
_PATIENCE = 60.0
"""Seconds in which a promotion has to be over."""


class NotPrimaryYetError(Exception):
    """The server still replays its log."""


def follow(role: str) -> None:
    """Make the server's roles those of the environment, where this member is the primary.

    Args:
        role: what Patroni says that this member is.
    """
    if role != "primary":
        return
    with closing(_connect()) as server:
        server.autocommit = True
        _settle(server, os.environ, rotated=LOGIN.exists())
    logger.info("the roles are as the Secret has them")


@retry(
    retry=retry_if_exception_type((psycopg2.OperationalError, NotPrimaryYetError)),
    stop=stop_after_delay(_PATIENCE),
    wait=wait_fixed(0.2),
    reraise=True,
)
def _connect() -> connection:
    """A session of the superuser, once the server takes writes. Nothing here waits for a standby."""
    options = "-c synchronous_commit=local -c log_statement=none -c log_min_error_statement=panic"
    server = psycopg2.connect(host=SOCKETS, dbname="postgres", user=SUPERUSER, options=options)
    with server.cursor() as ask:
        ask.execute("SELECT pg_is_in_recovery()")
        (recovering,) = ask.fetchone() or (True,)
    if recovering:
        server.close()
        raise NotPrimaryYetError
    server.rollback()
    return server


def _settle(server: connection, given: Mapping[str, str], *, rotated: bool) -> None:
    user, database = given["APPLICATION_USER"], given["APPLICATION_DATABASE"]
    with server.cursor() as ask:
        if not _exists(ask, "SELECT 1 FROM pg_roles WHERE rolname = %s", user):
            # CREATEDB: a restore makes a database beside the one that serves, and swaps their names.
            ask.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(user)))
        passwords = {
            SUPERUSER: given["SUPERUSER_PASSWORD"],
            REPLICATION: given["REPLICATION_PASSWORD"],
        }
        if not rotated:
            passwords[user] = given["APPLICATION_PASSWORD"]
        for name, password in passwords.items():
            # Patroni makes the replication role after the first call of all.
            if _exists(ask, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
                verifier = encrypt_password(password, name, scope=server, algorithm="scram-sha-256")
                statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
                ask.execute(statement.format(sql.Identifier(name), sql.Literal(verifier)))
        if not _exists(ask, "SELECT 1 FROM pg_database WHERE datname = %s", database):
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            ask.execute(statement.format(sql.Identifier(database), sql.Identifier(user)))


def _exists(ask: cursor, query: str, name: str) -> bool:
    ask.execute(query, (name,))
    return ask.fetchone() is not None
