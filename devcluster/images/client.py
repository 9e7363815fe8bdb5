"""The Docker client, as far as an image build needs it; which engine it talks to is the caller's choice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devcluster.images.command import failed, run
from devcluster.images.context import Context

_REMEDY = "`python -m devcluster status` says whether the engine runs."


@dataclass(frozen=True)
class DockerClient:
    """Calls of ``docker`` with the environment (DOCKER_HOST and so on) of one engine."""

    variables: Mapping[str, str] = field(default_factory=dict)

    def has(self, reference: str) -> bool:
        """Say whether the engine holds an image of this name."""
        found = self._docker("images", "--quiet", reference)
        return bool(found.strip())

    def import_tar(self, archive: Path, reference: str) -> None:
        """Make an image of one layer from a root file system."""
        path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self._docker("import", "--change", path, "--change", "ENV LANG=C.UTF-8", str(archive), reference)

    def tag(self, reference: str, other: str) -> None:
        """Give an image one more name."""
        self._docker("tag", reference, other)

    def push(self, reference: str) -> None:
        """Push an image to the registry in its name."""
        self._docker("push", "--quiet", reference)

    def build(self, context: Context, reference: str, log: Path, options: tuple[str, ...] = ()) -> None:
        """Stream ``context`` into ``docker build``; its words go to ``log``.

        Raises ``ClusterError`` with the last of them where the build fails.
        """
        command = ["docker", "build", "--tag", reference, *options, "-"]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as words:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=words, stderr=words, env=self._environment()
            )
            assert process.stdin is not None
            # Where the engine gives up early, its exit code and words say why.
            with suppress(BrokenPipeError), process.stdin as stream:
                context.write(stream)
            code = process.wait()
        if code != 0:
            raise failed(command, code, log.read_text(), f"Read {log}.")

    def _docker(self, *arguments: str) -> str:
        return run(["docker", *arguments], environment=self._environment(), remedy=_REMEDY)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}
