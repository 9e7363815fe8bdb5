"""The names of Redis' servers stay known while no name server answers.

`getent` is a stand-in that reads what a name server would say; the rest is the Pod's own program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from resee_operator.components.redis import names
from tests.support.wait import Budget, until

_GETENT = """#!/bin/sh
[ "$1 $2 $3" = "-s hosts:dns ahosts" ] || exit 3
sed -n "s/^$4=\\(.*\\)/\\1 STREAM $4\\n\\1 DGRAM/p" {zone} | grep .
"""
_SLEEP = "#!/bin/sh\nexec /bin/sleep 0.02\n"


class Zone:
    """What the name server says, and the file that the C library reads."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.records, self.hosts = folder, folder / "zone", folder / "hosts"
        for name, text in (("getent", _GETENT.format(zone=self.records)), ("sleep", _SLEEP)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        self.says()

    def says(self, **records: str) -> None:
        """Other answers from now on; none while it is away."""
        new = self.records.with_suffix(".new")
        new.write_text("".join(f"{name}={address}\n" for name, address in records.items()))
        new.rename(self.records)

    def here(self, program: str) -> str:
        return program.replace("/tmp/", f"{self.folder}/")

    def run(self, program: str) -> subprocess.Popen[bytes]:
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "SERVERS": "redis-0 redis-1", "SENTINELS": "sentinel-0"}
        return subprocess.Popen(["sh", "-c", self.here(program)], env=env, start_new_session=True)

    def known(self) -> dict[str, str]:
        lines = (line.split() for line in self.hosts.read_text().splitlines())
        return {name: address for address, name in lines if name != "localhost"}

    def awaits(self, **expected: str) -> None:
        def look() -> None:
            assert self.known() == expected

        until(look, Budget.EVENT, every=0.02)


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[Zone]:
    made = Zone(tmp_path)
    assert made.run(names.BEFORE[-1]).wait(5) == 0
    process = made.run(f"set -eu\n{names.KEEP}\nkeep_names")
    yield made
    assert process.poll() is None, "it does not end by itself"
    os.killpg(process.pid, 9)
    process.wait()


def test_a_name_counts_until_another_address_is_told(zone: Zone) -> None:
    zone.says(**{"redis-0": "10.0.0.1", "sentinel-0": "fd00::9"})
    zone.awaits(**{"redis-0": "10.0.0.1", "sentinel-0": "fd00::9"})
    # The name server is away, and back with a Pod that was made anew.
    zone.says()
    zone.says(**{"redis-0": "10.0.0.2", "redis-1": "10.0.0.3"})
    zone.awaits(**{"redis-0": "10.0.0.2", "redis-1": "10.0.0.3", "sentinel-0": "fd00::9"})


def test_the_file_stays_the_one_that_is_mounted(zone: Zone) -> None:
    before = zone.hosts.stat().st_ino
    zone.says(**{"redis-1": "10.0.0.3"})
    zone.awaits(**{"redis-1": "10.0.0.3"})
    assert zone.hosts.stat().st_ino == before
    assert zone.hosts.read_text().startswith("127.0.0.1 localhost\n")
