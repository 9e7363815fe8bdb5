"""Errors that devcluster shows to its user: one sentence of what is wrong, one of what to do.

`UsageError` means that the machine or the command line must change first (exit code 2); `ClusterError`
means that something which should have worked did not (exit code 1).
"""

from __future__ import annotations


class DevclusterError(Exception):
    """Base of both: `problem` says what is wrong and where, `remedy` what to do."""

    exit_code = 1

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem = problem
        self.remedy = remedy


class UsageError(DevclusterError):
    """The machine, its tools or the arguments do not allow it."""

    exit_code = 2


class ClusterError(DevclusterError):
    """A step failed that should have worked."""
