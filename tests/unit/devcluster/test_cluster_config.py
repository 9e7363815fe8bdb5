"""kind's configuration and the record that it is made from."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import yaml

from devcluster import paths
from devcluster.cluster import config
from devcluster.cluster.lifecycle import describe
from devcluster.cluster.record import Record
from devcluster.errors import UsageError
from devcluster.ports import free_port

ONE = Record("resee", 1, 6443, 8080, 7070)


def test_one_node_has_the_records_ports_on_loopback() -> None:
    made = config.for_cluster(Record("mine", 1, 16443, 18080, 17070))
    (node,) = made["nodes"]
    published = {mapping["containerPort"]: mapping["hostPort"] for mapping in node["extraPortMappings"]}
    assert made["name"] == "mine"
    assert made["networking"]["apiServerPort"] == 16443
    assert published == {30080: 18080, 30070: 17070}
    assert {mapping["listenAddress"] for mapping in node["extraPortMappings"]} == {"127.0.0.1"}


def test_three_nodes_are_three_zones_that_all_take_pods() -> None:
    made = config.for_cluster(Record("mine", 3, 1, 2, 3))
    assert [node["role"] for node in made["nodes"]] == ["control-plane", "worker", "worker"]
    assert [node["labels"][config.ZONE_LABEL] for node in made["nodes"]] == list(config.ZONES)
    patches = [yaml.safe_load(patch) for patch in made["kubeadmConfigPatches"]]
    assert {"kind": "InitConfiguration", "nodeRegistration": {"taints": []}} in patches


def test_one_node_is_left_for_kind_to_untaint() -> None:
    patches = [yaml.safe_load(patch) for patch in config.for_cluster(ONE)["kubeadmConfigPatches"]]
    assert not any("nodeRegistration" in patch for patch in patches)


def test_the_control_plane_leaves_a_small_machine_to_pods() -> None:
    made = config.for_cluster(Record("mine", 3, 1, 2, 3))
    control_plane, *workers = made["nodes"]
    (mount,) = control_plane["extraMounts"]
    patches = [yaml.safe_load(patch) for patch in made["kubeadmConfigPatches"]]
    asked = {"kind": "InitConfiguration", "patches": {"directory": mount["containerPath"]}}
    assert asked in patches
    assert not any("extraMounts" in node for node in workers)
    requests = {}
    for file in Path(mount["hostPath"]).iterdir():
        (container,) = yaml.safe_load(file.read_text())["spec"]["containers"]
        assert container["name"] == file.stem
        requests[file.stem] = int(container["resources"]["requests"]["cpu"].removesuffix("m"))
    assert requests.keys() == {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}
    assert sum(requests.values()) <= 200


def test_controllers_start_without_being_throttled_and_keep_what_kind_tells_them() -> None:
    patches = [yaml.safe_load(patch) for patch in config.for_cluster(ONE)["kubeadmConfigPatches"]]
    (patch,) = [patch for patch in patches if patch["kind"] == "ClusterConfiguration"]
    arguments = {one["name"]: one["value"] for one in patch["controllerManager"]["extraArgs"]}
    assert arguments["enable-hostpath-provisioner"] == "true"
    assert float(arguments["kube-api-qps"]) >= 100


def test_every_node_sees_the_engines_layers_and_cannot_write_them(tmp_path: Path) -> None:
    made = config.for_cluster(Record("mine", 3, 1, 2, 3), tmp_path)
    mount = {"hostPath": str(tmp_path), "containerPath": config.LAYERS, "readOnly": True}
    assert [node["extraMounts"][-1] for node in made["nodes"]] == [mount] * 3


def test_an_engine_without_such_a_folder_mounts_none() -> None:
    mounts = [mount for node in config.for_cluster(ONE)["nodes"] for mount in node["extraMounts"]]
    assert config.LAYERS not in [mount["containerPath"] for mount in mounts]


def test_the_repositorys_file_publishes_the_default_ports() -> None:
    written = yaml.safe_load((paths.ROOT / "kind-config.yaml").read_text())
    mappings = written["nodes"][0]["extraPortMappings"]
    assert {mapping["hostPort"] for mapping in mappings} == {8080, 7070}


def test_the_manifests_of_the_node_are_yaml_with_names() -> None:
    files = [
        *(paths.NODE_FILES / "root/kind/manifests").glob("*.yaml"),
        *(paths.NODE_FILES / "addons").glob("*.yaml"),
    ]
    objects = [document for file in files for document in yaml.safe_load_all(file.read_text())]
    assert len(files) == 4
    assert all(document["metadata"]["name"] and document["apiVersion"] for document in objects)


def test_a_record_is_read_back_as_written() -> None:
    ONE.write()
    assert Record.read("resee") == ONE
    assert ONE.completed().complete
    assert list(Record.read_all()) == [ONE.completed()]
    assert Record.read("other") is None


def test_a_new_cluster_gets_free_ports() -> None:
    http, s3 = free_port(), free_port()
    record = describe("resee", None, http, s3)
    assert (record.nodes, record.http_port, record.s3_port) == (1, http, s3)
    assert record.api_port not in (http, s3)


def test_a_taken_port_is_refused_with_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as caught:
            describe("resee", None, port, None)
    assert caught.value.problem == f"Port {port} of 127.0.0.1 is taken by another program."
    assert caught.value.remedy == "Stop that program or choose another port with --http-port."


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ((3, None, None), "The cluster resee was made with --nodes 1, not 3."),
        ((None, 9000, None), "The cluster resee was made with --http-port 8080, not 9000."),
        ((None, None, 9000), "The cluster resee was made with --s3-port 7070, not 9000."),
    ],
)
def test_other_options_for_a_present_cluster_are_refused(
    asked: tuple[int | None, int | None, int | None], sentence: str
) -> None:
    ONE.write()
    with pytest.raises(UsageError) as caught:
        describe("resee", *asked)
    assert caught.value.problem == sentence
    assert "down --name resee" in caught.value.remedy


def test_the_same_options_find_the_present_cluster() -> None:
    ONE.write()
    assert describe("resee", 1, 8080, None) == ONE


def test_state_folders_tell_checkouts_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = paths.state_id()
    monkeypatch.setenv("RESEE_STATE_DIR", str(tmp_path / "other"))
    assert paths.state_id() != first
