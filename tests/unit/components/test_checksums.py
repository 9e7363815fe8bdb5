"""A changed value rolls exactly the Pods that read it: each key of each Secret and of the ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from resee_operator.components import Facts, Manifest, backend, meta
from resee_operator.stages import Resolved
from tests.support.deployments import EXTERNAL, facts_of, manifests_of, pod_templates, resolved_of

SPECS: dict[str, dict[str, Any]] = {
    "local": {"stage": "Local"},
    "basic": {
        "stage": "Basic",
        "env": [{"name": "SENTRY_DSN", "valueFrom": {"secretKeyRef": {"name": "sentry", "key": "dsn"}}}],
        "web": {"env": [{"name": "WEB_ONLY", "valueFrom": {"secretKeyRef": {"name": "more", "key": "web"}}}]},
        "notifications": {"slack": {"secretName": "slack"}},
        "backup": {"destination": {"s3": {"bucket": "backups", "credentialsSecret": "s3"}}},
    },
    "production": {"stage": "Production", **EXTERNAL},
}
GIVEN = {
    "sentry": ("dsn",),
    "more": ("web", "unread"),
    "slack": ("url",),
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "rds": ("uri", "replica-uri", "port", "unread"),
    "elasticache": ("uri", "cache-uri", "unread"),
}
"""Secrets of the user, which the specs name; what no spec names is no Pod's business."""

Checksums = dict[str, str]
Key = tuple[str, str]


def rolled(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Templates of what runs on and on, and so rolls when its template changes; Jobs do not."""
    return {
        name: found
        for name, found in pod_templates(manifests).items()
        if not name.startswith(("Job", "Cron"))
    }


def checksums(resolved: Resolved, facts: Facts) -> Checksums:
    return {
        name: template["metadata"]["annotations"][meta.CHECKSUM_ANNOTATION]
        for name, template in rolled(manifests_of(resolved, facts)).items()
    }


def known(resolved: Resolved) -> Facts:
    given = {name: {key: f"{name}/{key}" for key in keys} for name, keys in GIVEN.items()}
    return Facts({**given, **facts_of(resolved).secrets})


def keys_read(template: Manifest) -> Iterator[Key]:
    """(Secret, key) pairs of a template, by Kubernetes' own fields; the key is * where all are read."""
    spec = template["spec"]
    for container in (*spec["containers"], *spec.get("initContainers", ())):
        for variable in container.get("env", ()):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference:
                yield reference["name"], reference["key"]
        for source in container.get("envFrom", ()):
            if "secretRef" in source:
                yield source["secretRef"]["name"], "*"
    for volume in spec.get("volumes", ()):
        for source in (volume, *volume.get("projected", {}).get("sources", ())):
            secret = source.get("secret")
            if secret:
                name = secret.get("secretName") or secret["name"]
                yield from ((name, item["key"]) for item in secret.get("items", ({"key": "*"},)))


def config_maps_read(template: Manifest) -> set[str]:
    containers = template["spec"]["containers"]
    sources = [source for container in containers for source in container.get("envFrom", ())]
    volumes = [volume["configMap"] for volume in template["spec"]["volumes"] if "configMap" in volume]
    return {source["configMapRef"]["name"] for source in sources if "configMapRef" in source} | {
        volume["name"] for volume in volumes
    }


@pytest.mark.parametrize("case", SPECS)
def test_each_key_of_each_secret(case: str) -> None:
    resolved = resolved_of(**SPECS[case])
    facts = known(resolved)
    before = checksums(resolved, facts)
    reads = {name: set(keys_read(found)) for name, found in rolled(manifests_of(resolved, facts)).items()}
    seen = set()
    for secret, data in facts.secrets.items():
        for key in data:
            changed = Facts({**facts.secrets, secret: {**data, key: "changed"}})
            after = checksums(resolved, changed)
            readers = {name for name in reads if reads[name] & {(secret, key), (secret, "*")}}
            # A rotation gives these to the running servers, which must not restart for them.
            if (secret, key) == (f"{resolved.name}-database", "password"):
                readers -= {f"StatefulSet/{resolved.name}-postgres"}
            if secret == resolved.redis.secret_name:
                readers -= {f"StatefulSet/{resolved.name}-redis"}
            assert {name for name in after if after[name] != before[name]} == readers, (secret, key)
            seen |= {(secret, key)} if readers else set()
    assert seen >= {(resolved.app_secret, "SECRET_KEY"), (resolved.database.secret_name, "uri")}


@pytest.mark.parametrize("key", backend.config(resolved_of()))
@pytest.mark.parametrize("case", SPECS)
def test_each_key_of_the_config_map(monkeypatch: pytest.MonkeyPatch, case: str, key: str) -> None:
    resolved = resolved_of(**SPECS[case])
    facts = known(resolved)
    before = checksums(resolved, facts)
    data = backend.config(resolved)
    monkeypatch.setattr(backend, "config", lambda _: {**data, key: "changed"})
    after = checksums(resolved, facts)

    readers = {
        name
        for name, found in rolled(manifests_of(resolved, facts)).items()
        if resolved.config_map in config_maps_read(found)
    }
    assert {name for name in after if after[name] != before[name]} == readers
    assert {"Deployment/demo-web", "Deployment/demo-beat"} <= readers
    assert "Deployment/demo-nginx" not in readers


@pytest.mark.parametrize("case", SPECS)
def test_no_pod_reads_a_config_map_that_is_not_counted(case: str) -> None:
    resolved = resolved_of(**SPECS[case])
    for name, template in rolled(manifests_of(resolved)).items():
        assert config_maps_read(template) <= {resolved.config_map}, name


def test_a_secret_that_goes_away_rolls_its_readers() -> None:
    resolved = resolved_of(**SPECS["basic"])
    facts = known(resolved)
    gone = Facts({name: data for name, data in facts.secrets.items() if name != "more"})
    before, after = checksums(resolved, facts), checksums(resolved, gone)
    assert {name for name in after if after[name] != before[name]} == {"Deployment/demo-web"}
