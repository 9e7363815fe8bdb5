"""What holds for the manifests of every spec, whatever it says."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import kubernetes_validate
import pytest
from hypothesis import HealthCheck, given, settings

from resee_operator import quantity
from resee_operator.components import COMPONENTS, CONDITIONS, Facts, Manifest, credentials, meta
from resee_operator.kube.resources import KINDS
from resee_operator.stages import Resolved
from tests.support.deployments import (
    DEFAULTS,
    STAGES,
    LiveObjects,
    facts_of,
    manifests_of,
    pod_templates,
    resolved_example,
    resolved_of,
)
from tests.support.pod_security import violations
from tests.support.specs import specs

KUBERNETES = ("1.35", "1.37")
"""The oldest and the newest release that the manifests are checked against."""

every_spec = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def planted(resolved: Resolved) -> tuple[Facts, list[str]]:
    """Secrets full of sentinels, and the sentinels."""
    facts = facts_of(resolved)
    secrets: dict[str, dict[str, str]] = {}
    for name in {*resolved.secret_names, *facts.secrets}:
        keys = {*facts.secrets.get(name, {}), "uri", "cache-uri", "password", "token", "url", "SECRET_KEY"}
        secrets[name] = {key: f"planted-{name}-{key}" for key in keys}
    return Facts(secrets), [value for data in secrets.values() for value in data.values()]


@every_spec
@given(specs)
def test_no_secret_value_is_in_any_manifest(spec: dict[str, Any]) -> None:
    facts, sentinels = planted(resolved_of(**spec))
    text = json.dumps(manifests_of(resolved_of(**spec), facts))
    assert "planted-" not in text
    assert sentinels


@every_spec
@given(specs)
def test_every_pod_is_restricted(spec: dict[str, Any]) -> None:
    for holder, template in pod_templates(manifests_of(resolved_of(**spec))).items():
        assert violations(template["spec"]) == [], holder
        assert template["spec"]["automountServiceAccountToken"] is False
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert "memory" in container["resources"]["limits"]


@every_spec
@given(specs)
def test_requests_never_exceed_limits(spec: dict[str, Any]) -> None:
    for template in pod_templates(manifests_of(resolved_of(**spec))).values():
        for container in template["spec"]["containers"]:
            amounts = container["resources"]
            for name, limit in amounts["limits"].items():
                assert quantity.parse(amounts["requests"][name]) <= quantity.parse(limit)


@every_spec
@given(specs)
def test_identities_are_unique_and_names_fit(spec: dict[str, Any]) -> None:
    resolved = resolved_of(name="a-name-of-the-greatest-length-of-35", **spec)
    manifests = manifests_of(resolved)
    counts = Counter((item["kind"], item["metadata"]["name"]) for item in manifests)
    assert [identity for identity, count in counts.items() if count > 1] == []
    for item in manifests:
        longest = 52 if item["kind"] == "CronJob" else 63
        assert len(item["metadata"]["name"]) <= longest
        assert item["metadata"]["namespace"] == "shop"
        assert all(len(value) <= 63 for value in item["metadata"]["labels"].values())


@every_spec
@given(specs)
def test_selectors_are_made_of_three_labels_that_the_pods_carry(spec: dict[str, Any]) -> None:
    wanted = {meta.NAME_LABEL, meta.INSTANCE_LABEL, meta.COMPONENT_LABEL}
    for item in manifests_of(resolved_of(**spec)):
        if item["kind"] in ("Deployment", "StatefulSet"):
            selector = item["spec"]["selector"]["matchLabels"]
            assert selector.keys() == wanted
            assert selector.items() <= item["spec"]["template"]["metadata"]["labels"].items()


@every_spec
@given(specs)
def test_every_reference_leads_to_an_object(spec: dict[str, Any]) -> None:
    """Accounts, claims, the ConfigMap and Secrets that Pods name exist, or are the user's own."""
    resolved = resolved_of(**spec)
    manifests = manifests_of(resolved)
    names = {(item["kind"], item["metadata"]["name"]) for item in manifests}
    for template in pod_templates(manifests).values():
        pod = template["spec"]
        assert ("ServiceAccount", pod["serviceAccountName"]) in names
        for volume in pod["volumes"]:
            if "persistentVolumeClaim" in volume:
                assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in names
            if "secret" in volume:
                assert volume["secret"]["secretName"] in resolved.secret_names
        for container in pod["containers"]:
            for source in container.get("envFrom", []):
                assert ("ConfigMap", source["configMapRef"]["name"]) in names
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                assert reference is None or reference["name"] in resolved.secret_names


@every_spec
@given(specs)
def test_mounts_and_volumes_match(spec: dict[str, Any]) -> None:
    for template in pod_templates(manifests_of(resolved_of(**spec))).values():
        volumes = {volume["name"] for volume in template["spec"]["volumes"]}
        mounts = {mount["name"] for item in template["spec"]["containers"] for mount in item["volumeMounts"]}
        assert mounts == volumes


@every_spec
@given(specs)
def test_variables_are_named_once(spec: dict[str, Any]) -> None:
    for template in pod_templates(manifests_of(resolved_of(**spec))).values():
        for container in template["spec"]["containers"]:
            names = [variable["name"] for variable in container.get("env", [])]
            assert len(names) == len(set(names))


@every_spec
@given(specs)
def test_owned_unless_it_holds_data(spec: dict[str, Any]) -> None:
    resolved = resolved_of(**spec)
    secrets = [secret.manifest for secret in credentials.generated(resolved)]
    for item in [*manifests_of(resolved), *secrets]:
        holds_data = item["kind"] in ("PersistentVolumeClaim", "Secret", "Cluster")
        owned = not holds_data or resolved.deletion_policy == "Delete"
        assert ("ownerReferences" in item["metadata"]) is owned, item["kind"]


@every_spec
@given(specs)
def test_the_same_spec_gives_the_same_manifests(spec: dict[str, Any]) -> None:
    assert manifests_of(resolved_of(**spec)) == manifests_of(resolved_of(**spec))


@every_spec
@given(specs)
def test_suspended_runs_nothing_and_keeps_data(spec: dict[str, Any]) -> None:
    running = manifests_of(resolved_of(**{**spec, "suspend": False}))
    stopped = manifests_of(resolved_of(**{**spec, "suspend": True}))
    for item in stopped:
        if item["kind"] in ("Deployment", "StatefulSet"):
            assert item["spec"]["replicas"] == 0
        if item["kind"] in ("Job", "CronJob"):
            assert item["spec"]["suspend"] is True
        assert item["kind"] != "HorizontalPodAutoscaler"
    claims = "PersistentVolumeClaim"
    assert [i for i in running if i["kind"] == claims] == [i for i in stopped if i["kind"] == claims]


@every_spec
@given(specs)
def test_health_of_nothing_is_a_sentence(spec: dict[str, Any]) -> None:
    resolved = resolved_of(**spec)
    for component in COMPONENTS:
        verdict = component.health(resolved, LiveObjects())
        assert verdict.message
        assert not verdict.message.endswith(".")


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs)
def test_manifests_are_valid_for_kubernetes(spec: dict[str, Any]) -> None:
    for item in manifests_of(resolved_of(**spec)):
        if not KINDS[item["kind"]].optional:
            kubernetes_validate.validate(item, KUBERNETES[-1], strict=True)


@pytest.mark.parametrize("release", KUBERNETES)
@pytest.mark.parametrize("stage", STAGES)
def test_examples_are_valid_for_each_kubernetes(stage: str, release: str) -> None:
    for item in manifests_of(resolved_example(stage)):
        kubernetes_validate.validate(item, release, strict=True)


def test_a_manifest_with_an_unknown_field_is_refused() -> None:
    manifest = manifests_of(resolved_of())[0]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**manifest, "autoMount": True}, KUBERNETES[-1], strict=True)


def empty_values(value: Any, path: str = "") -> list[str]:
    """Paths of values that the API server would drop, so that a diff could never become empty."""
    if isinstance(value, dict):
        inner = [found for key, item in value.items() for found in empty_values(item, f"{path}.{key}")]
        allowed = path.endswith((".emptyDir", ".podAntiAffinity")) or bool(value)
        return inner if allowed else [path]
    if isinstance(value, list):
        inner = [found for item in value for found in empty_values(item, f"{path}[]")]
        return inner if value else [path]
    return [path] if value is None else []


@every_spec
@given(specs)
def test_nothing_empty_is_written(spec: dict[str, Any]) -> None:
    for item in manifests_of(resolved_of(**spec)):
        assert empty_values(item) == [], item["kind"]


def test_each_condition_has_its_components() -> None:
    assert CONDITIONS == {
        "DatabaseReady": ("postgres", "pooler"),
        "RedisReady": ("redis",),
        "Migrated": ("migration",),
        "WebReady": ("web", "nginx"),
        "WorkersReady": ("worker", "beat"),
        "BackupHealthy": ("backup", "drill"),
    }


def test_only_the_operators_own_images_carry_the_version() -> None:
    def images(manifests: list[Manifest]) -> set[str]:
        return {
            container["image"]
            for template in pod_templates(manifests).values()
            for container in template["spec"]["containers"]
        }

    assert images(manifests_of(resolved_of(version="1.2.3"))) == {
        *(f"{DEFAULTS.registry}/resee-{name}:1.2.3" for name in ("backend", "nginx", "backup")),
        DEFAULTS.postgres_image,
        DEFAULTS.redis_image,
    }
