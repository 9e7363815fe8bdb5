"""Whether the runs of a CronJob end well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resee_operator.components.base import Manifest, Reason
from resee_operator.components.jobs import Result, results
from resee_operator.components.troubles import find_trouble


@dataclass(frozen=True, slots=True)
class Found:
    """How the runs fare; ``failed`` is the time of the last one where that one failed."""

    healthy: bool
    reason: Reason
    message: str
    failed: str = ""


def judge_runs(cron_job: Manifest, pods: Sequence[Manifest], what: str, due: str) -> Found:
    """Whether the last run that was due has ended well.

    Args:
        cron_job: as it is in the cluster.
        pods: those of its runs, as far as they are still there.
        what: the run in a word, such as backup.
        due: the schedule for people.
    """
    status = cron_job.get("status") or {}
    if status.get("active"):
        trouble = find_trouble(pods)
        if trouble:
            return Found(False, trouble.reason, trouble.sentence)
    started, succeeded = status.get("lastScheduleTime", ""), status.get("lastSuccessfulTime", "")
    if not started:
        return Found(True, Reason.WAITING_FOR_FIRST_RUN, f"the first {what} is due by {due}")
    if started > succeeded and not status.get("active"):
        name = cron_job["metadata"]["name"]
        message = f"the {what} of {started} failed: {_why(name, results(pods))}"
        return Found(False, Reason.JOB_FAILED, message, started)
    return Found(True, Reason.READY, f"the last {what} ended at {succeeded or 'no time yet'}")


def _why(name: str, found: Sequence[Result]) -> str:
    """What the newest failed run says itself, else where to read it."""
    bad = [result for result in found if result.said.get("ok") is False]
    if not bad:
        return f"read kubectl logs of the newest Pod of CronJob {name}"
    return max(bad, key=lambda result: result.at).why
