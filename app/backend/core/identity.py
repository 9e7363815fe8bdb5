"""Which database this process talks to: another one after a restore or a failover, also under the same name.

A restored database is a new one that takes the old one's name, and a failover or a restore of a whole server
leads to a server that was started at another time. Either ends the connections to the one before and makes
the identity another, so that what was kept of that one (core.kept) is not found any more. Nobody has to be
told.
"""

import select
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

_ASK = """
SELECT oid::text || ':' || extract(epoch FROM pg_postmaster_start_time())
FROM pg_database WHERE datname = current_database()
"""

_known = ""


def identity() -> str:
    """Of the database that this process is connected to. Costs no round trip where it is connected already.

    Raises OperationalError where the database cannot be reached.
    """
    if connection.connection is not None and not connection.in_atomic_block and _was_ended():
        connection.close()
    connection.ensure_connection()
    return _known


def _was_ended() -> bool:
    """Whether the server has said something without being asked: that it ends the connection."""
    listener = select.poll()
    listener.register(connection.connection.fileno(), select.POLLIN)
    return bool(listener.poll(0))


def follow() -> None:
    """Asks at each new connection. A swap or a failover ends the old ones."""
    connection_created.connect(_learn, dispatch_uid="core.identity")


def _learn(connection: Any, **_: Any) -> None:
    global _known  # noqa: PLW0603 - one for the process, whichever of its threads connects
    if connection.alias != "default":
        return
    # On the driver's own connection: this is part of connecting, and no query of whoever connects.
    with connection.connection.cursor() as cursor:
        cursor.execute(_ASK)
        _known = cursor.fetchone()[0]
