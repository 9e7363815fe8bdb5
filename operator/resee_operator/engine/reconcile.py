"""One pass over one deployment: calls the steps in their order and says what came of it.

snapshot -> parse -> resolve -> secrets -> steer -> objects -> diff -> gates -> apply -> status. A pass that
finds nothing to do sends nothing, neither a write nor a read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson

from resee_operator.api.parse import parse
from resee_operator.components import COMPONENTS
from resee_operator.components.base import Facts, Verdict
from resee_operator.components.credentials import generated
from resee_operator.engine import status
from resee_operator.engine.actions import Plan, Verb
from resee_operator.engine.apply import Applied, Applier
from resee_operator.engine.cache import Cache
from resee_operator.engine.clock import Clock
from resee_operator.engine.diff import deletion_of, diff
from resee_operator.engine.entries import compact
from resee_operator.engine.finalizer import Finalizer, ends_with_its_namespace, goes
from resee_operator.engine.gates import Hold, Ran, asks_for_health, hold
from resee_operator.engine.news import SETTLE, News
from resee_operator.engine.outcome import Outcome, OutcomeReason
from resee_operator.engine.queue import Key, Queue, Urgency
from resee_operator.engine.report import (
    REJECTIONS,
    Notify,
    Reporter,
    discreet,
    rejection,
    without_secrets,
)
from resee_operator.engine.secrets import SecretKeeper, Secrets
from resee_operator.engine.snapshot import Snapshot
from resee_operator.engine.wanted import Planner, Wanted, build
from resee_operator.errors import TransientError, UserError
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError, NotFound, NotLeader
from resee_operator.kube.resources import RESEE, Manifest
from resee_operator.notify import slack
from resee_operator.operations import OPERATIONS, Course, Operation, steer
from resee_operator.operations.deletion import is_forced
from resee_operator.stages import Defaults, Resolved, resolve

_WITH_PODS = ("Deployment", "StatefulSet", "Cluster")
_SOONEST = 0.1
"""Least seconds until a pass that an operation asks for: what this one writes is seen by then."""


class Reconciler:
    """Carries out passes. Safe for several keys at once, not for one key twice; the queue sees to that."""

    def __init__(
        self,
        api: KubeApi,
        cache: Cache,
        queue: Queue,
        defaults: Defaults,
        *,
        operations: Sequence[Operation] = OPERATIONS,
        notify: Notify = slack,
        clock: Clock | None = None,
    ) -> None:
        self._api = api
        self._cache = cache
        self._queue = queue
        self._defaults = defaults
        self._operations = operations
        self._clock = clock or Clock()
        self._secrets = SecretKeeper(api, cache)
        self._planner = Planner()
        self._applier = Applier(api, cache)
        self._reporter = Reporter(api, notify)
        self._finalizer = Finalizer(api, cache)
        self._news = News(self._clock.monotonic)
        self._worked: dict[Key, bytes] = {}

    async def run(self, key: Key) -> Outcome:
        """One pass. Every error of the cluster or of the user becomes an outcome."""
        snapshot = Snapshot(self._cache, key)
        resee = snapshot.resee
        if resee is None or goes(resee):
            self._forget(key)
            return Outcome(OutcomeReason.DELETED, "the ReseeDeployment is gone; what it owned goes with it")
        try:
            if is_forced(resee):
                # Whatever the spec says, and whether or not it can work.
                await self._finalizer.keep(key, False)
                return Outcome(
                    OutcomeReason.DELETED, "deleted without its last backup, as its annotation asks"
                )
            findings = await self._pass(snapshot, resee)
            await self._write_status(key, resee, findings)
            await self._finalizer.keep(key, findings.finalizer)
        except NotLeader:
            return Outcome(OutcomeReason.NOT_LEADING, "another replica leads")
        except ApiError as error:
            return Outcome(OutcomeReason.FAILED, f"the API server refused: {error}")
        return findings.outcome

    def plan(self, snapshot: Snapshot, resee: Manifest) -> tuple[Wanted, Plan]:
        """The walk up to the plan, without a call: what `resee-operator plan` prints.

        Raises:
            UserError: the spec cannot work.
        """
        asked = self._resolve(resee)
        drawn = generated(asked)
        secrets = self._secrets.peek(snapshot, drawn, asked.secret_names)
        own = {secret.name for secret in drawn}
        # A Secret of our own that does not exist yet has to be seen as one that is made.
        snapshot.add_secrets({name: data for name, data in secrets.data.items() if name not in own})
        course = steer(asked, snapshot, self._clock.now(), self._operations)
        # Where the operations lead to in the end, and not what they want meanwhile.
        wanted = build(replace(course, resolved=asked), Facts(secrets.data))
        plan = diff(wanted.manifests, snapshot, asked.uid)
        return wanted, replace(plan, notes=course.notes)

    async def _pass(self, snapshot: Snapshot, resee: Manifest) -> status.Findings:
        try:
            findings = await self._walk(snapshot, resee)
        except UserError as error:
            return await self._keep_what_worked(snapshot, resee, Outcome(OutcomeReason.INVALID, str(error)))
        except TransientError as error:
            return status.Findings(Outcome(OutcomeReason.FAILED, str(error)))
        self._worked[snapshot.key] = compact(resee.get("spec") or {})
        return findings

    async def _keep_what_worked(
        self, snapshot: Snapshot, resee: Manifest, invalid: Outcome
    ) -> status.Findings:
        """Beside a spec that cannot work, what runs by the one before is still watched and mended."""
        worked = self._worked.get(snapshot.key)
        if worked is None:
            return status.Findings(invalid)
        try:
            findings = await self._walk(snapshot, {**resee, "spec": orjson.loads(worked)})
        except (UserError, TransientError):
            return status.Findings(invalid)
        done = findings.outcome
        return replace(findings, outcome=replace(invalid, changed=done.changed, repaired=done.repaired))

    async def _walk(self, snapshot: Snapshot, resee: Manifest) -> status.Findings:
        asked = self._resolve(resee)
        secrets = await self._secrets.ensure(snapshot, generated(asked), asked.secret_names)
        snapshot = self._look_again(snapshot, secrets, changed=bool(secrets.done))
        course = steer(asked, snapshot, self._clock.now(), self._operations)
        resolved = course.resolved
        if course.secrets:
            secrets = await self._change_secrets(snapshot, course, asked, secrets)
            snapshot = self._look_again(snapshot, secrets, changed=True)
        draft = self._planner.plan(course, Facts(secrets.data), snapshot)
        ran = _ran(resee, resolved)
        # What only changes what runs already waits for nobody's health; that is looked at once, at the end.
        verdicts = self._judge(course, snapshot) if asks_for_health(draft.plan, ran) else {}
        plan, holds = hold(draft.plan, verdicts, ran, course.blocks)
        removals = [deletion_of(found) for found in course.removes]
        applied = await self._applier.apply((*plan.actions, *removals))
        await self._reporter.writes(resee, plan, applied)
        await self._applier.write_statuses(snapshot, course.writes)
        if course.again is not None:
            self._queue.add(snapshot.key, Urgency.CHANGE, max(course.again, _SOONEST))
        changed = [*secrets.done, *(action.sentence() for action in applied.done)]
        if changed:
            snapshot = self._look_again(snapshot, secrets, changed=True)
            if not holds:
                self._planner.confirm(draft, snapshot)
        if changed or not verdicts:
            verdicts = self._judge(course, snapshot)
        return status.Findings(
            outcome=replace(
                _outcome(verdicts, holds, plan, applied, changed), repaired=_repaired(resee, applied)
            ),
            resolved=resolved,
            verdicts=verdicts,
            holds=holds,
            refused=plan.refused,
            exists=snapshot.components(_WITH_PODS),
            pending=bool(changed),
            secrets=secrets.data,
            finalizer=course.finalizer and not ends_with_its_namespace(resee, applied),
            memory=without_secrets(course.status, snapshot) if course.status else {},
        )

    async def _change_secrets(
        self, snapshot: Snapshot, course: Course, asked: Resolved, secrets: Secrets
    ) -> Secrets:
        """The Secrets as the operations want them."""
        done = [await self._secrets.change(snapshot, change) for change in course.secrets]
        found = await self._secrets.ensure(
            Snapshot(self._cache, snapshot.key), generated(asked), asked.secret_names
        )
        return Secrets(found.data, [*secrets.done, *filter(None, done), *found.done])

    def _look_again(self, snapshot: Snapshot, secrets: Secrets, *, changed: bool) -> Snapshot:
        """The snapshot with the Secrets that users named, and a new one where this pass has written."""
        if changed:
            snapshot = Snapshot(self._cache, snapshot.key, snapshot)
        snapshot.add_secrets(secrets.data)
        return snapshot

    def _resolve(self, resee: Manifest) -> Resolved:
        model = parse(resee)
        pinned = (resee.get("status") or {}).get("version")
        meta = model.metadata
        return resolve(meta.name, meta.namespace, meta.uid, model.spec, self._defaults, pinned)

    def _judge(self, course: Course, snapshot: Snapshot) -> dict[str, Verdict]:
        health = {part.NAME: part.health(course.resolved, snapshot) for part in COMPONENTS}
        # The operations' own come first: they know what the components only show.
        return discreet({**course.verdicts, **health, **course.verdicts}, snapshot)

    async def _write_status(self, key: Key, resee: Manifest, findings: status.Findings) -> None:
        now = self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        old = resee.get("status") or {}
        new = status.build(resee, findings, COMPONENTS, now)
        if findings.pending:
            # What was written may bring no event of its own; the status still has to say that it is done.
            # Where controllers were so quick that it is already, Ready and the end are told in one.
            self._queue.add(key, Urgency.CHANGE, _SOONEST if status.turns_ready(old, new) else SETTLE)
        change = status.patch(old, new)
        if change is None:
            self._news.written(key)
            return
        wait = self._news.wait(key, changing=findings.pending)
        memory, crowded = (*findings.memory, "images"), self._queue.crowded
        if wait > 0 and not status.is_urgent(old, new, memory, pending=findings.pending, crowded=crowded):
            self._queue.add(key, Urgency.CHANGE, wait)
            return
        self._news.written(key)
        try:
            answer = await self._api.patch(RESEE, *key, {"status": change}, subresource="status")
        except NotFound:
            return
        self._cache.written(RESEE, answer)
        if "images" in change:
            # An upgrade goes on from here, and this write brings no event of its own.
            self._queue.add(key, Urgency.CHANGE, _SOONEST)
        snapshot = Snapshot(self._cache, key)
        snapshot.add_secrets(findings.secrets)
        await self._reporter.news(resee, findings, snapshot, new)

    def _forget(self, key: Key) -> None:
        self._cache.forget(key)
        self._queue.forget(key)
        self._news.written(key)
        self._planner.forget(key)
        self._worked.pop(key, None)


def _ran(resee: Manifest, resolved: Resolved) -> Ran:
    old = resee.get("status") or {}
    return Ran(resolved.version, old.get("version"), frozenset(old.get("replicas") or ()))


def _outcome(
    verdicts: dict[str, Verdict], holds: Sequence[Hold], plan: Plan, applied: Applied, changed: Sequence[str]
) -> Outcome:
    if applied.failed:
        action, error = applied.failed[0]
        if isinstance(error, REJECTIONS):
            return Outcome(OutcomeReason.REJECTED, rejection(action, error), changed)
        return Outcome(OutcomeReason.FAILED, f"{action.sentence()}: {error}", changed)
    return status.judge(verdicts, holds, plan.refused, changed)


def _repaired(resee: Manifest, applied: Applied) -> list[str]:
    """Kinds of what was put back: changed by others, or created although this generation was acted upon
    before."""
    metadata, old = resee["metadata"], resee.get("status") or {}
    settled = old.get("observedGeneration") == metadata.get("generation") and any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in old.get("conditions") or ()
    )
    return [
        action.kind for action in applied.done if action.repair or (settled and action.verb is Verb.CREATE)
    ]
