"""Ports and labels that several components have to agree on, so that none needs to know another."""

from __future__ import annotations

from typing import Final

NGINX_SERVICE_PORT: Final = 80
NGINX_PORT: Final = 8080
MAINTENANCE_PORT: Final = 8081
"""Port of nginx on which there is nothing but the maintenance page."""
MAINTENANCE_COMPONENT: Final = "nginx"
"""What goes on while Resee is closed: it shows that page."""
WEB_PORT: Final = 8000
WEB_ADDRESSES: Final = "web-members"
"""Ending of the name in DNS that has the address of each web Pod, across zones."""
POSTGRES_PORT: Final = 5432
POOLED_AGE: Final = 15
"""Seconds for which web and workers keep a connection to our PgBouncer: one that ends waits for longer than
that until nobody uses it. It costs them a login on each thread four times a minute."""
REDIS_PORT: Final = 6379
SENTINEL_PORT: Final = 26379
PATRONI_PORT: Final = 8008
API_SERVER_PORTS: Final = (443, 6443)
"""Of the Service ``kubernetes``, and of the servers behind it, which policies see."""
SENTINEL_MASTER: Final = "resee"
"""The name under which the Sentinels know the master."""
MEMBERS: Final = 3
"""Servers across zones: with three, a majority outlives any one zone."""


def member_names(deployment: str, component: str) -> list[str]:
    """Names in DNS of the servers of a component across zones."""
    name = f"{deployment}-{component}"
    return [f"{name}-{member}.{members_name(deployment, component)}" for member in range(MEMBERS)]


def members_name(deployment: str, component: str) -> str:
    """Name in DNS that has the addresses of all servers of a component across zones."""
    return f"{deployment}-{component}-members"


def worker_label(group: str) -> str:
    """The component label of a group of workers, which its names end with."""
    return f"worker-{group}"
