"""Every wrong spec becomes one error that names the field and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from resee_operator.api import parse
from resee_operator.errors import InvalidSpec, UserError
from tests.support.deployments import STAGES, example, resource, spec_of

ALL = {"name": "all", "queues": ["default", "reviews", "email"]}

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"foo": 1}, "spec.foo", "remove it"),
    ({"stage": "local"}, "spec.stage", "'Local', 'Basic' or 'Production'"),
    ({"web": {"replicas": -1}}, "spec.web.replicas", "greater than or equal to 0"),
    ({"web": {"replicas": "two"}}, "spec.web.replicas", "integer"),
    ({"web": {"resources": {"requests": {"cpu": "2 cores"}}}}, "spec.web.resources.requests.cpu", "250m"),
    ({"web": {"resources": {"limits": {"memory": True}}}}, "spec.web.resources.limits.memory", "string"),
    ({"web": {"resources": {"limits": {"memory": 0.5}}}}, "spec.web.resources.limits.memory", "string"),
    ({"backup": {"schedule": "nightly"}}, "spec.backup.schedule", "five fields"),
    ({"backup": {"schedule": "0 3 * * 7"}}, "spec.backup.schedule", "five fields"),
    ({"backup": {"schedule": "@daily"}}, "spec.backup.schedule", "five fields"),
    ({"backup": {"timeZone": "Asia/Seoul; rm"}}, "spec.backup.timeZone", "Asia/Seoul"),
    ({"host": "https://resee.example.com"}, "spec.host", "without scheme"),
    ({"host": "a..b"}, "spec.host", "without scheme"),
    ({"host": "a" * 254}, "spec.host", "at most 253 characters"),
    ({"url": "resee.example.com"}, "spec.url", "https://"),
    ({"url": "https://resee.example.com/path"}, "spec.url", "https://"),
    ({"version": "v1:2"}, "spec.version", "tag"),
    ({"images": {"backend": "a b"}}, "spec.images.backend", "registry/name:tag"),
    ({"images": {"backend": "UPPER/x"}}, "spec.images.backend", "registry/name:tag"),
    ({"images": {"registry": "https://ghcr.io"}}, "spec.images.registry", "without scheme"),
    ({"workers": []}, "spec.workers", "at least 1 item"),
    ({"workers": [{"name": "a", "queues": ["default"]}]}, "spec.workers", "queues"),
    ({"workers": [{**ALL, "name": "A"}]}, "spec.workers[0].name", "small letters"),
    ({"workers": [{**ALL, "name": "x" * 21}]}, "spec.workers[0].name", "at most 20"),
    ({"env": [{"name": "1X", "value": ""}]}, "spec.env[0].name", "letters"),
    ({"env": [{"name": "DATABASE_URL", "value": "x"}]}, "spec.env[0].name", "another name"),
    ({"env": [{"name": "X"}]}, "spec.env[0]", "value or valueFrom"),
    ({"env": [{"name": "X", "value": "1", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]},
     "spec.env[0]", "value or valueFrom"),
    ({"env": [{"name": "X", "valueFrom": {}}]}, "spec.env[0].valueFrom", "secretKeyRef or configMapKeyRef"),
    ({"stage": "Basic", "dev": {}}, "spec.dev", "stage Local"),
    ({"stage": "Production", "web": {"replicas": 1}}, "spec.web.replicas", "raise replicas"),
    ({"stage": "Production", "nginx": {"replicas": 1}}, "spec.nginx.replicas", "raise replicas"),
    ({"ingress": {"enabled": True}}, "spec.host", "set the name"),
    ({"ingress": {"trustedProxies": ["10.0.0.1"]}}, "spec.ingress.trustedProxies[0]", "10.0.0.0/8"),
    ({"web": {"replicas": 2, "autoscaling": {}}}, "spec.web.replicas", "fight"),
    ({"web": {"autoscaling": {"minReplicas": 5, "maxReplicas": 4}}},
     "spec.web.autoscaling.minReplicas", "raise maxReplicas"),
    ({"nginx": {"service": {"nodePort": 30080}}}, "spec.nginx.service.nodePort", "set the type"),
    ({"web": {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}},
     "spec.web.resources.requests", "raise the limit"),
    ({"database": {"provider": "External"}}, "spec.database.external", "both or neither"),
    ({"database": {"external": {"secretName": "x"}}}, "spec.database.external", "both or neither"),
    ({"redis": {"provider": "External"}}, "spec.redis.external", "both or neither"),
    ({"database": {"provider": "External", "external": {"secretName": "x"}, "pooler": {"enabled": True}}},
     "spec.database.pooler", "somebody else"),
    ({"database": {"parameters": {"data_directory": "/x"}}}, "spec.database.parameters", "remove it"),
    ({"database": {"parameters": {"a b": "1"}}}, "spec.database.parameters", "remove it"),
    ({"database": {"storage": {"size": "10"}}}, "spec.database.storage.size", "10Gi"),
    ({"backup": {"destination": {}}}, "spec.backup.destination", "s3 or volume"),
    ({"backup": {"destination": {"s3": {"bucket": "b"}}}}, "spec.backup.destination.s3.bucket", "3 to 63"),
    ({"backup": {"destination": {"s3": {"bucket": "safe", "prefix": "/a"}}}},
     "spec.backup.destination.s3.prefix", "slashes"),
    ({"backup": {"retention": {"keepLast": 0, "daily": 0, "weekly": 0, "monthly": 0}}},
     "spec.backup.retention", "at least one"),
    ({"notifications": {"slack": {}}}, "spec.notifications.slack.secretName", "required"),
    ({"deletionPolicy": "Keep"}, "spec.deletionPolicy", "'Retain'"),
]  # fmt: skip
"""A spec, the field that the error names, and words of its advice. The API server is asked the same in
tests/integration/test_crd_on_api_server.py."""


@pytest.mark.parametrize(("spec", "field", "advice"), REFUSED, ids=[field for _, field, _ in REFUSED])
def test_a_wrong_spec_is_refused_with_field_and_advice(spec: dict[str, Any], field: str, advice: str) -> None:
    with pytest.raises(InvalidSpec) as error:
        parse(resource(spec))
    assert error.value.field == field
    assert advice in str(error.value)
    assert isinstance(error.value, UserError)


@pytest.mark.parametrize("stage", STAGES)
def test_the_examples_are_accepted(stage: str) -> None:
    assert parse(example(stage)).spec.stage == stage


@pytest.mark.parametrize(
    "line",
    ["0 3 * * *", "*/15 * * * *", "0 0-6/2 1,15 JAN-MAR mon-FRI", "59 23 31 12 0", "5,10-20/5 * * * 6"],
)
def test_cron_lines_of_five_fields_are_accepted(line: str) -> None:
    assert spec_of(backup={"schedule": line}).backup.schedule == line


@pytest.mark.parametrize(
    "image",
    [
        "postgres:15",
        "localhost:5000/a/b:1.2-x",
        "ghcr.io/resee-io/resee-backend@sha256:" + "0" * 64,
        "ghcr.io/resee-io/resee-backend:1@sha256:" + "a" * 64,
    ],
)
def test_image_references_are_accepted(image: str) -> None:
    assert spec_of(images={"backend": image}).images.backend == image


@pytest.mark.parametrize(("written", "read"), [(1, "1"), ("250m", "250m"), (".5", ".5"), ("1.5Gi", "1.5Gi")])
def test_quantities_may_go_without_quotes(written: object, read: str) -> None:
    assert spec_of(web={"resources": {"requests": {"cpu": written}}}).web.resources.requests.cpu == read


def test_a_missing_spec_is_stage_local() -> None:
    manifest = resource({})
    del manifest["spec"]
    assert parse(manifest).spec.stage == "Local"


def test_what_the_server_adds_to_the_metadata_is_ignored() -> None:
    manifest = resource({})
    manifest["metadata"] |= {"resourceVersion": "7", "managedFields": [{"manager": "kubectl"}]}
    manifest["status"] = {"version": "1.0.0", "conditions": []}
    assert parse(manifest).status == {"version": "1.0.0", "conditions": []}


def test_an_object_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidSpec) as error:
        parse({**resource({}), "kind": "Deployment"})
    assert error.value.field == "kind"


def test_long_values_are_cut() -> None:
    with pytest.raises(InvalidSpec) as error:
        parse(resource({"stage": "x" * 500}))
    assert len(str(error.value)) < 250


def test_a_variables_value_is_not_repeated() -> None:
    """A secret that somebody wrote as a plain value must not reach conditions and logs."""
    with pytest.raises(InvalidSpec) as error:
        parse(resource({"env": [{"name": "1X", "value": "hunter2"}]}))
    assert "hunter2" not in str(error.value)
    with pytest.raises(InvalidSpec) as error:
        parse(resource({"env": [{"name": "X", "value": {"password": "hunter2"}}]}))
    assert "hunter2" not in str(error.value)
