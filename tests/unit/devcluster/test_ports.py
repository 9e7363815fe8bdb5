"""Ports that are free stay so until their server has started."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from devcluster import ports
from devcluster.errors import UsageError


def test_the_kernel_gives_none_of_them_away() -> None:
    first, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    found = ports.free_port()
    assert found in ports.CHOICE
    assert found < int(first)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_one_that_is_taken_on_any_address_is_passed_over(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((address, ports.free_port())) as server:
        taken = server.getsockname()[1]
        monkeypatch.setattr(ports, "CHOICE", range(taken, taken + 1))
        with pytest.raises(UsageError, match=f"All ports from {taken} to {taken} are taken"):
            ports.free_port()
