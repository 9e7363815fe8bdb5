"""Django's backend for PostgreSQL, whose connections lead to the server that takes writes.

A commit that was not answered is asked after there (core.commits), and goes on as if it had been.
"""

from typing import Any

from django.db import Error
from django.db.backends.postgresql import base

from core import commits, members, silence
from core.loss import is_loss


class DatabaseWrapper(base.DatabaseWrapper):
    """The entry of DATABASES names the servers in MEMBERS, as pairs of host and port; none where the address
    itself leads to the primary."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self._names:
            return super().get_new_connection(conn_params)
        return members.of(self._names).connect(super().get_new_connection, conn_params)

    @property
    def _names(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.settings_dict["MEMBERS"])

    def commit(self) -> None:
        attempt = commits.current()
        if attempt is None or not attempt.pending:
            super().commit()
            return
        # Where this fails, COMMIT was not sent.
        mark = self._mark() if self._names else None
        attempt.pending, earlier = False, attempt.may_be_written
        attempt.may_be_written = True
        try:
            super().commit()
        except Error as error:
            fate = self._fate(attempt, mark) if mark and is_loss(error) else None
            attempt.may_be_written = earlier or fate != commits.ABORTED
            if fate != commits.COMMITTED:
                raise

    def _mark(self) -> dict[str, Any]:
        names = ("number", "written", "started", "replayed")
        return dict(zip(names, self._said(commits.MARK), strict=True))

    def _fate(self, attempt: commits.Attempt, mark: dict[str, Any]) -> str | None:
        """What became of a transaction; where it was committed this is a connection again, and what is to
        follow the commit follows."""
        hooks = self.run_on_commit

        def ask() -> Any:
            self.close()
            with silence.patience(silence.CONNECTING):
                self.ensure_connection()
                return self._said(commits.ASK, mark)[-1]

        fate = attempt.fate(ask)
        if fate == commits.COMMITTED:
            self.run_on_commit = hooks
            self.run_commit_hooks_on_set_autocommit_on = True
        else:
            self.close()
        return fate

    def _said(self, query: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(query, values)
            row: tuple[Any, ...] = cursor.fetchone()
            return row
