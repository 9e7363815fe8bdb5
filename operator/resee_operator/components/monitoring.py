"""What the Prometheus operator is told: where the metrics are, when to sound an alarm, and whom to tell."""

from __future__ import annotations

from typing import Any, Final

from resee_operator.components import meta
from resee_operator.components.alarms import groups
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.verdicts import existing
from resee_operator.stages import Resolved

NAME = "monitoring"
CONDITION: str | None = None

_API: Final = "monitoring.coreos.com"
_RECEIVER: Final = "slack"


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """None, unless they are asked for: the kinds belong to another operator."""
    if not resolved.monitoring.enabled or resolved.suspended:
        return []
    made = [
        _made(resolved, "PodMonitor", "v1", _metrics(resolved)),
        _made(resolved, "PrometheusRule", "v1", {"groups": groups(resolved)}),
    ]
    if resolved.slack:
        made.append(
            _made(
                resolved, "AlertmanagerConfig", "v1alpha1", _routing(resolved.slack.name, resolved.slack.key)
            )
        )
    return made


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether the objects exist."""
    wanted = [(item["kind"], item["metadata"]["name"]) for item in objects(resolved, Facts())]
    if not wanted:
        return Verdict(True, Reason.NOT_NEEDED, "no monitoring is wanted")
    return existing(live, wanted)


def _made(resolved: Resolved, kind: str, version: str, spec: dict[str, Any]) -> Manifest:
    metadata = meta.metadata(resolved, resolved.name, NAME)
    metadata["labels"] = {**resolved.monitoring.labels, **metadata["labels"]}
    return {"apiVersion": f"{_API}/{version}", "kind": kind, "metadata": metadata, "spec": spec}


def _metrics(resolved: Resolved) -> dict[str, Any]:
    """Web tells its own requests and the deployment's tasks, queues and database connections."""
    return {
        "selector": {"matchLabels": meta.selector(resolved, "web")},
        "podMetricsEndpoints": [{"port": "main", "path": "/metrics", "interval": "15s"}],
    }


def _routing(secret: str, key: str) -> dict[str, Any]:
    """All alarms of the namespace to Slack: critical ones without waiting for others to join them."""
    webhook = {
        "apiURL": {"name": secret, "key": key},
        "sendResolved": True,
        "title": "{{ .Status | toUpper }} {{ .CommonLabels.severity }}: {{ .CommonLabels.alertname }}",
        "text": "{{ range .Alerts }}{{ .Annotations.summary }} {{ .Annotations.description }}\n{{ end }}",
    }
    critical = {
        "receiver": _RECEIVER,
        "matchers": [{"name": "severity", "matchType": "=", "value": "critical"}],
        "groupWait": "0s",
        "groupInterval": "1m",
        "repeatInterval": "1h",
    }
    return {
        "route": {
            "receiver": _RECEIVER,
            "groupBy": ["alertname", "resee"],
            "groupWait": "30s",
            "groupInterval": "5m",
            "repeatInterval": "12h",
            "routes": [critical],
        },
        "receivers": [{"name": _RECEIVER, "slackConfigs": [webhook]}],
    }
