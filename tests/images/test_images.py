"""Every image: nobody's user, nothing secret, ready to start on a read-only root file system."""

from __future__ import annotations

import json
import re

import pytest

from devcluster.engine import Engine
from devcluster.images.catalogue import IMAGES
from tests.images.containers import Runner

pytestmark = pytest.mark.root

NAMES = [image.name for image in IMAGES]
SECRET_FILES = ("id_rsa", "id_ed25519", ".env", ".pgpass", ".netrc", ".npmrc", "credentials", "*.key")
PLANTED = re.compile(r"(?i)(password|secret|token|access_key)\w*=\S")


@pytest.fixture(params=NAMES)
def image(request: pytest.FixtureRequest, images: dict[str, str]) -> str:
    if request.param not in images:
        pytest.skip("a registry can be reached: the official image is used")
    return images[str(request.param)]


def test_user_is_a_number_and_not_root(image: str, engine: Engine) -> None:
    user = engine.docker("inspect", "--format={{.Config.User}}", image).stdout.strip()
    assert re.fullmatch(r"(10001:10001|999:999)", user)


def test_labels_name_version_and_source(image: str, engine: Engine) -> None:
    labels = json.loads(engine.docker("inspect", "--format={{json .Config.Labels}}", image).stdout)
    for name in ("title", "description", "licenses", "version", "source"):
        assert labels[f"org.opencontainers.image.{name}"]


def test_no_secret_in_environment_or_history(image: str, engine: Engine) -> None:
    environment = engine.docker("inspect", "--format={{json .Config.Env}}", image).stdout
    history = engine.docker("history", "--no-trunc", "--format={{.CreatedBy}}", image).stdout
    assert not PLANTED.search(environment)
    assert not PLANTED.search(history)


def find(runner: Runner, image: str, expression: str) -> str:
    """Run find over the root file system; what the user may not even look at is no finding."""
    return runner.once(image, "-c", f"find / -xdev {expression} -print 2>/dev/null || true", entrypoint="sh")


def test_no_secret_file(image: str, runner: Runner) -> None:
    names = " -o ".join(f"-name '{name}'" for name in SECRET_FILES)
    assert find(runner, image, rf"-type f \( {names} \)") == ""


# Data, and what a development deployment may replace where it makes the root file system writable.
CHANGEABLE = ("/var/lib/*", "/data/*", "/app/backend/*", "/usr/share/nginx/html/*")


def test_nothing_else_may_be_changed_by_its_user(image: str, runner: Runner) -> None:
    elsewhere = " ".join(f"-not -path '{path}'" for path in CHANGEABLE)
    assert find(runner, image, f"-type f -writable {elsewhere}") == ""


@pytest.mark.parametrize("name", ["resee-operator", "resee-backend", "resee-backup"])
def test_python_packages_are_compiled(name: str, images: dict[str, str], runner: Runner) -> None:
    """Bytecode cannot be written on a read-only root file system, and compiling costs seconds."""
    program = (
        "import pathlib, sys\n"
        "sources = [file for file in pathlib.Path('/app').rglob('*.py') if file.stat().st_size]\n"
        "tag = sys.implementation.cache_tag\n"
        "for file in sources:\n"
        "    if not (file.parent / '__pycache__' / f'{file.stem}.{tag}.pyc').exists():\n"
        "        print(file)\n"
    )
    assert runner.once(images[name], "-c", program, entrypoint="python3") == ""


def test_operator_shows_its_commands(images: dict[str, str], runner: Runner) -> None:
    assert "run" in runner.once(images["resee-operator"], "--help")


def test_backup_has_the_tools_of_the_server_s_version(images: dict[str, str], runner: Runner) -> None:
    assert "dump" in runner.once(images["resee-backup"], "--help")
    assert " 15." in runner.once(images["resee-backup"], "--version", entrypoint="pg_dump")


def test_backend_checks_itself(images: dict[str, str], runner: Runner) -> None:
    environment = {
        "SECRET_KEY": "only-for-this-test-and-long-enough-for-the-check",
        "DATABASE_URL": "postgres://nobody@127.0.0.1/none",
        "REDIS_URL": "redis://127.0.0.1/0",
        "CACHE_URL": "redis://127.0.0.1/1",
    }
    command = ("manage.py", "check", "--fail-level=ERROR")
    told = runner.once(images["resee-backend"], *command, entrypoint="python3", env=environment)
    assert "no issues" in told
