"""A real PgBouncer as the operator's manifests describe it, on the loopback before a test's own server."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from resee_operator.components import Facts
from resee_operator.stages import Resolved
from tests.support.deployments import container_of, find, manifests_of
from tests.support.postgres import BIN
from tests.support.process import LocalProcess, require_program
from tests.support.wait import Budget

USERS = "/etc/resee/pooler-users"
CONFIG = "/etc/resee/pooler"
TLS = "/etc/resee/tls"


class PgBouncer(LocalProcess):
    """The container of Deployment `demo-pooler`; ports, addresses and folders are the test's own.

    Args:
        directory: an empty folder.
        resolved: the deployment.
        facts: its Secrets.
        server: port of its server.
    """

    name = "pgbouncer"
    refuses_root = True

    def __init__(self, directory: Path, resolved: Resolved, facts: Facts, server: int) -> None:
        super().__init__(directory)
        manifests = manifests_of(resolved, facts)
        self._ini = find(manifests, "ConfigMap", "demo-pooler")["data"]["pgbouncer.ini"]
        self._container = container_of(find(manifests, "Deployment", "demo-pooler"))
        self._secrets = facts.secrets
        self._server = server
        self._write()

    def command(self) -> list[str]:
        program, *rest = map(self._here, self._container["command"])
        return [str(require_program(program, program, Path("/usr/sbin"))), *rest]

    def answers(self) -> bool:
        return self.probe("readinessProbe") == 0

    def probe(self, name: str) -> int:
        """Exit code of one of its probes, as the kubelet runs it."""
        command = [
            word.replace("--port=5432", f"--port={self.port}")
            for word in self._container[name]["exec"]["command"]
        ]
        environment = {"PATH": f"{BIN}:{os.environ['PATH']}"}
        return subprocess.run(
            command, env=environment, timeout=Budget.PROCESS.seconds, check=False
        ).returncode

    def tell(self) -> None:
        """The signal at which its container ends."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)

    def ended(self) -> int:
        """Wait until it has ended; its exit code."""
        assert self._process is not None
        return self._process.wait(Budget.PROCESS.seconds)

    def command_line(self) -> str:
        """What everybody on the node can read of it."""
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/cmdline").read_text()

    def url(self, user: str, password: str, database: str = "resee") -> str:
        """Where clients find it."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def _here(self, text: str) -> str:
        """A text of the manifest with the container's folders replaced by this machine's."""
        for there, here in ((USERS, "users"), (CONFIG, "config"), (TLS, "tls")):
            text = text.replace(f"{there}/", f"{self.directory / here}/")
        return text

    def _write(self) -> None:
        """The files of its volumes."""
        moved = {
            "host=demo-postgres port=5432": f"host=localhost port={self._server}",
            "listen_addr = *": "listen_addr = 127.0.0.1",
            "listen_port = 5432": f"listen_port = {self.port}",
        }
        ini = self._here(self._ini)
        for there, here in moved.items():
            assert there in ini, there
            ini = ini.replace(there, here)
        self._file("config/pgbouncer.ini", ini)
        self._file("users/userlist.txt", self._secrets["demo-database"]["userlist.txt"])
        for name, text in self._secrets.get("demo-tls", {}).items():
            self._file(f"tls/{name}", text)

    def _file(self, name: str, text: str) -> None:
        file = self.directory / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(0o400)
        os.chown(file, self.uid, self.gid)
