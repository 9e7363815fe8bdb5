"""A user who writes and one who reads, over what happens to a deployment: what neither of them may see."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tests.support.clients import Reader, Writer
from tests.support.wait import Budget, until

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clients:
    """Two clients that count, between `stop` and their start."""

    writer: Writer
    reader: Reader

    @property
    def figures(self) -> str:
        """What became of all requests."""
        return f"writer: {self.writer.count}; reader: {self.reader.count}"

    def stop(self) -> None:
        """End both."""
        self.writer.stop()
        self.reader.stop()

    def close(self) -> None:
        """Let the connections go."""
        self.stop()
        self.writer.close()
        self.reader.close()

    def judge(self, title: str) -> None:
        """Stop: nothing failed, and nothing that was acknowledged is lost."""
        self.stop()
        assert self.writer.count.failed + self.reader.count.failed == [], self.figures
        lost = self.writer.acknowledged - self.writer.stored()
        assert lost == set(), f"acknowledged rows are missing: {sorted(lost)}"

        def done() -> None:
            assert self.writer.unfinished() == set()

        until(done, Budget.POD)
        rows, tasks = len(self.writer.acknowledged), len(self.writer.tasks)
        assert rows > 0, "nothing was written"
        log.info("%s: %s; %d rows and %d tasks, none lost", title, self.figures, rows, tasks)

    def judge_closed(self, title: str) -> None:
        """Stop: it was closed for a while, and who was not served then was told when to come back."""
        self.stop()
        for client in (self.writer, self.reader):
            assert client.count.closed > 0, f"it was never closed: {self.figures}"
            assert client.count.closed == len(client.count.failed), "\n".join(client.count.failed)
        log.info("%s: %s; %d rows", title, self.figures, len(self.writer.acknowledged))


def assert_writes_on(writer: Writer, since: int = 0) -> None:
    """Wait until more rows than these are acknowledged."""

    def written() -> None:
        assert len(writer.acknowledged) > since, f"{writer.count}"

    until(written, Budget.PROCESS)
