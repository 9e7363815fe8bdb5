"""/metrics, /healthz and /readyz: whether the operator works, as HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from resee_operator.metrics import Metrics

Check = Callable[[], str | None]
"""None where all is well, else what is wrong."""


@asynccontextmanager
async def serve(port: int, metrics: Metrics, *, alive: Check, ready: Check) -> AsyncIterator[int]:
    """Answer on a port, and yield the port.

    Args:
        port: TCP port; 0 takes any free one.
        alive: read by /healthz. Kubernetes restarts the operator when it fails.
        ready: read by /readyz.
    """

    async def scrape(_: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), content_type="text/plain", charset="utf-8")

    app = web.Application()
    app.router.add_get("/metrics", scrape)
    app.router.add_get("/healthz", _answer(alive))
    app.router.add_get("/readyz", _answer(ready))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        # All addresses: kubelet and Prometheus come from outside the Pod.
        site = web.TCPSite(runner, "0.0.0.0", port)  # noqa: S104
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _answer(check: Check) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(_: web.Request) -> web.StreamResponse:
        wrong = check()
        return web.Response(text=wrong or "ok", status=503 if wrong else 200)

    return handler
