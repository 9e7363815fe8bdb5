"""Ports and labels that several components have to agree on, so that none needs to know another."""

from __future__ import annotations

from typing import Final

NGINX_SERVICE_PORT: Final = 80
NGINX_PORT: Final = 8080
WEB_PORT: Final = 8000
POSTGRES_PORT: Final = 5432
REDIS_PORT: Final = 6379


def worker_label(group: str) -> str:
    """The component label of a group of workers, which its names end with."""
    return f"worker-{group}"
