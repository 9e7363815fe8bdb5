"""What the real API server says to specs: the examples are accepted, wrong ones refused with what to do."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import kubectl
from tests.support.deployments import EXTERNAL, STAGES, example, resource
from tests.support.wait import Budget
from tests.unit.api.test_parse import REFUSED

NOT_ASKED = frozenset({"spec.foo"})
"""Fields that the server refuses in its own words, checked one by one below."""


def apply(server: ApiServer, namespace: str, spec: dict[str, Any], *flags: str, name: str = "demo") -> str:
    """Apply a spec as a user does; the server's error, or nothing where it accepts."""
    manifest = resource(spec, name)
    del manifest["metadata"]["uid"]
    manifest["metadata"]["namespace"] = namespace
    command = [str(server.kubectl), f"--kubeconfig={server.kubeconfig}", "apply", *flags, "-f", "-"]
    limit = Budget.COMMAND.seconds
    done = subprocess.run(
        command, input=json.dumps(manifest), capture_output=True, text=True, timeout=limit, check=False
    )
    return done.stderr if done.returncode else ""


def try_out(server: ApiServer, namespace: str, spec: dict[str, Any], name: str = "demo") -> str:
    """Ask the server without a trace."""
    return apply(server, namespace, spec, "--dry-run=server", name=name)


@pytest.mark.parametrize("stage", STAGES)
def test_examples_are_accepted(server: ApiServer, namespace: str, stage: str) -> None:
    assert apply(server, namespace, example(stage)["spec"]) == ""


def test_all_wrong_specs_are_refused_with_field_and_advice(server: ApiServer, namespace: str) -> None:
    """The rules that pydantic keeps in Python are kept by the server in CEL, with the same words."""
    wrong = []
    for spec, field, _ in REFUSED:
        said = try_out(server, namespace, spec)
        named = field.replace("spec.env[0].valueFrom", "spec.env[0]").removesuffix("[0]")
        if field not in NOT_ASKED and named not in said:
            wrong.append(f"{field}: {said or 'accepted'}")
    assert wrong == []


@pytest.mark.parametrize(
    ("spec", "advice"),
    [(spec, advice) for spec, field, advice in REFUSED if advice in ("five fields", "another name", "10Gi")],
)
def test_advice_reaches_the_user(
    server: ApiServer, namespace: str, spec: dict[str, Any], advice: str
) -> None:
    assert advice in try_out(server, namespace, spec)


def test_an_unknown_field_is_refused(server: ApiServer, namespace: str) -> None:
    assert 'unknown field "spec.foo"' in try_out(server, namespace, {"foo": 1})


@pytest.mark.parametrize("name", ["x" * 36, "1st", "with.dot"])
def test_names_that_children_could_not_carry_are_refused(
    server: ApiServer, namespace: str, name: str
) -> None:
    assert "use at most 35 small letters" in try_out(server, namespace, {}, name)


def test_a_name_of_35_letters_is_accepted(server: ApiServer, namespace: str) -> None:
    assert try_out(server, namespace, {}, "x" * 35) == ""


def test_a_quantity_may_go_without_quotes(server: ApiServer, namespace: str) -> None:
    assert try_out(server, namespace, {"web": {"resources": {"requests": {"cpu": 2}}}}) == ""


def test_an_empty_spec_is_stage_local(server: ApiServer, namespace: str) -> None:
    assert apply(server, namespace, {}) == ""
    path = "jsonpath={.spec.stage}"
    assert kubectl(server, "-n", namespace, "get", "resee", "demo", "-o", path) == "Local"


S3 = {"backup": {"destination": {"s3": {"bucket": "safe"}}}}
OURS: dict[str, Any] = {part: {"provider": "StatefulSet"} for part in ("database", "redis")}
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("to production", {"stage": "Basic"}, {"stage": "Production"}, "database provider cannot change"),
    ("back from production", {"stage": "Production"}, {"stage": "Basic"}, "database provider cannot change"),
    ("another database", {}, {"database": EXTERNAL["database"]}, "database provider cannot change"),
    ("another redis", {}, {"redis": EXTERNAL["redis"]}, "Redis provider cannot change"),
    (
        "a smaller volume",
        {"database": {"storage": {"size": "10Gi"}}},
        {"database": {"storage": {"size": "9Gi"}}},
        "cannot shrink",
    ),
    (
        "another class",
        {"redis": {"storage": {"className": "fast"}}},
        {"redis": {"storage": {"className": "slow"}}},
        "cannot move to another class",
    ),
    ("other connections to redis", {}, {"redis": {"tls": True}}, "encryption of Redis cannot change"),
    (
        "to production with its providers",
        {"stage": "Basic"},
        {"stage": "Production", **OURS},
        "encryption of Redis cannot change",
    ),
    (
        "to production with its providers and their connections",
        {"stage": "Basic"},
        {"stage": "Production", **OURS, "redis": {**OURS["redis"], "tls": False}},
        "",
    ),
    (
        "other demands on theirs",
        EXTERNAL,
        {**EXTERNAL, "redis": {**EXTERNAL["redis"], "tls": True}},
        "",
    ),
    ("local to basic", {"stage": "Local"}, {"stage": "Basic"}, ""),
    ("said what was meant", {}, {"database": {"provider": "StatefulSet"}}, ""),
    (
        "to production with its servers",
        {"stage": "Basic", **EXTERNAL},
        {"stage": "Production", **EXTERNAL},
        "",
    ),
    (
        "a larger volume in other units",
        {"database": {"storage": {"size": "1Gi"}}},
        {"database": {"storage": {"size": "1025Mi"}}},
        "",
    ),
    ("another destination", {}, S3, ""),
]


@pytest.mark.parametrize(
    ("before", "after", "refusal"), [change[1:] for change in CHANGES], ids=[change[0] for change in CHANGES]
)
def test_changes(
    server: ApiServer, namespace: str, before: dict[str, Any], after: dict[str, Any], refusal: str
) -> None:
    """Data that would have to move is refused; everything else is let through."""
    assert apply(server, namespace, before) == ""
    said = apply(server, namespace, after)
    assert refusal in said if refusal else said == ""


def test_columns(server: ApiServer, namespace: str) -> None:
    assert apply(server, namespace, {"stage": "Basic"}) == ""
    now = "2026-01-01T00:00:00Z"
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Ready",
        "message": "all is well",
        "lastTransitionTime": now,
    }
    status = {
        "version": "1.2.3",
        "url": "http://a",
        "conditions": [ready, {**ready, "type": "DatabaseReady", "reason": "RollingOut"}],
        "replicas": {"web": "2/3"},
        "backup": {"lastSuccess": now},
    }
    patch = json.dumps({"status": status})
    kubectl(
        server, "-n", namespace, "patch", "resee", "demo", "--subresource=status", "--type=merge", "-p", patch
    )
    head, row = kubectl(server, "-n", namespace, "get", "resee").splitlines()
    wanted = ["NAME", "STAGE", "VERSION", "READY", "WEB", "DATABASE", "LAST-BACKUP", "URL", "AGE"]
    assert head.split() == wanted
    assert row.split()[:6] == ["demo", "Basic", "1.2.3", "True", "2/3", "RollingOut"]


@pytest.mark.parametrize("word", ["resee", "reseedeployment", "reseedeployments", "all"])
def test_names_under_which_it_is_listed(server: ApiServer, namespace: str, word: str) -> None:
    assert apply(server, namespace, {}) == ""
    listed = kubectl(server, "-n", namespace, "get", word, "-o", "name")
    assert "reseedeployment.resee.io/demo" in listed
