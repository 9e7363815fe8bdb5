"""What Patroni is told, as the configuration file that every member reads."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components import encryption, meta
from resee_operator.components.topology import PATRONI_PORT, POSTGRES_PORT
from resee_operator.stages import Resolved

ROLE_LABEL: Final = "resee.io/role"
"""Label that Patroni puts on its Pods."""
PRIMARY: Final = "primary"
REPLICA: Final = "replica"
SCOPE_LABEL: Final = "resee.io/cluster"
DATA: Final = "/var/lib/postgresql/data"
SOCKETS: Final = "/var/run/postgresql"

_LEASE: Final[dict[str, int]] = {"ttl": 12, "loop_wait": 2, "retry_timeout": 5}
"""Seconds. A primary that cannot renew its lease for ``ttl`` loses it; it steps down by itself before that,
since ttl >= loop_wait + 2 * retry_timeout. With these a zone's end costs 12 seconds and a promotion. An API
server that is away takes nobody's lease: failsafe_mode."""
_RESTART: Final = 5
"""Seconds that a crashed primary gets to come back on its own before the standby takes over."""
_SILENCE: Final = "5s"
"""After which primary and standby take each other for gone. Until then commits wait for a standby that is not
there."""
_ALL_MEMBERS: Final = (
    "max_connections",
    "max_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "track_commit_timestamp",
)
"""Parameters that must be the same on all members, which Patroni therefore takes from its shared state
alone."""


def render(resolved: Resolved) -> dict[str, Any]:
    """The file; secrets and what differs between members come from the environment."""
    return {
        "scope": resolved.child("postgres"),
        "restapi": {
            "listen": f"0.0.0.0:{PATRONI_PORT}",
            "authentication": {"username": "patroni"},
        },
        "kubernetes": {
            "namespace": resolved.namespace,
            "labels": meta.selector(resolved, "postgres"),
            "scope_label": SCOPE_LABEL,
            "role_label": ROLE_LABEL,
            "leader_label_value": PRIMARY,
            "follower_label_value": REPLICA,
            "use_endpoints": True,
            "ports": [{"name": "main", "port": POSTGRES_PORT, "protocol": "TCP"}],
        },
        "bootstrap": {
            "dcs": _without_none(shared(resolved)),
            "initdb": ["data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
            "post_bootstrap": "python3 -m resee_patroni role bootstrap primary",
        },
        "postgresql": _postgresql(resolved),
    }


def shared(resolved: Resolved) -> dict[str, Any]:
    """What is the same for all members, None meaning that nothing is set. A commit is acknowledged when the
    synchronous standby has it too; only that standby takes over by itself. Without any standby the primary
    goes on alone."""
    given = resolved.database.parameters
    return {
        **_LEASE,
        "primary_start_timeout": _RESTART,
        "synchronous_mode": True,
        "failsafe_mode": True,
        "postgresql": {
            "use_pg_rewind": True,
            "use_slots": True,
            "parameters": {name: given.get(name) for name in _ALL_MEMBERS},
        },
    }


def _without_none(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in settings.items()
        if value is not None
    }


def _postgresql(resolved: Resolved) -> dict[str, Any]:
    given = resolved.database.parameters
    callback = "python3 -m resee_patroni role"
    host = "hostssl" if resolved.database.tls else "host"
    return {
        "listen": f"*:{POSTGRES_PORT}",
        "data_dir": f"{DATA}/pgdata",
        "pgpass": "/tmp/pgpass",  # noqa: S108 - of this container alone
        "use_unix_socket": True,
        "use_unix_socket_repl": True,
        "authentication": {
            "superuser": {"username": "postgres"},
            "replication": {"username": "replication"},
        },
        "pg_hba": [
            "local all all trust",
            "local replication all trust",
            f"{host} replication replication all scram-sha-256",
            f"{host} all all all scram-sha-256",
        ],
        "basebackup": [{"checkpoint": "fast"}],
        "callbacks": {"on_start": callback, "on_role_change": callback},
        "remove_data_directory_on_rewind_failure": True,
        "remove_data_directory_on_diverged_timelines": True,
        "parameters": {
            "password_encryption": "scram-sha-256",
            **encryption.server_parameters(resolved),
            "unix_socket_directories": SOCKETS,
            "wal_receiver_timeout": _SILENCE,
            "wal_sender_timeout": _SILENCE,
            "wal_retrieve_retry_interval": "1s",
            **{name: value for name, value in given.items() if name not in _ALL_MEMBERS},
        },
    }
