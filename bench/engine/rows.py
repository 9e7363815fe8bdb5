"""From what was measured to rows: each figure beside its yardstick and its goal, missed goals named."""

from __future__ import annotations

from collections.abc import Sequence

from bench.engine.scene import Measured, Size
from bench.figures import Figure

_LOOP = "bare loop of server-side applies"


def percentile(series: Sequence[float], part: float) -> float:
    """The value below which so large a part of the series lies; the next higher one of the series."""
    ordered = sorted(series)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def rows(measured: Measured, size: Size) -> list[Figure]:
    """All rows of the table."""
    return [
        *_counts(measured, size),
        *_creation(measured, size),
        *_start(measured, size),
        *_latency(measured),
        *_fleet(measured, size),
    ]


def _counts(measured: Measured, size: Size) -> list[Figure]:
    found = measured.figures
    calls, passes = found["nodrift.calls"], found["nodrift.passes"]
    writes, children = found["operator.writes"] / size.batch, int(found["children"])
    return [
        Figure(
            f"API calls of {passes:.0f} passes without drift", f"{calls:.0f}", goal=_goal("0", calls == 0)
        ),
        Figure(
            f"writes for one Local deployment of {children} children",
            f"{writes:.2f}",
            f"{children + 2}",
            f"{writes / (children + 2):.2f}",
            _goal("children + 2", writes <= children + 2),
        ),
    ]


def _creation(measured: Measured, size: Size) -> list[Figure]:
    found = measured.figures
    # kubectl may have been given fewer of them, since it takes minutes for all.
    kubectl = found["kubectl.seconds"] * size.batch / size.by_kubectl
    title = f"{size.batch} deployments created"
    return [
        _against(
            title,
            found["operator.seconds"],
            found["bare.seconds"],
            f"{_LOOP}, {found['bare.rate']:.0f}/s",
            1.25,
        ),
        _against(title, found["operator.seconds"], kubectl, "kubectl apply of the same manifests", 0.5),
    ]


def _against(title: str, seconds: float, yardstick: float, what: str, goal: float) -> Figure:
    ratio = seconds / yardstick
    return Figure(
        title,
        f"{seconds:.1f} s",
        f"{yardstick:.1f} s, {what}",
        f"{ratio:.2f}",
        _goal(f"<= {goal}", ratio <= goal),
    )


def _start(measured: Measured, size: Size) -> list[Figure]:
    found, fleet = measured.figures, f"{size.deployments:,} deployments"
    seconds, memory, idle = found["start.seconds"], found["rss.started"], found["idle.cpu"]
    plain = found["kopf.plain.seconds"]
    return [
        Figure(
            f"{fleet}: cold start to in sync",
            f"{seconds:.1f} s",
            f"{plain:.1f} s, the same objects listed, decoded and dropped",
            f"{seconds / plain:.2f}",
            _goal("<= 15 s", seconds <= 15),
        ),
        Figure(
            "… its API calls, and passes that found drift",
            f"{found['start.calls']:.0f}, {found['start.drift']:.0f}",
            goal=_goal("0 writes", found["start.calls"] == 0),
        ),
        Figure(
            "… its processor time",
            f"{found['start.cpu']:.1f} s",
            f"{found['kopf.plain.cpu_seconds']:.1f} s, listed, decoded and dropped",
            f"{found['start.cpu'] / found['kopf.plain.cpu_seconds']:.2f}",
        ),
        Figure(
            "… Kopf alone, on the custom resources",
            _kopf(found, "resees"),
        ),
        Figure(
            "… Kopf alone, if it watched the children too",
            _kopf(found, "children"),
        ),
        Figure(
            f"RSS with {fleet}",
            f"{memory:.0f} MiB",
            f"{found['rss.empty']:.0f} MiB with none",
            f"{memory / found['rss.empty']:.2f}",
            _goal("<= 128 MiB", memory <= 128),
        ),
        Figure(f"idle CPU with {fleet}", f"{idle:.2f} % of a core", goal=_goal("<= 1 %", idle <= 1)),
    ]


def _latency(measured: Measured) -> list[Figure]:
    edit, failing = measured.series["edit"], measured.series["edit.failing"]
    return [
        _percentiles(
            measured, "spec edit -> last child written", "edit", "an edit of a Deployment by hand", (40, 150)
        ),
        _percentiles(
            measured, "child deleted -> there again", "delete", "deleted and applied by hand", (40, 200)
        ),
        Figure(
            "spec edit while another deployment fails for ever, p50 / p99",
            _milliseconds(failing),
            f"{_milliseconds(edit)} while none does",
            _ratios(failing, edit),
            "no more",
        ),
    ]


def _percentiles(measured: Measured, title: str, name: str, what: str, goals: tuple[int, int]) -> Figure:
    taken, bare = measured.series[name], measured.series[f"{name}.bare"]
    reached = all(
        percentile(taken, part) * 1000 <= goal for part, goal in zip((0.5, 0.99), goals, strict=True)
    )
    return Figure(
        f"{title}, p50 / p99",
        _milliseconds(taken),
        f"{_milliseconds(bare)}, {what}",
        _ratios(taken, bare),
        _goal(f"<= {goals[0]} / {goals[1]} ms", reached),
    )


def _fleet(measured: Measured, size: Size) -> list[Figure]:
    found, apart = measured.figures, max(measured.series["apart"])
    yardstick = found["fleet.writes"] / found["bare.changes.rate"]
    extent = f"{found['fleet.children']:,.0f} children, {found['fleet.writes']:,.0f} writes"
    return [
        _against(
            f"all {size.deployments:,} edited at once: {extent}",
            found["fleet.seconds"],
            yardstick,
            f"bare loop of as many, {found['bare.changes.rate']:.0f}/s",
            1.5,
        ),
        Figure(
            "the slowest unrelated edit in the middle of it",
            f"{apart:.2f} s",
            goal=_goal("<= 1 s", apart <= 1),
        ),
    ]


def _kopf(found: dict[str, float], way: str) -> str:
    seconds, cpu, memory = (found[f"kopf.{way}.{name}"] for name in ("seconds", "cpu_seconds", "rss_mib"))
    return f"{seconds:.1f} s, CPU {cpu:.1f} s, {memory:.0f} MiB"


def _ratios(taken: Sequence[float], yardstick: Sequence[float]) -> str:
    return " / ".join(f"{percentile(taken, part) / percentile(yardstick, part):.2f}" for part in (0.5, 0.99))


def _milliseconds(series: Sequence[float]) -> str:
    return f"{percentile(series, 0.5) * 1000:.0f} / {percentile(series, 0.99) * 1000:.0f} ms"


def _goal(text: str, reached: bool) -> str:
    return text if reached else f"{text} (missed)"
