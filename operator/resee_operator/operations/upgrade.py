"""Another backend image: preflight, backup, migration, then the rollout, and back where that is allowed.

Until the database is migrated everything is kept as it runs, by the images that the status remembers, so that
repairs and other changes go on meanwhile. The front end comes last: the new one may need the new API.

The Jobs stay until the end: where a kill took the last write of the status, they lead to the same phase.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from resee_operator.api.lifecycle import UpgradeBackup
from resee_operator.components import backup, migration, postgres
from resee_operator.components.base import Facts, Manifest, Reason, Verdict
from resee_operator.components.jobs import JobPhase, Run, run_of
from resee_operator.components.pods import digest
from resee_operator.operations.base import Course, Live
from resee_operator.stages import Resolved

NAME = "upgrade"

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_UNDER_WAY: Final = frozenset({"Preflight", "Backup", "Migrating", "Rolling", "Stuck", "RolledBack"})
_RETRY: Final = "delete the Job to try again as it is"
_LONGEST: Final = 2000
"""Characters of a message; the status holds 2048."""
_UNSEEN: Final[Mapping[str, Any]] = {"migrations": ["unknown, since the preflight's Pod is gone"]}
"""What counts as found where nobody can tell any more: the careful guess."""

Memory = dict[str, Any]


@dataclass(frozen=True)
class _Walk:
    """One look at an upgrade: what runs, what is wanted, and what is remembered."""

    course: Course
    live: Live
    now: datetime
    old: Resolved
    new: Resolved
    memory: Memory

    @property
    def since(self) -> datetime:
        """When the phase began."""
        return datetime.strptime(self.memory["since"], _FORM).replace(tzinfo=UTC)

    @property
    def backup_name(self) -> str:
        """Name of the Job that backs up before this upgrade."""
        return self.old.child(f"backup-upgrade-{digest([self.new.images.backend, self.old.version])[:10]}")

    @property
    def jobs(self) -> tuple[Manifest, ...]:
        """The Jobs before the migration, as far as the upgrade has come."""
        look = migration.preflight(self.new)
        if self.memory["phase"] == "Preflight" or not _wants_backup(self):
            return (look,)
        return look, backup.job(self.old, self.backup_name)

    def enter(self, phase: str, **more: Any) -> Course:
        """Go on with another phase."""
        since = self.now.strftime(_FORM)
        return _STEPS[phase](replace(self, memory={**self.memory, "phase": phase, "since": since, **more}))

    def waits(
        self, message: str, *, reason: Reason = Reason.UPGRADING, objects: tuple[Manifest, ...] = ()
    ) -> Course:
        """Everything as it ran, beside what this phase needs."""
        return self.course.further(
            resolved=self.old,
            objects=objects,
            status={NAME: {**self.memory, "message": message[:_LONGEST]}},
            verdicts={NAME: Verdict(False, reason, message)},
            notes=_notes(self),
        )


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Lead from the version that runs to the one that is wanted."""
    status = (live.resee or {}).get("status") or {}
    ran: Mapping[str, str] = status.get("images") or {}
    memory: Memory = status.get(NAME) or {}
    new = course.resolved
    if not ran.get("backend"):
        # Nothing has ever run whole: there is nothing to keep, and nothing to go back to.
        return course
    if ran["backend"] == new.images.backend:
        return _settled(course, memory, now)
    old = _as_it_ran(new, ran, str(status.get("version")))
    if new.suspended or course.blocks:
        return course.further(resolved=old)
    walk = _Walk(course, live, now, old, new, memory)
    if memory.get("image") != new.images.backend or memory.get("phase") not in _UNDER_WAY:
        first = {"fromVersion": old.version, "toVersion": new.version, "image": new.images.backend}
        return replace(walk, memory=dict(first)).enter("Preflight")
    return _STEPS[str(memory["phase"])](walk)


def _settled(course: Course, memory: Memory, now: datetime) -> Course:
    """What was wanted runs: say so once."""
    if memory.get("phase") not in _UNDER_WAY:
        return course
    end = {**memory, "phase": "Complete", "since": now.strftime(_FORM)}
    if memory.get("image") == course.resolved.images.backend:
        end["message"] = f"version {memory.get('toVersion')} runs"
    else:
        end |= {
            "phase": "Withdrawn",
            "message": f"version {course.resolved.version} is wanted again and runs",
        }
    return course.further(status={NAME: end})


def _as_it_ran(resolved: Resolved, ran: Mapping[str, str], version: str) -> Resolved:
    images = resolved.images
    was = replace(
        images,
        backend=ran["backend"],
        nginx=ran.get("nginx") or images.nginx,
        backup=ran.get("backup") or images.backup,
    )
    return replace(resolved, version=version, images=was)


def _preflight(walk: _Walk) -> Course:
    """Pull the image, check it, and learn what it would do to the database."""
    name = migration.preflight_name(walk.new)
    run = run_of(walk.live, name, migration.PREFLIGHT)
    if run.phase is JobPhase.COMPLETE:
        found = run.result or _UNSEEN
        plan = {key: list(found.get(key, ())) for key in ("migrations", "statements")}
        return walk.enter("Backup", **plan)
    if run.phase is JobPhase.ABSENT and (away := _no_database(walk)):
        return away
    if run.phase is JobPhase.FAILED:
        message = (
            f"version {walk.new.version} cannot be upgraded to ({run.said}): correct spec.version or "
            f"spec.images, or {_RETRY} ({name}); version {walk.old.version} runs on"
        )
        return walk.waits(message, reason=Reason.PREFLIGHT_FAILED, objects=walk.jobs)
    return _running(walk, run, f"preflight of version {walk.new.version}")


def _backup(walk: _Walk) -> Course:
    """Back the database up where that is asked for and there is something to lose."""
    if not _wants_backup(walk):
        return walk.enter("Migrating")
    name = walk.backup_name
    run = run_of(walk.live, name, backup.NAME)
    if run.phase is JobPhase.COMPLETE:
        return walk.enter("Migrating")
    if run.phase is JobPhase.FAILED:
        message = (
            f"the backup before version {walk.new.version} failed ({run.said}): correct spec.backup, or set "
            f"spec.upgrade.backup to Never, or {_RETRY} ({name}); version {walk.old.version} runs on"
        )
        return walk.waits(message, reason=Reason.BACKUP_FAILED, objects=walk.jobs)
    return _running(walk, run, f"backup before version {walk.new.version}")


def _no_database(walk: _Walk) -> Course | None:
    """A Job that starts while the database is away would use its attempts up."""
    verdict = postgres.health(walk.old, walk.live)
    if verdict.healthy:
        return None
    return walk.waits(f"version {walk.new.version} waits for the database: {verdict.message}")


def _wants_backup(walk: _Walk) -> bool:
    wanted = walk.new.upgrade.backup
    if not walk.new.backup.enabled or wanted is UpgradeBackup.NEVER:
        return False
    return wanted is UpgradeBackup.ALWAYS or bool(walk.memory.get("migrations"))


def _migrate(walk: _Walk) -> Course:
    """Migrate, while the version before still serves."""
    name = walk.new.database.secret_name
    facts = Facts({name: walk.live.secret(name) or {}})
    jobs = (*walk.jobs, *migration.objects(walk.new, facts))
    verdict = migration.health(walk.new, walk.live)
    if verdict.healthy:
        return walk.enter("Rolling")
    if verdict.reason is Reason.MISSING and (away := _no_database(walk)):
        return away
    reason = verdict.reason if verdict.reason.needs_action else Reason.UPGRADING
    message = f"migration to version {walk.new.version}: {verdict.message}"
    return walk.waits(message, reason=reason, objects=jobs)


def _roll(walk: _Walk) -> Course:
    """Web, workers and beat, in the order of the gates; the front end when they run."""
    images = replace(walk.new.images, nginx=walk.old.images.nginx)
    resolved = replace(walk.new, images=images)
    left = walk.since + timedelta(seconds=walk.new.upgrade.timeout) - walk.now
    if walk.memory["phase"] == "Stuck":
        verdict = Verdict(False, Reason.UPGRADE_STUCK, str(walk.memory.get("message")))
        status = {NAME: walk.memory}
        return walk.course.further(
            resolved=resolved, objects=walk.jobs, status=status, verdicts={NAME: verdict}
        )
    if left <= timedelta():
        return _too_late(walk)
    message = f"version {walk.new.version} is rolled out: web, then workers, then beat, then the front end"
    status = {NAME: {**walk.memory, "message": message}}
    return walk.course.further(
        resolved=resolved, objects=walk.jobs, status=status, again=left.total_seconds()
    )


def _too_late(walk: _Walk) -> Course:
    """Go back, unless the database has been migrated for the new version."""
    late = f"version {walk.new.version} did not become ready within {walk.new.upgrade.timeout} s"
    remedy = "correct spec.version or what keeps its Pods from becoming ready"
    migrated = walk.memory.get("migrations")
    if migrated:
        message = (
            f"{late}, and version {walk.old.version} is not put back, since the database was migrated "
            f"({', '.join(migrated[:5])}{', …' if len(migrated) > 5 else ''}): {remedy}"
        )
        return walk.enter("Stuck", message=message)
    return walk.enter("RolledBack", message=f"{late}: version {walk.old.version} runs again; {remedy}")


def _notes(walk: _Walk) -> list[str]:
    """What the upgrade does, and to the database statement by statement, as far as its preflight has told."""
    steps = ("preflight", "backup" if _wants_backup(walk) else "", "migration", "web, workers, beat, nginx")
    order = " -> ".join(step for step in steps if step)
    statements = walk.memory.get("statements", ())
    return [
        f"upgrade from {walk.old.version} to {walk.new.version}: {order}",
        *(f"    {one['migration']}: {one['sql']}  [lock: {one['lock']}]" for one in statements),
    ]


def _stay_back(walk: _Walk) -> Course:
    """The version before runs, until another one is wanted."""
    return walk.waits(str(walk.memory.get("message")), reason=Reason.ROLLED_BACK)


def _running(walk: _Walk, run: Run, what: str) -> Course:
    if run.trouble:
        return walk.waits(f"{what}: {run.trouble.sentence}", reason=run.trouble.reason, objects=walk.jobs)
    return walk.waits(f"{what} is under way; version {walk.old.version} serves", objects=walk.jobs)


_STEPS: Final[Mapping[str, Callable[[_Walk], Course]]] = {
    "Preflight": _preflight,
    "Backup": _backup,
    "Migrating": _migrate,
    "Rolling": _roll,
    "Stuck": _roll,
    "RolledBack": _stay_back,
}
