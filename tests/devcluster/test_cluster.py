"""A cluster works, keeps its data through every fault that `up` repairs, and is gone after `down`."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
import yaml

from devcluster import debian, upkeep
from devcluster.cluster import addons
from devcluster.cluster.kubectl import Kubectl
from devcluster.cluster.record import Record
from devcluster.engine import select
from devcluster.engine.private import PrivateEngine
from devcluster.errors import ClusterError
from tests.devcluster.conftest import Machine
from tests.support.wait import Budget, until

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]
NODE = "one-control-plane"
NODE_IMAGE = "resee.local/devcluster-node"
STORE = "/var/lib/containerd"
STORE_MIB = 50  # what nodes write themselves; the images alone would be 500
WRITER = Path(__file__).with_name("writer.yaml")
Lines = Callable[[], list[str]]


@pytest.fixture(scope="module")
def lines(kubectl: Kubectl) -> Lines:
    """What the writer's Pods have written, one line for each start, once one of them is Ready.

    The writer goes with its cluster, which a later test takes down.
    """
    kubectl.apply(*yaml.safe_load_all(WRITER.read_text()))

    def read() -> list[str]:
        try:
            kubectl.run("rollout", "status", "deployment/writer", "--timeout=5s")
            return kubectl.run("exec", "deployment/writer", "--", "cat", "/data/lines").splitlines()
        except ClusterError as error:
            raise AssertionError(str(error)) from error

    return lambda: until(read, Budget.POD, every=1)


def _record() -> Record:
    record = Record.read("one")
    assert record is not None
    return record


def _kill(pid_file: Path) -> None:
    os.kill(int(json.loads(pid_file.read_text())["pid"]), signal.SIGKILL)


def test_every_node_is_ready_in_its_zone(kubectl: Kubectl) -> None:
    nodes = kubectl.get("nodes")
    assert nodes is not None
    zones = {
        node["metadata"]["name"]: node["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for node in nodes["items"]
    }
    assert zones == {NODE: "zone-a"}


def test_the_bucket_is_reached_from_the_host_with_the_clusters_secret(kubectl: Kubectl) -> None:
    record = _record()
    keys = addons.credentials(record.folder)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{record.s3_port}",
        region_name="us-east-1",
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == [addons.BUCKET]
    secret = kubectl.get("secret", "s3-credentials", f"--namespace={addons.NAMESPACE}")
    assert secret is not None
    assert set(secret["data"]) == set(keys)


def test_metrics_arrive(kubectl: Kubectl) -> None:
    def measured() -> None:
        try:
            assert NODE in kubectl.run("top", "nodes")
        except ClusterError as error:
            raise AssertionError(str(error)) from error

    until(measured, Budget.POD, every=1)


def test_an_image_is_loaded_once(machine: Machine, kubectl: Kubectl, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    machine.run("docker", "build", "--tag", "resee.local/test:1", str(tmp_path))
    assert machine.run("load", "--name", "one", "resee.local/test:1").stdout.split() == ["resee.local/test:1"]
    assert machine.run("load", "--name", "one", "resee.local/test:1").stdout == ""
    found = kubectl.get("node", NODE)
    assert found is not None
    missing = machine.run("load", "--name", "one", "resee.local/none:1", check=False)
    assert missing.returncode == 2
    assert "The engine holds no image resee.local/none:1." in missing.stderr


def test_an_image_runs_from_the_engines_layers_also_when_the_engine_forgets_it(
    machine: Machine, kubectl: Kubectl, tmp_path: Path
) -> None:
    shutil.copy(debian.unpacked("busybox", ("busybox-static",)) / "bin/busybox", tmp_path)
    lines = (
        "FROM scratch",
        "COPY busybox /bin/",
        "COPY busybox /gone",
        'RUN ["/bin/busybox", "rm", "/gone"]',
    )
    (tmp_path / "Dockerfile").write_text("\n".join(lines))
    machine.run("docker", "build", "--tag", "resee.local/linked:1", str(tmp_path))
    machine.run("load", "--name", "one", "resee.local/linked:1")
    assert int(machine.run("docker", "exec", NODE, "du", "-sm", STORE).stdout.split()[0]) < STORE_MIB
    machine.run("docker", "rmi", "resee.local/linked:1")
    upkeep.tidy(select())
    linked = upkeep.linked_layers(select())
    assert linked <= {folder.name for folder in PrivateEngine().layers.iterdir()}
    assert len(linked) >= 3
    command = ("--restart=Never", "--command", "--", "/bin/busybox", "ls", "/")
    kubectl.run("run", "linked", "--image=resee.local/linked:1", *command)

    def listed() -> list[str]:
        pod = kubectl.get("pod", "linked")
        assert pod is not None
        assert pod["status"]["phase"] == "Succeeded", pod["status"]
        return kubectl.run("logs", "linked").split()

    found = until(listed, Budget.POD, every=1)
    assert "bin" in found
    assert "gone" not in found


def test_data_outlive_the_pod(kubectl: Kubectl, lines: Lines) -> None:
    before = lines()
    kubectl.run("delete", "pod", "--selector=app=writer", "--wait=true")
    assert len(lines()) == len(before) + 1


@pytest.mark.parametrize("action", ["restart", "stop", "kill", "pause"])
def test_up_repairs_a_node_and_finds_the_data(machine: Machine, lines: Lines, action: str) -> None:
    before = lines()
    machine.run("docker", action, NODE)
    machine.up("one")
    after = lines()
    assert after[: len(before)] == before
    assert (len(after) > len(before)) == (action != "pause")


def test_a_killed_engine_leaves_the_pods_running(machine: Machine, lines: Lines) -> None:
    before = lines()
    _kill(machine.state / "engine" / "dockerd.pid")
    machine.up("one")
    assert lines() == before


def test_a_killed_forwarder_is_replaced(machine: Machine, kubectl: Kubectl) -> None:
    _kill(machine.state / "one" / "forward.pid")
    assert kubectl.get("nodes") is None
    machine.up("one")
    assert kubectl.get("nodes") is not None


def test_two_clusters_stand_side_by_side_and_the_last_one_takes_the_engine(
    machine: Machine, kubectl: Kubectl, remains: Callable[[], list[str]]
) -> None:
    second = machine.up("two")
    second.run("create", "configmap", "of-two")
    assert kubectl.get("configmap", "of-two") is None
    status = machine.run("status").stdout
    assert "one-control-plane running" in status
    assert "two-control-plane running" in status
    machine.run("down", "--name", "two")
    assert kubectl.get("nodes") is not None
    machine.run("down", "--name", "one")
    assert remains() == []
    assert NODE_IMAGE in machine.run("docker", "images").stdout


def test_three_nodes_are_three_zones_reached_from_each_other(
    machine: Machine, remains: Callable[[], list[str]]
) -> None:
    kubectl = machine.up("three", "--nodes", "3")
    nodes = kubectl.get("nodes")
    assert nodes is not None
    zones = [node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes["items"]]
    assert sorted(zones) == ["zone-a", "zone-b", "zone-c"]
    # After this Docker gives the nodes other addresses than they were made with.
    names = [node["metadata"]["name"] for node in nodes["items"]]
    machine.run("docker", "stop", *names)
    machine.run("docker", "start", *reversed(names))
    machine.up("three")
    machine.run("down", "--all")
    assert remains() == []


def test_an_interrupted_start_leaves_nothing(machine: Machine, remains: Callable[[], list[str]]) -> None:
    began = machine.start("up", "--name", "four")
    until(lambda: _assert_creating(machine), Budget.PROCESS)
    began.send_signal(signal.SIGINT)
    assert began.wait(Budget.POD.seconds) != 0
    assert remains() == []
    assert not (machine.state / "four").exists()


def _assert_creating(machine: Machine) -> None:
    listed = machine.run("docker", "ps", "--format", "{{.Names}}", check=False).stdout
    assert "four-control-plane" in listed
