"""The Jobs of a rotation: PostgreSQL's login roles, made and refused by psql; no password among its words."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.api.data import DatabaseProvider
from resee_operator.components.base import Manifest
from resee_operator.components.credentials import DATABASE_USER
from resee_operator.components.pods import secret_variable
from resee_operator.components.rotation_jobs import job
from resee_operator.components.topology import member_names
from resee_operator.stages import Resolved

ROLES: Final = (f"{DATABASE_USER}_a", f"{DATABASE_USER}_b")
"""Login roles that take turns."""

_SUPERUSER: Final = "postgres"
_PATIENCE: Final = "3"
"""Seconds in which a server takes a connection."""
_LOG_IN: Final = """
set -eu
export PGUSER="${PGUSER:-${LOGIN_IN_USE:-$OWNER}}"
export PGPASSWORD="${PGPASSWORD:-${LOGIN_PASSWORD:-$OWNER_PASSWORD}}"
"""
_QUIET: Final = """
SET log_statement TO none;
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO panic;
\\getenv owner OWNER
\\getenv password NEW_PASSWORD
\\getenv role LOGIN_ROLE
"""
_PSQL: Final = """
psql --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 <<'SQL'
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
_PROVE: Final = """
for server in $SERVERS; do
    echo "$LOGIN_ROLE logs in at $server"
    until PGPASSWORD=$NEW_PASSWORD psql --no-psqlrc --no-password --quiet \\
        --host="$server" --username="$LOGIN_ROLE" --command='SELECT current_user'; do sleep 1; done
done
"""
"""A replica has the role a moment later."""
_ACROSS: Final = (
    _PSQL
    + """
\\getenv owner OWNER
GRANT pg_signal_backend TO :"owner";
SQL
"""
)
"""An owner that is no superuser has to be let end the sessions of the login roles, as a restore does."""
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
_NO_OWNER: Final = (
    _PSQL
    + """
\\getenv owner OWNER
ALTER ROLE :"owner" NOLOGIN;
SQL
"""
)
"""Across zones nobody logs in by the owner any more; whoever becomes primary leaves it so
(resee_patroni/roles.py)."""


def other(role: str | None) -> str:
    """The login role whose turn it is after the given one."""
    return ROLES[1] if role == ROLES[0] else ROLES[0]


def accept(resolved: Resolved, role: str, asked: str) -> Manifest:
    """Let a role log in by the new password, and be the owner once it is in."""
    secret = resolved.database.secret_name
    servers = member_names(resolved.name, "postgres") if _across(resolved) else [resolved.child("postgres")]
    env = [
        secret_variable("NEW_PASSWORD", secret, "next-password"),
        {"name": "LOGIN_ROLE", "value": role},
        {"name": "SERVERS", "value": " ".join(servers)},
    ]
    script = _ACCEPT + (_ACROSS if _across(resolved) else "") + _PROVE
    return _job(resolved, "accept", asked, script, env)


def refuse(resolved: Resolved, asked: str) -> Manifest:
    """Refuse the login role that is not in use, and the owner's old password."""
    secret = resolved.database.secret_name
    env = [
        secret_variable("NEW_PASSWORD", secret, "next-owner-password"),
        secret_variable("USED", secret, "login"),
        {"name": "ROLE_A", "value": ROLES[0]},
        {"name": "ROLE_B", "value": ROLES[1]},
    ]
    choose = '[ "$USED" = "$ROLE_A" ] && LOGIN_ROLE=$ROLE_B || LOGIN_ROLE=$ROLE_A\nexport LOGIN_ROLE\n'
    script = choose + _REFUSE + (_NO_OWNER if _across(resolved) else "")
    return _job(resolved, "refuse", asked, script, env)


def _job(resolved: Resolved, name: str, asked: str, script: str, env: list[dict[str, Any]]) -> Manifest:
    secret = resolved.database.secret_name
    variables = [
        secret_variable("PGHOST", secret, "host"),
        secret_variable("PGPORT", secret, "port"),
        secret_variable("OWNER", secret, "username"),
        {"name": "PGDATABASE", "value": "postgres"},
        {"name": "PGCONNECT_TIMEOUT", "value": _PATIENCE},
        *_login(resolved),
        *env,
    ]
    return job(resolved, name, asked, resolved.images.postgres, _LOG_IN + script, variables)


def _login(resolved: Resolved) -> list[dict[str, Any]]:
    """By whom roles are changed: across zones the superuser; else the owner, who is one, or the login role in
    use, which becomes the owner."""
    secret = resolved.database.secret_name
    if _across(resolved):
        return [
            {"name": "PGUSER", "value": _SUPERUSER},
            secret_variable("PGPASSWORD", secret, "superuser-password"),
        ]
    return [
        secret_variable("OWNER_PASSWORD", secret, "password"),
        # Where there was a rotation before.
        secret_variable("LOGIN_IN_USE", secret, "login", optional=True),
        secret_variable("LOGIN_PASSWORD", secret, "login-password", optional=True),
    ]


def _across(resolved: Resolved) -> bool:
    return resolved.database.provider is DatabaseProvider.PATRONI
