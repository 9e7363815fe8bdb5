"""The way in from outside the cluster: an Ingress that leads to nginx."""

from __future__ import annotations

from typing import Any

from resee_operator.components import meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.topology import NGINX_SERVICE_PORT
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved

NAME = "ingress"
CONDITION: str | None = None


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """The Ingress, where it is enabled."""
    return [_ingress(resolved)] if resolved.ingress.enabled else []


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the Ingress exists; its controller is not ours to judge."""
    if not resolved.ingress.enabled:
        return Verdict(True, Reason.NOT_NEEDED, "no Ingress is wanted")
    return existing(live, [("Ingress", resolved.name)])


def _ingress(resolved: Resolved) -> Manifest:
    ingress = resolved.ingress
    service = {"name": resolved.child("nginx"), "port": {"number": NGINX_SERVICE_PORT}}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
    spec: dict[str, Any] = {"rules": [{"host": resolved.host, "http": {"paths": [path]}}]}
    if ingress.class_name:
        spec["ingressClassName"] = ingress.class_name
    if ingress.tls_secret:
        spec["tls"] = [{"hosts": [resolved.host], "secretName": ingress.tls_secret}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": meta.metadata(resolved, resolved.name, NAME, annotations=dict(ingress.annotations)),
        "spec": spec,
    }
