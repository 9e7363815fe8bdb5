"""Counts and times of tasks, added up in Redis by every worker process and read at the scrape."""

from collections.abc import Iterator

from prometheus_client.core import HistogramMetricFamily, Metric

from core.redis import cached, read_hash

_KEY = "metrics:tasks"
_BUCKETS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0)
_SERIES = {
    "run": ("resee_task_duration_seconds", "Tasks run, by name and final state"),
    "wait": ("resee_task_wait_seconds", "From a task's sending to its start"),
}


def record(task: str, state: str, run: float, wait: float) -> None:
    """Adds one task; `run` and `wait` are seconds. Raises redis.RedisError where Redis does not answer."""
    pipeline = cached().pipeline(transaction=False)
    for kind, seconds in (("run", run), ("wait", max(wait, 0.0))):
        bucket = next((str(bound) for bound in _BUCKETS if seconds <= bound), "+Inf")
        pipeline.hincrby(_KEY, f"{kind}|{task}|{state}|{bucket}", 1)
        pipeline.hincrbyfloat(_KEY, f"{kind}|{task}|{state}|sum", seconds)
    pipeline.execute()


def collect() -> Iterator[Metric]:
    """The histograms. Raises redis.RedisError where Redis does not answer."""
    counts: dict[tuple[str, str, str], dict[str, float]] = {}
    for field, value in read_hash(cached(), _KEY).items():
        kind, task, state, bucket = field.split("|")
        counts.setdefault((kind, task, state), {})[bucket] = float(value)
    families = {
        kind: HistogramMetricFamily(name, text, labels=["task", "state"])
        for kind, (name, text) in _SERIES.items()
    }
    for (kind, task, state), found in sorted(counts.items()):
        families[kind].add_metric([task, state], _cumulated(found), sum_value=found["sum"])
    yield from families.values()


def _cumulated(found: dict[str, float]) -> list[tuple[str, float]]:
    """Prometheus' buckets count everything up to their bound."""
    total = 0.0
    buckets = []
    for bound in (*map(str, _BUCKETS), "+Inf"):
        total += found.get(bound, 0.0)
        buckets.append((bound, total))
    return buckets
