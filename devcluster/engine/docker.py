"""The machine's own Docker engine: somebody else starts it, stops it and owns it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from devcluster.engine.base import Engine
from devcluster.errors import UsageError
from devcluster.progress import Progress


class DockerEngine(Engine):
    """What `docker info` reaches, by DOCKER_HOST or the client's context."""

    name = "docker"
    private = False

    def environment(self) -> Mapping[str, str]:
        return {}

    def running(self) -> bool:
        if not shutil.which("docker"):
            return False
        answer = self.docker("info", "--format", "{{.ServerVersion}}", check=False)
        # The client exits with 0 although only it, and no server, has answered.
        return answer.returncode == 0 and bool(answer.stdout.strip())

    def ensure_running(self, progress: Progress | None = None) -> None:  # noqa: ARG002
        if not self.running():
            raise UsageError(
                "The Docker engine does not answer.",
                "Start it, so that `docker info` answers, or set RESEE_ENGINE=private as root.",
            )

    def stop(self, *, purge: bool = False) -> None:
        """Do nothing: the engine is not ours."""
