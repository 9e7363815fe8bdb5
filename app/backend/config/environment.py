"""Reads the environment that a deployment gives to the process.

Every value that differs between deployments is read here or in settings.py, never elsewhere.
"""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def required(name: str) -> str:
    """The variable's text.

    Raises ImproperlyConfigured, naming the variable, where it is unset or empty.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: give it in the environment of this process")
    return value


def database(name: str) -> dict[str, object]:
    """Django's DATABASES entry from the URL in the variable `name`.

    The server of DATABASE_URL is reached through DATABASE_POOLER where that is set. Where
    DATABASE_MEMBERS names the servers of which one is the primary, that one is found by asking them.

    Persistent connections are checked before use, so that a request after a fail-over of the
    database finds a fresh connection instead of an error.
    """
    entry: dict[str, object] = env.db_url_config(required(name))
    pooler = env.str("DATABASE_POOLER", default="")
    if pooler and name == "DATABASE_URL":
        entry["HOST"], _, entry["PORT"] = pooler.partition(":")
    if name == "DATABASE_URL":
        members = [] if pooler else env.list("DATABASE_MEMBERS", default=[])
        entry["ENGINE"] = "core.members"
        entry["MEMBERS"] = [_address(text) for text in members]
    entry["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    entry["CONN_HEALTH_CHECKS"] = True
    # PgBouncer in transaction mode cannot keep a server-side cursor.
    entry["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("DISABLE_SERVER_SIDE_CURSORS", default=False)
    options = entry.setdefault("OPTIONS", {})
    assert isinstance(options, dict)
    # Seconds, milliseconds for the last. A server that vanishes with its node says no word: without these a
    # request would wait for it for a quarter of an hour.
    for option, value in {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }.items():
        options.setdefault(option, value)
    return entry


def _address(text: str) -> tuple[str, str]:
    host, _, port = text.strip().rpartition(":")
    if not host or not port.isdecimal():
        raise ImproperlyConfigured(
            f"DATABASE_MEMBERS holds {text!r}: give host:port,host:port,... of the servers"
        )
    return host, port
