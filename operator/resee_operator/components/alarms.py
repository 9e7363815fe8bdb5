"""The alarms of one deployment, with the architecture's figures: critical ones at once, warnings after 30
minutes.

They read Resee's own metrics, and for CPU, memory and disks those that the kubelet and kube-state-metrics
give in every cluster with Prometheus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from resee_operator.components.base import Manifest
from resee_operator.stages import Resolved

_WARNING_AFTER: Final = "30m"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: what is asked, with <web> for the selector of web's metrics, <pods> for that of the
    containers, <volumes> for that of the volumes and <least> for the fewest Pods of web."""

    name: str
    expression: str
    summary: str
    remedy: str
    critical: bool = False

    def rule(self, resolved: Resolved) -> Manifest:
        """The alarm as Prometheus reads it."""
        expression = self.expression
        for place, text in _places(resolved).items():
            expression = expression.replace(place, text)
        waits: Manifest = {} if self.critical else {"for": _WARNING_AFTER}
        return {
            "alert": self.name,
            "expr": expression,
            **waits,
            "labels": {
                "severity": "critical" if self.critical else "warning",
                "namespace": resolved.namespace,
                "resee": resolved.name,
            },
            "annotations": {
                "summary": f"{resolved.namespace}/{resolved.name}: {self.summary}",
                "description": self.remedy,
            },
        }


def _places(resolved: Resolved) -> dict[str, str]:
    name, namespace = resolved.name, resolved.namespace
    return {
        "<web>": f'job="{namespace}/{name}", container="web"',
        "<pods>": f'namespace="{namespace}", pod=~"{name}-(nginx|web|worker|beat|postgres|redis)-.+"',
        "<volumes>": f'namespace="{namespace}", persistentvolumeclaim=~"(data-)?{name}-.+"',
        "<least>": str(resolved.web.scale.replicas),
    }


ALARMS: Final[tuple[Alarm, ...]] = (
    Alarm(
        name="ReseeInstanceDown",
        critical=True,
        expression="(up{<web>} == 0 and max_over_time(up{<web>}[5m]) == 1) "
        'unless on (namespace, pod) max_over_time(kube_pod_deletion_timestamp{namespace!=""}[5m])',
        summary="Pod {{ $labels.pod }} does not answer any more.",
        remedy="Kubernetes starts it anew or elsewhere. Look at kubectl describe of the Pod and of its node.",
    ),
    Alarm(
        name="ReseeTooFewInstances",
        critical=True,
        expression="(count(up{<web>} == 1) or vector(0)) < <least>",
        summary="{{ $value }} instances of web answer, fewer than there must be.",
        remedy="Look at kubectl describe of the ReseeDeployment: its conditions name the Pod and why.",
    ),
    Alarm(
        name="ReseeDatabaseFailover",
        critical=True,
        expression="max(changes(resee_database_start_time_seconds{<web>}[5m])) > 0",
        summary="the primary of the database has changed or has started anew.",
        remedy="Writes go on by themselves. Find out why: look at the former primary's log and at its node.",
    ),
    Alarm(
        name="ReseeErrorRate",
        critical=True,
        expression="sum(rate(resee_http_request_duration_seconds_count"
        '{<web>, status=~"5..", route!~"api/health/.*"}[2m])) / '
        'sum(rate(resee_http_request_duration_seconds_count{<web>, route!~"api/health/.*"}[2m])) > 0.05',
        summary="{{ $value | humanizePercentage }} of the requests fail.",
        remedy="The log lines of web with their status and request_id say which; look at database and Redis.",
    ),
    Alarm(
        name="ReseeSlowResponses",
        critical=True,
        expression="histogram_quantile(0.95, sum by (le) "
        '(rate(resee_http_request_duration_seconds_bucket{<web>, route!~"api/health/.*"}[2m]))) > 3',
        summary="one request in twenty takes longer than {{ $value | humanizeDuration }}.",
        remedy="Look at the database's connections and slow queries, and at the CPU of web.",
    ),
    Alarm(
        name="ReseeHighCPU",
        expression="sum by (pod, container) (rate(container_cpu_usage_seconds_total{<pods>, "
        'container!=""}[5m])) / on (pod, container) sum by (pod, container) '
        '(kube_pod_container_resource_requests{<pods>, resource="cpu"}) > 0.8',
        summary="{{ $labels.pod }} uses {{ $value | humanizePercentage }} of the CPU set aside for it.",
        remedy="Raise maxReplicas, or resources.requests.cpu of the component.",
    ),
    Alarm(
        name="ReseeHighMemory",
        expression='sum by (pod, container) (container_memory_working_set_bytes{<pods>, container!=""}) '
        "/ on (pod, container) sum by (pod, container) "
        '(kube_pod_container_resource_limits{<pods>, resource="memory"}) > 0.9',
        summary="{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory.",
        remedy="At the limit it is killed. Look for a leak, or raise resources.limits.memory.",
    ),
    Alarm(
        name="ReseeDiskFull",
        expression="kubelet_volume_stats_used_bytes{<volumes>} "
        "/ kubelet_volume_stats_capacity_bytes{<volumes>} > 0.85",
        summary="the volume {{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full.",
        remedy="Raise storage.size of the component; volumes grow while they are in use.",
    ),
)
"""Every alarm; docs/alarms.md has the table with the source of each figure."""


def groups(resolved: Resolved) -> list[Manifest]:
    """The alarms as a PrometheusRule's groups."""
    rules = [alarm.rule(resolved) for alarm in ALARMS]
    return [{"name": f"resee-{resolved.namespace}-{resolved.name}", "interval": "15s", "rules": rules}]
