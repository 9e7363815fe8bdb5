"""How a Job of ours stands, and what its Pod said at its end: a line of JSON, else its last lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from resee_operator.components.base import Live, Manifest
from resee_operator.components.troubles import Trouble, find_trouble

JOB_LABEL: Final = "batch.kubernetes.io/job-name"
"""Label by which Kubernetes marks the Pods of a Job."""
SAYS_ITS_END: Final = "FallbackToLogsOnError"
"""terminationMessagePolicy by which the end of the log becomes the message of a container that failed."""
_LINES: Final = 3
_LONGEST: Final = 400


class JobPhase(StrEnum):
    """Where a Job stands."""

    ABSENT = "Absent"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A Job and its Pods.

    Args:
        phase: where it stands.
        said: of a failed one, what its newest Pod said last, or Kubernetes' own words.
        result: the JSON that its newest Pod left, None where there is none.
        trouble: what keeps its Pod from running.
        at: when that Pod ended, as RFC 3339 writes it; empty where none has.
    """

    phase: JobPhase
    said: str = ""
    result: Mapping[str, Any] | None = None
    trouble: Trouble | None = None
    at: str = ""

    @property
    def why(self) -> str:
        """What went wrong, or keeps it from running; empty where nothing does."""
        return self.said or (self.trouble.sentence if self.trouble else "")


@dataclass(frozen=True, slots=True)
class Result:
    """The JSON that a Pod left, and when it ended, as RFC 3339 writes it."""

    said: Mapping[str, Any]
    at: str

    @property
    def ok(self) -> bool:
        return self.said.get("ok") is True

    @property
    def why(self) -> str:
        """Message and remedy."""
        return _told(self.said)


def run_of(live: Live, name: str, component: str) -> Run:
    """How the Job stands.

    Args:
        live: the objects of the deployment.
        name: of the Job.
        component: label of its Pods.
    """
    job = live.get("Job", name)
    if job is None or job["metadata"].get("deletionTimestamp"):
        return Run(JobPhase.ABSENT)
    pods = [pod for pod in live.pods(component) if pod["metadata"].get("labels", {}).get(JOB_LABEL) == name]
    ended = {
        condition["type"]: condition
        for condition in job.get("status", {}).get("conditions", [])
        if condition.get("status") == "True"
    }
    at, said = max(_ends(pods), default=("", ""))
    if "Complete" in ended:
        if not said and any(pod.get("status", {}).get("phase") == "Running" for pod in pods):
            # Its Pods are watched apart: their end is still to be seen.
            return Run(JobPhase.RUNNING)
        return Run(JobPhase.COMPLETE, result=_result(said), at=at)
    if "Failed" in ended:
        result = _result(said)
        words = _told(result) or _tail(said) or ended["Failed"].get("message", "no message")
        return Run(JobPhase.FAILED, words, result, at=at)
    return Run(JobPhase.RUNNING, trouble=find_trouble(pods))


def results(pods: Sequence[Manifest]) -> list[Result]:
    """The results that Pods left, in no order."""
    found = [(at, _result(said)) for at, said in _ends(pods)]
    return [Result(result, at) for at, result in found if result is not None]


def _ends(pods: Sequence[Manifest]) -> list[tuple[str, str]]:
    """When containers ended and what they said last."""
    return [
        (str(ended.get("finishedAt", "")), str(ended.get("message", "")))
        for pod in pods
        for container in pod.get("status", {}).get("containerStatuses", [])
        if (ended := container.get("state", {}).get("terminated"))
    ]


def _result(said: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(said)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _told(result: Mapping[str, Any] | None) -> str:
    return "; ".join(str(result[key]) for key in ("message", "remedy") if result.get(key)) if result else ""


def _tail(said: str) -> str:
    lines = [line.strip() for line in said.strip().splitlines() if line.strip()]
    text = " | ".join(lines[-_LINES:])
    return text if len(text) <= _LONGEST else f"…{text[-_LONGEST:]}"
