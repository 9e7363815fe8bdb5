"""`plan`: what it prints, its exit codes, and what it keeps to itself."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from resee_operator import plan, plan_output
from resee_operator.__main__ import CHANGES, main
from resee_operator.engine.actions import Action, FieldChange, Plan, Refusal, Verb
from resee_operator.kube.errors import Forbidden
from resee_operator.plan import Preview
from tests.unit.engine.world import DEFAULTS, World

LOCAL = "apiVersion: resee.io/v1alpha1\nkind: ReseeDeployment\nmetadata: {name: demo}\nspec: {stage: Local}\n"


def run(text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["plan", "-f", "-", "--against-nothing", *options], input=text)


def test_everything_is_created_against_nothing() -> None:
    result = run(LOCAL)

    assert result.exit_code == CHANGES
    assert "+ create StatefulSet/demo-postgres" in result.output
    assert "restarts: none" in result.output


def test_json_tells_the_same() -> None:
    made = json.loads(run(LOCAL, "-o", "json").output)

    assert {"create"} == {action["verb"] for action in made["actions"]}
    assert "demo-web" in {action["name"] for action in made["actions"]}


def test_wrong_spec_is_an_error_with_its_field() -> None:
    result = run(LOCAL.replace("Local}", "Local, web: {replicas: many}}"))

    assert result.exit_code == 1
    assert "spec.web.replicas" in result.output


@pytest.mark.parametrize("text", ["", "kind: ConfigMap\n", LOCAL + "---\n" + LOCAL])
def test_file_without_one_resee_is_refused(text: str) -> None:
    result = run(text)

    assert result.exit_code == 1
    assert "give a file with one" in result.output


def test_definitions_are_printed() -> None:
    result = CliRunner().invoke(main, ["crds"])

    assert result.exit_code == 0
    names = [document["metadata"]["name"] for document in yaml.safe_load_all(result.output)]
    assert names == ["reseedeployments.resee.io", "reseebackups.resee.io", "reseerestores.resee.io"]


async def test_settled_deployment_has_no_changes() -> None:
    world = World()
    await world.create()
    await world.settle()
    resee = {**_local(), "spec": {"stage": "Local"}}
    _, made = await plan.make(world.kube, resee, DEFAULTS)

    assert list(plan_output.lines(made)) == ["No changes: everything is as wanted."]


async def test_change_is_shown_field_by_field_with_what_restarts() -> None:
    world = World()
    await world.create()
    await world.settle()
    before = world.kube.calls["apply"]
    _, made = await plan.make(
        world.kube, {**_local(), "spec": {"web": {"concurrency": 7, "replicas": 1}}}, DEFAULTS
    )
    lines = list(plan_output.lines(made))

    assert "~ change Deployment/demo-web  (restarts its Pods)" in lines
    assert "    spec.template.spec.containers[web].env[WEB_CONCURRENCY].value: 2 -> 7" in lines
    assert lines[-1] == "1 to change; restarts: Deployment/demo-web."
    assert world.kube.calls["apply"] == before


async def test_plan_reads_and_never_writes() -> None:
    world = World()
    await world.create()
    calls = dict(world.kube.calls)
    await plan.make(world.kube, _local(), DEFAULTS)

    assert {verb for verb in world.kube.calls if world.kube.calls[verb] != calls.get(verb, 0)} == {
        "get",
        "list",
    }


async def test_what_a_change_takes_away_is_asked_by_a_dry_run_and_restarts_too() -> None:
    variable = {"name": "EXTRA", "value": "1"}
    world = World(web={"env": [variable]})
    await world.create()
    await world.settle()
    await world.kube.create(_pod("demo-web-1", "web"))
    before, stored = world.kube.calls["apply"], world.kube.objects("Deployment")
    _, made = await plan.make(world.kube, _local(), DEFAULTS)
    lines = list(plan_output.lines(made))

    assert "~ change Deployment/demo-web  (restarts demo-web-1)" in lines
    assert any("env[EXTRA]" in line and line.endswith("-> (absent)") for line in lines), lines
    assert lines[-1].endswith("; restarts: Deployment/demo-web.")
    pods = {action["name"]: action["pods"] for action in plan_output.as_json(made)["actions"]}
    assert pods["demo-web"] == ["demo-web-1"]
    assert world.kube.calls["apply"] == before
    assert world.kube.objects("Deployment") == stored


async def test_who_may_not_change_anything_is_told_that_removals_are_missing() -> None:
    world = World(web={"env": [{"name": "EXTRA", "value": "1"}]})
    await world.create()
    await world.settle()
    forbidden = Forbidden(403, "Forbidden", "cannot patch")
    world.kube.fail = lambda verb, _: forbidden if verb == "dry-run" else None
    _, made = await plan.make(world.kube, _local(), DEFAULTS)

    assert any("fields that would be removed are not shown" in line for line in plan_output.lines(made))


async def test_secrets_of_the_user_are_read_so_that_nothing_seems_to_change() -> None:
    world = World(notifications={"slack": {"secretName": "slack", "key": "url"}})
    await world.kube.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "slack", "namespace": "default"},
            "data": {"url": base64.b64encode(b"https://hooks.example/never-print").decode()},
        }
    )
    await world.create()
    await world.settle()
    slack = {"notifications": {"slack": {"secretName": "slack", "key": "url"}}}
    _, made = await plan.make(world.kube, {**_local(), "spec": {"stage": "Local", **slack}}, DEFAULTS)

    assert list(plan_output.lines(made)) == ["No changes: everything is as wanted."]


async def test_settings_are_those_of_the_operator_on_the_cluster() -> None:
    world = World()
    chart = {
        "app.kubernetes.io/component": "operator",
        "app.kubernetes.io/managed-by": "Helm",
    }
    env = [
        {"name": "RESEE_REGISTRY", "value": "registry.local"},
        {"name": "RESEE_NAMESPACES", "value": ""},
        {"name": "RESEE_LEASE_NAME", "value": "resee-operator"},
        {"name": "RESEE_LEASE_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        {"name": "HTTPS_PROXY", "value": "http://proxy"},
    ]
    for name, variables in (("another", [{"name": "A", "value": "b"}]), ("operator", env)):
        spec = {"template": {"spec": {"containers": [{"name": name, "env": variables}]}}}
        metadata = {"name": name, "namespace": "resee-system", "labels": chart}
        await world.kube.create(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
        )

    assert await plan.operator_settings(world.kube) == {
        "RESEE_REGISTRY": "registry.local",
        "RESEE_LEASE_NAME": "resee-operator",
        "RESEE_LEASE_NAMESPACE": "resee-system",
    }


async def test_who_may_not_look_for_the_operator_plans_with_his_own_settings() -> None:
    world = World()
    forbidden = Forbidden(403, "Forbidden", "cannot list")
    world.kube.fail = lambda verb, _: forbidden if verb == "list" else None

    assert await plan.operator_settings(world.kube) == {}


def test_values_of_secrets_are_masked() -> None:
    change = FieldChange("data.password", "b2xk", "bmV3")
    action = Action(Verb.CHANGE, "Secret", "demo-database", {"metadata": {"name": "x"}}, (change,))
    text = "\n".join(plan_output.lines(Preview(Plan((action,))))) + json.dumps(
        plan_output.as_json(Preview(Plan((action,))))
    )

    assert "data.password: *** -> ***" in text
    assert "b2xk" not in text
    assert "bmV3" not in text


def test_refusal_is_told() -> None:
    refusal = Refusal("StatefulSet", "demo-postgres", FieldChange("spec.serviceName", "a", "b"))

    assert any(
        "StatefulSet/demo-postgres spec.serviceName" in line
        for line in plan_output.lines(Preview(Plan((), (refusal,))))
    )


def _pod(name: str, component: str) -> dict[str, object]:
    labels = {
        "app.kubernetes.io/instance": "demo",
        "app.kubernetes.io/managed-by": "resee-operator",
        "app.kubernetes.io/component": component,
    }
    metadata = {"name": name, "namespace": "default", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}


def _local() -> dict[str, object]:
    return {
        "apiVersion": "resee.io/v1alpha1",
        "kind": "ReseeDeployment",
        "metadata": {"name": "demo", "namespace": "default"},
        "spec": {"stage": "Local"},
    }


def test_examples_can_be_planned() -> None:
    for file in (Path(__file__).parents[2] / "examples").glob("[lb]*.yaml"):
        assert run(file.read_text()).exit_code == CHANGES, file
