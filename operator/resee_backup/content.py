"""What a database holds: its tables with counts and checksums, and what a restore needs to know of it.

The same queries run in the dump's snapshot and on a restored database, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection, cursor

from resee_backup.manifest import Source, Table

MIB = 1024 * 1024

# A value's text must not depend on the session, or a good restore would seem a bad one.
SESSION = """
SET search_path = pg_catalog; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET bytea_output = 'hex'; SET extra_float_digits = 1; SET lc_monetary = 'C'; SET xmloption = 'content';
SET row_security = off
"""

# What pg_dump dumps: tables and partitions, none of the system's, another session's or an extension's.
TABLES = """
SELECT n.nspname, c.relname, pg_table_size(c.oid),
       array(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't'
   AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY 1, 2
"""

# Objects of the bootstrap superuser are not in pg_shdepend: their owners are asked for one by one.
SOURCE = """
SELECT d.datname, pg_get_userbyid(d.datdba), current_setting('server_version'),
       current_setting('server_version_num')::int / 10000, pg_database_size(d.oid),
       pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
       coalesce((SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = d.oid AND setrole = 0), '{}'),
       array(SELECT extname::text FROM pg_extension ORDER BY 1),
       array(SELECT DISTINCT pg_get_userbyid(role)::text
               FROM (SELECT refobjid AS role FROM pg_shdepend
                      WHERE refclassid = 'pg_authid'::regclass AND deptype IN ('o', 'a') AND dbid = d.oid
                     UNION SELECT relowner FROM pg_class WHERE oid >= 16384
                     UNION SELECT nspowner FROM pg_namespace WHERE oid >= 16384
                     UNION SELECT proowner FROM pg_proc WHERE oid >= 16384) owners ORDER BY 1)
  FROM pg_database d WHERE d.datname = current_database()
"""

COUNT_AND_HASH = """
SELECT count(*), coalesce(sum(hashtextextended(ROW({})::text COLLATE "C", 0)), 0)::text FROM ONLY {}
"""

MIGRATIONS = "SELECT app || '.' || name FROM {} ORDER BY 1"


@dataclass(frozen=True)
class Relation:
    """A table to be counted: where it is, its columns by name, its size on disk."""

    schema: str
    name: str
    size_bytes: int
    columns: tuple[str, ...]

    @property
    def label(self) -> str:
        """schema.table."""
        return f"{self.schema}.{self.name}"


Hashes = Callable[[Relation], bool]


def up_to(mib: int) -> Hashes:
    """Hash the tables that are no larger than this; none when it is 0."""
    return lambda relation: relation.size_bytes <= mib * MIB and mib > 0


def those_of(tables: dict[str, Table]) -> Hashes:
    """Hash the tables whose checksum a manifest holds."""
    return lambda relation: (table := tables.get(relation.label)) is not None and table.checksum is not None


@contextmanager
def snapshot(opened: connection) -> Iterator[str]:
    """One unchanging view of the database, also for other sessions; yields its identifier."""
    with opened.cursor() as work:
        work.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        work.execute("SELECT pg_export_snapshot()")
        yield str(_rows(work)[0][0])
        work.execute("COMMIT")


def source(opened: connection) -> Source:
    """The database's own properties."""
    with opened.cursor() as work:
        work.execute(SOURCE)
        return Source(**dict(zip(Source.__struct_fields__, _rows(work)[0], strict=True)))


def migrations(opened: connection) -> list[str]:
    """Django's applied migrations as app.name; none where Django never migrated."""
    with opened.cursor() as work:
        work.execute(
            "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'django_migrations' AND c.relkind = 'r' ORDER BY 1"
        )
        schemas = [row[0] for row in _rows(work)]
        if not schemas:
            return []
        work.execute(sql.SQL(MIGRATIONS).format(sql.Identifier(schemas[0], "django_migrations")))
        return [row[0] for row in _rows(work)]


def tables(opened: connection, hashes: Hashes) -> dict[str, Table]:
    """Every table by schema.table, counted, and hashed where asked.

    Takes about as long as a dump of what is hashed, and a sequential scan of the rest.
    """
    with opened.cursor() as work:
        work.execute(SESSION)
        work.execute(TABLES)
        relations = [
            Relation(schema, name, size, tuple(columns)) for schema, name, size, columns in _rows(work)
        ]
        return {relation.label: _table(work, relation, hashes(relation)) for relation in relations}


def _table(work: cursor, relation: Relation, hashed: bool) -> Table:
    place = sql.Identifier(relation.schema, relation.name)
    if not hashed:
        work.execute(sql.SQL("SELECT count(*) FROM ONLY {}").format(place))
        return Table(rows=_rows(work)[0][0])
    # A sum does not care for the order of the rows; columns go by name, for a restore may order them anew.
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in relation.columns)
    work.execute(sql.SQL(COUNT_AND_HASH).format(columns, place))
    rows, checksum = _rows(work)[0]
    return Table(rows=rows, checksum=checksum)


def analyze(opened: connection) -> None:
    """Collect the planner's statistics, which no dump contains: without them the first queries crawl."""
    with opened.cursor() as work:
        work.execute("ANALYZE")


def differences(expected: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """What is not the same, one short sentence each."""
    sentences = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name), found.get(name)
        if before is None:
            sentences.append(f"{name} is not in the manifest")
        elif after is None:
            sentences.append(f"{name} is missing")
        elif before.rows != after.rows:
            sentences.append(f"{name} has {after.rows} rows instead of {before.rows}")
        elif before.checksum is not None and before.checksum != after.checksum:
            sentences.append(f"{name} has other content in its {after.rows} rows")
    return sentences


def _rows(work: cursor) -> list[tuple[Any, ...]]:
    return work.fetchall()
