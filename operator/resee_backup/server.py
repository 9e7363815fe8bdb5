"""The databases of a server: made, marked, dropped and renamed, from a session beside them.

A database that this program made carries a mark in its comment, and only a marked one is ever dropped.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection

from resee_backup.database import Database, session
from resee_backup.manifest import Source

LONGEST_NAME = 63  # bytes of a PostgreSQL identifier
_TOKEN = 3  # random bytes of a name

RESTORING = "resee-backup: restoring {}"
RESTORED = "resee-backup: restored {}"
REPLACED = "resee-backup: replaced by {}"

RENAME = sql.SQL("ALTER DATABASE {} RENAME TO {}")
# PostgreSQL ends its own workers, which have no user, by itself. What kind of session another user's is, it
# tells nobody but superusers: such a one counts as a client, and the refusal to end it is heard.
EVICT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = ANY(%s) AND usesysid IS NOT NULL
   AND coalesce(backend_type, 'client backend') = 'client backend'
"""
COMMENT = sql.SQL("COMMENT ON DATABASE {} IS {}")


def name_for(base: str, purpose: str, suffix: str) -> str:
    """An identifier such as resee_restore_20260131t030000z_1f2e3d, no longer than PostgreSQL allows."""
    tail = f"_{purpose}_{suffix.lower().replace('-', '_')}"
    return base.encode()[: LONGEST_NAME - len(tail)].decode(errors="ignore") + tail


def _interim(name: str) -> str:
    """How the names of a database begin that is still to get its own."""
    return name_for(name, "new", "0" * 2 * _TOKEN)[: -2 * _TOKEN]


class Server:
    """A server seen through a session on its maintenance database."""

    def __init__(self, opened: connection) -> None:
        self._opened = opened

    @property
    def major(self) -> int:
        """Its major version."""
        return self._opened.server_version // 10_000

    def size(self) -> int:
        """Bytes of all its databases."""
        found = self._rows("SELECT sum(pg_database_size(oid))::bigint FROM pg_database WHERE datallowconn")
        return int(found[0][0])

    def mark(self, name: str) -> str | None:
        """The comment of a database, empty without one; None when there is no such database."""
        found = self._rows(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s",
            name,
        )
        return found[0][0] if found else None

    def marked(self, mark: str) -> list[str]:
        """Names of the databases with exactly this comment."""
        found = self._rows(
            "SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = %s ORDER BY 1",
            mark,
        )
        return [row[0] for row in found]

    def set_mark(self, name: str, mark: str | None) -> None:
        """Replace the comment of a database."""
        self._run(COMMENT.format(sql.Identifier(name), sql.Literal(mark)))

    def missing_roles(self, roles: list[str]) -> list[str]:
        """Those that the server does not have."""
        found = {row[0] for row in self._rows("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", roles)}
        return [role for role in roles if role not in found]

    def missing_extensions(self, extensions: list[str]) -> list[str]:
        """Those whose files the server does not have."""
        query = "SELECT name FROM pg_available_extensions WHERE name = ANY(%s)"
        found = {row[0] for row in self._rows(query, extensions)}
        return [extension for extension in extensions if extension not in found]

    def create(self, name: str, like: Source, mark: str) -> None:
        """Make an empty, marked database with the encoding, locale and settings of the dumped one.

        It gets its name last: killed between making and marking, it would keep the name from every later try.
        """
        for unfinished in self.marked(mark):
            if unfinished.startswith(_interim(name)):
                self.drop(unfinished)
        interim = _interim(name) + secrets.token_hex(_TOKEN)
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
                sql.Identifier(interim),
                sql.Literal(like.encoding),
                sql.Literal(like.collate),
                sql.Literal(like.ctype),
            )
        )
        try:
            self.set_mark(interim, mark)
            self._set(interim, like.settings)
            self._run(RENAME.format(sql.Identifier(interim), sql.Identifier(name)))
        except BaseException:
            self.drop(interim)
            raise

    def _set(self, name: str, settings: list[str]) -> None:
        for setting in settings:
            parameter, _, value = setting.partition("=")
            # By way of the session: a list such as search_path needs other quotes than a word.
            self._rows("SELECT set_config(%s, %s, false)", parameter, value)
            statement = sql.SQL("ALTER DATABASE {} SET {} FROM CURRENT; RESET {}")
            words = [sql.Identifier(word) for word in (name, parameter, parameter)]
            self._run(statement.format(*words))

    def give(self, name: str, role: str) -> None:
        """Make a role the owner of a database."""
        self._run(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(role)))

    def drop(self, name: str) -> None:
        """Remove a database and the sessions on it; none is fine."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def evict(self, names: list[str]) -> None:
        """End the sessions of clients on these databases; a new one may come at once."""
        self._rows(EVICT, names)

    def rename(self, moves: list[tuple[str, str, str | None]]) -> None:
        """Rename databases, all or none; waits about five seconds for sessions on them to end.

        Args:
            moves: old name, new name, new mark.
        """
        with self._opened.cursor() as work:
            work.execute("BEGIN")
            try:
                for old, new, mark in moves:
                    work.execute(RENAME.format(sql.Identifier(old), sql.Identifier(new)))
                    work.execute(COMMENT.format(sql.Identifier(new), sql.Literal(mark)))
            except BaseException:
                work.execute("ROLLBACK")
                raise
            work.execute("COMMIT")

    def _run(self, statement: sql.Composable) -> None:
        with self._opened.cursor() as work:
            work.execute(statement)

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._opened.cursor() as work:
            work.execute(query, values)
            return work.fetchall()


@contextmanager
def server_of(database: Database, maintenance: str, patience: float) -> Iterator[Server]:
    """The server of a database, through another database of it."""
    with session(database.other(maintenance), patience) as opened:
        yield Server(opened)
