"""Nginx: serves the front end and Django's static files, and passes /api and /admin on to web."""

from __future__ import annotations

from typing import Any, Final

from resee_operator import quantity
from resee_operator.components import meta, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import Container, Pod, http_probe
from resee_operator.components.topology import (
    MAINTENANCE_PORT,
    NGINX_PORT,
    NGINX_SERVICE_PORT,
    WEB_ADDRESSES,
    WEB_PORT,
)
from resee_operator.components.workloads import deployment, scaling, zonal
from resee_operator.stages import Resolved

NAME = "nginx"
CONDITION: str | None = "WebReady"

_DRAIN: Final = 5
"""Time before nginx is told to end, in seconds: until every proxy knows that the Pod is gone."""
_PROCESSES: Final = 2
"""Without a limit of CPU: one would stand still while it reads from a slow disk; one for each core of a large
node wastes memory. With a limit: as many as it has whole cores, for more would only be throttled."""
_GRACE: Final = 45
"""The drain, and the longest request that web may still answer."""


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Service, Deployment, and what scales and protects it."""
    return [
        _service(resolved),
        deployment(resolved, facts, _pod(resolved), resolved.nginx.scale),
        *scaling(resolved, NAME, resolved.nginx.scale),
    ]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the newest Pods serve, all of them and no old ones."""
    return verdicts.deployment(resolved, live, NAME)


def _service(resolved: Resolved) -> Manifest:
    """The way in. While Resee is closed it leads to the port of the maintenance page: at once, in every
    Pod, and without a Pod being made anew."""
    nginx = resolved.nginx
    port: dict[str, Any] = {
        "name": "http",
        "port": NGINX_SERVICE_PORT,
        "targetPort": MAINTENANCE_PORT if resolved.closed else NGINX_PORT,
        "protocol": "TCP",
    }
    if nginx.node_port is not None:
        port["nodePort"] = nginx.node_port
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta.metadata(
            resolved, resolved.child(NAME), NAME, annotations=dict(nginx.service_annotations)
        ),
        "spec": {
            "type": str(nginx.service_type),
            "selector": meta.selector(resolved, NAME),
            "ports": [port],
            **zonal(resolved),
        },
    }


def _pod(resolved: Resolved) -> Pod:
    def probe(**timing: int) -> Manifest:
        return http_probe("/nginx-health", NGINX_PORT, None, **timing)

    container = Container(
        name=NAME,
        image=resolved.images.nginx,
        env=[{"name": name, "value": value} for name, value in _environment(resolved).items()],
        port=NGINX_PORT,
        probes={
            "startupProbe": probe(periodSeconds=1, timeoutSeconds=3, failureThreshold=60),
            "readinessProbe": probe(periodSeconds=5, timeoutSeconds=3, failureThreshold=2),
            "livenessProbe": probe(periodSeconds=10, timeoutSeconds=3, failureThreshold=6),
        },
        lifecycle={"preStop": {"sleep": {"seconds": _DRAIN}}},
        writable=resolved.live_update,
    )
    return Pod(component=NAME, container=container, settings=resolved.nginx.pods, grace=_GRACE, spread=True)


def _environment(resolved: Resolved) -> dict[str, str]:
    variables = {
        "BACKEND_HOST": resolved.child(WEB_ADDRESSES if resolved.spread_zones else "web"),
        "BACKEND_PORT": str(WEB_PORT),
        "WORKER_PROCESSES": str(_processes(resolved.nginx.pods.resources.cpu_limit)),
    }
    if resolved.ingress.trusted_proxies:
        variables["REAL_IP_FROM"] = ",".join(resolved.ingress.trusted_proxies)
    return variables


def _processes(cpu_limit: str | None) -> int:
    return _PROCESSES if cpu_limit is None else max(1, int(quantity.parse(cpu_limit)))
