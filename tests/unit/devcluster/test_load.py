"""Which images have to be sent to a node."""

from __future__ import annotations

import pytest

from devcluster.cluster.load import missing
from devcluster.cluster.names import canonical


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("redis:7", "docker.io/library/redis:7"),
        ("redis", "docker.io/library/redis:latest"),
        ("kindest/node:v1", "docker.io/kindest/node:v1"),
        ("resee.local/resee-backend:0.1.0-abc", "resee.local/resee-backend:0.1.0-abc"),
        ("localhost/x:1", "localhost/x:1"),
        ("registry:5000/x", "registry:5000/x:latest"),
    ],
)
def test_names_are_completed_as_containerd_does(given: str, full: str) -> None:
    assert canonical(given) == full


def test_an_image_with_the_same_id_is_not_sent() -> None:
    wanted = {"redis:7": "sha256:a", "resee.local/x:1": "sha256:b", "resee.local/y:1": "sha256:c"}
    found = {"docker.io/library/redis:7": "sha256:a", "resee.local/x:1": "sha256:old"}
    assert missing(wanted, found) == ["resee.local/x:1", "resee.local/y:1"]
