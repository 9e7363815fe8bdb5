"""Settings of the entrypoint: a wrong one is named before nginx starts; none can write configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from devcluster.ports import free_port
from tests.nginx.conftest import StartNginx
from tests.nginx.server import ENTRYPOINT, NginxServer
from tests.support.wait import Budget

USAGE_ERROR = 64

WRONG = [
    ("BACKEND_HOST", "web; return 200"),
    ("BACKEND_HOST", "$host"),
    ("BACKEND_HOST", "-web"),
    ("BACKEND_PORT", "http"),
    ("BACKEND_PORT", "0"),
    ("LISTEN_PORT", "80 ssl"),
    ("API_RATE", "0"),
    ("API_RATE", "1.5"),
    ("API_BURST", "many"),
    ("RESOLVE_SECONDS", "-1"),
    ("WORKER_PROCESSES", "all"),
    ("REAL_IP_FROM", "10.0.0.0/8; }"),
    ("REAL_IP_FROM", "all"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named(folder: Path, name: str, value: str) -> None:
    server = NginxServer(folder / "refused", ("web", 8000), {name: value})
    limit = Budget.COMMAND.seconds
    ended = subprocess.run(
        server.command(), env=server.environment(), capture_output=True, text=True, check=False, timeout=limit
    )
    assert ended.returncode == USAGE_ERROR
    assert f'{name}="{value}" is not' in ended.stderr


def test_all_that_is_written_is_in_the_run_folder(start_nginx: StartNginx) -> None:
    server = start_nginx(("127.0.0.1", free_port()))
    run = Path(server.settings["RUN_DIR"])
    # nginx makes a folder for each kind of temporary body when it starts, wherever it was told to.
    assert {path.name for path in run.iterdir() if path.is_dir()} == {
        "body",
        "proxy",
        "fastcgi",
        "uwsgi",
        "scgi",
    }
    opened = {path.resolve() for path in Path(f"/proc/{server.pid}/fd").iterdir()}
    files = {path for path in opened if path.is_file()}
    assert files == {server.log}


def test_nginx_takes_the_place_of_the_shell(start_nginx: StartNginx) -> None:
    server = start_nginx(("127.0.0.1", free_port()))
    assert server._process is not None
    assert server.pid == server._process.pid


def test_the_entrypoint_is_plain_sh() -> None:
    subprocess.run(["dash", "-n", str(ENTRYPOINT)], check=True, capture_output=True)
