"""ReseeBackup and ReseeRestore on the real API server: rules, statuses, and the walk to both ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from devcluster.apiserver import ApiServer
from tests.integration.cluster import apply
from tests.integration.operator_process import OperatorProcess
from tests.integration.programs import Programs
from tests.integration.resees import Resee
from tests.support.wait import Budget, until

ID = "20260131T030000Z-1f2e3d"
MADE = {"ok": True, "command": "dump", "backup": ID, "location": "file:///backups/x", "sizeBytes": 7}
SAID = {
    "dump": {**MADE, "sha256": "ab" * 32, "verified": "2026-01-31T03:01:00Z"},
    "preflight": {"ok": True, "command": "preflight", "reason": "Succeeded", "backup": ID},
    "restore": {"ok": True, "command": "restore"},
    "swap": {"ok": True, "command": "swap", "previousDatabase": "resee_before"},
}
BROKEN = {"ok": False, "command": "restore", "message": "the disk is full", "remedy": "make room"}


@pytest.fixture
def alone(server: ApiServer, namespace: str, tmp_path: Path) -> OperatorProcess:
    """An operator that looks after the test's namespace only."""
    return OperatorProcess(server.kubeconfig, tmp_path, "operator", namespace, RESEE_NAMESPACES=namespace)


def ask(server: ApiServer, namespace: str, kind: str, name: str, **spec: Any) -> None:
    metadata = {"name": name, "namespace": namespace}
    made = {"apiVersion": "resee.io/v1alpha1", "kind": kind, "metadata": metadata}
    apply(server, {**made, "spec": {"deployment": "demo", **spec}})


def ended(resee: Resee, kind: str, name: str) -> dict[str, Any]:
    """The status of a request that has ended."""

    def check() -> dict[str, Any]:
        status: dict[str, Any] = resee.get(kind, name).get("status", {})
        assert status.get("phase") in ("Succeeded", "Failed"), status
        return status

    return until(check, Budget.ROLLOUT)


def test_requests_come_to_both_ends(server: ApiServer, namespace: str, alone: OperatorProcess) -> None:
    resee = Resee(server, namespace)
    said: dict[str, Any] = dict(SAID)
    with Programs(server, namespace, said), alone as operator:
        operator.lead()
        resee.apply()
        resee.wait_for("Ready", "True")
        ask(server, namespace, "ReseeBackup", "now")
        made = ended(resee, "reseebackup", "now")
        assert (made["phase"], made["backup"], made["checksum"]) == ("Succeeded", ID, "ab" * 32)

        said["restore"] = BROKEN
        ask(server, namespace, "ReseeRestore", "fails", backup="now")
        failed = ended(resee, "reseerestore", "fails")
        assert failed["phase"] == "Failed"
        assert "the disk is full; make room" in failed["message"]
        resee.wait_for("Degraded", "True", "RestoreFailed")
        resee.wait_for("Ready", "True")

        said["restore"] = SAID["restore"]
        ask(server, namespace, "ReseeRestore", "back")
        restored = ended(resee, "reseerestore", "back")
        assert (restored["phase"], restored["previousDatabase"]) == ("Succeeded", "resee_before")
        resee.wait_for("Ready", "True")
        assert resee.read()["status"]["restore"]["name"] == "back"
        assert resee.read()["status"]["backup"]["location"] == "file:///backups/x"


@pytest.mark.parametrize("kind", ["ReseeBackup", "ReseeRestore"])
def test_a_request_cannot_be_changed(server: ApiServer, namespace: str, kind: str) -> None:
    ask(server, namespace, kind, "one")
    with pytest.raises(AssertionError, match="make another object instead of changing this one"):
        Resee(server, namespace).patch(kind.lower(), "one", {"spec": {"deployment": "other"}})


def test_a_backup_that_nobody_can_mean_is_refused(server: ApiServer, namespace: str) -> None:
    with pytest.raises(AssertionError, match="names no backup: write latest"):
        ask(server, namespace, "ReseeRestore", "wrong", backup="Not A Name")
