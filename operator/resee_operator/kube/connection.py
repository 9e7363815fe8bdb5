"""One HTTP connection pool to the API server: authentication, bounded calls in flight, retry with back-off.

The calls carry raw JSON, because decoding into the client's model classes costs ten times the decoding of the
text.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from aiohttp.connector import Connection as PooledConnection
from kubernetes.aio.client import Configuration

from resee_operator.kube.errors import ApiError, Conflict, NotLeader, Unavailable, error_of
from resee_operator.kube.session import open_session
from resee_operator.kube.slots import Slots

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

Guard = Callable[[], bool]
Observer = Callable[[str, str, int, float], None]
"""Called after each call with verb, path, HTTP status (0: no answer) and seconds."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Limits:
    """How a connection treats the server.

    Args:
        in_flight: calls at the same time. 8: the API server answers no more a second with 32, and its p99 is
            5x.
        timeout: seconds for one call, connection included. 15: longer than any healthy answer.
        attempts: tries of one call before the error goes to the pass, whose key then backs off.
        backoff: seconds before the second try; doubles, with jitter of half to whole.
        longest_backoff: seconds at most, so that a worker is not held by one call.
        silence: seconds without a byte after which a watch counts as dead. Bookmarks come once a minute.
    """

    in_flight: int = 8
    timeout: float = 15.0
    attempts: int = 4
    backoff: float = 0.1
    longest_backoff: float = 2.0
    silence: float = 70.0


@dataclass(frozen=True)
class Call:
    """One request, ready to send any number of times."""

    verb: str
    path: str
    params: Mapping[str, str]
    body: bytes | None
    headers: Mapping[str, str]


def _guarded(guard: Guard | None) -> type[ClientRequest]:
    """A request class that asks the guard at the last moments: when the pool has given the connection, and
    when the bytes leave.

    Earlier checks alone would leave a gap: a process stopped (SIGSTOP) while it waits for a connection, or
    for its next turn, would, when it is continued, write under a Lease that another replica has taken
    meanwhile.
    """

    class GuardedRequest(ClientRequest):
        async def send(self, conn: PooledConnection) -> ClientResponse:
            self._ask()
            return await super().send(conn)

        async def write_bytes(
            self, writer: AbstractStreamWriter, conn: PooledConnection, content_length: int | None = None
        ) -> None:
            # Before Python 3.12 this runs in a later turn of the event loop than send().
            try:
                self._ask()
            except NotLeader as stopped:
                if conn.protocol is not None:
                    conn.protocol.set_exception(stopped)
                conn.close()
                return
            await super().write_bytes(writer, conn, content_length)

        def _ask(self) -> None:
            if guard is not None and self.method in _WRITES and not guard():
                raise NotLeader

    return GuardedRequest


class Connection:
    """A pool of connections to one API server. Use as an async context manager."""

    def __init__(
        self,
        configuration: Configuration,
        limits: Limits | None = None,
        *,
        guard: Guard | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._configuration = configuration
        self._limits = limits or Limits()
        self._guard = guard
        self._observe = observe
        self._timeout = aiohttp.ClientTimeout(total=self._limits.timeout)
        self._slots = Slots(self._limits.in_flight)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Connection:
        self._session = open_session(self._configuration, request_class=_guarded(self._guard))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        verb: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> bytes:
        """Send a call and return the bytes of the answer; retries what will pass by itself.

        Raises:
            ApiError: the answer was not success, after all tries.
            NotLeader: a write that the guard stopped; nothing was sent.
        """
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = content_type
        call = Call(verb, path, params or {}, None if body is None else orjson.dumps(body), headers)
        for attempt in range(1, self._limits.attempts):
            try:
                return await self._send(call)
            except (Unavailable, Conflict) as error:
                if not _worth_retrying(error, call):
                    raise
                await asyncio.sleep(self._pause(attempt, error))
        return await self._send(call)

    async def _send(self, call: Call) -> bytes:
        started, status = time.perf_counter(), 0
        async with self._slots:
            try:
                async with await self._open(call) as response:
                    data = await response.read()
                    status = response.status
                    if status >= 400:
                        raise error_of(status, _status_of(data), response.headers.get("Retry-After"))
                    return data
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise Unavailable(
                    0, type(error).__name__, f"no answer from the API server: {error}"
                ) from error
            finally:
                if self._observe is not None:
                    self._observe(call.verb, call.path, status, time.perf_counter() - started)

    async def _open(self, call: Call, limit: aiohttp.ClientTimeout | None = None) -> ClientResponse:
        if self._session is None:
            raise RuntimeError("The connection is used before it was entered.")
        return await self._session.request(
            call.verb,
            self._configuration.host + call.path,
            params=call.params,
            data=call.body,
            headers=call.headers,
            server_hostname=self._configuration.tls_server_name,
            timeout=limit or self._timeout,
        )

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str], accept: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a watch and yield its lines; no retry, the caller knows where to go on from.

        Raises:
            ApiError: refused; Unavailable also when the stream breaks or is silent too long.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self._limits.silence)
        call = Call("GET", path, params, None, {"Accept": accept})
        try:
            async with await self._open(call, timeout) as response:
                if response.status >= 400:
                    raise error_of(response.status, _status_of(await response.read()))
                try:
                    yield _lines(response)
                finally:
                    _hang_up(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(0, type(error).__name__, f"the watch broke off: {error}") from error

    def _pause(self, attempt: int, error: ApiError) -> float:
        asked = error.retry_after if isinstance(error, Unavailable) else None
        wait = asked or self._limits.backoff * 2 ** (attempt - 1)
        return min(wait, self._limits.longest_backoff) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _hang_up(response: ClientResponse) -> None:
    """Close a stream's connection at once: a goodbye over TLS may outlive the loop of a process that ends."""
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


def _worth_retrying(error: ApiError, call: Call) -> bool:
    """A conflict is only worth a second try where the call carries no precondition of its own: a patch
    without a version."""
    conditional = call.body is not None and b'"resourceVersion"' in call.body
    return isinstance(error, Unavailable) or (call.verb == "PATCH" and not conditional)


def _status_of(data: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {"message": data[:200].decode(errors="replace")}
    return body if isinstance(body, dict) else {}


async def _lines(response: ClientResponse) -> AsyncIterator[bytes]:
    """Lines of any length; aiohttp's own reader refuses those longer than its buffer."""
    rest = b""
    async for data in response.content.iter_any():
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            if line:
                yield line
