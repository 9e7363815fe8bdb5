"""The offline base image: one Debian with the programs that all images need, made by mmdebstrap once.

Official images are the default base of each Dockerfile. Where no image registry can be reached this base
takes their place: Python, PostgreSQL 15, PgBouncer, Redis 7 and nginx from Debian's own packages, without
what only documents, translates or compiles just in time.
"""

from __future__ import annotations

from pathlib import Path

from devcluster import cache, host
from devcluster.images.command import run

SUITE = "bookworm"
PACKAGES = (
    "ca-certificates",
    "gettext-base",
    "nginx",
    "pgbouncer",
    "postgresql-15",
    "python3",
    "redis-server",
)

# PostgreSQL's just-in-time compiler would double the size; without its provider the server goes without.
# Perl serves only Debian's wrappers of PostgreSQL, which no image calls.
_UNPACKED_NEVER = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/i18n/*",
    "/usr/lib/*/libLLVM*",
    "/usr/lib/*/libz3*",
    "/usr/lib/llvm-14/*",
    "/usr/lib/postgresql/15/lib/bitcode/*",
    "/usr/lib/postgresql/15/lib/llvmjit*",
)
_REMOVED_AFTERWARDS = (
    "usr/share/perl",
    "usr/lib/*/perl",
    "etc/nginx/sites-enabled/default",
    "var/cache/debconf",
    "var/log/*.log",
    "var/log/apt",
)
_HOOKS = (
    # The package would make a database cluster of its own, 40 MB that nobody uses.
    '--essential-hook=mkdir -p "$1/etc/postgresql-common"',
    '--essential-hook=echo "create_main_cluster = false" > "$1/etc/postgresql-common/createcluster.conf"',
    *(f'--customize-hook=rm -rf "$1"/{path}' for path in _REMOVED_AFTERWARDS),
)


def arguments() -> list[str]:
    """Return mmdebstrap's options: the recipe whose hash names the base."""
    return [
        "--mode=root",
        "--variant=minbase",
        "--skip=check/empty",
        f"--include={','.join(PACKAGES)}",
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Check-Valid-Until "false"',
        *(f"--dpkgopt=path-exclude={path}" for path in _UNPACKED_NEVER),
        *_HOOKS,
        SUITE,
    ]


def reference() -> str:
    """Return the base's image reference: it changes with the recipe and with nothing else."""
    return f"resee.local/debian:{SUITE}-{_key()}"


def archive() -> Path:
    """Return the base's root file system as a tar file, made by mmdebstrap where the cache has none.

    It needs root and Debian's archive. Raises ``UsageError`` where mmdebstrap is missing, ``ClusterError``
    where it stops.
    """

    def make(file: Path) -> None:
        host.require_mmdebstrap()
        remedy = "Run as root on a machine that reaches Debian's archive."
        run(["mmdebstrap", "--quiet", *arguments(), str(file)], remedy=remedy)

    return cache.made(f"base/{SUITE}-{_key()}.tar", make)


def _key() -> str:
    return cache.key(*arguments())
