"""`plan`: what it prints, its exit codes, and what it keeps to itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from resee_operator import plan
from resee_operator.__main__ import CHANGES, main
from resee_operator.engine.actions import Action, FieldChange, Plan, Refusal, Verb
from resee_operator.kube.resources import KINDS
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

    assert list(plan.lines(made)) == ["No changes: everything is as wanted."]


async def test_change_is_shown_field_by_field_with_what_restarts() -> None:
    world = World()
    await world.create()
    await world.settle()
    before = world.kube.calls["apply"]
    _, made = await plan.make(
        world.kube, {**_local(), "spec": {"web": {"concurrency": 7, "replicas": 1}}}, DEFAULTS
    )
    lines = list(plan.lines(made))

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
    assert len(KINDS) > 10


def test_values_of_secrets_are_masked() -> None:
    change = FieldChange("data.password", "b2xk", "bmV3")
    action = Action(Verb.CHANGE, "Secret", "demo-database", {"metadata": {"name": "x"}}, (change,))
    text = "\n".join(plan.lines(Plan((action,)))) + json.dumps(plan.as_json(Plan((action,))))

    assert "data.password: *** -> ***" in text
    assert "b2xk" not in text
    assert "bmV3" not in text


def test_refusal_is_told() -> None:
    refusal = Refusal("StatefulSet", "demo-postgres", FieldChange("spec.serviceName", "a", "b"))

    assert any(
        "StatefulSet/demo-postgres spec.serviceName" in line for line in plan.lines(Plan((), (refusal,)))
    )


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
