"""The way in from outside the cluster: an Ingress that leads to nginx.

The controllers of the classes alb and nginx are told what they need to know; external-dns and cert-manager
read the same annotations. The user's own annotations win.
"""

from __future__ import annotations

import json
from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.topology import NGINX_SERVICE_PORT
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved

NAME = "ingress"
CONDITION: str | None = None

_HEALTH: Final = "/nginx-health"
_LARGEST_BODY: Final = "20m"
"""What nginx and Django take; the class nginx would refuse more than 1 MB."""


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
        "metadata": meta.metadata(resolved, resolved.name, NAME, annotations=_annotations(resolved)),
        "spec": spec,
    }


def _annotations(resolved: Resolved) -> dict[str, str]:
    ingress = resolved.ingress
    found = {"alb": _alb, "nginx": _nginx}.get(ingress.class_name or "", lambda _: {})(resolved)
    if ingress.external_dns or ingress.cloudflare:
        found["external-dns.alpha.kubernetes.io/hostname"] = resolved.host
    if ingress.cloudflare:
        found["external-dns.alpha.kubernetes.io/cloudflare-proxied"] = "true"
    if ingress.issuer:
        kind, name = ingress.issuer
        found[f"cert-manager.io/{'cluster-issuer' if kind == 'ClusterIssuer' else 'issuer'}"] = name
    return {**found, **ingress.annotations}


def _alb(resolved: Resolved) -> dict[str, str]:
    """Straight to the Pods, whose health the load balancer asks itself; with TLS, port 80 only redirects."""
    ports = [{"HTTP": 80}, {"HTTPS": 443}] if resolved.ingress.encrypted else [{"HTTP": 80}]
    settings = {
        "scheme": "internet-facing",
        "target-type": "ip",
        "healthcheck-path": _HEALTH,
        "healthcheck-interval-seconds": "10",
        "healthy-threshold-count": "2",
        "unhealthy-threshold-count": "2",
        "listen-ports": json.dumps(ports),
        # nginx gives running requests 40 seconds; the load balancer waits as long before it cuts them off.
        "target-group-attributes": "deregistration_delay.timeout_seconds=40",
    }
    own_ports = "alb.ingress.kubernetes.io/listen-ports" in resolved.ingress.annotations
    if resolved.ingress.encrypted and not own_ports:
        settings["ssl-redirect"] = "443"
    return {f"alb.ingress.kubernetes.io/{name}": value for name, value in settings.items()}


def _nginx(resolved: Resolved) -> dict[str, str]:
    """Where something before the controller ends TLS, that redirects: here it would go round in circles."""
    own = resolved.ingress.tls_secret is not None
    settings = {"proxy-body-size": _LARGEST_BODY, "ssl-redirect": "true" if own else "false"}
    return {f"nginx.ingress.kubernetes.io/{name}": value for name, value in settings.items()}
