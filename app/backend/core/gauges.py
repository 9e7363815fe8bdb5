"""Facts of the whole deployment for Prometheus, read at the scrape: queues, tasks, database connections.

Every Pod answers with the same numbers: take the maximum over Pods, not the sum.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator

import redis
from django.db import Error as DatabaseError
from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.celery import QUEUES
from core import silence, task_metrics
from core.redis import broker

logger = logging.getLogger(__name__)


class DeploymentCollector(Collector):
    """Leaves out what cannot be read now, so that one missing part does not hide the others."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from _queues()
            yield from task_metrics.collect()
        except redis.RedisError as error:
            logger.warning("no queue and task metrics: Redis does not answer: %s", error)
        try:
            yield from _connections()
        except DatabaseError as error:
            logger.warning("no connection metrics: the database does not answer: %s", type(error).__name__)


def _queues() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("resee_queue_waiting", "Tasks that no worker has taken yet", labels=["queue"])
    unacked = GaugeMetricFamily(
        "resee_queue_unacked", "Tasks that a worker has taken and not finished", labels=["queue"]
    )
    taken = _unacked()
    for queue in QUEUES:
        waiting.add_metric([queue], float(broker().llen(queue)))
        unacked.add_metric([queue], float(taken[queue]))
    yield waiting
    yield unacked


def _unacked() -> Counter[str]:
    """Taken tasks by queue. There are few: one for each process of a worker."""
    # kombu keeps [message, exchange, routing key] by delivery tag; the key is the queue's name here.
    return Counter(json.loads(value)[2] for value in broker().hvals("unacked"))


def _connections() -> Iterator[Metric]:
    gauge = GaugeMetricFamily(
        "resee_database_connections", "Connections to the database by state", labels=["state"]
    )
    limit = GaugeMetricFamily("resee_database_connections_max", "Connections that the server accepts")
    started = GaugeMetricFamily(
        "resee_database_start_time_seconds", "When the server that takes writes was started, since the epoch"
    )
    with silence.patience(silence.CONNECTING), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        for state, count in cursor.fetchall():
            gauge.add_metric([state], float(count))
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = 'max_connections'")
        limit.add_metric([], float(cursor.fetchone()[0]))
        # Another server after a failover has another one, whoever runs it.
        cursor.execute("SELECT extract(epoch FROM pg_postmaster_start_time())")
        started.add_metric([], float(cursor.fetchone()[0]))
    yield gauge
    yield limit
    yield started
