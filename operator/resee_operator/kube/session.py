"""HTTP sessions with the API server: its authority, our certificate or token, the proxy on the way.

`Connection` sends the operator's own calls over one. Kopf gets one of its own, which tells of each answer to
its watches, because Kopf does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import aiohttp
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject

from resee_operator.kube.configuration import proxy_of
from resee_operator.kube.pulse import Pulse

AGENT = "resee-operator"


def open_session(
    configuration: Configuration,
    *middlewares: aiohttp.ClientMiddlewareType,
    request_class: type[ClientRequest] = ClientRequest,
) -> aiohttp.ClientSession:
    """A session without a limit of its own: calls are bounded elsewhere, and a watch holds its connection for
    good."""
    # One context for all: building it reads and parses every CA of the system.
    tls = RESTClientObject(configuration).ssl_context
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, limit=0, keepalive_timeout=90),
        cookie_jar=aiohttp.DummyCookieJar(),
        request_class=request_class,
        middlewares=(_authorizing(configuration), *middlewares),
        proxy=proxy_of(configuration),
        # Compressing costs the server and us more than a cluster's network does.
        headers={"Accept-Encoding": "identity", "User-Agent": AGENT},
    )


def _authorizing(configuration: Configuration) -> aiohttp.ClientMiddlewareType:
    """Sends the token as it is now: a Pod's changes every hour."""

    async def authorize(request: ClientRequest, send: aiohttp.ClientHandlerType) -> ClientResponse:
        token = await configuration.get_api_key_with_prefix("BearerToken")
        if token:
            request.headers["Authorization"] = token
        return await send(request)

    return authorize


def listening(pulses: Mapping[str, Pulse], listed: Callable[[], None]) -> aiohttp.ClientMiddlewareType:
    """Notes what somebody else's watches ask and are answered.

    Args:
        pulses: of the watches, by the path of what they watch.
        listed: called when the first page of a new list is answered.
    """

    async def listen(request: ClientRequest, send: aiohttp.ClientHandlerType) -> ClientResponse:
        pulse = pulses.get(request.url.path)
        if pulse is None:
            return await send(request)
        pulse.turn()
        response = await send(request)
        if response.ok:
            pulse.beat()
            if request.url.query.keys().isdisjoint(("watch", "continue")):
                listed()
        return response

    return listen
