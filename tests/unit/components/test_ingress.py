"""The Ingress, where there is one."""

from __future__ import annotations

from typing import Any

from resee_operator.components import ingress
from resee_operator.components.base import Reason
from tests.support.deployments import LiveObjects, facts_of, manifests_of, resolved_of


def only(**fields: Any) -> dict[str, Any]:
    resolved = resolved_of(stage="Basic", host="a.example", **fields)
    (manifest,) = ingress.objects(resolved, facts_of(resolved))
    return manifest


def test_it_leads_to_nginx() -> None:
    (rule,) = only()["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] == "a.example"
    assert (path["path"], path["pathType"]) == ("/", "Prefix")
    assert path["backend"]["service"] == {"name": "demo-nginx", "port": {"number": 80}}


def test_what_is_not_said_is_left_to_the_cluster() -> None:
    assert only()["spec"].keys() == {"rules"}
    assert "annotations" not in only()["metadata"]


def test_class_annotations_and_certificate() -> None:
    annotations = {"alb.ingress.kubernetes.io/scheme": "internet-facing"}
    manifest = only(ingress={"className": "alb", "annotations": annotations}, tls={"secretName": "cert"})
    assert manifest["spec"]["ingressClassName"] == "alb"
    assert manifest["metadata"]["annotations"] == annotations
    assert manifest["spec"]["tls"] == [{"hosts": ["a.example"], "secretName": "cert"}]


def test_health() -> None:
    assert ingress.health(resolved_of(), LiveObjects()).reason == Reason.NOT_NEEDED
    resolved = resolved_of(stage="Basic", host="a.example")
    assert ingress.health(resolved, LiveObjects()).reason == Reason.MISSING
    assert ingress.health(resolved, LiveObjects(manifests_of(resolved))).healthy
