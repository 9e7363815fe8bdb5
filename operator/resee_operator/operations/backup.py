"""Backups that are asked for, and how old the newest may be: ReseeBackup, and status.backup as a whole.

A ReseeBackup becomes a Job. What its Pod says goes into its status; the Job goes when that is written. Where
the Pod is gone before it was read, nobody knows whether there is a backup, and it is made once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from resee_operator.api.requests import BackupPhase
from resee_operator.components import backup, drill
from resee_operator.components.backup_program import COMPONENT, job
from resee_operator.components.base import Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, Run, run_of
from resee_operator.components.pods import digest
from resee_operator.operations.base import Course, Live, StatusWrite
from resee_operator.stages import Resolved

NAME = "backup"
KIND: Final = "ReseeBackup"
ENDED: Final = (BackupPhase.SUCCEEDED, BackupPhase.FAILED)

_RETRIES: Final = 2
_SHOWN: Final = 1000
"""Characters of a message that a status takes."""
_STEPS: Final = 48
"""Parts of the limit in which the age of the newest backup is told: each is a write."""
_SOON: Final = 1800
"""Seconds; what is further away is seen by the regular look at every deployment."""
_JUDGED: Final = (Reason.READY, Reason.WAITING_FOR_FIRST_RUN, Reason.JOB_FAILED)
"""What the regular backup may be found as, for the others to count beside it."""

Facts = dict[str, Any]


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Make what was asked for, one after another; then say how the backups are."""
    for write, wanted in _requests(course.resolved, live, now):
        course = course.further(writes=[write], objects=wanted)
    return _state(course, live, now)


def _requests(resolved: Resolved, live: Live, now: datetime) -> Iterator[tuple[StatusWrite, list[Manifest]]]:
    """What is still to be made: what its status should say, and the Job."""
    open_ones = sorted(
        (request for request in live.all_of(KIND) if _phase(request) not in ENDED),
        key=lambda request: (request["metadata"].get("creationTimestamp", ""), request["metadata"]["name"]),
    )
    for position, request in enumerate(open_ones):
        waits = _obstacle(resolved, open_ones[0]["metadata"]["name"] if position else "")
        if waits:
            change = {"phase": BackupPhase.WAITING.value, "message": waits}
            yield StatusWrite(KIND, request["metadata"]["name"], change), []
        else:
            yield _carry_out(resolved, live, request, now)


def _obstacle(resolved: Resolved, before: str) -> str:
    if before:
        return f"waits for {KIND} {before}"
    if resolved.suspended:
        return "waits until spec.suspend is false"
    return "waits for the restore that is under way" if resolved.closed else ""


def _carry_out(
    resolved: Resolved, live: Live, request: Manifest, now: datetime
) -> tuple[StatusWrite, list[Manifest]]:
    name = request["metadata"]["name"]
    job_name = resolved.child(f"backup-{digest(request['metadata'].get('uid', name))[:8]}")
    run = run_of(live, job_name, COMPONENT)
    lost = run.phase is JobPhase.COMPLETE and not run.result
    wanted = [] if lost else [job(resolved, job_name, backup.dump(resolved), _RETRIES)]
    return StatusWrite(KIND, name, _told(request, run, now)), wanted


def _told(request: Manifest, run: Run, now: datetime) -> dict[str, Any]:
    started = (request.get("status") or {}).get("started") or moment(now)
    if run.phase is JobPhase.FAILED:
        why = run.why[:_SHOWN]
        return {
            "phase": BackupPhase.FAILED.value,
            "message": why,
            "started": started,
            "finished": moment(now),
        }
    if run.phase is JobPhase.COMPLETE and run.result:
        said = run.result
        facts = {
            "backup": said.get("backup"),
            "location": said.get("location"),
            "sizeBytes": said.get("sizeBytes"),
            "checksum": said.get("sha256"),
            "verified": said.get("verified"),
        }
        ended = {"phase": BackupPhase.SUCCEEDED.value, "message": "made, and read back as a whole"}
        return {**ended, "started": started, "finished": run.at or moment(now), **_given(facts)}
    return {
        "phase": BackupPhase.RUNNING.value,
        "message": run.why[:_SHOWN] or "is being made",
        "started": started,
    }


def _asked(course: Course, live: Live) -> Iterator[Facts]:
    """What backups that were asked for have come to, those of this pass among them."""
    told = [write.change for write in course.writes if write.kind == KIND]
    for status in (*(request.get("status") or {} for request in live.all_of(KIND)), *told):
        if status.get("phase") == BackupPhase.FAILED and "finished" in status:
            yield {"lastFailure": status["finished"]}
        elif status.get("phase") == BackupPhase.SUCCEEDED:
            names = {"finished": "lastSuccess", "verified": "lastVerified"}
            kept = ("location", "sizeBytes", *names)
            yield {names.get(name, name): status[name] for name in kept if name in status}


def _state(course: Course, live: Live, now: datetime) -> Course:
    """What status.backup and BackupHealthy say, of scheduled and other backups and of drills together."""
    resolved, resee = course.resolved, live.resee or {}
    old: Facts = (resee.get("status") or {}).get("backup") or {}
    regular, trial = backup.health(resolved, live), drill.health(resolved, live)
    news = [verdict.data.get("backup", {}) for verdict in (regular, trial)]
    facts = merged(old, [*news, *_asked(course, live)])
    since = facts.get("lastVerified") or resee.get("metadata", {}).get("creationTimestamp")
    age = max(0, int((now - parsed(since)).total_seconds())) if since else 0
    if facts.get("lastVerified"):
        step = max(60, resolved.backup.rpo_limit // _STEPS)
        facts["rpoSeconds"] = age // step * step
    course = course.further(status={"backup": facts} if facts else {})
    if not resolved.backup.enabled or resolved.suspended or regular.reason not in _JUDGED:
        return course
    verdict = _judge(resolved, regular, facts, age)
    left = resolved.backup.rpo_limit - age + 1
    again = float(left) if 0 < left < _SOON else None
    return course.further(verdicts={backup.NAME: verdict} if verdict else {}, again=again)


def _judge(resolved: Resolved, regular: Verdict, facts: Facts, age: int) -> Verdict | None:
    """Another answer than the regular backup's own; None where that one stands."""
    failed, made = facts.get("lastFailure", ""), facts.get("lastSuccess", "")
    limit = resolved.backup.rpo_limit
    if age > limit:
        what = (
            f"the newest verified backup is of {facts['lastVerified']}"
            if facts.get("lastVerified")
            else "none yet"
        )
        message = (
            f"no verified backup for {age // 3600} h, the limit is {limit / 3600:g} h ({what}): {_REMEDY}"
        )
        return Verdict(False, Reason.BACKUP_TOO_OLD, message, regular.data)
    if regular.reason is Reason.JOB_FAILED and made > failed:
        return Verdict(True, Reason.READY, f"a backup was made at {made}, after one had failed", regular.data)
    if regular.healthy and failed > made:
        message = f"the backup of {failed} failed: kubectl get reseebackups says why"
        return Verdict(False, Reason.JOB_FAILED, message, regular.data)
    return None


_REMEDY: Final = "read why the backups fail, then make one by a ReseeBackup"


def merged(old: Mapping[str, Any], news: Sequence[Mapping[str, Any]]) -> Facts:
    """What is known of the backups: of every time the latest, and size and place of the last good one.

    What a CronJob remembers may be older than what is known of a backup that somebody asked for.
    """
    facts = dict(old)
    for part in news:
        later = dict(part)
        if str(part.get("lastSuccess", "9")) < str(facts.get("lastSuccess", "")):
            for name in ("lastSuccess", "location", "sizeBytes"):
                later.pop(name, None)
        for name in ("lastFailure", "lastVerified", "lastDrill", "lastDrillFailure"):
            if str(later.get(name, "9")) < str(facts.get(name, "")):
                later.pop(name, None)
        facts |= later
    return facts


def moment(now: datetime) -> str:
    """A time as a status writes it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text: str) -> datetime:
    """A time as Kubernetes or the backup program writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _phase(request: Manifest) -> str:
    return str((request.get("status") or {}).get("phase", ""))


def _given(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, "")}
