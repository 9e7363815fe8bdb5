"""Other credentials in two phases: the new ones are accepted beside the old, then the old ones are refused.

Asked for by another text in `spec.credentials.rotate`. Every kind of credential goes the same way at the same
time; how each is accepted and refused is in a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from resee_operator.components import beat, pooler, web, worker
from resee_operator.components.base import Component, Facts, Manifest
from resee_operator.components.meta import CHECKSUM_ANNOTATION, COMPONENT_LABEL
from resee_operator.operations.base import Course, Live, SecretChange
from resee_operator.operations.rotation import database, key, redis
from resee_operator.operations.rotation.walk import FORM, NAME, Jobs, Part, Walk

__all__ = ["NAME", "steer"]

_PARTS: Final[Sequence[Part]] = (database, redis, key)
_USERS: Final[Sequence[Component]] = (web, worker, beat)
_MIDWAY: Final = ("Switching", "Refusing")
"""Phases that come to their end before another rotation begins: somebody still uses the old credentials."""


def steer(course: Course, live: Live, now: datetime) -> Course:
    """Lead from the old credentials to new ones."""
    status = (live.resee or {}).get("status") or {}
    asked, memory = course.resolved.rotate, dict(status.get(NAME) or {})
    if course.blocks or course.resolved.suspended or course.resolved.closed or "upgrade" in course.verdicts:
        return course
    walk = Walk(course, live, now, memory)
    if asked and asked != memory.get("asked") and memory.get("phase") not in _MIDWAY:
        if not status.get("images"):
            # What has never run has no credentials that anybody could know.
            done = {"asked": asked, "phase": "Complete", "since": now.strftime(FORM)}
            return course.further(status={NAME: {**done, "message": "the first credentials"}})
        return replace(walk, memory={"asked": asked}).enter("Accepting")
    step = _STEPS.get(memory.get("phase", ""))
    return step(walk) if step else course


def _parts(walk: Walk) -> list[Part]:
    return [part for part in _PARTS if part.ours(walk.resolved)]


def _accept(walk: Walk) -> Course:
    """Servers and Pods accept the new credentials, and use the old ones."""
    changes = [change for part in _parts(walk) for change in part.prepare(walk)]
    if changes:
        return walk.waits("the new credentials are about to be accepted", secrets=changes)
    jobs = [job for part in _parts(walk) for job in part.accepting(walk)]
    return _once_done(walk, jobs, "accepted") or walk.enter("Switching", jobs)


def _switch(walk: Walk) -> Course:
    """Everyone uses the new credentials; the old ones are still accepted."""
    changes = [change for part in _parts(walk) for change in part.switch(walk)]
    if changes:
        return walk.waits("the new credentials are taken into use", secrets=changes)
    jobs = [job for part in _parts(walk) for job in part.using(walk)]
    return _once_done(walk, jobs, "used") or walk.enter("Refusing", jobs)


def _refuse(walk: Walk) -> Course:
    """Servers refuse the old credentials."""
    changes = [change for part in _parts(walk) for change in part.refuse(walk)]
    if changes:
        return walk.waits("the old credentials are about to be refused", secrets=changes)
    jobs = [job for part in _parts(walk) for job in part.refusing(walk)]
    waiting = walk.waits_for(jobs)
    if waiting is None and not _rolled(walk, _between(walk)):
        return walk.waits("the old credentials are refused by more and more Pods", jobs)
    return waiting or walk.enter("KeepingKey", jobs)


def _keep_key(walk: Walk) -> Course:
    """What users were given under the old key stays good for a while."""
    changes = [change for part in _parts(walk) for change in part.forget(walk)]
    if changes:
        return walk.waits("the old credentials are refused", secrets=changes)
    since = datetime.strptime(walk.memory["since"], FORM).replace(tzinfo=UTC)
    left = since + timedelta(seconds=walk.resolved.keep_old_key) - walk.now
    if left > timedelta():
        end = (walk.now + left).strftime(FORM)
        message = f"new credentials are in use; sessions signed by the old key are good until {end}"
        status = {NAME: {**walk.memory, "message": message}}
        return walk.course.further(status=status, again=min(left.total_seconds(), 86400.0))
    done = {**walk.memory, "phase": "Complete", "since": walk.now.strftime(FORM)}
    course = walk.course.further(status={NAME: {**done, "message": "the old credentials are refused"}})
    forgotten = SecretChange(walk.resolved.app_secret, values={"SECRET_KEY_FALLBACKS": None})
    return replace(course, secrets=(forgotten,))


def _once_done(walk: Walk, jobs: Jobs, done: str) -> Course | None:
    """The wait for Jobs and Pods, which goes on side by side; None once both are done."""
    waiting = walk.waits_for(jobs)
    if waiting or _rolled(walk, (*_between(walk), *_USERS)):
        return waiting
    return walk.waits(f"the new credentials are {done} by more and more Pods", jobs)


def _between(walk: Walk) -> Sequence[Component]:
    """Components that let the users in at the server."""
    return (pooler,) if walk.resolved.database.pooler.used else ()


def _rolled(walk: Walk, components: Sequence[Component]) -> bool:
    """Whether all of the components' Pods run with what the Secrets hold now, and none with what they held
    before: a Pod that finishes its last task may still have to log in."""
    resolved = walk.resolved
    known = {name: data for name in resolved.secret_names if (data := walk.live.secret(name)) is not None}
    for part in components:
        if not part.health(resolved, walk.live).healthy:
            return False
        for wanted in part.objects(resolved, Facts(known)):
            if wanted["kind"] == "Deployment" and not _runs(walk.live, wanted):
                return False
    return True


def _runs(live: Live, wanted: Manifest) -> bool:
    checksum = _checksum(wanted["spec"]["template"])
    found = live.get("Deployment", str(wanted["metadata"]["name"]))
    pods = live.pods(str(wanted["metadata"]["labels"][COMPONENT_LABEL]))
    templates = [(found or {}).get("spec", {}).get("template") or {}, *filter(_lives, pods)]
    return all(_checksum(template) == checksum for template in templates)


def _lives(pod: Manifest) -> bool:
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def _checksum(template: Manifest) -> str | None:
    checksum: str | None = (template.get("metadata", {}).get("annotations") or {}).get(CHECKSUM_ANNOTATION)
    return checksum


_STEPS: Final[Mapping[str, Callable[[Walk], Course]]] = {
    "Accepting": _accept,
    "Switching": _switch,
    "Refusing": _refuse,
    "KeepingKey": _keep_key,
}
