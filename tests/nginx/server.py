"""Resee's nginx as its image runs it: the entrypoint, an ordinary user, one writable folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx

from devcluster.ports import free_port
from tests.support.process import LocalProcess, require_program

ENTRYPOINT = Path(__file__).parents[2] / "app/frontend/nginx/entrypoint.sh"
PLACES = (Path("/usr/sbin"), Path("/usr/local/sbin"))

INDEX = "<!doctype html><title>Resee</title>"
SCRIPT = "export const words = '" + "remember " * 300 + "';\n"
ADMIN_CSS = "body { color: black }\n"


def write_site(directory: Path) -> tuple[Path, Path]:
    """A small built page and Django's static files; returns both folders."""
    html, static = directory / "html", directory / "static"
    files = {
        html / "index.html": INDEX,
        html / "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        html / "assets/index-a1b2c3d4.js": SCRIPT,
        static / "admin/css/base.css": ADMIN_CSS,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return html, static


class NginxServer(LocalProcess):
    """One nginx in front of a backend.

    Args:
        directory: its only writable folder.
        backend: BACKEND_HOST and BACKEND_PORT.
        settings: more variables of the entrypoint.
        path: folders looked into before PATH, for a stand-in of a program.
    """

    name = "nginx"
    # As root it could write anywhere, and the tests would not see it.
    refuses_root = True

    def __init__(
        self,
        directory: Path,
        backend: tuple[str, int],
        settings: dict[str, str] | None = None,
        path: Path | None = None,
    ) -> None:
        super().__init__(directory)
        # nginx opens /dev/stdout anew, which a container hands to its user as well.
        self.log.touch()
        os.chown(self.log, self.uid, self.gid)
        html, static = write_site(directory.with_name(f"{directory.name}-site"))
        nginx = require_program("nginx", "nginx", *PLACES)
        require_program("envsubst", "gettext-base")
        self.settings = {
            "PATH": os.pathsep.join(str(part) for part in (path, nginx.parent, os.environ["PATH"]) if part),
            "RUN_DIR": str(directory / "run"),
            "HTML_ROOT": str(html),
            "STATIC_ROOT": str(static),
            "LISTEN_PORT": str(self.port),
            "MAINTENANCE_PORT": str(free_port()),
            "BACKEND_HOST": backend[0],
            "BACKEND_PORT": str(backend[1]),
            "WORKER_PROCESSES": "1",
            **(settings or {}),
        }

    def command(self) -> list[str]:
        return [str(ENTRYPOINT)]

    def environment(self) -> dict[str, str]:
        return self.settings

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/nginx-health").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def maintenance_url(self) -> str:
        return f"http://127.0.0.1:{self.settings['MAINTENANCE_PORT']}"

    @property
    def pid(self) -> int:
        """The master process: the entrypoint became it."""
        return int((Path(self.settings["RUN_DIR"]) / "nginx.pid").read_text())

    def access_log(self) -> list[dict[str, Any]]:
        """Lines of the access log; nginx's own error lines are no JSON objects."""
        lines = self.log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]
