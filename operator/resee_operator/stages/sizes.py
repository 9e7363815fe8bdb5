"""What differs between the Pods of a deployment: their amounts, numbers and volumes. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Resources:
    """Requests and limits as Kubernetes writes quantities. No CPU limit means that idle cores may be used."""

    cpu_request: str
    memory_request: str
    memory_limit: str
    cpu_limit: str | None = None


@dataclass(frozen=True, slots=True)
class PodSettings:
    """What differs between the Pods of the components."""

    resources: Resources
    env: tuple[Mapping[str, Any], ...] = ()
    """More variables in the form of a Pod's env; they win over ours of the same name."""
    node_selector: Mapping[str, str] | None = None
    tolerations: tuple[Mapping[str, Any], ...] = ()
    affinity: Mapping[str, Any] | None = None
    service_account_annotations: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A figure for each Pod: above ``out`` Pods are added, below ``back`` one may be taken away."""

    out: float
    back: float


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Bounds of an autoscaler, and its figures: ``cpu`` in percent of the request, ``requests`` in a minute,
    ``queue`` in tasks; None where the component has no such figure."""

    min_replicas: int
    max_replicas: int
    cpu: Band
    requests: Band | None = None
    queue: Band | None = None
    requests_metric: str | None = None
    """Name of the requests per minute in the custom metrics API, where an adapter gives them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Either a fixed number of Pods or an autoscaler that owns the number."""

    replicas: int
    """Number of Pods; with an autoscaler its minimum."""
    autoscaling: Autoscaling | None = None

    @property
    def several(self) -> bool:
        """Whether more than one Pod runs, so that one may go while another serves."""
        return self.replicas > 1


@dataclass(frozen=True, slots=True)
class Volume:
    """A PersistentVolumeClaim; ``class_name`` None is the cluster's default."""

    size: str
    class_name: str | None
