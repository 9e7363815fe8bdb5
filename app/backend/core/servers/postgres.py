"""Whether a PostgreSQL server is fit: reachable, not too old, writable, encrypted, with our rights."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError, OperationalError

from core.servers.answer import Answer, Encryption, Unfit, encrypted

# What is tested, and what the backup's pg_dump can read.
OLDEST = NEWEST = 15

_FACTS = """
SELECT current_setting('server_version'),
       current_setting('server_version_num')::int / 10000,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool,
       current_setting('wal_level'),
       pg_encoding_to_char(encoding),
       has_database_privilege(oid, 'CREATE'),
       has_schema_privilege('public', 'CREATE'),
       (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
       current_user::text,
       datname::text
  FROM pg_database WHERE datname = current_database()
"""
# What libpq says, and what helps; the first that fits.
_REMEDIES = (
    ("could not translate host name", "correct the host in the address"),
    ("server does not support SSL", "turn encryption on at the server, or take sslmode from the address"),
    ("certificate", "give the address the server's own name, and an authority that the server's is of"),
    ("no pg_hba.conf entry", "let these clients and this kind of connection in at the server"),
    ("password authentication failed", "correct user and password in the address"),
    ("role ", "create the user, or correct it in the address"),
    ("database ", "create the database, or correct its name in the address"),
    ("", "correct host and port in the address; let the cluster's nodes through the server's firewall"),
)


def look(connection: BaseDatabaseWrapper, asked: Encryption) -> Answer:
    """Look at the server behind Django's connection. Changes nothing.

    Raises Unfit where Resee cannot run on it.
    """
    where = "{HOST}:{PORT}".format(**connection.settings_dict)
    found = _ask(connection, where)
    version, major, read_only, wal_level, encoding, create, schema, databases, user, name = found
    if major < OLDEST:
        raise Unfit(
            f"{where} is PostgreSQL {version}, older than {OLDEST}",
            f"upgrade the server to PostgreSQL {OLDEST}, or name another one",
        )
    if read_only:
        raise Unfit(f"{where} takes no writes, as a standby or replica", "give the primary's address")
    if not schema:
        raise Unfit(
            f"user {user} may not create tables in schema public of database {name} at {where}",
            f"make {user} the owner of the database, or grant it CREATE on schema public",
        )
    warnings = encrypted(
        connection.connection.info.ssl_in_use, asked, where, "add sslmode=require to the address"
    )
    if not create:
        warnings.append(
            f"user {user} may not create schemas in database {name}: extensions and restores need it; "
            f"grant {user} CREATE on the database"
        )
    if not databases:
        warnings.append(f"user {user} may not create databases: restores need it; alter the role CREATEDB")
    if major > NEWEST:
        warnings.append(
            f"PostgreSQL {version} is newer than the backup's pg_dump {NEWEST}: backups refuse it"
        )
    if encoding != "UTF8":
        warnings.append(
            f"database {name} is encoded in {encoding}: some texts cannot be stored; make it UTF8"
        )
    return Answer(f"{where} is PostgreSQL {version}, wal_level {wal_level}", warnings=warnings)


def _ask(connection: BaseDatabaseWrapper, where: str) -> tuple[Any, ...]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FACTS)
            found: tuple[Any, ...] = cursor.fetchone()
    except OperationalError as error:
        said = " ".join(str(error).split())
        remedy = next(remedy for text, remedy in _REMEDIES if text in said)
        raise Unfit(f"{where} cannot be used ({said})", remedy) from error
    except DatabaseError as error:
        said = " ".join(str(error).split())
        raise Unfit(
            f"{where} does not tell about itself ({said})", "give the address of a PostgreSQL"
        ) from error
    return found
