"""The week as a drawing: load above, the number of Pods by each policy below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bench.autoscaling.load import DAY, STEP, WEEK
from bench.autoscaling.model import CAPACITY, MOST

_WIDTH, _HEIGHT, _LEFT, _GAP = 960, 150, 56, 34
_COLOURS: Final = ("#d1495b", "#9aa5b1", "#2e6f95", "#66a182")
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_POINTS: Final = 960


def draw(load: Sequence[float], pods: Mapping[str, Sequence[int]]) -> str:
    """The drawing as SVG."""
    rows = 1 + len(pods)
    height = rows * (_HEIGHT + _GAP) + _GAP
    image = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH + _LEFT + 12} {height}",
        attrib={"font-family": "sans-serif", "font-size": "12"},
    )
    SubElement(image, "rect", width="100%", height="100%", fill="white")
    _row(image, 0, "requests a second", load, max(load), "#444444")
    needed = [rate / CAPACITY for rate in load]
    for position, (name, counts) in enumerate(pods.items()):
        colour = _COLOURS[position % len(_COLOURS)]
        _row(image, position + 1, f"Pods, {name}", counts, MOST, colour, beside=needed)
    indent(image)
    return tostring(image, encoding="unicode") + "\n"


def _row(
    image: Element,
    position: int,
    title: str,
    values: Sequence[float],
    top: float,
    colour: str,
    beside: Sequence[float] | None = None,
) -> None:
    group = SubElement(image, "g", transform=f"translate({_LEFT},{_GAP + position * (_HEIGHT + _GAP)})")
    _text(group, 0, -8, title, colour)
    for share in (0.0, 0.5, 1.0):
        y = f"{_HEIGHT * (1 - share):.0f}"
        SubElement(group, "line", x1="0", x2=str(_WIDTH), y1=y, y2=y, stroke="#dddddd")
        _text(group, -_LEFT + 8, _HEIGHT * (1 - share) + 4, f"{top * share:.0f}", "#666666")
    for day, name in enumerate(_DAYS):
        _text(group, _WIDTH * day * DAY / WEEK + 4, _HEIGHT + 14, name, "#666666")
    if beside is not None:
        _line(group, beside, top, "#bbbbbb", "1")
    _line(group, values, top, colour, "1.5")


def _line(group: Element, values: Sequence[float], top: float, colour: str, width: str) -> None:
    """Each point is the greatest value of its stretch, so that no burst is lost."""
    stretch = max(len(values) // _POINTS, 1)
    points = []
    for start in range(0, len(values), stretch):
        x = _WIDTH * start * STEP / WEEK
        y = _HEIGHT * (1 - min(max(values[start : start + stretch]) / top, 1.0))
        points.append(f"{x:.1f},{y:.1f}")
    SubElement(
        group, "polyline", points=" ".join(points), fill="none", stroke=colour, attrib={"stroke-width": width}
    )


def _text(group: Element, x: float, y: float, text: str, colour: str) -> None:
    SubElement(group, "text", x=f"{x:.0f}", y=f"{y:.0f}", fill=colour).text = text
