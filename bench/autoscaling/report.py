"""Runs the week under every policy and says what came of it."""

from __future__ import annotations

from bench.autoscaling import load, plot
from bench.autoscaling.model import Trace, run
from bench.autoscaling.policies import all_policies
from bench.figures import ROOT, Figure

IMAGE = ROOT / "docs" / "images" / "autoscaling.svg"
_OURS, _YARDSTICK = "the rule", "HPA at 70 %"


def simulate(seed: int, length: int = load.WEEK) -> dict[str, Trace]:
    """The same load under each policy."""
    rates = load.week(seed, length)
    return {name: run(policy, rates) for name, policy in all_policies().items()}


def figures(traces: dict[str, Trace]) -> list[Figure]:
    """Rows for each policy, beside the usual setting of the autoscaler alone."""
    yardstick = traces[_YARDSTICK]
    rows = []
    for name, trace in traces.items():
        other = "" if name == _YARDSTICK else _YARDSTICK
        rows += [
            Figure(
                f"{name}: Pods, least / mean / most",
                f"{min(trace.pods)} / {sum(trace.pods) / len(trace.pods):.2f} / {max(trace.pods)}",
            ),
            Figure(
                f"{name}: Pod-hours",
                f"{trace.hours:.0f}",
                f"{yardstick.hours:.0f}, {other}" if other else "",
                f"{trace.hours / yardstick.hours:.2f}" if other else "",
            ),
            Figure(
                f"{name}: requests over capacity",
                f"{100 * trace.over_share:.3f} %",
                f"{100 * yardstick.over_share:.3f} %, {other}" if other else "",
                f"{trace.over / yardstick.over:.2f}" if other and yardstick.over else "",
            ),
            Figure(
                f"{name}: changes; turns within 10 minutes",
                f"{trace.changes}; {trace.turns}",
                goal="0 turns" if name == _OURS else "",
            ),
        ]
    return rows


def write_image(traces: dict[str, Trace], seed: int) -> None:
    """Draw docs/images/autoscaling.svg."""
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    IMAGE.write_text(plot.draw(load.week(seed), {name: trace.pods for name, trace in traces.items()}))
