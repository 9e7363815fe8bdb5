"""Secrets that are drawn once and never overwritten: Django's key, the database's and Redis' passwords.
Certificates are drawn anew before they end.

The engine draws what is missing and creates the Secrets; what exists, stands. A Secret that a user made under
the same name beforehand is therefore taken as it is.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from resee_operator.api.data import DatabaseProvider, RedisProvider
from resee_operator.components import encryption, encryption_redis, logins, meta
from resee_operator.components.base import Facts, Live, Manifest, Reason, Verdict
from resee_operator.components.topology import POSTGRES_PORT, REDIS_PORT
from resee_operator.stages import Resolved

NAME = "credentials"
CONDITION: str | None = None

DATABASE_NAME = "resee"
DATABASE_USER = "resee"

_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Random:
    """How a secret value is drawn: so many characters of an alphabet that needs no quoting anywhere."""

    length: int
    alphabet: str = _ALPHABET


PASSWORD = Random(32)
"""32 of 62 characters: 190 bits, more than the 128 that suffice."""
_OWN_DATABASES = (DatabaseProvider.STATEFUL_SET, DatabaseProvider.PATRONI)
"""Providers whose Secrets are ours to draw."""
_MEMBERS_PASSWORDS = ("superuser-password", "replication-password", "rest-password")
"""What the members of a database across zones need among themselves."""
_IMPATIENT = (
    "?connect_timeout=2&tcp_user_timeout=4000&keepalives_idle=4&keepalives_interval=2&keepalives_count=2"
)
"""Seconds, and milliseconds for the second: a server that vanishes with its zone says no word, and another
one is there by then."""
DJANGO_KEY = Random(50)
"""Django's own start-project command draws 50."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate with its authority, as one text; renewed in time."""

    names: tuple[str, ...]


Recipe = Random | Certificate


def _stands(_: Recipe, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class GeneratedSecret:
    """A Secret that is made once.

    Args:
        manifest: the Secret without its data.
        random: keys whose values are drawn.
        derive: the other keys, made from the drawn ones and from those that are there.
    """

    manifest: Manifest
    random: Mapping[str, Recipe]
    derive: Callable[[Mapping[str, str]], Mapping[str, str]]

    @property
    def name(self) -> str:
        """Name of the Secret."""
        return str(self.manifest["metadata"]["name"])

    def complete(
        self,
        existing: Mapping[str, str],
        draw: Callable[[Recipe], str],
        renew: Callable[[Recipe, str], str] = _stands,
    ) -> dict[str, str]:
        """All of its data: what exists stands, what is missing is drawn or derived.

        Args:
            existing: decoded data of the Secret in the cluster; empty when there is none.
            draw: gives a new value.
            renew: gives the value that shall stand in the place of one that exists, mostly the same.
        """
        drawn = {
            key: renew(recipe, existing[key]) if key in existing else draw(recipe)
            for key, recipe in self.random.items()
        }
        derived = self.derive({**existing, **drawn})
        if any(existing.get(key, value) != value for key, value in drawn.items()):
            return {**existing, **derived, **drawn}
        return {**derived, **drawn, **existing}


def generated(resolved: Resolved) -> list[GeneratedSecret]:
    """The Secrets that this deployment needs and no user gives."""
    secrets = [_app(resolved)]
    if resolved.database.provider in _OWN_DATABASES:
        secrets.append(_database(resolved))
    if resolved.redis.provider != RedisProvider.EXTERNAL:
        secrets.append(_redis(resolved))
    if resolved.database.tls and resolved.database.provider in _OWN_DATABASES:
        secrets.append(_certificate(resolved, resolved.tls_secret, encryption.server_names(resolved)))
    if resolved.redis.tls:
        names = encryption_redis.server_names(resolved)
        secrets.append(_certificate(resolved, resolved.redis_tls_secret, names))
    return secrets


def objects(resolved: Resolved, facts: Facts) -> list[Manifest]:
    """None: what is applied could be overwritten, and these may not be."""
    return []


def health(resolved: Resolved, live: Live) -> Verdict:
    """Whether all the generated Secrets exist."""
    missing = [secret.name for secret in generated(resolved) if not live.has("Secret", secret.name)]
    if missing:
        return Verdict(False, Reason.MISSING, f"Secret {', '.join(missing)} will be generated")
    return Verdict(True, Reason.READY, "all generated Secrets exist")


def _secret(resolved: Resolved, name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": meta.metadata(resolved, name, NAME, holds_data=True),
        "type": "Opaque",
    }


def _app(resolved: Resolved) -> GeneratedSecret:
    return GeneratedSecret(_secret(resolved, resolved.app_secret), {"SECRET_KEY": DJANGO_KEY}, dict)


def _certificate(resolved: Resolved, name: str, names: tuple[str, ...]) -> GeneratedSecret:
    def derive(drawn: Mapping[str, str]) -> Mapping[str, str]:
        return encryption.parts(drawn[encryption.BUNDLE])

    return GeneratedSecret(_secret(resolved, name), {encryption.BUNDLE: Certificate(names)}, derive)


def _database(resolved: Resolved) -> GeneratedSecret:
    host = resolved.child("postgres")
    across = resolved.database.provider == DatabaseProvider.PATRONI

    def derive(drawn: Mapping[str, str]) -> Mapping[str, str]:
        login = f"{DATABASE_USER}:{quote(drawn['password'], safe='')}"
        place = f"{host}:{POSTGRES_PORT}"
        replicas = {}
        if across:
            # Where no replica answers, reads go to the primary.
            both = f"{host}-replicas:{POSTGRES_PORT},{place}"
            replicas["replica-uri"] = f"postgresql://{login}@{both}/{DATABASE_NAME}{_IMPATIENT}"
        uri = f"postgresql://{login}@{place}/{DATABASE_NAME}{_IMPATIENT if across else ''}"
        pooled = {}
        if resolved.pooler:
            # The address may have another login than the drawn one by now.
            pooled[logins.POOLER_FILE] = logins.pooler_file([logins.login_of(drawn.get("uri", uri))])
        return {
            "host": host,
            "port": str(POSTGRES_PORT),
            "dbname": DATABASE_NAME,
            "username": DATABASE_USER,
            "uri": uri,
            **replicas,
            **pooled,
        }

    random = dict.fromkeys(("password", *(_MEMBERS_PASSWORDS if across else ())), PASSWORD)
    return GeneratedSecret(_secret(resolved, resolved.database.secret_name), random, derive)


def _redis(resolved: Resolved) -> GeneratedSecret:
    host = resolved.child("redis")
    across = resolved.redis.provider == RedisProvider.SENTINEL

    def derive(drawn: Mapping[str, str]) -> Mapping[str, str]:
        password = drawn["password"]
        scheme = "rediss" if resolved.redis.tls else "redis"
        server = f"{scheme}://:{quote(password, safe='')}@{host}:{REDIS_PORT}"
        watched = {}
        if across:
            accepted = [drawn["sentinel-password"]]
            watched["sentinel-auth.conf"] = logins.sentinel_file(accepted, password)
        return {
            "host": host,
            "port": str(REDIS_PORT),
            "uri": f"{server}/0",
            "cache-uri": f"{server}/1",
            "auth.conf": logins.server_file([password], follows=across),
            **watched,
        }

    passwords = ("password", "sentinel-password") if across else ("password",)
    random = dict.fromkeys(passwords, PASSWORD)
    return GeneratedSecret(_secret(resolved, resolved.redis.secret_name), random, derive)
