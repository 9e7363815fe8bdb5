"""Two pictures of a run: how soon edits and deletions are answered, and the edit of the whole fleet."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.engine.scene import Measured

_SIZE = (7.2, 3.6)
_LATENCIES = {
    "edit": ("spec edit to last child", "-", "tab:blue"),
    "edit.failing": ("the same, another deployment fails", "--", "tab:blue"),
    "edit.bare": ("one edit by hand", ":", "tab:blue"),
    "delete": ("child deleted to there again", "-", "tab:orange"),
    "delete.bare": ("deleted and applied by hand", ":", "tab:orange"),
}


def draw(measured: Measured, folder: Path) -> None:
    """Write `engine-latency.svg` and `engine-fleet.svg` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # The same figures make the same file, but for their own digits.
    with mpl.rc_context({"svg.hashsalt": "resee", "svg.fonttype": "none", "font.size": 9}):
        for name, plot in (("engine-latency", _latencies), ("engine-fleet", _fleet)):
            figure = Figure(figsize=_SIZE, layout="constrained")
            plot(figure.add_subplot(), measured)
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def _latencies(axes: Axes, measured: Measured) -> None:
    for name, (label, line, colour) in _LATENCIES.items():
        taken = sorted(value * 1000 for value in measured.series.get(name, ()))
        parts = [(position + 1) / len(taken) * 100 for position in range(len(taken))]
        axes.step(taken, parts, line, color=colour, label=label, where="post")
    axes.set(xscale="log", xlabel="milliseconds", ylabel="% answered by then", ylim=(0, 101))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3, which="both")
    axes.figure.legend(loc="outside upper center", ncols=2)


def _fleet(axes: Axes, measured: Measured) -> None:
    times, figures = sorted(measured.series["fleet"]), measured.figures
    axes.step(times, range(1, len(times) + 1), color="tab:blue", label="children written by the operator")
    share = figures["fleet.children"] / figures["fleet.writes"]
    end = figures["fleet.writes"] / figures["bare.changes.rate"]
    axes.plot(
        [0, end], [0, end * figures["bare.changes.rate"] * share], "k:", label="at the bare loop's rate"
    )
    axes.axvline(figures["fleet.edits"], color="tab:grey", linewidth=0.8)
    axes.annotate(
        " all edits are in",
        (figures["fleet.edits"], 0.02),
        xycoords=("data", "axes fraction"),
        color="tab:grey",
    )
    axes.set(xlabel="seconds since the first edit", ylabel="children", xlim=(0, None), ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
