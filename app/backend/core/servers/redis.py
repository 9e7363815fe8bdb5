"""Whether a Redis server is fit: reachable by our password, a master, no cluster, evicting nothing."""

from typing import Any
from urllib.parse import urlsplit

import redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from config.redis_servers import Servers
from core.servers.answer import Answer, Encryption, Unfit, encrypted

# What is tested.
OLDEST = 7


def look(urls: dict[str, str], servers: Servers, asked: Encryption) -> Answer:
    """Look at each server that the URLs name, by the Secret's key. Changes nothing.

    Raises Unfit where Resee cannot run on it.
    """
    answers = [_one(key, url, servers, asked) for key, url in urls.items()]
    told = dict.fromkeys(answer.message for answer in answers)
    warnings = dict.fromkeys(warning for answer in answers for warning in answer.warnings)
    return Answer("; ".join(told), warnings=list(warnings))


def _one(key: str, url: str, servers: Servers, asked: Encryption) -> Answer:
    where = _place(url)
    facts = _ask(key, url, servers, where)
    if facts.get("cluster_enabled"):
        raise _clustered(where)
    version = str(facts.get("redis_version", "0"))
    if int(version.split(".", maxsplit=1)[0]) < OLDEST:
        raise Unfit(f"{where} is Redis {version}, older than {OLDEST}", f"upgrade it to Redis {OLDEST}")
    if facts.get("role") != "master":
        raise Unfit(f"{where} is a replica and takes no writes", "give the primary's address")
    scheme = urlsplit(url).scheme
    warnings = encrypted(scheme == "rediss", asked, where, f"write {key} as rediss://")
    if not urlsplit(url).password:
        warnings.append(f"{where} takes commands without a password: set one, and add it to {key}")
    policy = facts.get("maxmemory_policy")
    if policy != "noeviction":
        warnings.append(
            f"{where} has maxmemory-policy {policy}, by which queued tasks are dropped when memory is full: "
            "set noeviction"
        )
    return Answer(f"{where} is Redis {version}", warnings=warnings)


def _clustered(where: str) -> Unfit:
    return Unfit(
        f"{where} has cluster mode on, which Celery cannot use as a broker",
        "make one with cluster mode disabled (ElastiCache: a replication group of one shard), and give its "
        "primary endpoint",
    )


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"


def _ask(key: str, url: str, servers: Servers, where: str) -> dict[str, Any]:
    client: redis.Redis = servers.client(url)
    try:
        client.ping()
        facts: dict[str, Any] = client.info("everything")
    except AuthenticationError as error:
        raise Unfit(f"{where} refuses the password ({error})", f"correct it in {key}") from error
    except ResponseError as error:
        if "cluster mode" in str(error):  # it has no database of another number than 0
            raise _clustered(where) from error
        raise Unfit(
            f"{where} refuses a command ({error})", f"correct {key}, or allow PING and INFO"
        ) from error
    except (RedisError, OSError) as error:
        said = " ".join(str(error).split())
        remedy = (
            f"correct host, port and scheme (rediss:// for TLS) in {key}; let the cluster's nodes through "
            "the server's firewall"
        )
        raise Unfit(f"{where} cannot be reached ({said})", remedy) from error
    finally:
        client.close()
    return facts
