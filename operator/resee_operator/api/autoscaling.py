"""The rule by which a component gets more and fewer Pods: bounds, and figures for out and in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from resee_operator.api.base import Model, Rule
from resee_operator.api.types import MetricName

Bound = Annotated[int, Field(ge=1, le=100)]
Share = Annotated[int, Field(ge=1, le=100)]
Figure = Annotated[int, Field(ge=1, le=1_000_000)]


def _at_most_half(lower: str, upper: str, read: Callable[[Any], tuple[int | None, int]]) -> Rule:
    """Where one Pod of two goes, the load of the other doubles: it must stay below what adds a Pod."""

    def holds(bounds: Any) -> bool:
        given, limit = read(bounds)
        return given is None or 2 * given <= limit

    return Rule(
        cel=f"!has(self.{lower}) || 2 * self.{lower} <= self.{upper}",
        message=f"{lower} may be at most half of {upper}, or a Pod that was taken away would be wanted back "
        "at once: lower it",
        field_path=f".{lower}",
        holds=holds,
    )


class Autoscaling(Model):
    """Bounds and figures of the autoscaler; docs/autoscaling.md tells how they work together."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="self.minReplicas <= self.maxReplicas",
            message="minReplicas may not be greater than maxReplicas: lower it or raise maxReplicas",
            field_path=".minReplicas",
            holds=lambda bounds: bounds.min_replicas <= bounds.max_replicas,
        ),
        _at_most_half(
            "scaleInCPUUtilization",
            "targetCPUUtilization",
            lambda bounds: (bounds.scale_in_cpu_utilization, bounds.target_cpu_utilization),
        ),
    )

    min_replicas: Bound = 2
    """Fewest Pods."""
    max_replicas: Bound = 10
    """Most Pods."""
    target_cpu_utilization: Annotated[Share, Field(alias="targetCPUUtilization")] = 70
    """Share of the CPU request in use, in percent, on an average of 5 minutes, above which Pods are added."""
    scale_in_cpu_utilization: Annotated[Share | None, Field(alias="scaleInCPUUtilization")] = None
    """Share of the CPU request in use, in percent, on an average of 10 minutes, below which a Pod may be
    taken away; by default three sevenths of targetCPUUtilization, which is 30 for 70."""


class WebAutoscaling(Autoscaling):
    """Bounds and figures of web's autoscaler."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        *Autoscaling.RULES,
        _at_most_half(
            "scaleInRequestsPerMinute",
            "targetRequestsPerMinute",
            lambda bounds: (bounds.scale_in_requests_per_minute, bounds.target_requests_per_minute),
        ),
    )

    target_requests_per_minute: Figure = 1000
    """Requests in a minute, for each Pod, above which Pods are added."""
    scale_in_requests_per_minute: Figure | None = None
    """Requests in a minute, for each Pod, on an average of 10 minutes, below which a Pod may be taken away;
    by default a tenth of targetRequestsPerMinute."""
    requests_metric: MetricName | None = None
    """Name under which an installed metrics adapter (custom.metrics.k8s.io) gives the requests per minute of
    each Pod; the HorizontalPodAutoscaler then adds Pods by it too, without the operator."""


class WorkerAutoscaling(Autoscaling):
    """Bounds and figures of the autoscaler of a group of workers."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        *Autoscaling.RULES,
        _at_most_half(
            "scaleInQueueDepth",
            "targetQueueDepth",
            lambda bounds: (bounds.scale_in_queue_depth, bounds.target_queue_depth),
        ),
    )

    target_queue_depth: Figure = 20
    """Tasks in the group's queues, waiting and running, for each Pod, above which Pods are added."""
    scale_in_queue_depth: Figure | None = None
    """Tasks, for each Pod, on an average of 10 minutes, below which a Pod may be taken away; by default a
    tenth of targetQueueDepth."""
