"""Other credentials in two phases: the new ones are accepted beside the old, then the old ones are refused.

Asked for by another text in `spec.credentials.rotate`. PostgreSQL has one password for each role, so two
login roles take turns; both become the owner of the data at once, so that all tables have one owner. Django
signs by one key and reads by several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from resee_operator.api.data import DatabaseProvider
from resee_operator.components import beat, rotation_jobs, web, worker
from resee_operator.components.base import Facts, Manifest, Reason, Verdict
from resee_operator.components.credentials import DJANGO_KEY, PASSWORD
from resee_operator.components.jobs import JobPhase, run_of
from resee_operator.components.meta import CHECKSUM_ANNOTATION
from resee_operator.operations.base import Course, Live, SecretChange

NAME = "rotation"

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_LOGIN: Final = re.compile(r"//[^@/]*@")
_SOON: Final = 0.1

Memory = dict[str, Any]


@dataclass(frozen=True)
class _Walk:
    """One look at a rotation."""

    course: Course
    live: Live
    now: datetime
    memory: Memory

    def secret(self, name: str) -> Mapping[str, str]:
        """Data of one of our own Secrets."""
        return self.live.secret(name) or {}

    @property
    def own_database(self) -> bool:
        """Whether the database's roles are ours to make."""
        return self.course.resolved.database.provider is DatabaseProvider.STATEFUL_SET

    def enter(self, phase: str) -> Course:
        """Remember the next phase. It changes the Secrets itself, in the next pass: a kill between the two
        writes then leads to the same phase again."""
        memory = {**self.memory, "phase": phase, "since": self.now.strftime(_FORM)}
        entered = replace(self, memory=memory).waits(f"credentials are rotated: {phase}")
        return replace(entered, again=_SOON)

    def waits(
        self, message: str, *objects: Manifest, reason: Reason = Reason.ROTATING, secrets: Any = ()
    ) -> Course:
        """What this phase needs, and that it is under way."""
        course = self.course.further(
            objects=objects,
            status={NAME: {**self.memory, "message": message}},
            verdicts={NAME: Verdict(False, reason, message)},
            again=_SOON if secrets else None,
        )
        return replace(course, secrets=tuple(secrets))


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Lead from the old credentials to new ones."""
    status = (live.resee or {}).get("status") or {}
    asked, memory = course.resolved.rotate, dict(status.get(NAME) or {})
    if course.blocks or course.resolved.suspended or course.resolved.closed or "upgrade" in course.verdicts:
        return course
    walk = _Walk(course, live, now, memory)
    if asked and asked != memory.get("asked"):
        if not status.get("images"):
            # What has never run has no credentials that anybody could know.
            done = {"asked": asked, "phase": "Complete", "since": now.strftime(_FORM)}
            return course.further(status={NAME: {**done, "message": "the first credentials"}})
        return replace(walk, memory={"asked": asked}).enter("Accepting")
    step = _STEPS.get(memory.get("phase", ""))
    return step(walk) if step else course


def _draw(walk: _Walk) -> list[SecretChange]:
    """New values beside those in use; the new key of Django is accepted from now on."""
    resolved = walk.course.resolved
    drawn = [SecretChange(resolved.app_secret, draw={"next-key": DJANGO_KEY})]
    if walk.own_database:
        drawn.append(SecretChange(resolved.database.secret_name, draw={"next-password": PASSWORD}))
    return drawn


def _accept(walk: _Walk) -> Course:
    """Servers and Pods accept the new credentials, and use the old ones."""
    resolved = walk.course.resolved
    app = walk.secret(resolved.app_secret)
    if "next-key" not in app or (walk.own_database and not _next_password(walk)):
        return walk.waits("new credentials are drawn", secrets=_draw(walk))
    fallbacks = ",".join([app["next-key"], *_others(app, "next-key")])
    if app.get("SECRET_KEY_FALLBACKS") != fallbacks:
        return walk.waits(
            "the new credentials are about to be accepted",
            secrets=[SecretChange(resolved.app_secret, values={"SECRET_KEY_FALLBACKS": fallbacks})],
        )
    jobs: tuple[Manifest, ...] = ()
    if walk.own_database:
        jobs = (rotation_jobs.accept(resolved, _next_role(walk), str(walk.memory["asked"])),)
        waiting = _job(walk, jobs, "the database does not accept the new login")
        if waiting:
            return waiting
    if not _rolled(walk):
        return walk.waits("the new credentials are accepted by more and more Pods", *jobs)
    return walk.enter("Switching")


def _switch(walk: _Walk) -> list[SecretChange]:
    """The new values in the place of the old ones, which stay accepted. The key comes last: it tells whether
    all is done."""
    resolved = walk.course.resolved
    app = walk.secret(resolved.app_secret)
    old = ",".join([app["SECRET_KEY"], *_others(app, "next-key")])
    key = {"SECRET_KEY": app["next-key"], "SECRET_KEY_FALLBACKS": old, "next-key": None}
    changes = [SecretChange(resolved.app_secret, values=key)]
    if walk.own_database and _next_password(walk):
        database, role = walk.secret(resolved.database.secret_name), _next_role(walk)
        login = f"//{role}:{database['next-password']}@"
        values = {
            "uri": _LOGIN.sub(login, database["uri"]),
            "login": role,
            "login-password": database["next-password"],
        }
        changed = SecretChange(resolved.database.secret_name, values={**values, "next-password": None})
        changes.insert(0, changed)
    return changes


def _wait_switched(walk: _Walk) -> Course:
    """Every Pod uses the new credentials."""
    app = walk.secret(walk.course.resolved.app_secret)
    if "next-key" in app:
        return walk.waits("the new credentials are taken into use", secrets=_switch(walk))
    if not _rolled(walk):
        return walk.waits("the new credentials are used by more and more Pods")
    if not walk.own_database:
        return walk.enter("KeepingKey")
    return walk.enter("Refusing")


def _refuse(walk: _Walk) -> Course:
    """The database refuses the old login."""
    resolved, secret = walk.course.resolved, walk.secret(_database(walk))
    if "next-owner-password" not in secret:
        drawn = SecretChange(_database(walk), draw={"next-owner-password": PASSWORD})
        return walk.waits("the owner's new password is drawn", secrets=[drawn])
    job = rotation_jobs.refuse(resolved, str(walk.memory["asked"]))
    waiting = _job(walk, (job,), "the database does not refuse the old login")
    if waiting:
        return waiting
    return walk.enter("KeepingKey")


def _keep_key(walk: _Walk) -> Course:
    """What users were given under the old key stays good for a while."""
    resolved = walk.course.resolved
    owner = walk.secret(_database(walk)).get("next-owner-password") if walk.own_database else None
    if owner:
        values = {"password": owner, "next-owner-password": None}
        change = SecretChange(_database(walk), values=values)
        return walk.waits("the old login is refused", secrets=[change])
    since = datetime.strptime(walk.memory["since"], _FORM).replace(tzinfo=UTC)
    left = since + timedelta(seconds=resolved.keep_old_key) - walk.now
    if left > timedelta():
        end = (walk.now + left).strftime(_FORM)
        message = f"new credentials are in use; sessions signed by the old key are good until {end}"
        status = {NAME: {**walk.memory, "message": message}}
        return walk.course.further(status=status, again=min(left.total_seconds(), 86400.0))
    done = {**walk.memory, "phase": "Complete", "since": walk.now.strftime(_FORM)}
    course = walk.course.further(status={NAME: {**done, "message": "the old credentials are refused"}})
    return replace(
        course, secrets=(SecretChange(resolved.app_secret, values={"SECRET_KEY_FALLBACKS": None}),)
    )


def _job(walk: _Walk, jobs: tuple[Manifest, ...], what: str) -> Course | None:
    """The wait for a Job; None once it is complete."""
    run = run_of(walk.live, str(jobs[0]["metadata"]["name"]), rotation_jobs.COMPONENT)
    if run.phase is JobPhase.COMPLETE:
        return None
    if run.phase is JobPhase.FAILED:
        name = jobs[0]["metadata"]["name"]
        message = f"{what} ({run.said}): the old one goes on; delete Job {name} to try again"
        return walk.waits(message, *jobs, reason=Reason.JOB_FAILED)
    said = f": {run.trouble.sentence}" if run.trouble else ""
    return walk.waits(f"the database's logins are changed{said}", *jobs)


def _rolled(walk: _Walk) -> bool:
    """Whether web, workers and beat run with what the Secrets hold now."""
    resolved = walk.course.resolved
    known = {name: data for name in resolved.secret_names if (data := walk.live.secret(name)) is not None}
    for part in (web, worker, beat):
        if not part.health(resolved, walk.live).healthy:
            return False
        for wanted in part.objects(resolved, Facts(known)):
            if wanted["kind"] == "Deployment" and _checksum(wanted) != _checksum(
                walk.live.get("Deployment", str(wanted["metadata"]["name"]))
            ):
                return False
    return True


def _checksum(found: Manifest | None) -> str | None:
    template = ((found or {}).get("spec") or {}).get("template") or {}
    checksum: str | None = (template.get("metadata", {}).get("annotations") or {}).get(CHECKSUM_ANNOTATION)
    return checksum


def _database(walk: _Walk) -> str:
    return walk.course.resolved.database.secret_name


def _next_password(walk: _Walk) -> str | None:
    return walk.secret(_database(walk)).get("next-password")


def _next_role(walk: _Walk) -> str:
    return rotation_jobs.other(walk.secret(_database(walk)).get("login"))


def _others(app: Mapping[str, str], name: str) -> list[str]:
    """Keys that are accepted already, without the new one."""
    return [key for key in app.get("SECRET_KEY_FALLBACKS", "").split(",") if key and key != app[name]]


_STEPS: Final[Mapping[str, Callable[[_Walk], Course]]] = {
    "Accepting": _accept,
    "Switching": _wait_switched,
    "Refusing": _refuse,
    "KeepingKey": _keep_key,
}
