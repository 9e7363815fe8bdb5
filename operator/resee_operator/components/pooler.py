"""PgBouncer between web and workers and the database that the operator runs; CloudNativePG brings its own.

It lets in whom its list names (components/logins.py) and logs in at the server by the same, so that the
server's own roles decide. It goes to the primary's Service, follows it through a failover, and never keeps a
connection to a server that takes no writes. A Pod that ends serves on until nobody uses it any more.
"""

from __future__ import annotations

from configparser import RawConfigParser
from io import StringIO
from typing import Final

from resee_operator.api.data import PoolMode
from resee_operator.components import encryption, logins, meta, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.pods import Container, Pod, exec_probe
from resee_operator.components.topology import POOLED_AGE, POSTGRES_PORT
from resee_operator.components.workloads import deployment, scaling, service
from resee_operator.stages import Resolved
from resee_operator.stages.resolved import Pooler
from resee_operator.stages.sizes import Scale

NAME = "pooler"
CONDITION: str | None = "DatabaseReady"

_CONFIG_FOLDER: Final = "/etc/resee/pooler"
_CONFIG_FILE: Final = "pgbouncer.ini"
_USERS_FOLDER: Final = "/etc/resee/pooler-users"
_FILE_MODE: Final = 0o440
"""Others may not read the passwords; the group is the Pod's own."""

_LEAVE_SERVICE: Final = 5
"""Seconds until every node knows that a Pod is gone, so that no new connection reaches it."""
_LAST_REQUEST: Final = 10
"""Seconds for a request that began on a connection just before that became too old."""
_DRAIN: Final = _LEAVE_SERVICE + POOLED_AGE + _LAST_REQUEST
"""Seconds before PgBouncer is told to end: then no request is on any of its connections."""
_GRACE: Final = _DRAIN + 30
"""The drain, and transactions that last longer still."""

_CLIENTS: Final = 800
"""Connections of clients to one Pod: Production at its largest has 250 threads and processes, twice that
while all of it rolls. With those to the server they fit the 1,024 files of a process where nobody allows
more."""
_POOL: Final = 20
"""Connections to the server for each login, in mode Transaction: PgBouncer's own default, and several times
the cores of a stage's server."""
_DIRECT: Final = 20
"""Connections that are left to whoever comes to the server directly: migration, backup, restore, rotation,
replicas, the superuser."""
_USUAL_CONNECTIONS: Final = 100
"""PostgreSQL's own max_connections."""

_PRIMARY_ONLY: Final = "SELECT pg_terminate_backend(pg_backend_pid()) WHERE pg_is_in_recovery()"
"""First words on each new connection: for a moment after a failover the name may lead to a standby, which
would refuse writes for as long as the connection is kept."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Configuration, Service, Deployment and disruption budget; nothing where no PgBouncer of ours is
    wanted."""
    pooler = resolved.pooler
    if pooler is None:
        return []
    scale = Scale(pooler.instances)
    return [
        _config_map(resolved, pooler),
        service(resolved, NAME, POSTGRES_PORT, POSTGRES_PORT),
        deployment(resolved, facts, _pod(resolved, pooler), scale),
        *scaling(resolved, NAME, scale),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the newest Pods take connections, all of them; whether the server does is the database's own
    matter."""
    if resolved.pooler is None:
        return Verdict(True, Reason.NOT_NEEDED, "no PgBouncer of the operator's is wanted")
    return verdicts.deployment(resolved, live, NAME)


def configuration(resolved: Resolved, pooler: Pooler) -> str:
    """pgbouncer.ini, without a secret. Every database of the server has the name that clients know."""
    ini = RawConfigParser(delimiters=("=",))
    place = f"host={resolved.child('postgres')} port={POSTGRES_PORT}"
    ini["databases"] = {"*": f"{place} connect_query='{_PRIMARY_ONLY}'"}
    ini["pgbouncer"] = {
        "listen_addr": "*",
        "listen_port": str(POSTGRES_PORT),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": f"{_USERS_FOLDER}/{logins.POOLER_FILE}",
        "pool_mode": pooler.mode.lower(),
        **_sizes(resolved, pooler),
        **_PATIENCE,
        **_tls(resolved),
        "log_connections": "0",
        "log_disconnections": "0",
    }
    text = StringIO()
    ini.write(text)
    return text.getvalue()


_PATIENCE: Final = {
    # A server that is away is tried again every half a second, also while nobody asks for it.
    "min_pool_size": "1",
    "server_login_retry": "0.5",
    "server_connect_timeout": "3",
    # One that vanishes with its node says no word: as _IMPATIENT of the addresses.
    "tcp_keepidle": "4",
    "tcp_keepintvl": "2",
    "tcp_keepcnt": "2",
    "tcp_user_timeout": "4000",
    # A client is told, instead of waiting for two minutes.
    "query_wait_timeout": "10",
    "server_idle_timeout": "60",
    "server_lifetime": "600",
    "server_fast_close": "1",
    "dns_nxdomain_ttl": "1",
}
"""Seconds, milliseconds for tcp_user_timeout; keepcnt is a number of tries."""


def _sizes(resolved: Resolved, pooler: Pooler) -> dict[str, str]:
    """How many connections there may be. All instances together leave some of the server's to others; in mode
    Session each client holds one."""
    given = resolved.database.parameters.get("max_connections", "")
    most = int(given) if given.isdecimal() else _USUAL_CONNECTIONS
    share = max(1, (most - _DIRECT) // pooler.instances)
    size = share if pooler.mode is PoolMode.SESSION else min(_POOL, share)
    return {
        "max_client_conn": str(_CLIENTS),
        "default_pool_size": str(size),
        "max_db_connections": str(share),
    }


def _tls(resolved: Resolved) -> dict[str, str]:
    """Both sides are encrypted where the server is."""
    if not resolved.database.tls:
        return {"client_tls_sslmode": "disable", "server_tls_sslmode": "disable"}
    authority, certificate, key = encryption.FILES
    return {
        "client_tls_sslmode": "require",
        "client_tls_cert_file": certificate,
        "client_tls_key_file": key,
        "server_tls_sslmode": "verify-full",
        "server_tls_ca_file": authority,
    }


def _config_map(resolved: Resolved, pooler: Pooler) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta.metadata(resolved, resolved.pooler_name, NAME),
        "data": {_CONFIG_FILE: configuration(resolved, pooler)},
    }


def _pod(resolved: Resolved, pooler: Pooler) -> Pod:
    secret = resolved.database.secret_name
    users = {
        "secretName": secret,
        "items": [{"key": logins.POOLER_FILE, "path": logins.POOLER_FILE}],
        "defaultMode": _FILE_MODE,
    }
    return Pod(
        component=NAME,
        container=_container(resolved, pooler),
        settings=pooler.pods,
        volumes=[
            {"name": "config", "configMap": {"name": resolved.pooler_name}},
            {"name": "users", "secret": users},
            *encryption.server_volume(resolved),
        ],
        secret_files=[(secret, logins.POOLER_FILE), *encryption.server_files(resolved)],
        grace=_GRACE,
        spread=True,
    )


def _container(resolved: Resolved, pooler: Pooler) -> Container:
    return Container(
        name=NAME,
        image=resolved.images.pgbouncer,
        command=["pgbouncer", f"{_CONFIG_FOLDER}/{_CONFIG_FILE}"],
        config={_CONFIG_FILE: configuration(resolved, pooler)},
        port=POSTGRES_PORT,
        mounts=[
            {"name": "config", "mountPath": _CONFIG_FOLDER, "readOnly": True},
            {"name": "users", "mountPath": _USERS_FOLDER, "readOnly": True},
            *encryption.mounts(resolved),
        ],
        probes=_probes(),
        lifecycle={"preStop": {"sleep": {"seconds": _DRAIN}}},
    )


def _probes() -> dict[str, Manifest]:
    """Whether PgBouncer itself takes connections, by its console's name: no server is asked, since a restart
    would not bring it back."""
    place = ("--host=127.0.0.1", f"--port={POSTGRES_PORT}", "--dbname=pgbouncer", "--username=probe")
    check = ("pg_isready", "--quiet", "--timeout=3", *place)
    return {
        "startupProbe": exec_probe(*check, periodSeconds=1, timeoutSeconds=5, failureThreshold=60),
        "readinessProbe": exec_probe(*check, periodSeconds=5, timeoutSeconds=5, failureThreshold=2),
        "livenessProbe": exec_probe(*check, periodSeconds=10, timeoutSeconds=5, failureThreshold=6),
    }
