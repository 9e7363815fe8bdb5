"""What waits for what, and what never waits."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.components.base import Reason, Verdict
from resee_operator.engine.actions import Action, FieldChange, Plan, Verb
from resee_operator.engine.gates import ORDER, Ran, asks_for_health, hold

IMAGE = (FieldChange("spec.template.spec.containers[main].image", "a:1", "a:2"),)
NEVER_RAN = Ran("2", None, frozenset())
FINE = {step: Verdict(True, Reason.READY, "fine") for step in ORDER}


def action(component: str, verb: Verb = Verb.CREATE, kind: str = "Deployment", **more: Any) -> Action:
    metadata = {"name": component, "labels": {"app.kubernetes.io/component": component}}
    return Action(verb, kind, component, {"kind": kind, "metadata": metadata}, **more)


def held(actions: list[Action], bad: str | None = None, ran: Ran = NEVER_RAN) -> dict[str, str]:
    """Names of the held actions and what each waits for."""
    verdicts = dict(FINE)
    if bad is not None:
        verdicts[bad] = Verdict(False, Reason.ROLLING_OUT, f"{bad} is coming")
    plan, holds = hold(Plan(tuple(actions)), verdicts, ran)
    assert {item.name for item in plan.actions} | {item.action.name for item in holds} == {
        a.name for a in actions
    }
    if not asks_for_health(Plan(tuple(actions)), ran):
        assert hold(Plan(tuple(actions)), {}, ran) == (plan, [])
    return {item.action.name: item.waits_for for item in holds}


@pytest.mark.parametrize(
    ("found", "asks"),
    [
        (action("web"), True),
        (action("web", Verb.CHANGE, fields=IMAGE), True),
        (action("web", Verb.CHANGE), False),
        (action("web", Verb.CHANGE, fields=IMAGE, repair=True), False),
        (action("web", Verb.DELETE), False),
        (action("nginx"), False),
    ],
)
def test_health_is_asked_for_where_a_version_comes_to_run(found: Action, asks: bool) -> None:
    assert asks_for_health(Plan((found,)), NEVER_RAN) is asks


@pytest.mark.parametrize(
    ("component", "waits_for"),
    [("migration", "postgres"), ("web", "migration"), ("worker-all", "web"), ("beat", "worker")],
)
def test_each_step_waits_for_the_one_before(component: str, waits_for: str) -> None:
    assert held([action(component)], bad=waits_for) == {component: waits_for}


def test_first_step_that_is_not_done_is_named() -> None:
    assert held([action("beat")], bad="postgres") == {"beat": "postgres"}


def test_step_with_work_left_is_waited_for() -> None:
    actions = [action("web", Verb.CHANGE, fields=IMAGE), action("worker-all", Verb.CHANGE, fields=IMAGE)]

    assert held(actions) == {"worker-all": "web"}


def test_nothing_waits_when_all_before_is_done() -> None:
    assert held([action("beat")]) == {}


@pytest.mark.parametrize("component", ["nginx", "redis", "postgres", "backup"])
def test_what_runs_no_version_of_ours_never_waits(component: str) -> None:
    assert held([action(component)], bad="postgres") == {}


@pytest.mark.parametrize("kind", ["Service", "ServiceAccount", "PodDisruptionBudget"])
def test_objects_without_pods_never_wait(kind: str) -> None:
    assert held([action("web", kind=kind)], bad="postgres") == {}


def test_repair_never_waits() -> None:
    assert held([action("web", Verb.CHANGE, fields=IMAGE, repair=True)], bad="postgres") == {}


def test_change_that_keeps_the_image_never_waits() -> None:
    fields = (FieldChange("spec.replicas", 1, 2),)

    assert held([action("web", Verb.CHANGE, fields=fields)], bad="postgres") == {}


def test_deleted_component_that_ran_at_this_version_comes_back() -> None:
    assert held([action("web")], bad="postgres", ran=Ran("2", "2", frozenset({"web"}))) == {}


def test_deleted_component_that_ran_at_another_version_waits() -> None:
    assert held([action("web")], bad="postgres", ran=Ran("2", "1", frozenset({"web"}))) == {"web": "postgres"}


def test_deletion_never_waits() -> None:
    assert held([action("worker-old", Verb.DELETE)], bad="postgres") == {}


def test_hold_says_what_it_waits_for_and_why() -> None:
    verdicts = FINE | {
        "postgres": Verdict(False, Reason.ROLLING_OUT, "StatefulSet demo-postgres has 0 of 1 Pods")
    }
    _, (waiting,) = hold(Plan((action("web"),)), verdicts, NEVER_RAN)

    assert (
        waiting.sentence() == "Deployment/web waits for postgres: StatefulSet demo-postgres has 0 of 1 Pods"
    )
