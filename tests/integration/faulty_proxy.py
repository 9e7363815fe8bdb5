"""A proxy in front of an API server: it answers some calls itself, tells of writes, or falls silent."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

from devcluster.apiserver import ApiServer
from devcluster.ports import free_port
from tests.support.api import access
from tests.support.wait import Budget

_FAULTS = ((500, "InternalError"), (429, "TooManyRequests"), (409, "Conflict"))


@dataclass(frozen=True)
class Write:
    """A write that the server has carried out, the Lease's apart; nobody has been told of it yet."""

    verb: str
    path: str
    body: Any
    status: int

    @property
    def kind(self) -> str:
        """The plural in the path."""
        parts = self.path.partition("?")[0].partition("/namespaces/")[2].split("/")
        return parts[1] if len(parts) > 1 else ""

    @property
    def name(self) -> str:
        return str((self.body or {}).get("metadata", {}).get("name", "")) if self.verb == "POST" else ""


class FaultyProxy:
    """Plain HTTP on loopback; passes calls on with the administrator's certificate of the cluster.

    Args:
        failing: share of the calls that fail. Watches break off instead.
        written: called with each write that the server has carried out, before the answer is passed on.
    """

    def __init__(
        self,
        server: ApiServer,
        folder: Path,
        failing: float = 0.0,
        written: Callable[[Write], None] = lambda _: None,
    ) -> None:
        self.kubeconfig = folder / "proxy-kubeconfig"
        self.failed = 0
        self._written = written
        self._heard = asyncio.Event()
        self._failing = failing
        self._server = server
        self._port = free_port()
        self._random = random.Random(20261123)
        _, self._context = access(server.kubeconfig.read_text())
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._write_kubeconfig()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(Budget.PROCESS.seconds), "the proxy starts"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def fall_silent(self) -> None:
        """Open connections carry nothing more, and no error, as behind a firewall that forgot them."""
        self._loop.call_soon_threadsafe(self._forget)

    def _forget(self) -> None:
        self._heard.clear()
        self._heard = asyncio.Event()
        self._heard.set()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._heard.set()
        connector = TCPConnector(ssl=self._context, limit=0)
        async with ClientSession(connector=connector, timeout=ClientTimeout(total=None)) as session:
            self._session = session
            app = web.Application(client_max_size=2**24)
            app.router.add_route("*", "/{path:.*}", self._pass_on)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self._started.set()
            await self._stop.wait()
            # Before the handlers are cancelled: a watch that its handler ends says goodbye over TLS, and the
            # loop would be closed before the answer.
            await session.close()
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        heard = self._heard
        if self._random.random() < self._failing:
            self.failed += 1
            code, reason = self._random.choice(_FAULTS)
            return web.json_response({"kind": "Status", "code": code, "reason": reason}, status=code)
        headers = {
            name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers
        }
        body = await request.read()
        url = self._server.url + request.path_qs
        async with self._session.request(request.method, url, data=body or None, headers=headers) as answer:
            if request.method != "GET" and "/leases" not in request.path:
                self._written(
                    Write(request.method, request.path_qs, json.loads(body or b"null"), answer.status)
                )
            passed = web.StreamResponse(
                status=answer.status, headers={"Content-Type": answer.headers["Content-Type"]}
            )
            # Whoever asked may have been killed meanwhile.
            with suppress(ConnectionError, ClientError):
                await passed.prepare(request)
                async for data in answer.content.iter_any():
                    await heard.wait()
                    await passed.write(data)
        return passed

    def _write_kubeconfig(self) -> None:
        url = f"http://127.0.0.1:{self._port}"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "proxy",
            "clusters": [{"name": "proxy", "cluster": {"server": url}}],
            "users": [{"name": "proxy", "user": {}}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "proxy"}}],
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))
