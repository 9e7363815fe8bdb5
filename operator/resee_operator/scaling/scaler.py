"""One component with an autoscaler: what its objects say about it, and what was measured of it lately."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resee_operator import quantity
from resee_operator.components.workloads import RULE_ANNOTATION
from resee_operator.kube.resources import Manifest, name_of
from resee_operator.scaling.history import History, Sample
from resee_operator.scaling.measures import Measures
from resee_operator.scaling.rule import IN_WINDOW, OUT_WINDOW, Bounds, Reading
from resee_operator.stages.sizes import Band


@dataclass(frozen=True)
class Target:
    """A Deployment that an autoscaler of ours owns, at one moment.

    Args:
        component: the component label of its Pods.
        deployment: the Deployment.
        pods: its Pods that are ready.
        request: cores that one Pod asks for.
        bands: figures by name.
        queues: that it consumes.
    """

    component: str
    deployment: Manifest
    bounds: Bounds
    pods: Sequence[Manifest]
    request: float
    bands: Mapping[str, Band]
    queues: frozenset[str]

    @property
    def count(self) -> int:
        """Pods that are wanted now."""
        return int(self.deployment["spec"].get("replicas", 1))

    @property
    def settled(self) -> bool:
        """Whether the last change of the Deployment is through: all wanted Pods are new and available."""
        status = self.deployment.get("status") or {}
        seen = status.get("observedGeneration", 0) >= self.deployment["metadata"].get("generation", 0)
        counts = ("replicas", "updatedReplicas", "availableReplicas")
        return seen and all(status.get(name, 0) == self.count for name in counts)


def target_of(autoscaler: Manifest, deployment: Manifest, pods: Sequence[Manifest]) -> Target | None:
    """What the objects say; None where they are not (yet) as the operator writes them."""
    spec, metadata = autoscaler["spec"], autoscaler["metadata"]
    try:
        rule: dict[str, Any] = json.loads((metadata.get("annotations") or {})[RULE_ANNOTATION])
        bands: dict[str, Band] = {
            name: Band(rule[name]["out"], rule[name]["in"])
            for name in ("cpu", "requests", "queue")
            if name in rule
        }
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        request = float(quantity.parse(container["resources"]["requests"]["cpu"]))
        bounds = Bounds(int(spec["minReplicas"]), int(spec["maxReplicas"]))
    except (KeyError, ValueError, TypeError):
        return None
    component = str(metadata["labels"]["app.kubernetes.io/component"])
    ready = [pod for pod in pods if _ready(pod)]
    return Target(component, deployment, bounds, ready, request, bands, frozenset(rule.get("queues") or ()))


class Memory:
    """What was measured of one component lately."""

    def __init__(self) -> None:
        self._figures: dict[str, History] = {}
        self._requests: dict[str, tuple[float, float]] = {}
        self.shrunk = float("-inf")
        """When a Pod was last taken away, on the clock of the samples."""

    def take_in(self, target: Target, measures: Measures, now: float) -> None:
        """Add what one look at the deployment has shown; what it has not shown stays missing."""
        names = [name_of(pod) for pod in target.pods]
        cores = [measures.cores[name] for name in names if name in measures.cores]
        complete = len(names) >= target.count
        if cores and "cpu" in target.bands and target.request > 0:
            self._add("cpu", now, 100 * sum(cores) / target.request, complete and len(cores) == len(names))
        if "requests" in target.bands:
            self._take_in_requests(names, measures, now, complete)
        depths = [page.queues for page in measures.pages.values() if page.queues is not None]
        if depths and "queue" in target.bands:
            depth = max(sum(queues.get(name, 0.0) for name in target.queues) for queues in depths)
            self._add("queue", now, depth, True)

    def readings(self, target: Target, now: float) -> list[Reading]:
        """The averages that the rule asks for."""
        empty = History()
        found = {name: self._figures.get(name, empty) for name in target.bands}
        return [
            Reading(
                name,
                target.bands[name],
                history.mean(now, OUT_WINDOW[name]),
                history.mean(now, IN_WINDOW, whole=True),
            )
            for name, history in found.items()
        ]

    def _take_in_requests(self, names: Sequence[str], measures: Measures, now: float, whole: bool) -> None:
        """Requests a minute since the last look, from the counters of each Pod."""
        rates = []
        for name in names:
            page, before = measures.pages.get(name), self._requests.get(name)
            if page is not None and before is not None and before[0] < now and page.requests >= before[1]:
                rates.append(60 * (page.requests - before[1]) / (now - before[0]))
        self._requests = {
            name: (now, measures.pages[name].requests) for name in names if name in measures.pages
        }
        if rates:
            self._add("requests", now, sum(rates), whole and len(rates) == len(names))

    def _add(self, name: str, now: float, total: float, whole: bool) -> None:
        self._figures.setdefault(name, History()).add(Sample(now, total, whole))


def _ready(pod: Manifest) -> bool:
    if pod["metadata"].get("deletionTimestamp"):
        return False
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return any(item.get("type") == "Ready" and item.get("status") == "True" for item in conditions)
