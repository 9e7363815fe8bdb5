"""Tells people what a pass found: Events on the custom resource, a message to Slack, a warning in the log.

The sentence is the outcome's own. For a Pod that crashes, its container's last line is added, with every
value of the deployment's Secrets taken out of it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from resee_operator.components.base import Verdict
from resee_operator.engine.actions import Action, Plan, Verb
from resee_operator.engine.apply import Applied
from resee_operator.engine.events import Events
from resee_operator.engine.outcome import OutcomeReason
from resee_operator.engine.snapshot import Snapshot
from resee_operator.engine.status import Findings, Status, answer_of
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import ApiError, Forbidden, Invalid, NotFound
from resee_operator.kube.resources import KINDS, Manifest, name_of, namespace_of

log = logging.getLogger(__name__)

Notify = Callable[[str, str], Awaitable[None]]
"""Called with the address of a Slack webhook and a text."""

REJECTIONS = (Invalid, Forbidden, NotFound)
"""Errors by which the API server says that it will never take an object as it is."""

_TOLD = frozenset({OutcomeReason.INVALID, OutcomeReason.BLOCKED})
_JOB = "batch.kubernetes.io/job-name"
"""Label that Kubernetes gives the Pods of a Job."""
_SHORTEST_SECRET = 6
"""Characters from which a Secret's value is looked for: shorter ones, such as a port, are in every line."""


class Reporter:
    """Says what happened, each thing once."""

    def __init__(self, api: KubeApi, notify: Notify) -> None:
        self._api = api
        self._events = Events(api)
        self._notify = notify

    async def writes(self, resee: Manifest, plan: Plan, applied: Applied) -> None:
        """Tell of repairs, of refused writes, and of what was stored otherwise."""
        for action in applied.done:
            if action.repair and action.verb is Verb.CHANGE:
                await self._events.tell(resee, "DriftRepaired", f"put back: {action.sentence()}")
        for action, error in applied.failed:
            if isinstance(error, REJECTIONS):
                await self._events.warn(resee, OutcomeReason.REJECTED, rejection(action, error))
        for action, change in applied.altered:
            what = f"{action.kind}/{action.name} {change.path}"
            log.warning(
                "%s is stored otherwise than it was written: a webhook or the API server changes it", what
            )
        for refusal in plan.refused:
            await self._events.warn(resee, "ChangeRefused", refusal.sentence())

    async def news(self, resee: Manifest, findings: Findings, snapshot: Snapshot, new: Status) -> None:
        """Tell of a status that has just been written."""
        outcome = findings.outcome
        if outcome.reason in _TOLD:
            last = await self._last_line(snapshot, outcome.sentence)
            said = f'{outcome.sentence}; its last line: "{last}"' if last else outcome.sentence
            await self._events.warn(resee, outcome.reason.value, said)
        was, now = (answer_of(status, "Degraded") for status in (resee.get("status") or {}, new))
        if now != was and (now == "True" or was == "True"):
            await self._tell_slack(resee, findings, snapshot, now == "True")

    async def _tell_slack(
        self, resee: Manifest, findings: Findings, snapshot: Snapshot, trouble: bool
    ) -> None:
        reference = findings.resolved.slack if findings.resolved else None
        webhook = (snapshot.secret(reference.name) or {}).get(reference.key) if reference else None
        if webhook:
            name = f"{namespace_of(resee)}/{name_of(resee)}"
            text = findings.outcome.sentence if trouble else "the trouble is over"
            await self._notify(webhook, f"Resee {name}: {text}")

    async def _last_line(self, snapshot: Snapshot, sentence: str) -> str:
        """What the container of which the sentence speaks wrote last, without secrets; empty if unknown."""
        for pod, container, restarted in _ended_badly(snapshot.all_pods(), sentence):
            try:
                line = await self._api.log(snapshot.key[0], pod, container, previous=restarted)
            except ApiError as error:
                log.info("log of Pod %s: %s", pod, error)
                continue
            if line:
                return without(snapshot.secret_values(), line)
        return ""


def rejection(action: Action, error: ApiError) -> str:
    """The sentence for a write that was refused for good."""
    # The server repeats a wrong value in its message; of a Secret it must not go any further.
    said = error.reason if action.kind == "Secret" else error.message
    kind = KINDS[action.kind]
    if isinstance(error, NotFound) and kind.optional:
        installs = f"install the operator that brings {kind.plural}.{kind.group}"
        return f"{action.sentence()}: the cluster does not know {kind.api_version} {kind.kind}; {installs}"
    remedy = "look at quotas, webhooks and the spec's overrides"
    return f"{action.sentence()}: the API server refuses it ({said}); {remedy}"


def without(secrets: Iterable[str], text: str) -> str:
    """The text with every secret value replaced."""
    for value in sorted(
        {value for value in secrets if len(value) >= _SHORTEST_SECRET}, key=len, reverse=True
    ):
        text = text.replace(value, "***")
    return text


def discreet(verdicts: Mapping[str, Verdict], snapshot: Snapshot) -> dict[str, Verdict]:
    """The verdicts without secrets in their messages, which may repeat what a Pod has said."""
    return {
        name: verdict
        if verdict.healthy
        else replace(verdict, message=without_secrets(verdict.message, snapshot))
        for name, verdict in verdicts.items()
    }


def without_secrets(value: Any, snapshot: Snapshot) -> Any:
    """A value of a status with every secret value of the deployment replaced, in all its texts."""
    if isinstance(value, str):
        return without(snapshot.secret_values(), value)
    if isinstance(value, Mapping):
        return {name: without_secrets(item, snapshot) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(item, snapshot) for item in value]
    return value


def _ended_badly(pods: Iterable[Manifest], sentence: str) -> Iterable[tuple[str, str, bool]]:
    """Pod, container, and whether it is waiting to be started again, of those that a sentence names.

    A sentence about a Job means its Pods.
    """
    for pod in pods:
        name, job = name_of(pod), (pod["metadata"].get("labels") or {}).get(_JOB, "")
        if name not in sentence and (not job or job not in sentence):
            continue
        for container in (pod.get("status") or {}).get("containerStatuses") or ():
            state = container.get("state") or {}
            if (state.get("waiting") or {}).get("reason") == "CrashLoopBackOff":
                yield name, str(container["name"]), True
            elif (state.get("terminated") or {}).get("exitCode"):
                yield name, str(container["name"]), False
