"""The Secrets of a deployment: draws what is missing, never overwrites, and reads what users name.

A generated Secret is created by POST, so that of two writers one wins and the other reads. What has once
been seen is remembered: a deleted Secret comes back with its old values, which the data of the database
still needs, but not in a deployment of the same name that has none of that data.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from resee_operator.components.credentials import Certificate, GeneratedSecret, Recipe
from resee_operator.engine.cache import Cache
from resee_operator.engine.diff import stamp
from resee_operator.engine.entries import compact
from resee_operator.engine.queue import Key
from resee_operator.engine.snapshot import Snapshot, decode_secret, encode
from resee_operator.kube.api import KubeApi
from resee_operator.kube.errors import AlreadyExists
from resee_operator.kube.resources import KINDS, Manifest
from resee_operator.operations import SecretChange

SECRET = KINDS["Secret"]


@dataclass(frozen=True)
class Secrets:
    """Decoded data by name of the Secret, and what had to be done for it, as words for the log."""

    data: Mapping[str, Mapping[str, str]]
    done: list[str] = field(default_factory=list)


class SecretKeeper:
    """Reads and completes the Secrets of all deployments."""

    def __init__(self, api: KubeApi, cache: Cache) -> None:
        self._api = api
        self._cache = cache
        self._remembered: dict[Key, bytes] = {}
        self._uids: dict[Key, str] = {}

    async def ensure(
        self, snapshot: Snapshot, wanted: Sequence[GeneratedSecret], names: Sequence[str]
    ) -> Secrets:
        """Make sure that the generated Secrets exist and are complete; read the others that are named.

        Raises:
            ApiError: the cluster did not let us.
        """
        self._forget_lost(snapshot, wanted)
        done: list[str] = []
        data: dict[str, Mapping[str, str]] = {
            secret.name: await self._generated(snapshot, secret, done) for secret in wanted
        }
        self._cache.name_secrets(snapshot.key, [name for name in names if name not in data])
        for name in names:
            if name not in data:
                found = await self._named(snapshot, name)
                if found is not None:
                    data[name] = found
        return Secrets(data, done)

    def peek(self, snapshot: Snapshot, wanted: Sequence[GeneratedSecret], names: Sequence[str]) -> Secrets:
        """The same without a call: what the snapshot knows, and placeholders for what would be drawn."""
        data: dict[str, Mapping[str, str]] = {}
        for name in names:
            found = snapshot.secret(name)
            if found is not None:
                data[name] = found
        for secret in wanted:
            data[secret.name] = secret.complete(data.get(secret.name, {}), lambda _: "to-be-generated")
        return Secrets(data)

    async def change(self, snapshot: Snapshot, change: SecretChange) -> str:
        """Change one of our own Secrets as an operation asks; what it holds already is not sent.

        Returns: what was done, as words for the log; empty where nothing was.

        Raises:
            ApiError: the cluster did not let us.
        """
        where, live = (snapshot.key[0], change.name), snapshot.secret(change.name) or {}
        drawn = {key: draw(recipe) for key, recipe in change.draw.items() if key not in live}
        values = {key: value for key, value in change.values.items() if live.get(key) != value}
        if not drawn and not values:
            return ""
        given = encode({**drawn, **{key: value for key, value in values.items() if value is not None}})
        data = {**dict.fromkeys(values), **given}
        answer = await self._api.patch(SECRET, *where, {"data": data})
        self._cache.written(SECRET, answer)
        self._remembered[where] = orjson.dumps(decode_secret(answer))
        return f"change Secret/{change.name} ({', '.join(sorted(data))})"

    def _forget_lost(self, snapshot: Snapshot, wanted: Sequence[GeneratedSecret]) -> None:
        """Drop what is remembered of a deployment of this name before, where no volume of it is left."""
        uid = str(((snapshot.resee or {}).get("metadata") or {}).get("uid", ""))
        if self._uids.setdefault(snapshot.key, uid) == uid:
            return
        self._uids[snapshot.key] = uid
        has_data = bool(snapshot.all_of("PersistentVolumeClaim"))
        for secret in wanted:
            if not has_data or snapshot.has("Secret", secret.name):
                self._remembered.pop((snapshot.key[0], secret.name), None)

    async def _generated(
        self, snapshot: Snapshot, secret: GeneratedSecret, done: list[str]
    ) -> dict[str, str]:
        where = (snapshot.key[0], secret.name)
        live = snapshot.secret(secret.name)
        if live is None:
            live = await self._create(where, secret, done)
        kept = orjson.loads(self._remembered.get(where, b"{}"))
        complete = secret.complete({**kept, **live}, draw, renew)
        missing = {key: value for key, value in complete.items() if live.get(key) != value}
        if missing:
            answer = await self._api.patch(SECRET, *where, {"data": encode(missing)})
            self._cache.written(SECRET, answer)
            done.append(f"complete Secret/{secret.name} ({', '.join(sorted(missing))})")
        self._remembered[where] = compact(complete)
        return complete

    async def _create(self, where: Key, secret: GeneratedSecret, done: list[str]) -> dict[str, str]:
        manifest = stamp(secret.manifest)
        kept = orjson.loads(self._remembered.get(where, b"{}"))
        try:
            answer = await self._api.create({**manifest, "data": encode(secret.complete(kept, draw))})
            done.append(f"create Secret/{secret.name}")
        except AlreadyExists:
            # Someone made it first, or its labels were taken off: its values stand, the labels become ours.
            answer = await self._api.apply(manifest)
            done.append(f"adopt Secret/{secret.name}")
        self._cache.written(SECRET, answer)
        return decode_secret(answer)

    async def _named(self, snapshot: Snapshot, name: str) -> Mapping[str, str] | None:
        own = snapshot.secret(name)
        if own is not None:
            return own
        where = (snapshot.key[0], name)
        try:
            return self._cache.foreign_secret(where)
        except KeyError:
            found = await self._api.get(SECRET, *where)
            data = None if found is None else decode_secret(found)
            self._cache.keep_foreign_secret(where, data)
            return data


def draw(recipe: Recipe) -> str:
    """A new value from the system's source of randomness."""
    if isinstance(recipe, Certificate):
        return _certificate(recipe)
    return "".join(secrets.choice(recipe.alphabet) for _ in range(recipe.length))


def renew(recipe: Recipe, value: str) -> str:
    """The value itself, or another certificate where that one ends soon."""
    return _certificate(recipe, value) if isinstance(recipe, Certificate) else value


def _certificate(recipe: Certificate, old: str = "") -> str:
    # Loaded where a deployment has one: the library takes 12 MiB.
    from resee_operator.engine import certificates

    return certificates.issue(recipe.names, datetime.now(UTC), old)


def masked(manifest: Manifest) -> Manifest:
    """A Secret's manifest with every value hidden; other kinds as they are."""
    if manifest.get("kind") != "Secret":
        return manifest
    hidden: Manifest = {
        part: dict.fromkeys(manifest[part], "***") for part in ("data", "stringData") if part in manifest
    }
    return {**manifest, **hidden}
