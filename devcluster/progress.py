"""What devcluster is doing right now: a moving line on a terminal, one plain line for each step elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Step:
    """A step under way; `advance` may be called from any thread."""

    def __init__(self, bars: Bars | None, task: TaskID | None) -> None:
        self._bars = bars
        self._task = task

    def advance(self, detail: str = "") -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, advance=1, detail=detail[-40:])


class Progress:
    """Shows steps, also several at once; use it as a context manager."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._bars: Bars | None = None
        if console is not None and console.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=20),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[detail]}"),
            )
            self._bars = Bars(*columns, console=console, transient=True)

    @classmethod
    def on_stderr(cls) -> Self:
        return cls(Console(file=sys.stderr, soft_wrap=True, highlight=False))

    @classmethod
    def silent(cls) -> Self:
        return cls(None)

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Step]:
        """Show a step while the body runs, and how long it took when it ends well."""
        began = time.monotonic()
        task = self._bars.add_task(title, total=total, detail="") if self._bars is not None else None
        if self._bars is None:
            self.say(f"… {title}")
        try:
            yield Step(self._bars, task)
        finally:
            if self._bars is not None and task is not None:
                self._bars.remove_task(task)
        self.say(f"[green]✓[/green] {title} [dim]({time.monotonic() - began:.1f} s)[/dim]")

    def say(self, text: str) -> None:
        if self._console is not None:
            self._console.print(text)
