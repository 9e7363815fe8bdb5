"""A real API server for the session, a namespace for each test, and a client to it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devcluster.apiserver import ApiServer
from resee_operator.kube.client import KubeClient
from tests.integration.cluster import connected, install_crd, make_namespace


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server of its own for this worker of pytest, with the custom resource's definition installed."""
    folder: Path = tmp_path_factory.mktemp("apiserver")
    running = ApiServer(folder)
    with running:
        install_crd(running)
        yield running
    running.remove()


@pytest.fixture
async def client(server: ApiServer) -> AsyncIterator[KubeClient]:
    """A client to the real API server."""
    async with connected(server) as api:
        yield api


@pytest.fixture
def namespace(server: ApiServer) -> str:
    """A namespace that no other test uses."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    make_namespace(server, name)
    return name
