"""Conditions: what they answer, when their time moves, and when a write may wait."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from resee_operator.components.base import Component, Reason, Verdict
from resee_operator.engine import status
from resee_operator.engine.outcome import Outcome, OutcomeReason
from resee_operator.engine.status import Findings

FINE = Verdict(True, Reason.READY, "fine", {"replicas": {"web": "1/1"}})
COMING = Verdict(False, Reason.ROLLING_OUT, "web is coming", {"replicas": {"web": "0/1"}})
CRASHING = Verdict(False, Reason.CRASH_LOOPING, "Pod web-1 ends again and again")
NOW, LATER = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"


def component(name: str, condition: str | None) -> Component:
    made: Any = SimpleNamespace(NAME=name, CONDITION=condition)
    found: Component = made
    return found


COMPONENTS = (component("web", "WebReady"), component("backup", "BackupHealthy"), component("network", None))
RESOLVED: Any = SimpleNamespace(
    stage="Local",
    version="1",
    url="http://localhost",
    suspended=False,
    images=SimpleNamespace(backend="backend:1", nginx="nginx:1", backup="backup:1", postgres="postgres:15"),
    database=SimpleNamespace(provider="StatefulSet", secret_name="demo-database"),
)


def findings(verdicts: dict[str, Verdict], *changed: str) -> Findings:
    outcome = status.judge(verdicts, (), (), changed)
    return Findings(outcome, RESOLVED, verdicts, exists=frozenset({"web"}), pending=bool(changed))


def build(found: Findings, old: dict[str, Any] | None = None, now: str = NOW) -> dict[str, Any]:
    resee = {"metadata": {"generation": 3}, "status": old or {}}
    return status.build(resee, found, COMPONENTS, now)


def condition(built: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in built["conditions"] if item["type"] == kind)
    return found


def test_ready_when_every_component_is() -> None:
    built = build(findings({"web": FINE}))

    assert condition(built, "Ready")["status"] == "True"
    assert condition(built, "WebReady")["status"] == "True"
    assert condition(built, "Progressing")["status"] == "False"
    assert condition(built, "Degraded")["status"] == "False"
    assert built["observedGeneration"] == 3


def test_progress_is_no_fault() -> None:
    built = build(findings({"web": COMING}))

    assert condition(built, "Ready")["status"] == "False"
    assert condition(built, "Ready")["message"] == "web: web is coming"
    assert condition(built, "Progressing")["status"] == "True"
    assert condition(built, "Degraded")["status"] == "False"


def test_what_needs_action_is_degraded_and_says_why() -> None:
    built = build(findings({"web": CRASHING}))

    assert condition(built, "Degraded")["status"] == "True"
    assert condition(built, "Degraded")["reason"] == "CrashLooping"
    assert "Pod web-1" in condition(built, "Degraded")["message"]


def test_failed_backup_is_degraded_and_ready() -> None:
    failed = Verdict(False, Reason.JOB_FAILED, "the last backup failed")
    built = build(findings({"web": FINE, "backup": failed}))

    assert condition(built, "Ready")["status"] == "True"
    assert condition(built, "Degraded")["status"] == "True"
    assert condition(built, "BackupHealthy")["status"] == "False"


def test_time_moves_only_with_the_answer() -> None:
    first = build(findings({"web": COMING}))
    same = build(findings({"web": replace(COMING, message="still coming")}), first, LATER)
    turned = build(findings({"web": FINE}), same, LATER)

    assert condition(same, "Ready")["lastTransitionTime"] == NOW
    assert condition(same, "Ready")["message"] == "web: still coming"
    assert condition(turned, "Ready")["lastTransitionTime"] == LATER
    assert condition(turned, "Degraded")["lastTransitionTime"] == NOW


def test_wrong_spec_leaves_the_answers_about_what_runs() -> None:
    running = build(findings({"web": FINE}))
    built = build(Findings(Outcome(OutcomeReason.INVALID, "spec.host: wrong")), running, LATER)

    assert condition(built, "Ready")["status"] == "True"
    assert condition(built, "WebReady")["lastTransitionTime"] == NOW
    assert condition(built, "Degraded")["message"] == "spec.host: wrong"


def test_wrong_spec_from_the_start_is_not_ready() -> None:
    built = build(Findings(Outcome(OutcomeReason.INVALID, "spec.host: wrong")))

    assert condition(built, "Ready")["status"] == "False"


def test_version_is_pinned_at_first_sight_and_changes_when_all_is_rolled() -> None:
    first = build(findings({"web": COMING}))
    assert first["version"] == "1"
    newer: Any = SimpleNamespace(**{**vars(RESOLVED), "version": "2"})
    rolling = build(replace(findings({"web": COMING}), resolved=newer), first)
    rolled = build(replace(findings({"web": FINE}), resolved=newer), rolling)

    assert rolling["version"] == "1"
    assert rolled["version"] == "2"


def test_component_that_never_ran_has_no_replicas() -> None:
    built = build(replace(findings({"web": COMING}), exists=frozenset()))

    assert built["replicas"] == {}


def test_same_status_needs_no_patch() -> None:
    built = build(findings({"web": FINE}))

    assert status.patch(built, build(findings({"web": FINE}), built, LATER)) is None


def test_patch_takes_away_replicas_of_a_component_that_is_gone() -> None:
    assert status.patch({"replicas": {"web": "1/1", "old": "1/1"}}, {"replicas": {"web": "2/2"}}) == {
        "replicas": {"web": "2/2", "old": None}
    }


def test_first_status_turn_to_ready_and_trouble_are_urgent() -> None:
    coming, ready, bad = (build(findings({"web": verdict})) for verdict in (COMING, FINE, CRASHING))

    assert status.is_urgent({}, coming)
    assert status.is_urgent(coming, ready)
    assert status.is_urgent(coming, bad)
    assert status.is_urgent(coming, {**coming, "observedGeneration": 4})


def test_taken_up_edit_is_told_later_in_a_crowd_and_trouble_is_not() -> None:
    ready, bad = (build(findings({"web": verdict})) for verdict in (FINE, CRASHING))

    assert not status.is_urgent(ready, {**ready, "observedGeneration": 4}, crowded=True)
    assert status.is_urgent(ready, {**bad, "observedGeneration": 4}, crowded=True)
    assert status.is_urgent({}, ready, crowded=True)


def test_mere_progress_may_wait() -> None:
    coming, ready = build(findings({"web": COMING})), build(findings({"web": FINE}))
    further = build(findings({"web": replace(COMING, message="almost")}), coming)

    assert not status.is_urgent(coming, further)
    assert not status.is_urgent(ready, coming)


def test_memory_is_urgent_where_the_new_status_speaks_of_it() -> None:
    coming = build(findings({"web": COMING}))

    assert status.is_urgent(coming, {**coming, "told": "new"}, ("told",))
    assert not status.is_urgent({**coming, "told": "old"}, coming, ("told",))


def test_sentence_names_trouble_before_progress() -> None:
    outcome = status.judge({"a": COMING, "b": CRASHING}, (), (), ["create x"])

    assert outcome.reason is OutcomeReason.BLOCKED
    assert outcome.sentence == "b: Pod web-1 ends again and again"
    assert outcome.changed == ["create x"]
