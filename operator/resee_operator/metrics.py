"""What the operator counts of itself, for /metrics. One object holds all, so that tests have their own."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.platform_collector import PlatformCollector

_PASS_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_CALL_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 15)


class Metrics:
    """Counters, histograms and gauges under the prefix resee_operator_."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.passes = Counter(
            "resee_operator_passes", "Passes by outcome.", ["reason"], registry=self.registry
        )
        self.pass_seconds = Histogram(
            "resee_operator_pass_seconds",
            "Duration of a pass.",
            buckets=_PASS_SECONDS,
            registry=self.registry,
        )
        self.calls = Counter(
            "resee_operator_api_calls", "Calls to the API server.", ["verb", "code"], registry=self.registry
        )
        self.call_seconds = Histogram(
            "resee_operator_api_call_seconds",
            "Duration of a call to the API server, waiting for a place included.",
            ["verb"],
            buckets=_CALL_SECONDS,
            registry=self.registry,
        )
        self.repaired = Counter(
            "resee_operator_drift_repaired",
            "Objects put back after somebody changed or deleted them.",
            ["kind"],
            registry=self.registry,
        )
        self.scaled = Counter(
            "resee_operator_scaled",
            "Changes of a number of Pods, by the operator's half of autoscaling.",
            ["change"],
            registry=self.registry,
        )
        self.leader = self._gauge("leader", "1 where this replica leads.")
        self.deployments = self._gauge("deployments", "ReseeDeployments that are looked after.")
        self.queue_depth = self._gauge("queue_depth", "Deployments that wait for a pass.")
        self.queue_oldest = self._gauge("queue_oldest_seconds", "Longest wait for a pass at present.")
        self.backing_off = self._gauge("backing_off", "Deployments whose last pass failed.")
        self.watch_age = Gauge(
            "resee_operator_watch_age_seconds",
            "Seconds since a watch last gave a sign of life; a quiet one does so once a minute.",
            ["resource", "namespace"],
            registry=self.registry,
        )

    def called(self, verb: str, path: str, code: int, seconds: float) -> None:
        """Count a call to the API server; `kube.connection.Observer`."""
        del path
        self.calls.labels(verb, str(code)).inc()
        self.call_seconds.labels(verb).observe(seconds)

    def text(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"resee_operator_{name}", meaning, registry=self.registry)


def read_from(gauge: Gauge, read: Callable[[], float]) -> None:
    """Let a gauge ask for its value when it is scraped."""
    gauge.set_function(read)
