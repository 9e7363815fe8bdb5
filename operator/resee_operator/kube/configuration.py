"""Where the API server is and who we are: the Pod's own account, or a kubeconfig.

kubernetes.aio reads both, and renews the token of the Pod.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Credentials:
    """What another client needs to connect as we do; never logged.

    Args:
        token: without its scheme word; None where certificates are used.
    """

    server: str
    ca_file: str | None
    cert_file: str | None
    key_file: str | None
    token: str | None = field(repr=False)
    verify: bool


async def credentials_of(configuration: Configuration) -> Credentials:
    """The credentials as they are now; the token of a Pod changes every hour."""
    header = await configuration.get_api_key_with_prefix("BearerToken")
    return Credentials(
        server=configuration.host,
        ca_file=configuration.ssl_ca_cert,
        cert_file=configuration.cert_file,
        key_file=configuration.key_file,
        token=header.split(" ", 1)[-1] if header else None,
        verify=bool(configuration.verify_ssl),
    )


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
