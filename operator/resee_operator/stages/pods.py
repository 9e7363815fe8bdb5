"""What the spec says about a component's Pods, over what the stage says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from resee_operator import quantity
from resee_operator.api.autoscaling import Autoscaling as Rule
from resee_operator.api.autoscaling import WebAutoscaling, WorkerAutoscaling
from resee_operator.api.data import Storage
from resee_operator.api.pods import EnvVar, PodOverrides
from resee_operator.api.pods import Resources as ResourcesSpec
from resee_operator.api.workloads import ScalableOverrides
from resee_operator.stages.sizes import Autoscaling, Band, PodSettings, Resources, Scale, Volume


def plain(resources: Resources) -> PodSettings:
    """Settings of a component that the spec does not mention."""
    return PodSettings(resources)


def settings(spec: PodOverrides, resources: Resources) -> PodSettings:
    """Settings of a component, ``resources`` being the stage's."""
    return PodSettings(
        resources=_resources(spec.resources, resources),
        env=variables(spec.env),
        node_selector=spec.node_selector or None,
        tolerations=tuple(item.model_dump(exclude_none=True, mode="json") for item in spec.tolerations),
        affinity=spec.affinity,
        service_account_annotations=spec.service_account_annotations or None,
    )


def placed_like(spec: PodOverrides, resources: Resources) -> PodSettings:
    """Settings of a component that runs where ``spec``'s runs and with its environment, with own
    resources."""
    return settings(spec.model_copy(update={"resources": ResourcesSpec()}), resources)


def variables(env: Sequence[EnvVar]) -> tuple[Mapping[str, Any], ...]:
    """Variables in the form of a Pod's env, sorted by name: their order must not roll Pods."""
    dumped = [variable.model_dump(exclude_none=True, mode="json") for variable in env]
    return tuple(sorted(dumped, key=lambda variable: str(variable["name"])))


def scale(spec: ScalableOverrides, default: Scale) -> Scale:
    """Number of Pods: what the spec fixes, else its autoscaler, else the stage's."""
    if spec.replicas is not None:
        return Scale(spec.replicas)
    if spec.autoscaling is None:
        return default
    return Scale(spec.autoscaling.min_replicas, _autoscaling(spec.autoscaling))


def _autoscaling(rule: Rule) -> Autoscaling:
    """The figures of the spec; the lower ones stand to the upper ones as 30 to 70 and as 100 to 1000, the
    architecture's, where the spec leaves them out."""
    cpu, requests, queue = rule.target_cpu_utilization, None, None
    if isinstance(rule, WebAutoscaling):
        out = rule.target_requests_per_minute
        requests = Band(out, rule.scale_in_requests_per_minute or out / 10)
    if isinstance(rule, WorkerAutoscaling):
        out = rule.target_queue_depth
        queue = Band(out, rule.scale_in_queue_depth or out / 10)
    return Autoscaling(
        rule.min_replicas,
        rule.max_replicas,
        Band(cpu, rule.scale_in_cpu_utilization or cpu * 3 / 7),
        requests,
        queue,
        rule.requests_metric if isinstance(rule, WebAutoscaling) else None,
    )


def volume(spec: Storage | None, default: Volume) -> Volume:
    """The volume that the spec asks for."""
    if spec is None:
        return default
    return Volume(spec.size or default.size, spec.class_name or default.class_name)


def _resources(spec: ResourcesSpec, default: Resources) -> Resources:
    """The spec's amounts over the stage's; a default bends where it would contradict what the user wrote."""
    requests, limits = spec.requests, spec.limits
    return Resources(
        cpu_request=requests.cpu or _least(default.cpu_request, limits.cpu),
        memory_request=requests.memory or _least(default.memory_request, limits.memory),
        memory_limit=limits.memory or _greatest(default.memory_limit, requests.memory),
        cpu_limit=limits.cpu,
    )


def _least(default: str, bound: str | None) -> str:
    return default if bound is None else min(default, bound, key=quantity.parse)


def _greatest(default: str, bound: str | None) -> str:
    return default if bound is None else max(default, bound, key=quantity.parse)
