"""Alarms and metrics: what Prometheus and Alertmanager are told, where their operator is installed."""

from __future__ import annotations

from resee_operator.api.base import Model
from resee_operator.api.types import Labels, Name


class Monitoring(Model):
    """Metrics and alarms of this deployment; needs the definitions of the Prometheus operator."""

    enabled: bool = False
    """Makes a PodMonitor, by which Prometheus finds the metrics, and a PrometheusRule with the alarms; with
    spec.notifications.slack also an AlertmanagerConfig that sends them there."""
    namespace: Name = "monitoring"
    """Namespace in which Prometheus runs; it alone may read metrics through the network policies."""
    labels: Labels = {}
    """Labels of these objects, by which Prometheus and Alertmanager select them."""
