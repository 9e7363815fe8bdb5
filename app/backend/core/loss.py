"""Whether an error of the database says that the connection is gone, and not that a statement was wrong."""

import psycopg2
from django.db import Error, InterfaceError, OperationalError
from psycopg2 import errorcodes

_GOING = (
    errorcodes.ADMIN_SHUTDOWN,
    errorcodes.CRASH_SHUTDOWN,
    errorcodes.CANNOT_CONNECT_NOW,
    # A primary that has become a standby keeps its connections and refuses to write.
    errorcodes.READ_ONLY_SQL_TRANSACTION,
)


def is_loss(error: Error) -> bool:
    """Whether the next query needs a new connection."""
    cause = error.__cause__
    if not isinstance(cause, psycopg2.Error):
        return False
    # Without a code it was the client's library that noticed: the server said nothing any more.
    silent = cause.pgcode is None and isinstance(error, OperationalError | InterfaceError)
    return silent or cause.pgcode in _GOING
