"""Where Redis is: one server by its URL, or the master that Sentinels name; by TLS where a URL says
rediss, or REDIS_TLS does.

With SENTINEL_HOSTS the host and port of REDIS_URL and CACHE_URL count for nothing; their scheme, password and
number of the database do. Celery and the rest of the application ask the same Sentinels.
"""

import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import redis
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from config.environment import env

# Seconds. A failed master must be noticed well within a request.
TIMEOUTS: dict[str, Any] = {"socket_connect_timeout": 1, "socket_timeout": 2}
# The client's own three tries, with pauses of up to ten seconds, would hold a request for half a minute while
# a server is gone. A connection that was closed meanwhile is made anew once; of Sentinels the next is asked.
_SERVER_TRIES = Retry(NoBackoff(), 1)
_SENTINEL_TRIES = Retry(NoBackoff(), 0)
_SENTINEL_PORT = 26379


@dataclass(frozen=True)
class Servers:
    """How this deployment reaches Redis, beside the URLs.

    Args:
        sentinels: host and port of each Sentinel; empty where there is one server.
        master: the name under which the Sentinels know the master.
        password: of master and replicas; empty to take the URL's.
        sentinel_password: of the Sentinels; empty where they ask for none.
        ca_file: who signs the servers' certificates; empty for the system's authorities.
        tls: whether connections are encrypted whatever the URLs say.
    """

    sentinels: tuple[tuple[str, int], ...] = ()
    master: str = "resee"
    password: str = ""
    sentinel_password: str = ""
    ca_file: str = ""
    tls: bool = False

    def client(self, url: str, **options: Any) -> redis.Redis:
        """A client of the database that the URL names; it follows the master where there are Sentinels."""
        url = self._url(url)
        options = {**TIMEOUTS, "retry": _SERVER_TRIES, **self._tls(url), **options}
        if not self.sentinels:
            options.pop("ssl", None)  # the URL's scheme says it
            return redis.Redis.from_url(url, **options)
        sentinels = Sentinel(self.sentinels, sentinel_kwargs={**self._tls(url), **self._sentinel_login()})
        client: redis.Redis = sentinels.master_for(
            self.master, db=_database(url), password=self._password(url), **options
        )
        return client

    def broker(self, url: str) -> dict[str, Any]:
        """Celery's settings for its broker; `broker_transport_options` are to be added to its own."""
        url = self._url(url)
        tls = self._tls(url)
        settings: dict[str, Any] = {
            "broker_url": url,
            "broker_transport": "config.handover:Transport",
            "broker_transport_options": {},
        }
        if tls:
            settings["broker_use_ssl"] = {key: value for key, value in tls.items() if key != "ssl"}
        if self.sentinels:
            settings["broker_transport"] = "config.handover:SentinelTransport"
            password = self._password(url)
            login = f":{quote(password, safe='')}@" if password else ""
            settings["broker_url"] = ";".join(
                f"sentinel://{login}{host}:{port}/{_database(url)}" for host, port in self.sentinels
            )
            settings["broker_transport_options"] = {
                "master_name": self.master,
                "sentinel_kwargs": {**tls, **self._sentinel_login()},
            }
        return settings

    def _url(self, url: str) -> str:
        return url.replace("redis://", "rediss://", 1) if self.tls else url

    def _password(self, url: str) -> str | None:
        return self.password or unquote(urlsplit(url).password or "") or None

    def _sentinel_login(self) -> dict[str, Any]:
        login = {"password": self.sentinel_password} if self.sentinel_password else {}
        return {**TIMEOUTS, "retry": _SENTINEL_TRIES, **login}

    def _tls(self, url: str) -> dict[str, Any]:
        if urlsplit(url).scheme != "rediss":
            return {}
        authority = {"ssl_ca_certs": self.ca_file} if self.ca_file else {}
        return {"ssl": True, "ssl_cert_reqs": ssl.CERT_REQUIRED, **authority}


def from_environment() -> Servers:
    """The variables of docs/application.md.

    Raises ImproperlyConfigured, naming the variable, where SENTINEL_HOSTS is not a list of host:port.
    """
    return Servers(
        sentinels=tuple(_address(text) for text in env.list("SENTINEL_HOSTS", default=[])),
        master=env.str("SENTINEL_MASTER", default="resee"),
        password=env.str("REDIS_PASSWORD", default=""),
        sentinel_password=env.str("SENTINEL_PASSWORD", default=""),
        ca_file=env.str("REDIS_CA_FILE", default=""),
        tls=env.bool("REDIS_TLS", default=False),
    )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.strip().partition(":")
    if not host or not (port or str(_SENTINEL_PORT)).isdecimal():
        raise ImproperlyConfigured(
            f"SENTINEL_HOSTS holds {text!r}: give host:port, host:port, ... with the port of each Sentinel"
        )
    return host, int(port or _SENTINEL_PORT)


def _database(url: str) -> int:
    path = urlsplit(url).path.strip("/")
    return int(path) if path.isdecimal() else 0
