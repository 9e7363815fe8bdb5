"""What every component shares: the forms of its input and output. No component knows another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from resee_operator.stages import Resolved

Manifest = dict[str, Any]


class Reason(StrEnum):
    """Why a verdict is what it is; the words are those of a condition's reason."""

    READY = "Ready"
    SUSPENDED = "Suspended"
    CLOSED = "Closed"
    NOT_NEEDED = "NotNeeded"
    MISSING = "Missing"
    NOT_OBSERVED = "NotObserved"
    ROLLING_OUT = "RollingOut"
    RUNNING = "Running"
    WAITING_FOR_FIRST_RUN = "WaitingForFirstRun"
    UNSCHEDULABLE = "Unschedulable"
    IMAGE_PULL_FAILED = "ImagePullFailed"
    CONFIG_ERROR = "ConfigError"
    CRASH_LOOPING = "CrashLooping"
    OUT_OF_MEMORY = "OutOfMemory"
    PODS_REFUSED = "PodsRefused"
    ROLLOUT_STUCK = "RolloutStuck"
    JOB_FAILED = "JobFailed"
    UPGRADING = "Upgrading"
    ROTATING = "Rotating"
    PREFLIGHT_FAILED = "PreflightFailed"
    BACKUP_FAILED = "BackupFailed"
    ROLLED_BACK = "RolledBack"
    UPGRADE_STUCK = "UpgradeStuck"
    VERSION_REFUSED = "VersionRefused"
    RESTORE_RUNNING = "RestoreRunning"
    RESTORE_FAILED = "RestoreFailed"
    BACKUP_TOO_OLD = "BackupTooOld"
    SECRET_MISSING = "SecretMissing"  # noqa: S105 - a word, no secret
    SECRET_INCOMPLETE = "SecretIncomplete"  # noqa: S105 - a word, no secret

    @property
    def needs_action(self) -> bool:
        """Whether somebody must act; the others are fine or pass by themselves."""
        return self in _NEEDS_ACTION


_NEEDS_ACTION = frozenset(
    {
        Reason.UNSCHEDULABLE,
        Reason.IMAGE_PULL_FAILED,
        Reason.CONFIG_ERROR,
        Reason.CRASH_LOOPING,
        Reason.OUT_OF_MEMORY,
        Reason.PODS_REFUSED,
        Reason.ROLLOUT_STUCK,
        Reason.JOB_FAILED,
        Reason.PREFLIGHT_FAILED,
        Reason.BACKUP_FAILED,
        Reason.ROLLED_BACK,
        Reason.UPGRADE_STUCK,
        Reason.VERSION_REFUSED,
        Reason.RESTORE_FAILED,
        Reason.BACKUP_TOO_OLD,
        Reason.SECRET_MISSING,
        Reason.SECRET_INCOMPLETE,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a component does its work, as a reason and one sentence for people.

    ``data`` holds what goes into the status under the same names: ``{"replicas": {"web": "2/2"}}`` (ready and
    wanted Pods by component), ``{"backup": {"lastSuccess": …}}``.
    """

    healthy: bool
    reason: Reason
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the manifests depend on and the custom resource does not say.

    ``secrets`` maps the name of every Secret in ``Resolved.secret_names`` to its decoded data; a Secret that
    does not exist is absent.
    """

    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Live(Protocol):
    """Read-only view of the objects of one deployment as they are in the cluster."""

    def get(self, kind: str, name: str) -> Manifest | None:
        """The object, or None where it does not exist."""

    def has(self, kind: str, name: str) -> bool:
        """Whether the object exists; takes less than reading it."""

    def pods(self, component: str) -> Sequence[Manifest]:
        """The Pods whose label app.kubernetes.io/component is ``component``."""

    def secret(self, name: str) -> Mapping[str, str] | None:
        """Decoded data of a Secret in ``Resolved.secret_names``, ours or the user's; None where it does not
        exist."""


class Provider(Protocol):
    """One way to run a component: a module with these functions."""

    def objects(self, resolved: Resolved, facts: Facts) -> list[Manifest]:
        """What should exist, complete and exact, in the order in which it is best applied."""

    def health(self, resolved: Resolved, live: Live) -> Verdict:
        """Whether it does its work."""


class Component(Provider, Protocol):
    """A box of the architecture: a module with these names."""

    NAME: str
    CONDITION: str | None
    """The condition of the status that tells this component's health; None where none does."""
