"""Buffers of TLS connections are as small as they are said to be; the collector comes as seldom as it is
told."""

from __future__ import annotations

import gc
import inspect
from asyncio.sslproto import SSLProtocol

import pytest

from resee_operator import memory


def test_tls_connections_take_small_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SSLProtocol, "max_size", SSLProtocol.max_size)
    memory.shrink_tls_buffers()

    assert SSLProtocol.max_size == 64 * 1024
    assert "bytearray(self.max_size)" in inspect.getsource(SSLProtocol.__init__), "asyncio reads it elsewhere"


def test_collector_looks_less_often_at_new_objects() -> None:
    before = gc.get_threshold()
    try:
        memory.collect_less_often()

        assert gc.get_threshold() == (10_000, *before[1:])
    finally:
        gc.set_threshold(*before)
