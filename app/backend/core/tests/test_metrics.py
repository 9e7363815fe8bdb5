"""/metrics: requests, tasks, queues and connections."""

import json
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from config.celery import app
from core import task_metrics
from core.redis import _client, broker
from testing.services import free_port


@pytest.fixture
def scrape(client, db):
    """Samples by name and labels."""

    def read():
        answer = client.get("/metrics", headers={"Host": "10.1.2.3:8000"})
        assert answer.status_code == 200
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return read


def test_requests_are_counted_by_route_and_status(client, owner, scrape):
    key = (
        "resee_http_request_duration_seconds_count",
        ("method", "GET"),
        ("route", "api/contents/<int:pk>/"),
        ("status", "404"),
    )
    before = scrape().get(key, 0)

    for number in (1, 2, 3):
        owner.get(f"/api/contents/{number}/")

    assert scrape()[key] == before + 3


def test_unknown_paths_are_one_series(client, scrape):
    for number in range(5):
        client.get(f"/scan/{number}")

    routes = {dict(key[1:]).get("route") for key in scrape() if key[0].startswith("resee_http")}
    assert "unmatched" in routes
    assert not any(route and "scan" in route for route in routes)


def test_queues_show_what_waits_and_what_is_taken(scrape):
    app.send_task("notifications.tasks.send_reminders")
    app.send_task("notifications.tasks.send_reminders")
    app.send_task("analytics.tasks.sweep_exports")
    broker().hset("unacked", "tag", json.dumps([{}, "resee", "email"]))

    samples = scrape()

    assert [samples["resee_queue_waiting", ("queue", name)] for name in ("default", "reviews", "email")] == [
        1,
        2,
        0,
    ]
    assert samples["resee_queue_unacked", ("queue", "email")] == 1
    assert samples["resee_queue_unacked", ("queue", "default")] == 0


def test_tasks_are_counted_and_timed(scrape):
    for seconds in (0.05, 0.3, 500):
        task_metrics.record("outbox.tasks.deliver", "SUCCESS", seconds, 2.0)

    samples = scrape()
    labels = (("state", "SUCCESS"), ("task", "outbox.tasks.deliver"))
    assert samples["resee_task_duration_seconds_count", *labels] == 3
    assert samples["resee_task_duration_seconds_sum", *labels] == pytest.approx(500.35)
    assert samples["resee_task_duration_seconds_bucket", ("le", "0.5"), *labels] == 2
    assert samples["resee_task_wait_seconds_bucket", ("le", "5.0"), *labels] == 3


def test_connections_are_counted(scrape):
    samples = scrape()

    assert samples["resee_database_connections", ("state", "active")] >= 1
    assert samples["resee_database_connections_max",] == 100
    assert 0 <= time.time() - samples["resee_database_start_time_seconds",] < 86_400


def test_without_redis_the_rest_is_still_told(scrape, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    _client.cache_clear()

    names = {key[0] for key in scrape()}

    assert "resee_queue_waiting" not in names
    assert "resee_database_connections_max" in names
