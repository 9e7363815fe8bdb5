"""The Jobs that look at a database or Redis of somebody else: whether Resee can run on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.components import backend, meta, postgres, redis
from resee_operator.components.base import Manifest
from resee_operator.components.pods import Pod, digest
from resee_operator.stages import Resolved

COMPONENT: Final = "check"
"""Label of the Pods."""
_DEADLINE: Final = 300
"""Time for a look with the pull of its image, in seconds; the program itself waits for 5 at most."""


@dataclass(frozen=True, slots=True)
class Check:
    """A server to be looked at.

    Args:
        name: as the status and the program call it.
        component: whose verdict the answer is.
        secret: that names the server.
        keys: of the Secret, those that the look depends on.
        field: where the Secret is named.
        encrypted: whether the connection must be.
    """

    name: str
    component: str
    secret: str
    keys: tuple[str, ...]
    field: str
    encrypted: bool

    @property
    def place(self) -> str:
        """What names the server, for a sentence."""
        return f"Secret {self.secret} of {self.field}"


def wanted(resolved: Resolved) -> tuple[Check, ...]:
    """The servers that are not ours."""
    checks = []
    database, server = resolved.database, resolved.redis
    if database.provider == DatabaseProvider.EXTERNAL:
        place = "spec.database.external.secretName"
        keys: tuple[str, ...] = postgres.external.KEYS
        checks.append(
            Check("database", postgres.NAME, database.secret_name, keys, place, database.tls_required)
        )
    if server.provider == RedisProvider.EXTERNAL:
        place = "spec.redis.external.secretName"
        keys = redis.external.KEYS
        checks.append(Check("redis", redis.NAME, server.secret_name, keys, place, server.tls_required))
    return tuple(checks)


def identity(resolved: Resolved, check: Check, secret: Mapping[str, str]) -> str:
    """A short name for all that the answer depends on: another one asks for another look."""
    return digest([_pod(resolved, check).spec(resolved), [secret.get(key) for key in check.keys]])


def job(resolved: Resolved, check: Check, look: str) -> Manifest:
    """The Job of one look; ``look`` tells it from the others."""
    template = {
        "metadata": {"labels": meta.labels(resolved, COMPONENT)},
        "spec": _pod(resolved, check).spec(resolved),
    }
    name = resolved.child(f"check-{check.name}-{digest(look)[:10]}")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta.metadata(resolved, name, COMPONENT),
        "spec": {"backoffLimit": 0, "activeDeadlineSeconds": _DEADLINE, "template": template},
    }


def _pod(resolved: Resolved, check: Check) -> Pod:
    asked = "require" if check.encrypted else "advise"
    command = ("python3", "manage.py", "check_server", check.name, "--encryption", asked)
    report = ("--report", "/dev/termination-log")
    container = backend.container(resolved, COMPONENT, (*command, *report), says_its_end=True)
    return Pod(
        component=COMPONENT,
        container=container,
        settings=resolved.migration,
        restart_policy="Never",
        service_account="migration",
    )
