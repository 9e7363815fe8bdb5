"""Whether a cluster works, asked of the cluster itself: kind's exit code is not believed.

kind is content although a worker cannot find the control plane or kube-proxy writes no rule. Here every node
must be Ready, and a Service with two endpoints must answer from every node.
"""

from __future__ import annotations

from datetime import datetime

from devcluster import waits
from devcluster.cluster.addons import DEPLOYMENTS
from devcluster.cluster.kubectl import Kubectl, Object
from devcluster.cluster.nodes import execute
from devcluster.engine.base import Engine
from devcluster.errors import ClusterError

# The name servers' Service: the one that every cluster has, with two endpoints from the start.
_NAMESPACE, _SERVICE, _METRICS_PORT = "kube-system", "kube-dns", "9153"
_ENDPOINTS = 2
# With the connections spread at random over two endpoints, eight reach both in 99 of 100 runs.
_CONNECTIONS = 8
_ASK = (
    'for n in $(seq "$3"); do exec 3<>"/dev/tcp/$1/$2" || exit 1; '
    'printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3; head -c 12 <&3 | grep -q "HTTP/1.. 200" || exit 1; done'
)
_REMEDY = "`python -m devcluster logs` collects what the nodes say; `down` and `up` make the cluster anew."


def wait_nodes(kubectl: Kubectl, expected: int) -> None:
    """Return when all nodes are Ready; raises ClusterError naming those that are not."""
    state: dict[str, str] = {}

    def ready() -> bool:
        found = kubectl.get("nodes")
        state.clear()
        for node in found["items"] if found else []:
            state[node["metadata"]["name"]] = _condition(node, "Ready")
        return len(state) == expected and set(state.values()) == {"True"}

    def problem() -> str:
        late = [name for name, status in state.items() if status != "True"]
        return f"{len(state)} of {expected} nodes have joined; not Ready: {', '.join(late) or 'none'}."

    waits.wait_for(ready, waits.NODES_READY, problem, _REMEDY, poll=waits.POLL_BY_PROGRAM)


def wait_heard(kubectl: Kubectl, nodes: list[str], since: datetime) -> None:
    """Return when each node's kubelet has renewed its lease after `since`.

    For 40 s after a node has gone, the API still shows it Ready as it was.
    """
    silent: list[str] = []

    def heard() -> bool:
        leases = kubectl.get("leases", "--namespace=kube-node-lease") or {"items": []}
        renewed = {
            lease["metadata"]["name"]: datetime.fromisoformat(lease["spec"]["renewTime"])
            for lease in leases["items"]
        }
        silent[:] = [node for node in nodes if node not in renewed or renewed[node] < since]
        return not silent

    waits.wait_for(
        heard,
        waits.NODES_READY,
        lambda: f"Not heard of again: {', '.join(silent)}.",
        _REMEDY,
        poll=waits.POLL_BY_PROGRAM,
    )


def wait_deployments(kubectl: Kubectl) -> None:
    """Return when the Deployments that a cluster needs are available."""
    waiting: list[str] = []

    def available() -> bool:
        found = kubectl.get("deployments", "--all-namespaces") or {"items": []}
        ready = {_place(deployment) for deployment in found["items"] if _available(deployment)}
        waiting[:] = [
            f"{namespace}/{name}" for namespace, name in DEPLOYMENTS if (namespace, name) not in ready
        ]
        return not waiting

    waits.wait_for(
        available,
        waits.WORKLOADS_READY,
        lambda: f"Not available: {', '.join(waiting)}.",
        _REMEDY,
        poll=waits.POLL_BY_PROGRAM,
    )


def wait_service(engine: Engine, kubectl: Kubectl, nodes: list[str]) -> None:
    """Return when the Service has two ready endpoints and answers on its address from every node."""
    asked: list[str] = []

    def answers() -> bool:
        address = _service_address(kubectl)
        if not address or _ready_endpoints(kubectl) < _ENDPOINTS:
            asked[:] = ["no two ready endpoints"]
            return False
        asked[:] = [f"{address} from {node}" for node in nodes if not _reachable(engine, node, address)]
        return not asked

    waits.wait_for(
        answers,
        waits.SERVICE_ANSWERS,
        lambda: f"The Service {_SERVICE} does not answer: {', '.join(asked)}.",
        _REMEDY,
        poll=waits.POLL_BY_PROGRAM,
    )


def _reachable(engine: Engine, node: str, address: str) -> bool:
    command = ("timeout", "5", "bash", "-c", _ASK, "ask", address, _METRICS_PORT, str(_CONNECTIONS))
    try:
        execute(engine, node, *command)
    except ClusterError:
        return False
    return True


def _service_address(kubectl: Kubectl) -> str:
    service = kubectl.get("service", _SERVICE, f"--namespace={_NAMESPACE}")
    return str(service["spec"]["clusterIP"]) if service else ""


def _ready_endpoints(kubectl: Kubectl) -> int:
    selector = f"--selector=kubernetes.io/service-name={_SERVICE}"
    slices = kubectl.get("endpointslices", f"--namespace={_NAMESPACE}", selector)
    endpoints = [
        endpoint for item in (slices or {"items": []})["items"] for endpoint in item.get("endpoints") or []
    ]
    return sum(bool(endpoint["conditions"].get("ready")) for endpoint in endpoints)


def _place(item: Object) -> tuple[str, str]:
    return item["metadata"]["namespace"], item["metadata"]["name"]


def _available(deployment: Object) -> bool:
    seen = deployment["status"].get("observedGeneration") == deployment["metadata"]["generation"]
    return seen and _condition(deployment, "Available") == "True"


def _condition(item: Object, kind: str) -> str:
    conditions = item["status"].get("conditions", [])
    return next((condition["status"] for condition in conditions if condition["type"] == kind), "Unknown")
