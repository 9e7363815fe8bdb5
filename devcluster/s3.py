"""An S3 server on loopback as a plain process, for tests: versitygw over a folder."""

from __future__ import annotations

import secrets
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from devcluster import binaries, waits
from devcluster.ports import LOOPBACK, free_port
from devcluster.process import Process

_HEALTH = "/health"


class S3Server:
    """versitygw in `folder`, which keeps its log and, in `data`, each bucket as a folder.

    `kill`, `pause` and `resume` act as a fault does; `start` after `stop` or `kill` finds the same address,
    credentials and data.
    """

    region = "us-east-1"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._port = free_port()
        argv = [
            str(binaries.ensure("versitygw")),
            *("--port", f"{LOOPBACK}:{self._port}", "--region", self.region, "--health", _HEALTH),
            *("posix", str(folder / "data")),
        ]
        # By the environment: a command line is for everybody to read.
        keys = {"ROOT_ACCESS_KEY_ID": self.access_key, "ROOT_SECRET_ACCESS_KEY": self.secret_key}
        self.process = Process("versitygw", argv, folder, env=keys)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which every AWS client finds the server."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    @property
    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + _HEALTH, timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and wait until it answers; raises ClusterError."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self.process.start()

        def ready() -> bool:
            self.process.ensure_running()
            return self.ready

        waits.wait_for(
            ready,
            waits.PROCESS_START,
            lambda: f"versitygw does not answer:\n{self.process.tail()}",
            f"Read {self.process.log}.",
        )

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def pause(self) -> None:
        self.process.pause()

    def resume(self) -> None:
        self.process.resume()
