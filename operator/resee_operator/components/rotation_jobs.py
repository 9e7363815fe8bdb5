"""The Jobs of a rotation: PostgreSQL's login roles, made and refused by psql; no password among its words."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Manifest
from resee_operator.components.credentials import DATABASE_USER
from resee_operator.components.pods import DATA_USER, Container, Pod, digest, secret_variable
from resee_operator.stages import Resolved

COMPONENT: Final = "rotation"
ROLES: Final = (f"{DATABASE_USER}_a", f"{DATABASE_USER}_b")
"""Login roles that take turns."""

_RETRIES: Final = 3
_DEADLINE: Final = 600
"""Time for all attempts, in seconds; each is a few statements."""
_QUIET: Final = """
SET log_statement TO none;
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO panic;
\\getenv owner OWNER
\\getenv password NEW_PASSWORD
\\getenv role LOGIN_ROLE
"""
_PSQL: Final = """
exec psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 <<'SQL'
"""
_ACCEPT: Final = (
    _PSQL
    + _QUIET
    + """
SELECT format('CREATE ROLE %I', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
GRANT :"owner" TO :"role";
ALTER ROLE :"role" LOGIN PASSWORD :'password';
ALTER ROLE :"role" SET role TO :'owner';
SQL
"""
)
_REFUSE: Final = (
    _PSQL
    + _QUIET
    + """
SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname)
    FROM pg_roles WHERE rolname = :'role' \\gexec
ALTER ROLE :"owner" PASSWORD :'password';
SQL
"""
)


def other(role: str | None) -> str:
    """The login role whose turn it is after the given one."""
    return ROLES[1] if role == ROLES[0] else ROLES[0]


def accept(resolved: Resolved, role: str, asked: str) -> Manifest:
    """Let a role log in by the new password, and be the owner once it is in."""
    secret = resolved.database.secret_name
    env = [
        secret_variable("NEW_PASSWORD", secret, "next-password"),
        # The login in use, where there was a rotation before; else the owner's own.
        secret_variable("PGUSER_LOGIN", secret, "login", optional=True),
        secret_variable("PGPASSWORD_LOGIN", secret, "login-password", optional=True),
        {"name": "LOGIN_ROLE", "value": role},
    ]
    return _job(resolved, "accept", asked, _ACCEPT, env)


def refuse(resolved: Resolved, asked: str) -> Manifest:
    """Refuse the login role that is not in use, and the owner's old password."""
    secret = resolved.database.secret_name
    env = [
        secret_variable("NEW_PASSWORD", secret, "next-owner-password"),
        secret_variable("PGUSER_LOGIN", secret, "login"),
        secret_variable("PGPASSWORD_LOGIN", secret, "login-password"),
        {"name": "ROLE_A", "value": ROLES[0]},
        {"name": "ROLE_B", "value": ROLES[1]},
    ]
    choose = (
        '[ "$PGUSER_LOGIN" = "$ROLE_A" ] && LOGIN_ROLE=$ROLE_B || LOGIN_ROLE=$ROLE_A\nexport LOGIN_ROLE\n'
    )
    return _job(resolved, "refuse", asked, choose + _REFUSE, env)


def _job(resolved: Resolved, name: str, asked: str, script: str, env: list[dict[str, Any]]) -> Manifest:
    secret = resolved.database.secret_name
    login = 'export PGUSER="${PGUSER_LOGIN:-$OWNER}" PGPASSWORD="${PGPASSWORD_LOGIN:-$OWNER_PASSWORD}"\n'
    container = Container(
        name=COMPONENT,
        image=resolved.images.postgres,
        command=["sh", "-c", login + script],
        env=[
            secret_variable("PGHOST", secret, "host"),
            secret_variable("PGPORT", secret, "port"),
            secret_variable("OWNER", secret, "username"),
            secret_variable("OWNER_PASSWORD", secret, "password"),
            {"name": "PGDATABASE", "value": "postgres"},
            *env,
        ],
        says_its_end=True,
    )
    pod = Pod(
        component=COMPONENT,
        container=container,
        settings=resolved.migration,
        user=DATA_USER,
        restart_policy="Never",
        service_account="migration",
    )
    template = {"metadata": {"labels": meta.labels(resolved, COMPONENT)}, "spec": pod.spec(resolved)}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, resolved.child(f"{name}-{digest([asked])[:10]}"), COMPONENT),
        "spec": {"backoffLimit": _RETRIES, "activeDeadlineSeconds": _DEADLINE, "template": template},
    }
