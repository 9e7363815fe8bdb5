"""Where the API server is and who we are: the Pod's own account, or a kubeconfig.

kubernetes.aio reads both, and renews the token of the Pod.
"""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from kubernetes.aio.client import Configuration
from kubernetes.aio.config import (
    ConfigException,
    load_incluster_config,
    load_kube_config,
)


async def load_configuration(kubeconfig: str | None = None) -> Configuration:
    """Configuration of the Pod that we run in, or else of a kubeconfig (None: $KUBECONFIG, ~/.kube/config).

    Raises:
        ConfigException: neither can be read.
    """
    configuration = Configuration()
    if kubeconfig is None:
        try:
            load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        except ConfigException:
            await load_kube_config(None, client_configuration=configuration, persist_config=False)  # type: ignore[no-untyped-call]
    else:
        await load_kube_config(kubeconfig, client_configuration=configuration, persist_config=False)  # type: ignore[no-untyped-call]
    return configuration


def proxy_of(configuration: Configuration) -> str | None:
    """The proxy on the way to the server: the kubeconfig's, else the environment's (HTTPS_PROXY, NO_PROXY).

    Asked once for each connection. aiohttp's `trust_env` would ask two threads before each call, and read
    ~/.netrc, whose passwords are not meant for an API server.
    """
    if configuration.proxy:
        return str(configuration.proxy)
    server = urlsplit(configuration.host)
    if server.hostname is None or proxy_bypass(server.hostname):
        return None
    return getproxies().get(server.scheme)
