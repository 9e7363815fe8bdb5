"""Which lock a statement of a migration takes in PostgreSQL, and so what has to wait while it runs.

By the first words of the statement, after PostgreSQL's manual, "Explicit Locking": coarse, and where in doubt
the stronger lock.
"""

import re

READS_AND_WRITES = "ACCESS EXCLUSIVE: reads and writes of the table wait"
WRITES = "SHARE: writes to the table wait"
FOREIGN_KEY = "SHARE ROW EXCLUSIVE on both tables: writes wait"
NEITHER = "SHARE UPDATE EXCLUSIVE: nothing waits"
ROWS = "ROW EXCLUSIVE: other writes to the same rows wait"
NONE = "none on tables that exist"
UNKNOWN = "unknown: it is Python, read the migration"

_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), lock)
    for pattern, lock in (
        (r"--", UNKNOWN),
        (r"CREATE (UNIQUE )?INDEX CONCURRENTLY|DROP INDEX CONCURRENTLY|REINDEX .*CONCURRENTLY", NEITHER),
        (r"CREATE (UNIQUE )?INDEX", WRITES),
        (r"ALTER TABLE .* VALIDATE CONSTRAINT|ALTER TABLE .* SET STATISTICS|ANALYZE|COMMENT", NEITHER),
        (r"ALTER TABLE .* ADD CONSTRAINT \S+ FOREIGN KEY", FOREIGN_KEY),
        (r"CREATE TRIGGER", FOREIGN_KEY),
        (r"CREATE (TABLE|SEQUENCE|SCHEMA|EXTENSION|TYPE|(OR REPLACE )?FUNCTION|VIEW)|SET |SELECT ", NONE),
        (r"INSERT|UPDATE|DELETE|MERGE", ROWS),
    )
)


def lock_of(statement: str) -> str:
    """The strongest lock that the statement takes on a table that exists already."""
    first = statement.strip()
    return next((lock for pattern, lock in _RULES if pattern.match(first)), READS_AND_WRITES)
