"""Objects as an API server has them, read by the tests' own process.

A look by kubectl takes a tenth of a second of processor time, and a test that waits looks several times a
second, on a machine with two cores beside the very things that it waits for.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import yaml

from tests.support.wait import Budget

Object = dict[str, Any]

_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class ReadError(AssertionError):
    """The server does not answer, or not with what was asked for; a wait tries again."""


@dataclass(frozen=True)
class Kind:
    """Where a server keeps the objects of one kind."""

    name: str
    api_version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """URL path of the collection, or of one object."""
        root = "/apis" if "/" in self.api_version else "/api"
        place = ("namespaces", namespace) if self.namespaced else ()
        return "/".join((root, self.api_version, *place, self.plural, *filter(None, (name,))))


@dataclass
class Reader:
    """Reads objects, by the names of kinds that kubectl knows as well: `deployment`, `pods`, `resee`.

    Each question has a connection of its own, since servers are killed and started again between two.
    """

    url: str
    context: ssl.SSLContext
    _kinds: dict[str, Kind] = field(default_factory=dict)

    def get(self, kind: str, name: str, namespace: str) -> Object:
        """One object; ReadError where there is none."""
        found = self.find(kind, name, namespace)
        if found is None:
            raise ReadError(f"there is no {kind} {name} in {namespace}")
        return found

    def find(self, kind: str, name: str, namespace: str) -> Object | None:
        """One object, if there is one."""
        with self._client() as client:
            return _ask(client, self._kind(client, kind).path(namespace, name))

    def list(self, kinds: str, namespace: str, selector: str = "") -> list[Object]:
        """All objects of these kinds, separated by commas, that carry the labels."""
        with self._client() as client:
            places = [self._kind(client, kind) for kind in kinds.split(",")]
            return [item for place in places for item in _items(client, place, namespace, selector)]

    def _client(self) -> httpx.Client:
        timeout = Budget.ANSWER.seconds
        return httpx.Client(base_url=self.url, verify=self.context, trust_env=False, timeout=timeout)

    def _kind(self, client: httpx.Client, name: str) -> Kind:
        if name not in self._kinds:
            for root in ("/api", "/apis"):
                groups = _ask(client, root, Accept=_DISCOVERY) or {}
                for kind, words in _discovered(groups):
                    # The first one keeps a name: Pods have metrics, which are called pods as well.
                    for word in words:
                        self._kinds.setdefault(word, kind)
        if name not in self._kinds:
            raise ReadError(f"the server knows no kind {name}")
        return self._kinds[name]


def reader(kubeconfig: Path) -> Reader:
    """A reader with the rights of a kubeconfig."""
    return _reader(kubeconfig.read_text())


@cache
def _reader(kubeconfig: str) -> Reader:
    url, context = access(kubeconfig)
    return Reader(url, context)


def access(kubeconfig: str) -> tuple[str, ssl.SSLContext]:
    """URL of the first cluster of a kubeconfig, and TLS with the certificate of its first user."""
    config: Object = yaml.safe_load(kubeconfig)
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    with TemporaryDirectory(prefix="resee-test-") as folder:
        files = [Path(folder) / key for key in ("client-certificate-data", "client-key-data")]
        for file in files:
            file.write_bytes(base64.b64decode(user[file.name]))
        context.load_cert_chain(files[0], files[1])
    return str(cluster["server"]), context


def _ask(client: httpx.Client, path: str, selector: str = "", **headers: str) -> Object | None:
    """The answer, None where there is no such object."""
    try:
        answer = client.get(path, params={"labelSelector": selector} if selector else None, headers=headers)
    except httpx.TransportError as error:
        raise ReadError(f"{client.base_url}{path}: {type(error).__name__} {error}") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.is_error:
        raise ReadError(f"{client.base_url}{path}: {answer.status_code} {answer.text[:500]}")
    found: Object = answer.json()
    return found


def _items(client: httpx.Client, kind: Kind, namespace: str, selector: str) -> Iterator[Object]:
    found = _ask(client, kind.path(namespace), selector)
    if found is None:
        raise ReadError(f"{kind.plural} are not served any more")
    for item in found["items"]:
        yield {"kind": kind.name, "apiVersion": kind.api_version, **item}


def _discovered(groups: Object) -> Iterator[tuple[Kind, list[str]]]:
    """The kinds of a discovery document with the names that they are called by."""
    for group in groups.get("items", ()):
        name = group["metadata"].get("name", "")
        for version in group["versions"]:
            api_version = f"{name}/{version['version']}" if name else version["version"]
            # An aggregated one that does not answer yet is there without them.
            for found in version.get("resources", ()):
                plural, title = found["resource"], found["responseKind"]["kind"]
                words = [plural, found.get("singularResource") or title.lower(), *found.get("shortNames", ())]
                yield Kind(title, api_version, plural, found["scope"] == "Namespaced"), words
