"""A named network namespace: made with its loopback up, removed by name."""

from __future__ import annotations

from pathlib import Path

from devcluster.images.command import run

_FOLDER = Path("/run/netns")
_REMEDY = "Run as root on a kernel with network namespaces."


class NetworkNamespace:
    """A namespace as `ip netns` keeps it: a file that holds it open."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.file = _FOLDER / name

    def ensure(self) -> None:
        """Make the namespace unless it is there; after a reboot its file is left without one."""
        if not self._alive():
            self.remove()
            run(["ip", "netns", "add", self.name], remedy=_REMEDY)
        run(["ip", "-n", self.name, "link", "set", "lo", "up"], remedy=_REMEDY)

    def remove(self) -> None:
        if self._alive():
            run(["ip", "netns", "delete", self.name], remedy=_REMEDY)
        self.file.unlink(missing_ok=True)

    def _alive(self) -> bool:
        return self.file.exists() and any(
            line.split()[4] == str(self.file)
            for line in Path("/proc/self/mountinfo").read_text().splitlines()
        )
