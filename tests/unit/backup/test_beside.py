"""What runs beside a block: its result, its refusal, and its end when the block fails."""

from __future__ import annotations

import threading
from typing import cast

import psycopg2
import pytest
from psycopg2.errors import QueryCanceled, UndefinedTable
from psycopg2.extensions import connection

from resee_backup.beside import beside


class Session:
    """A session on which a statement runs until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        self.cancelled.set()

    def statement(self) -> None:
        self.cancelled.wait()
        raise QueryCanceled("canceling statement due to user request")


def opened(session: Session) -> connection:
    return cast("connection", session)


def test_the_block_gets_the_result() -> None:
    with beside(opened(Session()), lambda: 42) as running:
        assert running.result() == 42


def test_a_block_that_fails_cancels_the_statement_and_waits_for_its_end() -> None:
    session = Session()
    with pytest.raises(ZeroDivisionError), beside(opened(session), session.statement) as running:
        _ = 1 / 0
    assert session.cancelled.is_set()
    assert running.done()


def failing(error: psycopg2.Error) -> None:
    session = Session()

    def refused() -> None:
        raise error

    with beside(opened(session), refused) as running:
        running.exception()
        _ = 1 / 0


def test_a_refusal_that_came_before_is_the_cause() -> None:
    with pytest.raises(UndefinedTable) as caught:
        failing(UndefinedTable("no such table"))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_lost_connection_is_not() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(psycopg2.OperationalError("server closed the connection"))
