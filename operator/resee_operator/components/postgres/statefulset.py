"""Provider StatefulSet: one PostgreSQL 15 Pod and its volume.

The volume is a claim of its own rather than a template's, so that it can grow. The Secret is the authority on
the
password: after each start of the Pod the role gets the one that stands there.
"""

from __future__ import annotations

from typing import Final

from resee_operator.components import encryption, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import DATA_USER, Container, Pod, exec_probe, secret_variable
from resee_operator.components.storage import alone, claim, stateful_set
from resee_operator.components.topology import POSTGRES_PORT
from resee_operator.components.workloads import service
from resee_operator.stages import Resolved

COMPONENT: Final = "postgres"

_DATA: Final = "/var/lib/postgresql/data"
_PGDATA: Final = f"{_DATA}/pgdata"
"""A folder below the mount: initdb refuses one that holds a lost+found."""
_SOCKETS: Final = "/var/run/postgresql"
_INITDB: Final = "--data-checksums --auth-local=trust --auth-host=scram-sha-256"
"""Broken blocks are noticed; only processes in the Pod itself need no password, the hook below among them."""
_GRACE: Final = 90
"""Time for the shutdown checkpoint, in seconds; a server that is cut off has to replay its log at the next
start."""

_START: Final = f"""{alone(_DATA)}exec docker-entrypoint.sh "$@"
"""
"""The image's own entry point, once the volume is free."""

_AFTER_START: Final = """
until pg_isready --quiet --host=127.0.0.1; do sleep 0.2; done
exec psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 \\
    --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
SET log_statement TO none;
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO panic;
\\getenv password POSTGRES_PASSWORD
\\getenv database POSTGRES_DB
ALTER ROLE CURRENT_USER PASSWORD :'password';
SELECT format('CREATE DATABASE %I', :'database')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
SQL
"""
"""Runs in the container after its start. It waits for the server on TCP, which the temporary server of the
first start does not listen on; psql takes the password from the environment, so that no command line shows
it, and the log is told not to. A first start that was cut off before its database was made is completed."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Service, volume and StatefulSet."""
    volume = claim(resolved, COMPONENT, resolved.database.volume)
    return [
        service(resolved, COMPONENT, POSTGRES_PORT, POSTGRES_PORT),
        volume,
        stateful_set(resolved, facts, _pod(resolved, str(volume["metadata"]["name"]))),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the server takes connections."""
    return verdicts.stateful_set(resolved, live, COMPONENT)


def _pod(resolved: Resolved, volume: str) -> Pod:
    return Pod(
        component=COMPONENT,
        container=_container(resolved),
        settings=resolved.database.pods,
        user=DATA_USER,
        volumes=[
            {"name": "data", "persistentVolumeClaim": {"claimName": volume}},
            {"name": "sockets", "emptyDir": {}},
            *encryption.server_volume(resolved),
        ],
        secret_files=encryption.server_files(resolved),
        grace=_GRACE,
        # Another password is given to the running server (components/rotation_database.py).
        quiet=[(resolved.database.secret_name, "password")],
    )


def _container(resolved: Resolved) -> Container:
    secret = resolved.database.secret_name
    parameters = {
        "password_encryption": "scram-sha-256",
        **encryption.server_parameters(resolved),
        **resolved.database.parameters,
    }
    return Container(
        name=COMPONENT,
        image=resolved.images.postgres,
        command=["sh", "-c", _START, COMPONENT],
        args=["postgres", *(word for item in sorted(parameters.items()) for word in ("-c", "=".join(item)))],
        env=[
            secret_variable("POSTGRES_USER", secret, "username"),
            secret_variable("POSTGRES_PASSWORD", secret, "password"),
            secret_variable("POSTGRES_DB", secret, "dbname"),
            {"name": "PGDATA", "value": _PGDATA},
            {"name": "POSTGRES_INITDB_ARGS", "value": _INITDB},
            {"name": "POSTGRES_HOST_AUTH_METHOD", "value": "scram-sha-256"},
        ],
        port=POSTGRES_PORT,
        mounts=[
            {"name": "data", "mountPath": _DATA},
            {"name": "sockets", "mountPath": _SOCKETS},
            *encryption.mounts(resolved),
        ],
        probes=_probes(),
        lifecycle={"postStart": {"exec": {"command": ["sh", "-c", _AFTER_START]}}},
    )


def _probes() -> dict[str, Manifest]:
    """A server that replays its log answers late: the start gets half an hour before it is taken for dead."""
    check = ("pg_isready", "--quiet", "--host=127.0.0.1")
    return {
        "startupProbe": exec_probe(*check, periodSeconds=2, timeoutSeconds=5, failureThreshold=900),
        "readinessProbe": exec_probe(*check, periodSeconds=5, timeoutSeconds=5, failureThreshold=3),
        "livenessProbe": exec_probe(*check, periodSeconds=20, timeoutSeconds=10, failureThreshold=6),
    }
