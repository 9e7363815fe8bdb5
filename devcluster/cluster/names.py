"""The names of images as containerd spells them."""

from __future__ import annotations


def canonical(reference: str) -> str:
    """The full name that containerd uses: "redis:7" is docker.io/library/redis:7."""
    first, slash, _ = reference.partition("/")
    named = reference if ":" in reference.rpartition("/")[2] else f"{reference}:latest"
    if not slash:
        return f"docker.io/library/{named}"
    is_host = "." in first or ":" in first or first == "localhost"
    return named if is_host else f"docker.io/{named}"
