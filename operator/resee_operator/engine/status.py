"""The status: what a pass found, as conditions. Pure, except for the clock that is handed in.

A condition's time changes only with its answer. What only tells of progress may wait a moment for more of it
(`is_urgent`), so that a deployment that comes up in seconds costs two writes and not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resee_operator.api.status import ConditionType
from resee_operator.components.base import Component, Reason, Verdict
from resee_operator.engine.actions import Refusal
from resee_operator.engine.gates import ORDER, Hold
from resee_operator.engine.outcome import Outcome, OutcomeReason
from resee_operator.kube.resources import Manifest
from resee_operator.stages import Resolved

_NOT_FOR_READY = frozenset({ConditionType.BACKUP_HEALTHY.value})
_USER_MUST_ACT = frozenset({OutcomeReason.REJECTED, OutcomeReason.REFUSED, OutcomeReason.INVALID})
_LONGEST = 1000
"""Characters of a condition's message; what is longer is read in the events and logs."""

Status = dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """What a pass learned of a deployment.

    Args:
        resolved: what is wanted; None where the spec cannot work.
        verdicts: health by component.
        exists: labels of the components whose Pods have a controller in the cluster.
        pending: whether the pass wrote something that has yet to take effect.
        secrets: data of the Secrets that the pass has read, to be kept out of whatever is told.
        finalizer: whether the custom resource has to wait for us when it is deleted; None where nobody knows.
        memory: what the operations remember, by field of the status; None takes a field away.
    """

    outcome: Outcome
    resolved: Resolved | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    holds: Sequence[Hold] = ()
    refused: Sequence[Refusal] = ()
    exists: frozenset[str] = frozenset()
    pending: bool = False
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    memory: Mapping[str, Any] = field(default_factory=dict)
    finalizer: bool | None = None


def judge(
    verdicts: Mapping[str, Verdict], holds: Sequence[Hold], refused: Sequence[Refusal], changed: Sequence[str]
) -> Outcome:
    """The outcome of a pass that went through: what most needs to be said."""
    bad = [(name, verdict) for name, verdict in verdicts.items() if not verdict.healthy]
    blocked = [(name, verdict) for name, verdict in bad if verdict.reason.needs_action]
    if blocked:
        return Outcome(OutcomeReason.BLOCKED, _said(*blocked[0]), changed)
    if refused:
        return Outcome(OutcomeReason.REFUSED, refused[0].sentence(), changed)
    if holds:
        return Outcome(OutcomeReason.WAITING, holds[0].sentence(), changed)
    if bad:
        return Outcome(OutcomeReason.WAITING, _said(*bad[0]), changed)
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return Outcome(OutcomeReason.CHANGED, f"everything runs as wanted; {changed[0]}{more}", changed)
    return Outcome(OutcomeReason.IN_SYNC, "everything runs as wanted")


def build(resee: Manifest, findings: Findings, components: Iterable[Component], now: str) -> Status:
    """The status that a custom resource should have.

    Args:
        resee: the custom resource with its present status.
        findings: what the pass learned.
        components: the registry, for the condition that each component answers for.
        now: the time of a condition that changes its answer.
    """
    old: Status = resee.get("status") or {}
    generation = int(resee["metadata"].get("generation") or 0)
    answers = _invalid(old, findings) if findings.resolved is None else _answers(findings, components)
    status: Status = {"observedGeneration": generation}
    if findings.resolved is not None:
        status |= _facts(old, findings, findings.resolved)
    for name, value in findings.memory.items():
        both = isinstance(value, Mapping) and isinstance(status.get(name), Mapping)
        status[name] = {**status[name], **value} if both else value
    known = {condition["type"]: condition for condition in old.get("conditions") or ()}
    for name, (answer, reason, message) in answers.items():
        before = known.get(name, {})
        known[name] = {
            "type": name,
            "status": answer,
            "observedGeneration": generation,
            "lastTransitionTime": before["lastTransitionTime"] if before.get("status") == answer else now,
            "reason": reason,
            "message": message[:_LONGEST],
        }
    return {**status, "conditions": list(known.values())}


def patch(old: Status, new: Status) -> Status | None:
    """The merge patch from one status to the other, or None where they are the same."""
    change = {key: value for key, value in new.items() if old.get(key) != value}
    for key, value in change.items():
        if isinstance(value, Mapping):
            # A merge patch keeps what it does not name.
            change[key] = {**dict.fromkeys(old.get(key) or {}), **value}
    return change or None


def is_urgent(
    old: Status, new: Status, memory: Iterable[str] = (), *, pending: bool = False, crowded: bool = False
) -> bool:
    """Whether a new status must be written at once: somebody waits for it, somebody must act, or it is the
    memory of an operation.

    That an edit has been taken up waits while many other edits do (`crowded`): their children come first, and
    what became of this one is often told in the same write.

    Ready that only turns False is not: a Deployment's controller is always a moment behind its spec. Nor is
    one that turns True in a pass that still wrote something (`pending`): the next pass comes at once, and
    tells it together with the end of the progress.
    """
    if not old.get("conditions"):
        return True
    if not crowded and old.get("observedGeneration") != new.get("observedGeneration"):
        return True
    # What the new status does not speak of stays as it is, and is no news.
    if any(key in new and old.get(key) != new[key] for key in memory):
        return True
    if turns_ready(old, new) and not pending:
        return True
    was, now = (_by_type(status).get("Degraded", {}) for status in (old, new))
    return (was.get("status"), was.get("reason")) != (now.get("status"), now.get("reason"))


def turns_ready(old: Status, new: Status) -> bool:
    """Whether Ready turns True."""
    return answer_of(new, "Ready") == "True" != answer_of(old, "Ready")


def answer_of(status: Status, kind: str) -> str | None:
    """A condition's answer, None where there is none yet."""
    answer: str | None = _by_type(status).get(kind, {}).get("status")
    return answer


def _by_type(status: Status) -> dict[str, Any]:
    return {condition["type"]: condition for condition in status.get("conditions") or ()}


def _facts(old: Status, findings: Findings, resolved: Resolved) -> Status:
    replicas = {
        component: text
        for verdict in findings.verdicts.values()
        for component, text in verdict.data.get("replicas", {}).items()
        # A component that has never run is left out, so that the gates can tell it from one that was deleted.
        if component in findings.exists or component in (old.get("replicas") or {})
    }
    facts: Status = {
        "stage": str(resolved.stage),
        "version": _version(old, findings, resolved),
        "url": resolved.url,
        "replicas": replicas,
        "database": {
            "provider": str(resolved.database.provider),
            "secretName": resolved.database.secret_name,
        },
    }
    if _rolled(findings) and not resolved.suspended:
        images = resolved.images
        names = ("backend", "nginx", "backup", "postgres")
        facts["images"] = {name: getattr(images, name) for name in names}
    backup = findings.verdicts.get("backup")
    news = dict(backup.data.get("backup", {})) if backup else {}
    if news:
        facts["backup"] = {**(old.get("backup") or {}), **news}
    return facts


def _version(old: Status, findings: Findings, resolved: Resolved) -> str:
    """The version that runs: the wanted one at first sight, and again once everything has been rolled to
    it."""
    if not old.get("version") or _rolled(findings):
        return resolved.version
    return str(old["version"])


def _rolled(findings: Findings) -> bool:
    """Whether everything runs what is wanted."""
    healthy = all(findings.verdicts[step].healthy for step in ORDER if step in findings.verdicts)
    return healthy and not findings.holds and not findings.pending


Answers = dict[str, tuple[str, str, str]]


def _answers(findings: Findings, components: Iterable[Component]) -> Answers:
    answers: Answers = {}
    for component in components:
        verdict = findings.verdicts.get(component.NAME)
        if component.CONDITION is None or verdict is None:
            continue
        known = answers.get(component.CONDITION)
        if known is None or (known[0] == "True" and not verdict.healthy):
            answers[component.CONDITION] = (_truth(verdict.healthy), verdict.reason.value, verdict.message)
    return answers | _summary(findings, components)


def _summary(findings: Findings, components: Iterable[Component]) -> Answers:
    outcome = findings.outcome
    apart = {component.NAME for component in components if component.CONDITION in _NOT_FOR_READY}
    bad = [verdict for name, verdict in findings.verdicts.items() if not verdict.healthy]
    ready = not findings.holds and all(
        verdict.healthy or verdict.reason is Reason.RESTORE_FAILED
        for name, verdict in findings.verdicts.items()
        if name not in apart
    )
    failed = outcome.reason in _USER_MUST_ACT
    degraded = failed or any(verdict.reason.needs_action for verdict in bad)
    suspended = findings.resolved is not None and findings.resolved.suspended
    moving = bool(
        findings.holds or findings.pending or any(not verdict.reason.needs_action for verdict in bad)
    )
    if ready and suspended:
        answers = {
            "Ready": ("False", Reason.SUSPENDED.value, "suspended: set spec.suspend to false to run again")
        }
    elif ready:
        answers = {"Ready": ("True", "Ready", "everything runs as wanted")}
    else:
        answers = {"Ready": ("False", outcome.reason.value, outcome.sentence)}
    answers["Progressing"] = (
        (_truth(True), outcome.reason.value, outcome.sentence)
        if moving
        else ("False", "Settled", "nothing is under way")
    )
    answers["Degraded"] = (
        (_truth(True), _why(bad, outcome), outcome.sentence)
        if degraded
        else ("False", "Healthy", "nothing is wrong")
    )
    return answers


def _invalid(old: Status, findings: Findings) -> Answers:
    """A spec that cannot work leaves what runs as it is, and so the answers about it."""
    outcome = findings.outcome
    answers: Answers = {"Degraded": ("True", outcome.reason.value, outcome.sentence)}
    if "Ready" not in _by_type(old):
        answers["Ready"] = ("False", outcome.reason.value, outcome.sentence)
    if outcome.reason is OutcomeReason.INVALID:
        answers["Progressing"] = ("False", outcome.reason.value, outcome.sentence)
    return answers


def _why(bad: Sequence[Verdict], outcome: Outcome) -> str:
    if outcome.reason is OutcomeReason.INVALID:
        return outcome.reason.value
    acting = [verdict.reason.value for verdict in bad if verdict.reason.needs_action]
    return acting[0] if acting else outcome.reason.value


def _said(component: str, verdict: Verdict) -> str:
    return f"{component}: {verdict.message}"


def _truth(value: bool) -> str:
    return "True" if value else "False"
