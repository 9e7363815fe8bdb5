"""Django behind gunicorn: serves the API and the admin pages to nginx."""

from __future__ import annotations

from typing import Final

from resee_operator.components import backend, verdicts
from resee_operator.components.base import Facts, Live, Manifest, Verdict
from resee_operator.components.pods import Pod, http_probe
from resee_operator.components.topology import WEB_ADDRESSES, WEB_PORT
from resee_operator.components.workloads import deployment, headless_service, scaling, service
from resee_operator.stages import Resolved

NAME = "web"
CONDITION: str | None = "WebReady"

_COMMAND: Final = ("python3", "-m", "gunicorn", "-c", "gunicorn.conf.py", "config.wsgi:application")
DRAIN: Final = 10
"""Time before the process is told to end, in seconds: until every proxy knows that the Pod is gone, also on a
busy node."""
_GRACE: Final = 45
"""The drain, gunicorn's own 25 seconds for running requests, and some for the exit."""
_LIVE, _READY = "/api/health/live/", "/api/health/ready/"


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """Service, Deployment, and what scales and protects it."""
    web = resolved.web
    return [
        service(resolved, NAME, WEB_PORT, WEB_PORT),
        *_addresses(resolved),
        deployment(resolved, facts, _pod(resolved), web.scale),
        *scaling(resolved, NAME, web.scale),
    ]


def _addresses(resolved: Resolved) -> list[Manifest]:
    """Across zones nginx knows each Pod by its address: it leaves one that does not answer at once, which
    takes Kubernetes two seconds, and with a zone 50."""
    if not resolved.spread_zones:
        return []
    return [headless_service(resolved, NAME, resolved.child(WEB_ADDRESSES), only_ready=True)]


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the newest Pods serve, all of them and no old ones."""
    return verdicts.deployment(resolved, live, NAME)


def _pod(resolved: Resolved) -> Pod:
    command = (*_COMMAND, "--reload") if resolved.live_update else _COMMAND
    container = backend.container(
        resolved,
        NAME,
        command,
        env=[
            {"name": "WEB_CONCURRENCY", "value": str(resolved.web.concurrency)},
            {"name": "WEB_THREADS", "value": str(resolved.web.threads)},
        ],
        pooled=True,
        port=WEB_PORT,
        probes=_probes(),
        lifecycle={"preStop": {"sleep": {"seconds": DRAIN}}},
    )
    return Pod(component=NAME, container=container, settings=resolved.web.pods, grace=_GRACE, spread=True)


def _probes() -> dict[str, Manifest]:
    """Liveness touches no database: a restart would not bring it back. Start-up gets two minutes."""

    def probe(path: str, **timing: int) -> Manifest:
        return http_probe(path, WEB_PORT, "localhost", **timing)

    return {
        "startupProbe": probe(_LIVE, periodSeconds=1, timeoutSeconds=3, failureThreshold=120),
        "readinessProbe": probe(_READY, periodSeconds=5, timeoutSeconds=5, failureThreshold=2),
        "livenessProbe": probe(_LIVE, periodSeconds=10, timeoutSeconds=5, failureThreshold=6),
    }
