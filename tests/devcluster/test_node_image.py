"""The node image, looked at without a cluster."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from devcluster import binaries
from devcluster.engine import Engine, select
from devcluster.nodeimage import components, node
from devcluster.progress import Progress
from tests.devcluster.conftest import Machine

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]
SCRIPT = Path(__file__).with_name("node_address.sh")


@pytest.fixture(scope="module")
def engine(machine: Machine) -> Engine:
    chosen = select()
    chosen.ensure_running()
    return chosen


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    return node.ensure(engine, Progress.silent())


def test_a_new_address_reaches_what_the_old_one_was_written_to(engine: Engine, image: str) -> None:
    run = ("run", "--rm", "--interactive", "--hostname=mynode", "--entrypoint=bash", image)
    manifest, client, flags = engine.docker(*run, input_text=SCRIPT.read_text()).stdout.splitlines()
    address = flags.removeprefix("--node-ip=")
    assert address != "172.99.0.4"
    assert manifest == f"advertise {address}, not 172.99.0.44"
    # The certificate of the API server is good for the node's name, not for the new address.
    assert client == "server: https://mynode:6443"


def test_a_second_image_is_not_made(engine: Engine, image: str) -> None:
    before = engine.docker("images", "--quiet").stdout
    assert node.ensure(engine, Progress.silent()) == image
    assert engine.docker("images", "--quiet").stdout == before


def test_it_holds_every_image_that_kubeadm_asks_for(tmp_path: Path) -> None:
    kubeadm = [str(binaries.ensure("kubeadm")), "config", "images", "list", "--kubernetes-version=v1.37.2"]
    asked = subprocess.run(kubeadm, capture_output=True, text=True, check=True).stdout.split()
    programs = binaries.ensure_all(components.PROGRAMS)
    made = components.Components(programs, tmp_path).all()
    assert set(asked) <= {name for image in made for name in image.names}
