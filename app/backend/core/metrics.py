"""What Prometheus reads at /metrics. docs/application.md lists the series.

Requests are measured in each gunicorn process and summed over them. Tasks, queues and connections are
facts of the whole deployment, read from Redis and PostgreSQL at the time of the scrape (core.gauges).
"""

import os

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY

REQUESTS = Histogram(
    "resee_http_request_duration_seconds",
    "Requests answered, by method, route and status",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
)


def exposition() -> HttpResponse:
    """The answer to a scrape."""
    from core.gauges import DeploymentCollector

    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    registry.register(DeploymentCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
