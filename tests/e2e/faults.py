"""Faults of single parts of a deployment, and a client that writes meanwhile and keeps each acknowledged id.

Each is undone at the end of its block.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from devcluster.engine import select
from tests.e2e.deployments import Deployment
from tests.e2e.kubectl import Kubectl, Object
from tests.e2e.resee import Resee
from tests.support.clients import Writer
from tests.support.wait import Budget, until
from tests.zones.zone import Faults

KILLED = 137
"""Exit code of a container whose process got signal 9."""
JOB = "batch.kubernetes.io/job-name"
SMALL = "resee-small"
"""StorageClass of the volume that is soon full."""
PAUSE = 0.2
"""Seconds between two contents: a machine with two cores shall do other things as well."""


@contextmanager
def writing(url: str) -> Iterator[Writer]:
    """A user who writes during the block; afterwards the deployment serves every row that it acknowledged.

    Requests may fail, where the fault is one that users see; what was acknowledged may not be gone.
    """
    writer = Writer(url, Resee(url).sign_up().token, pause=PAUSE).start()
    try:
        yield writer
    finally:
        writer.stop()
    assert_all_there(writer)
    writer.close()


def assert_all_there(writer: Writer) -> None:
    """Every row that was acknowledged is there, and some were."""
    missing = writer.acknowledged - writer.stored()
    assert (missing, bool(writer.acknowledged)) == (set(), True), f"lost: {sorted(missing)}; {writer.count}"


@dataclass(frozen=True)
class Database:
    """The database of a deployment, asked in its Pod."""

    deployment: Deployment

    @property
    def _psql(self) -> tuple[str, ...]:
        program = 'exec psql -qAtX -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
        return ("exec", "-i", f"{self.deployment.name}-postgres-0", "--", "sh", "-c", program)

    def ask(self, statement: str) -> str:
        """What psql prints."""
        return self.deployment.kubectl(*self._psql, stdin=statement).strip()

    @contextmanager
    def held(self, lock: str) -> Iterator[None]:
        """A transaction that holds what a LOCK statement takes until the block ends.

        The server ends it: a stream that broke on the way to the Pod would not, and the lock would stay.
        """
        kubectl = self.deployment.kubectl
        command = [
            str(kubectl.binary),
            f"--kubeconfig={kubectl.kubeconfig}",
            f"--namespace={kubectl.namespace}",
            *self._psql,
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            assert session.stdin is not None
            assert session.stdout is not None
            session.stdin.write(f"BEGIN;\n{lock};\nSELECT pg_backend_pid();\n")
            session.stdin.flush()
            holder = int(session.stdout.readline())
            try:
                yield
            finally:
                session.kill()
                self.ask(f"SELECT pg_terminate_backend({holder})")

    def waits(self, statement: str) -> bool:
        """Whether a statement that begins like this waits for a lock."""
        waiting = self.ask("SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return any(line.startswith(statement) for line in waiting.splitlines())

    def end_waits(self, statement: str) -> None:
        """End the sessions that `waits` speaks of: one that waits does not see that its client is gone."""
        theirs = f"wait_event_type = 'Lock' AND query LIKE '{statement}%'"
        self.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}")


def told_of_upgrade(deployment: Deployment, image: str, phase: str, words: str) -> str:
    """Wait until the status tells this of the upgrade to an image; returns the whole message."""

    def told() -> str:
        found = deployment.read().get("status", {}).get("upgrade") or {}
        message = str(found.get("message", ""))
        assert (found.get("image"), found.get("phase"), words in message) == (image, phase, True), found
        return message

    return until(told, Budget.DEPLOYMENT)


def kill_pod_of(kubectl: Kubectl, job: str) -> str:
    """Kill -9 every process of a Job's running Pod, from its node; returns the Pod's name."""
    running = [one for one in kubectl.list("pods", f"{JOB}={job}") if one["status"]["phase"] == "Running"]
    assert running, f"no Pod of Job {job} runs"
    name = str(running[0]["metadata"]["name"])
    Faults(select(), kubectl).signal(name, "KILL")
    return name


def end_of(kubectl: Kubectl, pod: str) -> int:
    """Wait for the end of a Pod's only container; returns its exit code."""

    def ended() -> int:
        (container,) = kubectl.get("pod", pod)["status"]["containerStatuses"]
        assert "terminated" in container["state"], container["state"]
        return int(container["state"]["terminated"]["exitCode"])

    return until(ended, Budget.POD)


def running_job(kubectl: Kubectl, start: str) -> str:
    """Wait for a Job whose name begins like this and that has a running Pod; returns its name."""

    def runs() -> str:
        pods: list[Object] = [one for one in kubectl.list("pods") if one["status"]["phase"] == "Running"]
        jobs = [str(one["metadata"].get("labels", {}).get(JOB, "")) for one in pods]
        found = next((job for job in jobs if job.startswith(start)), None)
        assert found, f"no Pod of a Job {start}… runs"
        return found

    return until(runs, Budget.JOB)


@contextmanager
def without_store(cluster: Kubectl) -> Iterator[None]:
    """No S3 server."""
    system = cluster.into("devcluster-s3")
    system("scale", "--replicas=0", "deployment/s3")

    def gone() -> None:
        assert system.list("pods", "app=s3") == []

    until(gone, Budget.POD)
    try:
        yield
    finally:
        system("scale", "--replicas=1", "deployment/s3")
        system("rollout", "status", "deployment/s3", f"--timeout={Budget.POD.seconds:.0f}s")


@contextmanager
def small_volume(kubectl: Kubectl) -> Iterator[Callable[[], None]]:
    """A volume of 64 KiB that claims more, for any claim of its class; yields what enlarges it.

    It is memory of the node: a volume of devcluster's class is a folder, which is full when the machine is.
    """
    (node,) = [one["metadata"]["name"] for one in kubectl.list("nodes")]
    path = f"/mnt/{SMALL}"

    def run(*command: str) -> None:
        select().docker("exec", node, *command)

    run("mkdir", "-p", path)
    run("mount", "-t", "tmpfs", "-o", "size=64k,mode=0777", "tmpfs", path)
    spec = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": SMALL,
        "hostPath": {"path": path, "type": "Directory"},
    }
    kubectl.apply({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": SMALL}, "spec": spec})
    try:
        yield lambda: run("mount", "-o", "remount,size=64m", path)
    finally:
        kubectl("delete", "pv", SMALL, "--wait=false")
        run("umount", "--lazy", path)
